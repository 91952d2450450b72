"""What is a mistake in a bundle: one folder a family, one function a rule, each its own page.

A rule's docstring is its page: the first line says what is wrong, the text why it matters, and
under `Fails:` and `Passes:` stand bundles that the tests run. In an example, a line `@ path` begins
another file. Rules never read files and never print. They yield `Problem`s; `bundlewright.checking`
makes findings of them.
"""

import functools
import json
from importlib import import_module

from bundlewright.bundle.access import written_at
from bundlewright.finding import ERROR, Fix

# Among the fields of a subject: that `{{...}}` references stand below it.
DYNAMIC = "{{...}}"

# The severity of a problem that another finding tells: only the CLI tells both.
TOLD = "told"

# The rules of the modules that have been imported, by code.
DECORATED = {}


class Rule:
    """A rule.

    Attributes:
        code: the stable code, `BW` and three digits; the first is the family.
        module: where it is, below `bundlewright.rules`.
        severity: how bad it is.
        cli: the severity at which `bundle validate` reports it, or None where it does not.
        on: what the rule judges, and so what it is called with: `bundle` (bundle),
            `target` (target), `part` (part), `resource` (resource), `job` (job, resource),
            `task` (task, job, resource), `cluster` (cluster, resource), or `ignores` (the
            `bundlewright.ignoring.Ignore`s, the codes that were asked). What is judged below a
            target is judged once for all targets in which it comes out the same: such a rule looks
            at nothing else.
        profile: the mildest profile that has it: `recommended` or `strict`.
        kinds: the kinds of resources that it judges, such as `pipelines`; none for all. A rule on
            targets is called where the target has one of them.
        having: fields of which its subject has at least one, or it is not called; none for always.
            `DYNAMIC` may be among them.
        check: the function; its module is imported when it is asked for.
    """

    ignorable = True  # a policy may say otherwise

    def __init__(
        self,
        code,
        module,
        severity,
        cli,
        on,
        profile="recommended",
        kinds=(),
        having=(),
        check=None,
    ):
        self.code = code
        self.module = module
        self.severity = severity
        self.cli = cli
        self.on = on
        self.profile = profile
        self.kinds = kinds
        self.having = having
        self._check = check

    @property
    def check(self):
        if self._check is None:
            import_module(f"{__name__}.{self.module}")
            self._check = DECORATED[self.code].check
        return self._check

    def judges(self, fields, kinds):
        """Whether it has something to say of a subject with some fields and kinds of resources."""
        if self.kinds and not any(kind in self.kinds for kind in kinds):
            return False
        return not self.having or any(field in fields for field in self.having)

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
        severity: the severity, where it differs from the rule's; or `TOLD`.
        related: other places, as (place, message) pairs.
        fix: the `bundlewright.finding.Fix` that mends it.
        is_secret: whether the source line must not be shown.
    """

    __slots__ = (
        "cli",
        "fix",
        "hint",
        "is_secret",
        "message",
        "of_key",
        "path",
        "place",
        "related",
        "severity",
    )

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
        fix=None,
        is_secret=False,
    ):
        self.message = message
        self.path = path
        self.hint = hint
        self.of_key = of_key
        self.place = place
        self.cli = cli
        self.severity = severity
        self.related = related
        self.fix = fix
        self.is_secret = is_secret


def rule(code, severity=ERROR, *, on, cli=None, profile="recommended", kinds=(), having=()):
    """Make the decorated function a rule; see `Rule` for the arguments.

    `build.py` puts it into the index, from which `load` takes the rules.
    """

    def register(check):
        if code in DECORATED:
            raise ValueError(f"two rules have the code {code}")
        module = check.__module__.removeprefix(f"{__name__}.")
        DECORATED[code] = Rule(code, module, severity, cli, on, profile, kinds, having, check)
        return check

    return register


def replacement(bundle, place, old, new, safe):
    """The fix that puts another value where one stands.

    Args:
        bundle: the `Bundle`.
        place: where it stands.
        old: the value.
        new: the value to put there.
        safe: whether that is certain to be what was meant.

    Returns:
        A `Fix`; None where the file has something else there, such as a reference that brings it.
    """
    return Fix(safe, ("replace", place, new)) if written_at(bundle, place) == old else None


def nearest(name, names, likeness=0.6):
    """The one of some names that someone who wrote `name` most likely meant, or None.

    Takes the arguments of `did_you_mean`.
    """
    return _nearest(str(name).lower(), tuple(map(str, names)), likeness)


def did_you_mean(name, names, likeness=0.6):
    """A hint that names what someone who wrote `name` most likely meant.

    Args:
        name: what was written.
        names: what could have been meant.
        likeness: how like it must be, from 0 to 1; upper and lower case count as the same.

    Returns:
        The hint, or "" where nothing is near.
    """
    match = nearest(name, names, likeness)
    return f"did you mean {match!r}?" if match else ""


def misspells(holder, *fields):
    """Whether a map has one of some fields it lacks under a like name: that is another finding."""
    return any(nearest(name, fields, 0.8) for name in holder)


@functools.cache
def _nearest(name, names, likeness):
    import difflib  # only findings need it, and it takes milliseconds to load

    by_lower = {one.lower(): one for one in names}
    matches = difflib.get_close_matches(name, by_lower, n=1, cutoff=likeness)
    return by_lower[matches[0]] if matches else None


@functools.cache
def load():
    """All rules by code, in order; their modules are not imported yet."""
    with open(f"{__path__[0]}/index.json", encoding="utf-8") as file:
        return {facts[0]: Rule(*facts) for facts in json.load(file)}
