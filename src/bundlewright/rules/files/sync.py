"""What is uploaded.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/settings#sync
"""

from bundlewright.bundle.access import known, maps_of, place_at
from bundlewright.bundle.paths import FOLDER, local_paths
from bundlewright.bundle.uploads import Uploads
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.rules import Problem, rule


@rule("BW604", WARNING, on="target", cli=WARNING, having=("sync",))
def empty_sync_pattern(target):
    """A pattern under `sync` matches no file.

    What was to be uploaded is not. A pattern under `exclude` may be there for files to come, such
    as those of a virtual environment, and is only worth a remark.

    Fails:
        sync:
          include:
            - dist/*.whl
    Passes:
        sync:
          include:
            - dist/*.whl
        @ dist/sales-1.0-py3-none-any.whl
        a wheel
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
                message = f"sync pattern {pattern!r} matches no file"
                severity = INFO if field == "exclude" else None
                yield Problem(message, ("sync", field, index), severity=severity)


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


# What other kinds name is read when the bundle is deployed.
_RUNNING = ("jobs", "pipelines", "apps")


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
    if part.path and part.kind in _RUNNING:
        for path, name, reason in _left_behind(part, part.bundle.uploads()):
            yield Problem(f"{name!r} is not uploaded: {reason}", path, _hint(name, reason))


@rule("BW619", ERROR, on="target", kinds=_RUNNING)
def file_not_uploaded_by_target(target):
    """A task runs a file that a deploy of one target leaves behind.

    The `sync` section of that target excludes it, or only that of another one brings it.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: src/load.py
        targets:
          dev:
            default: true
          prod:
            mode: production
            workspace:
              root_path: /Workspace/etl
            sync:
              exclude:
                - src/load.py
        @ src/load.py
        # Databricks notebook source
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: src/load.py
        targets:
          dev:
            default: true
          prod:
            mode: production
            workspace:
              root_path: /Workspace/etl
            sync:
              exclude:
                - src/scratch.py
        @ src/load.py
        # Databricks notebook source
        @ src/scratch.py
        print("try")
    """
    bundle = target.bundle
    if not any(one.get("sync") for _, one in maps_of(bundle.declared_targets())):
        return  # it is the same in all targets
    uploads = Uploads(bundle, target)
    resources = [target.resource(kind, key) for kind in _RUNNING for key in target.keys(kind)]
    for resource in filter(None, resources):
        told = [path for path, _, _ in _left_behind(resource, bundle.uploads())]
        for path, name, reason in _left_behind(resource, uploads):
            if path not in told:
                place = place_at(resource.config, path)
                path = (*resource.path, *path)
                message = f"target {target.name!r} does not upload {name!r}: {reason}"
                yield Problem(message, path, _hint(name, reason), place=place)


def _left_behind(part, uploads):
    """The files that a resource runs and that are not uploaded, as (path, name, reason)."""
    bundle = part.bundle
    for path, _, kind, files in local_paths(part):
        for file in filter(bundle.exists, files):
            reason = uploads.reason_against(file, kind == FOLDER)
            if reason:
                yield path, bundle.relative(file), reason


def _hint(name, reason):
    if reason.startswith("sync.exclude"):
        return "take it out of sync.exclude"
    return f"name it under sync.include: {name}"
