"""Merging many maps at once is merging them one after the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bundles import write_bundle
from hypothesis import given
from hypothesis import strategies as st

from bundlewright.bundle.document import Document, Map, Seq, parse
from bundlewright.bundle.merge import Conflict, merge, merge_all
from bundlewright.checking import check

VALUES = st.recursive(
    st.sampled_from([1, "x", None, True, "${var.a}"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
FILES = st.lists(
    st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), min_size=1, max_size=4
)


def with_places(value: Any) -> Any:
    """A value with all its places."""
    if isinstance(value, Map):
        items = {key: (value.places[key], with_places(inner)) for key, inner in value.items()}
        return items, value.at, value.has_refs
    if isinstance(value, Seq):
        items = [*zip(value.places, map(with_places, value), strict=True)]
        return items, value.at, value.has_refs
    return value


@given(FILES)
def test_all_at_once_is_one_after_the_other(files: list[dict[str, Any]]) -> None:
    maps = [
        parse(json.dumps(file, indent=1), Document(f"{number}.json")).data
        for number, file in enumerate(files)
    ]
    expected, conflict = maps[0], False
    for later in maps[1:]:
        try:
            expected = merge(expected, later)
        except Conflict:
            conflict = True
    conflicts: list[Conflict] = []
    merged = merge_all(maps, conflicts)
    assert bool(conflicts) == conflict
    if not conflict:
        assert with_places(merged) == with_places(expected)


def test_items_whose_key_is_no_text_are_left_alone(tmp_path: Path) -> None:
    tasks = "[{task_key: a}, {task_key: a}, {task_key: [x]}, {task_key: {y: z}}]"
    write_bundle(tmp_path, f"bundle: {{name: b}}\nresources: {{jobs: {{j: {{tasks: {tasks}}}}}}}\n")
    assert all("please report" not in one.hint for one in check(tmp_path).findings)
