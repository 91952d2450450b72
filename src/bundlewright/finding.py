"""What a check reports: findings, their severities, and the places they point at."""

ERROR = "error"
WARNING = "warning"
INFO = "info"

SEVERITIES = (ERROR, WARNING, INFO)

# A place is (file, line, column): the file relative to the bundle root; from 1; in code points.


NOWHERE = ("", 0, 0)


def format_path(path):
    """Spell a configuration path as people read it.

    Args:
        path: keys and indexes, such as `("resources", "jobs", "etl", "tasks", 2)`.

    Returns:
        The dotted form: `resources.jobs.etl.tasks[2]`.
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else str(part)
    return text


DOCUMENTATION = "https://github.com/bundlewright/bundlewright/blob/main/docs/rules/"


class Fix:
    """Edits that mend what a finding reports.

    Attributes:
        safe: whether they are certain to be what was meant.
        edits: (action, place, text) triples: `replace` the scalar at a place by a text, `rename`
            the key at a place, or `remove` the whole entry whose key stands at a place.
    """

    __slots__ = ("edits", "safe")

    def __init__(self, safe, *edits):
        self.safe = safe
        self.edits = edits


class Finding:
    """One thing that is wrong in a bundle.

    Attributes:
        code: the rule's stable code, such as `BW301`.
        severity: `error`, `warning` or `info`.
        message: what is wrong, with the value.
        hint: what to do about it, or "".
        file, line, column: the place; file is "" and line 0 where a finding has none.
        path: the configuration path as a tuple.
        targets: the targets it holds in; empty where it does not depend on the target.
        related: other places that belong to it, as (place, message) pairs.
        fix: the `Fix` that mends it, or None.
        is_secret: whether the source line must not be shown.
    """

    __slots__ = (
        "code",
        "column",
        "file",
        "fix",
        "hint",
        "is_secret",
        "line",
        "message",
        "path",
        "related",
        "severity",
        "targets",
    )

    def __init__(
        self,
        code,
        severity,
        message,
        hint="",
        place=None,
        path=(),
        related=(),
        fix=None,
        is_secret=False,
    ):
        self.code = code
        self.severity = severity
        self.message = message
        self.hint = hint
        self.file, self.line, self.column = place or NOWHERE
        self.path = path
        self.targets = ()
        self.related = tuple(related)
        self.fix = fix
        self.is_secret = is_secret

    @property
    def url(self):
        """The rule's page in the documentation; "" for a policy, which has none there."""
        return f"{DOCUMENTATION}{self.code}.md" if self.code.startswith("BW") else ""

    @property
    def key(self):
        """What makes two findings the same one, seen in two targets or through two aliases."""
        return (self.code, self.severity, self.file, self.line, self.column, self.message)

    def __repr__(self):
        return f"<{self.code} {self.file}:{self.line}:{self.column} {self.message}>"
