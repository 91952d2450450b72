"""Writes docs/delivery.md: what runs when, where and as whom, as the tests saw it run."""

from __future__ import annotations

from cases import NORMAL, READER, Case, Runs
from events import EVENTS
from recorder import Job

SYSTEMS = {"github": "GitHub Actions", "gitlab": "GitLab CI", "azure_devops": "Azure DevOps"}
INTRODUCTION = """\
# Delivery

What the CI of a generated repo runs, for each way of promotion. The tests in `tests/delivery` wrote
this page: they play every event in each CI system, with a recorder in place of `databricks`, and
write down what was called. To review these tables is to review the delivery.

- *Commands* are those of `databricks bundle` for the target of the row. `run` is the smoke run.
  `deploy` deletes nothing that holds data, unless the run was started by hand as `destructive`.
- *As* is the service principal that signs in: that of a target, or the reader, which may only look.
  It is the same by federation and by secret. The reader cannot `validate` staging and prod, since
  that looks at the permissions of their folders, which only a manager may see; each deploy does.
  Without a reader, a pull request is planned for dev alone, as dev's service principal, and nothing
  runs every night.
- *Waits for* an approval: of the environment `prod` on GitHub and Azure DevOps, of whoever starts
  the manual job on GitLab, which has such a job for the other targets of a tag, too.
- A job that fails ends the run: after a failed test nothing is deployed, and after a failed smoke
  run of staging nothing goes to prod.
"""
PROMOTIONS = {
    "branches": "Branches: develop, then main",
    "trunk": "Trunk: main alone",
    "tags": "Tags: main, then a release",
}
# What a job is to a reader of the page that calls this.
CHECKS = {
    "ruff check": "linter",
    "ruff format": "formatter",
    " ty ": "types",
    "mypy": "types",
    "pyright": "types",
    "pytest": "tests",
    "bundlewright check": "`bundlewright check`",
    "copier": "`copier update`",
}
HEAD = [
    "| Event | Target | As | Waits for | Commands | CI system |",
    "| --- | --- | --- | --- | --- | --- |",
]


def page(runs: dict[Case, Runs]) -> str:
    """Returns the page.

    Args:
        runs: what ran in the repos that are shown.
    """
    lines = [INTRODUCTION]
    for promotion, title in PROMOTIONS.items():
        full, lacking = (
            rows_by_event({case: ran for case, ran in runs.items() if is_one(case)})
            for is_one in (
                lambda case, p=promotion: case.promotion == p and case.include_staging,
                lambda case, p=promotion: case.promotion == p and not case.include_staging,
            )
        )
        other = {title: rows for title, rows in lacking.items() if rows != full[title]}
        lines += [f"## {title}\n", *HEAD, *table(full), ""]
        lines += ["Without staging this is different:\n", *HEAD, *table(other), ""]
    return "\n".join(lines).rstrip() + "\n"


def table(events: dict[str, list[str]]) -> list[str]:
    return [
        f"| {'' if number else title} | {row} |"
        for title, rows in events.items()
        for number, row in enumerate(rows)
    ]


def rows_by_event(runs: dict[Case, Runs]) -> dict[str, list[str]]:
    """Returns the rows of a table by event: one for what the same commands do in some systems."""
    result: dict[str, list[str]] = {}
    for name, event in EVENTS.items():
        if not event.shown:
            continue
        found: dict[tuple[str, ...], list[str]] = {}
        for case, ran in runs.items():
            rows = [row for job in ran[name, NORMAL] for row in rows_of(job)]
            for row in rows or [("", "", "", "nothing")]:
                found.setdefault(row, []).append(SYSTEMS[case.ci])
        result[event.title] = [
            " | ".join((*row, "all" if len(systems) == len(runs) else ", ".join(systems)))
            for row, systems in found.items()
        ]
    return result


def rows_of(job: Job) -> list[tuple[str, ...]]:
    """Returns the target, the principal, what is waited for, and the commands of a job."""
    if job.result == "failure":
        return [(job.environment, "", waiting(job), "refused")]
    by_target: dict[tuple[str, str], list[str]] = {}
    for call in job.databricks:
        who = call.variables.get("DATABRICKS_CLIENT_ID", "")
        reads = who == READER or call.variables.get("AZURE_CONNECTION", "").endswith("-plan")
        key = (call.target, "reader" if reads else call.target)
        by_target.setdefault(key, []).append(f"`{call.words[2]}`")
    rows = [
        (target, who, waiting(job), ", ".join(dict.fromkeys(commands)))
        for (target, who), commands in by_target.items()
    ]
    texts = [call.text for call in job.calls]
    done = [name for key, name in CHECKS.items() if any(key in text for text in texts)]
    return rows or [("", "", "", ", ".join(dict.fromkeys(done)))]


def waiting(job: Job) -> str:
    if job.environment == "prod" and job.gate:
        return "approval"
    return "start by hand" if job.gate == "manual" else ""
