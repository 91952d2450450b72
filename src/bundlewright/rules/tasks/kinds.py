"""What a task runs: exactly one thing, with what that takes.

Source: https://docs.databricks.com/api/workspace/jobs/create
"""

import functools

from bundlewright.bundle.access import is_lost, maps_in, place_at, tasks_of
from bundlewright.bundle.document import Map, Seq
from bundlewright.finding import ERROR, INFO, WARNING, Fix
from bundlewright.rules import Problem, misspells, replacement, rule
from bundlewright.schema.walker import load_table, type_at


@functools.cache
def task_types():
    """The fields of a task that say what it runs."""
    task = type_at(("resources", "jobs", "", "tasks", 0))
    return frozenset(field for field in load_table().types[task][1] if field.endswith("_task"))


def types_of(task):
    """The fields of a task that say what it runs, of which it should have one."""
    return [field for field in task if field in task_types() and task[field] is not None]


def is_job(entry):
    """Whether a map is a job of its own, and not just what a target changes of one."""
    tasks = entry.get("tasks")
    if not isinstance(tasks, Seq) or entry.get("name"):
        return tasks is not None
    return any(field.endswith("_task") for _, task in maps_in(tasks) for field in task)


@rule("BW305", ERROR, on="task")
def task_without_type(task, job, resource):
    """A task does not say what it runs.

    It needs exactly one of `notebook_task`, `python_wheel_task`, `sql_task` and so on; the deploy
    fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    """
    if any(field.endswith("_task") for field in task) or misspells(task, *task_types()):
        return  # what it runs is there, or under a name that does not exist
    if not any(
        resource.key in path and not task_types().isdisjoint(path) for path in resource.bundle.wrong
    ):
        hint = "add one, such as notebook_task"
        yield Problem(f"task {task.get('task_key')!r} does not say what it runs", (), hint)


@rule("BW306", ERROR, on="task")
def task_with_two_types(task, job, resource):
    """A task says more than one thing to run.

    It needs exactly one; the deploy fails. Two steps are two tasks.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
                  run_job_task:
                    job_id: 1
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
    """
    types = types_of(task)
    if len(types) > 1:
        names = " and ".join(types)
        hint = "keep one, or make two tasks of it"
        yield Problem(f"task {task.get('task_key')!r} has {names}", (types[1],), hint, of_key=True)


_SQL_CONTENTS = ("query", "file", "alert", "dashboard")
_SQL_FIELDS = (*_SQL_CONTENTS, "parameters", "warehouse_id")


@rule("BW329", ERROR, on="task", having=("sql_task",))
def unclear_sql_task(task, job, resource):
    """A SQL task does not name exactly one thing to run.

    It needs one of `query`, `file`, `alert` and `dashboard`; the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  sql_task:
                    warehouse_id: 1234567890abcdef
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  sql_task:
                    warehouse_id: 1234567890abcdef
                    query:
                      query_id: 12345678-90ab-cdef-1234-567890abcdef
    """
    sql = task["sql_task"]
    if not isinstance(sql, Map):
        return
    contents = [field for field in _SQL_CONTENTS if sql.get(field) is not None]
    name = task.get("task_key")
    if len(contents) > 1:
        message = f"SQL task {name!r} has {' and '.join(contents)}"
        hint = "keep one, or make two tasks of it"
        yield Problem(message, ("sql_task", contents[1]), hint, of_key=True)
    elif not contents and set(sql) <= set(_SQL_FIELDS) and not is_lost(resource, "sql_task"):
        message = f"SQL task {name!r} does not say what it runs"
        hint = "add one of query, file, alert and dashboard"
        yield Problem(message, ("sql_task",), hint, of_key=True)


_MOST_DBT_COMMANDS = 10
_DBT_COMMANDS = (
    *("build", "clean", "clone", "compile", "debug", "deps", "docs", "list", "ls", "parse"),
    *("retry", "run", "run-operation", "seed", "show", "snapshot", "source", "test"),
)


@rule("BW330", ERROR, on="task", having=("dbt_task",))
def unusable_dbt_commands(task, job, resource):
    """A dbt task has no commands, too many, or one that does not start with `dbt`.

    It takes 1 to 10 commands; the deploy or the run fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: build
                  environment_key: dbt
                  dbt_task:
                    commands:
                      - run
              environments:
                - environment_key: dbt
                  spec:
                    environment_version: "4"
                    dependencies:
                      - dbt-databricks>=1.9,<2
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: build
                  environment_key: dbt
                  dbt_task:
                    commands:
                      - dbt run
              environments:
                - environment_key: dbt
                  spec:
                    environment_version: "4"
                    dependencies:
                      - dbt-databricks>=1.9,<2
    """
    dbt = task["dbt_task"]
    commands = dbt.get("commands") if isinstance(dbt, Map) else None
    if not isinstance(commands, Seq):
        return
    path = ("dbt_task", "commands")
    if not 1 <= len(commands) <= _MOST_DBT_COMMANDS:
        message = f"the dbt task has {len(commands)} commands, but takes 1 to {_MOST_DBT_COMMANDS}"
        yield Problem(message, path, of_key=True)
    for index, command in enumerate(commands):
        if not isinstance(command, str) or command.lstrip().startswith(("${", "{{")):
            continue
        words = command.split()
        if words[:1] != ["dbt"]:
            message = f"a dbt task runs dbt commands only, not {command!r}"
            place = place_at(task, (*path, index))
            is_certain = bool(words) and words[0] in _DBT_COMMANDS
            fix = replacement(resource.bundle, place, command, f"dbt {command.strip()}", is_certain)
            hint = f"did you mean 'dbt {command.strip()}'?" if is_certain else "start it with 'dbt'"
            yield Problem(message, (*path, index), hint, fix=fix if is_certain else None)


@rule("BW335", WARNING, on="task", having=("dbt_task",))
def unused_dbt_setting(task, job, resource):
    """A dbt task has settings of both ways to connect: a SQL warehouse and a profile of its own.

    With `warehouse_id` the connection is made from that, `catalog` and `schema`; without it from
    the profile in `profiles_directory`.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: build
                  environment_key: dbt
                  dbt_task:
                    commands:
                      - dbt build
                    catalog: main
              environments:
                - environment_key: dbt
                  spec:
                    environment_version: "4"
                    dependencies:
                      - dbt-databricks>=1.9,<2
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: build
                  environment_key: dbt
                  dbt_task:
                    commands:
                      - dbt build
                    catalog: main
                    warehouse_id: 1234567890abcdef
              environments:
                - environment_key: dbt
                  spec:
                    environment_version: "4"
                    dependencies:
                      - dbt-databricks>=1.9,<2
    """
    dbt = task["dbt_task"]
    if not isinstance(dbt, Map):
        return
    has_warehouse = dbt.get("warehouse_id") is not None
    for field in ("profiles_directory",) if has_warehouse else ("catalog", "schema"):
        if dbt.get(field) is not None:
            message = f"a dbt task {'with' if has_warehouse else 'without'} a warehouse_id"
            hint = "" if has_warehouse else "add warehouse_id, or set it in the dbt profile"
            path = ("dbt_task", field)
            yield Problem(f"{message} does not use {field}", path, hint, of_key=True)


_COMPUTE = ("new_cluster", "existing_cluster_id", "job_cluster_key", "environment_key")
_WITHOUT_COMPUTE = (
    *("alert_task", "condition_task", "dashboard_task", "dbt_cloud_task", "dbt_platform_task"),
    *("for_each_task", "pipeline_task", "power_bi_task", "run_job_task", "sql_task"),
)


@rule("BW331", WARNING, on="task", having=_WITHOUT_COMPUTE)
def compute_for_nothing(task, job, resource):
    """A task names compute, but runs on none of its own.

    Conditions, SQL tasks, pipelines, dashboards and other jobs run elsewhere, and a loop on what
    its inner task says. The setting does nothing, or the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0101-120000-abcdefgh
                  sql_task:
                    warehouse_id: 1234567890abcdef
                    query:
                      query_id: 12345678-90ab-cdef-1234-567890abcdef
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  sql_task:
                    warehouse_id: 1234567890abcdef
                    query:
                      query_id: 12345678-90ab-cdef-1234-567890abcdef
    """
    kinds = types_of(task)
    if len(kinds) != 1 or kinds[0] not in _WITHOUT_COMPUTE:
        return
    for field in _COMPUTE:
        if task.get(field) is not None:
            message = f"a {kinds[0]} does not run on the {field} it has"
            hint = "move it to the inner task" if kinds[0] == "for_each_task" else "remove it"
            fix = Fix(False, ("remove", place_at(task, (field,), of_key=True), ""))
            yield Problem(message, (field,), hint, of_key=True, fix=fix)


def _libraries(resource):
    """The library lists of a resource, as (path, list) pairs."""
    if resource.kind == "pipelines":
        yield ("libraries",), resource.config.get("libraries")
    else:
        for path, task in tasks_of(resource.config):
            yield (*path, "libraries"), task.get("libraries")


@rule("BW332", ERROR, on="resource", kinds=("jobs", "pipelines"))
def unclear_library(resource):
    """An entry of `libraries` names no library, or several.

    Each entry is one: a `whl`, a `jar`, a `pypi` package and so on; the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0101-120000-abcdefgh
                  notebook_task:
                    notebook_path: /Shared/load
                  libraries:
                    - whl: /Volumes/main/default/libraries/sales.whl
                      pypi:
                        package: requests
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0101-120000-abcdefgh
                  notebook_task:
                    notebook_path: /Shared/load
                  libraries:
                    - whl: /Volumes/main/default/libraries/sales.whl
                    - pypi:
                        package: requests
    """
    for path, libraries in _libraries(resource):
        for index, library in maps_in(libraries):
            kinds = [kind for kind, value in library.items() if value is not None]
            if len(kinds) > 1:
                message = f"one entry of libraries has {' and '.join(kinds)}"
                yield Problem(message, (*path, index), "make an entry of each")
            elif not library and not is_lost(resource, "libraries"):
                message = "an entry of libraries names no library"
                yield Problem(message, (*path, index), "remove it, or name one, such as whl")


@rule("BW333", WARNING, on="task", having=("spark_jar_task", "spark_submit_task"))
def outdated_task(task, job, resource):
    """A task runs in a way that Databricks has given up.

    A jar comes from `libraries`, or from an environment's `java_dependencies`, not from `jar_uri`;
    and a `spark_submit_task` is a `spark_jar_task` or a `spark_python_task` today.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0101-120000-abcdefgh
                  spark_jar_task:
                    main_class_name: com.acme.Load
                    jar_uri: load.jar
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0101-120000-abcdefgh
                  spark_jar_task:
                    main_class_name: com.acme.Load
                  libraries:
                    - jar: /Volumes/main/default/libraries/load.jar
    """
    jar = task.get("spark_jar_task")
    if isinstance(jar, Map) and jar.get("jar_uri") is not None:
        hint = "name the jar under libraries"
        yield Problem("jar_uri is deprecated", ("spark_jar_task", "jar_uri"), hint, of_key=True)
    if task.get("spark_submit_task") is not None:
        message = "spark_submit_task is deprecated"
        hint = "use spark_jar_task or spark_python_task"
        yield Problem(message, ("spark_submit_task",), hint, of_key=True, severity=INFO)


@rule("BW336", WARNING, on="task", having=("python_wheel_task",))
def two_kinds_of_parameters(task, job, resource):
    """A Python wheel task has both `parameters` and `named_parameters`.

    It takes one of them.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0101-120000-abcdefgh
                  python_wheel_task:
                    package_name: sales
                    entry_point: load
                    parameters:
                      - full
                    named_parameters:
                      mode: full
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0101-120000-abcdefgh
                  python_wheel_task:
                    package_name: sales
                    entry_point: load
                    named_parameters:
                      mode: full
    """
    wheel = task["python_wheel_task"]
    if isinstance(wheel, Map) and wheel.get("parameters") and wheel.get("named_parameters"):
        message = "the wheel task has parameters and named_parameters, of which it takes one"
        path = ("python_wheel_task", "named_parameters")
        yield Problem(message, path, "leave one of them empty", of_key=True)
