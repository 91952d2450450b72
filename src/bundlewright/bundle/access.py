"""Ways into configuration that may be anything: what is not as expected is passed over."""

from bundlewright.bundle.document import Map, Seq
from bundlewright.bundle.references import is_reference
from bundlewright.patterns import Pattern

_WHOLE = Pattern("[+-]?[0-9]{1,19}")  # what 64 bits can hold


def maps_of(section):
    """The entries of a section that are maps themselves, as (key, map) pairs."""
    if not isinstance(section, Map):
        return []
    return [(key, value) for key, value in section.items() if isinstance(value, Map)]


def maps_in(items):
    """The items of a list that are maps, as (index, map) pairs."""
    if items.__class__ is not Seq:
        return []
    return [(index, item) for index, item in enumerate(items) if item.__class__ is Map]


def items_of(value, field):
    """The maps in a list field of a map, as (index, map) pairs."""
    return maps_in(value.get(field))


def tasks_of(job):
    """A job's tasks and those inside its loops, as a list of (path below the job, task) pairs."""
    if _last_tasks[0] is not job:  # many rules ask this of one job after another
        _last_tasks[:] = job, list(_walk_tasks(job))
    return _last_tasks[1]


_last_tasks = [None, []]


def _walk_tasks(job):
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


def clusters_of(kind, resource):
    """Every cluster specification of a resource, as (path below it, cluster) pairs.

    Args:
        kind: the kind of the resource, such as `jobs`.
        resource: its map.
    """
    if kind == "jobs":
        for index, item in items_of(resource, "job_clusters"):
            if isinstance(item.get("new_cluster"), Map):
                yield ("job_clusters", index, "new_cluster"), item["new_cluster"]
        for path, task in tasks_of(resource):
            if isinstance(task.get("new_cluster"), Map):
                yield (*path, "new_cluster"), task["new_cluster"]
    elif kind == "clusters":
        yield (), resource
    elif kind == "pipelines":
        for index, cluster in items_of(resource, "clusters"):
            yield ("clusters", index), cluster


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


def written_at(bundle, place):
    """What stands at a place in a file of a bundle, as written; None where nothing does."""
    waiting = [document.data for document in bundle.documents if document.name == place[0]]
    walked = set()
    while waiting:
        holder = waiting.pop()
        if not isinstance(holder, (Map, Seq)) or id(holder) in walked:
            continue
        walked.add(id(holder))
        for key, value in holder.items() if isinstance(holder, Map) else enumerate(holder):
            at = holder.places[key]
            if (at[1] if isinstance(holder, Map) else at) == place:
                return value
            waiting.append(value)
    return None


def is_lost(resource, field):
    """Whether something at or below a field was of a wrong kind, so that it counts as not set."""
    return any(resource.key in path and field in path for path in resource.bundle.wrong)


def has_mutators(bundle):
    """Whether Python code of a bundle, which is not run here, may change its resources."""
    return any(section.get("mutators") for section in _python_sections(bundle.config))


def has_python_resources(config):
    """Whether Python code, which is not run here, may add or change resources."""
    sections = _python_sections(config)
    return any(section.get("resources") or section.get("mutators") for section in sections)


def _python_sections(config):
    sections = [section for name, section in maps_of(config) if name == "python"]
    experimental = maps_of(config.get("experimental"))
    return sections + [section for name, section in experimental if name != "scripts"]


def integer(value):
    """The whole number that the CLI takes a value for, as it takes "3" for 3; None for others."""
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value.strip()) else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def known(value):
    """Whether something can be said of a value offline: it is there and holds no reference."""
    return value is not None and not is_reference(value)


def is_true(value):
    """Whether the CLI takes a value for true: it also reads some texts as booleans."""
    return value is True or (isinstance(value, str) and value.lower() in ("true", "yes", "y", "on"))
