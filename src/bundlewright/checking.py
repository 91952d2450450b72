"""Checks a bundle: reads it, lets the rules judge each target, and joins what they say."""

from bundlewright import ignoring
from bundlewright.bundle.access import clusters_of, place_at, tasks_of, value_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.model import Bundle
from bundlewright.bundle.target import Target, sites_of
from bundlewright.finding import ERROR, INFO, NOWHERE, Finding
from bundlewright.rules import DYNAMIC, TOLD, Problem, load
from bundlewright.settings import Settings

_MOST = 1000  # findings of one rule on one subject that are told; nobody reads more


class Report:
    """What a check found.

    Attributes:
        root: the bundle's folder.
        name: the bundle's name, or None.
        targets: the names of the targets that were judged; none where a file cannot be read.
        findings: `Finding`s by file and line.
        known: how many more there are that the baseline knows.
        outdated: how many the baseline knows that are no more.
    """

    def __init__(self, bundle, targets, findings):
        name = value_at(bundle.config, ("bundle", "name"))
        self.root = bundle.root
        self.name = name if isinstance(name, str) else None
        self.targets = targets
        self.findings = findings
        self.known = self.outdated = 0
        self._bundle = bundle

    def count(self, severity):
        """The number of findings of a severity."""
        return sum(finding.severity == severity for finding in self.findings)

    def source(self, file):
        """The lines of a file of the bundle, named relative to its root; none where it has none."""
        return self._bundle.lines_of(file)


def check(path=".", targets=None, profile=None, settings=None, unsaved=None):
    """Check a bundle.

    Args:
        path: its folder, a folder below it, or its root file.
        targets: the names of the targets to judge; all where it is None.
        profile: `cli` for what the CLI's `bundle validate` reports, `recommended`, or `strict`,
            which adds matters of style; that of the settings where it is None.
        settings: a team's `Settings`; the defaults where it is None. In the profile `cli` they,
            policies and comments that ignore findings do not count: the CLI has none.
        unsaved: contents of files, in bytes by absolute path, that count in place of those on the
            disk.

    Returns:
        A `Report`.

    Raises:
        bundlewright.bundle.files.NoBundle: there is no bundle at the path.
        bundlewright.bundle.model.UnknownTarget: the bundle has no target of a given name.
        bundlewright.policies.BadPolicy: a policy that the settings name cannot be used.
        bundlewright.settings.BadSettings: the settings are about rules that do not exist.
    """
    profile = profile or (settings.profile if settings else "recommended")
    settings = settings if settings and profile != "cli" else Settings()
    rules = _rules(profile, settings)
    bundle = Bundle(path, unsaved)
    names = list(dict.fromkeys(targets or bundle.targets))
    for name in names:
        bundle.require_target(name)
    judge = _Judge(rules, profile)
    findings = {}
    for finding in judge.bundle(bundle):
        owner = finding.path[1:2] if finding.path[:1] == (bundle.target_section,) else ()
        # The CLI, too, reads all targets before it turns to one.
        if not owner or owner[0] in names or profile == "cli":
            finding.targets = owner
            findings.setdefault(finding.key, finding)
    in_files = set(findings)
    # What a broken file would have brought is missing: all that the targets lack may stand in it.
    judged = [] if any(map(_is_broken, bundle.documents)) else names
    for name in judged:
        for finding in judge.target(Target(bundle, name)):
            first = findings.setdefault(finding.key, finding)
            if finding.key not in in_files and name not in first.targets:
                first.targets += (name,)
    for finding in findings.values():
        if len(finding.targets) == len(names):
            finding.targets = ()
    found = list(findings.values())
    if profile != "cli":
        found = _without_ignored(found, bundle, judge, len(judged) == len(bundle.targets))
        if settings.ignore_in:
            found = [
                one
                for one in found
                if settings.reports_in(one.file, one.code) or not judge.may_ignore(one.code)
            ]
        for finding in found:
            finding.severity = settings.severity.get(finding.code, finding.severity)
    found.sort(key=lambda one: (one.file, one.line, one.column, one.code, one.message))
    return Report(bundle, judged, found)


def _rules(profile, settings):
    """The rules and policies that are asked."""
    rules = load()
    if settings.policies:
        from bundlewright import policies

        loaded = policies.load(settings.policies, settings.folder)
        rules = rules | {policy.code: policy for policy in loaded}
    settings.check_codes(rules)
    return [one for one in rules.values() if _belongs_to(one, profile, settings)]


def _belongs_to(rule, profile, settings):
    if profile == "cli":
        return rule.cli is not None
    if not rule.ignorable:
        return True
    if settings.select is not None:
        return settings.asks(rule.code)
    return settings.asks(rule.code) and (profile == "strict" or rule.profile == profile)


def _without_ignored(findings, bundle, judge, is_whole):
    """Leave out what comments ignore, and say which ignore nothing where all targets are judged."""
    marked = [one for one in bundle.documents if ignoring.MARK in one.content]
    names = {document.name for document in bundle.documents}
    sources = [(one.name, bundle.lines_of(one.name), one.content) for one in marked]
    for name in {finding.file for finding in findings} - names - {""}:
        lines = bundle.lines_of(name)
        sources.append((name, lines, None))
    if not sources:
        return findings
    kept, ignores = ignoring.split_off(findings, sources, judge.may_ignore)
    return kept + judge.ignores(bundle, ignores, is_whole)


def _is_broken(document):
    if isinstance(document.data, Map):
        return False
    return document.data is not None or bool(document.problems)


class _Verdict:
    """What was found in a resource, for all targets with one signature.

    Attributes:
        signature: see `Target.signature`.
        findings: the `Finding`s.
        conflicts, unresolved: what `Target.note` takes.
    """

    __slots__ = ("conflicts", "findings", "signature", "unresolved")


class _Judge:
    """Asks the rules about a bundle and its targets, and makes findings of what they say."""

    def __init__(self, rules, profile):
        self._rules = rules
        self._profile = profile
        self._applicable = {}
        self._verdicts = {}

    def bundle(self, bundle):
        return self._ask("bundle", bundle.config, (), (), bundle)

    def ignores(self, bundle, ignores, is_whole):
        asked = {rule.code for rule in self._rules if is_whole}
        return self._ask("ignores", bundle.config, (), (), ignores, asked)

    def may_ignore(self, code):
        """Whether a comment may keep back the findings of a code: a policy can forbid it."""
        return all(rule.ignorable for rule in self._rules if rule.code == code)

    def target(self, target):
        findings = self._ask("part", target.config, (), (), target.settings)
        for kind, entries in target.kinds():
            for key, node in entries.items():
                verdict = self._resource(target, kind, key, node)
                if verdict is not None:
                    findings += verdict.findings
                    target.note(verdict.conflicts, verdict.unresolved)
        # A target's own rules come last: they need what its resources have brought.
        return findings + self._ask("target", target.merged, (), (), target)

    def _resource(self, target, kind, key, node):
        # An alias makes one node two resources, and a reference another one in each target.
        known = self._verdicts.setdefault((kind, key, id(node)), []) if type(node) is Map else []
        if known:
            (_, sites), *verdicts = known
            signature = target.signature(sites)
            for verdict in verdicts:
                if verdict.signature == signature:
                    return verdict
        resource = target.resource(kind, key)
        if resource is None:
            return None
        if not known:
            # The node is kept so that its id stays its own.
            known.append((node, sites_of(resource)))
        verdict = _Verdict()
        verdict.signature = target.signature(known[0][1])
        verdict.findings = self._findings(resource)
        verdict.conflicts = resource.conflicts
        unresolved = resource.references.unresolved
        verdict.unresolved = [((*resource.path, *path), text) for path, text in unresolved]
        known.append(verdict)
        return verdict

    def _findings(self, resource):
        base, config, kind = resource.path, resource.config, resource.kind
        found = self._ask("part", config, base, (), resource)
        found += self._ask("resource", config, base, (), resource)
        if kind == "jobs":
            found += self._ask("job", config, base, (), config, resource)
            for path, task in tasks_of(config):
                found += self._ask("task", config, base, path, task, config, resource)
        for path, cluster in clusters_of(kind, config):
            found += self._ask("cluster", config, base, path, cluster, resource)
        return found

    def _ask(self, on, config, base, path, *arguments):
        """What the rules on a subject say.

        Args:
            on: the kind of subject; see `bundlewright.rules.Rule`.
            config: what holds the subject.
            base: the path of what holds it.
            path: the subject's path below that.
            arguments: what the rules are called with, the subject first.
        """
        found = []
        subject = arguments[0]
        fields = subject if type(subject) is Map else config
        kinds = tuple(dict(subject.kinds())) if on == "target" else base[1:2]
        for rule, check in self._applicable_to(on, kinds, fields):
            try:
                for number, problem in enumerate(check(*arguments)):
                    if problem.severity is TOLD and self._profile != "cli":
                        continue
                    if number == _MOST:
                        message = f"there are more than {_MOST} findings of {rule.code} here"
                        problem = Problem(message, place=problem.place or config.at)
                    found.append(self._finding(rule, problem, config, base, path, arguments[-1]))
                    if number == _MOST:
                        break
            except Exception as error:  # noqa: BLE001  one broken rule must not hide the others
                message = f"rule {rule.code} failed: {type(error).__name__}: {error}"
                hint = "please report this"
                problem = Problem(message, hint=hint, place=NOWHERE, severity=ERROR, cli=INFO)
                found.append(self._finding(rule, problem, config, base, path, arguments[-1]))
        return found

    def _applicable_to(self, on, kinds, fields):
        shape = (on, kinds, fields.has_dynamic, *fields)
        rules = self._applicable.get(shape)
        if rules is None:
            fields = {*fields, DYNAMIC} if fields.has_dynamic else fields
            rules = [
                (rule, rule.check)
                for rule in self._rules
                if rule.on == on and rule.judges(fields, kinds)
            ]
            self._applicable[shape] = rules
        return rules

    def _finding(self, rule, problem, config, base, path, part):
        severity = problem.severity or rule.severity
        if self._profile == "cli":
            severity = problem.cli or rule.cli
        path = (*path, *problem.path)
        place = problem.place or place_at(config, path, problem.of_key)
        if not (problem.place or path or self._profile == "cli") and base:
            place = part.at  # of the resource as a whole; the CLI names its first field
        return Finding(
            rule.code,
            severity,
            problem.message,
            problem.hint,
            place,
            (*base, *path),
            problem.related,
            problem.fix,
            problem.is_secret,
        )
