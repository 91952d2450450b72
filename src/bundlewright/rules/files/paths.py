"""Paths that the configuration names; `bundlewright.bundle.paths` finds them.

Source:
https://docs.databricks.com/aws/en/dev-tools/bundles/settings#paths
"""

import os
import re

from bundlewright.bundle.access import known, value_at, written_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.files import NOTEBOOK_HEADERS
from bundlewright.bundle.paths import ANYTHING, FILE, FOLDER, NOTEBOOK, local_paths, named_paths
from bundlewright.finding import ERROR, INFO, WARNING, format_path
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, rule


@rule("BW601", ERROR, on="part", cli=ERROR)
def missing_file(part):
    """A notebook, file or folder that the bundle names does not exist.

    The CLI stops at the first one. Paths are relative to the file that holds them, and the
    extension is part of the name. What a task takes from Git is not in the bundle, but then its job
    says by `git_source` from which repository.

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
    for path, value, kind, files in local_paths(part):
        holder = value_at(part.config, path[:-1])
        if isinstance(holder, Map) and holder.get("source") == "GIT":
            message = f"{kind} {value!r} is to come from Git, but the job has no git_source"
            hint = "add git_source to the job, or leave source out"
            cli = INFO if all(map(bundle.exists, files)) else None  # that it passes
            yield Problem(message, path, hint, cli=cli)
            continue
        if not files:
            yield Problem(f"{kind} {value!r} matches nothing", path)
        for file in files:
            if not bundle.exists(file):
                hint = _where_it_is(bundle, value, file, kind)
                yield Problem(f"{kind} {bundle.relative(file)!r} does not exist", path, hint)
            elif kind != ANYTHING and bundle.is_file(file) == (kind == FOLDER):
                what = "a folder" if os.path.isdir(file) else "no regular file"
                found = f"{bundle.relative(file)!r} is {'a file' if kind == FOLDER else what}"
                yield Problem(f"expected a {kind}, but {found}", path)


def _where_it_is(bundle, value, file, kind):
    """A hint to the file that was probably meant."""
    if kind == NOTEBOOK and not os.path.splitext(file)[1]:
        for extension in (*NOTEBOOK_HEADERS, ".ipynb"):
            if bundle.is_file(file + extension):
                return f"did you mean {bundle.relative(file + extension)!r}?"
    if "\\" in value and bundle.exists(file.replace("\\", "/")):
        return f"write {value.replace(chr(92), '/')!r}: only Windows has '{chr(92)}' in paths"
    other_case = _in_other_case(bundle, file)
    if other_case:
        return f"there is {other_case!r}: upper and lower case matter"
    inside = re.sub(r"^(\.\./)+", "", os.path.normpath(value).replace(os.sep, "/"))
    there_is = bundle.exists(os.path.join(bundle.root, inside))
    hint = "paths are relative to the file they stand in"
    return f"{hint}; there is a {inside!r}" if there_is else hint


def _in_other_case(bundle, file):
    """The name of what differs from a path in upper and lower case only, or ""."""
    wanted = bundle.relative(file).lower()
    for name in bundle.files():
        lower = name.lower()
        if lower == wanted or lower.startswith(f"{wanted}/"):
            return name[: len(wanted)]
    return ""


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
    for path, _, kind, files in local_paths(part):
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
    for path, _, kind, files in local_paths(part):
        if kind != FILE or path[-1] not in ("python_file", "path"):
            continue
        for file in files:
            if part.bundle.is_file(file) and part.bundle.is_notebook(file):
                field = format_path(path[-2:])
                name = part.bundle.relative(file)
                message = f"{name!r} is a notebook, {field} needs a plain file"
                yield Problem(message, path)


@rule("BW607", ERROR, on="part", cli=ERROR)
def path_outside(part):
    """A file that the bundle names lies outside the folders that it uploads.

    Only what lies below the bundle's folder, or below a folder of `sync.paths`, gets into the
    workspace.

    Fails:
        resources:
          pipelines:
            sales:
              name: sales
              root_path: ..
    Passes:
        sync:
          paths:
            - ..
        resources:
          pipelines:
            sales:
              name: sales
              root_path: ..
    """
    bundle = part.bundle
    inside = os.path.join(bundle.root, "")
    for path, value, _, files in local_paths(part) if part.path else ():
        for file in files:
            if file.startswith(inside) or file == bundle.root or not bundle.exists(file):
                continue
            root = bundle.uploads().root
            if root is not None and os.path.commonpath([root, file]) != root:
                hint = "move it into the bundle, or name its folder under sync.paths"
                message = f"{value!r} lies outside the bundle's folder"
                yield Problem(message, path, hint)


_PERSONAL = Pattern(r"/(?:Workspace/)?(?:Users/[^/]*@|Repos/)")


@rule("BW608", WARNING, on="part")
def personal_path(part):
    """A task runs what lies in one person's folder in the workspace.

    It breaks when the person edits or leaves, and it is not what the repository holds. Name the
    file in the bundle instead; it is uploaded with it.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Users/ada@example.com/load
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
    for path, value, _, place in named_paths(part) if part.path else ():
        # The deployed files of the bundle itself may be there: that is a reference as written.
        if _PERSONAL.match(value) and known(written_at(part.bundle, place)):
            message = f"{value!r} is in the folder of one person"
            yield Problem(message, path, "put the file into the bundle and name it there")
