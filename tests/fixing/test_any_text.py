"""Whatever the text: an edit changes what it says, and no other character."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st
from yaml_texts import yaml_texts

from bundlewright.bundle.document import resolve_plain
from bundlewright.bundle.editing import Refused, Text

# PyYAML's own parser ends scalars of no characters elsewhere; both accept the same.
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
VALUES = ["new", "n e w", "12", "true", "", "é: {'\"", "a # b", "0 0 2 * * ?", "two\nlines\n", " ]"]

Tree = list  # ["map", [key, value]...], ["list", item...] or ["scalar", value]


def composed(text: str) -> yaml.Node:
    return yaml.compose(text, LOADER)


def tree_of(node: yaml.Node, seen: dict[int, Tree]) -> Tree:
    """What a node says; an alias is the same list as what it means."""
    if id(node) not in seen:
        if isinstance(node, yaml.ScalarNode):
            plain = not node.style
            seen[id(node)] = ["scalar", resolve_plain(node.value) if plain else node.value]
        elif isinstance(node, yaml.MappingNode):
            pairs = [[tree_of(key, seen), tree_of(value, seen)] for key, value in node.value]
            seen[id(node)] = ["map", *pairs]
        else:
            seen[id(node)] = ["list", *(tree_of(item, seen) for item in node.value)]
    return seen[id(node)]


def edits_of(node: yaml.Node) -> Iterator[tuple[str, yaml.Node, yaml.MappingNode | None]]:
    """All edits below a node: (action, what it is at, the mapping that has it)."""
    if isinstance(node, yaml.ScalarNode):
        yield "replace", node, None
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from edits_of(item)
    else:
        for key, value in node.value:
            yield "rename", key, node
            yield "remove", key, node
            yield from edits_of(value)


def end_of(node: yaml.Node, text: str, after: int) -> int:
    """Where a node ends that starts after an offset, but for comments, and blanks unless kept."""
    if node.start_mark.index < after:  # an alias: PyYAML gives what it means
        return re.compile(r"\*\w+").search(text, after).end()
    end = node.end_mark.index
    if isinstance(node, yaml.ScalarNode):
        return len(text[:end].rstrip()) if node.style in ("|", ">") else end
    if not node.flow_style:
        end = after
        for child in node.value:
            for part in child if isinstance(child, tuple) else [child]:
                end = end_of(part, text, end)
    return end


def comments_of(text: str) -> dict[str, int]:
    return {found[0]: found.start() for found in re.finditer(r"# c\d+: \{é", text)}


def is_subsequence(shorter: str, longer: str) -> bool:
    characters = iter(longer)
    return all(character in characters for character in shorter)


@given(yaml_texts(), st.integers(0, 10**6), st.sampled_from(VALUES))
@example("a: 1\nb:\n  - c: 1 # d\n    # e\n    f: 2\n", 7, "")
def test_an_edit_changes_what_it_says_and_nothing_else(text: str, turn: int, value: str) -> None:
    root = composed(text)
    edits = list(edits_of(root))
    assume(edits)
    action, node, mapping = edits[turn % len(edits)]
    place = node.start_mark.line + 1, node.start_mark.column + 1
    seen: dict[int, Tree] = {}
    expected = tree_of(root, seen)
    surveyed = Text(text)
    refused = ""
    try:
        after = surveyed.edited([surveyed.edit(action, place, value)]).text
    except Refused as reason:
        refused = str(reason)
    if refused:
        assert action == "remove"
        # What goes may hold an anchor, or keep blank lines from those that a "|+" before it keeps.
        assert "needs what stands in" in refused if "|+" not in text else refused
        return

    if action == "remove":
        pairs = seen[id(mapping)]
        index = next(i for i, (key, _) in enumerate(mapping.value) if key is node)
        del pairs[index + 1]
        check_removal(text, after, mapping, index)
    else:
        seen[id(node)][1] = value
        start, end = node.start_mark.index, node.end_mark.index
        assert after.startswith(text[:start])
        assert after.endswith(text[end:])
        assert len(after) >= start + len(text) - end
    assert tree_of(composed(after), {}) == expected


def check_removal(text: str, after: str, mapping: yaml.MappingNode, index: int) -> None:
    """Only an entry went, with its lines, its comma, and the comment behind it."""
    key, value = mapping.value[index]
    end = end_of(value, text, key.end_mark.index)
    if len(mapping.value) == 1:
        assert "{}" in after
        assert len(after) <= len(text) + 2
    else:
        assert is_subsequence(after, text)
    emptied = len(mapping.value) == 1 and mapping.flow_style
    if emptied:
        return
    kept = comments_of(after)
    for comment, position in comments_of(text).items():
        behind = position > end and not re.search("[\n\r]", text[end:position])
        assert comment in kept or key.start_mark.index < position < end or behind
