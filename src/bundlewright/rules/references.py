"""Family 2: variables and `${...}` references."""

from bundlewright.bundle.document import Map
from bundlewright.bundle.model import maps_of, place_at
from bundlewright.bundle.references import COMPUTED, REFERENCE, split, variable_cycles
from bundlewright.finding import ERROR, WARNING, format_path
from bundlewright.rules import Problem, did_you_mean, rule


def _problems(target, *kinds):
    for path, problem in target.reference_problems:
        if problem.kind in kinds:
            yield path, problem, place_at(target.merged, path)


@rule("BW201", ERROR, on="target", cli=ERROR)
def undefined_reference(target):
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
    for path, problem, place in _problems(target, "missing"):
        head, name, *_ = split(problem.reference)
        names = COMPUTED.get(head, target.section("variables"))
        hint = did_you_mean(name, names) if name not in names else ""
        if not hint and head in ("var", "variables") and name not in names:
            hint = "define it under 'variables'"
        yield Problem(f"${{{problem.reference}}}: {problem.message}", path, hint, place=place)


@rule("BW202", ERROR, on="target", cli=ERROR)
def variable_without_value(target):
    """A variable has neither a default nor a value in the target.

    The CLI stops, unless the value comes from `--var` or from the environment (`BUNDLE_VAR_<name>`,
    which this check reads too).

    Fails:
        variables:
          catalog:
            description: where the tables are
    Passes:
        variables:
          catalog:
            description: where the tables are
            default: main
    """
    for name in target.unassigned:
        path = ("variables", name)
        message = f"variable {name!r} has no value in target {target.name!r}"
        hint = f"give it a default, a value in the target, or set BUNDLE_VAR_{name}"
        yield Problem(message, path, hint, of_key=True)


@rule("BW203", ERROR, on="target")
def undefined_resource(target):
    """A `${resources...}` reference names a resource that the target does not have.

    `bundle validate` lets it pass; the deploy fails.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: refresh
                  pipeline_task:
                    pipeline_id: ${resources.pipelines.sale.id}
          pipelines:
            sales:
              name: sales
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: refresh
                  pipeline_task:
                    pipeline_id: ${resources.pipelines.sales.id}
          pipelines:
            sales:
              name: sales
    """
    section = target.section("resources")
    for path, text in target.unresolved:
        for reference in REFERENCE.findall(text):
            parts = split(reference)
            if parts[0] != "resources" or len(parts) < 3:
                continue
            _, kind, key, *_ = parts
            of_kind = section.get(kind)
            if isinstance(of_kind, Map) and key in of_kind:
                continue
            message = f"${{{reference}}}: the bundle has no {kind}.{key}"
            elsewhere = [f"{other}.{key}" for other, entries in maps_of(section) if key in entries]
            if elsewhere:
                hint = f"did you mean 'resources.{elsewhere[0]}'?"
            else:
                hint = did_you_mean(key, of_kind if isinstance(of_kind, Map) else ())
            yield Problem(message, path, hint)


@rule("BW204", ERROR, on="target", cli=ERROR)
def reference_cycle(target):
    """Variables refer to each other in a circle.

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
    for cycle in variable_cycles(target.merged):
        names = " -> ".join((*cycle, cycle[0]))
        path = ("variables", cycle[0], "default")
        related = [
            (place_at(target.merged, ("variables", name, "default")), f"{name!r} is part of it")
            for name in cycle[1:]
        ]
        yield Problem(f"variables refer to each other: {names}", path, related=related)


@rule("BW205", ERROR, on="target", cli=ERROR)
def unusable_reference(target):
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
    for path, problem, place in _problems(target, "not_indexable", "complex_in_string"):
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
    override = target.bundle.declared_targets().get(target.name)
    assigned = override.get("variables") if isinstance(override, Map) else None
    declared = target.section("variables")
    for name in assigned if isinstance(assigned, Map) else ():
        if name not in declared:
            message = f"target {target.name!r} assigns variable {name!r}, which is not defined"
            hint = did_you_mean(name, declared) or "define it under 'variables'"
            path = ("targets", target.name, "variables", name)
            yield Problem(message, path, hint, of_key=True)


_AUTHENTICATION = (
    *("host", "profile", "auth_type", "client_id", "account_id", "azure_client_id"),
    *("azure_tenant_id", "azure_environment", "azure_workspace_resource_id"),
    *("azure_login_app_id", "google_service_account"),
)


@rule("BW207", WARNING, on="target", cli=WARNING)
def reference_in_authentication(target):
    """A field that says how to reach the workspace holds a `${...}` reference.

    The CLI needs these fields before it resolves references, so it would take the reference
    literally.

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
    workspace = target.merged.get("workspace")
    for field in _AUTHENTICATION if isinstance(workspace, Map) else ():
        value = workspace.get(field)
        if isinstance(value, str) and REFERENCE.search(value):
            path = ("workspace", field)
            message = f"{format_path(path)} cannot hold a reference: {value}"
            place = place_at(target.merged, path)
            hint = "write the value itself into each target"
            yield Problem(message, path, hint, place=place)


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
    bundle = target.merged.get("bundle")
    name = bundle.get("name") if isinstance(bundle, Map) else None
    if isinstance(name, str) and REFERENCE.search(name):
        path = ("bundle", "name")
        message = f"bundle.name holds a reference: {name}"
        yield Problem(message, path, "use a fixed name", place=place_at(target.merged, path))
