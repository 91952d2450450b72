"""YAML texts of all shapes, for tests that edit them."""

from __future__ import annotations

from hypothesis import strategies as st

_PLAIN = ["a", "x y", "12", "1.5", "true", "null", "ü😀", "http://h:1", "a#b", "-x"]
_QUOTED = ["''", '""', "'it''s'", '"a: \\"b\\" # é"', "'{x}'", '"\\u00e9\\n"', "'12'"]


class _Writer:
    """Writes one text; `draw` decides at each turn."""

    def __init__(self, draw: st.DrawFn, newline: str) -> None:
        self.draw = draw
        self.newline = newline
        self.count = 0
        self.anchors: list[str] = []

    def pick(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def number(self, most: int) -> int:
        return self.draw(st.integers(0, most))

    def comment(self, *before: str) -> str:
        """A comment like no other, or only what may be before it."""
        space = self.pick(*before)
        if self.number(3):
            return space.rstrip(" ")
        self.count += 1
        return f"{space}# c{self.count}: {{é"

    def lines_between(self, indent: str) -> str:
        kind = self.number(9)
        if kind == 0:
            return self.newline
        comment = self.comment(indent, "") if kind == 1 else ""
        return comment + self.newline if comment else ""

    def key(self) -> str:
        self.count += 1
        name = self.pick(f"k{self.count}", f"k {self.count}", f"é{self.count}", "twice")
        return self.pick(name, name, f"'{name}'", f'"{name}"')

    def scalar(self, *others: str) -> str:
        if self.anchors and not self.number(5):
            return f"*{self.pick(*self.anchors)} "
        return self.pick("!!str ", *[""] * 9) + self.pick(*_PLAIN, *_QUOTED, *others)

    def anchored(self, node: str) -> str:
        """A node, perhaps with an anchor; what comes after may mean it."""
        if node.startswith("*") or self.number(5):
            return node
        self.count += 1
        self.anchors.append(f"n{self.count}")
        return f"&n{self.count} {node}"

    def flow(self, depth: int) -> str:
        """A node in one piece: a scalar, or a collection in brackets."""
        if not depth or not self.number(2):
            return self.anchored(self.scalar())
        is_map = self.number(2) > 0
        text = "{" if is_map else "["
        length = self.number(4)
        for index in range(length):
            if index:
                text += self.pick(",", ", ", " , ")
            text += self.flow_space()
            if is_map:
                text += self.key() + ": " + (self.flow(depth - 1) if self.number(5) else "")
            else:
                text += self.flow(depth - 1)
        text += self.pick("", " ", "," if length else "") + self.flow_space()
        return self.anchored(text + ("}" if is_map else "]"))

    def flow_space(self) -> str:
        if self.number(3):
            return ""
        return self.comment(" ", "  ") + self.newline + " " * 12

    def block(self, indent: str, depth: int) -> str:
        """The lines of a mapping or a sequence, the first one without its indentation."""
        text = ""
        is_map = self.number(2) > 0
        for index in range(1 + self.number(3)):
            if index:
                text += self.lines_between(indent) + indent
            text += self.key() + ":" if is_map else "-"
            text += self.value(indent, depth, after_dash=not is_map)
        return text

    def value(self, indent: str, depth: int, after_dash: bool) -> str:
        deeper = indent + "  "
        kind = self.number(6) if depth else self.number(3)
        if kind == 0:
            return self.comment(" ") + self.newline
        if kind == 1:
            lines = [deeper + self.pick(*_PLAIN) + self.newline for _ in range(1 + self.number(2))]
            header = self.pick("|", ">", "|-", ">-", "|+", "|2" if not indent else "|")
            return f" {header}" + self.comment(" ") + self.newline + "".join(lines)
        if kind <= 3:
            node = self.flow(2) if self.number(2) else self.scalar("0 0 2 * * ?")
            return " " + node.rstrip(" ") + self.comment(" ", "  ") + self.newline
        if after_dash and kind == 4:
            return " " + self.block(deeper, depth - 1)
        start = self.comment(" ") + self.newline + self.lines_between(deeper) + deeper
        return (" " + self.anchored(start + self.block(deeper, depth - 1))).replace(" \n", "\n")


@st.composite
def yaml_texts(draw: st.DrawFn) -> str:
    """Nested mappings and sequences in block and flow style, with comments, anchors and aliases."""
    writer = _Writer(draw, draw(st.sampled_from(["\n", "\r\n"])))
    text = writer.lines_between("") + writer.block("", 3)
    return text.rstrip("\r\n") if not writer.number(9) else text
