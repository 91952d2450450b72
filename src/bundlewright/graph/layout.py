"""Places boxes in columns from left to right, so that edges are short and seldom cross.

An edge that passes columns by gets a bend in each of them, which takes its place among the boxes.
What closes a circle gets none: it is drawn outside.
"""

import itertools

# Pixels between columns; steep lines need more room than even ones.
_BETWEEN, _BETWEEN_AT_MOST = 48, 128
_STEEPEST = 8
_GAP = 18  # pixels between what stands one below the other
_SWEEPS = 8


class Item:
    """Something that takes a place in a column: the box of a node, or an edge's bend.

    Attributes:
        height: in pixels.
        before, after: the items in the columns beside it that it is joined to.
        order: its place in its column, counted from the top.
        left, right: the sides of its column, in pixels.
        y: its middle, in pixels.
    """

    def __init__(self, height):
        self.height = height
        self.before = []
        self.after = []
        self.order = self.left = self.right = self.y = 0


def arrange(graph, sizes, labels):
    """Place a graph's nodes.

    Args:
        graph: a `bundlewright.graph.model.Graph`.
        sizes: the width and height of each node's box, in pixels.
        labels: the width of each edge's label, in pixels; it stands right of the edge's source.

    Returns:
        The `Item` of each node, and those that each edge passes, from its source to its target. The
        leftmost side and the uppermost top of them are at 0.
    """
    items = {node: Item(height) for node, (_, height) in sizes.items()}
    columns = [[items[node] for node in layer] for layer in graph.layers]
    column_of = {node: index for index, layer in enumerate(graph.layers) for node in layer}
    ways = {}
    for edge in graph.edges:
        bends = []
        if not edge.closes_circle:
            for column in columns[column_of[edge.source] + 1 : column_of[edge.target]]:
                bends.append(Item(0))
                column.append(bends[-1])
        way = ways[edge] = [items[edge.source], *bends, items[edge.target]]
        if not edge.closes_circle:
            for left, right in itertools.pairwise(way):
                left.after.append(right)
                right.before.append(left)
    _sort(columns)
    _place(columns)
    gaps = _gaps(graph, column_of, ways, labels)
    left = 0
    for layer, column, gap in zip(graph.layers, columns, gaps, strict=True):
        right = left + max(sizes[node][0] for node in layer)
        for item in column:
            item.left, item.right = left, right
        left = right + gap
    top = min((item.y - item.height / 2 for column in columns for item in column), default=0)
    for column in columns:
        for item in column:
            item.y -= top
    return items, ways


def _gaps(graph, column_of, ways, labels):
    """The pixels to leave right of each column."""
    gaps = [_BETWEEN] * len(graph.layers)
    for edge, way in ways.items():
        first = column_of[edge.source]
        gaps[first] = max(gaps[first], _BETWEEN + labels.get(edge, 0))
        if not edge.closes_circle:
            for index, (left, right) in enumerate(itertools.pairwise(way), first):
                room = min(abs(left.y - right.y) / _STEEPEST, _BETWEEN_AT_MOST)
                gaps[index] = max(gaps[index], room)
    return gaps


def _sort(columns):
    """Order each column by the mean place of what its items are joined to, back and forth."""
    for column in columns:
        _count(column)
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        for column in columns if forth else reversed(columns):
            column.sort(key=lambda item: _mean(item.before if forth else item.after, "order", item))
            _count(column)


def _count(column):
    for order, item in enumerate(column):
        item.order = order


def _place(columns):
    """Move all items towards what they are joined to, back and forth."""
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        for column in columns if forth else reversed(columns):
            _settle(column, [item.before if forth else item.after for item in column])


def _mean(items, attribute, default):
    values = [getattr(item, attribute) for item in items] or [getattr(default, attribute)]
    return sum(values) / len(values)


def _settle(column, joined):
    """Place a column's items as near as their order and heights allow to what they are joined to.

    Items that would stand in each other's place form a block around the mean of their wishes, which
    is isotonic regression.
    """
    offsets = []
    blocks = []  # the sum of wishes for the place of the column's first item; their number
    offset = 0
    for index, (item, items) in enumerate(zip(column, joined, strict=True)):
        if index:
            offset += (column[index - 1].height + item.height) / 2 + _GAP
        offsets.append(offset)
        blocks.append((_mean(items, "y", item) - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, number = blocks.pop()
            blocks[-1] = (blocks[-1][0] + total, blocks[-1][1] + number)
    starts = [total / number for total, number in blocks for _ in range(number)]
    for item, start, offset in zip(column, starts, offsets, strict=True):
        item.y = start + offset
