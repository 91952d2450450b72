"""What each edit makes of a text, and which edits are refused."""

from __future__ import annotations

import pytest

from bundlewright.bundle.editing import Refused, Text


def edited(text: str, *edits: tuple, as_json: bool = False) -> str:
    """A text after edits, each an (action, (line, column), value)."""
    surveyed = Text(text, as_json)
    return surveyed.edited([surveyed.edit(*edit) for edit in edits]).text


REPLACED = [
    # before, column of the value in line 1, new value, after
    ("a: b\n", 4, "c", "a: c\n"),
    ("a: b   # why\r\nc: d\r\n", 4, "c", "a: c   # why\r\nc: d\r\n"),
    ("a: '0 2 * * *'\n", 4, "0 0 2 * * ?", "a: '0 0 2 * * ?'\n"),
    ("a: 0 2 * * *\n", 4, "0 0 2 * * ?", "a: 0 0 2 * * ?\n"),
    ("{a: 0 2 * * *}\n", 5, "0 0 2 * * ?", '{a: "0 0 2 * * ?"}\n'),
    ("a: 'b'\n", 4, "it's", "a: 'it''s'\n"),
    ('a: "b"\n', 4, 'say "x"\\', 'a: "say \\"x\\"\\\\"\n'),
    ("a: b\n", 4, "12", 'a: "12"\n'),
    ("a: 13.3\n", 4, "13.3", 'a: "13.3"\n'),
    ("a: 2026-01-31\n", 4, "2026-01-31", 'a: "2026-01-31"\n'),
    ("a: b\n", 4, "true", 'a: "true"\n'),
    ("a: b\n", 4, "", 'a: ""\n'),
    ("a: b\n", 4, "x: y", 'a: "x: y"\n'),
    ("a: b\n", 4, "x # y", 'a: "x # y"\n'),
    ("a: b\n", 4, "two\nlines", 'a: "two\\nlines"\n'),
    ("a: 'b'\n", 4, "two\nlines", 'a: "two\\nlines"\n'),
    ("a: b\n", 4, "é😀", "a: é😀\n"),
    ("a: b\n", 4, "\x85\ufeff", 'a: "\\u0085\\ufeff"\n'),
    ("a: yes\n", 4, True, "a: true\n"),
    ("a: '3'\n", 4, 3, "a: 3\n"),
    ("[b, c]\n", 2, "x, y", '["x, y", c]\n'),
    ("a: &n b # why\nc: *n\n", 4, "d", "a: &n d # why\nc: *n\n"),
    ("a: &n !!str 1\n", 4, "2", 'a: &n !!str "2"\n'),
    ("a: !!str &n\n  b\n", 4, "c", "a: !!str &n\n  c\n"),
    ("a:\n", 3, "b", "a: b\n"),
    ("a:   # why\n", 3, "b", "a: b   # why\n"),
    ("a: &n # why\n", 4, "b", "a: &n b # why\n"),
    ("{a: , b: c}\n", 5, "d", "{a: d, b: c}\n"),
    ("{'a':}\n", 6, "d", "{'a': d}\n"),
    ("a: one\n  two\nb: c\n", 4, "x", "a: x\nb: c\n"),
    ("a: 'one\n\n  two'\nb: c\n", 4, "x", "a: 'x'\nb: c\n"),
    ("a: |  # why\n  one\n  two\n\nb: c\n", 4, "x\ny\n", "a: |  # why\n  x\n  y\n\nb: c\n"),
    ("a: |\r\n  one\r\nb: c\r\n", 4, "x\n\ny", "a: |-\r\n  x\r\n\r\n  y\r\nb: c\r\n"),
    ("a: >\n  one\n  two\n", 4, "x\n", "a: >\n  x\n"),
    ("a: >-\n  one\n", 4, "x\ny", "a: |-\n  x\n  y\n"),
    ("a: |\n  one", 4, "x\n", "a: |\n  x\n"),
    ("a: |+\n  one\n\nb: c\n", 4, "x", "a: |-\n  x\nb: c\n"),
    ("a: |  # why\n  one\nb: c\n", 4, " x", 'a: " x"  # why\nb: c\n'),
    ("a: |\nb: c\n", 4, "x", 'a: "x"\nb: c\n'),
]


@pytest.mark.parametrize(("before", "column", "value", "after"), REPLACED)
def test_replace(before: str, column: int, value: object, after: str) -> None:
    assert edited(before, ("replace", (1, column), value)) == after


RENAMED = [
    # before, column of the key in line 1, new key, after
    ("a: b\n", 1, "c", "c: b\n"),
    ("a : b # a\n", 1, "c", "c : b # a\n"),
    ("'a': b\n", 1, "c", "'c': b\n"),
    ('{"a":1}\n', 2, "c", '{"c":1}\n'),
    ("{a, b: c}\n", 2, "d", "{d, b: c}\n"),
    ("a: b\n", 1, "12", '"12": b\n'),
    ("a: b\n", 1, "<<", '"<<": b\n'),
    ("{a: b}\n", 2, "c, d", '{"c, d": b}\n'),
    ("&n a: *n\n", 1, "c", "&n c: *n\n"),
    ("? a\n: b\n", 3, "c", "? c\n: b\n"),
    ("- a:\n    b: c\n", 3, "d", "- d:\n    b: c\n"),
    ("é😀: {a: b}\n", 6, "c", "é😀: {c: b}\n"),
]


@pytest.mark.parametrize(("before", "column", "name", "after"), RENAMED)
def test_rename(before: str, column: int, name: str, after: str) -> None:
    assert edited(before, ("rename", (1, column), name)) == after


REMOVED = [
    # before, places of the keys, after
    ("a: 1 # one\nb: 2\n", [(1, 1)], "b: 2\n"),
    ("a: 1\nb: 2 # two", [(2, 1)], "a: 1\n"),
    ("# on a\na: 1\n\n# on b\nb: 2\n", [(2, 1)], "# on a\n\n# on b\nb: 2\n"),
    ("a: 1\r\na: 2\r\n", [(1, 1)], "a: 2\r\n"),
    ("a:\n  b: 1\n\n  # in\n  c: [1,\n    2] # in\nd: 2\n", [(1, 1)], "d: 2\n"),
    ("a:\n- 1\n# on b\nb: 2\n", [(1, 1)], "# on b\nb: 2\n"),
    ("a: |\n  1\n\nb: 2\n", [(1, 1)], "\nb: 2\n"),
    ("a: |+\n  1\n\nb: 2\n", [(1, 1)], "b: 2\n"),
    ("a: 1\nb:\nc: 3\n", [(2, 1)], "a: 1\nc: 3\n"),
    ("a: 1\nb: 2\nc: 3\n", [(1, 1), (3, 1)], "b: 2\n"),
    ("a:\n  b: 1 # one\nc: 2\n", [(2, 3)], "a:\n  {}\nc: 2\n"),
    ("- a: 1\n  b: 2\n", [(1, 3)], "- b: 2\n"),
    ("- a: 1 # one\n  # on b\n  b: 2\n", [(1, 3)], "-\n  # on b\n  b: 2\n"),
    ("- a: 1\n  b: 2\n", [(1, 3), (2, 3)], "- {}\n"),
    ("- - a: 1\n    b: 2\n    c: 3\n", [(1, 5), (2, 5)], "- - c: 3\n"),
    ("{a: 1, b: 2, c: 3}\n", [(1, 2)], "{b: 2, c: 3}\n"),
    ("{a: 1, b: 2, c: 3}\n", [(1, 8)], "{a: 1, c: 3}\n"),
    ("{a: 1, b: 2, c: 3}\n", [(1, 14)], "{a: 1, b: 2}\n"),
    ("{a: 1, b: 2, c: 3}\n", [(1, 2), (1, 8)], "{c: 3}\n"),
    ("{a: 1, b: 2, c: 3}\n", [(1, 8), (1, 14)], "{a: 1}\n"),
    ("{ a: 1 } # why\n", [(1, 3)], "{} # why\n"),
    ("[a: 1, 2]\n", [(1, 2)], "[{}, 2]\n"),
    ("{\n  a: 1, # one\n  # on b\n  b: 2\n}\n", [(2, 3)], "{\n  # on b\n  b: 2\n}\n"),
    ("{\n  a: 1, # one\n  b: 2 # two\n}\n", [(3, 3)], "{\n  a: 1 # one\n}\n"),
    ("{\n  a: 1,\n  b: 2, # two\n}\n", [(3, 3)], "{\n  a: 1,\n}\n"),
    ("{a: 1, # one\n  # on b\n  b: 2}\n", [(1, 2)], "{\n  # on b\n  b: 2}\n"),
    ("a: 1\n---\na: 2\nb: 3\n", [(1, 1)], "{}\n---\na: 2\nb: 3\n"),
    ("<<: {a: 1}\na: 2\n", [(1, 1)], "a: 2\n"),
]


@pytest.mark.parametrize(("before", "places", "after"), REMOVED)
def test_remove(before: str, places: list[tuple[int, int]], after: str) -> None:
    assert edited(before, *[("remove", place, "") for place in places]) == after


def test_edits_of_one_text_are_made_together() -> None:
    text = "- a: &n 1 # one\n  b: {c: 2, d: }\n  e: *n\n- c: 3\n"
    edits = [
        ("replace", (1, 6), "x"),
        ("remove", (2, 7), ""),
        ("rename", (2, 13), "f"),
        ("replace", (2, 16), "y"),
        ("rename", (4, 3), "c d"),
    ]
    assert edited(text, *edits) == "- a: &n x # one\n  b: {f: y}\n  e: *n\n- c d: 3\n"


@pytest.mark.parametrize(
    ("edit", "after"),
    [
        (("remove", (2, 3), ""), '{\n  "b": "x"\n}'),
        (("remove", (3, 3), ""), '{\n  "a": 1\n}'),
        (("replace", (2, 8), "x"), '{\n  "a": "x",\n  "b": "x"\n}'),
        (("replace", (2, 8), None), '{\n  "a": null,\n  "b": "x"\n}'),
        (("rename", (3, 3), "c\x7f"), '{\n  "a": 1,\n  "c\\u007f": "x"\n}'),
    ],
)
def test_json_stays_json(edit: tuple, after: str) -> None:
    assert edited('{\n  "a": 1,\n  "b": "x"\n}', edit, as_json=True) == after


@pytest.mark.parametrize(
    ("text", "edit", "reason"),
    [
        ("a: [", ("replace", (1, 4), "b"), "not valid YAML"),
        ("a: b", ("replace", (1, 1), "c"), "no scalar stands in line 1, column 1"),
        ("a: b", ("rename", (1, 4), "c"), "no key stands in line 1, column 4"),
        ("a: {b: 1}", ("replace", (1, 4), "c"), "no scalar stands"),
        ("a: b\n---\nc: d", ("remove", (3, 1), ""), "no key"),
        ("a: b\nc: d", ("rename", (1, 1), "c"), "has key 'c' already, in line 2"),
        ("a: &n b\n*n : c", ("rename", (2, 1), "d"), "the key in line 2 is no text"),
        ("a: !!int 1", ("replace", (1, 4), "b"), "has the tag tag:yaml.org,2002:int"),
        ("a: !!str 1", ("replace", (1, 4), 2), "2 cannot be written in line 1"),
        ("a: b", ("replace", (1, 4), "\ud800"), "cannot be written"),
        ("{a}", ("replace", (1, 3), "b"), "no place for a value in line 1"),
        ("? a\n? b", ("replace", (2, 1), "c"), "no place for a value in line 2"),
        ("? a\n: b\nc: d", ("remove", (1, 3), ""), "stands behind a '?'"),
        ("a: &n b\nc: [*n]", ("remove", (1, 1), ""), "*n in line 2 needs what stands in line 1"),
        ("a: &n 1\nb: &n 2\nc: *n", ("remove", (2, 1), ""), "*n in line 3 needs"),
        ("a: |+\n  1\nb: 2\n\n", ("remove", (3, 1), ""), "would change more than it should"),
    ],
)
def test_refused(text: str, edit: tuple, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        edited(text, edit)
    assert reason in str(refused.value)


def test_an_anchor_may_go_with_its_aliases() -> None:
    assert edited("a: {b: &n 1, c: *n}\nd: 2\n", ("remove", (1, 1), "")) == "d: 2\n"


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (("remove", (1, 1), ""), ("replace", (1, 8), "x"), True),
        (("replace", (1, 8), "x"), ("remove", (1, 1), ""), True),
        (("replace", (1, 8), "x"), ("replace", (1, 8), "y"), True),
        (("rename", (1, 5), "x"), ("rename", (1, 11), "x"), True),
        (("replace", (1, 8), "x"), ("replace", (1, 8), "x"), False),
        (("remove", (1, 5), ""), ("remove", (1, 5), ""), False),
        (("remove", (1, 5), ""), ("remove", (1, 11), ""), False),
        (("rename", (1, 5), "x"), ("replace", (1, 8), "x"), False),
        (("rename", (1, 1), "x"), ("rename", (1, 5), "x"), False),
    ],
)
def test_which_edits_meet(one: tuple, other: tuple, meet: bool) -> None:
    text = Text("a: {b: 1, c: 2}\n")
    assert text.edit(*one).meets(text.edit(*other)) is meet
