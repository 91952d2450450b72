"""A job's graph as a Mermaid flowchart, which GitHub and GitLab draw in Markdown.

Source: https://mermaid.js.org/syntax/flowchart.html
"""

import json
import re

_SHAPES = {
    "condition": ("{{", "}}"),
    "for_each": ("[[", "]]"),
    "missing": ("([", "])"),
    "unresolved": ("([", "])"),
}
_CLASSES = (
    ("absent", "stroke:#d1242f,stroke-dasharray:5 4", lambda node: node.absent),
    ("disabled", "opacity:0.5,stroke-dasharray:5 4", lambda node: node.disabled),
)
_BOX = ("[", "]")
_SPELLED_OUT = re.compile(r"[^\w \-.,/=(){}\[\]'+!?|]")
# Formulas, icons and line ends are found in spelled-out text, too, unless they are taken apart.
_TAKEN_APART = re.compile(r"\$(?=\$)|:(?=fa-)|\\(?=n)")


def render(graph):
    """Write a graph in Mermaid.

    Args:
        graph: a `bundlewright.graph.model.Graph`.

    Returns:
        The flowchart, without a Markdown fence.
    """
    ids = graph.ids()
    # JSON is YAML, and Mermaid reads `%%{` as a directive wherever it stands.
    title = json.dumps(graph.title, ensure_ascii=False).replace("%", "\\u0025")
    lines = ["---", f"title: {title}", "---", "flowchart LR"]
    for node in graph.nodes:
        left, right = _SHAPES.get(node.kind, _BOX)
        lines.append(f'    {ids[node]}{left}"{"<br>".join(map(_escape, node.label))}"{right}')
    for edge in graph.edges:
        arrow = "-.->" if edge.closes_circle else "-->"
        outcome = f'|"{_escape(edge.outcome)}"|' if edge.outcome else ""
        lines.append(f"    {ids[edge.source]} {arrow}{outcome} {ids[edge.target]}")
    for name, style, belongs in _CLASSES:
        words = [ids[node] for node in graph.nodes if belongs(node)]
        if words:
            lines += [f"    classDef {name} {style}", f"    class {','.join(words)} {name}"]
    return "\n".join(lines) + "\n"


def _escape(text):
    """Text as Mermaid shows it: what it could take for syntax, HTML or Markdown is spelled out."""
    text = _TAKEN_APART.sub("\\g<0>\u200b", text)
    return _SPELLED_OUT.sub(lambda match: f"#{ord(match[0])};", text)
