"""A job's graph as a tree for the terminal.

A task hangs below the last one that all ways to it pass, so what joins branches again hangs where
they part, and each task stands below all that it waits for.
"""

from bundlewright.graph.model import columns

_GAP = 2
_WIDEST = 60  # columns; what is longer is not lined up
_MOST_NAMES = 6


def render(graph):
    """Write a graph as text.

    Args:
        graph: a `bundlewright.graph.model.Graph`.

    Returns:
        The title and a line a task: its place in the tree, what it runs, what it waits for.
    """
    incoming = {node: [] for node in graph.nodes}
    for edge in graph.edges:
        incoming[edge.target].append(edge)
    children = _tree(graph, incoming)
    rows = []
    # A stack, since a chain of tasks can be longer than Python calls deep.
    stack = [(node, None, "", "") for node in reversed(children[None])]
    while stack:
        node, parent, stem, branch = stack.pop()
        rows.append(_row(node, parent, incoming[node], branch))
        _add_inner(rows, node, stem, bool(children[node]))
        for position, child in enumerate(reversed(children[node])):
            stems = (stem + "   ", stem + "└─ ") if position == 0 else (stem + "│  ", stem + "├─ ")
            stack.append((child, node, *stems))
    return "\n".join([graph.title, "", *(_aligned(rows) or ["no tasks"])]) + "\n"


def _tree(graph, incoming):
    """The nodes that hang below each node, and below None, in an order in which they can run."""
    children = {node: [] for node in (None, *graph.nodes)}
    parent = {}
    depth = {None: 0}
    for node in (node for layer in graph.layers for node in layer):
        sources = [edge.source for edge in incoming[node] if not edge.closes_circle]
        meeting = sources[0] if sources else None
        for other in sources[1:]:
            while meeting is not other:
                if depth[meeting] < depth[other]:
                    other = parent[other]
                else:
                    meeting = parent[meeting]
        parent[node] = meeting
        depth[node] = depth[meeting] + 1
        children[meeting].append(node)
    return children


def _row(node, parent, incoming, branch):
    """A task's line as columns."""
    kind, *details = node.lines
    if [edge.source for edge in incoming] == [parent]:
        condition = f" (if {incoming[0].outcome})" if incoming[0].outcome else ""
    else:
        condition = ""
        if incoming:
            details.insert(0, "after " + _names(incoming))
    return branch + node.key + condition, kind, "; ".join(details)


def _names(incoming):
    names = [_dependency(edge) for edge in incoming[:_MOST_NAMES]]
    rest = len(incoming) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest else "")


def _dependency(edge):
    outcome = f" (if {edge.outcome})" if edge.outcome else ""
    circle = " (a circle)" if edge.closes_circle else ""
    return edge.source.key + outcome + circle


def _add_inner(rows, node, stem, followed):
    while node.inner:
        node = node.inner
        kind, *details = node.lines
        rows.append(
            (f"{stem}{'├' if followed else '└'}─ each: {node.key}", kind, "; ".join(details))
        )
        stem += "│  " if followed else "   "
        followed = False


def _aligned(rows):
    widths = [
        max((width for row in rows if (width := columns(row[index])) <= _WIDEST), default=0)
        for index in (0, 1)
    ]
    lines = []
    for *cells, last in rows:
        padded = [
            cell + " " * (max(width - columns(cell), 0) + _GAP)
            for cell, width in zip(cells, widths, strict=True)
        ]
        lines.append("".join([*padded, last]).rstrip())
    return lines
