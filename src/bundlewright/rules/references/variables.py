"""Variables, and `${...}` references to them and to settings.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/variables
"""

import functools

from bundlewright.bundle.access import maps_of, place_at, value_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.merge import kind_of
from bundlewright.bundle.references import (
    FILLED_IN,
    REFERENCE,
    fields_of,
    is_reference,
    split,
)
from bundlewright.finding import ERROR, INFO, WARNING, Fix, format_path
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, nearest, replacement, rule
from bundlewright.schema.walker import load_table, type_at


def _problems(part, *kinds):
    for path, problem in part.references.problems:
        if problem.kind in kinds:
            yield path, problem, place_at(part.merged, path)


@rule("BW201", ERROR, on="part", cli=ERROR)
def undefined_reference(part):
    """A `${...}` reference names a variable or a field that does not exist.

    The CLI stops at the first of them and tells neither file nor line.

    Fails:
        variables:
          catalog:
            default: main
        resources:
          jobs:
            etl:
              name: etl_${var.catalogue}
    Passes:
        variables:
          catalog:
            default: main
        resources:
          jobs:
            etl:
              name: etl_${var.catalog}
    """
    for path, problem, place in _problems(part, "missing"):
        reference = problem.reference
        head, name, *rest = split(reference)
        variables = part.bundle.config.get("variables")
        names = fields_of(head) or (variables if isinstance(variables, Map) else ())
        if rest and (head, name) in FILLED_IN:
            name, names = rest[0], FILLED_IN[head, name]
        near = nearest(name, names) if name not in names else None
        hint, fix = "", None
        if near:
            hint = f"did you mean {near!r}?"
            text = str(value_at(part.merged, path))
            mended = text.replace(reference, reference.replace(f".{name}", f".{near}", 1))
            fix = replacement(part.bundle, place, text, mended, False)
        elif head in ("var", "variables") and name not in names:
            hint = "define it under 'variables'"
        yield Problem(f"${{{reference}}}: {problem.message}", path, hint, place=place, fix=fix)


@rule("BW202", WARNING, on="target", cli=ERROR)
def variable_without_value(target):
    """A variable has neither a default nor a value in the target.

    The CLI stops, unless the value comes from `--var` or from the environment (`BUNDLE_VAR_<name>`,
    which this check reads too). Where another target has one, it was probably forgotten; where none
    has, it probably comes from outside, and that is only worth a remark.

    Fails:
        variables:
          catalog:
            description: where the tables are
        targets:
          dev:
            default: true
            variables:
              catalog: test
          prod:
            workspace:
              root_path: /Workspace/sales
    Passes:
        variables:
          catalog:
            description: where the tables are
        targets:
          dev:
            default: true
            variables:
              catalog: test
          prod:
            variables:
              catalog: main
            workspace:
              root_path: /Workspace/sales
    """
    targets = [one for _, one in maps_of(target.bundle.declared_targets())]
    for name in target.unassigned:
        path = ("variables", name)
        is_given = any(value_at(one, path) is not None for one in targets)
        hint = f"give it a default, a value in the target, or set BUNDLE_VAR_{name}"
        severity = None if is_given else INFO
        yield Problem(f"variable {name!r} has no value", path, hint, of_key=True, severity=severity)


@rule("BW204", ERROR, on="target", cli=ERROR)
def reference_cycle(target):
    """Variables refer to each other, or one to itself, in a circle.

    Fails:
        variables:
          a:
            default: ${var.b}
          b:
            default: ${var.a}
    Passes:
        variables:
          a:
            default: ${var.b}
          b:
            default: main
    """
    for cycle in target.cycles:
        names = [format_path(path) for path in cycle]
        paths = [
            ("variables", path[1], "default", *path[2:]) if path[0] == "var" else path
            for path in cycle
        ]
        related = [
            (place_at(target.merged, path), f"{name} is part of it")
            for path, name in zip(paths[1:], names[1:], strict=True)
        ]
        message = f"references lead in a circle: {' -> '.join((*names, names[0]))}"
        yield Problem(message, paths[0], related=related)


@rule("BW205", ERROR, on="part", cli=ERROR)
def unusable_reference(part):
    """A reference reaches into a text, or brings a map or a list into the middle of a text.

    Fails:
        variables:
          tags:
            type: complex
            default:
              team: sales
        resources:
          jobs:
            etl:
              name: etl for ${var.tags}
    Passes:
        variables:
          tags:
            type: complex
            default:
              team: sales
        resources:
          jobs:
            etl:
              name: etl for ${var.tags.team}
    """
    for path, problem, place in _problems(part, "not_indexable", "complex_in_string"):
        yield Problem(f"${{{problem.reference}}}: {problem.message}", path, place=place)


@rule("BW206", ERROR, on="target", cli=ERROR)
def undeclared_variable(target):
    """A target gives a value to a variable that the bundle does not define.

    The CLI stops, but only when it looks at that target.

    Fails:
        targets:
          dev:
            variables:
              catalog: main
    Passes:
        variables:
          catalog:
            default: main
        targets:
          dev:
            variables:
              catalog: main
    """
    assigned = target.override.get("variables")
    declared = target.section("variables")
    for name in assigned if isinstance(assigned, Map) else ():
        if name not in declared:
            message = f"target {target.name!r} assigns variable {name!r}, which is not defined"
            near = nearest(name, declared)
            hint = f"did you mean {near!r}?" if near else "define it under 'variables'"
            fix = None
            if near and near not in assigned:
                fix = Fix(False, ("rename", assigned.places[name][0], near))
            path = (target.bundle.target_section, target.name, "variables", name)
            yield Problem(message, path, hint, of_key=True, fix=fix)


_AUTHENTICATION = (
    "account_id",
    "auth_type",
    "azure_client_id",
    "azure_environment",
    "azure_login_app_id",
    "azure_tenant_id",
    "azure_workspace_resource_id",
    "client_id",
    "google_service_account",
    "host",
    "metadata_service_url",
    "profile",
    "workspace_id",
)


@rule("BW207", ERROR, on="target", cli=WARNING)
def reference_in_authentication(target):
    """A field that says how to reach the workspace holds a `${...}` reference.

    The CLI needs these fields before it resolves references, so it takes the reference literally
    and does not get to the workspace.

    Fails:
        workspace:
          host: https://${var.shard}.cloud.databricks.com
        variables:
          shard:
            default: acme
    Passes:
        workspace:
          host: https://acme.cloud.databricks.com
    """
    for field in _AUTHENTICATION:
        path = ("workspace", field)
        value = value_at(target.merged, path)
        if is_reference(value):
            message = f"{format_path(path)} cannot hold a reference: {value}"
            place = place_at(target.merged, path)
            hint = "write the value itself into each target"
            cli = ERROR if field == "host" else None  # it is not even an address
            yield Problem(message, path, hint, place=place, cli=cli)


@rule("BW208", WARNING, on="target", cli=WARNING)
def reference_in_bundle_name(target):
    """The bundle's name holds a `${...}` reference.

    The name is what the CLI finds earlier deployments by: when it changes, all is deployed a second
    time.

    Fails:
        bundle:
          name: sales_${bundle.target}
    Passes:
        bundle:
          name: sales
    """
    path = ("bundle", "name")
    name = value_at(target.merged, path)
    if is_reference(name):
        message = f"bundle.name holds a reference: {name}"
        yield Problem(message, path, "use a fixed name", place=place_at(target.merged, path))


_PREFIXES = ("artifacts", "bundle", "resources", "var", "variables", "workspace")
_STARTED = Pattern(rf"\$\{{\s*((?:{'|'.join(_PREFIXES)})\b[^}}\s]*)\s*(?:[^}}]*\}})?")
_SHELL = (("artifacts",), ("scripts",))  # where a shell may be meant to read `${...}`


@rule("BW209", ERROR, on="part")
def broken_reference(part):
    """A text looks like a reference and is none.

    The CLI takes it literally: a space inside the braces, a missing brace, a misspelt first word.
    Where it is not certain what was meant it is a warning.

    Fails:
        resources:
          jobs:
            etl:
              name: etl_${ bundle.target }
    Passes:
        resources:
          jobs:
            etl:
              name: etl_${bundle.target}
    """
    for path, text in part.references.texts:
        if _is_reference_to_something(text):
            continue
        for match in _STARTED.finditer(text):
            written = match.group()
            # A reference in a reference works where the inner one is resolved first.
            if not REFERENCE.fullmatch(written) and written.count("${") == 1:
                yield _literal(part, path, text, written, f"${{{match.group(1)}}}", "")
        for reference in REFERENCE.findall(text):
            head, *rest = split(reference)
            written = f"${{{reference}}}"
            if not rest:
                declared = part.bundle.config.get("variables")
                if isinstance(declared, Map) and head in declared and path[:1] not in _SHELL:
                    message = f"{written} is taken literally: it is no reference"
                    yield Problem(message, path, f"write ${{var.{head}}}", severity=WARNING)
                continue
            near = nearest(head, _PREFIXES, 0.8) if head not in _PREFIXES else None
            if near:
                meant = written.replace(head, near, 1)
                yield _literal(part, path, text, written, meant, f": there is no {head!r}")


@functools.cache  # most texts are one reference, and many of them the same
def _is_reference_to_something(text):
    """Whether a text is nothing but a reference that begins as references do."""
    match = REFERENCE.fullmatch(text)
    return match is not None and match.group(1).partition(".")[0] in _PREFIXES


def _literal(part, path, text, written, meant, reason):
    """The problem of a text in which something is no reference, and what was meant instead."""
    message = f"{written} is no reference, it is taken literally{reason}"
    if not REFERENCE.fullmatch(meant):
        return Problem(message, path, "write it as ${var.name}", severity=WARNING)
    is_certain = _leads_somewhere(part.bundle, split(meant[2:-1]))
    mended = text.replace(written, meant)
    place = place_at(part.merged, path)
    fix = replacement(part.bundle, place, text, mended, is_certain)
    severity = None if is_certain else WARNING
    return Problem(message, path, f"write {meant}", place=place, severity=severity, fix=fix)


def _leads_somewhere(bundle, parts):
    """Whether there is what a reference with these parts names."""
    head, name, *_ = (*parts, None)
    if head in ("var", "variables"):
        return value_at(bundle.config, ("variables", name)) is not None
    fields = fields_of(head)
    if fields is not None:
        return name in fields
    return value_at(bundle.config, parts[:3]) is not None


@rule("BW210", ERROR, on="target", cli=ERROR)
def unreadable_overrides(target):
    """The file with a target's values of variables cannot be used.

    `.databricks/bundle/<target>/variable-overrides.json` holds one JSON object: names and values.

    Fails:
        bundle:
          name: sales
        @ .databricks/bundle/default/variable-overrides.json
        ["main"]
    Passes:
        variables:
          catalog:
            description: where the tables are
        @ .databricks/bundle/default/variable-overrides.json
        {"catalog": "main"}
    """
    document = target.overrides
    for kind, message, place in document.problems:
        if kind not in ("duplicate_key", "second_document"):
            yield Problem(message, place=place)
    if document.data is not None and not isinstance(document.data, Map):
        message = f"expected an object with names and values, found a {kind_of(document.data)}"
        yield Problem(message, place=(document.name, 1, 1))


@rule("BW211", ERROR, on="target", cli=ERROR)
def unclear_lookup(target):
    """A variable that looks something up names no kind of thing, or more than one.

    Fails:
        variables:
          cluster:
            lookup:
              cluster: shared
              cluster_policy: shared
    Passes:
        variables:
          cluster:
            lookup:
              cluster: shared
    """
    for name, definition in maps_of(target.merged.get("variables")):
        lookup = definition.get("lookup")
        if isinstance(lookup, Map):
            known_fields = load_table().types[type_at(("variables", name, "lookup"))][1]
            fields = [field for field in lookup if field in known_fields and lookup[field]]
            if len(fields) != 1:
                found = " and ".join(fields) or "nothing"
                path = ("variables", name, "lookup")
                yield Problem(f"variable {name!r} looks up {found}", path, "name one thing")
