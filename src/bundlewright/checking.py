"""Checks a bundle: reads it, lets the rules judge each target, and joins what they say."""

from bundlewright.bundle.document import Map
from bundlewright.bundle.model import (
    Bundle,
    Target,
    clusters_of,
    maps_of,
    place_at,
    tasks_of,
    value_at,
)
from bundlewright.finding import ERROR, INFO, NOWHERE, Finding
from bundlewright.rules import Problem, load

PROFILES = ("cli", "recommended", "strict")


class UnknownTarget(Exception):
    """The bundle has no target of a name; the message says which it has."""


class Report:
    """What a check found.

    Attributes:
        root: the bundle's folder.
        name: the bundle's name, or None.
        targets: the names of the targets that were judged; none where a file cannot be read.
        findings: `Finding`s by file and line.
    """

    def __init__(self, root, name, targets, findings):
        self.root = root
        self.name = name
        self.targets = targets
        self.findings = findings

    def count(self, severity):
        """The number of findings of a severity."""
        return sum(finding.severity == severity for finding in self.findings)


def check(path=".", targets=None, profile="recommended"):
    """Check a bundle.

    Args:
        path: its folder, a folder below it, or its root file.
        targets: the names of the targets to judge; all where it is None.
        profile: `cli` for what the CLI's `bundle validate` reports, `recommended`, or `strict`,
            which adds matters of style.

    Returns:
        A `Report`.

    Raises:
        bundlewright.bundle.files.NoBundle: there is no bundle at the path.
        UnknownTarget: the bundle has no target of a given name.
    """
    bundle = Bundle(path)
    names = list(dict.fromkeys(targets or bundle.targets))
    for name in names:
        if name not in bundle.targets:
            raise UnknownTarget(
                f"the bundle has no target {name!r}; it has {', '.join(bundle.targets)}"
            )
    rules = [one for one in load().values() if _belongs_to(one, profile)]
    findings = {}
    for finding in _judge_bundle(bundle, rules, profile):
        owner = finding.path[1:2] if finding.path[:1] == (bundle.target_section,) else ()
        # The CLI, too, reads all targets before it turns to one.
        if not owner or owner[0] in names or profile == "cli":
            finding.targets = owner
            findings.setdefault(finding.key, finding)
    in_files = set(findings)
    # What a broken file would have brought is missing: all that the targets lack may stand in it.
    judged = [] if any(map(_is_broken, bundle.documents)) else names
    for name in judged:
        for finding in _judge_target(Target(bundle, name), rules, profile):
            first = findings.setdefault(finding.key, finding)
            if finding.key not in in_files and name not in first.targets:
                first.targets += (name,)
    for finding in findings.values():
        if len(finding.targets) == len(names):
            finding.targets = ()
    ordered = sorted(
        findings.values(), key=lambda one: (one.file, one.line, one.column, one.code, one.message)
    )
    name = value_at(bundle.config, ("bundle", "name"))
    return Report(bundle.root, name if isinstance(name, str) else None, judged, ordered)


def _belongs_to(rule, profile):
    if profile == "cli":
        return rule.cli is not None
    return profile == "strict" or rule.profile == profile


def _is_broken(document):
    if isinstance(document.data, Map):
        return False
    return document.data is not None or bool(document.problems)


def _judge_bundle(bundle, rules, profile):
    for rule in rules:
        if rule.on == "bundle":
            for problem in _ask(rule, bundle):
                yield _finding(rule, problem, problem.path, bundle.config, profile)


def _judge_target(target, rules, profile):
    config = target.config
    by_subject = {}
    for rule in rules:
        by_subject.setdefault(rule.on, []).append(rule)

    def ask(subject, base, *arguments):
        for rule in by_subject.get(subject, ()):
            for problem in _ask(rule, *arguments):
                yield _finding(rule, problem, (*base, *problem.path), config, profile)

    yield from ask("target", (), target)
    for key, job in maps_of(target.resources("jobs")):
        base = ("resources", "jobs", key)
        yield from ask("job", base, job, target)
        for path, task in tasks_of(job):
            yield from ask("task", (*base, *path), task, job, target)
    for path, cluster in clusters_of(target):
        yield from ask("cluster", path, cluster, target)


def _ask(rule, *arguments):
    """What a rule says; a rule that fails says so itself, and the others go on."""
    try:
        yield from rule.check(*arguments)
    except Exception as error:  # noqa: BLE001  one broken rule must not hide what the others found
        message = f"rule {rule.code} failed: {type(error).__name__}: {error}"
        yield Problem(message, hint="please report this", place=NOWHERE, severity=ERROR, cli=INFO)


def _finding(rule, problem, path, config, profile):
    severity = problem.severity or rule.severity
    if profile == "cli":
        severity = problem.cli or rule.cli
    place = problem.place or place_at(config, path, problem.of_key)
    return Finding(rule.code, severity, problem.message, problem.hint, place, path, problem.related)
