"""Family 6: the files that a bundle's configuration names.

Paths are relative to the file in which they are written. What starts with `/`, with a scheme such
as `dbfs:/`, or holds a reference is not looked for. Source:
https://docs.databricks.com/aws/en/dev-tools/bundles/settings#paths
"""

import functools
import os
import re

from bundlewright.bundle.document import Map
from bundlewright.bundle.files import NOTEBOOK_HEADERS, expand_glob
from bundlewright.bundle.model import items_of, known, maps_of, place_at, tasks_of
from bundlewright.finding import ERROR, WARNING, format_path
from bundlewright.rules import Problem, rule

_REMOTE = re.compile(r"/|[a-zA-Z][a-zA-Z0-9+.-]*:")

NOTEBOOK, FILE, FOLDER = "notebook", "file", "folder"


def _local_paths(target):
    """Every path in a target that names a file of the bundle, as (path, value, kind) triples."""
    for key, job in maps_of(target.resources("jobs")):
        if job.get("git_source") is not None:
            continue  # paths are those of the other repository
        base = ("resources", "jobs", key)
        for path, task in tasks_of(job):
            for field, name, kind in _TASK_PATHS:
                yield from _path_in(task, (*base, *path), field, name, kind)
            sql = task.get("sql_task")
            if isinstance(sql, Map):
                yield from _path_in(sql, (*base, *path, "sql_task"), "file", "path", FILE)
            yield from _requirements(task, (*base, *path))
        for index, environment in items_of(job, "environments"):
            yield from _environment_files(environment, (*base, "environments", index))
    for key, pipeline in maps_of(target.resources("pipelines")):
        base = ("resources", "pipelines", key)
        for index, library in items_of(pipeline, "libraries"):
            path = (*base, "libraries", index)
            yield from _path_in(library, path, "notebook", "path", NOTEBOOK)
            yield from _path_in(library, path, "file", "path", FILE)
        if isinstance(pipeline.get("root_path"), str):
            yield (*base, "root_path"), pipeline["root_path"], FOLDER
    for kind in ("dashboards", "genie_spaces", "alerts"):
        for key, resource in maps_of(target.resources(kind)):
            if isinstance(resource.get("file_path"), str):
                yield ("resources", kind, key, "file_path"), resource["file_path"], FILE
    for key, app in maps_of(target.resources("apps")):
        if isinstance(app.get("source_code_path"), str):
            yield ("resources", "apps", key, "source_code_path"), app["source_code_path"], FOLDER
    for key, artifact in maps_of(target.config.get("artifacts")):
        if isinstance(artifact.get("path"), str):
            yield ("artifacts", key, "path"), artifact["path"], FOLDER
    paths = target.section("sync").get("paths")
    for index, path in enumerate(paths if isinstance(paths, list) else ()):
        if isinstance(path, str):
            yield ("sync", "paths", index), path, FOLDER


_TASK_PATHS = (
    ("notebook_task", "notebook_path", NOTEBOOK),
    ("spark_python_task", "python_file", FILE),
    ("dbt_task", "project_directory", FOLDER),
)


def _path_in(holder, path, field, name, kind):
    inner = holder.get(field)
    if isinstance(inner, Map) and isinstance(inner.get(name), str) and inner.get("source") != "GIT":
        yield (*path, field, name), inner[name], kind


def _requirements(task, path):
    for index, library in items_of(task, "libraries"):
        if isinstance(library.get("requirements"), str):
            yield (*path, "libraries", index, "requirements"), library["requirements"], FILE


def _environment_files(environment, path):
    spec = environment.get("spec")
    dependencies = spec.get("dependencies") if isinstance(spec, Map) else None
    for index, dependency in enumerate(dependencies if isinstance(dependencies, list) else ()):
        if isinstance(dependency, str) and dependency.startswith("-r "):
            yield (*path, "spec", "dependencies", index), dependency[3:].strip(), FILE


@functools.lru_cache(maxsize=1)  # several rules ask this of one target after another
def _looked_for(target):
    """The paths that can be looked for, as (path, value, kind, absolute file names) tuples."""
    bundle = target.bundle
    found = []
    for path, value, kind in _local_paths(target):
        if not value or not known(value) or _REMOTE.match(value):
            continue
        file = bundle.absolute(place_at(target.config, path)[0], value)
        if path[3:4] == ("libraries",) and re.search(
            r"[*?\[]", value
        ):  # a pipeline's may be patterns
            matches = expand_glob(bundle.root, bundle.relative(file))
            files = [os.path.join(bundle.root, match) for match in matches]
        else:
            files = [file]
        found.append((path, value, kind, files))
    return found


@rule("BW601", ERROR, on="target", cli=ERROR)
def missing_file(target):
    """A notebook, file or folder that the bundle names does not exist.

    The CLI stops at the first one. Paths are relative to the file that holds them, and the
    extension is part of the name.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: src/load.py
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: src/load.py
        @ src/load.py
        # Databricks notebook source
    """
    bundle = target.bundle
    for path, value, kind, files in _looked_for(target):
        if not files:
            yield Problem(f"{kind} {value!r} matches nothing", path)
        for file in files:
            if not bundle.exists(file):
                hint = _where_it_is(bundle, value, file, kind)
                yield Problem(f"{kind} {bundle.relative(file)!r} does not exist", path, hint)
            elif bundle.is_file(file) == (kind == FOLDER):
                found = f"{bundle.relative(file)!r} is a {'file' if kind == FOLDER else 'folder'}"
                yield Problem(f"expected a {kind}, but {found}", path)


def _where_it_is(bundle, value, file, kind):
    """A hint to the file that was probably meant: with an extension, or below the bundle's root."""
    if kind == NOTEBOOK and not os.path.splitext(file)[1]:
        for extension in (*NOTEBOOK_HEADERS, ".ipynb"):
            if bundle.is_file(file + extension):
                return f"did you mean {bundle.relative(file + extension)!r}?"
    inside = re.sub(r"^(\.\./)+", "", os.path.normpath(value).replace(os.sep, "/"))
    there_is = (
        f"; there is a {inside!r}" if bundle.exists(os.path.join(bundle.root, inside)) else ""
    )
    return f"paths are relative to the file they stand in{there_is}"


@rule("BW602", ERROR, on="target", cli=ERROR)
def not_a_notebook(target):
    """A notebook task names a file that is not a notebook.

    The first line of a notebook is exactly `# Databricks notebook source` (`--` in SQL, `//` in
    Scala), or the file is a Jupyter notebook. A plain Python file runs as `spark_python_task`.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: src/load.py
        @ src/load.py
        print("load")
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: src/load.py
        @ src/load.py
        # Databricks notebook source
        print("load")
    """
    for path, _, kind, files in _looked_for(target):
        for file in files if kind == NOTEBOOK else ():
            if target.bundle.is_file(file) and not target.bundle.is_notebook(file):
                header = NOTEBOOK_HEADERS.get(os.path.splitext(file)[1].lower(), b"").decode()
                hint = f"its first line must be exactly '{header}'" if header else ""
                if file.endswith(".py"):
                    hint += ", or run it as spark_python_task"
                message = f"{target.bundle.relative(file)!r} is not a notebook"
                yield Problem(message, path, hint)


@rule("BW603", ERROR, on="target", cli=ERROR)
def unexpected_notebook(target):
    """A task that runs a plain file names a notebook.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  spark_python_task:
                    python_file: src/load.py
        @ src/load.py
        # Databricks notebook source
        print("load")
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: 0923-164208-meows279
                  spark_python_task:
                    python_file: src/load.py
        @ src/load.py
        print("load")
    """
    for path, _, kind, files in _looked_for(target):
        if kind != FILE or path[-1] not in ("python_file", "path"):
            continue
        for file in files:
            if target.bundle.is_file(file) and target.bundle.is_notebook(file):
                field = format_path(path[-2:])
                name = target.bundle.relative(file)
                message = f"{name!r} is a notebook, {field} needs a plain file"
                yield Problem(message, path)


@rule("BW604", WARNING, on="target", cli=WARNING)
def empty_sync_pattern(target):
    """A pattern under `sync` matches no file.

    Fails:
        sync:
          exclude:
            - scratch/*
    Passes:
        sync:
          exclude:
            - scratch/*
        @ scratch/try.py
        print("try")
    """
    sync = target.section("sync")
    for field in ("include", "exclude"):
        patterns = sync.get(field)
        for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
            if (
                isinstance(pattern, str)
                and known(pattern)
                and not target.bundle.matches_any_file(pattern)
            ):
                yield Problem(f"sync pattern {pattern!r} matches no file", ("sync", field, index))


@rule("BW605", ERROR, on="target", cli=ERROR)
def artifact_without_content(target):
    """An artifact says neither how it is built nor which files it is.

    Only a wheel can do without: it is then built in its folder.

    Fails:
        artifacts:
          tools:
            type: jar
            path: .
    Passes:
        artifacts:
          tools:
            type: jar
            path: .
            build: mvn package
            files:
              - source: target/*.jar
    """
    for key, artifact in target.section("artifacts").items():
        path = ("artifacts", key)
        if artifact is None:
            yield Problem(f"artifact {key!r} is empty", path, "define it or remove it")
        elif (
            isinstance(artifact, Map)
            and not (artifact.get("build") or artifact.get("files"))
            and artifact.get("type") != "whl"
        ):
            message = f"artifact {key!r} has neither a build command nor files"
            yield Problem(message, path, "add build or files")


@rule("BW606", ERROR, on="target", cli=ERROR)
def app_without_one_source(target):
    """An app has no source code, has it twice, or shares its folder with another app.

    Fails:
        resources:
          apps:
            front:
              name: front
    Passes:
        resources:
          apps:
            front:
              name: front
              source_code_path: front
        @ front/app.py
        print("front")
    """
    users = {}
    for key, app in maps_of(target.resources("apps")):
        path = ("resources", "apps", key)
        folder, repository = app.get("source_code_path"), app.get("git_source")
        if not folder and not repository:
            yield Problem(f"app {key!r} has no source code", path, "add source_code_path")
        elif folder and repository:
            message = f"app {key!r} has a source_code_path and a git_source"
            yield Problem(message, (*path, "git_source"), "keep one", of_key=True)
        elif isinstance(folder, str) and known(folder):
            place = place_at(target.config, (*path, "source_code_path"))
            file = target.bundle.absolute(place[0], folder)
            if file in users:
                message = f"app {key!r} has the source_code_path of app {users[file]!r}"
                yield Problem(message, (*path, "source_code_path"))
            users.setdefault(file, key)
