"""The `bundlewright` command: arguments and exit codes, nothing else."""

import argparse
import gc
import importlib
import os
import sys

from bundlewright import __version__
from bundlewright.bundle.files import NoBundle
from bundlewright.checking import PROFILES, UnknownTarget, check
from bundlewright.finding import ERROR, WARNING
from bundlewright.report import FORMATS

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
    return options.run(options)


def _parser():
    parser = argparse.ArgumentParser(
        prog="bundlewright",
        description="Starts, checks and keeps current the repositories of Databricks bundles.",
    )
    parser.add_argument("--version", action="version", version=f"bundlewright {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    command = commands.add_parser(
        "check",
        help="say what is wrong in a bundle, without a workspace",
        description="Say what is wrong in a bundle, in all its targets, without a workspace.",
        epilog="Exit code: 0 no errors, 1 errors (with --strict also warnings), 2 could not run.",
    )
    command.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="a bundle's folder or root file; default: the bundle around the current folder",
    )
    command.add_argument(
        "-t", "--target", action="append", help="judge this target only; may be given again"
    )
    command.add_argument(
        "--profile",
        choices=PROFILES,
        default="recommended",
        help="cli: what the CLI's own validate reports; recommended (default); strict: style, too",
    )
    command.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="default: text; json prints a line a bundle",
    )
    command.add_argument("--strict", action="store_true", help="exit with 1 for warnings too")
    command.set_defaults(run=_check)
    return parser


def _check(options):
    render = importlib.import_module(f"bundlewright.report.{options.format}").render
    failing = (ERROR, WARNING) if options.strict else (ERROR,)
    code = FINE
    for path in options.paths:
        try:
            report = check(path, options.target, options.profile)
        except (NoBundle, UnknownTarget) as problem:
            print(f"bundlewright: {problem}", file=sys.stderr)
            code = COULD_NOT_RUN
            continue
        _write(render(report))
        if any(map(report.count, failing)):
            code = max(code, WRONG)
    return code


def _write(text):
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough; what was found decides how we end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
