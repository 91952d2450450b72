"""The files that hold a resource: dashboards, alerts and Genie spaces.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/resources
"""

import json

from bundlewright.bundle.access import place_at
from bundlewright.bundle.paths import local_paths
from bundlewright.bundle.references import REFERENCE
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, rule


def _file_of(resource):
    """The file that `file_path` names, as (its name, its text).

    The text is None where there is no such file, or it is too large.
    """
    for path, _, _, files in local_paths(resource):
        if path == ("file_path",) and resource.bundle.is_file(files[0]):
            return resource.bundle.relative(files[0]), resource.bundle.text_of(files[0])
    return "", None


def _read_json(text):
    """Read JSON.

    Returns:
        (what keeps the text from being JSON or "", the line and column of that, the value).
    """
    try:
        return "", (1, 1), json.loads(text)
    except RecursionError:
        return "it is nested too deeply", (1, 1), None
    except json.JSONDecodeError as error:
        fault = f"unexpected {text[error.pos : error.pos + 1]!r}"
        if error.msg.startswith("Unterminated"):
            fault = "a text does not end"
        elif not text[error.pos :].strip():
            fault = "it ends too early"
        return fault, (error.lineno, error.colno), None


@rule("BW616", ERROR, on="resource", kinds=("dashboards",), having=("file_path",))
def unreadable_dashboard(resource):
    """The file of a dashboard does not hold a dashboard.

    The CLI uploads what it finds; the workspace refuses it.

    Fails:
        resources:
          dashboards:
            sales:
              display_name: sales
              warehouse_id: abc
              file_path: sales.lvdash.json
        @ sales.lvdash.json
        {"pages": [
    Passes:
        resources:
          dashboards:
            sales:
              display_name: sales
              warehouse_id: abc
              file_path: sales.lvdash.json
        @ sales.lvdash.json
        {"pages": [], "datasets": []}
    """
    name, text = _file_of(resource)
    if text is None:
        return
    fault, where, data = _read_json(text)
    if fault:
        related = [(place_at(resource.config, ("file_path",)), "named here")]
        message = f"the dashboard is not JSON: {fault}"
        yield Problem(message, ("file_path",), place=(name, *where), related=related)
    elif not isinstance(data, dict) or "pages" not in data:
        hint = "export it from the workspace as .lvdash.json"
        severity = WARNING if isinstance(data, dict) else None
        yield Problem(f"{name!r} is not a dashboard", ("file_path",), hint, severity=severity)


_BESIDE_A_FILE = ("display_name", "file_path", "lifecycle", "permissions", "warehouse_id")


@rule("BW617", ERROR, on="resource", cli=ERROR, kinds=("alerts",), having=("file_path",))
def unusable_alert_file(resource):
    """The file of an alert cannot be used, or the bundle says again what it holds.

    It is JSON without `${...}` references. Only the alert's name, warehouse and permissions stand
    in the bundle.

    Fails:
        resources:
          alerts:
            late:
              display_name: late
              warehouse_id: abc
              file_path: late.dbalert.json
              query_text: SELECT 1
        @ late.dbalert.json
        {}
    Passes:
        resources:
          alerts:
            late:
              display_name: late
              warehouse_id: abc
              file_path: late.dbalert.json
        @ late.dbalert.json
        {}
    """
    if not resource.config["file_path"]:
        return
    for field, value in resource.config.items():
        if field not in _BESIDE_A_FILE and value is not None:
            message = f"{field} cannot stand beside file_path"
            yield Problem(message, (field,), "set it in the file")
    name, text = _file_of(resource)
    if text is None:
        return
    fault, where, data = _read_json(text)
    match = REFERENCE.search(text)
    if fault:
        related = [((name, *where), "here")]
        yield Problem(f"{name!r} is not JSON: {fault}", ("file_path",), related=related)
    elif not isinstance(data, dict):
        yield Problem(f"{name!r} does not hold an alert", ("file_path",))
    elif match:
        message = f"{name!r} holds {match.group()}, which is not resolved there"
        yield Problem(message, ("file_path",), "define the alert in the bundle to use references")


@rule("BW618", ERROR, on="resource", cli=ERROR, kinds=("genie_spaces",), having=("file_path",))
def two_sources_of_space(resource):
    """A Genie space has both a file and a `serialized_space`.

    Fails:
        resources:
          genie_spaces:
            sales:
              title: sales
              warehouse_id: abc
              file_path: sales.json
              serialized_space: "{}"
        @ sales.json
        {}
    Passes:
        resources:
          genie_spaces:
            sales:
              title: sales
              warehouse_id: abc
              file_path: sales.json
        @ sales.json
        {}
    """
    file, space = resource.config["file_path"], resource.config.get("serialized_space")
    if isinstance(file, str) and space is not None:
        message = "a Genie space has file_path and serialized_space"
        yield Problem(message, ("serialized_space",), "keep one of the two")
