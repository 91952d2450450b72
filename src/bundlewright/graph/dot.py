"""A job's graph in DOT, the language of Graphviz.

Source: https://graphviz.org/doc/info/lang.html
"""

_SHAPES = {"condition": "hexagon"}


def render(graph):
    """Write a graph in DOT.

    Args:
        graph: a `bundlewright.graph.model.Graph`.

    Returns:
        The digraph.
    """
    ids = graph.ids()
    lines = [
        "digraph job {",
        f"    graph [label={_quote(graph.title)}, labelloc=t, rankdir=LR, fontname=Helvetica]",
        "    node [shape=box, style=rounded, fontname=Helvetica, fontsize=11]",
        "    edge [fontname=Helvetica, fontsize=10]",
    ]
    for node in graph.nodes:
        lines.append(f"    {ids[node]} [{', '.join(_attributes(node))}]")
    for edge in graph.edges:
        attributes = []
        if edge.outcome:
            attributes.append(f"label={_quote(edge.outcome)}")
        if edge.closes_circle:
            attributes += ["style=dashed", "color=firebrick"]
        listed = f" [{', '.join(attributes)}]" if attributes else ""
        lines.append(f"    {ids[edge.source]} -> {ids[edge.target]}{listed}")
    return "\n".join([*lines, "}"]) + "\n"


def _attributes(node):
    yield f"label={_quote(*node.label)}"
    if node.kind in _SHAPES:
        yield f"shape={_SHAPES[node.kind]}"
    if node.inner:
        yield "peripheries=2"
    if node.absent:
        yield from ('style="rounded,dashed"', "color=firebrick")
    elif node.disabled:
        yield from ('style="rounded,dashed"', "color=gray", "fontcolor=gray")


def _quote(*lines):
    r"""Lines as a label; Graphviz reads `\N` and `&amp;` in it."""
    escaped = (
        line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines
    )
    return '"' + "\\n".join(escaped) + '"'
