"""Resolves `${...}` references for one target, without a workspace.

What only a workspace or a deployment knows (`${workspace.current_user...}`, `${resources...}`,
lookups) stays as text. Source of the semantics:
https://docs.databricks.com/aws/en/dev-tools/bundles/variables
"""

import functools

from bundlewright.bundle.document import Map, Seq, marks_of
from bundlewright.bundle.merge import copy_seq, copy_values, kind_of
from bundlewright.patterns import Pattern
from bundlewright.schema.walker import load_table, type_at

_NAME = r"[^\W\d_][^\W_]*(?:[-_]+[^\W_]+)*"
REFERENCE = Pattern(rf"\$\{{({_NAME}(?:\.{_NAME}(?:\[[0-9]+\])*)*(?:\[[0-9]+\])*)\}}")
_PART = Pattern(r"[^.\[\]]+|\[[0-9]+\]")

# No bundle that works comes near these; what goes beyond stays unresolved.
_MAX_ROUNDS = 11
_MAX_DEPTH = 30
_MAX_TEXT = 1024 * 1024

# What cannot be known offline.
UNKNOWN = type("Unknown", (), {"__repr__": lambda self: "UNKNOWN"})()


class Problem:
    """A reference that cannot be resolved: `missing`, `not_indexable` or `complex_in_string`."""

    __slots__ = ("kind", "message", "reference")

    def __init__(self, kind, reference, message):
        self.kind = kind
        self.reference = reference
        self.message = message


class Walk:
    """What is noticed while references are replaced below one place.

    Attributes:
        substituted: (path, value, text) of every reference that became a value of its own.
        unresolved: (path, text) of texts in which references are left.
        texts: (path, text) of texts with a `${`, as written.
        problems: (path, Problem).
    """

    __slots__ = ("nodes", "problems", "substituted", "texts", "unresolved")

    def __init__(self):
        self.substituted = []
        self.unresolved = []
        self.texts = []
        self.problems = []
        self.nodes = {}  # id of a node -> (the node, kept so that its id stays its own; its result)


def is_reference(value):
    """Whether a value is text that holds a reference, so that nothing can be said of it offline."""
    return isinstance(value, str) and "${" in value and REFERENCE.search(value) is not None


def split(reference):
    """`var.cluster.tags[0]` as `("var", "cluster", "tags", 0)`."""
    return tuple(int(part[1:-1]) if part[0] == "[" else part for part in _PART.findall(reference))


@functools.cache
def fields_of(section):
    """The fields of `bundle` or `workspace` that a reference may name; None for other sections."""
    if section == "workspace":
        return frozenset(load_table().types[type_at(("workspace",))][1])
    if section == "bundle":
        known = load_table().types[type_at(("bundle",))][1]
        return frozenset((*known, "target", "environment", "mode"))
    return None


# What the CLI fills in below `bundle` and `workspace`: the names that a reference may go on with.
FILLED_IN = {
    ("bundle", "git"): (
        *("actual_branch", "branch", "bundle_root_path", "commit", "inferred", "origin_url"),
    ),
    ("workspace", "current_user"): (
        *("active", "displayName", "domain_friendly_name", "emails", "entitlements", "externalId"),
        *("groups", "id", "name", "roles", "schemas", "short_name", "userName"),
    ),
}


class Resolver:
    """Resolves the references of one target.

    Args:
        root: the target's merged configuration.
        target: the target's name.
        assigned: values of variables from outside the bundle, by name.

    Attributes:
        cycles: circles of references, each a list of paths such as `("var", "a")`.
    """

    def __init__(self, root, target, assigned):
        self._root = root
        self._assigned = assigned
        self._bundle = {"target": target, "environment": target}
        self._texts = {}
        self._inner = Walk()  # of what references lead to: it is reported where it stands
        self._active = {}
        self.cycles = []

    def substitute(self, node, path, walk):
        """Replace the references below a node.

        Args:
            node: a value of the configuration.
            path: where it stands.
            walk: the `Walk` that takes note.

        Returns:
            The node itself where nothing changed, else a new one with the same places.
        """
        if isinstance(node, str):
            if "${" not in node:
                return node
            value, problems = self.resolve(node)
            walk.texts.append((path, node))
            walk.problems.extend((path, problem) for problem in problems)
            if value is not node and REFERENCE.fullmatch(node):
                walk.substituted.append((path, value, node))
            if is_reference(value):
                walk.unresolved.append((path, value))
            return value
        if not isinstance(node, (Map, Seq)) or not node.has_refs:
            return node
        if id(node) not in walk.nodes:
            walk.nodes[id(node)] = (node, self._substitute_items(node, path, walk))
        return walk.nodes[id(node)][1]

    def _substitute_items(self, node, path, walk):
        changed = None
        items = node.items() if isinstance(node, Map) else enumerate(node)
        for key, value in items:
            kind = value.__class__
            if (kind is str and "${" in value) or ((kind is Map or kind is Seq) and value.has_refs):
                replaced = self.substitute(value, (*path, key), walk)
                if replaced is not value:
                    if changed is None:
                        changed = copy_values(node) if isinstance(node, Map) else copy_seq(node)
                    changed[key] = replaced
                    changed.has_dynamic = changed.has_dynamic or marks_of(replaced)[1]
        return node if changed is None else changed

    def resolve(self, text):
        """The value of a text, and the problems with its own references."""
        if text not in self._texts:
            problems = []
            value = text
            for _ in range(_MAX_ROUNDS):
                before, value = value, self._round(value, problems)
                if value is before or not is_reference(value):
                    break
            self._texts[text] = (value, problems)
        return self._texts[text]

    def _round(self, text, problems):
        pure = REFERENCE.fullmatch(text)
        if pure:
            value = self._lookup(pure.group(1), problems)
            return text if value is UNKNOWN else value

        def replace(match):
            value = self._lookup(match.group(1), problems)
            if isinstance(value, (Map, Seq)):
                message = f"a {kind_of(value)} cannot stand inside a text"
                problems.append(Problem("complex_in_string", match.group(1), message))
                return match.group()
            if value is UNKNOWN or value is None:
                return match.group()
            return str(value).lower() if isinstance(value, bool) else str(value)

        replaced = REFERENCE.sub(replace, text)
        return text if replaced == text or len(replaced) > _MAX_TEXT else replaced

    def _lookup(self, reference, problems):
        head, *rest = path = split(reference)
        if not rest:
            return UNKNOWN
        name = rest[0]
        if head in ("var", "variables"):
            if head == "variables" and rest[1:2] == ["value"]:
                del rest[1]
            variables = self._root.get("variables")
            if not isinstance(variables, Map) or name not in variables:
                problems.append(Problem("missing", reference, f"variable {name!r} is not defined"))
                return UNKNOWN
            return self._follow(("var", *rest), self._variable(name), reference, problems)
        fields = fields_of(head)
        if fields is None:
            return UNKNOWN
        if name not in fields:
            problems.append(Problem("missing", reference, f"{head}.{name} does not exist"))
            return UNKNOWN
        filled_in = FILLED_IN.get((head, name))
        if filled_in and rest[1:] and rest[1] not in filled_in:
            message = f"{head}.{name} has no field {rest[1]!r}"
            problems.append(Problem("missing", reference, message))
            return UNKNOWN
        if head == "bundle" and name in self._bundle:
            return self._bundle[name]
        section = self._root.get(head)
        if not isinstance(section, Map) or section.get(name) is None:
            return UNKNOWN
        # Deeper fields (git.commit) are the CLI's: absent is no mistake.
        return self._follow(tuple(path), section[name], reference, [])

    def _variable(self, name):
        """What a variable is set to, references as written."""
        if name in self._assigned:
            return self._assigned[name]
        definition = self._root["variables"][name]
        if not isinstance(definition, Map) or definition.get("lookup") is not None:
            return UNKNOWN
        value = definition.get("value", definition.get("default"))
        return UNKNOWN if value is None else value

    def _follow(self, path, value, reference, problems):
        """What a path leads to; like the CLI, it does not look through references on its way."""
        for index in range(2, len(path)):
            part = path[index]
            done = ".".join(map(str, path[:index]))
            if value is UNKNOWN:
                return UNKNOWN
            if isinstance(part, int) and isinstance(value, Seq):
                if part < len(value):
                    value = value[part]
                    continue
                problem = Problem("missing", reference, f"{done} has no item {part}")
            elif isinstance(value, Map):
                if part in value:
                    value = value[part]
                    continue
                problem = Problem("missing", reference, f"{done} has no field {part!r}")
            else:
                kind = "reference" if is_reference(value) else kind_of(value)
                message = f"{done} is a {kind}, it has no field {part!r}"
                problem = Problem("not_indexable", reference, message)
            problems.append(problem)
            return UNKNOWN
        if value is UNKNOWN or path in self._active or len(self._active) > _MAX_DEPTH:
            self._note_cycle(path)
            return UNKNOWN
        self._active[path] = True
        resolved = self.substitute(value, path, self._inner)
        del self._active[path]
        return UNKNOWN if resolved is value and is_reference(value) else resolved

    def _note_cycle(self, path):
        trail = list(self._active)
        cycle = trail[trail.index(path) :] if path in self._active else []
        if cycle and not any(set(cycle) & set(known) for known in self.cycles):
            self.cycles.append(cycle)


def find_cycles(graph):
    """Find cycles of a directed graph, in time proportional to its edges.

    Args:
        graph: node -> the nodes it leads to; nodes without an entry lead nowhere.

    Returns:
        Cycles that share no node, each a list of nodes in order; none where there is no cycle.
    """
    cycles = []
    done = set()
    in_cycles = set()
    for start in graph:
        if start in done:
            continue
        trail = [start]
        on_trail = {start: 0}
        branches = [iter(graph.get(start, ()))]
        while branches:
            following = next(branches[-1], None)
            if following is None:
                branches.pop()
                node = trail.pop()
                del on_trail[node]
                done.add(node)
            elif following in on_trail:
                cycle = trail[on_trail[following] :]
                if in_cycles.isdisjoint(cycle):
                    cycles.append(cycle)
                    in_cycles.update(cycle)
            elif following not in done:
                on_trail[following] = len(trail)
                trail.append(following)
                branches.append(iter(graph.get(following, ())))
    return cycles
