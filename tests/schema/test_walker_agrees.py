"""The walker and `jsonschema` find the same faults at the same places in thousands of bundles.

Bundles are drawn from the schema itself, so that every kind of resource takes part, and from real
ones; then they are spoilt. The seed is fixed: a failure comes back.
"""

import copy
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml

from bundlewright.schema import walker

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
SCHEMA = json.loads((ROOT / "src/bundlewright/schema/bundle.schema.json").read_text("utf-8"))
TYPES = walker.load_table().types

# Values that are right in some places and wrong in others, and their neighbours.
VALUES = [
    *(None, True, False, 0, 1, -7, 3.0, 1.5, 1e300, "", " ", "x", "3", "-3", "+3", "3.0", "1_0"),
    *("1.5", ".5", "1e3", "e3", "true", "True", "tRUE", "yes", "off", "y", "Y", "PAUSED", "paused"),
    *("${var.a}", "${var.a.b[0].c}", "${resources.jobs.x.id}", "a ${var.a}", "${var.a} ${var.b}"),
    *("${var.a", "${ var.a }", "${var.1a}", "${var.a_}", "${var.ünï}", "$var.a", "${}", "{{a}}"),
    *([], ["x"], [None], [["x"]], {}, {"x": "y"}, {"name": "x"}, {"default": None}, [{}]),
]


def drawn(rng: random.Random, type: int, depth: int = 0) -> object:
    """A value that mostly fits a type of the table, small where it lies deep."""
    kind, *rest = TYPES[type]
    if rng.random() < 0.03:
        return rng.choice(VALUES)
    if kind == "enum":
        return rng.choice(rest[0])
    if kind == "sequence":
        return [drawn(rng, rest[0], depth + 1) for _ in range(rng.randint(0, 2))]
    if kind == "map":
        return {key: drawn(rng, rest[0], depth + 1) for key in rng.sample("abc", rng.randint(0, 2))}
    if kind in ("struct", "override"):
        fields, required, _ = rest
        chosen = rng.sample(sorted(fields), min(len(fields), rng.randint(0, max(1, 5 - depth))))
        # Required fields that hold themselves, a task of a task, would never end.
        chosen += [field for field in required if depth < 12]
        return {field: drawn(rng, fields[field], depth + 1) for field in chosen}
    return rng.choice(
        {"integer": [1, "2"], "boolean": [True, "no"], "number": [0.5]}.get(kind, "x")
    )


def paths() -> dict[int, tuple]:
    """A shortest path to each type of the table."""
    found: dict[int, tuple] = {walker.ROOT: ()}
    for type in (queue := [walker.ROOT]):
        kind, *rest = TYPES[type]
        below = {}
        if kind in ("struct", "override"):
            below = rest[0]
        elif kind in ("sequence", "map"):
            below = {0 if kind == "sequence" else "a": rest[0]}
        for key, child in below.items():
            if child not in found:
                found[child] = (*found[type], key)
                queue.append(child)
    return found


def at(path: tuple, value: object) -> object:
    """The smallest document that has a value at a path."""
    for key in reversed(path):
        value = [value] if key == 0 else {key: value}
    return value


def places(value: object) -> Iterator[tuple[dict | list, str | int]]:
    """Every place in a document, as its container and its key or index."""
    children = enumerate(value) if isinstance(value, list) else value.items()
    for key, child in list(children):
        yield value, key
        if isinstance(child, dict | list):
            yield from places(child)


def spoilt(rng: random.Random, document: dict, known: list[str]) -> dict:
    """A copy with one to three places changed."""
    document = copy.deepcopy(document)
    for _ in range(rng.randint(1, 3)):
        all_places = list(places(document))
        if not all_places:
            break
        container, key = rng.choice(all_places)
        change = rng.choice(["value", "value", "delete", "rename", "insert", "wrap", "other place"])
        if change == "value":
            container[key] = copy.deepcopy(rng.choice(VALUES))
        elif change == "delete":
            del container[key]
        elif change == "wrap":
            container[key] = rng.choice([[container[key]], {"x": container[key]}])
        elif change == "other place":
            other, other_key = rng.choice(all_places)
            container[key] = copy.deepcopy(other[other_key])
        elif isinstance(container, dict):
            name = rng.choice([str(key) + "s", str(key)[1:], rng.choice(known)])
            container[name] = container.pop(key) if change == "rename" else rng.choice(VALUES)
    return document


def seeds() -> list[dict]:
    return list(yaml.safe_load_all(Path(__file__).with_name("seeds.yml").read_text("utf-8")))


def real_bundles() -> list[dict]:
    found = seeds()
    for pattern in ("reference/**/*.yml", "corpus/cases/*/*.yml"):
        for file in sorted(SHARED.glob(pattern)):
            try:
                found += yaml.safe_load_all(file.read_text("utf-8"))
            except yaml.YAMLError:
                continue  # some cases of the corpus are about just that
    # The walker knows what YAML of a bundle can hold: no dates, and keys that are strings.
    return json.loads(json.dumps([each for each in found if isinstance(each, dict)], default=str))


def nothing_required(schema: object) -> object:
    """The schema as it holds for a single file of a bundle, which others complete."""
    if isinstance(schema, list):
        return [nothing_required(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "additionalProperties" in schema and "properties" in schema:
        schema = {key: schema[key] for key in ("properties", "additionalProperties")}
        schema["type"] = ["object", "null"]
    return {key: nothing_required(value) for key, value in schema.items()}


@pytest.fixture(scope="module")
def validators() -> dict[bool, jsonschema.Draft7Validator]:
    """`jsonschema` with what is required, and without."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    return {
        True: jsonschema.Draft7Validator(SCHEMA),
        False: jsonschema.Draft7Validator(nothing_required(SCHEMA)),
    }


def disagreement(document: dict, required: bool, validator: jsonschema.Draft7Validator) -> set:
    """The places at which only one of the two finds a fault."""
    mine = {
        fault.path[:-1] if fault.kind == "unknown_field" else fault.path
        for fault in walker.faults(document, required=required)
    }
    return mine ^ {tuple(error.absolute_path) for error in validator.iter_errors(document)}


def assert_agreement(documents: Iterable[dict], rng: random.Random, validators: dict) -> None:
    sound = unsound = 0
    for document in documents:
        required = rng.random() < 0.7
        assert not disagreement(document, required, validators[required]), document
        if walker.faults(document, required=required):
            unsound += 1
        else:
            sound += 1
    assert sound > 200
    assert unsound > 200


def test_on_bundles_drawn_from_every_type_of_the_schema(validators: dict) -> None:
    rng = random.Random(1)
    places = paths()
    assert len(places) == len(TYPES)
    drawn_documents = (
        at(place, drawn(rng, type)) for type, place in places.items() for _ in range(8)
    )
    assert_agreement((d for d in drawn_documents if isinstance(d, dict)), rng, validators)


def test_on_real_bundles_that_were_spoilt(validators: dict) -> None:
    rng = random.Random(2)
    known = sorted({name for entry in TYPES if entry[0] == "struct" for name in entry[1]})
    real = real_bundles()
    spoilt_documents = (spoilt(rng, rng.choice(real), known) for _ in range(3000))
    assert_agreement(spoilt_documents, rng, validators)


def test_seeds_are_sound(validators: dict) -> None:
    for seed in seeds():
        assert walker.faults(seed) == []
        assert list(validators[True].iter_errors(seed)) == []


def test_reference_has_no_fault() -> None:
    files = sorted(SHARED.glob("reference/resources/**/*.yml"))
    if not files:
        pytest.skip(f"needs a reference bundle in {SHARED}/reference")
    for file in [SHARED / "reference/databricks.yml", *files]:
        assert walker.faults(yaml.safe_load(file.read_text("utf-8")), required=False) == [], file


def test_corpus_has_unknown_fields_only_where_the_cli_sees_them() -> None:
    verdicts = SHARED / "corpus/verdicts.json"
    if not verdicts.exists():
        pytest.skip(f"needs the CLI's verdicts on a corpus of bundles in {SHARED}/corpus")
    said = {
        (case, diagnostic["message"].removeprefix("unknown field: "))
        for case, targets in json.loads(verdicts.read_text("utf-8")).items()
        for verdict in targets.values()
        for diagnostic in verdict["diagnostics"]
        if diagnostic["message"].startswith("unknown field: ")
    }
    found = set()
    for file in sorted(SHARED.glob("corpus/cases/*/**/*.yml")):
        text = file.read_text("utf-8")
        try:
            document = yaml.safe_load(text)
        except yaml.YAMLError:
            continue
        for fault in walker.faults(document, required=False) if isinstance(document, dict) else ():
            # The CLI keeps silent about a field that holds nothing but anchors; so will the reader.
            if fault.kind == "unknown_field" and not (len(fault.path) == 1 and "&" in text):
                case = file.relative_to(SHARED / "corpus/cases").parts[0]
                found.add((case, fault.path[-1]))
    assert found - said == set()
    assert len(found) >= 3
