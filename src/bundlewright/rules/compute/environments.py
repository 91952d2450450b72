"""The environments that serverless tasks and pipelines run in.

Sources: https://docs.databricks.com/api/workspace/jobs/create#environments and
https://docs.databricks.com/aws/en/release-notes/serverless/environment-version
"""

import re

from bundlewright.bundle.access import items_of, known, place_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, WARNING, Fix
from bundlewright.rules import Problem, misspells, rule

_HOLDERS = {"jobs": "environments", "pipelines": "environment"}

# Versions come about every eight months and 5 is of February 2026: so far off, one is a slip.
_BEYOND_VERSIONS = 20
_VERSION = "([1-9][0-9]{0,3})(-[a-z-]+)?"  # also such as 4-scala-preview


def _specs(job):
    """The specifications of a job's environments, as (path, map) pairs."""
    for index, environment in items_of(job, "environments"):
        spec = environment.get("spec")
        if isinstance(spec, Map):
            yield ("environments", index, "spec"), spec


@rule("BW411", WARNING, on="job", having=("environments",))
def environment_without_version(job, resource):
    """An environment does not say which version it is.

    The service wants `environment_version` or `base_environment`. Which Python and which packages
    the tasks get is otherwise not up to the bundle.

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
              environments:
                - environment_key: default
                  spec:
                    dependencies:
                      - pandas==2.2.3
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
    for index, environment in items_of(job, "environments"):
        spec = environment.get("spec")
        path = ("environments", index)
        if isinstance(spec, Map):
            path = (*path, "spec")
            fields = (*_SOURCES, "client")
            if any(spec.get(field) is not None for field in fields) or misspells(spec, *fields):
                continue
        elif spec is not None:
            continue
        message = f"environment {environment.get('environment_key')!r} has no version"
        yield Problem(message, path, 'add environment_version, such as "4"', of_key=True)


@rule("BW412", WARNING, on="job", having=("environments",))
def client_for_environment_version(job, resource):
    """An environment gives its version under the old name `client`.

    The field is deprecated; `environment_version` takes the same values.

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
              environments:
                - environment_key: default
                  spec:
                    client: "4"
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
    for path, spec in _specs(job):
        if spec.get("client") is not None:
            path = (*path, "client")
            hint = "rename it to environment_version"
            fix = None
            if "environment_version" not in spec:
                fix = Fix(True, ("rename", place_at(job, path, of_key=True), "environment_version"))
            yield Problem("client is deprecated", path, hint, of_key=True, fix=fix)


@rule("BW413", ERROR, on="resource", kinds=tuple(_HOLDERS), having=tuple(_HOLDERS.values()))
def impossible_environment_version(resource):
    """The version of an environment is none.

    Versions are whole numbers from 1, in quotes.

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
              environments:
                - environment_key: default
                  spec:
                    environment_version: "99"
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
    specs = list(_specs(resource.config))
    environment = resource.config.get("environment")
    if resource.kind == "pipelines" and isinstance(environment, Map):
        specs.append((("environment",), environment))
    for path, spec in specs:
        for field in ("environment_version", "client"):
            value = spec.get(field)
            if not known(value) or isinstance(value, (bool, dict, list)):
                continue
            version = re.fullmatch(_VERSION, str(value))
            if not version or int(version[1]) >= _BEYOND_VERSIONS:
                message = f"{field} {value!r} does not exist"
                yield Problem(message, (*path, field), 'use a whole number, such as "4"')


_SOURCES = ("environment_version", "base_environment", "project_environment")


@rule("BW414", ERROR, on="job", having=("environments",))
def environment_from_two_sources(job, resource):
    """An environment takes its version or its packages from two places.

    Only one of `environment_version`, `base_environment` and `project_environment` can be given;
    beside `project_environment` there are no dependencies either.

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
              environments:
                - environment_key: default
                  spec:
                    environment_version: "4"
                    base_environment: /Workspace/Shared/env.yaml
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
                    base_environment: /Workspace/Shared/env.yaml
    """
    for path, spec in _specs(job):
        given = [field for field in _SOURCES if spec.get(field) is not None]
        if spec.get("project_environment") is not None:
            given += [f for f in ("dependencies", "java_dependencies") if spec.get(f) is not None]
        if len(given) > 1:
            message = f"an environment cannot have {given[0]} and {given[1]}"
            yield Problem(message, (*path, given[1]), "keep one of the two", of_key=True)
