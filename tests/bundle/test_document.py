"""Reading YAML: the CLI's types, places of keys and values, and input that is no YAML."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundlewright.bundle.document import MAX_DEPTH, Document, parse, read


def load(text: str | bytes) -> object:
    document = parse(text, Document("f.yml"))
    assert document.problems == []
    return document.data


def problem(text: str | bytes) -> tuple[str, str, tuple[str, int, int]]:
    document = parse(text, Document("f.yml"))
    assert len(document.problems) == 1
    return document.problems[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("off", "off"),
        ("~", None),
        ("", None),
        ("0777", 777),
        ("1_000", 1000),
        ("0x1F", 31),
        ("-0o17", -15),
        ("0b101", 5),
        ("1e3", 1000.0),
        ("1.10", 1.1),
        ("12:30:00", "12:30:00"),
        ("2024-13-01", "2024-13-01"),
        ("'3'", "3"),
        ("!!str 3", "3"),
        ("!!int '3'", 3),
        ("!!float 3", 3.0),
        (".inf", math.inf),
        ("_1", "_1"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_scalars_have_the_types_that_the_cli_gives_them(text: str, value: object) -> None:
    loaded = load(f"key: {text}\n")["key"]
    assert loaded == value
    assert type(loaded) is type(value)


def test_keys_and_values_have_places() -> None:
    data = load("a:\n  - x\n  - ü: 1\nb: {c: 2}\n")
    assert data.places["a"] == (("f.yml", 1, 1), ("f.yml", 2, 3))
    assert data["a"].places == [("f.yml", 2, 5), ("f.yml", 3, 5)]
    assert data["a"][1].places["ü"] == (("f.yml", 3, 5), ("f.yml", 3, 8))
    assert data["b"].at == ("f.yml", 4, 4)


def test_places_do_not_depend_on_line_ends_or_a_byte_order_mark() -> None:
    data = load("\ufeffa: 1\r\nb: 2\r\n".encode())
    assert data.places["b"] == (("f.yml", 2, 1), ("f.yml", 2, 4))


def test_own_keys_win_over_merged_ones_and_earlier_sources_over_later() -> None:
    data = load("a: &a {k: 1, l: 1}\nb: &b {k: 2, l: 2, m: 2}\nc:\n  <<: [*a, *b]\n  k: 3\n")
    assert data["c"] == {"k": 3, "l": 1, "m": 2}
    assert data["c"].places["m"][1] == ("f.yml", 2, 23)


def test_references_are_noticed_through_containers_and_aliases() -> None:
    data = load("a: &a [{b: '${var.x}'}]\nc: [*a]\nd: [plain]\n")
    assert (data["a"].has_refs, data["c"].has_refs, data["d"].has_refs) == (True, True, False)


def test_the_last_of_two_keys_wins_and_is_reported() -> None:
    document = parse("a: 1\nb: 2\na: 3\n", Document("f.yml"))
    assert document.data == {"a": 3, "b": 2}
    [(kind, message, place)] = document.problems
    assert (kind, place) == ("duplicate_key", ("f.yml", 3, 1))
    assert "first in line 1" in message


def test_only_the_first_document_is_read() -> None:
    document = parse("a: 1\n---\nb: 2\n", Document("f.yml"))
    assert document.data == {"a": 1}
    assert [kind for kind, _, _ in document.problems] == ["second_document"]


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        ("a: [1", "expected", ("f.yml", 2, 1)),
        ("a: @x", "cannot start any token", ("f.yml", 1, 4)),
        ("1: x", "key 1 must be a string", ("f.yml", 1, 1)),
        ("true: x", "key true must be a string", ("f.yml", 1, 1)),
        ("[a]: x", "a key must be a string", ("f.yml", 1, 1)),
        ("a: *b", "unknown anchor 'b'", ("f.yml", 1, 4)),
        ("a: &b [*b]", "contains itself", ("f.yml", 1, 8)),
        ("a: !secret x", "unknown tag !secret", ("f.yml", 1, 4)),
        ("a: 99999999999999999999", "does not fit into 64 bits", ("f.yml", 1, 4)),
        ("a: &a {}\nb:\n  <<: *a\n  <<: *a\n", "stands twice", ("f.yml", 4, 3)),
        ("a: &a 1\nb:\n  <<: *a\n", "needs a mapping", ("f.yml", 3, 3)),
        ("a: " + "[" * (MAX_DEPTH + 1), "nested deeper", ("f.yml", 1, 4 + MAX_DEPTH - 1)),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(
    text: str, words: str, place: tuple[str, int, int]
) -> None:
    _, message, where = problem(text)
    assert words in message
    assert where == place


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a: \xfc", b"\x00\x01\x02", b"a: \x07"])
def test_bytes_that_are_no_text_are_a_problem(content: bytes) -> None:
    assert problem(content)[0] == "syntax"


def test_a_file_that_cannot_be_opened_is_a_problem(tmp_path) -> None:
    [(kind, message, place)] = read(tmp_path, "folder.yml").problems
    assert (kind, place) == ("unreadable", ("folder.yml", 1, 1))
    assert message == "cannot be read: not a regular file"


PIECES = (
    *("a: ", "- ", "\n", "  ", "&x ", "*x", "<<: ", "{", "}", "[", "]", ",", "!!int ", "'", '"'),
    *("${var.x}", "1", "true", "---\n", "|\n", "? ", ": ", "#", "\t", "é", "0x", "."),
)
YAML_PIECES = st.lists(st.sampled_from(PIECES)).map("".join)


@given(st.one_of(YAML_PIECES, st.text(), st.binary()))
def test_no_input_raises(content: str | bytes) -> None:
    document = parse(content, Document("f.yml"))
    for _, message, (name, line, column) in document.problems:
        assert message
        assert name == "f.yml"
        assert line >= 1
        assert column >= 1
