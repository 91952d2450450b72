"""What an update leaves behind in the workspaces: the sentences that say what to do there.

The bundle's state is kept by its name, its target and who deploys it, and its resources by their
keys. Where an answer changes one of these, what was deployed before stays, and nothing manages it.
"""

from __future__ import annotations

import re

Answers = dict[str, str]
PLACEHOLDER = re.compile(r"(?<![0-9])0000000|@example\.")


def read(text: str) -> Answers:
    """Returns the answers of an answers file that are one line each, as text."""
    found = re.findall(r"^(\w+): *(.*?) *$", text, re.MULTILINE)
    return {name: value.strip("'\"") for name, value in found}


def placeholders(answers: Answers) -> list[str]:
    """Returns the names of the answers that are placeholders."""
    return [
        name
        for name, value in answers.items()
        if PLACEHOLDER.search(value) and not name.startswith("_")
    ]


def targets(answers: Answers) -> list[str]:
    return ["dev", *(["staging"] if answers.get("include_staging") == "true" else []), "prod"]


def host(answers: Answers, target: str) -> str:
    """Returns the workspace of a target; a shared one has one question."""
    shared = [answers.get(f"{each}_host", "") for each in (target, "staging", "dev")]
    return next(filter(None, shared if target != "dev" else shared[:1]), "")


def schema(answers: Answers, target: str) -> str:
    catalog = answers.get(f"{target}_catalog", answers.get("dev_catalog", ""))
    name = f"{catalog}.{answers.get(f'{target}_schema', '')}"
    return f"{name}_<your name>" if target == "dev" else name


def binding(answers: Answers) -> list[str]:
    """Returns the commands by which the bundle takes over the schemas of its tables."""
    key = f"{answers.get('package_name')}_data"
    command = "databricks bundle deployment bind"
    return [f"  {command} {key} {schema(answers, each)} -t {each}" for each in targets(answers)]


def advice(before: Answers, after: Answers, commit: str, kept: list[str]) -> list[str]:
    """Returns what to do in the workspaces after an update, line by line.

    Args:
        before: the answers until now.
        after: the answers from now on.
        commit: that of the answers until now.
        kept: keys of what holds data in the bundle of that commit: schemas, volumes and models.
    """
    lines: list[str] = []
    data = f"{before.get('package_name')}_data"
    if data not in kept:
        lines += [
            "The bundle now owns the schema that its code has made. Where one was deployed before,",
            "let the bundle take it over before the next deploy, as who deploys the target:",
            *binding(after),
        ]
        if kept:
            lines += renamed(after)
    left = {name: each for each in targets(before) if (name := left_behind(before, after, each))}
    gone = [each for each in targets(before) if left_behind(before, after, each)]
    moved = [
        each
        for each in targets(before)
        if each in targets(after) and schema(before, each) != schema(after, each)
    ]
    rekeyed = before.get("package_name") != after.get("package_name")
    if gone:
        lines += [
            f"{' and '.join(left)} has changed: the old deployment stays in {', '.join(gone)} and",
            "goes on by its schedules. Destroy it from the commit before, and keep the data:",
            *from_before(commit, gone, kept, "databricks bundle destroy -t $target"),
        ]
    elif rekeyed or moved:
        where = targets(before) if rekeyed else moved
        lines += [
            f"{'package_name' if rekeyed else 'A schema'} has changed: the next deploy would delete"
            f" the old schemas of {', '.join(where)}, which",
            "keep_data refuses. Let go of them from the commit before; their tables stay:",
            *from_before(commit, where, kept),
        ]
    if kept and (gone or rekeyed) and data in kept:
        lines += ["Then let the new bundle take over what it goes on with, such as:"]
        lines += binding(after)
    return lines + relaid(before, after)


def left_behind(before: Answers, after: Answers, target: str) -> str:
    """Returns which answer has changed so that a target's deployment is left behind, or nothing."""
    principal = f"{target}_service_principal"
    if PLACEHOLDER.search(host(before, target)):
        return ""  # nobody can have deployed it
    if before.get("project_name") != after.get("project_name"):
        return "project_name"
    if target not in targets(after):
        return "include_staging"
    if host(before, target) != host(after, target):
        return f"{target}_host"
    if target != "dev" and before.get(principal) != after.get(principal):
        return "" if PLACEHOLDER.search(before.get(principal, "")) else principal
    return ""


def from_before(commit: str, where: list[str], kept: list[str], then: str = "") -> list[str]:
    """Returns the commands that let go of what holds data, run in a worktree of a commit."""
    unbind = "databricks bundle deployment unbind $key -t $target"
    keys = f"for key in {' '.join(kept)}; do {unbind}; done" if kept else ""
    body = "; ".join(filter(None, [keys, then]))
    return [
        f"  git worktree add ../before {commit} && cd ../before",
        f"  for target in {' '.join(where)}; do {body}; done",
    ]


def renamed(after: Answers) -> list[str]:
    """Returns what becomes of schemas whose names had a prefix, as those of tables never had."""
    shared = after.get("workspaces") in ("one", "two") and "staging" in targets(after)
    return [
        "The schemas for files and models lose the prefix of their names in dev"
        f"{' and staging' if shared else ''}, where the next deploy",
        "creates them again and deletes the old ones with what they hold"
        f"{' (staging: set keep_data to false for it)' if shared else ''}.",
    ]


def relaid(before: Answers, after: Answers) -> list[str]:
    """Returns which tables to drop: Delta Lake makes no partitioned table of a clustered one."""
    if (before.get("table_layout"), after.get("table_layout")) != ("clustering", "partitioning"):
        return []
    return [
        "table_layout has changed: tables that were clustered cannot become partitioned. Python's",
        "stay as they are until you drop them; drop those of SQL and dbt before the next run:",
        *(
            f"  DROP TABLE IF EXISTS {schema(after, each)}.{table}"
            for each in targets(after)
            for table in ("orders_enriched", "orders_by_day")
        ),
    ]
