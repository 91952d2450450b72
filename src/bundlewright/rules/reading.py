"""Family 0: the files of a bundle and how they come together."""

from bundlewright.bundle.access import maps_of
from bundlewright.bundle.document import Map
from bundlewright.bundle.merge import kind_of
from bundlewright.bundle.references import REFERENCE
from bundlewright.finding import ERROR, INFO, WARNING, format_path
from bundlewright.rules import Problem, rule


@rule("BW001", ERROR, on="bundle", cli=ERROR)
def invalid_yaml(bundle):
    """A file of the bundle is not YAML that can be read.

    Nothing in the file counts, and the CLI stops.

    Fails:
        bundle:
          name: [sales
    Passes:
        bundle:
          name: sales
    """
    for document in bundle.documents:
        for kind, message, place in document.problems:
            if kind == "syntax":
                yield Problem(f"not valid YAML: {message}", place=place)
            elif kind in ("unreadable", "refused"):
                yield Problem(message, place=place)
        data = document.data
        if data is not None and not isinstance(data, Map):
            message = f"expected a map at the top of the file, found a {kind_of(data)}"
            yield Problem(message, place=(document.name, 1, 1))


@rule("BW002", WARNING, on="bundle")
def duplicate_key(bundle):
    """A key stands twice in one mapping.

    The last one wins without a word, and what stood under the first is gone.

    Fails:
        bundle:
          name: sales
          name: orders
    Passes:
        bundle:
          name: sales
    """
    for document in bundle.documents:
        for kind, message, place in document.problems:
            if kind == "duplicate_key":
                yield Problem(message, place=place, hint="remove one of the two")


@rule("BW003", WARNING, on="bundle")
def second_document(bundle):
    """A file holds more than one YAML document.

    Only the first is read: all that stands after the `---` is ignored.

    Fails:
        bundle:
          name: sales
        ---
        variables: {}
    Passes:
        bundle:
          name: sales
        variables: {}
    """
    for document in bundle.documents:
        for kind, message, place in document.problems:
            if kind == "second_document":
                hint = "remove the '---', or move what follows to a file of its own"
                yield Problem(f"{message}; it is ignored", place=place, hint=hint)


@rule("BW004", ERROR, on="bundle", cli=ERROR)
def missing_include(bundle):
    """A file named in `include` does not exist.

    The CLI stops at it.

    Fails:
        include:
          - resources/etl.job.yml
    Passes:
        include:
          - resources/etl.job.yml
        @ resources/etl.job.yml
        resources: {}
    """
    for kind, pattern, place in bundle.include_problems:
        if kind == "missing":
            yield Problem(f"included file {pattern!r} does not exist", place=place)


@rule("BW005", WARNING, on="bundle")
def empty_include(bundle):
    """A pattern in `include` matches no file.

    The CLI says nothing, and the resources that it was meant to bring are not deployed. Note that
    `**` matches one level of folders only, and that `*.yml` does not match `.yaml`.

    Fails:
        include:
          - resources/*.yml
    Passes:
        include:
          - resources/*.yml
        @ resources/etl.job.yml
        resources: {}
    """
    for kind, pattern, place in bundle.include_problems:
        if kind == "empty_glob":
            hint = "write one pattern for each level of folders" if "**" in pattern else ""
            yield Problem(f"include pattern {pattern!r} matches no file", place=place, hint=hint)


@rule("BW006", ERROR, on="bundle", cli=ERROR)
def impossible_include(bundle):
    """`include` names an absolute path, or a file that is neither YAML nor JSON.

    The CLI stops at it.

    Fails:
        include:
          - src/*.py
        @ src/etl.py
        print("etl")
    Passes:
        include:
          - resources/*.yml
        @ resources/etl.job.yml
        resources: {}
    """
    if any(character in bundle.root for character in "*?["):
        message = f"the bundle's folder {bundle.root} has pattern characters (*, ?, [) in its path"
        yield Problem(message, hint="move the bundle to a folder without them")
    for kind, pattern, place in bundle.include_problems:
        if kind == "absolute":
            yield Problem(
                f"included file {pattern!r} must be relative to the bundle's folder", place=place
            )
        elif kind == "extension":
            yield Problem(f"included file {pattern!r} is neither YAML nor JSON", place=place)


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
    first = {}
    for document in bundle.documents:
        data = document.data if isinstance(document.data, Map) else Map((document.name, 1, 1))
        resources = maps_of(data.get("resources"))
        defined = [(("resources", kind), entries) for kind, entries in resources]
        if isinstance(data.get("scripts"), Map):
            defined.append((("scripts",), data["scripts"]))
        for path, entries in defined:
            for key in entries:
                place = entries.places[key][1]
                if key in first:
                    before = first[key]
                    yield Problem(
                        f"key {key!r} is already taken by {format_path(before[0])}",
                        path=(*path, key),
                        place=place,
                        related=[(before[1], "first here")],
                        hint="give each resource and script a key of its own",
                    )
                else:
                    first[key] = ((*path, key), place)


@rule("BW009", WARNING, on="bundle", cli=WARNING)
def nested_include(bundle):
    """An included file has an `include` section of its own.

    Only that of the root file counts.

    Fails:
        include:
          - resources/all.yml
        @ resources/all.yml
        include:
          - jobs/*.yml
    Passes:
        include:
          - resources/*.yml
        @ resources/etl.job.yml
        resources: {}
    """
    for document in bundle.documents[1:]:
        if isinstance(document.data, Map) and document.data.get("include"):
            place = document.data.places["include"][1]
            hint = f"name the files in {bundle.root_name}"
            yield Problem("include has no effect outside the root file", place=place, hint=hint)


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
        found = {(path[-1], key) for path, entries in _resources_in(document) for key in entries}
        if {other for other, _ in found} != {kind} or len(found) != 1:
            count = len(found)
            message = (
                f"the file name promises one {parts[1]}, the file defines {count or 'no'} resource"
            )
            message += "" if count == 1 else "s"
            hint = f"keep one {parts[1]} a file, or rename the file"
            yield Problem(message, place=document.data.at, hint=hint)
