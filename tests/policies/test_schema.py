"""What schemas say of values that are not known, not set, or spelled another way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judging import judge

from bundlewright.bundle.document import Document, parse
from bundlewright.policies.schema import compiled, failures

UNKNOWN = "${resources.jobs.other.id}"
CHOICE = "{enum: [a, b]}"


def fails(schema: Any, value: Any) -> bool:
    def read(data: Any) -> Any:
        return parse(data if isinstance(data, str) else json.dumps(data), Document("x")).data

    return any(failures(compiled(read(schema), ("x", 1, 1)), read(value)))


@pytest.mark.parametrize(
    "schema",
    [
        "properties: {x: {enum: [a]}}",
        "properties: {x: {type: integer}}",
        "properties: {x: {required: [y]}}",
        "properties: {x: {pattern: ^a}}",
        "properties: {x: {not: {pattern: ^a}}}",
        "properties: {x: {not: {type: string}}}",
        "not: {properties: {x: {const: a}}}",
        "not: {required: [x], properties: {x: {type: integer}}}",
        "anyOf: [{required: [y]}, {properties: {x: {enum: [a]}}}]",
        "oneOf: [{required: [x]}, {properties: {x: {enum: [a]}}}]",
        "oneOf: [{required: [y]}, {properties: {x: {enum: [a]}}}]",
        "if: {properties: {x: {const: a}}}\nelse: {required: [y]}",
        "if: {properties: {x: {const: a}}}\nthen: {required: [y]}",
        "not: {if: {properties: {x: {const: a}}}, then: {required: [y]}}",
        "properties: {list: {contains: {const: a}}}",
        "properties: {list: {contains: {type: string}, maxContains: 1}}",
        "properties: {list: {not: {contains: {const: a}}}}",
        "properties: {list: {items: {const: c}}}",
        "properties: {map: {const: {z: 1}}}",
        "properties: {map: {enum: [{z: 1}]}}",
        "properties: {list: {uniqueItems: true}}",
        "additionalProperties: {enum: [a, c]}\nproperties: {map: true, list: true}",
        "$ref: '#/$defs/x'\n$defs: {x: {properties: {x: {const: a}}}}",
    ],
)
def test_what_is_not_known_is_not_reported(schema: str) -> None:
    assert not fails(schema, {"x": UNKNOWN, "list": [UNKNOWN, "c", UNKNOWN], "map": {"z": UNKNOWN}})


@pytest.mark.parametrize(
    "schema",
    [
        "required: [y]",
        "properties: {x: false}",
        "not: {required: [x]}",
        "maxProperties: 1",
        "additionalProperties: false",
        "propertyNames: {enum: [x]}",
        "properties: {other: {const: a}}",
        "anyOf: [{required: [y]}, {properties: {other: {const: a}}}]",
        "anyOf: [{required: [y]}, {allOf: [{properties: {x: {const: a}}}, {required: [z]}]}]",
        "if: {properties: {other: {const: c}}}\nthen: {required: [y]}",
        "properties: {list: {maxItems: 1}}",
        "properties: {list: {not: {contains: {const: c}}}}",
        "properties: {list: {contains: true, maxContains: 1}}",
        "not: {properties: {x: true}}",
    ],
)
def test_what_fails_whatever_the_unknown_is_gets_reported(schema: str) -> None:
    assert fails(schema, {"x": UNKNOWN, "other": "c", "list": [UNKNOWN, "c"]})


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ("maximum: 10", "12", True),
        ("maximum: 10", "9", False),
        ("type: integer", "9", False),
        ("type: integer", "nine", True),
        ("enum: [1, 2]", "2", False),
        ("enum: ['1', '2']", 2, False),
        ("enum: ['1', '2']", 3, True),
        ("const: true", "true", False),
        ("const: true", "false", True),
        ("pattern: ^[0-9]{4}$", 4711, False),
        ("pattern: ^[0-9]{4}$", 47110, True),
        ("type: string", 5, False),
        ("type: object", 5, True),
        ("required: [x]", {"x": None}, True),
        ("properties: {x: false}", {"x": None}, False),
        ("properties: {x: {type: string}}", {"x": None}, False),
        ("maxProperties: 1", {"x": None, "y": 1}, False),
        ("anyOf: [{required: [x]}, {required: [y]}]", {"x": None}, True),
        ("dependentRequired: {x: [y]}", {"x": 1}, True),
        ("dependentRequired: {x: [y]}", {"x": None}, False),
    ],
)
def test_values_are_read_as_a_deploy_reads_them(schema: str, value: Any, expected: bool) -> None:
    assert fails(schema, value) is expected


LEAVES = [
    *({"type": name} for name in ("string", "integer", "object", "array")),
    *({"const": value} for value in ("a", 1, True, {"k": "a"}, [1])),
    {"enum": ["a", 2]},
    {"minimum": 2},
    {"pattern": "a"},
    {"maxLength": 2},
    {"required": ["k"]},
    {"maxProperties": 1},
    {"dependentRequired": {"k": ["l"]}},
    {"maxItems": 1},
    {"uniqueItems": True},
    *({"propertyNames": {"const": name}} for name in "kl"),
]
COMBINATIONS = [
    lambda a, b, c: {"not": a},
    lambda a, b, c: {"allOf": [a, b]},
    lambda a, b, c: {"anyOf": [a, b]},
    lambda a, b, c: {"oneOf": [a, b, c]},
    lambda a, b, c: {"if": a, "then": b, "else": c},
    lambda a, b, c: {"properties": {"k": a}, "additionalProperties": b},
    lambda a, b, c: {"prefixItems": [a], "items": b},
    lambda a, b, c: {"contains": a},
    lambda a, b, c: {"contains": a, "minContains": 0, "maxContains": 1},
    lambda a, b, c: {"dependentSchemas": {"k": a}},
]
SCHEMAS = st.recursive(
    st.sampled_from(LEAVES) | st.booleans(),
    lambda inner: st.builds(
        lambda combine, *parts: combine(*parts), st.sampled_from(COMBINATIONS), inner, inner, inner
    ),
    max_leaves=6,
)
HOLE = "<hole>"
VALUES = st.recursive(
    st.sampled_from([HOLE, HOLE, "a", "b", 1, 2, True]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("klm"), inner, max_size=3)
    ),
    max_leaves=5,
)
FILLINGS = ["a", "bcd", "1", 0, 2, True, [], ["a"], {}, {"k": "a"}, {"l": 1, "k": 2}]


def filled(value: Any, filling: Any) -> Any:
    if isinstance(value, dict):
        return {key: filled(inner, filling) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, filling) for inner in value]
    return filling if value == HOLE else value


@settings(max_examples=300, deadline=None)
@given(SCHEMAS, VALUES)
def test_what_is_reported_fails_for_every_value_of_the_unknown(schema: Any, value: Any) -> None:
    schema = {"allOf": [schema]}
    if fails(schema, filled(value, UNKNOWN)):
        assert all(fails(schema, filled(value, filling)) for filling in FILLINGS)


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ("required: [tags]", ["5:5: 'tags' is missing"]),
        ("properties: {name: {const: x}}", ["5:11: found 'etl'"]),
        ("properties: {queue: {required: [y]}}", ["7:7: 'y' is missing"]),
        ("required: [x, y]", ["5:5: 'x' is missing", "5:5: 'y' is missing"]),
        ("properties: {queue: false}", ["6:5: found 'queue'"]),
        ("properties: {queue: {properties: {enabled: {const: false}}}}", ["7:16: found true"]),
        ("patternProperties: {e: true}\nadditionalProperties: false", ["8:5: found 'tasks'"]),
        ("propertyNames: {pattern: '^.{4,5}$'}", []),
        ("propertyNames: {pattern: '^.{5}$'}", ["5:5: found 'name'"]),
        ("properties: {tasks: {maxItems: 0}}", ["8:12:"]),
        ("anyOf: [{required: [x]}, {required: [y]}]", ["5:5:"]),
        ("anyOf: [{required: [x]}, {properties: {name: {const: x}}}]", ["5:11: found 'etl'"]),
        ("not: {required: [name]}", ["5:5:"]),
    ],
)
def test_findings_stand_at_the_deepest_place(schema: str, found: list[str], tmp_path: Path) -> None:
    bundle = (
        "bundle: {name: b}\nresources:\n jobs:\n  etl:\n    name: etl\n    queue:\n"
        "      enabled: true\n    tasks: [{task_key: a}]\n"
    )
    indented = schema.replace("\n", "\n     ")
    policies = f"policies:\n - code: A1\n   message: M\n   for: job\n   schema:\n     {indented}\n"
    lines = judge(tmp_path, policies, bundle)
    assert [
        line.replace("databricks.yml:", "").replace(" error A1 M:", "").replace(" error A1 M", "")
        for line in lines
    ] == found
