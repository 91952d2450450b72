"""The version of the CLI that a bundle asks for.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/settings#databricks_cli_version
"""

from bundlewright.bundle.access import value_at
from bundlewright.bundle.document import spell
from bundlewright.finding import ERROR, INFO
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, rule

CLI_VERSION = (1, 14, 0)  # whose `bundle validate` the profile `cli` stands for

_VERSION = r"(>=|<=|>|<|!=)?%s(?:(\d+)\.(\d+)\.(\d+)(?:-\w+)?|(\d+)\.(\d+)\.\*|(\d+)\.\*)"
_CONSTRAINT = Pattern(f"{_VERSION % ' ?'}(?:, {_VERSION % ' '})?")


@rule("BW760", ERROR, on="bundle", cli=ERROR)
def cli_version(bundle):
    """`databricks_cli_version` is not one or two versions as the CLI reads them.

    A version has three numbers, or ends in `.*`; before it stands `>=`, `<=`, `>`, `<`, `!=` or
    nothing. Two of them are joined by a comma and a space. That the version which this check
    knows (1.14) is not among them is worth a remark: other versions judge otherwise.

    Fails:
        bundle:
          name: sales
          databricks_cli_version: ~> 1.0
    Passes:
        bundle:
          name: sales
          databricks_cli_version: ">= 1.0.0, < 2.0.0"
    """
    path = ("bundle", "databricks_cli_version")
    written = value_at(bundle.config, path)
    if isinstance(written, (int, float)) and not isinstance(written, bool):
        written = spell(written)
    if not isinstance(written, str) or not written:
        return
    place = bundle.config["bundle"].places[path[-1]][1]
    match = _CONSTRAINT.fullmatch(written)
    if not match:
        message = f"{written!r} is not a version of the CLI"
        yield Problem(message, path, "write it as '>= 1.0.0' or '1.*'", place=place)
        return
    groups = match.groups()
    if not all(_allows(*groups[start : start + 7]) for start in (0, 7) if any(groups[start:])):
        knows = ".".join(map(str, CLI_VERSION[:2]))
        message = f"the bundle asks for a CLI {written!r}, this check knows {knows}"
        yield Problem(message, path, severity=INFO, place=place)


def _allows(operator, *numbers):
    """Whether a constraint's operator and numbers, the rest of them None, allow the version."""
    wanted = tuple(int(number) for number in numbers if number)
    ours = CLI_VERSION[: len(wanted)]
    if operator == ">":
        return ours > wanted
    if operator == ">=":
        return ours >= wanted
    if operator == "<":
        return ours < wanted
    if operator == "<=":
        return ours <= wanted
    return (ours == wanted) != (operator == "!=")
