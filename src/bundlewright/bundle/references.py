"""Resolves `${...}` references for one target, without a workspace.

What only a workspace or a deployment knows (`${workspace.current_user...}`, `${resources...}`,
lookups) stays as text. Source of the semantics:
https://docs.databricks.com/aws/en/dev-tools/bundles/variables
"""

import re

from bundlewright.bundle.document import Map, Seq
from bundlewright.bundle.merge import copy_map, copy_seq, kind_of

_NAME = r"[^\W\d_][^\W_]*(?:[-_]+[^\W_]+)*"
REFERENCE = re.compile(rf"\$\{{({_NAME}(?:\.{_NAME}(?:\[[0-9]+\])*)*(?:\[[0-9]+\])*)\}}")
_PART = re.compile(r"[^.\[\]]+|\[[0-9]+\]")

# Fields that exist in every bundle because the CLI fills them in.
COMPUTED = {
    "bundle": {
        *(
            "name",
            "target",
            "environment",
            "mode",
            "uuid",
            "git",
            "deployment",
            "engine",
            "cluster_id",
        ),
        *("compute_id", "databricks_cli_version", "terraform", "force", "path"),
    },
    "workspace": {
        *(
            "host",
            "profile",
            "auth_type",
            "client_id",
            "account_id",
            "workspace_id",
            "current_user",
        ),
        *("root_path", "file_path", "resource_path", "artifact_path", "state_path"),
        *("azure_workspace_resource_id", "azure_client_id", "azure_tenant_id", "azure_environment"),
        *("azure_login_app_id", "google_service_account", "experimental_is_unified_host"),
    },
}
_MAX_ROUNDS = 11  # as many as the CLI makes

# What cannot be known offline. It is falsy, so `value or ...` works.
UNKNOWN = type(
    "Unknown", (), {"__bool__": lambda self: False, "__repr__": lambda self: "UNKNOWN"}
)()


class Problem:
    """A reference that cannot be resolved: `missing`, `not_indexable` or `complex_in_string`."""

    __slots__ = ("kind", "message", "reference")

    def __init__(self, kind, reference, message):
        self.kind = kind
        self.reference = reference
        self.message = message


def is_reference(value):
    """Whether a value is text that holds a reference, so that nothing can be said of it offline."""
    return isinstance(value, str) and "${" in value and REFERENCE.search(value) is not None


def split(reference):
    """`var.cluster.tags[0]` as `("var", "cluster", "tags", 0)`."""
    return tuple(int(part[1:-1]) if part[0] == "[" else part for part in _PART.findall(reference))


class Resolver:
    """Resolves the references of one target.

    Args:
        root: the target's merged configuration.
        target: the target's name.
        assigned: values of variables from outside the bundle, by name.
    """

    def __init__(self, root, target, assigned):
        self._root = root
        self._assigned = assigned
        self._bundle = {"target": target, "environment": target}
        self._texts = {}
        self._nodes = {}
        self._variable_nodes = {}
        self._active = set()
        self.substituted = []  # (path, value) of every reference that became a value of its own
        self.unresolved = []  # (path, text) of texts in which references are left
        self.problems = []  # (path, Problem)

    def substitute(self, node, path):
        """Replace the references below a node.

        Args:
            node: a value of the configuration.
            path: where it stands.

        Returns:
            The node itself where nothing changed, else a new one with the same places.
        """
        if isinstance(node, str):
            if "${" not in node:
                return node
            value, problems = self._text(node)
            self.problems.extend((path, problem) for problem in problems)
            if value is not node and value != node and REFERENCE.fullmatch(node):
                self.substituted.append((path, value))
            if is_reference(value):
                self.unresolved.append((path, value))
            return value
        if not isinstance(node, (Map, Seq)) or not node.has_refs:
            return node
        done = self._nodes.get(id(node))
        if done is None:
            # The node is kept beside its result so that its id stays its own.
            done = self._nodes[id(node)] = (node, self._substitute_items(node, path))
        return done[1]

    def _substitute_items(self, node, path):
        changed = None
        items = node.items() if isinstance(node, Map) else enumerate(node)
        for key, value in items:
            kind = value.__class__
            if (kind is str and "${" in value) or ((kind is Map or kind is Seq) and value.has_refs):
                replaced = self.substitute(value, (*path, key))
                if replaced is not value:
                    if changed is None:
                        changed = copy_map(node) if isinstance(node, Map) else copy_seq(node)
                    changed[key] = replaced
        return node if changed is None else changed

    def _text(self, text):
        """The value of a text and the problems with its own references."""
        if text in self._texts:
            return self._texts[text]
        problems = []
        value = text
        for _ in range(_MAX_ROUNDS):
            resolved = self._round(value, problems)
            if resolved is value or not isinstance(resolved, str) or "${" not in resolved:
                value = resolved
                break
            if resolved == value:
                break
            value = resolved
        self._texts[text] = (value, problems)
        return value, problems

    def _round(self, text, problems):
        pure = REFERENCE.fullmatch(text)
        if pure:
            value = self._lookup(pure.group(1), problems)
            return text if value is UNKNOWN else value

        def replace(match):
            value = self._lookup(match.group(1), problems)
            if isinstance(value, (Map, Seq)):
                message = f"a {kind_of(value)} cannot stand inside a text: ${{{match.group(1)}}}"
                problems.append(Problem("complex_in_string", match.group(1), message))
                return match.group()
            if value is UNKNOWN or value is None:
                return match.group()
            return str(value).lower() if isinstance(value, bool) else str(value)

        replaced = REFERENCE.sub(replace, text)
        return text if replaced == text else replaced

    def _lookup(self, reference, problems):
        path = split(reference)
        head = path[0]
        if head in ("var", "variables"):
            if len(path) == 1:
                return UNKNOWN
            if head == "variables" and path[2:3] == ("value",):
                path = (head, path[1], *path[3:])
            variables = self._root.get("variables")
            if not isinstance(variables, Map) or path[1] not in variables:
                message = f"variable {path[1]!r} is not defined"
                problems.append(Problem("missing", reference, message))
                return UNKNOWN
            return self._deep(path, self._raw_variable(path[1]), reference, problems)
        if head not in COMPUTED or len(path) == 1:
            return UNKNOWN
        if path[1] not in COMPUTED[head]:
            message = f"{head}.{path[1]} does not exist"
            problems.append(Problem("missing", reference, message))
            return UNKNOWN
        if head == "bundle" and path[1] in self._bundle:
            return self._bundle[path[1]]
        section = self._root.get(head)
        if not isinstance(section, Map) or section.get(path[1]) is None:
            return UNKNOWN
        # Deeper fields (git.commit, current_user.userName) are the CLI's: absent is no mistake.
        return self._deep(path, section[path[1]], reference, [])

    def variable(self, name):
        """The value of a declared variable in this target, or UNKNOWN."""
        return self._guarded(("variables", name), self._raw_variable(name))

    def _raw_variable(self, name):
        if name in self._assigned:
            return self._assigned[name]
        definition = self._root["variables"][name]
        if not isinstance(definition, Map) or definition.get("lookup") is not None:
            return UNKNOWN
        value = definition.get("value", definition.get("default"))
        return UNKNOWN if value is None else value

    def _guarded(self, path, raw):
        """Resolve a value that others refer to; what refers to itself stays unknown."""
        if path in self._active:
            return UNKNOWN
        self._active.add(path)
        try:
            if raw is UNKNOWN:
                return UNKNOWN
            if isinstance(raw, str):
                value = self._text(raw)[0] if "${" in raw else raw
                return UNKNOWN if value is raw and is_reference(raw) else value
            # Only the walk of the place itself reports what is wrong in it.
            kept = self.problems, self.substituted, self.unresolved, self._nodes
            self.problems, self.substituted, self.unresolved = [], [], []
            self._nodes = self._variable_nodes
            try:
                return self.substitute(raw, path)
            finally:
                self.problems, self.substituted, self.unresolved, self._nodes = kept
        finally:
            self._active.discard(path)

    def _deep(self, path, value, reference, problems):
        """What a path leads to; like the CLI, it does not look through references on its way."""
        for index in range(2, len(path)):
            part = path[index]
            if value is UNKNOWN:
                return UNKNOWN
            done = ".".join(map(str, path[:index]))
            if isinstance(part, int):
                if isinstance(value, Seq) and part < len(value):
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
        return self._guarded(path, value)


def variable_cycles(root):
    """Find variables whose defaults refer to each other in a circle.

    Args:
        root: a target's merged configuration.

    Returns:
        Cycles, each a list of names in order, each cycle once.
    """
    variables = root.get("variables")
    if not isinstance(variables, Map):
        return []
    graph = {}
    for name, definition in variables.items():
        if isinstance(definition, Map):
            texts = _texts_below(definition.get("value", definition.get("default")))
            paths = [split(ref) for text in texts for ref in REFERENCE.findall(text)]
            graph[name] = [
                path[1]
                for path in paths
                if path[0] in ("var", "variables") and len(path) > 1 and path[1] in variables
            ]
    return find_cycles(graph)


def _texts_below(value):
    if isinstance(value, str):
        return [value] if "${" in value else []
    if isinstance(value, (Map, Seq)) and value.has_refs:
        items = value.values() if isinstance(value, Map) else value
        return [text for item in items for text in _texts_below(item)]
    return []


def find_cycles(graph):
    """Find the cycles of a directed graph.

    Args:
        graph: node -> the nodes it leads to; nodes without an entry lead nowhere.

    Returns:
        One cycle per strongly connected group, as a list of nodes in order. Takes time in
        proportion to the edges.
    """
    cycles = []
    done = set()
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
                if not any(set(cycle) & set(known) for known in cycles):
                    cycles.append(cycle)
            elif following not in done:
                on_trail[following] = len(trail)
                trail.append(following)
                branches.append(iter(graph.get(following, ())))
    return cycles
