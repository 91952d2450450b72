"""Pipelines: what they run on, what they run, and where they publish.

Sources: https://docs.databricks.com/api/workspace/pipelines/create and
https://docs.databricks.com/aws/en/ldp/configure-pipeline
"""

import re

from bundlewright.bundle.access import is_true, items_of, known, place_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, INFO, WARNING, Fix
from bundlewright.rules import Problem, did_you_mean, misspells, rule

_PIPELINES = ("pipelines",)


_CONTENTS = ("libraries", "ingestion_definition", "gateway_definition")


def _is_managed(pipeline):
    """Whether the service knows by itself what a pipeline does."""
    return any(pipeline.get(field) is not None for field in _CONTENTS[1:])


@rule("BW436", ERROR, on="resource", kinds=_PIPELINES, having=("serverless",))
def clusters_of_a_serverless_pipeline(resource):
    """A serverless pipeline specifies clusters.

    The service refuses it. `bundle validate` lets it pass.

    Fails:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              serverless: true
              libraries:
                - file:
                    path: sales.sql
              clusters:
                - label: default
                  num_workers: 1
        @ sales.sql
        SELECT 1
    Passes:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              serverless: true
              libraries:
                - file:
                    path: sales.sql
        @ sales.sql
        SELECT 1
    """
    pipeline = resource.config
    clusters = pipeline.get("clusters")
    if is_true(pipeline.get("serverless")) and isinstance(clusters, list) and clusters:
        message = f"pipeline {resource.key!r} is serverless and has clusters"
        yield Problem(message, ("clusters",), "remove clusters or serverless", of_key=True)


@rule("BW437", ERROR, on="resource", kinds=_PIPELINES, having=("serverless",))
def serverless_pipeline_without_catalog(resource):
    """A serverless pipeline does not say which catalog it publishes to.

    Serverless pipelines need Unity Catalog.

    Fails:
        resources:
          pipelines:
            sales:
              name: sales
              serverless: true
              libraries:
                - file:
                    path: sales.sql
        @ sales.sql
        SELECT 1
    Passes:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              serverless: true
              libraries:
                - file:
                    path: sales.sql
        @ sales.sql
        SELECT 1
    """
    pipeline = resource.config
    if (
        is_true(pipeline.get("serverless"))
        and pipeline.get("catalog") is None
        and not _is_managed(pipeline)
        and not misspells(pipeline, "catalog")
    ):
        message = f"pipeline {resource.key!r} is serverless and has no catalog"
        yield Problem(message, ("serverless",), "add catalog and schema", of_key=True)


@rule("BW438", ERROR, on="resource", kinds=_PIPELINES, having=("schema", "storage"))
def two_places_to_publish(resource):
    """A pipeline names two places for what it makes.

    `target` is the old name of `schema`, and `storage` is for pipelines without a catalog.

    Fails:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              target: sales
              libraries:
                - file:
                    path: sales.sql
        @ sales.sql
        SELECT 1
    Passes:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              libraries:
                - file:
                    path: sales.sql
        @ sales.sql
        SELECT 1
    """
    for field, other, hint in (
        ("target", "schema", "keep schema"),
        ("storage", "catalog", "keep catalog"),
    ):
        if resource.config.get(field) is not None and resource.config.get(other) is not None:
            message = f"pipeline {resource.key!r} has {other} and {field}"
            yield Problem(message, (field,), hint, of_key=True)


@rule("BW439", INFO, on="resource", kinds=_PIPELINES, having=("target",))
def target_for_schema(resource):
    """A pipeline names its schema under the old name `target`.

    The field is deprecated. With `schema`, tables may also go to other schemas.

    Fails:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              target: sales
              libraries:
                - file:
                    path: sales.sql
        @ sales.sql
        SELECT 1
    Passes:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              libraries:
                - file:
                    path: sales.sql
        @ sales.sql
        SELECT 1
    """
    pipeline = resource.config
    if pipeline.get("target") is not None and pipeline.get("schema") is None:
        path = ("target",)
        fix = Fix(False, ("rename", place_at(pipeline, path, of_key=True), "schema"))
        yield Problem("target is deprecated", path, "use schema", of_key=True, fix=fix)


_ALERTS = (
    "on-update-success",
    "on-update-failure",
    "on-update-fatal-failure",
    "on-flow-failure",
)
_LABELS = ("default", "updates", "maintenance")


@rule("BW440", ERROR, on="resource", kinds=_PIPELINES)
def unknown_value_in_a_pipeline(resource):
    """A pipeline's edition, channel, label of a cluster, or alert does not exist.

    `bundle validate` lets it pass; the deploy fails.

    Fails:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              channel: STABLE
              libraries:
                - file:
                    path: sales.sql
        @ sales.sql
        SELECT 1
    Passes:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              channel: CURRENT
              libraries:
                - file:
                    path: sales.sql
        @ sales.sql
        SELECT 1
    """
    pipeline = resource.config
    values = [
        (("edition",), pipeline.get("edition"), ("CORE", "PRO", "ADVANCED")),
        (("channel",), pipeline.get("channel"), ("CURRENT", "PREVIEW")),
    ]
    for index, cluster in items_of(pipeline, "clusters"):
        values.append((("clusters", index, "label"), cluster.get("label"), _LABELS))
    for index, notification in items_of(pipeline, "notifications"):
        alerts = notification.get("alerts")
        for number, alert in enumerate(alerts if isinstance(alerts, list) else ()):
            values.append((("notifications", index, "alerts", number), alert, _ALERTS))
    for path, value, allowed in values:
        if not isinstance(value, str) or not known(value) or value in allowed:
            continue
        if value.upper() not in allowed:  # the CLI does not mind the case of the first two
            name = next(part for part in reversed(path) if isinstance(part, str))
            hint = did_you_mean(value, allowed, 0.75) or f"use one of {', '.join(allowed)}"
            yield Problem(f"{name} cannot be {value!r}", path, hint)


@rule("BW441", ERROR, on="resource", kinds=_PIPELINES)
def pipeline_without_source(resource):
    """A pipeline has nothing to run.

    It needs `libraries`, or the definition of an ingestion or of a gateway.

    Fails:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
    Passes:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              libraries:
                - file:
                    path: sales.sql
        @ sales.sql
        SELECT 1
    """
    pipeline = resource.config
    if (
        not pipeline.get("libraries")
        and not _is_managed(pipeline)
        and ("libraries" in pipeline or not misspells(pipeline, *_CONTENTS))
    ):
        message = f"pipeline {resource.key!r} has nothing to run"
        yield Problem(message, (), "list its files under libraries")


@rule("BW442", ERROR, on="resource", kinds=_PIPELINES, having=("ingestion_definition",))
def ingestion_with_libraries(resource):
    """A pipeline that ingests has code of its own.

    An `ingestion_definition` cannot stand beside `libraries`.

    Fails:
        resources:
          pipelines:
            crm:
              name: crm
              catalog: main
              schema: crm
              ingestion_definition:
                connection_name: crm
                objects:
                  - schema:
                      source_schema: public
                      destination_catalog: main
                      destination_schema: crm
              libraries:
                - file:
                    path: crm.sql
        @ crm.sql
        SELECT 1
    Passes:
        resources:
          pipelines:
            crm:
              name: crm
              catalog: main
              schema: crm
              ingestion_definition:
                connection_name: crm
                objects:
                  - schema:
                      source_schema: public
                      destination_catalog: main
                      destination_schema: crm
    """
    pipeline = resource.config
    if pipeline.get("ingestion_definition") is not None and pipeline.get("libraries"):
        message = f"pipeline {resource.key!r} has an ingestion_definition and libraries"
        yield Problem(message, ("libraries",), "make two pipelines of it", of_key=True)


_SOURCES = (".py", ".sql", ".ipynb", ".scala", ".r", ".R")


@rule("BW443", ERROR, on="resource", kinds=_PIPELINES, having=("libraries",))
def glob_without_source(resource):
    """A pipeline's `glob` includes no source.

    It is a notebook, a file, or a folder with `/**` behind it: other patterns are not supported.
    The CLI does not look; the pipeline fails when it runs, or lacks tables.

    Fails:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              libraries:
                - glob:
                    include: sales/*.sql
        @ sales/orders.sql
        SELECT 1
    Passes:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              libraries:
                - glob:
                    include: sales/**
        @ sales/orders.sql
        SELECT 1
    """
    for index, library in items_of(resource.config, "libraries"):
        glob = library.get("glob")
        include = glob.get("include") if isinstance(glob, Map) else None
        if isinstance(include, str) and include and known(include):
            path = ("libraries", index, "glob", "include")
            for message, hint in _glob_faults(resource, path, include):
                yield Problem(message, path, hint)


def _glob_faults(resource, path, include):
    folder, all_below = re.subn(r"/\*\*$", "", include)
    if re.search(r"[*?\[]", folder):
        hint = "name a file, or a folder with '/**' behind it"
        yield f"pattern {include!r} is not supported", hint
        return
    if include.startswith("/"):
        return  # in the workspace
    bundle = resource.bundle
    found = bundle.absolute(place_at(resource.config, path)[0], folder)
    name = bundle.relative(found)
    if not bundle.exists(found):
        yield f"{name!r} does not exist", "paths are relative to the file they stand in"
    elif all_below and not _has_sources(bundle, found):
        message = f"there is no .py, .sql or notebook below {name!r}"
        yield message, "name the folder that holds the pipeline's source"
    elif not all_below and not bundle.is_file(found):
        yield f"{name!r} is a folder", f"add '/**': '{include.rstrip('/')}/**'"


def _has_sources(bundle, folder):
    name = bundle.relative(folder)
    if name.startswith(".."):
        return True  # beyond what the bundle lists
    below = "" if name == "." else f"{name}/"
    return any(one.startswith(below) and one.endswith(_SOURCES) for one in bundle.files())


@rule("BW444", WARNING, on="resource", kinds=_PIPELINES, having=("clusters",))
def enhanced_autoscaling_of_maintenance(resource):
    """A pipeline's maintenance cluster asks for enhanced autoscaling.

    That is for the cluster that updates tables; the other one has legacy autoscaling only.

    Fails:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              libraries:
                - file:
                    path: sales.sql
              clusters:
                - label: maintenance
                  autoscale:
                    min_workers: 1
                    max_workers: 2
                    mode: ENHANCED
        @ sales.sql
        SELECT 1
    Passes:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              libraries:
                - file:
                    path: sales.sql
              clusters:
                - label: updates
                  autoscale:
                    min_workers: 1
                    max_workers: 2
                    mode: ENHANCED
        @ sales.sql
        SELECT 1
    """
    for index, cluster in items_of(resource.config, "clusters"):
        scale = cluster.get("autoscale")
        mode = scale.get("mode") if isinstance(scale, Map) else None
        if cluster.get("label") == "maintenance" and mode == "ENHANCED":
            message = "a maintenance cluster has no enhanced autoscaling"
            yield Problem(message, ("clusters", index, "autoscale", "mode"), "use LEGACY")


@rule("BW445", INFO, on="resource", kinds=_PIPELINES, having=("photon",))
def photon_of_a_serverless_pipeline(resource):
    """A serverless pipeline switches Photon on or off.

    Serverless compute always has it: the field does nothing.

    Fails:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              serverless: true
              photon: true
              libraries:
                - file:
                    path: sales.sql
        @ sales.sql
        SELECT 1
    Passes:
        resources:
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: sales
              serverless: true
              libraries:
                - file:
                    path: sales.sql
        @ sales.sql
        SELECT 1
    """
    pipeline = resource.config
    if is_true(pipeline.get("serverless")) and pipeline.get("photon") is not None:
        message = "photon has no effect on serverless compute"
        yield Problem(message, ("photon",), "remove it", of_key=True)
