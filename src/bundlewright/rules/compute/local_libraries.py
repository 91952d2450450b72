"""Local wheels and JARs on clusters.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/python-wheel
"""

from bundlewright.bundle.access import is_true, items_of, known, value_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, rule

_REMOTE = Pattern(r"/|[a-zA-Z][a-zA-Z0-9+.-]*:/")
_RUNTIME = Pattern(r"([0-9]+)\.(x|[0-9]+)")
_OLDEST = (13, 1)


@rule("BW450", ERROR, on="job", cli=ERROR, having=("tasks",))
def local_library_on_old_runtime(job, resource):
    """A task installs a wheel or JAR of the bundle on a runtime that is too old for it.

    From Databricks Runtime 13.3 LTS on clusters install libraries from workspace files, which is
    where a bundle puts them. For older ones there is `experimental.python_wheel_wrapper`.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  python_wheel_task:
                    package_name: sales
                    entry_point: load
                  new_cluster:
                    spark_version: 12.2.x-scala2.12
                    node_type_id: i3.xlarge
                    num_workers: 1
                  libraries:
                    - whl: dist/*.whl
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  python_wheel_task:
                    package_name: sales
                    entry_point: load
                  new_cluster:
                    spark_version: 17.3.x-scala2.13
                    node_type_id: i3.xlarge
                    num_workers: 1
                  libraries:
                    - whl: dist/*.whl
    """
    for path, cluster, task in lacking_support(resource):
        message = (
            f"runtime {cluster['spark_version']!r} cannot install the local libraries of task "
        )
        message += repr(task.get("task_key"))
        yield Problem(message, (*path, "spark_version"), "use 13.3.x or later")


def lacking_support(resource):
    """The clusters of a job that are too old for a task's libraries: (path, cluster, task)."""
    job, config = resource.config, resource.bundle.config
    if is_true(value_at(config, ("experimental", "python_wheel_wrapper"))):
        return
    clusters = {
        item.get("job_cluster_key"): (("job_clusters", index, "new_cluster"), item)
        for index, item in items_of(job, "job_clusters")
        if isinstance(item.get("job_cluster_key"), str)
    }
    for index, task in items_of(job, "tasks"):
        if not _has_local_library(task):
            continue
        used = [(("tasks", index, "new_cluster"), task)]
        key = task.get("job_cluster_key")
        if isinstance(key, str) and key in clusters:
            used.append(clusters[key])
        for path, holder in used:
            cluster = holder.get("new_cluster")
            if isinstance(cluster, Map) and _is_old(cluster.get("spark_version")):
                yield path, cluster, task


def _has_local_library(task):
    for _, library in items_of(task, "libraries"):
        for field in ("whl", "jar"):
            value = library.get(field)
            if isinstance(value, str) and known(value) and not _REMOTE.match(value):
                return True
    return False


def _is_old(version):
    match = _RUNTIME.match(version) if isinstance(version, str) else None
    if not match:
        return False
    major, minor = match.groups()
    return (int(major), 99 if minor == "x" else int(minor)) < _OLDEST
