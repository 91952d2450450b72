"""What bundles and resources are called.

Sources: https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-names,
https://docs.databricks.com/aws/en/data-governance/unity-catalog/requirements and, for other
resources, https://docs.databricks.com/api/workspace/introduction
"""

import re

from bundlewright.bundle.access import is_true, known, place_at, value_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, INFO, WARNING
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, rule

_BUNDLE_NAME = Pattern(r"[\w.-]+")


@rule("BW725", WARNING, on="target")
def unusual_bundle_name(target):
    """The bundle's name has characters that do not suit a folder.

    The folder that a bundle is deployed to is named after it; a slash makes folders in folders.
    Spaces work, and are in the way of whoever has to write the path.

    Fails:
        bundle:
          name: sales/etl
    Passes:
        bundle:
          name: sales_etl
    """
    path = ("bundle", "name")
    name = value_at(target.config, path)
    if not isinstance(name, str) or not name or not known(name) or "${" in name:
        return
    odd = sorted(set(_BUNDLE_NAME.sub("", name)))
    if odd or set(name) == {"."}:
        spelled = " and ".join(map(repr, odd)) or "nothing but dots"
        severity = INFO if set(odd) == {" "} else None
        message = f"the bundle's name {name!r} has {spelled} in it"
        hint = "use letters, digits, '_' and '-'"
        yield Problem(message, path, hint, place=place_at(target.config, path), severity=severity)


_KEY = Pattern(r"[^\W\d_][^\W_]*(?:[-_]+[^\W_]+)*[-_]*|_[\w-]*")


@rule("BW731", WARNING, on="resource")
def unusual_resource_key(resource):
    """A resource's key has characters that no reference can have.

    Keys are letters, digits, `_` and `-`; nothing in the bundle and no command can name another.

    Fails:
        resources:
          schemas:
            daily sales:
              name: sales
              catalog_name: main
    Passes:
        resources:
          schemas:
            daily_sales:
              name: sales
              catalog_name: main
    """
    key = resource.key
    if not _KEY.fullmatch(key) and "${" not in key:
        section = value_at(resource.bundle.config, ("resources", resource.kind))
        place = place_at(section, (key,), of_key=True) if isinstance(section, Map) else None
        hint = "begin it with a letter and use letters, digits, '_' and '-'"
        yield Problem(f"no reference can name the key {key!r}", (), hint, place=place)


_OBJECT = (Pattern(r"[^./\s\x00-\x1f\x7f]*"), 255, "no periods, slashes, spaces or controls")
_ENDPOINT = (Pattern("[A-Za-z0-9_-]+"), None, "letters, digits, '-' and '_'")
_NAMES = {
    "apps": (Pattern("[a-z0-9-]+"), None, "small letters, digits and '-'"),
    "catalogs": _OBJECT,
    "external_locations": _OBJECT,
    "model_serving_endpoints": _ENDPOINT,
    "registered_models": _OBJECT,
    "schemas": _OBJECT,
    "secret_scopes": (Pattern(r"[\w.@-]+"), 128, "letters, digits, '-', '_' and '.'"),
    "volumes": _OBJECT,
}


@rule("BW730", ERROR, on="resource", kinds=tuple(_NAMES), having=("name",))
def impossible_name(resource):
    """A resource has a name that the service does not take.

    Unity Catalog takes no periods, spaces and slashes in names, and at most 255 characters. Other
    special characters, such as `-`, have to be quoted in every SQL statement: that is a remark.

    Fails:
        resources:
          schemas:
            sales:
              name: daily sales
              catalog_name: main
    Passes:
        resources:
          schemas:
            sales:
              name: daily_sales
              catalog_name: main
    """
    name = resource.config.get("name")
    if not isinstance(name, str) or not name or "${" in name:
        return
    allowed, longest, told = _NAMES[resource.kind]
    if not allowed.fullmatch(name):
        hint = f"a name of {resource.kind} has {told}"
        yield Problem(f"{resource.kind} cannot be called {name!r}", ("name",), hint)
    elif longest and len(name) > longest:
        message = f"the name has {len(name)} characters, but may have at most {longest}"
        yield Problem(message, ("name",), "shorten it")
    elif _NAMES[resource.kind] is _OBJECT and not re.fullmatch(r"\w+", name):
        message = f"the name {name!r} has to stand in backticks in SQL"
        hint = "use letters, digits and '_'"
        yield Problem(message, ("name",), hint, severity=INFO)


# What tells resources of a kind apart; in one place, two of them cannot have the same.
_IDENTITIES = {
    **dict.fromkeys(
        (
            *("apps", "catalogs", "database_instances", "experiments", "external_locations"),
            *("jobs", "model_serving_endpoints", "models", "pipelines", "secret_scopes"),
            *("sql_warehouses", "vector_search_endpoints", "vector_search_indexes"),
        ),
        ("name",),
    ),
    **dict.fromkeys(("registered_models", "volumes"), ("catalog_name", "schema_name", "name")),
    "instance_pools": ("instance_pool_name",),
    "schemas": ("catalog_name", "name"),
}
# Their names are the same in small letters and in capitals.
_CASELESS = (
    *("catalogs", "external_locations", "registered_models", "schemas", "secret_scopes"),
    "volumes",
)


@rule("BW719", ERROR, on="target")
def two_of_one_name(target):
    """Two resources of a kind have the same name.

    The service refuses the second one. Jobs may share a name, but nobody can tell them apart.

    Fails:
        resources:
          pipelines:
            sales:
              name: sales
            returns:
              name: sales
    Passes:
        resources:
          pipelines:
            sales:
              name: sales
            returns:
              name: returns
    """
    for kind, fields in _IDENTITIES.items():
        seen = {}
        keys = target.keys(kind)
        for key in keys if len(keys) > 1 else ():
            path = ("resources", kind, key)
            identity = tuple(target.value((*path, field)) for field in fields)
            if not all(isinstance(one, str) and one and known(one) for one in identity):
                continue
            if kind == "pipelines" and is_true(target.value((*path, "allow_duplicate_names"))):
                continue
            same = tuple(map(str.lower, identity)) if kind in _CASELESS else identity
            if same in seen:
                other = seen[same]
                first = place_at(target.merged, ("resources", kind, other, "name"))
                place = place_at(target.merged, (*path, "name"))
                message = f"{kind} {other!r} and {key!r} are both called {'.'.join(identity)!r}"
                severity = WARNING if kind == "jobs" else None
                related = [(first, "the first one")]
                yield Problem(
                    message, (*path, fields[-1]), place=place, related=related, severity=severity
                )
            seen.setdefault(same, key)
