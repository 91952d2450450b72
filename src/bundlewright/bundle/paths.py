"""The files and folders that a part of a bundle names.

Paths are relative to the file in which they are written. What starts with `/`, with a scheme such
as `dbfs:/`, or holds a reference is not looked for. Source:
https://docs.databricks.com/aws/en/dev-tools/bundles/settings#paths
"""

import functools
import os
import re

from bundlewright.bundle.access import items_of, known, maps_of, tasks_of, value_at
from bundlewright.bundle.document import Map, Seq
from bundlewright.bundle.files import expand_glob
from bundlewright.patterns import Pattern

# What is not looked for on the disk.
REMOTE = Pattern(r"/|[a-zA-Z][a-zA-Z0-9+.-]*:")

NOTEBOOK, FILE, FOLDER, ANYTHING = "notebook", "file", "folder", "file or folder"


@functools.lru_cache(maxsize=1)  # several rules ask this of one part after another
def named_paths(part):
    """Every path that a part names.

    Returns:
        A list of (path of the value below the part, value, kind, place) tuples; the kind is what
        is expected there: `NOTEBOOK`, `FILE`, `FOLDER` or `ANYTHING`.
    """
    return list(_paths_of(part))


@functools.lru_cache(maxsize=1)
def local_paths(part):
    """The paths that a part names which can be looked for.

    Returns:
        A list of (path of the value below the part, value, kind, absolute names) tuples. A pattern
        in a pipeline's libraries means what it matches; all others mean one name.
    """
    bundle = part.bundle
    found = []
    for path, value, kind, place in named_paths(part):
        if not value or not known(value) or REMOTE.match(value):
            continue
        name = bundle.absolute(place[0], value)
        names = [name]
        if path[0] == "libraries" and re.search(r"[*?\[]", value):
            matches = expand_glob(bundle.root, bundle.relative(name))
            names = [os.path.join(bundle.root, match) for match in sorted(matches)]
        found.append((path, value, kind, names))
    return found


def _paths_of(part):
    config = part.config
    if not part.path:
        for key, artifact in maps_of(config.get("artifacts")):
            yield from _text(artifact, "path", FOLDER, ("artifacts", key))
        yield from _texts(value_at(config, ("sync", "paths")), ("sync", "paths"), ANYTHING)
    elif part.kind == "jobs":
        yield from _paths_of_job(config)
    elif part.kind == "pipelines":
        for index, library in items_of(config, "libraries"):
            path = ("libraries", index)
            yield from _inner_text(library, "notebook", "path", NOTEBOOK, path)
            yield from _inner_text(library, "file", "path", FILE, path)
        yield from _text(config, "root_path", FOLDER)
        yield from _pip_options(config.get("environment"), ("environment", "dependencies"))
    elif part.kind in ("dashboards", "genie_spaces", "alerts"):
        yield from _text(config, "file_path", FILE)
    elif part.kind == "apps":
        yield from _text(config, "source_code_path", FOLDER)


def _paths_of_job(job):
    if job.get("git_source") is not None:
        return  # paths are those of the other repository
    for path, task in tasks_of(job):
        for field, name, kind in _TASK_PATHS:
            if field in task:
                yield from _inner_text(task, field, name, kind, path)
        if isinstance(task.get("sql_task"), Map):
            yield from _inner_text(task["sql_task"], "file", "path", FILE, (*path, "sql_task"))
        for index, library in items_of(task, "libraries"):
            yield from _text(library, "requirements", FILE, (*path, "libraries", index))
    for index, environment in items_of(job, "environments"):
        path = ("environments", index, "spec", "dependencies")
        yield from _pip_options(environment.get("spec"), path)


_TASK_PATHS = (
    ("notebook_task", "notebook_path", NOTEBOOK),
    ("spark_python_task", "python_file", FILE),
    ("dbt_task", "project_directory", FOLDER),
    ("alert_task", "workspace_path", FILE),
)


def _text(holder, field, kind, path=()):
    if isinstance(holder.get(field), str):
        yield (*path, field), holder[field], kind, holder.places[field][1]


def _inner_text(holder, field, name, kind, path):
    inner = holder.get(field)
    if isinstance(inner, Map):
        yield from _text(inner, name, kind, (*path, field))


def _texts(values, path, kind):
    for index, value in enumerate(values if isinstance(values, Seq) else ()):
        if isinstance(value, str):
            yield (*path, index), value, kind, values.places[index]


def _pip_options(spec, path):
    """The files and folders that `-r` and `-e` name among an environment's dependencies."""
    dependencies = spec.get("dependencies") if isinstance(spec, Map) else None
    for where, text, _, place in _texts(dependencies, path, ANYTHING):
        if text[:3] in ("-r ", "-e "):
            yield where, text[3:].strip(), FILE if text[:3] == "-r " else ANYTHING, place
