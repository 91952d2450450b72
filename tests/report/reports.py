"""Reports as a check makes them, without the check, for the tests of the formats."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import strategies as st

from bundlewright.checking import Report
from bundlewright.finding import ERROR, INFO, SEVERITIES, WARNING, Finding, Fix


class MadeUp(Report):
    """A report of findings and sources that need no bundle."""

    def __init__(
        self,
        *findings: Finding,
        folder: str = "",
        name: str | None = "shop",
        targets: tuple[str, ...] = ("dev", "prod"),
        sources: dict[str, str] | None = None,
        known: int = 0,
        outdated: int = 0,
    ) -> None:
        self.root = os.path.normpath(os.path.join(os.getcwd(), folder))
        self.name = name
        self.targets = list(targets)
        self.findings = list(findings)
        self.sources = sources or {}
        self.known, self.outdated = known, outdated

    def source(self, file: str) -> list[str]:
        return self.sources.get(file, "").splitlines()


def finding(
    code: str = "BW301",
    severity: str = ERROR,
    message: str = "it is wrong",
    *,
    targets: tuple[str, ...] = (),
    **options: Any,
) -> Finding:
    """A finding, at the beginning of `databricks.yml` unless a place is given."""
    made = Finding(code, severity, message, **{"place": ("databricks.yml", 1, 1), **options})
    made.targets = targets
    return made


SOURCES = {
    "databricks.yml": "bundle: {name: shop}\ntypo: 1\n",
    "resources/etl.yml": "tasks:\n  - task_key: load\n    depends_on:\n      - task_key: extrct\n",
}


def several() -> MadeUp:
    """A report with a finding of each kind: all severities, and all that a finding may have."""
    return MadeUp(
        finding("BW000", INFO, "no place", place=None),
        finding("BW101", WARNING, "unknown field 'typo'", place=("databricks.yml", 2, 1)),
        finding(
            message="task 'load' depends on 'extrct', which is no task here",
            hint="did you mean 'extract'?",
            place=("resources/etl.yml", 4, 19),
            path=("resources", "jobs", "etl", "tasks", 0, "depends_on", 0, "task_key"),
            related=[(("resources/etl.yml", 2, 17), "its tasks")],
            targets=("prod",),
            fix=Fix(False),
        ),
        sources=SOURCES,
    )


PLACES = st.builds(
    lambda file, line, column: (file, line, column),
    st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1),
    st.integers(1, 3),
    st.integers(1, 200),
)
FINDINGS = st.builds(
    finding,
    st.sampled_from(["BW101", "BW999"]),
    st.sampled_from(SEVERITIES),
    st.text(),
    hint=st.text(),
    place=st.none() | PLACES,
    path=st.lists(st.text() | st.integers(0, 9)).map(tuple),
    related=st.lists(st.tuples(PLACES, st.text()), max_size=2),
    targets=st.lists(st.text(), max_size=2).map(tuple),
    fix=st.none() | st.booleans().map(Fix),
)


def _report(findings: list[Finding], name: str | None, targets: list[str], text: str) -> MadeUp:
    sources = {finding.file: text for finding in findings}
    return MadeUp(*findings, name=name, targets=tuple(targets), sources=sources)


REPORTS = st.lists(
    st.builds(
        _report,
        st.lists(FINDINGS, max_size=4),
        st.none() | st.text(),
        st.lists(st.text(), max_size=2),
        st.text(),
    ),
    max_size=3,
)
