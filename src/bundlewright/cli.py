"""The `bundlewright` command: arguments and exit codes, nothing else."""

import argparse
import functools
import gc
import importlib
import os
import sys

from bundlewright import __version__
from bundlewright.bundle.files import NoBundle, find_root
from bundlewright.checking import check
from bundlewright.errors import CannotRun
from bundlewright.finding import ERROR, WARNING
from bundlewright.graph import FORMATS as DRAWINGS
from bundlewright.report import FORMATS
from bundlewright.settings import BASELINE, PROFILES, read_settings

# With a width, argparse loads nothing to look for the terminal's.
_FORMATTER = functools.partial(argparse.HelpFormatter, width=100)

FINE, WRONG, COULD_NOT_RUN, INTERRUPTED = 0, 1, 2, 130


def main():
    """Run the command and end the process with its exit code."""
    # A check builds one large tree and ends. Collecting would only walk it again and again, and an
    # orderly end would take it down leaf by leaf: together a third of the time.
    gc.disable()
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001  a traceback is no message, and 1 means a wrong bundle
        print(f"bundlewright: failed with {type(error).__name__}: {error}", file=sys.stderr)
        code = COULD_NOT_RUN
    os._exit(code)


def run(arguments):
    """Run the command.

    Args:
        arguments: the command line without the command's name.

    Returns:
        The exit code: 0, 1 for a wrong bundle, 2 where it could not run.

    Raises:
        SystemExit: the arguments are wrong, or ask for help.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except CannotRun as problem:
        return _say(problem)


def _parser():
    parser = argparse.ArgumentParser(
        prog="bundlewright",
        formatter_class=_FORMATTER,
        description="Starts, checks and keeps current the repositories of Databricks bundles.",
    )
    parser.add_argument("--version", action="version", version=f"bundlewright {__version__}")
    commands = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND", prog="bundlewright"
    )
    _add_check(commands)
    _add_explain(commands)
    _add_graph(commands)
    return parser


def _add_check(commands):
    command = commands.add_parser(
        "check",
        formatter_class=_FORMATTER,
        help="say what is wrong in a bundle, without a workspace",
        description="Say what is wrong in a bundle, in all its targets, without a workspace.",
        epilog="Exit code: 0 no errors, 1 errors (with --strict also warnings), 2 could not run.",
    )
    add = command.add_argument
    add(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="a bundle's folder, or a file in it; default: the bundle around the current folder",
    )
    add("-t", "--target", action="append", help="judge this target only; may be given again")
    add(
        "--profile",
        choices=PROFILES,
        help="cli: what the CLI's own validate reports; recommended (default); strict: style, too",
    )
    add("--select", type=_codes, metavar="CODES", help="ask only these rules, such as BW3,BW501")
    add("--ignore", type=_codes, metavar="CODES", help="do not ask these rules")
    add("--format", choices=FORMATS, default="text", help="default: text")
    add(
        "--changed-files",
        action="store_true",
        help="check the bundles that the files PATH are in, and pass over those that are in none",
    )
    add("--strict", action="store_true", help="exit with 1 for warnings too")
    add("--fix", action="store_true", help="make the fixes that are certain")
    add("--unsafe-fixes", action="store_true", help="make also the fixes that are only likely")
    add("--diff", action="store_true", help="show what the fixes change, and write nothing")
    add(
        "--baseline",
        metavar="FILE",
        help=f"the findings that are known; default: the bundle's {BASELINE}",
    )
    add("--write-baseline", action="store_true", help="make all findings known ones")
    add(
        "--stdin-filename",
        metavar="FILE",
        help="read this file of the bundle from standard input, and report what is wrong in it",
    )
    command.set_defaults(run=_check)


def _add_explain(commands):
    command = commands.add_parser(
        "explain",
        formatter_class=_FORMATTER,
        help="say why a rule matters, with a bundle that fails and one that passes",
        description="Print a rule's page, or a line for each rule.",
    )
    command.add_argument("code", nargs="?", metavar="CODE", help="such as BW305; default: all")
    command.set_defaults(run=_explain)


def _add_graph(commands):
    command = commands.add_parser(
        "graph",
        formatter_class=_FORMATTER,
        help="draw the tasks of a job",
        description="Draw the tasks of a job, with conditions, outcomes, loops and run_if.",
    )
    add = command.add_argument
    add("job", nargs="?", metavar="JOB", help="its key; may be left out where there is one job")
    add("path", nargs="?", metavar="PATH", help="a bundle's folder, or a file in it")
    add("-t", "--target", help="as this target has it; default: the first one")
    add("--format", choices=DRAWINGS, default="text", help="default: text")
    command.set_defaults(run=_graph)


def _codes(text):
    return tuple(code.strip() for code in text.split(",") if code.strip())


def _check(options):
    unsaved = {}
    paths = options.paths
    if options.stdin_filename is not None:
        if options.fix or options.unsafe_fixes or options.diff:
            raise CannotRun("what is read from standard input cannot be fixed")
        paths = [os.path.dirname(options.stdin_filename) or "."]
        unsaved[os.path.abspath(options.stdin_filename)] = sys.stdin.buffer.read()
    code = FINE
    roots = {}
    for path in paths:
        try:
            roots.setdefault(find_root(path)[0])
        except CannotRun as problem:
            if not (options.changed_files and os.path.isfile(path)):
                code = _say(problem)
    reports = []
    for root in roots:
        try:
            reports.append(_report(root, unsaved, options))
        except CannotRun as problem:
            code = _say(problem)
    if options.diff:
        return code
    _write(_render(reports, options.format))
    failing = (ERROR, WARNING) if options.strict else (ERROR,)
    if any(report.count(severity) for report in reports for severity in failing):
        code = max(code, WRONG)
    return code


def _render(reports, format):
    module = importlib.import_module(f"bundlewright.report.{format}")
    if format == "text":
        return module.render(reports, module.wants_colour(sys.stdout, os.environ))
    return module.render(reports)


def _report(root, unsaved, options):
    """Check the bundle in a folder, and do to it what the options ask for."""
    settings = read_settings(root)
    settings.profile = options.profile or settings.profile
    if options.select is not None:
        settings.select = options.select
    settings.ignore += options.ignore or ()
    baseline = _baseline(root, settings, options)

    def judge(unsaved):
        report = check(root, options.target, settings=settings, unsaved=unsaved)
        if baseline and not options.write_baseline and os.path.exists(baseline):
            _leave_out_known(report, baseline)
        return report

    report = judge(unsaved)
    if options.stdin_filename is not None:
        [path] = unsaved
        report.findings = [one for one in report.findings if os.path.join(root, one.file) == path]
    if options.fix or options.unsafe_fixes or options.diff:
        report = _fix(report, judge, options)
    if options.write_baseline:
        from bundlewright.baseline import write

        write(baseline, report.findings)
        report.known, report.findings = len(report.findings), []
    return report


def _baseline(root, settings, options):
    """The file with the findings that are known."""
    if settings.profile == "cli" and not (options.baseline or options.write_baseline):
        return None
    named = options.baseline or (settings.baseline and os.path.join(root, settings.baseline))
    if named and not options.write_baseline and not os.path.exists(named):
        raise CannotRun(f"{named} does not exist; --write-baseline makes it")
    return named or os.path.join(root, BASELINE)


def _leave_out_known(report, baseline):
    from bundlewright.baseline import read, split_off

    report.findings, report.known, report.outdated = split_off(report.findings, read(baseline))


def _fix(report, judge, options):
    from bundlewright import fixing

    plan = fixing.plan(report, judge, options.unsafe_fixes)
    refused = plan.refused
    if options.diff:
        _write(fixing.diff(plan))
    else:
        unwritten = fixing.write(plan)
        refused += unwritten
        report = judge({}) if unwritten else plan.report
    for file, reason in dict.fromkeys(refused):
        print(f"bundlewright: {file}: a fix is not made: {reason}", file=sys.stderr)
    return report


def _explain(options):
    from bundlewright.explaining import page
    from bundlewright.rules import did_you_mean, load

    rules = load()
    if options.code and not options.code.upper().startswith("BW"):
        rules = rules | _policies()
    if options.code is None:
        titles = (rule.documentation.partition("\n")[0] for rule in rules.values())
        _write("".join(f"{code}  {title}\n" for code, title in zip(rules, titles, strict=True)))
        return FINE
    rule = rules.get(options.code.upper())
    if rule is None:
        hint = did_you_mean(options.code, rules) or "'bundlewright explain' lists all"
        raise CannotRun(f"there is no rule {options.code!r}; {hint}")
    _write(page(rule))
    return FINE


def _policies():
    """The policies of the bundle around the current folder, by code; none outside of one."""
    from bundlewright.policies import load

    try:
        settings = read_settings(find_root(".")[0])
    except NoBundle:
        return {}
    return {policy.code: policy for policy in load(settings.policies, settings.folder)}


def _graph(options):
    from bundlewright.graph import draw, find_job

    sys.stdout.reconfigure(encoding="utf-8")  # a drawing has lines that not every encoding has
    key, path = options.job, options.path
    if path is None and os.path.isdir(key or ""):
        key, path = None, key
    job, title = find_job(path or ".", key, options.target)
    _write(draw(job, title, options.format))
    return FINE


def _say(problem):
    print(f"bundlewright: {problem}", file=sys.stderr)
    return COULD_NOT_RUN


def _write(text):
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough; what was found decides how we end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
