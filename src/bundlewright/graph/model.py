"""A job's tasks as a graph, for drawings.

Drawings are for finding mistakes, too, so a broken job has a graph: dependencies on tasks that it
lacks lead to nodes of their own, and circles are marked.

Source: https://docs.databricks.com/aws/en/jobs/control-flow
"""

import re

from bundlewright.bundle.access import is_true, known

_SIGNS = {
    "EQUAL_TO": "==",
    "NOT_EQUAL": "!=",
    "GREATER_THAN": ">",
    "GREATER_THAN_OR_EQUAL": ">=",
    "LESS_THAN": "<",
    "LESS_THAN_OR_EQUAL": "<=",
}
# The fields of tasks that start another resource.
_STARTS = {
    "alert": "alert_id",
    "dashboard": "dashboard_id",
    "pipeline": "pipeline_id",
    "run_job": "job_id",
}
_RESOURCE_ID = re.compile(r"\$\{resources\.\w+\.([^.{}]+)\.id\}")
_LONGEST_DETAIL = 80
_LONGEST_OUTCOME = 20
_DEEPEST_LOOP = 4  # loops in loops are a mistake, but their tasks are tasks


class Node:
    """A task.

    All texts are a line each of printable characters.

    Attributes:
        key: its task key, or its place in the list, such as `tasks[2]`, where it has none.
        kind: what it runs, such as `notebook` or `for_each`.
        details: what else is to be known of it, a text each.
        disabled: whether it is switched off.
        inner: the node of the task that it runs for each input, or None.
        absent: whether it is no task of the job, and others only depend on it. Its kind then is
            `missing`, or `unresolved` where only a deployment knows which task that is.
    """

    def __init__(self, key, kind, details, *, disabled=False, inner=None, absent=False):
        self.key = key
        self.kind = kind
        self.details = details
        self.disabled = disabled
        self.inner = inner
        self.absent = absent

    @property
    def lines(self):
        """What is to be read below its key."""
        return [self.kind.replace("_", " "), *self.details]

    @property
    def label(self):
        """All of its lines, with one for the task that it runs for each input."""
        label = [self.key, *self.lines]
        inner = self.inner
        while inner:
            label.append(f"each: {', '.join([inner.key, *inner.lines])}")
            inner = inner.inner
        return label


class Edge:
    """A dependency.

    Attributes:
        source: the node that runs first.
        target: the node that waits for it.
        outcome: the outcome of the source that the target waits for, or an empty text.
        closes_circle: whether it leads back to a node that the source waits for itself.
    """

    def __init__(self, source, target, outcome):
        self.source = source
        self.target = target
        self.outcome = outcome
        self.closes_circle = False


class Graph:
    """A job's tasks and how they depend on each other.

    Attributes:
        title: what the drawing is called.
        nodes: the nodes in the order of the job's list, missing ones last.
        edges: at most one between a node and another, by target.
        layers: lists of nodes. Each node stands in the first one after all those it waits for;
            edges that close a circle do not count.
    """

    def __init__(self, title, nodes, edges):
        self.title = title
        self.nodes = nodes
        self.edges = edges
        self.layers = _layers(nodes, edges)

    def ids(self):
        """Give each node a name of its own that is a word, and none that a format reserves."""
        ids = {}
        taken = set()
        for node in self.nodes:
            word = base = "t_" + re.sub(r"[^A-Za-z0-9]+", "_", node.key)
            number = 1
            while word in taken:
                number += 1
                word = f"{base}_{number}"
            taken.add(word)
            ids[node] = word
        return ids


def job_graph(job, title):
    """Make the graph of a job.

    Args:
        job: the job, references resolved as far as they can be; values may be of any type.
        title: what the drawing is called.

    Returns:
        A `Graph`.
    """
    tasks = [
        (_node(task, f"tasks[{index}]"), task)
        for index, task in enumerate(_list(job, "tasks"))
        if isinstance(task, dict)
    ]
    nodes = [node for node, _ in tasks]
    by_key = {node.key: node for node in reversed(nodes)}
    outcomes = {}
    for node, task in tasks:
        for dependency in _list(task, "depends_on"):
            key = _text(_field(dependency, "task_key"))
            if not key:
                continue
            if key not in by_key:
                by_key[key] = _absent(key)
                nodes.append(by_key[key])
            outcome = _text(_field(dependency, "outcome"), _LONGEST_OUTCOME)
            outcomes.setdefault((by_key[key], node), {})[outcome] = None
    edges = [
        Edge(source, target, " or ".join(filter(None, wanted)))
        for (source, target), wanted in outcomes.items()
    ]
    return Graph(_text(title), nodes, edges)


def columns(text):
    """The columns that a text takes where all characters are as wide as each other, or twice."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _node(task, place, depth=1):
    kinds = [
        field.removesuffix("_task")
        for field in map(_text, task)
        if field.endswith("_task") and task.get(field) is not None
    ]
    inner = _field(task.get("for_each_task"), "task")
    disabled = is_true(task.get("disabled"))
    details = [detail for kind in kinds for detail in _details(kind, task[f"{kind}_task"])]
    run_if = _text(task.get("run_if"), _LONGEST_DETAIL)
    if run_if not in ("", "ALL_SUCCESS"):
        details.append("run if " + run_if.lower().replace("_", " "))
    if disabled:
        details.append("disabled")
    key = _text(task.get("task_key")) or place
    if isinstance(inner, dict) and depth < _DEEPEST_LOOP:
        inner = _node(inner, f"{place}.task", depth + 1)
    else:
        inner = None
    return Node(key, " + ".join(kinds) or "nothing to run", details, disabled=disabled, inner=inner)


def _absent(key):
    if known(key):
        return Node(key, "missing", ["not a task of this job"], absent=True)
    return Node(key, "unresolved", ["only known at deployment"], absent=True)


def _details(kind, settings):
    """What is to be known of what a task runs."""

    def text(field):
        return _text(_field(settings, field), _LONGEST_DETAIL)

    if kind == "condition":
        left, right = (text(side) or '""' for side in ("left", "right"))
        yield f"{left} {_SIGNS.get(text('op'), text('op') or '?')} {right}"
    elif kind == "for_each":
        yield f"over {text('inputs') or '?'}"
        if text("concurrency"):
            yield f"concurrency {text('concurrency')}"
    elif kind in _STARTS and text(_STARTS[kind]):
        yield _RESOURCE_ID.sub(r"\1", text(_STARTS[kind]))


def _layers(nodes, edges):
    """Sort nodes into layers, and mark the edges that close a circle."""
    incoming = {node: [] for node in nodes}
    outgoing = {node: [] for node in nodes}
    for edge in edges:
        incoming[edge.target].append(edge)
        outgoing[edge.source].append(edge)
    finished = {}  # each node after all those that wait for it
    for start in nodes:
        way = {} if start in finished else {start: iter(outgoing[start])}
        while way:
            node, following = next(reversed(way.items()))
            for edge in following:
                if edge.target in way:
                    edge.closes_circle = True
                elif edge.target not in finished:
                    way[edge.target] = iter(outgoing[edge.target])
                    break
            else:
                way.popitem()
                finished[node] = None
    level = {}
    for node in reversed(finished):
        sources = [edge.source for edge in incoming[node] if not edge.closes_circle]
        level[node] = max((level[source] + 1 for source in sources), default=0)
    layers = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for node in nodes:
        layers[level[node]].append(node)
    return layers


def _field(value, field):
    return value.get(field) if isinstance(value, dict) else None


def _list(value, field):
    items = _field(value, field)
    return items if isinstance(items, list) else []


def _text(value, longest=None):
    """A plain value as a line of printable characters; an empty text for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, float)):
        return ""
    line = " ".join(str(value).split())
    line = "".join(character if character.isprintable() else "\ufffd" for character in line)
    return line if longest is None or len(line) <= longest else line[: longest - 1] + "…"
