"""What an update leaves behind in the workspaces: the sentences that say what to do there.

The bundle's state is kept by its name, its target and who deploys it, and its resources by their
keys. Where an answer changes one of these, what was deployed before stays, and nothing manages it.
"""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath

Answers = dict[str, str]
# As `placeholders` in copier.yml and rule BW764 know them.
PLACEHOLDER = re.compile(r"(?<![0-9])0000000|@example\.")
REPLACEABLE = re.compile(
    r"(owner|oncall)_email|instance_pool_id"
    r"|\w+_(host|service_principal|source|warehouse_id|webhook_id)"
)


def read(text: str) -> Answers:
    """Returns the answers of an answers file that are one line each, as text."""
    found = re.findall(r"^(\w+): *(.*?) *$", text, re.MULTILINE)
    return {name: value.strip("'\"") for name, value in found}


def placeholders(answers: Answers) -> list[str]:
    """Returns the names of the answers that are placeholders."""
    return [
        name
        for name, value in answers.items()
        if REPLACEABLE.fullmatch(name) and PLACEHOLDER.search(value)
    ]


def targets(answers: Answers) -> list[str]:
    """Returns the names of the targets, in the order in which a change reaches them."""
    return ["dev", *(["staging"] if answers.get("include_staging") == "true" else []), "prod"]


def host(answers: Answers, target: str) -> str:
    """Returns the workspace of a target; a shared one has one question."""
    shared = [answers.get(f"{each}_host", "") for each in (target, "staging", "dev")]
    return next(filter(None, shared if target != "dev" else shared[:1]), "")


def deployable(answers: Answers, target: str) -> bool:
    """Returns whether a target can have been deployed: who deploys it, and where, is known."""
    who = answers.get(f"{target}_service_principal", "") if target != "dev" else ""
    return not PLACEHOLDER.search(f"{host(answers, target)} {who}")


def schema(answers: Answers, target: str) -> str:
    """Returns the schema of a target's tables, with its catalog."""
    catalog = answers.get(f"{target}_catalog", answers.get("dev_catalog", ""))
    name = f"{catalog}.{answers.get(f'{target}_schema', '')}"
    return f"{name}_<your name>" if target == "dev" else name


def binding(answers: Answers, where: list[str]) -> list[str]:
    """Returns the commands by which the bundle takes over the schemas of its tables."""
    key = f"{answers.get('package_name')}_data"
    command = "databricks bundle deployment bind"
    return [f"  {command} {key} {schema(answers, each)} -t {each}" for each in where]


def advice(
    before: Answers, after: Answers, commit: str, kept: list[str], folder: str = ""
) -> list[str]:
    """Returns what to do in the workspaces after an update, line by line.

    Args:
        before: the answers until now.
        after: the answers from now on.
        commit: that of the answers until now.
        kept: keys of what holds data in the bundle of that commit: schemas, volumes and models.
        folder: path of the bundle in its repository, empty at the root.
    """
    lines: list[str] = []
    deployed = [each for each in targets(before) if deployable(before, each)]
    stays = [each for each in deployed if each in targets(after)]
    data = f"{before.get('package_name')}_data"
    if data not in kept and stays:
        lines += [
            "The bundle now owns the schema that its code has made. Where one was deployed before,",
            "let the bundle take it over before the next deploy, as who deploys the target:",
            *binding(after, stays),
        ]
        if kept:
            lines += renamed(after)
    causes = {each: left_behind(before, after, each) for each in deployed}
    gone = [each for each in deployed if causes[each]]
    if gone:
        names = dict.fromkeys(causes[each] for each in gone)
        lines += [
            f"{' and '.join(names)} has changed: the old deployment stays in {', '.join(gone)} and",
            "goes on by its schedules. Destroy it from the commit before, and keep the data:",
            *from_before(commit, folder, gone, kept, "databricks bundle destroy -t $target"),
        ]
    rekeyed = before.get("package_name") != after.get("package_name")
    moved = {each for each in stays if schema(before, each) != schema(after, each)}
    replaced = [each for each in stays if each not in gone and (rekeyed or each in moved)]
    if replaced:
        lines += [
            f"{'package_name' if rekeyed else 'A schema'} has changed: the next deploy would delete"
            f" the old schemas of {', '.join(replaced)}",
            "(outside dev, keep_data refuses it). Let go of them from the commit before; their"
            " tables stay:",
            *from_before(commit, folder, replaced, kept),
        ]
    taken = [each for each in stays if each not in moved and (each in gone or rekeyed)]
    if data in kept and taken:
        lines += ["Then let the new bundle take over the schemas that it keeps using, such as:"]
        lines += binding(after, taken)
    return lines + relaid(before, after)


def left_behind(before: Answers, after: Answers, target: str) -> str:
    """Returns which answer has changed so that a target's deployment is left behind, or nothing."""
    principal = f"{target}_service_principal"
    if before.get("project_name") != after.get("project_name"):
        return "project_name"
    if target not in targets(after):
        return "include_staging"
    if host(before, target) != host(after, target):
        return f"{target}_host"
    if target != "dev" and before.get(principal) != after.get(principal):
        return principal
    return ""


def from_before(
    commit: str, folder: str, where: list[str], kept: list[str], then: str = ""
) -> list[str]:
    """Returns the commands that let go of what holds data, run in a worktree of a commit."""
    unbind = "databricks bundle deployment unbind $key -t $target"
    keys = f"for key in {' '.join(kept)}; do {unbind}; done" if kept else ""
    body = "; ".join(filter(None, [keys, then]))
    worktree = "../" * len(PurePosixPath(folder).parts) + "../before"  # beside the repository
    bundle = shlex.quote(str(PurePosixPath(worktree, folder)))
    return [
        f"  git worktree add {worktree} {commit} && cd {bundle}",
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
