"""What files and targets say of one resource, and of one place.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/settings
"""

from bundlewright.bundle.access import maps_of
from bundlewright.bundle.document import Map
from bundlewright.bundle.references import REFERENCE
from bundlewright.finding import ERROR, INFO, format_path
from bundlewright.rules import Problem, rule


@rule("BW007", ERROR, on="target", cli=ERROR)
def unmergeable(target):
    """Two files, or a bundle and its target, give one place values of different kinds.

    Maps are merged and lists are appended, but a map and a text cannot be brought together.

    Fails:
        resources:
          jobs: {}
        targets:
          dev:
            resources:
              jobs: none
    Passes:
        resources:
          jobs: {}
        targets:
          dev:
            resources:
              jobs:
                etl:
                  name: etl
    """
    for conflict in (*target.bundle.conflicts, *target.conflicts):
        path = format_path(conflict.path)
        yield Problem(f"{conflict} at {path}", path=conflict.path, place=conflict.place)


@rule("BW008", ERROR, on="bundle", cli=ERROR)
def duplicate_resource(bundle):
    """Two resources, or a resource and a script, have one key.

    Keys are unique in a bundle, over all kinds and files: `bundle run KEY` must know what is meant.

    Fails:
        resources:
          jobs:
            sales:
              name: a
          pipelines:
            sales:
              name: b
    Passes:
        resources:
          jobs:
            sales_job:
              name: a
          pipelines:
            sales:
              name: b
    """
    taken = {}
    for document in bundle.documents:
        data = document.data if isinstance(document.data, Map) else Map((document.name, 1, 1))
        resources = maps_of(data.get("resources"))
        defined = [(("resources", kind), entries) for kind, entries in resources]
        if isinstance(data.get("scripts"), Map):
            defined.append((("scripts",), data["scripts"]))
        for path, entries in defined:
            for key in entries:
                taken.setdefault(key, []).append(((*path, key), entries.places[key][1]))
    for key, (*others, (path, place)) in taken.items():
        if others:
            names = " and ".join(dict.fromkeys(format_path(other) for other, _ in others))
            yield Problem(
                f"key {key!r} is also that of {names}",
                path=path,
                place=place,
                related=[(other, "also here") for _, other in others],
                hint="give each resource and script a key of its own",
            )


@rule("BW010", ERROR, on="target", cli=ERROR)
def empty_resource(target):
    """A resource has a key and nothing else.

    Fails:
        resources:
          jobs:
            etl:
    Passes:
        resources:
          jobs:
            etl:
              name: etl
    """
    for kind, entries in target.kinds():
        for key, value in entries.items():
            if value is None:
                path = ("resources", kind, key)
                yield Problem(
                    f"{format_path(path)} is empty", path=path, hint="define it or remove it"
                )


def _resources_in(document):
    """The resources that a file defines or overrides, kind by kind, as (path, resources) pairs."""
    data = document.data if isinstance(document.data, Map) else {}
    holders = [((), data)]
    holders += [(("targets", name), target) for name, target in maps_of(data.get("targets"))]
    for base, holder in holders:
        for kind, entries in maps_of(holder.get("resources")):
            yield (*base, "resources", kind), entries


@rule("BW011", ERROR, on="bundle", cli=ERROR)
def reference_in_resource_key(bundle):
    """The key of a resource holds a `${...}` reference.

    Keys are fixed: the CLI keeps track of a deployed resource by its key. Use the reference in the
    resource's `name`.

    Fails:
        resources:
          jobs:
            ${var.env}_etl:
              name: etl
    Passes:
        resources:
          jobs:
            etl:
              name: ${bundle.target}_etl
    """
    for document in bundle.documents:
        for path, entries in _resources_in(document):
            for key in entries:
                if REFERENCE.search(key):
                    message = f"resource key {key!r} must not hold a reference"
                    yield Problem(message, path=(*path, key), place=entries.places[key][1])


# The part of a file name that says what is in the file: `etl.job.yml`.
_KINDS_BY_SUFFIX = {
    "alert": "alerts",
    "app": "apps",
    "catalog": "catalogs",
    "cluster": "clusters",
    "dashboard": "dashboards",
    "experiment": "experiments",
    "job": "jobs",
    "model": "models",
    "model_serving_endpoint": "model_serving_endpoints",
    "pipeline": "pipelines",
    "quality_monitor": "quality_monitors",
    "registered_model": "registered_models",
    "schema": "schemas",
    "secret_scope": "secret_scopes",
    "sql_warehouse": "sql_warehouses",
    "volume": "volumes",
}


@rule("BW012", INFO, on="bundle", cli=INFO, profile="strict")
def misnamed_file(bundle):
    """A file's name promises one resource of a kind and the file holds something else.

    Who looks for the job in `etl.job.yml` should find it, and nothing else.

    Fails:
        include:
          - etl.job.yml
        @ etl.job.yml
        resources:
          jobs:
            etl:
              name: etl
            export:
              name: export
    Passes:
        include:
          - etl.job.yml
        @ etl.job.yml
        resources:
          jobs:
            etl:
              name: etl
    """
    for document in bundle.documents:
        parts = document.name.rpartition("/")[2].rsplit(".", 2)
        kind = _KINDS_BY_SUFFIX.get(parts[1]) if len(parts) == 3 else None
        if kind is None or not isinstance(document.data, Map):
            continue
        found = {}
        for path, entries in _resources_in(document):
            for key in entries:
                found.setdefault((path[-1], key), entries.places[key][1])
        if [other for other, _ in found] == [kind]:
            continue
        count = len(found)
        message = (
            f"the file name promises one {parts[1]}, the file defines {count or 'no'} resource"
        )
        message += "" if count == 1 else "s"
        hint = f"keep one {parts[1]} a file, or rename the file"
        for place in found.values() or [document.data.at]:
            yield Problem(message, place=place, hint=hint)
