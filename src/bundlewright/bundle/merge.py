"""Merges configuration as the CLI does: maps deep, sequences appended, the later value wins.

Merging copies only what it changes; what it does not touch is shared between the targets. Every
value keeps its place.
"""

from bundlewright.bundle.document import Map, Seq


class Conflict(Exception):
    """Two values of kinds that cannot be merged.

    Attributes:
        path: where, as a tuple.
        place: the place of the later value.
    """

    def __init__(self, path, place, base, override):
        super().__init__(f"cannot merge a {kind_of(override)} into a {kind_of(base)}")
        self.path = path
        self.place = place


def kind_of(value):
    """The name people use for a value's kind: map, list, string, number, boolean or null."""
    if isinstance(value, dict):
        return "map"
    if isinstance(value, list):
        return "list"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "number"


def merge(base, override, path=(), place=None):
    """Merge two values.

    Args:
        base: the earlier value.
        override: the later value.
        path: where they stand, for the conflict.
        place: the place of the later value.

    Returns:
        The merged value; `base` and `override` stay as they are.

    Raises:
        Conflict: one is a map or sequence and the other is something else.
    """
    if base is None:
        return override
    if override is None:
        return base
    if isinstance(base, Map) and isinstance(override, Map):
        merged = copy_map(base)
        _mark(merged, base, override)
        for key, value in override.items():
            _put(merged, key, value, override.places[key], path)
        return merged
    if isinstance(base, Seq) and isinstance(override, Seq):
        merged = Seq(base.at)
        merged.extend(base)
        merged.extend(override)
        merged.places = base.places + override.places
        size = len(base)
        merged.starts = (*base.starts, size, *(size + start for start in override.starts))
        _mark(merged, base, override)
        return merged
    if isinstance(base, (Map, Seq)) or isinstance(override, (Map, Seq)):
        raise Conflict(path, place, base, override)
    return override


def merge_all(maps, conflicts, path=()):
    """Merge maps one after the other, in time proportional to what is in them.

    Args:
        maps: the `Map`s, at least one.
        conflicts: a list that takes the `Conflict`s; the earlier value then stays.
        path: where they stand.

    Returns:
        The merged map; the maps stay as they are.
    """
    if len(maps) == 1:
        return maps[0]
    merged = copy_map(maps[0])
    _mark(merged, *maps)
    again = {}
    for later in maps[1:]:
        for key, value in later.items():
            if key in merged:
                again.setdefault(key, []).append((value, later.places[key]))
            else:
                merged[key] = value
                merged.places[key] = later.places[key]
    for key, entries in again.items():
        values = [merged[key], *(value for value, _ in entries)]
        if all(isinstance(value, Map) for value in values):
            merged[key] = merge_all(values, conflicts, (*path, key))
            continue
        for value, places in entries:
            try:
                _put(merged, key, value, places, path)
            except Conflict as conflict:
                conflicts.append(conflict)
    return merged


def _put(merged, key, value, places, path):
    """Merge a value into an entry of a map; a map or list stays where it first stood."""
    before = merged.get(key)
    if value is None and before is not None:
        return
    merged[key] = merge(before, value, (*path, key), places[1])
    if not isinstance(before, (Map, Seq)):
        merged.places[key] = places


def _mark(merged, *sources):
    merged.has_refs = any(source.has_refs for source in sources)
    merged.has_dynamic = any(source.has_dynamic for source in sources)


def copy_map(mapping):
    """A copy of one level of a map, with its places."""
    copied = copy_values(mapping)
    copied.places = dict(mapping.places)
    return copied


def copy_values(mapping):
    """A copy of one level of a map that shares its places: for other values, not for other keys."""
    copied = Map(mapping.at)
    copied.update(mapping)
    copied.places = mapping.places
    copied.has_refs = mapping.has_refs
    copied.has_dynamic = mapping.has_dynamic
    return copied


def copy_seq(sequence):
    """A copy of one level of a sequence, with its places."""
    copied = Seq(sequence.at)
    copied.extend(sequence)
    copied.places = sequence.places
    copied.starts = sequence.starts
    copied.has_refs = sequence.has_refs
    copied.has_dynamic = sequence.has_dynamic
    return copied


def with_value(mapping, key, value, places):
    """A copy of a map in which one key has another value and place."""
    copied = copy_map(mapping)
    copied[key] = value
    copied.places[key] = places
    # The value may hold references; looking once more is cheap.
    copied.has_refs = copied.has_dynamic = True
    return copied


def merge_by_key(sequence, name):
    """Merge the items of a sequence that share a key, such as tasks with one `task_key`.

    Args:
        sequence: a `Seq` of maps.
        name: the field that holds the key.

    Returns:
        The sequence itself where no key stands twice, else a new one in the order in which keys
        appear first; and the keys that stand twice in one list as it was written, before lists were
        appended to each other, as (key, index of the later item) pairs.
    """
    keys = [item.get(name) if isinstance(item, Map) else None for item in sequence]
    named = [key for key in keys if isinstance(key, str)]
    if len(set(named)) == len(named):
        return sequence, []
    merged = Seq(sequence.at)
    _mark(merged, sequence)
    positions = {}
    duplicates = []
    in_this_list = set()
    for index, (item, key) in enumerate(zip(sequence, keys, strict=True)):
        if index in sequence.starts:
            in_this_list.clear()
        if not isinstance(key, str):
            merged.append(item)
            merged.places.append(sequence.places[index])
            continue
        if key in in_this_list:
            duplicates.append((key, index))
        in_this_list.add(key)
        if key in positions:
            position = positions[key]
            merged[position] = merge(merged[position], item, (position,), sequence.places[index])
        else:
            positions[key] = len(merged)
            merged.append(item)
            merged.places.append(sequence.places[index])
    return merged, duplicates
