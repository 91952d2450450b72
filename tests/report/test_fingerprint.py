"""Fingerprints: what makes two findings the same one, and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from reports import finding

from bundlewright.fingerprint import fingerprint, fingerprints

pytestmark = pytest.mark.usefixtures("repository")

PATH = ("resources", "jobs", "etl", "tasks", 2, "task_key")


def test_it_is_the_same_in_every_run() -> None:
    assert fingerprint(finding(path=PATH)) == "a9ff4486393cdb8409b12bf96ba60a79"


@pytest.mark.parametrize(
    "options",
    [
        {"place": ("databricks.yml", 7, 9)},
        {"path": (*PATH[:4], 3, "task_key")},
        {"severity": "warning"},
        {"hint": "do it"},
        {"targets": ("prod",)},
        {"related": [(("a.yml", 1, 1), "here")]},
    ],
    ids=lambda options: next(iter(options)),
)
def test_it_does_not_depend_on(options: dict[str, Any]) -> None:
    assert fingerprint(finding(**{"path": PATH, **options})) == fingerprint(finding(path=PATH))


@pytest.mark.parametrize(
    "options",
    [
        {"code": "BW302"},
        {"message": "it is very wrong"},
        {"place": ("a.yml", 1, 1)},
        {"path": ("resources", "jobs", "other", "tasks", 2, "task_key")},
    ],
    ids=lambda options: next(iter(options)),
)
def test_it_depends_on(options: dict[str, Any]) -> None:
    assert fingerprint(finding(**{"path": PATH, **options})) != fingerprint(finding(path=PATH))


def test_bundles_are_told_apart_by_their_folders() -> None:
    assert fingerprint(finding(), "a") != fingerprint(finding(), "b") != fingerprint(finding())


def test_equal_findings_are_numbered() -> None:
    same = [finding(path=("tasks", index)) for index in range(3)]
    name = fingerprint(same[0])
    other = finding(message="else")
    assert list(fingerprints([same[0], other, *same[1:]])) == [
        (same[0], name),
        (other, fingerprint(other)),
        (same[1], f"{name}-2"),
        (same[2], f"{name}-3"),
    ]
