"""Fields: those that do not exist, that are missing, and that have no value."""

from bundlewright.bundle.access import items_of, place_at, value_at
from bundlewright.bundle.document import Map, Seq
from bundlewright.finding import ERROR, WARNING, Fix, format_path
from bundlewright.rules import TOLD, Problem, nearest, rule
from bundlewright.rules.schema.faults import file_faults, is_slip, part_faults, tell_unknown_field
from bundlewright.schema.walker import faults, load_table, type_at


@rule("BW101", WARNING, on="bundle", cli=WARNING)
def unknown_field(bundle):
    """A field does not exist.

    The CLI drops it with a warning and deploys without it, so the setting never takes effect. It is
    an error where that cannot be deployed, because a required field or what a task runs is missing
    then, and for a misspelt section or kind of resource: all that stands below would be missing.

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
    for fault, document in file_faults(bundle, "unknown_field"):
        if _only_holds_anchors(document.data, fault.path):
            continue
        *above, key = fault.path
        holder = value_at(document.data, above)
        whole = _with_overridden(bundle, above, holder)
        message, hint, severity = tell_unknown_field(fault, fault.path, whole)
        place = place_at(document.data, fault.path, of_key=True)
        fix = _mend_name(holder, key, fault.expected, type_at(above))
        yield Problem(message, fault.path, hint, place=place, severity=severity, fix=fix)


def _with_overridden(bundle, path, holder):
    """A map in a file; one in a target, which may say only what differs, with all that it has."""
    if path[:1] != [bundle.target_section]:
        return holder
    overridden = value_at(bundle.config, path[2:])
    return {**overridden, **holder} if isinstance(overridden, Map) else holder


def _only_holds_anchors(data, path):
    """Whether a field is there to be referred to: it, or all that is in it, has an anchor."""
    *above, key = path
    holder = value_at(data, above)
    if key in holder.anchored:
        return True
    value = holder[key]
    if not isinstance(value, (Map, Seq)) or not value:
        return False
    keys = value if isinstance(value, Map) else range(len(value))
    return all(_only_holds_anchors(value, (inner,)) for inner in keys)


def _mend_name(holder, key, names, type):
    """The fix that gives a misspelt key its right name; None where there is none.

    Args:
        holder: the map with the key.
        key: the key as written.
        names: the names that the map may have.
        type: the type of the map; see `type_at`.
    """
    certain = [name for name in names if is_slip(key, name)]
    name = certain[0] if len(certain) == 1 else nearest(key, names, 0.8)
    if name is None or name in holder:
        return None
    place = holder.places[key][0]
    fields = load_table().types[type][1]
    fits = not any(
        fault.kind in ("wrong_type", "bad_value")
        for fault in faults(holder[key], required=False, type=fields[name])
    )
    return Fix(len(certain) == 1 and fits, ("rename", place, name))


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
    found = part_faults(part)
    for fault, where in found:
        path = (*part.path, *where)
        if fault.kind != "missing_field" or wrong & {path, (*path, fault.expected)}:
            continue
        if not _has_other_rule(path, fault.expected):
            severity = TOLD if _is_misspelt(fault.expected, where, found) else None
            yield _missing(path, fault.expected, where, severity)


def _missing(path, field, where, severity=None):
    message = f"required field {field!r} is not set in {format_path(path)}"
    return Problem(message, where, severity=severity)


def _is_misspelt(field, where, found):
    """Whether an unknown field in the same map stands for a missing one.

    Args:
        field: the missing field.
        where: the path of the map.
        found: what `part_faults` says.
    """
    unknown = [one for one, path in found if one.kind == "unknown_field" and path[:-1] == where]
    near = [nearest(one.path[-1], one.expected) for one in unknown]
    if field in near:
        return True
    missing = [one.expected for one, path in found if one.kind == "missing_field" and path == where]
    return 0 < len(set(missing) - set(near)) <= near.count(None)


def _has_other_rule(path, field):
    if field == "task_key":
        return path[-2:-1] == ("tasks",)
    holder = path[-2:-1]  # the kind of a resource, or the list that an item is in
    return (
        (path == ("bundle",) and field == "name")
        or (path[:1] == ("permissions",) and field == "level")
        or (path[0] == "scripts" and field == "content")
        or (holder, field) in INDISPENSABLE
    )


# A kind of resource, or a list in one, and a field without which the CLI does not warn but stops.
INDISPENSABLE = (
    (("dashboards",), "display_name"),
    (("dashboards",), "warehouse_id"),
    (("sql_warehouses",), "name"),
    (("grants",), "principal"),
    (("grants",), "privileges"),
)


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
    for fault, document in file_faults(bundle, "null_value"):
        message = f"{format_path(fault.path)} has no value"
        place = place_at(document.data, fault.path)
        yield Problem(message, fault.path, "give it a value or remove it", place=place)


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
        for of, field in INDISPENSABLE:
            if of == subject and _is_blank(value.get(field)):
                yield _missing((*resource.path, *where), field, where)
    if resource.kind == "secret_scopes":
        for index, permission in items_of(resource.config, "permissions"):
            if not any(permission.get(field) for field in PRINCIPALS):
                path = ("permissions", index)
                message = f"{format_path((*resource.path, *path))} names nobody"
                yield Problem(message, path, f"add {' or '.join(PRINCIPALS)}")


PRINCIPALS = ("group_name", "service_principal_name", "user_name")


def _is_blank(value):
    return not (value.strip() if isinstance(value, str) else value)
