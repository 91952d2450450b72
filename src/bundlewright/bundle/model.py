"""A bundle as the rules see it: its files, and each target's merged, resolved configuration.

The CLI drops values of a wrong kind before it merges files, so this asks the schema which they are.
"""

import functools
import os

from bundlewright.bundle.document import Document, Map, Seq, read
from bundlewright.bundle.files import NoBundle, find_root, is_notebook, list_files, read_files
from bundlewright.bundle.merge import Conflict, copy_map, copy_seq, merge, merge_by_key, with_value
from bundlewright.bundle.references import Resolver, Walk, is_reference
from bundlewright.schema.walker import faults

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
_NOT_RESOLVED = ("targets", "environments", "include", "scripts")
# A target's variable is a definition when it has just these fields, and else the value itself.
_DEFINITIONS = (
    {"default"},
    {"lookup"},
    {"default", "type"},
    {"default", "description"},
    {"default", "type", "description"},
    {"lookup", "description"},
)


class Bundle:
    """A bundle's files.

    Attributes:
        root: the bundle's folder, absolute.
        root_name: the name of its root file.
        documents: its `Document`s in the order in which they are merged, the root file first.
        include_problems: see `bundlewright.bundle.files.read_files`.
        conflicts: `Conflict`s between files.
        faults: what the schema says of each document that is a map.
        wrong: the paths of values of a wrong kind, which therefore count as not set.
        config: the files merged.
        target_section: `targets`, or `environments`, as it was called before.
        targets: the names of its targets; `["default"]` where it declares none.
        absolute: gives the file that a relative path means which stands in a file of the bundle.
        exists, is_file, is_notebook: tell what is at an absolute path; asked once each.
        matches_any_file: tells whether a pattern, as in a `.gitignore`, matches a file.

    Raises:
        NoBundle: there is none at the path, or its root file cannot be read.
    """

    def __init__(self, path):
        self.root, self.root_name = find_root(path)
        self.documents, self.include_problems = read_files(self.root, self.root_name)
        for kind, message, _ in self.documents[0].problems:
            if kind == "unreadable":
                raise NoBundle(f"{os.path.join(self.root, self.root_name)} {message}")
        self.conflicts = []
        self.faults = {}
        self.wrong = set()
        self.config = Map((self.root_name, 1, 1))
        for document in self.documents:
            if isinstance(document.data, Map):
                try:
                    self.config = merge(self.config, self._usable(document))
                except Conflict as conflict:
                    self.conflicts.append(conflict)
        self.target_section = "targets"
        if self.config.get("targets") is None and "environments" in self.config:
            self.target_section = "environments"
        self.targets = list(self.declared_targets()) or ["default"]
        self.absolute = functools.cache(self._absolute)
        self.exists = functools.cache(os.path.exists)
        self.is_file = functools.cache(os.path.isfile)
        self.is_notebook = functools.cache(is_notebook)
        self.matches_any_file = functools.cache(self._matches_any_file)
        self._files = functools.cache(lambda: list_files(self.root))

    def _usable(self, document):
        """A file's content without values of a wrong kind: the CLI drops them before it merges."""
        usable = document.data
        self.faults[document] = faults(usable, required=False, seen={})  # once through all aliases
        for fault in self.faults[document]:
            if fault.kind == "wrong_type":
                self.wrong.add(fault.path)
                if fault.path[0] not in ("targets", "environments"):
                    usable = _without(usable, fault.path)
        return usable

    def declared_targets(self):
        """The targets as they are declared, or an empty map."""
        section = self.config.get(self.target_section)
        return section if isinstance(section, Map) else Map(self.config.at)

    def _matches_any_file(self, pattern):
        """Whether a pattern, spelled as in a `.gitignore`, matches a file of the bundle."""
        import pathspec  # few bundles have such patterns

        spec = pathspec.PathSpec.from_lines("gitignore", [pattern.removeprefix("!")])
        return any(map(spec.match_file, self._files()))

    def _absolute(self, file, path):
        """The absolute path of what a path means that stands in a file of the bundle."""
        return os.path.normpath(os.path.join(self.root, os.path.dirname(file), path))

    def relative(self, path):
        """An absolute path as people read it, relative to the bundle."""
        return os.path.relpath(path, self.root).replace(os.sep, "/")


class Target:
    """One target's configuration.

    Attributes:
        bundle: the `Bundle`.
        name: the target's name.
        override: what it declares, as written; an empty map where that is nothing.
        merged: the configuration with the target's overrides, references as written.
        config: the same with references resolved and lists merged by key.
        conflicts: overrides that could not be merged.
        overrides: the `Document` with values of variables that stand outside the configuration.
        unassigned: declared variables that have no value.
        references: the `bundlewright.bundle.references.Walk` that resolved the configuration.
        cycles: see `bundlewright.bundle.references.Resolver`.
        duplicates: (path of the list, key, place, place of the first one) of items with one key.
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
        resolver = Resolver(self.merged, name, assigned)
        self.unassigned = [
            variable
            for variable, definition in maps_of(self.merged.get("variables"))
            if variable not in assigned
            and all(definition.get(field) is None for field in ("default", "value", "lookup"))
        ]
        self.references = Walk()
        self.config = copy_map(self.merged)
        for section, value in self.merged.items():
            if section not in _NOT_RESOLVED:
                self.config[section] = resolver.substitute(value, (section,), self.references)
        self.cycles = resolver.cycles
        self.duplicates = []
        self._merge_lists()

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

    def _merge_lists(self):
        """Merge the lists whose items have keys, as the CLI does once references are resolved."""
        for kind, lists in _KEYED_LISTS.items():
            for key, resource in maps_of(self.resources(kind)):
                for field, name in lists:
                    items = resource.get(field)
                    if isinstance(items, Seq) and len(items) > 1:
                        try:
                            merged, twice = merge_by_key(items, name)
                        except Conflict as conflict:
                            conflict.path = ("resources", kind, key, field, *conflict.path)
                            self.conflicts.append(conflict)
                            continue
                        for value, index in twice:
                            place = place_at(items[index], (name,))
                            first = next(
                                item for _, item in maps_in(items) if item.get(name) == value
                            )
                            path = ("resources", kind, key, field)
                            self.duplicates.append((path, value, place, place_at(first, (name,))))
                        if merged is not items:
                            resource = self._replace(kind, key, field, merged)

    def _replace(self, kind, key, field, value):
        # The spine down to the list is copied, since other targets may share it.
        resources = copy_map(self.config["resources"])
        kinds = copy_map(resources[kind])
        resource = copy_map(kinds[key])
        resource[field] = value
        kinds[key] = resource
        resources[kind] = kinds
        self.config["resources"] = resources
        return resource

    def resources(self, kind):
        """The resources of a kind such as `jobs`, by key; an empty map where there are none."""
        section = self.config.get("resources")
        resources = section.get(kind) if isinstance(section, Map) else None
        return resources if isinstance(resources, Map) else Map(self.config.at)

    def section(self, name):
        """A top-level section that is a map; an empty one where it is missing or something else."""
        value = self.config.get(name)
        return value if isinstance(value, Map) else Map(self.config.at)

    @property
    def mode(self):
        """`development`, `production`, or None."""
        return self.section("bundle").get("mode")


_KEYED_LISTS = {
    "jobs": (
        ("tasks", "task_key"),
        ("job_clusters", "job_cluster_key"),
        ("parameters", "name"),
    ),
    "pipelines": (("clusters", "label"),),
}


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


def _without(mapping, path):
    """A copy that lacks the value at a path; an item of a list becomes null, so others stay put."""
    copied = copy_map(mapping) if isinstance(mapping, Map) else copy_seq(mapping)
    key = path[0]
    if len(path) > 1:
        copied[key] = _without(mapping[key], path[1:])
    elif isinstance(copied, Map):
        del copied[key]
    else:
        copied[key] = None
    return copied


def maps_of(section):
    """The entries of a section that are maps themselves, as (key, map) pairs."""
    if not isinstance(section, Map):
        return []
    return [(key, value) for key, value in section.items() if isinstance(value, Map)]


def maps_in(items):
    """The items of a list that are maps, as (index, map) pairs."""
    if not isinstance(items, Seq):
        return []
    return [(index, item) for index, item in enumerate(items) if isinstance(item, Map)]


def items_of(value, field):
    """The maps in a list field of a map, as (index, map) pairs."""
    return maps_in(value.get(field))


def tasks_of(job):
    """A job's tasks and those inside its loops, as (path below the job, task) pairs."""
    for index, task in items_of(job, "tasks"):
        path = ("tasks", index)
        yield path, task
        for _ in range(4):  # loops in loops are a mistake, but their tasks are tasks
            loop = task.get("for_each_task")
            task = loop.get("task") if isinstance(loop, Map) else None
            if not isinstance(task, Map):
                break
            path = (*path, "for_each_task", "task")
            yield path, task


def clusters_of(target):
    """Every cluster specification of a target, as (path, cluster) pairs."""
    for key, job in maps_of(target.resources("jobs")):
        base = ("resources", "jobs", key)
        for index, item in items_of(job, "job_clusters"):
            if isinstance(item.get("new_cluster"), Map):
                yield (*base, "job_clusters", index, "new_cluster"), item["new_cluster"]
        for path, task in tasks_of(job):
            if isinstance(task.get("new_cluster"), Map):
                yield (*base, *path, "new_cluster"), task["new_cluster"]
    for key, cluster in maps_of(target.resources("clusters")):
        yield ("resources", "clusters", key), cluster
    for key, pipeline in maps_of(target.resources("pipelines")):
        for index, cluster in items_of(pipeline, "clusters"):
            yield ("resources", "pipelines", key, "clusters", index), cluster


def value_at(config, path):
    """The value at a path, or None where there is none."""
    value = config
    for part in path:
        if (isinstance(value, dict) and part in value) or (
            isinstance(value, list) and isinstance(part, int) and part < len(value)
        ):
            value = value[part]
        else:
            return None
    return value


def place_at(config, path, of_key=False):
    """Look up where a value stands, or the nearest thing around it.

    Args:
        config: the configuration.
        path: the path of the value.
        of_key: whether the place of its key is wanted, not that of the value.

    Returns:
        A place.
    """
    value = config
    place = config.at
    for index, part in enumerate(path):
        if isinstance(value, Map) and part in value.places and part in value:
            place = value.places[part][0 if of_key and index == len(path) - 1 else 1]
        elif isinstance(value, Seq) and isinstance(part, int) and part < len(value):
            place = value.places[part]
        else:
            break
        value = value[part]
    return place


def known(value):
    """Whether something can be said of a value offline: it is there and holds no reference."""
    return value is not None and not is_reference(value)


def is_true(value):
    """Whether the CLI takes a value for true: it also reads some texts as booleans."""
    return value is True or (isinstance(value, str) and value.lower() in ("true", "yes", "y", "on"))
