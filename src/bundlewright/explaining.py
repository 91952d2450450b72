"""A rule's page, made from its docstring: what `explain` prints and `docs/rules/` holds."""

import re
import textwrap

_EXAMPLE = re.compile(r"^(Fails|Passes):\n((?: .*\n?|\n)+)", re.MULTILINE)
_HEADINGS = {"Fails": "A bundle that fails", "Passes": "A bundle that passes"}
_LANGUAGES = {"py": "python", "sql": "sql", "toml": "toml", "json": "json", "ipynb": "json"}


def page(rule):
    """A rule's page.

    Args:
        rule: a `bundlewright.rules.Rule`, or a policy.

    Returns:
        Markdown.
    """
    title, _, text = rule.documentation.partition("\n")
    text = _EXAMPLE.sub(lambda found: _example(*found.groups()), text.strip() + "\n")
    return f"# {rule.code}: {title.removesuffix('.')}\n\n{_facts(rule)}\n\n{text.strip()}\n"


def _facts(rule):
    facts = [f"Severity: {rule.severity}", f"Profile: {rule.profile}"]
    if rule.cli:
        facts.append(f"`bundle validate` of the CLI reports it as: {rule.cli}")
    return " · ".join(facts)


def _example(heading, text):
    blocks = [f"## {_HEADINGS[heading]}"]
    for name, content in files_of(text):
        language = _LANGUAGES.get(name.rpartition(".")[2], "yaml")
        fence = "```" if "```" not in content else "````"
        blocks.append(f"`{name}`\n\n{fence}{language}\n{content.strip()}\n{fence}")
    return "\n\n".join(blocks) + "\n\n"


def files_of(text):
    """The files of an example.

    Args:
        text: `databricks.yml`, indented as a whole; a line `@ path` begins another file.

    Yields:
        The name and the content of each file.
    """
    name, lines = "databricks.yml", []
    for line in textwrap.dedent(text).splitlines():
        if line.startswith("@ "):
            yield name, "\n".join(lines) + "\n"
            name, lines = line.removeprefix("@ "), []
        else:
            lines.append(line)
    yield name, "\n".join(lines) + "\n"
