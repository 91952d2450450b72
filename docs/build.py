"""Writes what the docs say by themselves: a page for each rule and their index in `docs/rules/`,
from the rules, and `docs/questions.md`, from `copier.yml`.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from bundlewright.explaining import page
from bundlewright.rules import load

DOCS = Path(__file__).parent
RULES = DOCS / "rules"
QUESTIONNAIRE = DOCS.parent / "copier.yml"
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


QUESTIONS = """\
# Questions

What the template asks, in this order. An answer is the id in `code`; on a command line it is given
as `--data <question>=<id>`, several ids as `--data workloads='[python, sql]'`.
"""


def questions() -> str:
    """Returns the page of what `copier.yml` asks, without the questions it answers itself."""
    text = QUESTIONNAIRE.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^# ([A-Z ]+) -+\n(?:#.*\n)*(\w+):$", text, re.MULTILINE))
    titles = {first: title.capitalize() for title, first in sections.items()}
    lines = [QUESTIONS]
    for name, details in yaml.safe_load(text).items():
        if name.startswith("_") or details.get("when") is False:
            continue
        if name in titles:
            lines.append(f"## {titles[name]}\n")
        lines.append(f"### `{name}`\n\n{plain(details['help'])}.\n")
        if "when" in details:
            lines.append(f"Asked when `{details['when'].strip('[] ')}`.\n")
        chosen = details["default"]
        for label, identifier in details.get("choices", {}).items():
            default = identifier in chosen if details.get("multiselect") else identifier == chosen
            mark = " (the default)" if default else ""
            lines.append(f"- `{word(identifier)}`: {label}{mark}")
        if "choices" in details:
            lines.append("")
            if str(chosen).startswith("[["):
                lines.append(f"By default `{chosen.strip('[] ')}`.\n")
        elif chosen != "" and not re.search(r"\[\[|\[%", str(chosen)):
            lines.append(f"By default `{chosen}`.\n")
    return "\n".join(lines).rstrip() + "\n"


def plain(question: str) -> str:
    """Returns a question without what depends on other answers, and without its question mark."""
    return re.sub(r"\[\[.*?if.*?\]\]", "the targets of production run", question).rstrip("?.")


def word(identifier: object) -> str:
    """Returns an id as one types it."""
    return str(identifier).lower() if isinstance(identifier, bool) else str(identifier)


def main() -> None:
    (DOCS / "questions.md").write_text(questions(), encoding="utf-8")
    RULES.mkdir(exist_ok=True)
    written = pages()
    for old in set(RULES.glob("*.md")) - {RULES / name for name in written}:
        old.unlink()
    for name, content in written.items():
        (RULES / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
