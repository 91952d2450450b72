"""What policies judge: the named subjects of rules, and places that a path pattern describes.

A pattern is a path with dots, in which `*` is any key of a map and any item of a list:
`resources.pipelines.*.libraries.*`.
"""

import functools

from bundlewright.bundle.access import clusters_of, maps_of, tasks_of, value_at
from bundlewright.bundle.document import Map, Seq
from bundlewright.bundle.merge import merge, with_value
from bundlewright.bundle.references import is_reference
from bundlewright.rules import did_you_mean
from bundlewright.schema.walker import ROOT, load_table


def _in_resources(inside):
    """The subjects that a function finds inside each resource, as a function of a configuration."""

    def find(config):
        for kind, section in maps_of(config.get("resources")):
            for key, resource in maps_of(section):
                for path, value in inside(kind, resource):
                    yield ("resources", kind, key, *path), value

    return find


NAMED = {
    "target": lambda config: [((), config)],
    "job": _in_resources(lambda kind, resource: [((), resource)] if kind == "jobs" else ()),
    "task": _in_resources(lambda kind, resource: tasks_of(resource) if kind == "jobs" else ()),
    "cluster": _in_resources(clusters_of),
}


def subjects_of(config, subject):
    """Find what a policy judges.

    Args:
        config: a target's whole configuration.
        subject: a name in `NAMED`, or a pattern.

    Returns:
        (path, value) pairs; what is not there is no subject.
    """
    if subject in NAMED:
        return NAMED[subject](config)
    return _matching(config, subject.split("."), ())


def _matching(value, parts, path):
    if not parts:
        if value is not None:
            yield path, value
        return
    part, *rest = parts
    if part == "*" and isinstance(value, (Map, Seq)):
        entries = value.items() if isinstance(value, Map) else enumerate(value)
    else:
        entries = [(part, value[part])] if isinstance(value, Map) and part in value else ()
    for key, inner in entries:
        yield from _matching(inner, rest, (*path, key))


def fault(subject):
    """Say why nothing in any bundle can be a subject.

    Args:
        subject: see `subjects_of`.

    Returns:
        The reason; "" where there is none.
    """
    if subject in NAMED:
        return ""
    types, names = {ROOT}, set(NAMED)
    for part in subject.split("."):
        following = set()
        for type in types:
            kind, *details = load_table().types[type]
            if kind == "any":
                following.add(type)
            elif kind in ("struct", "override"):
                fields = details[0]
                names.update(fields)
                following.update(fields.values() if part == "*" else {fields.get(part)} - {None})
            elif kind == "map" or (kind == "sequence" and part == "*"):
                following.add(details[0])
        if not following:
            hint = did_you_mean(part, sorted(names)) or "spell it like resources.jobs.*.tasks.*"
            return f"no bundle has anything at {subject!r}, since {part!r} is unknown: {hint}"
        types, names = following, set()
    return ""


# Where the CLI puts the tags of `presets.tags` that a resource does not set itself.
# Source: https://docs.databricks.com/aws/en/dev-tools/bundles/deployment-modes#custom-presets
_TAGS = {"jobs": "tags", "pipelines": "tags", "clusters": "custom_tags"}


@functools.lru_cache(maxsize=1)  # all policies judge one target before the next one comes
def configuration(target):
    """What policies judge in a target.

    Args:
        target: a `bundlewright.bundle.target.Target`.

    Returns:
        Its whole configuration, with the tags of its presets.
    """
    config = target.whole()
    presets = config.get("presets")
    tags = presets.get("tags") if isinstance(presets, Map) else None
    if isinstance(tags, Map) or is_reference(tags):
        for kind, field in _TAGS.items():
            section = value_at(config, ("resources", kind))
            for key, resource in maps_of(section):
                own = resource.get(field)
                if own is None or isinstance(own, Map):
                    value = merge(tags, own) if isinstance(tags, Map) else tags
                    places = resource.places.get(field, presets.places["tags"])
                    section[key] = with_value(resource, field, value, places)
    return config
