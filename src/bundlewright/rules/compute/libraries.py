"""The libraries that tasks need, and where they come from.

Sources: https://docs.databricks.com/api/workspace/jobs/create and
https://docs.databricks.com/aws/en/libraries/
"""

import functools

from bundlewright.bundle.access import items_of, known, tasks_of, value_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, misspells, rule
from bundlewright.rules.compute.placement import cluster_of, is_serverless
from bundlewright.rules.compute.runtimes import runtime_of
from bundlewright.rules.files.wheels import builds_package, is_another_package


@rule("BW419", ERROR, on="task", having=("libraries",))
def libraries_on_serverless(task, job, resource):
    """A serverless task lists libraries.

    The service refuses it: what a serverless task needs stands in its environment, or in a notebook
    itself.

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
                  libraries:
                    - pypi:
                        package: pandas==2.2.3
              environments:
                - environment_key: default
                  spec:
                    environment_version: "4"
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
                    dependencies:
                      - pandas==2.2.3
    """
    runs = task.get("environment_key") is not None or task.get("notebook_task") is not None
    if runs and is_serverless(task) and isinstance(task["libraries"], list) and task["libraries"]:
        message = f"task {task.get('task_key')!r} runs serverless and takes no libraries"
        hint = "list them under dependencies of its environment"
        if task.get("environment_key") is None:
            hint = "install them in the notebook with %pip, or give the task a cluster"
        yield Problem(message, ("libraries",), hint, of_key=True)


# A kind of task, what may bring the code that it runs, and how that is called.
_CODE = (
    ("python_wheel_task", ("whl", "pypi", "requirements", "egg"), "wheel"),
    ("spark_jar_task", ("jar", "maven"), "JAR"),
)
_ENVIRONMENT_CODE = (
    "base_environment",
    "dependencies",
    "java_dependencies",
    "project_environment",
)
_CLUSTER_CODE = ("init_scripts", "policy_id")


@rule("BW420", ERROR, on="task", having=("python_wheel_task", "spark_jar_task"))
def task_without_its_code(task, job, resource):
    """A task runs a wheel or a JAR that nothing installs.

    The run fails. A cluster takes it from the task's `libraries`, serverless compute from the
    `dependencies` of the task's environment. What comes from an init script, a policy, or is
    already on an all-purpose cluster cannot be seen here: then it is a warning, as it is where the
    environment has other packages than the one that the bundle builds. A cluster with an image of
    its own has the code there.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  environment_key: default
                  python_wheel_task:
                    package_name: etl
                    entry_point: main
              environments:
                - environment_key: default
                  spec:
                    environment_version: "4"
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  environment_key: default
                  python_wheel_task:
                    package_name: etl
                    entry_point: main
              environments:
                - environment_key: default
                  spec:
                    environment_version: "4"
                    dependencies:
                      - ./dist/*.whl
        @ dist/etl-0.1.0-py3-none-any.whl
        a wheel
    """
    for kind, bringers, what in _CODE:
        runs = task.get(kind)
        if not isinstance(runs, Map) or runs.get("jar_uri") is not None:
            continue
        if task.get("environment_key") is not None:
            severity, where = _lack_of_environment(task, job, resource.bundle)
        else:
            severity, where = _lack_of_cluster(task, job, bringers)
        if severity:
            message = f"nothing installs the {what} of task {task.get('task_key')!r}"
            yield Problem(message, (kind,), f"add it to {where}", of_key=True, severity=severity)


_NO_LACK = (None, "")


def _lack_of_environment(task, job, bundle):
    key = task["environment_key"]
    environments = [one for _, one in items_of(job, "environments")]
    named = [one for one in environments if one.get("environment_key") == key]
    spec = named[0].get("spec") if named else None
    if not isinstance(spec, Map):
        return _NO_LACK
    where = f"the dependencies of environment {key!r}"
    given = [field for field in _ENVIRONMENT_CODE if spec.get(field)]
    if given == ["dependencies"] and _are_others(spec["dependencies"], task, bundle):
        return WARNING, where
    return _NO_LACK if given or misspells(spec, *_ENVIRONMENT_CODE) else (ERROR, where)


def _are_others(dependencies, task, bundle):
    """Whether an environment has other packages than the one of the bundle that a task runs."""
    package = value_at(task, ("python_wheel_task", "package_name"))
    return (
        isinstance(package, str)
        and isinstance(dependencies, list)
        and all(is_another_package(one, package) for one in dependencies)
        and builds_package(bundle, package)
    )


def _lack_of_cluster(task, job, bringers):
    libraries = task.get("libraries")
    if libraries is None and misspells(task, "libraries"):
        return _NO_LACK
    if libraries is not None and (
        not isinstance(libraries, list) or not all(isinstance(one, Map) for one in libraries)
    ):
        return _NO_LACK
    if any(library.get(one) is not None for library in libraries or () for one in bringers):
        return _NO_LACK
    cluster = cluster_of(task, job)
    where = "the task's libraries"
    if cluster is not None:
        if cluster.get("docker_image") is not None:
            return _NO_LACK
        may_have = any(cluster.get(field) is not None for field in _CLUSTER_CODE)
        return (WARNING if may_have else ERROR), where
    return (WARNING, where) if known(task.get("existing_cluster_id")) else _NO_LACK


@functools.lru_cache(maxsize=1)  # several rules ask this of one resource after another
def _libraries(resource):
    """The libraries of a job's tasks or of a cluster: (path, library, its cluster or None)."""
    config = resource.config
    holders = tasks_of(config) if resource.kind == "jobs" else [((), config)]
    return [
        ((*path, "libraries", index), library, cluster_of(holder, config) if path else config)
        for path, holder in holders
        for index, library in items_of(holder, "libraries")
    ]


@rule("BW421", WARNING, on="resource", kinds=("jobs", "clusters"))
def egg_library(resource):
    """A library is an egg.

    Eggs are deprecated, and runtimes from 14.0 on do not install them.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  spark_python_task:
                    python_file: /Workspace/Shared/load.py
                  libraries:
                    - egg: /Workspace/Shared/tools.egg
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
                  libraries:
                    - whl: /Workspace/Shared/tools-1.0-py3-none-any.whl
    """
    for path, library, cluster in _libraries(resource):
        if library.get("egg") is not None:
            runtime = runtime_of(cluster)
            refused = runtime is not None and runtime >= (14, 0)
            message = "eggs are no longer installed" if refused else "eggs are deprecated"
            severity = ERROR if refused else None
            yield Problem(message, (*path, "egg"), "build a wheel", of_key=True, severity=severity)


@rule("BW422", WARNING, on="resource", kinds=("jobs", "clusters"))
def library_on_dbfs(resource):
    """A library lies in DBFS.

    Everybody in the workspace can change it there, and runtimes from 15.1 on do not install it
    unless they are told to.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  spark_python_task:
                    python_file: /Workspace/Shared/load.py
                  libraries:
                    - whl: dbfs:/FileStore/tools-1.0-py3-none-any.whl
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
                  libraries:
                    - whl: /Volumes/main/tools/wheels/tools-1.0-py3-none-any.whl
    """
    for path, library, _ in _libraries(resource):
        for field in ("whl", "jar", "egg"):
            value = library.get(field)
            if isinstance(value, str) and value.startswith(("dbfs:/", "/dbfs/")):
                if value.startswith(("dbfs:/Volumes/", "/dbfs/Volumes/")):
                    continue
                message = f"library {value!r} lies in DBFS"
                yield Problem(message, (*path, field), "keep it in a volume or in the workspace")
