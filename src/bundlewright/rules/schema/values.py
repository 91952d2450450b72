"""Values: of a wrong kind, not allowed, or not what was written."""

from bundlewright.bundle.access import place_at, value_at, written_at
from bundlewright.bundle.document import Map, Seq, spell
from bundlewright.bundle.references import is_reference
from bundlewright.finding import ERROR, WARNING, Fix, format_path
from bundlewright.rules import Problem, rule
from bundlewright.rules.schema.faults import (
    file_faults,
    meant_value,
    part_faults,
    reference_faults,
    tell_bad_value,
    tell_unknown_field,
    tell_wrong_type,
)
from bundlewright.schema.walker import load_table, type_at


@rule("BW102", ERROR, on="bundle", cli=WARNING)
def wrong_type(bundle):
    """A value is of the wrong kind, such as a text where a list belongs.

    The CLI drops the value with a warning and deploys without it.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              max_concurrent_runs: three
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              max_concurrent_runs: 3
    """
    for fault, document in file_faults(bundle, "wrong_type"):
        message, hint = tell_wrong_type(fault, fault.path)
        yield Problem(message, fault.path, hint, place=place_at(document.data, fault.path))


@rule("BW103", ERROR, on="part", cli=WARNING)
def bad_value(part):
    """A value is not one of those that its field allows.

    The service refuses it at deploy. Upper and lower case matter.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 * * ?
                timezone_id: UTC
                pause_status: paused
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 * * ?
                timezone_id: UTC
                pause_status: PAUSED
    """
    for fault, where in part_faults(part):
        if fault.kind != "bad_value" or _value_has_other_rule((*part.path, *where)):
            continue
        message, hint = tell_bad_value(fault, (*part.path, *where))
        written = written_at(part.bundle, place_at(part.config, where))
        fix = None
        if is_reference(written):
            message += f", which {written} brings"
        else:
            meant, is_certain = meant_value(fault, where)
            place = place_at(part.config, where)
            fix = Fix(is_certain, ("replace", place, meant)) if meant else None
        stops = ERROR if where == ("presets", "trigger_pause_status") else None
        yield Problem(message, where, hint, cli=stops, fix=fix)


def _value_has_other_rule(path):
    return path == ("bundle", "engine") or (path[0] == "permissions" and path[-1] == "level")


@rule("BW106", ERROR, on="part", cli=WARNING)
def wrong_value_from_reference(part):
    """A `${...}` reference brings a value that does not fit its place.

    What the variable holds is dropped or refused where it is used.

    Fails:
        variables:
          retries:
            default: many
        resources:
          jobs:
            etl:
              name: etl
              max_concurrent_runs: ${var.retries}
    Passes:
        variables:
          retries:
            default: 3
        resources:
          jobs:
            etl:
              name: etl
              max_concurrent_runs: ${var.retries}
    """
    for fault, path, _ in reference_faults(part, "unknown_field"):
        holder = value_at(part.config, path[:-1])
        where = (*part.path, *path)
        message, hint, severity = tell_unknown_field(fault, where, holder or {})
        yield Problem(message, path, hint, of_key=True, severity=severity)
    for fault, path, text in reference_faults(part, "wrong_type"):
        message, hint = tell_wrong_type(fault, (*part.path, *path))
        message += f", which {text} brings" if not fault.path else ""
        yield Problem(message, path, hint)


@rule("BW108", WARNING, on="bundle")
def number_for_text(bundle):
    """A number stands where a text belongs, and the text becomes another one than was written.

    YAML reads `1.10` as the number 1.1, `1.0` as 1, `0777` as 777 and `1e3` as 1000, and what the
    field gets is that number as a text.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tags:
                version: 1.10
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tags:
                version: "1.10"
    """
    for document in bundle.documents:
        numbers = {place: text for text, value, place in document.respelled if value != text}
        for path, value, place in _scalars(document.data) if numbers else ():
            type = type_at(path) if place in numbers else None
            if type is not None and load_table().types[type][0] in ("string", "enum"):
                text = numbers[place]
                message = f"{format_path(path)} becomes {spell(value)!r}, not {text!r}"
                fix = Fix(True, ("replace", place, text))
                yield Problem(message, path, "put it in quotes", place=place, fix=fix)


@rule("BW109", ERROR, on="bundle", cli=ERROR)
def date_in_variable(bundle):
    """A map or list that a variable holds has a date in it that is not in quotes.

    YAML has a kind of value for dates. In a plain field the CLI makes a text of it; in a variable's
    map or list it stops with `cannot convert`.

    Fails:
        variables:
          window:
            type: complex
            default:
              start: 2026-01-31
    Passes:
        variables:
          window:
            type: complex
            default:
              start: "2026-01-31"
    """
    for document in bundle.documents:
        dates = {place for text, value, place in document.respelled if value == text}
        for path, value, place in _scalars(document.data) if dates else ():
            if place in dates and _is_inside_a_variable(path):
                fix = Fix(True, ("replace", place, value))
                message = f"{format_path(path)} is the date {value}, not a text"
                yield Problem(message, path, "put it in quotes", place=place, fix=fix)


def _is_inside_a_variable(path):
    """Whether a path leads into a map or list that a variable holds, here or in a target."""
    in_target = path[0] in ("targets", "environments")
    below = path[2:] if in_target else path
    if below[:1] != ("variables",):
        return False
    # A target may give a variable its map without `default`.
    return len(below) > 3 or (in_target and len(below) == 3 and below[2] not in _DEFINITION)


_DEFINITION = ("default", "description", "lookup", "type")


def _scalars(data):
    """The scalars in a file's data, as (path, value, place); those behind aliases once."""
    nodes = [((), data)]
    seen = set()
    while nodes:
        path, node = nodes.pop()
        if not isinstance(node, (Map, Seq)) or id(node) in seen:
            continue
        seen.add(id(node))
        for key, value in node.items() if isinstance(node, Map) else enumerate(node):
            if isinstance(value, (Map, Seq)):
                nodes.append(((*path, key), value))
            else:
                place = node.places[key]
                yield (*path, key), value, place[1] if isinstance(node, Map) else place
