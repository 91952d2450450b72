"""A bundle as one target sees it: its settings, and its resources one by one.

A resource that resolves to the same values in two targets need not be judged twice. So a target
resolves a resource only when it is asked to, and `Target.signature` tells what that depends on.
"""

import os

from bundlewright.bundle.access import maps_in, place_at, tasks_of, value_at
from bundlewright.bundle.document import Document, Map, Seq, marks_of, read
from bundlewright.bundle.merge import Conflict, copy_map, merge, merge_by_key, with_value
from bundlewright.bundle.references import Resolver, Walk

# What a target may say again; `variables`, `run_as`, `mode`, `cluster_id`, `git` merge otherwise.
_MERGED_SECTIONS = (
    "bundle",
    "workspace",
    "artifacts",
    "resources",
    "sync",
    "permissions",
    "presets",
)
_BUNDLE_SECTIONS = (("mode", "mode"), ("cluster_id", "cluster_id"), ("compute_id", "cluster_id"))
_NOT_RESOLVED = ("targets", "environments", "include")
# A target's variable is a definition when it has just these fields, and else the value itself.
_DEFINITIONS = (
    {"default"},
    {"lookup"},
    {"default", "type"},
    {"default", "description"},
    {"default", "type", "description"},
    {"lookup", "description"},
)


# Fields whose texts no rule looks into as long as they are plain, and maps and lists of such texts:
# resources that differ only there are judged alike.
_FREE_FIELDS = frozenset(("catalog", "default", "description", "schema"))
_FREE_HOLDERS = frozenset(("base_parameters", "job_parameters", "named_parameters", "parameters"))
_FREELY_NAMED = ("jobs", "pipelines")  # others cannot have every name
_PLAIN_LENGTH = 100


class Part:
    """A part of a target's configuration that is judged by itself: a resource, or the settings.

    Attributes:
        bundle: the `Bundle`.
        path: where it stands; `()` for the settings, which are all that is not a resource.
        merged: its map with the target's overrides, references as written.
        config: the same with references resolved and lists merged by key.
        references: the `bundlewright.bundle.references.Walk` that resolved it; its paths are
            relative to the part.
    """

    def __init__(self, bundle, path, merged, config, references):
        self.bundle = bundle
        self.path = path
        self.merged = merged
        self.config = config
        self.references = references


class Resource(Part):
    """A resource of a target.

    Attributes:
        kind: such as `jobs`.
        key: its key.
        at: the place of its key.
        conflicts: list items with one key that could not be merged.
        duplicates: (path of the list, key, place, place of the first one) of items with one key
            in one list.
    """

    def __init__(self, bundle, path, merged, config, references, at):
        super().__init__(bundle, path, merged, config, references)
        _, self.kind, self.key = path
        self.at = at
        self.conflicts = []
        self.duplicates = []
        for field, name in _KEYED_LISTS.get(self.kind, ()):
            items = self.config.get(field)
            if isinstance(items, Seq) and len(items) > 1:
                self._merge_list(field, name, items)

    def _merge_list(self, field, name, items):
        """Merge items with one key, as the CLI does once references are resolved."""
        try:
            merged, twice = merge_by_key(items, name)
        except Conflict as conflict:
            conflict.path = (*self.path, field, *conflict.path)
            self.conflicts.append(conflict)
            return
        for value, index in twice:
            first = next(item for _, item in maps_in(items) if item.get(name) == value)
            places = place_at(items[index], (name,)), place_at(first, (name,))
            self.duplicates.append(((field,), value, *places))
        if merged is not items:
            self.config = copy_map(self.config)  # other targets may share it
            self.config[field] = merged


class Target:
    """One target's configuration.

    Attributes:
        bundle: the `Bundle`.
        name: the target's name.
        override: what it declares, as written; an empty map where that is nothing.
        merged: the configuration with the target's overrides, references as written.
        settings: the `Part` that is all but the resources.
        config: the settings' configuration, references resolved.
        conflicts: overrides that could not be merged.
        overrides: the `Document` with values of variables that stand outside the configuration.
        unassigned: declared variables that have no value.
        cycles: see `bundlewright.bundle.references.Resolver`.
    """

    def __init__(self, bundle, name, environ=os.environ):
        self.bundle = bundle
        self.name = name
        self.conflicts = []
        override = bundle.declared_targets().get(name)
        self.override = override if isinstance(override, Map) else Map(bundle.config.at)
        self.merged = self._merge(bundle.config, self.override)
        self.overrides = self._read_overrides()
        assigned = self._assigned_variables(environ)
        self._resolver = Resolver(self.merged, name, assigned)
        self.cycles = self._resolver.cycles
        self.unassigned = [
            variable
            for variable, definition in _definitions(self.merged)
            if variable not in assigned
            and all(definition.get(field) is None for field in ("default", "value", "lookup"))
        ]
        walk = Walk()
        self.config = copy_map(self.merged)
        self.config.pop("resources", None)
        for section, value in self.config.items():
            if section not in _NOT_RESOLVED:
                self.config[section] = self._resolver.substitute(value, (section,), walk)
        self.settings = Part(bundle, (), self.merged, self.config, walk)
        self._resources = self._open_resources()
        self._unresolved = [walk.unresolved]

    def _open_resources(self):
        """The resources by kind and key, references as written; a whole kind may be a reference."""
        section = self._opened(self.merged.get("resources"))
        if not isinstance(section, Map):
            return {}
        opened = ((kind, self._opened(entries)) for kind, entries in section.items())
        return {kind: entries for kind, entries in opened if isinstance(entries, Map)}

    def _opened(self, value):
        """A value, or what the reference leads to that it is."""
        return self._resolver.resolve(value)[0] if isinstance(value, str) else value

    def _merge(self, base, override):
        merged = copy_map(base)
        for section in _MERGED_SECTIONS:
            if override.get(section) is not None:
                try:
                    place = override.places[section][1]
                    value = merge(base.get(section), override[section], (section,), place)
                except Conflict as conflict:
                    self.conflicts.append(conflict)
                else:
                    merged[section] = value
                    merged.places[section] = base.places.get(section, override.places[section])
        if override.get("run_as") is not None:
            merged["run_as"] = override["run_as"]
            merged.places["run_as"] = override.places["run_as"]
        bundle = merged.get("bundle")
        if not isinstance(bundle, Map):
            bundle = Map(override.at)
        for section, field in _BUNDLE_SECTIONS:
            if override.get(section) is not None:
                bundle = with_value(bundle, field, override[section], override.places[section])
        git = override.get("git")
        if isinstance(git, Map):
            both = merge(bundle.get("git") if isinstance(bundle.get("git"), Map) else None, git)
            bundle = with_value(bundle, "git", both, override.places["git"])
        merged["bundle"] = bundle
        merged.places.setdefault("bundle", (bundle.at, bundle.at))
        variables = override.get("variables")
        if isinstance(variables, Map) and isinstance(merged.get("variables"), Map):
            merged["variables"] = _assign(merged["variables"], variables)
        return merged

    def _read_overrides(self):
        name = f".databricks/bundle/{self.name}/variable-overrides.json"
        path = os.path.join(self.bundle.root, name)
        return read(path, name) if self.bundle.exists(path) else Document(name)

    def _assigned_variables(self, environ):
        """Values from outside: those of `_read_overrides`, and `BUNDLE_VAR_<name>`."""
        assigned = dict(self.overrides.data) if isinstance(self.overrides.data, Map) else {}
        declared = self.merged.get("variables")
        for name in declared if isinstance(declared, Map) else ():
            value = environ.get(f"BUNDLE_VAR_{name}")
            if value is not None:
                assigned[name] = value
        return assigned

    def kinds(self):
        """The kinds of resources that the target has, as (kind, map of entries as written)."""
        return self._resources.items()

    def keys(self, kind):
        """The keys of the resources of a kind."""
        return list(self._resources.get(kind, ()))

    def resource(self, kind, key):
        """Resolve a resource.

        Args:
            kind: such as `jobs`.
            key: its key.

        Returns:
            A new `Resource`; None where the target has none that is a map.
        """
        entries = self._resources.get(kind, {})
        node = entries.get(key)
        walk = Walk()
        config = self._resolver.substitute(node, (), walk)
        if not isinstance(config, Map):
            return None
        merged = node if isinstance(node, Map) else config
        at, _ = entries.places[key]
        return Resource(self.bundle, ("resources", kind, key), merged, config, walk, at)

    def value(self, path):
        """The resolved value at a path, such as `("resources", "jobs", "etl", "name")`, or None.

        Cheap for a value deep inside a resource: nothing else of it is resolved. Lists are as
        written, not yet merged by key.
        """
        if path[0] != "resources":
            return value_at(self.config, path)
        value = self._resources.get(path[1])
        for part in path[2:]:
            if isinstance(value, str):
                value = self._opened(value)
            # A map is by far the most common.
            value = value.get(part) if type(value) is Map else value_at(value, (part,))
        return self._resolver.substitute(value, (), Walk()) if marks_of(value)[0] else value

    def whole(self):
        """The whole configuration with its resources, all resolved: a new map."""
        whole = copy_map(self.config)
        if not self._resources:
            return whole
        section = self.merged["resources"]
        whole["resources"] = resources = Map(getattr(section, "at", self.merged.at))
        for kind, entries in self.kinds():
            resources[kind] = copy_map(entries)
            places = getattr(section, "places", {}).get(kind)
            resources.places[kind] = places or (entries.at, entries.at)
            for key in entries:
                resource = self.resource(kind, key)
                resources[kind][key] = resource.config if resource else entries[key]
        return whole

    def signature(self, sites):
        """What a resource's verdict depends on in this target.

        Args:
            sites: what `sites_of` says of the resource.

        Returns:
            A list that is equal for two targets in which rules must say the same of the resource.
        """
        signature = []
        for text, free in sites:
            value, problems = self._resolver.resolve(text)
            if free and not problems and _is_plain(value):
                signature.append(None)
            else:
                told = [problem.message for problem in problems]
                signature.append((value.__class__, value, told))
        return signature

    def note(self, conflicts, unresolved):
        """Take note of what a resource brings that concerns the whole target."""
        self.conflicts += conflicts
        self._unresolved.append(unresolved)

    def unresolved(self):
        """The texts in which references are left, as (path, text), once resources are judged."""
        for notes in self._unresolved:
            yield from notes

    def section(self, name):
        """A top-level section that is a map; an empty one where it is missing or something else."""
        value = self.config.get(name)
        return value if isinstance(value, Map) else Map(self.config.at)

    @property
    def mode(self):
        """`development`, `production`, or None."""
        return self.section("bundle").get("mode")


def sites_of(resource):
    """The texts with references in a resource.

    Returns:
        (text, whether it stands in free places only) pairs; see `Target.signature`.
    """
    sites = {}
    tasks = tasks_of(resource.config) if resource.kind == "jobs" else ()
    has_loops = any("for_each_task" in task for _, task in tasks)
    for path, text in resource.references.texts:
        *_, holder, field = (None, None, *path)
        free = holder in _FREE_HOLDERS or field in _FREE_FIELDS
        # The default of a job's parameter may be the inputs of a loop, which are looked into.
        free = free and not (has_loops and field == "default")
        free = free or (path == ("name",) and resource.kind in _FREELY_NAMED)
        sites[text] = free and sites.get(text, True)
    return list(sites.items())


def _is_plain(value):
    return (
        isinstance(value, str)
        and 0 < len(value) <= _PLAIN_LENGTH
        and "{" not in value
        and value.isprintable()
    )


_KEYED_LISTS = {
    "jobs": (
        ("tasks", "task_key"),
        ("job_clusters", "job_cluster_key"),
        ("parameters", "name"),
    ),
    "pipelines": (("clusters", "label"),),
    "apps": (("resources", "name"),),
    **dict.fromkeys(
        ("catalogs", "external_locations", "registered_models", "schemas", "volumes"),
        (("grants", "principal"),),
    ),
}


def _definitions(config):
    """The variables that a configuration declares, as (name, map) pairs; one may be empty."""
    section = config.get("variables")
    for name, definition in section.items() if isinstance(section, Map) else ():
        if definition is None or isinstance(definition, Map):
            yield name, definition or {}


def _assign(variables, assignments):
    """Give declared variables the values that a target assigns; a rule reports undeclared ones."""
    assigned = variables
    for name, value in assignments.items():
        if not isinstance(variables.get(name, False), (Map, type(None))):
            continue
        places = assignments.places[name]
        base = variables[name] if isinstance(variables[name], Map) else Map(places[1])
        if isinstance(value, Map) and set(value) in _DEFINITIONS:
            definition = base
            for field in value:
                definition = with_value(definition, field, value[field], value.places[field])
            if "default" in value and "lookup" not in value and "lookup" in definition:
                del definition["lookup"]
        elif value is None:
            continue
        else:
            definition = with_value(base, "default", value, places)
        assigned = with_value(assigned, name, definition, variables.places[name])
    return assigned
