"""What is uploaded.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/settings#sync
"""

from bundlewright.bundle.access import known
from bundlewright.bundle.paths import FOLDER, local_paths
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, rule


@rule("BW604", WARNING, on="target", cli=WARNING, having=("sync",))
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


@rule("BW609", WARNING, on="target", having=("sync",))
def included_and_excluded(target):
    """A pattern stands under both `sync.include` and `sync.exclude`.

    What is excluded stays out, whatever includes it.

    Fails:
        sync:
          include:
            - dist/*.whl
          exclude:
            - dist/*.whl
        @ dist/a.whl
    Passes:
        sync:
          include:
            - dist/*.whl
        @ dist/a.whl
    """
    sync = target.section("sync")
    included, excluded = (sync.get(field) for field in ("include", "exclude"))
    if isinstance(included, list) and isinstance(excluded, list):
        for index, pattern in enumerate(included):
            if isinstance(pattern, str) and pattern in excluded:
                message = f"{pattern!r} is excluded too, and that wins"
                yield Problem(message, ("sync", "include", index), "remove one of the two")


@rule("BW610", WARNING, on="target", cli=WARNING)
def nothing_to_upload(target):
    """No file of the bundle is uploaded.

    Fails:
        sync:
          exclude:
            - "*"
    Passes:
        sync:
          exclude:
            - scratch/*
        @ scratch/try.py
        print("try")
    """
    bundle = target.bundle
    uploads = bundle.uploads()
    sync = target.section("sync")
    if sync.get("paths") == [] or uploads.root != bundle.root:
        return
    names = (bundle.root_name, *bundle.files()) if _excludes(bundle, uploads) else ()
    if names and all(uploads.reason_against(bundle.absolute("", name)) for name in names):
        path = ("sync", "exclude") if sync.get("exclude") else ()
        yield Problem("no file of the bundle is uploaded", path, "see .gitignore and sync")


def _excludes(bundle, uploads):
    """Whether even the root file stays behind: only then is it worth looking at all files."""
    return uploads.reason_against(bundle.absolute("", bundle.root_name))


@rule("BW611", ERROR, on="part")
def file_not_uploaded(part):
    """A task runs a file that a deploy leaves behind.

    Git ignores it, `sync.exclude` names it, or it lies in none of the folders of `sync.paths`. It
    is there when the bundle is validated and deployed, and missing when the job runs.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: generated/load.py
        @ generated/load.py
        # Databricks notebook source
        @ .gitignore
        generated/
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: generated/load.py
        sync:
          include:
            - generated/*
        @ generated/load.py
        # Databricks notebook source
        @ .gitignore
        generated/
    """
    bundle = part.bundle
    if part.path[1:2] not in (("jobs",), ("pipelines",), ("apps",)):
        return  # what other kinds name is read when the bundle is deployed
    for path, _, kind, files in local_paths(part):
        for file in files:
            reason = ""
            if bundle.exists(file):
                reason = bundle.uploads().reason_against(file, kind == FOLDER)
            if reason:
                name = bundle.relative(file)
                hint = f"name it under sync.include: {name}"
                yield Problem(f"{name!r} is not uploaded: {reason}", path, hint)
