"""Writes `docs/rules/`: a page for each rule, made from the rule, and their index."""

from __future__ import annotations

from pathlib import Path

from bundlewright.explaining import page
from bundlewright.rules import load

RULES = Path(__file__).parent / "rules"
FAMILIES = {
    "0": "Reading files",
    "1": "Fields and values",
    "2": "References and variables",
    "3": "Tasks",
    "4": "Compute and environments",
    "5": "Triggers, schedules and notifications",
    "6": "Files and paths",
    "7": "Targets, identity and governance",
    "8": "Source files",
}
INTRODUCTION = """\
# Rules

What `bundlewright check` looks for. The first digit of a code is its family. A rule of profile
`strict` is asked only there. In the column CLI stands the severity at which `bundle validate` of
the Databricks CLI reports the same: where none stands, only a deploy or a run tells, or nobody.
"""


def pages() -> dict[str, str]:
    """Returns the content of each file in `docs/rules/` by its name."""
    rules = load()
    result = {f"{code}.md": page(rule) for code, rule in rules.items()}
    lines = [INTRODUCTION]
    for digit, family in FAMILIES.items():
        lines += [
            f"## {digit} {family}\n",
            "| Code | What is wrong | Severity | Profile | CLI |",
            "| --- | --- | --- | --- | --- |",
        ]
        for code, rule in rules.items():
            if code[2] == digit:
                title = rule.documentation.partition("\n")[0].removesuffix(".").replace("|", "\\|")
                facts = (f"[{code}]({code}.md)", title, rule.severity, rule.profile, rule.cli or "")
                lines.append(f"| {' | '.join(facts)} |")
        lines.append("")
    return result | {"README.md": "\n".join(lines)}


def main() -> None:
    RULES.mkdir(exist_ok=True)
    written = pages()
    for old in set(RULES.glob("*.md")) - {RULES / name for name in written}:
        old.unlink()
    for name, content in written.items():
        (RULES / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
