"""A job's graph as an SVG image that needs nothing else, on a light or a dark background.

Boxes carry their own background, and lines have colours that show on both. All text is monospaced,
so that its width is known without a font.
"""

import itertools
import textwrap
from html import escape

from bundlewright.graph.layout import arrange
from bundlewright.graph.model import columns

_MARGIN = 20
_TITLE = 32  # the height that the title takes
_LINE = 18
_PADDING = 12
_POINT = 14  # how far the sides of a condition's box come out
_ARROW = 8
_LANE = 18  # the height of the lane below all boxes of each edge that closes a circle
_TURN = 8
_WRAP = 40  # columns
# The widest that a column is in usual monospaced fonts, for each size of text.
_KEY_COLUMN, _COLUMN, _TITLE_COLUMN = 13 * 0.62, 11 * 0.62, 14 * 0.62
_GROUPS = {"condition": "condition", "for_each": "loop"}

_STYLE = """
    text { font: 11px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #57606a }
    .title { font-size: 14px; font-weight: 600; fill: #768390 }
    .key { font-size: 13px; font-weight: 600; fill: #1f2328 }
    .box { fill: #ffffff; stroke: #8c959f; stroke-width: 1.25 }
    .kind { fill: #57606a }
    .condition > .box { fill: #fbefff; stroke: #8250df } .condition > .kind { fill: #8250df }
    .loop > .box { fill: #ddf4ff; stroke: #0969da } .loop > .kind { fill: #0969da }
    .absent > .box { fill: #ffebe9; stroke: #cf222e; stroke-dasharray: 5 4 }
    .absent > .kind { fill: #cf222e }
    .disabled > .box { stroke-dasharray: 5 4 } .disabled > text { fill: #8c959f }
    .edge { fill: none; stroke: #768390; stroke-width: 1.5 } .arrow { fill: #768390 }
    .outcome { font-weight: 600; text-anchor: middle } .label { fill: #ffffff; stroke: #d1d9e0 }
    .true > .edge { stroke: #2da44e } .true > .arrow { fill: #2da44e }
    .true > .outcome { fill: #1a7f37 }
    .false > .edge { stroke: #e5534b } .false > .arrow { fill: #e5534b }
    .false > .outcome { fill: #cf222e }
    .circle > .edge { stroke: #e5534b; stroke-dasharray: 5 4 } .circle > .arrow { fill: #e5534b }
    @media (prefers-color-scheme: dark) {
      text, .kind { fill: #9198a1 } .key { fill: #f0f6fc }
      .box, .label { fill: #161b22; stroke: #656c76 }
      .condition > .box { fill: #271d3b; stroke: #a371f7 } .condition > .kind { fill: #bc8cff }
      .loop > .box { fill: #0f2540; stroke: #4493f8 } .loop > .kind { fill: #79c0ff }
      .absent > .box { fill: #3c1618; stroke: #f85149 } .absent > .kind { fill: #ff7b72 }
      .disabled > text { fill: #656c76 }
      .true > .outcome { fill: #3fb950 } .false > .outcome { fill: #ff7b72 }
    }
"""


class _Box:
    """A node's size and text; a loop's box holds that of its inner task.

    Attributes:
        lines: (class, text) pairs, from the top.
        side: the space between its sides and its text.
        width, height: in pixels.
        inner: the `_Box` of the inner task, or None.
    """

    def __init__(self, node):
        self.node = node
        self.inner = _Box(node.inner) if node.inner else None
        kind, *details = node.lines
        texts = (("key", node.key), ("kind", kind), *(("detail", detail) for detail in details))
        self.lines = [(name, line) for name, text in texts for line in textwrap.wrap(text, _WRAP)]
        self.side = _PADDING + (_POINT if node.kind == "condition" else 0)
        self.width = 2 * self.side + max(
            columns(text) * (_KEY_COLUMN if name == "key" else _COLUMN) for name, text in self.lines
        )
        self.height = 2 * _PADDING + _LINE * len(self.lines) - 4
        if self.inner:
            self.width = max(self.width, self.inner.width + 2 * self.side)
            self.height += self.inner.height + 8


def render(graph):
    """Write a graph as SVG.

    Args:
        graph: a `bundlewright.graph.model.Graph`.

    Returns:
        An XML document in ASCII.
    """
    boxes = {node: _Box(node) for node in graph.nodes}
    labels = {edge: _label_width(edge) for edge in graph.edges if edge.outcome}
    sizes = {node: (box.width, box.height) for node, box in boxes.items()}
    items, ways = arrange(graph, sizes, labels)
    right = max((item.right for item in items.values()), default=0)
    bottom = max((item.y + item.height / 2 for item in items.values()), default=0)
    lines, texts = [], []
    for edge, way in ways.items():
        group = edge.outcome if edge.outcome in ("true", "false") else "plain"
        if edge.closes_circle:
            bottom += _LANE
            path, middle = _lane(way, bottom)
        else:
            path, middle = _curve(way)
        end = f"M{way[-1].left:.1f} {way[-1].y:.1f}l-{_ARROW} -4v8z"
        lines += [
            f'<g class="{"circle" if edge.closes_circle else group}">',
            f'  <path class="edge" d="{path}"/>',
            f'  <path class="arrow" d="{end}"/>',
            "</g>",
        ]
        if edge.outcome:
            texts += _label(edge, group, middle)
    for node, item in items.items():
        top = item.y - item.height / 2
        lines += _drawn(boxes[node], item.left, top, item.right - item.left)
    width = 2 * _MARGIN + max(right, columns(graph.title) * _TITLE_COLUMN)
    height = 2 * _MARGIN + _TITLE + bottom
    title = escape(graph.title)
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:.0f}" '
        f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">',
        f"<title>{title}</title>",
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="{_MARGIN}" y="{_MARGIN + 12}">{title}</text>',
        f'<g transform="translate({_MARGIN} {_MARGIN + _TITLE})">',
    ]
    drawing = "\n".join([*head, *lines, *texts, "</g>", "</svg>"]) + "\n"
    # Whatever encoding it is saved in, it reads the same.
    return drawing.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _curve(way):
    """The line of an edge, and the middle of its first part."""
    source, target = way[0], way[-1]
    path = f"M{source.right:.1f} {source.y:.1f}"
    for left, right in itertools.pairwise(way):
        end = right.left - (_ARROW - 1 if right is target else 0)
        middle = (left.right + end) / 2
        path += f"C{middle:.1f} {left.y:.1f} {middle:.1f} {right.y:.1f} {end:.1f} {right.y:.1f}"
        if right is not target:
            path += f"H{right.right:.1f}"
    return path, ((source.right + way[1].left) / 2, (source.y + way[1].y) / 2)


def _lane(way, bottom):
    """The same for an edge that closes a circle: it leads back below all boxes."""
    source, target = way
    path = (
        f"M{source.right:.1f} {source.y:.1f}h{_TURN}q{_TURN} 0 {_TURN} {_TURN}"
        f"V{bottom - _TURN:.1f}q0 {_TURN} -{_TURN} {_TURN}"
        f"H{target.left - _TURN:.1f}q-{_TURN} 0 -{_TURN} -{_TURN}"
        f"V{target.y + _TURN:.1f}q0 -{_TURN} {_TURN} -{_TURN}"
        f"H{target.left - _ARROW + 1:.1f}"
    )
    return path, ((source.right + target.left) / 2, bottom)


def _label_width(edge):
    return columns(edge.outcome) * _COLUMN + _PADDING


def _label(edge, group, middle):
    width = _label_width(edge)
    x, y = middle
    return [
        f'<g class="{group}">',
        f'  <rect class="label" x="{x - width / 2:.1f}" y="{y - 9:.1f}" width="{width:.1f}" '
        'height="18" rx="9"/>',
        f'  <text class="outcome" x="{x:.1f}" y="{y + 4:.1f}">{escape(edge.outcome)}</text>',
        "</g>",
    ]


def _drawn(box, left, top, width):
    """A node's box at a place, as wide as its column."""
    node = box.node
    groups = [_GROUPS.get(node.kind, "plain")]
    groups += [name for name in ("absent", "disabled") if getattr(node, name)]
    yield f'<g class="{" ".join(groups)}">'
    yield f"  <title>{escape(', '.join(node.label))}</title>"
    if node.kind == "condition":
        half = box.height / 2
        side = f"l{_POINT} {half:.1f}l-{_POINT} {half:.1f}"
        across = width - 2 * _POINT
        yield (
            f'  <path class="box" d="M{left + _POINT:.1f} {top:.1f}h{across:.1f}{side}'
            f'h-{across:.1f}l-{_POINT} -{half:.1f}z"/>'
        )
    else:
        yield (
            f'  <rect class="box" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" '
            f'height="{box.height:.1f}" rx="8"/>'
        )
    y = top + _PADDING
    for name, line in box.lines:
        x = left + box.side
        yield f'  <text class="{name}" x="{x:.1f}" y="{y + 11:.1f}">{escape(line)}</text>'
        y += _LINE
    if box.inner:
        yield from _drawn(box.inner, left + box.side, y + 4, width - 2 * box.side)
    yield "</g>"
