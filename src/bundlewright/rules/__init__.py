"""What is a mistake in a bundle: one module a family, one function a rule, each its own page.

A rule's docstring is its page: the first line says what is wrong, the text why it matters, and
under `Fails:` and `Passes:` stand bundles that the tests run. In an example, a line `@ path` begins
another file. Rules never read files and never print. They yield `Problem`s; `bundlewright.checking`
makes findings of them.
"""

import functools

from bundlewright.finding import ERROR

RULES = {}


class Rule:
    """A registered rule.

    Attributes:
        code: the stable code, `BW` and three digits; the first is the family.
        severity: how bad it is.
        cli: the severity at which `bundle validate` reports it, or None where it does not.
        profile: the mildest profile that has it: `recommended` or `strict`.
        on: what the rule judges, and so what it is called with: `bundle` (bundle),
            `target` (target), `job` (job, target), `task` (task, job, target), or
            `cluster` (cluster, target).
        check: the function.
    """

    __slots__ = ("check", "cli", "code", "on", "profile", "severity")

    def __init__(self, code, severity, cli, on, check, profile="recommended"):
        self.code = code
        self.severity = severity
        self.cli = cli
        self.on = on
        self.profile = profile
        self.check = check

    @property
    def documentation(self):
        """The rule's page, without the indentation of the code."""
        import inspect  # a check does not need it, and it takes milliseconds to load

        return inspect.cleandoc(self.check.__doc__)


class Problem:
    """What a rule found.

    Args:
        message: what is wrong, with the value.
        path: where, below what the rule judges.
        hint: what to do.
        of_key: whether the key at the path is meant, not its value.
        place: the place, for rules that know it better than the path tells.
        cli: the CLI's severity, where it differs from the rule's.
        severity: the severity, where it differs from the rule's.
        related: other places, as (place, message) pairs.
    """

    __slots__ = ("cli", "hint", "message", "of_key", "path", "place", "related", "severity")

    def __init__(
        self,
        message,
        path=(),
        hint="",
        of_key=False,
        place=None,
        cli=None,
        severity=None,
        related=(),
    ):
        self.message = message
        self.path = path
        self.hint = hint
        self.of_key = of_key
        self.place = place
        self.cli = cli
        self.severity = severity
        self.related = related


def rule(code, severity=ERROR, *, on, cli=None, profile="recommended"):
    """Register the decorated function as a rule; see `Rule` for the arguments."""

    def register(check):
        if code in RULES:
            raise ValueError(f"two rules have the code {code}")
        RULES[code] = Rule(code, severity, cli, on, check, profile)
        return check

    return register


def did_you_mean(name, names, likeness=0.6):
    """A hint that names what someone who wrote `name` most likely meant.

    Args:
        name: what was written.
        names: what could have been meant.
        likeness: how like it must be, from 0 to 1; upper and lower case count as the same.

    Returns:
        The hint, or "" where nothing is near.
    """
    match = _nearest(str(name).lower(), tuple(map(str, names)), likeness)
    return f"did you mean {match!r}?" if match else ""


@functools.cache
def _nearest(name, names, likeness):
    import difflib  # only findings need it, and it takes milliseconds to load

    by_lower = {one.lower(): one for one in names}
    matches = difflib.get_close_matches(name, by_lower, n=1, cutoff=likeness)
    return by_lower[matches[0]] if matches else None


def load():
    """Import all families.

    Returns:
        The rules by code, in order.
    """
    from bundlewright.rules import (  # noqa: F401
        compute,
        files,
        reading,
        references,
        schedules,
        schema,
        targets,
        tasks,
    )

    return dict(sorted(RULES.items()))
