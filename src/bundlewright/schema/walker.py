"""Walks a bundle along the schema in `table.json` and says where the two part.

What counts as accepted is what the Databricks CLI loads without a word: a whole `${...}` anywhere,
numbers and booleans for strings, "3" for 3, "yes" for true, null for a map or a sequence.
`bundle.schema.json` says the same to editors; `build.py` writes both files.

The checker starts this on every run, so nothing here imports what costs milliseconds.
"""

import json
import re
from collections import namedtuple

Fault = namedtuple("Fault", "kind path expected value")
Fault.__doc__ = """One place where a bundle and the schema part.

kind           path                       expected
unknown_field  the field                  the names of the known fields
missing_field  the map that lacks it      the name of the field
wrong_type     the value                  "map", "sequence" or the name of a scalar type
bad_value      the value                  the allowed values
null_value     the value                  the name of a scalar type

`path` is a tuple of keys and indexes, `value` what stands there (None for a missing field).
"""

Table = namedtuple("Table", "types accepts reference interpolated spelled")
Table.__doc__ = """The schema. A type is a number, and `types[number]` is one of

["any"]  ["string"]  ["integer"]  ["number"]  ["boolean"]  ["enum", allowed values]
["sequence", type]  ["map", type]
["struct", {field: type}, required fields, [] or [field, fields required where it is absent]]
["override", ...]      a struct below which nothing is required: a target

`accepts[number]` are the Python classes of which every value is right. `reference`, `interpolated`
and `spelled` (by scalar type) are the patterns of strings that may stand for other values.
"""

ROOT = 0  # the type of a whole bundle, and of each file of one

ACCEPTS = {
    "any": frozenset((str, int, float, bool, type(None))),
    "string": frozenset((str, int, float, bool)),
    "integer": frozenset((int,)),
    "number": frozenset((int, float)),
    "boolean": frozenset((bool,)),
}
NOTHING = frozenset()

_table = None
_shapes = {}  # (type, keys of a map) -> what `_shape` says


def load_table() -> Table:
    """The schema that this package was built with, read once."""
    global _table
    if _table is None:
        path = __file__.removesuffix("walker.py") + "table.json"
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        types, patterns = data["types"], data["patterns"]
        _table = Table(
            types,
            [ACCEPTS.get(entry[0], NOTHING) for entry in types],
            patterns["reference"],
            patterns["interpolated"],
            {scalar: patterns[scalar] for scalar in ("integer", "number", "boolean")},
        )
    return _table


def faults(
    value: object, *, required: bool = True, type: int = ROOT, seen: dict | None = None
) -> list[Fault]:
    """All places where a value is not what the schema says, in the order of the value.

    Args:
        value: plain data: dict, list, str, int, float, bool and None, or subclasses.
        required: whether missing fields are faults. A single file of a bundle may lack what
            another one holds; below `targets` nothing is required in any case.
        type: the type of `value`, as `type_at` gives it.
        seen: what has been walked: the same dict in several calls makes each part that they share
            be walked, and its faults be told, once. It goes by `id`, so the parts must stay alive.
    """
    types, accepts, reference, interpolated, spelled = load_table()
    shapes = _shapes
    found = []

    def report(kind, path, expected, value):
        keys = []
        while path:
            path, key = path
            keys.append(key)
        found.append(Fault(kind, tuple(reversed(keys)), expected, value))

    def is_container(value, expected, path):
        """Whether there is something to walk; tells what stands there instead of it, if wrong."""
        if isinstance(value, dict if expected == "map" else list):
            return True
        if value is not None and not (isinstance(value, str) and re.search(reference, value)):
            report("wrong_type", path, expected, value)
        return False

    def walk(value, type, path, required):
        # `path` is (path of the parent, key): most values need none, so it is spelled out late.
        entry = types[type]
        kind = entry[0]
        if kind == "struct" or kind == "override":
            if kind == "override":
                required = False
            _, fields, always, _ = entry
            if value is None and required:
                for name in always:
                    report("missing_field", path, name, None)
            elif is_container(value, "map", path):
                if seen is not None:
                    part = (id(value), type, required)
                    if part in seen:
                        return
                    seen[part] = True
                # What there is to look at in maps with the same fields is worked out once.
                shape = (type, *value)
                if shape not in shapes:
                    shapes[shape] = _shape(value, entry, types, accepts)
                known, absent = shapes[shape]
                for key, child_type, accepted in known:
                    child = value[key]
                    if child_type is None:
                        report("unknown_field", (path, key), tuple(fields), child)
                    elif child.__class__ not in accepted:
                        walk(child, child_type, (path, key), required)
                for name in absent if required else ():
                    report("missing_field", path, name, None)
        elif kind == "sequence" or kind == "map":
            if is_container(value, kind, path):
                child_type = entry[1]
                accepted = accepts[child_type]
                for key, child in enumerate(value) if kind == "sequence" else value.items():
                    if child.__class__ not in accepted:
                        walk(child, child_type, (path, key), required)
        elif kind != "any":
            walk_scalar(value, entry, path)

    def walk_scalar(value, entry, path):
        kind = entry[0]
        expected = "string" if kind == "enum" else kind
        if value is None:
            report("null_value", path, expected, None)
        elif isinstance(value, (dict, list)):
            report("wrong_type", path, expected, value)
        elif kind == "enum":
            if value not in entry[1] and not (
                isinstance(value, str) and re.search(interpolated, value)
            ):
                report("bad_value", path, tuple(entry[1]), value)
        elif kind == "string":
            pass
        elif isinstance(value, str):
            if not re.search(spelled[kind], value) and not re.search(reference, value):
                report("wrong_type", path, kind, value)
        else:
            fraction = isinstance(value, float) and not value.is_integer()
            if isinstance(value, bool) != (kind == "boolean") or (kind == "integer" and fraction):
                report("wrong_type", path, kind, value)

    walk(value, type, (), required)
    return found


def _shape(value, entry, types, accepts):
    """What to look at in a map: (key, type, accepted classes) of fields, and fields it lacks."""
    _, fields, always, conditional = entry
    known = []
    for key in value:
        child_type = fields.get(key)
        if child_type is None:
            known.append((key, None, None))
        elif types[child_type][0] != "any":
            known.append((key, child_type, accepts[child_type]))
    needed = list(always)
    if conditional and conditional[0] not in value:
        needed += conditional[1]
    return known, [name for name in needed if name not in value]


def type_at(path: tuple) -> int | None:
    """The type of the place at a path of keys and indexes, or None where the schema has no place.

    What hangs below a value of any kind, such as a variable's default, has that type too.
    """
    types = load_table().types
    type = ROOT
    for key in path:
        kind, *rest = types[type]
        if kind == "any":
            return type
        if kind in ("struct", "override"):
            type = rest[0].get(key)
        elif kind == "map" or (kind == "sequence" and isinstance(key, int)):
            type = rest[0]
        else:
            return None
        if type is None:
            return None
    return type
