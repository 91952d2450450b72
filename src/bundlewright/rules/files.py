"""Family 6: the files that a bundle's configuration names.

Paths are relative to the file in which they are written. What starts with `/`, with a scheme such
as `dbfs:/`, or holds a reference is not looked for. Source:
https://docs.databricks.com/aws/en/dev-tools/bundles/settings#paths
"""

import functools
import os
import re

from bundlewright.bundle.access import items_of, known, maps_of, place_at, tasks_of, value_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.files import NOTEBOOK_HEADERS, expand_glob
from bundlewright.finding import ERROR, WARNING, format_path
from bundlewright.rules import Problem, rule

_REMOTE = re.compile(r"/|[a-zA-Z][a-zA-Z0-9+.-]*:")

NOTEBOOK, FILE, FOLDER = "notebook", "file", "folder"


def _local_paths(part):
    """Every path in a part that names a file of the bundle, as (path, value, kind) triples."""
    config = part.config
    if not part.path:
        for key, artifact in maps_of(config.get("artifacts")):
            yield from _text(artifact, "path", FOLDER, "artifacts", key)
        paths = value_at(config, ("sync", "paths"))
        for index, path in enumerate(paths if isinstance(paths, list) else ()):
            if isinstance(path, str):
                yield ("sync", "paths", index), path, FOLDER
    elif part.kind == "jobs":
        yield from _paths_of_job(config)
    elif part.kind == "pipelines":
        for index, library in items_of(config, "libraries"):
            path = ("libraries", index)
            yield from _path_in(library, path, "notebook", "path", NOTEBOOK)
            yield from _path_in(library, path, "file", "path", FILE)
        yield from _text(config, "root_path", FOLDER)
    elif part.kind in ("dashboards", "genie_spaces", "alerts"):
        yield from _text(config, "file_path", FILE)
    elif part.kind == "apps":
        yield from _text(config, "source_code_path", FOLDER)


def _text(holder, field, kind, *path):
    if isinstance(holder.get(field), str):
        yield (*path, field), holder[field], kind


def _paths_of_job(job):
    if job.get("git_source") is not None:
        return  # paths are those of the other repository
    for path, task in tasks_of(job):
        for field, name, kind in _TASK_PATHS:
            if field in task:
                yield from _path_in(task, path, field, name, kind)
        sql = task.get("sql_task")
        if isinstance(sql, Map):
            yield from _path_in(sql, (*path, "sql_task"), "file", "path", FILE)
        if "libraries" in task:
            yield from _requirements(task, path)
    for index, environment in items_of(job, "environments"):
        yield from _environment_files(environment, ("environments", index))


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


@functools.lru_cache(maxsize=1)  # several rules ask this of one part after another
def looked_for(part):
    """The paths that can be looked for, as (path, value, kind, absolute file names) tuples."""
    bundle = part.bundle
    found = []
    for path, value, kind in _local_paths(part):
        if not value or not known(value) or _REMOTE.match(value):
            continue
        file = bundle.absolute(place_at(part.config, path)[0], value)
        # A pipeline's libraries may be patterns.
        if path[0] == "libraries" and re.search(r"[*?\[]", value):
            matches = expand_glob(bundle.root, bundle.relative(file))
            files = [os.path.join(bundle.root, match) for match in matches]
        else:
            files = [file]
        found.append((path, value, kind, files))
    return found


@rule("BW601", ERROR, on="part", cli=ERROR)
def missing_file(part):
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
    bundle = part.bundle
    for path, value, kind, files in looked_for(part):
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


@rule("BW602", ERROR, on="part", cli=ERROR)
def not_a_notebook(part):
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
    for path, _, kind, files in looked_for(part):
        for file in files if kind == NOTEBOOK else ():
            if part.bundle.is_file(file) and not part.bundle.is_notebook(file):
                header = NOTEBOOK_HEADERS.get(os.path.splitext(file)[1].lower(), b"").decode()
                hint = f"its first line must be exactly '{header}'" if header else ""
                if file.endswith(".py"):
                    hint += ", or run it as spark_python_task"
                message = f"{part.bundle.relative(file)!r} is not a notebook"
                yield Problem(message, path, hint)


@rule("BW603", ERROR, on="part", cli=ERROR)
def unexpected_notebook(part):
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
    for path, _, kind, files in looked_for(part):
        if kind != FILE or path[-1] not in ("python_file", "path"):
            continue
        for file in files:
            if part.bundle.is_file(file) and part.bundle.is_notebook(file):
                field = format_path(path[-2:])
                name = part.bundle.relative(file)
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
    for key in target.keys("apps"):
        path = ("resources", "apps", key)
        app = target.value(path)
        if not isinstance(app, Map):
            continue
        folder, repository = app.get("source_code_path"), app.get("git_source")
        if not folder and not repository:
            yield Problem(f"app {key!r} has no source code", path, "add source_code_path")
        elif folder and repository:
            message = f"app {key!r} has a source_code_path and a git_source"
            yield Problem(message, (*path, "git_source"), "keep one", of_key=True)
        elif isinstance(folder, str) and known(folder):
            place = place_at(target.merged, (*path, "source_code_path"))
            file = target.bundle.absolute(place[0], folder)
            if file in users:
                message = f"app {key!r} has the source_code_path of app {users[file]!r}"
                yield Problem(message, (*path, "source_code_path"))
            users.setdefault(file, key)
