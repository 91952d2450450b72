"""Every way to check this repo. `nox` runs lint, tests and generated; `nox -l` lists the others."""

from __future__ import annotations

import os
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv|virtualenv"  # uv where it is installed
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "tests", "generated"]

PROJECT = nox.project.load_toml()


def install(session: nox.Session, *groups: str, package: bool = True) -> None:
    """Installs dependency groups of pyproject.toml and, unless told otherwise, this package."""
    session.install(*nox.project.dependency_groups(PROJECT, *groups))
    if package:
        session.install("--editable", ".")


@nox.session
def lint(session: nox.Session) -> None:
    """Look for mistakes and unformatted code."""
    install(session, "lint", package=False)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests of checker, template and hooks; arguments go to pytest."""
    install(session, "test", "schema")
    arguments = session.posargs or ["-n", "2", "--dist", "worksteal"]
    session.run("pytest", "--ignore=tests/generated", "--ignore=tests/readme", *arguments)


@nox.session
def generated(session: nox.Session) -> None:
    """Run the tests and linters of generated repos (needs Java 17)."""
    install(session, "test")
    session.run("pytest", "tests/generated", *(session.posargs or ["-n", "2"]))


@nox.session
def generated_all(session: nox.Session) -> None:
    """Run them for all personas, and for each workload alone by each kind of task."""
    install(session, "test")
    arguments = session.posargs or ["-n", "2"]
    session.run("pytest", "tests/generated", *arguments, env={"GENERATED_ALL": "1"})


@nox.session
def workspace(session: nox.Session) -> None:
    """Deploy, run, check and destroy the personas on a real workspace; arguments choose some."""
    if not os.environ.keys() & {"DATABRICKS_HOST", "DATABRICKS_CONFIG_PROFILE"}:
        session.skip("No workspace: set DATABRICKS_HOST or DATABRICKS_CONFIG_PROFILE, and sign in.")
    install(session, "test")
    session.run("python", "tests/workspace/personas.py", *session.posargs)


@nox.session
def generated_pairs(session: nox.Session) -> None:
    """Run all tests of repos that make every pair of options which tests can tell apart."""
    install(session, "test")
    arguments = session.posargs or ["-n", "2", "-k", "pairs"]
    session.run("pytest", "tests/generated", *arguments, env={"GENERATED_PAIRS": "1"})


@nox.session
def golden(session: nox.Session) -> None:
    """Write tests/golden anew from the template."""
    install(session, "test")
    session.run("pytest", "tests/test_golden.py", "--rewrite-golden", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Write the index of the rules anew, and the pages made of them, copier.yml and the tests."""
    install(session, "test")
    session.run("python", "src/bundlewright/rules/build.py")
    session.run("python", "docs/build.py")
    session.run("pytest", "tests/delivery", "-k", "the_page", "--rewrite-golden")


@nox.session
def schema(session: nox.Session) -> None:
    """Build the bundle schema and the checker's table of it anew."""
    install(session, "schema", package=False)
    session.run("python", "src/bundlewright/schema/build.py", *session.posargs)


@nox.session
def pins(session: nox.Session) -> None:
    """List the pins of the template that were looked up more than 60 days ago."""
    install(session, "test", package=False)
    session.run("python", "tools/pins.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure what is claimed about speed."""
    install(session)
    for script in sorted(Path("benchmarks").glob("*.py")):
        session.run("python", str(script), *session.posargs)
