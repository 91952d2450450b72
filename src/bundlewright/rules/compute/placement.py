"""Which cluster or environment a task runs on.

Source: https://docs.databricks.com/api/workspace/jobs/create
"""

from bundlewright.bundle.access import items_of, known, place_at, tasks_of
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.rules import Problem, nearest, replacement, rule
from bundlewright.rules.compute.runtimes import runtime_of

_CLUSTERS = ("job_cluster_key", "existing_cluster_id", "new_cluster")


def cluster_of(task, job):
    """The specification of the cluster that a task brings along or shares with others of its job.

    Returns:
        A map; None where the task has none, or it cannot be told.
    """
    key = task.get("job_cluster_key")
    if key is None:
        cluster = task.get("new_cluster")
    else:
        clusters = [one for _, one in items_of(job, "job_clusters")]
        named = [one for one in clusters if one.get("job_cluster_key") == key]
        cluster = named[0].get("new_cluster") if named else None
    return cluster if isinstance(cluster, Map) else None


def is_serverless(task):
    """Whether a task that runs code has no cluster of any kind."""
    return all(task.get(field) is None for field in _CLUSTERS)


def _undefined(task, job, resource, field, section):
    """The problem with a task that names an entry of a section of its job that is not there."""
    key = task.get(field)
    names = [item.get(field) for _, item in items_of(job, section)]
    if not isinstance(key, str) or not known(key) or key in names:
        return
    if isinstance(job.get(section), str):
        return  # a reference that only a deployment resolves
    if any(isinstance(name, str) and not known(name) for name in names):
        return  # a name that only a deployment knows may be the one
    near = nearest(key, [name for name in names if isinstance(name, str)])
    hint = f"did you mean {near!r}?" if near else f"define it under {section}"
    fix = near and replacement(resource.bundle, place_at(task, (field,)), key, near, False)
    message = f"{field} {key!r} is not defined in the job's {section}"
    yield Problem(message, (field,), hint, fix=fix or None)


@rule("BW401", ERROR, on="task", cli=WARNING, having=("job_cluster_key",))
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
    yield from _undefined(task, job, resource, "job_cluster_key", "job_clusters")


@rule("BW402", ERROR, on="task", having=("environment_key",))
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
    yield from _undefined(task, job, resource, "environment_key", "environments")


_NEEDS_COMPUTE = (
    "dbt_task",
    "python_wheel_task",
    "spark_jar_task",
    "spark_python_task",
    "spark_submit_task",
)


@rule("BW404", ERROR, on="task", cli=ERROR, having=_NEEDS_COMPUTE)
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
    if not is_serverless(task) or task.get("environment_key") is not None:
        return
    if task.get("notebook_task") is not None:
        return  # that runs by itself; two types are another mistake
    for type in _NEEDS_COMPUTE:
        if task.get(type) is not None:
            message = f"{type} of task {task.get('task_key')!r} has no cluster and no environment"
            yield Problem(message, (), "add job_cluster_key or environment_key")


def _unused(job, section, field, what):
    """The problems with entries of a section of a job that none of its tasks names."""
    tasks = job.get("tasks")
    if not isinstance(tasks, list) or not all(isinstance(task, Map) for task in tasks):
        return
    used = [task.get(field) for _, task in tasks_of(job)]
    if not used or any(isinstance(key, str) and not known(key) for key in used):
        return  # one that only a deployment knows may be the one
    for index, item in items_of(job, section):
        key = item.get(field)
        if isinstance(key, str) and known(key) and key not in used:
            message = f"no task runs {what} {key!r}"
            yield Problem(message, (section, index, field), f"name it in a task's {field}")


@rule("BW406", WARNING, on="job", having=("job_clusters",))
def unused_job_cluster(job, resource):
    """No task runs on a job cluster.

    It is never started. Often the task that was to use it runs on something else.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
              job_clusters:
                - job_cluster_key: main
                  new_cluster:
                    spark_version: 17.3.x-scala2.13
                    node_type_id: i3.xlarge
                    num_workers: 1
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
    yield from _unused(job, "job_clusters", "job_cluster_key", "on job cluster")


@rule("BW407", WARNING, on="job", having=("environments",))
def unused_environment(job, resource):
    """No task runs in an environment.

    What it installs is not there for any task.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
              environments:
                - environment_key: tools
                  spec:
                    environment_version: "4"
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  environment_key: tools
                  notebook_task:
                    notebook_path: /Shared/load
              environments:
                - environment_key: tools
                  spec:
                    environment_version: "4"
    """
    yield from _unused(job, "environments", "environment_key", "in environment")


@rule("BW408", ERROR, on="task", having=_CLUSTERS)
def several_computes(task, job, resource):
    """A task names more than one thing to run on.

    Only one of `job_cluster_key`, `existing_cluster_id` and `new_cluster` can hold. Beside one of
    them, `environment_key` is for clusters whose `dependency_mode` is that of environments, from
    runtime 19 on. Source: https://docs.databricks.com/aws/en/compute/environments-mode

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  new_cluster:
                    spark_version: 17.3.x-scala2.13
                    node_type_id: i3.xlarge
                    num_workers: 1
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  new_cluster:
                    spark_version: 17.3.x-scala2.13
                    node_type_id: i3.xlarge
                    num_workers: 1
                  notebook_task:
                    notebook_path: /Shared/load
    """
    given = [field for field in _CLUSTERS if task.get(field) is not None]
    name = f"task {task.get('task_key')!r}"
    if len(given) > 1:
        message = f"{name} has {' and '.join(given)}, but runs on one cluster"
        yield Problem(message, (given[1],), "keep one of them", of_key=True)
    elif given and task.get("environment_key") is not None:
        hint = f"remove {given[0]} to run serverless, or environment_key to run on the cluster"
        message = f"{name} has {given[0]} and environment_key"
        cluster = cluster_of(task, job)
        if given[0] == "existing_cluster_id":
            yield Problem(message, ("environment_key",), hint, of_key=True, severity=WARNING)
        elif cluster is not None and not _may_take_environment(cluster):
            yield Problem(message, ("environment_key",), hint, of_key=True)


def _may_take_environment(cluster):
    """Whether tasks on a cluster may have environments: from runtime 19 on, they may by default."""
    runtime = runtime_of(cluster)
    return (
        cluster.get("policy_id") is not None
        or cluster.get("dependency_mode") == "DEPENDENCY_MODE_ENVIRONMENTS"
        or runtime is None
        or (runtime >= (19, 0) and cluster.get("dependency_mode") != _NO_ENVIRONMENT)
    )


_NO_ENVIRONMENT = "DEPENDENCY_MODE_CLUSTER_LIBRARIES"


@rule("BW409", INFO, on="target")
def all_purpose_cluster_in_production(target):
    """A production job runs on an all-purpose cluster.

    Job clusters and serverless compute cost less, and what others do on them cannot disturb the
    job. Source: https://docs.databricks.com/aws/en/jobs/compute

    Fails:
        bundle:
          name: etl
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  notebook_task:
                    notebook_path: /Shared/load
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/Shared/etl
    Passes:
        bundle:
          name: etl
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
        targets:
          prod:
            mode: production
            workspace:
              root_path: /Workspace/Shared/etl
    """
    if target.mode != "production":
        return
    for kind, entries in target.kinds():
        for key, job in entries.items() if kind == "jobs" else ():
            for path, task in tasks_of(job) if isinstance(job, Map) else ():
                given = [field for field in _CLUSTERS if task.get(field) is not None]
                if given == ["existing_cluster_id"]:
                    name = f"task {task.get('task_key')!r} of job {key!r}"
                    message = f"{name} runs on an all-purpose cluster in production"
                    path = ("resources", "jobs", key, *path, "existing_cluster_id")
                    yield Problem(message, path, "use a job cluster or serverless compute")


@rule("BW410", WARNING, on="job", having=("performance_target",))
def performance_target_without_serverless(job, resource):
    """A job has a performance target, but none of its tasks runs serverless.

    The target is for serverless compute; on clusters it has no effect.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              performance_target: PERFORMANCE_OPTIMIZED
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              performance_target: PERFORMANCE_OPTIMIZED
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    """
    tasks = job.get("tasks")
    if job.get("performance_target") is None or not tasks or not isinstance(tasks, list):
        return
    if all(isinstance(task, Map) and not is_serverless(task) for task in tasks):
        message = "performance_target has no effect: no task runs serverless"
        yield Problem(message, ("performance_target",), "remove it", of_key=True)
