"""Family 4: what tasks run on: job clusters, clusters, serverless environments.

Source: https://docs.databricks.com/api/workspace/jobs/create
"""

from bundlewright.bundle.access import items_of, known
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, did_you_mean, rule


def _undefined(task, job, field, section):
    """The problem with a task that names an entry of a section of its job that is not there."""
    key = task.get(field)
    names = [item.get(field) for _, item in items_of(job, section)]
    if not isinstance(key, str) or not known(key) or key in names:
        return
    if isinstance(job.get(section), str):
        return  # a reference that only a deployment resolves
    if any(isinstance(name, str) and not known(name) for name in names):
        return  # a name that only a deployment knows may be the one
    hint = did_you_mean(key, [name for name in names if isinstance(name, str)])
    message = f"{field} {key!r} is not defined in the job's {section}"
    yield Problem(message, (field,), hint or f"define it under {section}")


@rule("BW401", ERROR, on="task", cli=WARNING)
def undefined_job_cluster(task, job, resource):
    """A task runs on a job cluster that its job does not define.

    The deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  job_cluster_key: main
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  job_cluster_key: main
                  notebook_task:
                    notebook_path: /Shared/load
              job_clusters:
                - job_cluster_key: main
                  new_cluster:
                    spark_version: 17.3.x-scala2.13
                    node_type_id: i3.xlarge
                    num_workers: 1
    """
    yield from _undefined(task, job, "job_cluster_key", "job_clusters")


@rule("BW402", ERROR, on="task")
def undefined_environment(task, job, resource):
    """A task runs in an environment that its job does not define.

    `bundle validate` lets it pass; the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  environment_key: default
                  spark_python_task:
                    python_file: /Workspace/Shared/load.py
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  environment_key: default
                  spark_python_task:
                    python_file: /Workspace/Shared/load.py
              environments:
                - environment_key: default
                  spec:
                    environment_version: "4"
    """
    yield from _undefined(task, job, "environment_key", "environments")


@rule("BW403", ERROR, on="cluster")
def fixed_size_with_autoscale(cluster, resource):
    """A cluster has both a fixed number of workers and a range to scale in.

    Only one can hold; the service refuses the cluster. A target that overrides one must take the
    other away, and cannot: write the size into the targets only, or into a variable.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 2
              autoscale:
                min_workers: 1
                max_workers: 4
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              autoscale:
                min_workers: 1
                max_workers: 4
    """
    if cluster.get("num_workers") is not None and cluster.get("autoscale") is not None:
        yield Problem(
            "a cluster has num_workers and autoscale", ("num_workers",), "keep one of the two"
        )


_NEEDS_COMPUTE = (
    "dbt_task",
    "python_wheel_task",
    "spark_jar_task",
    "spark_python_task",
    "spark_submit_task",
)
_COMPUTE = ("job_cluster_key", "environment_key", "existing_cluster_id", "new_cluster")


@rule("BW404", ERROR, on="task", cli=ERROR)
def task_without_compute(task, job, resource):
    """A task that needs a cluster or an environment names none.

    Only notebook tasks run serverless by themselves.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  spark_python_task:
                    python_file: /Workspace/Shared/load.py
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  spark_python_task:
                    python_file: /Workspace/Shared/load.py
    """
    if any(task.get(field) is not None for field in _COMPUTE):
        return
    for type in _NEEDS_COMPUTE:
        if task.get(type) is not None:
            message = f"{type} of task {task.get('task_key')!r} has no cluster and no environment"
            yield Problem(message, (), "add job_cluster_key or environment_key")


@rule("BW405", WARNING, on="cluster", cli=WARNING)
def incomplete_single_node(cluster, resource):
    """A cluster has no workers but is not set up as a single node.

    Spark jobs on it wait for workers that never come.

    Fails:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              num_workers: 0
    Passes:
        resources:
          clusters:
            adhoc:
              cluster_name: adhoc
              spark_version: 17.3.x-scala2.13
              node_type_id: i3.xlarge
              is_single_node: true
              kind: CLASSIC_PREVIEW
    """
    workers = cluster.get("num_workers")
    if workers != 0 or isinstance(workers, bool):
        return
    if cluster.get("is_single_node") is not None or cluster.get("policy_id") is not None:
        return
    conf, tags = cluster.get("spark_conf"), cluster.get("custom_tags")
    profile = conf.get("spark.databricks.cluster.profile") if isinstance(conf, dict) else None
    master = conf.get("spark.master") if isinstance(conf, dict) else None
    resource_class = tags.get("ResourceClass") if isinstance(tags, dict) else None
    if not (
        profile == "singleNode"
        and isinstance(master, str)
        and master.startswith("local")
        and resource_class == "SingleNode"
    ):
        hint = "set is_single_node: true and kind: CLASSIC_PREVIEW"
        yield Problem("a cluster without workers is not a single node", ("num_workers",), hint)
