"""Every pinned version of the template is in one table, includes/data/versions.jinja."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest
import rendering
from rendering import Renderer

import bundlewright

sys.path.insert(0, str(rendering.ROOT / "tools"))
from pins import TABLE, Pin, old_pins, read_pins

PERSONAS = rendering.personas()
PINS = read_pins()
# Several entries may be of one package: `pyspark 4.1`, `pyspark 4.0`.
PINNED = {(pin.name.split()[0], pin.version) for pin in PINS}
HASHES = {pin.hash.removeprefix("sha256:") for pin in PINS}
# What names a version and pins nothing.
NO_PINS = {
    "0.1.0": "the first version of a generated repo",
    "1.0.0": "the oldest CLI that a bundle goes with",
    "1.10.0": "the oldest dbt that a project goes with",
    "1.12.0": "the first dbt that it does not go with",
    "1.2.0": "a tag, as an example",
    "1.2.3": "a version, as an example",
    "2.3.0": "of Quartz, in the address of a page",
    "4.0.0": "of the format of pom.xml",
    "9.18.0": "the oldest Copier that can read copier.yml",
    bundlewright.__version__: "of the checker itself, which a release sets",
}
# Of three numbers, so no IP address; or what a commit or an image is known by.
VERSION = re.compile(r"(?<![\w.])v?(\d+\.\d+\.\d+)(?!\.?\w)")
HASH = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b")
# How a generated file names what it pins: name and version.
NAMED = (
    re.compile(r"([\w.-]+)(?:\[\w+\])?==([\w.]+)"),  # a Python package
    re.compile(r"(\w+)@(\d+\.\d+\.\d+)"),  # a Python tool for uvx
    re.compile(r"uses: (\S+)@\w+ # v(\S+)"),  # an action
    re.compile(r"<artifactId>([a-z]+-[a-z-]+)</artifactId>\s*<version>([\d.]+)<"),  # of Maven
    re.compile(r"\b(python):(\d[\d.]*)"),  # an image
    re.compile(r"\b(ubuntu)-(\d[\d.]*)"),  # a runner
)


def sources() -> Iterator[tuple[str, str]]:
    """Yields path and text of every file that makes generated repos, but for the table."""
    files = [rendering.ROOT / "copier.yml"]
    for folder in ("template", "includes"):
        files += sorted(path for path in (rendering.ROOT / folder).rglob("*") if path.is_file())
    for path in files:
        name = path.relative_to(rendering.ROOT).as_posix()
        if name != TABLE:
            yield name, path.read_text(encoding="utf-8")


def test_no_template_names_a_version_of_its_own() -> None:
    wrong = []
    for name, text in sources():
        versions = {version for version in VERSION.findall(text) if version not in NO_PINS}
        wrong += [f"{name}: {found}" for found in sorted(versions | set(HASH.findall(text)))]
    assert not wrong, f"goes to {TABLE}: {wrong}"


@pytest.mark.parametrize("persona", PERSONAS)
def test_what_a_repo_pins_is_what_the_table_says(persona: str, renderer: Renderer) -> None:
    given = {
        name: rendering.Several(value) if isinstance(value, list) else value
        for name, value in PERSONAS[persona].items()
    }
    answers = rendering.Answers(renderer, lambda name, _: renderer.default(name, answers), given)
    seen = set()
    for path, content in renderer.tree(answers).items():
        text = content.decode()
        assert set(named(text)) <= PINNED, path
        assert set(HASH.findall(text)) <= HASHES, path
        seen |= set(named(text))
    assert len(seen) > 5


def named(text: str) -> Iterator[tuple[str, str]]:
    """Yields name and version of each pin of a generated file."""
    for pattern in NAMED:
        yield from pattern.findall(text)


def test_pins_are_found() -> None:
    text = """
        "ruff==0.17.6", "pyspark[pipelines]==4.1.4", "copier@9.19.1"
        - uses: actions/checkout@3d3c42e # v7.0.1
        image: python:3.12.12-bookworm
        runs-on: ubuntu-24.04
    """
    assert dict(named(text)) == {
        "ruff": "0.17.6",
        "pyspark": "4.1.4",
        "copier": "9.19.1",
        "actions/checkout": "7.0.1",
        "python": "3.12.12",
        "ubuntu": "24.04",
    }
    assert VERSION.findall("uv==1.2.4, v7.0.1, 127.0.0.1, 1.50") == ["1.2.4", "7.0.1"]


def test_every_entry_is_used() -> None:
    texts = "".join(text for _, text in sources())
    table = (rendering.ROOT / TABLE).read_text(encoding="utf-8")
    for pin in PINS:
        # A release is put to a name: `version('pyspark ' ~ release)`.
        uses = (f"'{pin.name}')", f"'{pin.name.split()[0]} ' ~")
        assert any(use in texts for use in uses) or f"pins.{pin.name}." in table, pin.name


def test_this_repo_pins_the_same() -> None:
    texts = [
        (rendering.ROOT / name).read_text(encoding="utf-8")
        for name in ("pyproject.toml", "action.yml")
    ]
    names = {name for name, _ in PINNED}
    same = {(name, version) for name, version in named("".join(texts)) if name in names}
    assert same <= PINNED
    assert {"copier", "ruff", "uv", "astral-sh/setup-uv"} <= {name for name, _ in same}
    assert set(HASH.findall("".join(texts))) <= HASHES
    assert f'version: "{dict(PINNED)["uv"]}"' in texts[1]


def test_pins_that_were_looked_up_long_ago_are_listed() -> None:
    pins = [Pin("new", "2", date(2026, 3, 1)), Pin("old", "1", date(2026, 1, 1))]
    assert old_pins(pins, today=date(2026, 3, 2)) == []
    assert [pin.name for pin in old_pins(pins, today=date(2026, 3, 3))] == ["old"]
    assert [pin.name for pin in old_pins(pins, today=date(2027, 1, 1))] == ["old", "new"]


def test_the_list_is_printed() -> None:
    command = [sys.executable, rendering.ROOT / "tools/pins.py", "--days", "-1"]
    process = subprocess.run(command, capture_output=True, text=True, check=True)
    *lines, total = process.stdout.splitlines()
    assert len(lines) == len(PINS)
    assert total.startswith(f"{len(PINS)} of {len(PINS)} pins")


def test_nothing_was_looked_up_in_the_future() -> None:
    assert all(pin.looked_up <= date.today() for pin in PINS)
