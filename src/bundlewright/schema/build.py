"""Builds `bundle.schema.json` and `table.json` beside this file; run it as a script.

The resources come from the typed classes of the package `databricks-bundles`, all else from
`toplevel.py`. `bundle.schema.json` is for editors and for `jsonschema`, `table.json` is the same
in the shape that `walker.py` loads. Both are written byte for byte the same from the same package.
"""

import dataclasses
import enum
import json
import types
import typing
from pathlib import Path

import toplevel  # beside this script, so that building needs no installed bundlewright
from databricks.bundles.core._resource_type import _ResourceType  # there is no public list
from databricks.bundles.core._variable import Variable

SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", typing.Any: "any"}

# Name of a struct -> its fields, in the notation of `toplevel.py`.
Structs = dict[str, dict[str, str]]


def structs() -> Structs:
    """All structs by name, from "Root" on."""
    kinds = {kind.plural_name: kind.resource_type for kind in _ResourceType.all()}
    of_package, names = package_structs(kinds)
    clash = of_package.keys() & toplevel.STRUCTS.keys()
    if clash:
        raise SystemExit(f"toplevel.py and the package both define {sorted(clash)}: rename ours.")
    result = {**toplevel.STRUCTS, **of_package}
    resources = {kind: names[cls] for kind, cls in kinds.items()} | toplevel.KINDS
    result["Resources"] = {kind: f"{{{name}}}" for kind, name in resources.items()}

    for name, fields in toplevel.HIDDEN.items():
        result[name] = {**result[name], **fields}
    for name, required in toplevel.REQUIRED.items():
        result[name] = {f"{f}!" if f in required else f: t for f, t in result[name].items()}
    filled_in = dict.fromkeys(resources.values(), toplevel.FILLED_IN_EVERYWHERE)
    for name, fields in [*filled_in.items(), *toplevel.FILLED_IN.items()]:
        known = {field.rstrip("!") for field in result[name]}
        result[name] = result[name] | {field: "any" for field in fields if field not in known}
    return result


def package_structs(kinds: dict[str, type]) -> tuple[Structs, dict[type, str]]:
    """The package's classes as structs, and the name that each class got.

    Each kind has classes of its own, most of them the same as another kind's: those share the plain
    name of the class. Where they differ, the name begins with the kind: `jobs.GitSource`.
    """
    classes = {}
    for kind, cls in kinds.items():
        for found in reachable(cls):
            classes.setdefault(found, f"{kind}.{found.__name__}")

    qualified: set[str] = set()
    while True:
        names = {
            cls: full if cls.__name__ in qualified else cls.__name__
            for cls, full in classes.items()
        }
        result: Structs = {}
        differing = set()
        for cls, name in names.items():
            fields = {
                field + ("!" if required else ""): notation(hint, names)
                for field, hint, required in class_fields(cls)
            }
            if result.setdefault(name, fields) != fields:
                differing.add(cls.__name__)
        if not differing:
            return result, names
        qualified |= differing


def reachable(cls: type) -> dict[type, None]:
    """The dataclasses that make up `cls`, itself first."""
    found: dict[type, None] = {}
    todo = [cls]
    while todo:
        hint = todo.pop()
        if typing.get_origin(hint):
            todo += [bare(argument) for argument in typing.get_args(hint)]
        elif dataclasses.is_dataclass(hint) and hint not in found:
            found[hint] = None
            todo += [hint for _, hint, _ in class_fields(hint)]
    return found


def class_fields(cls: type) -> typing.Iterator[tuple[str, typing.Any, bool]]:
    """Name, type and whether it is required, of each field of a dataclass."""
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        required = (
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        )
        yield field.name, bare(hints[field.name]), required


def bare(hint: typing.Any) -> typing.Any:
    """The type without the variable and the None that the package lets stand for it."""
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return hint
    (result,) = (
        argument
        for argument in typing.get_args(hint)
        if argument is not types.NoneType and typing.get_origin(argument) is not Variable
    )
    return result


def notation(hint: typing.Any, names: dict[type, str]) -> str:
    """A type of the package in the notation of `toplevel.py`."""
    if hint in SCALARS:
        return SCALARS[hint]
    if hint in names:
        return names[hint]
    if typing.get_origin(hint) is list:
        return f"[{notation(bare(typing.get_args(hint)[0]), names)}]"
    if typing.get_origin(hint) is dict:
        return f"{{{notation(bare(typing.get_args(hint)[1]), names)}}}"
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return "=" + "|".join(sorted(member.value for member in hint))
    raise SystemExit(f"The package has a type that this script does not know: {hint}")


def required_fields(name: str, fields: dict[str, str]) -> tuple[list[str], list]:
    """The required fields of a struct; and, if any, [field, those required where it is absent]."""
    required = [field[:-1] for field in fields if field.endswith("!")]
    without, conditional = toplevel.REQUIRED_WITHOUT.get(name, ("", ()))
    always = [field for field in required if field not in conditional]
    return always, [without, list(conditional)] if conditional else []


def json_schema(all_structs: Structs) -> dict:
    """The schema in the words of JSON Schema, draft 7, which every editor knows."""
    patterns = toplevel.PATTERNS
    definitions = {
        "reference": {"type": "string", "pattern": patterns["reference"]},
        "interpolated": {"type": "string", "pattern": patterns["interpolated"]},
        "string": {"type": ["string", "number", "boolean"]},
    }
    for scalar in ("integer", "number", "boolean"):
        spelled = {"type": [scalar, "string"], "pattern": patterns[scalar]}
        definitions[scalar] = unless_reference(spelled)

    def place(written: str, override: bool) -> dict:
        if written == "any":
            return {}
        if written.startswith("="):
            return unless_reference({"enum": written[1:].split("|")}, "interpolated")
        if written.startswith("["):
            items = place(written[1:-1], override)
            return unless_reference({"type": ["array", "null"], "items": items})
        if written.startswith("{"):
            values = place(written[1:-1], override)
            return unless_reference({"type": ["object", "null"], "additionalProperties": values})
        if written not in all_structs:
            return {"$ref": f"#/definitions/{written}"}
        override = override or written == toplevel.OVERRIDES
        name = f"override.{written}" if override else written
        if name not in definitions:
            definitions[name] = {}  # a task may hold a task
            definitions[name] |= struct(written, override)
        return {"$ref": f"#/definitions/{name}"}

    def struct(name: str, override: bool) -> dict:
        fields = all_structs[name]
        result = {
            "type": ["object", "null"],
            "properties": {f.rstrip("!"): place(t, override) for f, t in fields.items()},
            "additionalProperties": False,
        }
        always, conditional = required_fields(name, fields)
        if always and not override:
            # Without its value, a map lacks what it must have.
            result |= {"type": "object", "required": always}
        if conditional and not override:
            without, names = conditional
            result |= {"if": {"required": [without]}, "else": {"required": names}}
        return unless_reference(result)

    root = place("Root", override=False)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Databricks bundle configuration",
        "allOf": [root],
        "definitions": definitions,
    }


def unless_reference(schema: dict, reference: str = "reference") -> dict:
    """The schema for all but a ${...}. Unlike anyOf, if/else keeps the path of an error exact."""
    return {"if": {"$ref": f"#/definitions/{reference}"}, "else": schema}


def table(all_structs: Structs) -> dict:
    """The schema as `walker.Table` describes it."""
    entries: list[list] = []
    numbers: dict[str, int] = {}

    def number(written: str) -> int:
        if written not in numbers:
            numbers[written] = len(entries)
            entries.append([])  # a task may hold a task
            entries[numbers[written]] += entry(written)
        return numbers[written]

    def entry(written: str) -> list:
        if written.startswith("="):
            return ["enum", written[1:].split("|")]
        if written.startswith("["):
            return ["sequence", number(written[1:-1])]
        if written.startswith("{"):
            return ["map", number(written[1:-1])]
        if written not in all_structs:
            return [written]
        fields = all_structs[written]
        numbered = {field.rstrip("!"): number(type_) for field, type_ in fields.items()}
        kind = "override" if written == toplevel.OVERRIDES else "struct"
        return [kind, numbered, *required_fields(written, fields)]

    number("Root")
    return {"patterns": toplevel.PATTERNS, "types": entries}


def main() -> None:
    all_structs = {name: dict(sorted(fields.items())) for name, fields in structs().items()}
    here = Path(__file__).parent
    schema = json.dumps(json_schema(all_structs), indent=1, sort_keys=True)
    (here / "bundle.schema.json").write_text(schema + "\n", encoding="utf-8", newline="\n")
    compact = json.dumps(table(all_structs), separators=(",", ":"))
    (here / "table.json").write_text(compact + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
