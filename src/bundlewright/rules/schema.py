"""Family 1: fields and values that a bundle's schema does not know.

Unknown fields and wrong values are looked for in each file, missing fields in each target, where
all files and overrides have come together. Values that references bring are judged where they are
used.
"""

from bundlewright.bundle.access import items_of, known, place_at, value_at
from bundlewright.bundle.document import Map, Seq
from bundlewright.bundle.merge import kind_of
from bundlewright.finding import ERROR, WARNING, format_path
from bundlewright.rules import Problem, did_you_mean, rule
from bundlewright.schema.walker import faults, load_table, type_at

_ARTICLES = {"integer": "an integer", "number": "a number", "boolean": "true or false"}


def _file_faults(bundle, *kinds):
    """The faults of some kinds in the bundle's files, as (fault, document) pairs."""
    for document, found in bundle.faults.items():
        for fault in found:
            if fault.kind in kinds:
                yield fault, document


def _reference_faults(part, *kinds):
    """The faults of some kinds in values that references brought: (fault, path, reference)."""
    accepts = load_table().accepts
    for path, value, text in part.references.substituted:
        type = type_at((*part.path, *path))
        if type is not None and value.__class__ not in accepts[type] and known(value):
            for fault in faults(value, required=False, type=type):
                if fault.kind in kinds:
                    yield fault, (*path, *fault.path), text


def _unknown_field(fault, path):
    name = format_path(path[:-1])
    where = f" in {name}" if name else ""
    message = f"unknown field {path[-1]!r}{where}"
    return message, did_you_mean(path[-1], fault.expected)


def _wrong_type(fault, path):
    expected = _ARTICLES.get(fault.expected, f"a {fault.expected}")
    kind = kind_of(fault.value)
    is_what = (
        f"a {kind}" if isinstance(fault.value, (dict, list)) else f"the {kind} {fault.value!r}"
    )
    return f"{format_path(path)} must be {expected}, but is {is_what}", ""


def _bad_value(fault, path):
    allowed = ", ".join(str(one) for one in fault.expected)
    message = f"{format_path(path)} cannot be {fault.value!r}"
    return message, did_you_mean(fault.value, fault.expected, 0.8) or f"use one of {allowed}"


def _is_section(path):
    """Whether a field is a section of a bundle or of a target, or a kind of resource."""
    if path[0] in ("targets", "environments"):
        path = path[2:]
    return len(path) == 1 or (len(path) == 2 and path[0] == "resources")


def _only_holds_anchors(data, path):
    """Whether a field is there to be referred to: it, or all that is in it, has an anchor."""
    holder = value_at(data, path[:-1])
    value = holder[path[-1]]
    if path[-1] in holder.anchored:
        return True
    return isinstance(value, (Map, Seq)) and 0 < len(value) == len(value.anchored)


@rule("BW101", WARNING, on="bundle", cli=WARNING)
def unknown_field(bundle):
    """A field does not exist.

    The CLI drops it with a warning and deploys without it, so the setting never takes effect. For a
    misspelt section or kind of resource it is an error: all that stands below it would be missing.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              max_concurent_runs: 1
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              max_concurrent_runs: 1
    """
    for fault, document in _file_faults(bundle, "unknown_field"):
        if _only_holds_anchors(document.data, fault.path):
            continue
        message, hint = _unknown_field(fault, fault.path)
        place = place_at(document.data, fault.path, of_key=True)
        misspelt = _is_section(fault.path) and did_you_mean(fault.path[-1], fault.expected, 0.8)
        severity = ERROR if misspelt else None
        yield Problem(message, fault.path, hint, place=place, severity=severity)


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
    for fault, document in _file_faults(bundle, "wrong_type"):
        message, hint = _wrong_type(fault, fault.path)
        yield Problem(message, fault.path, hint, place=place_at(document.data, fault.path))


@rule("BW103", ERROR, on="bundle", cli=WARNING)
def bad_value(bundle):
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
    for fault, document in _file_faults(bundle, "bad_value"):
        if _value_has_other_rule(fault.path):
            continue
        message, hint = _bad_value(fault, fault.path)
        place = place_at(document.data, fault.path)
        stops = ERROR if fault.path[-2:] == ("presets", "trigger_pause_status") else None
        yield Problem(message, fault.path, hint, place=place, cli=stops)


def _value_has_other_rule(path):
    if path[0] == "targets":
        path = path[2:]
    return (
        path == ("mode",)
        or path == ("bundle", "engine")
        or (path[:1] == ("permissions",) and path[-1] == "level")
    )


@rule("BW104", ERROR, on="part", cli=WARNING)
def missing_field(part):
    """A required field is not set in a target, neither in the bundle nor in the target's overrides.

    The service refuses the resource at deploy.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 * * ?
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              schedule:
                quartz_cron_expression: 0 0 2 * * ?
                timezone_id: UTC
    """
    wrong = part.bundle.wrong  # these are there, and reported as what they are
    if part.path:
        subjects = [((), part.config)]
    else:
        sections = part.config.items()
        subjects = [((name,), value) for name, value in sections if name not in _NO_SECTIONS]
    for base, value in subjects:
        type = type_at((*part.path, *base))
        for fault in () if type is None else faults(value, type=type):
            where = (*base, *fault.path)
            path = (*part.path, *where)
            if fault.kind != "missing_field" or wrong & {path, (*path, fault.expected)}:
                continue
            if not _has_other_rule(path, fault.expected):
                yield _missing(path, fault.expected, where)


# What is judged elsewhere: what targets declare comes together in each of them.
_NO_SECTIONS = ("targets", "environments")


def _missing(path, field, where):
    return Problem(f"required field {field!r} is not set in {format_path(path)}", where)


def _has_other_rule(path, field):
    if field == "task_key":
        return path[-2:-1] == ("tasks",)
    holder = path[-2:-1]  # the kind of a resource, or the list that an item is in
    return (path == ("bundle",) and field == "name") or (holder, field) in _INDISPENSABLE


# A kind of resource, or a list in one, and a field without which the CLI does not warn but stops.
_INDISPENSABLE = (
    (("dashboards",), "display_name"),
    (("dashboards",), "warehouse_id"),
    (("sql_warehouses",), "name"),
    (("grants",), "principal"),
    (("grants",), "privileges"),
)


@rule("BW107", ERROR, on="resource", cli=ERROR)
def missing_indispensable_field(resource):
    """A field is not set, or empty, without which a resource cannot be planned.

    The CLI stops where it finds one.

    Fails:
        resources:
          sql_warehouses:
            adhoc:
              cluster_size: 2X-Small
    Passes:
        resources:
          sql_warehouses:
            adhoc:
              name: adhoc
              cluster_size: 2X-Small
    """
    subjects = [((resource.kind,), (), resource.config)]
    subjects += [
        (("grants",), ("grants", index), grant)
        for index, grant in items_of(resource.config, "grants")
    ]
    for subject, where, value in subjects:
        for of, field in _INDISPENSABLE:
            if of == subject and _is_blank(value.get(field)):
                yield _missing((*resource.path, *where), field, where)


def _is_blank(value):
    return not (value.strip() if isinstance(value, str) else value)


@rule("BW105", WARNING, on="bundle", cli=WARNING)
def null_value(bundle):
    """A field has a key and no value.

    It counts as not set, which is rarely what somebody meant who wrote its name.

    Fails:
        resources:
          jobs:
            etl:
              name:
    Passes:
        resources:
          jobs:
            etl:
              name: etl
    """
    for fault, document in _file_faults(bundle, "null_value"):
        message = f"{format_path(fault.path)} has no value"
        place = place_at(document.data, fault.path)
        yield Problem(message, fault.path, "give it a value or remove it", place=place)


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
    texts = {"unknown_field": _unknown_field, "wrong_type": _wrong_type, "bad_value": _bad_value}
    for fault, path, text in _reference_faults(part, *texts):
        message, hint = texts[fault.kind](fault, (*part.path, *path))
        message += f", which {text} brings" if not fault.path else ""
        severity = WARNING if fault.kind == "unknown_field" else None
        yield Problem(message, path, hint, of_key=fault.kind == "unknown_field", severity=severity)
