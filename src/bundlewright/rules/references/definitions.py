"""How variables are defined and given values, and whether anything uses them.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/variables
"""

from bundlewright.bundle.access import has_python_resources, maps_of, place_at, value_at
from bundlewright.bundle.document import Map, Seq
from bundlewright.bundle.merge import kind_of
from bundlewright.bundle.references import is_reference
from bundlewright.finding import INFO, WARNING
from bundlewright.patterns import Pattern
from bundlewright.rules import Problem, did_you_mean, rule


@rule("BW214", INFO, on="target")
def undeclared_complexity(target):
    """A variable is a map or a list and its `type` does not say so, or the other way round.

    It works, but a value from `variable-overrides.json` is refused, and editors do not know what
    it is.

    Fails:
        variables:
          tags:
            default:
              team: sales
        presets:
          tags: ${var.tags}
    Passes:
        variables:
          tags:
            type: complex
            default:
              team: sales
        presets:
          tags: ${var.tags}
    """
    for name, definition in maps_of(target.merged.get("variables")):
        value = definition.get("default")
        if value is None or is_reference(value) or definition.get("lookup") is not None:
            continue
        is_complex = isinstance(value, (Map, Seq))
        if is_complex == (definition.get("type") == "complex"):
            continue
        message = f"variable {name!r} has a {kind_of(value)} for a value"
        if is_complex:
            message += " and no type: complex"
            hint = "add type: complex"
        else:
            message += ", but type: complex"
            hint = "remove the type"
        path = ("variables", name, "default")
        yield Problem(message, path, hint, place=place_at(target.merged, path))


@rule("BW215", INFO, on="bundle")
def unused_variable(bundle):
    """A variable is defined and nothing refers to it.

    Who reads it looks for what it changes, and who sets it changes nothing.

    Fails:
        variables:
          catalog:
            default: main
    Passes:
        variables:
          catalog:
            default: main
        resources:
          schemas:
            sales:
              name: sales
              catalog_name: ${var.catalog}
    """
    if has_python_resources(bundle.config):
        return  # code that is not run here may use it
    variables = bundle.config.get("variables")
    if not isinstance(variables, Map):
        return
    used = set()
    begun = ()  # `${var.table_${var.kind}}` uses all whose names begin so
    for document in bundle.documents:
        # Comments count: what stands there is about to be used.
        for text in document.content.split(b"${")[1:]:
            head, _, rest = text[:200].lstrip().partition(b".")
            if head in (b"var", b"variables"):
                name = _NAME.match(rest).group()
                used.add(name.decode(errors="replace"))
                if len(name) == len(rest):
                    begun += (name.decode(errors="replace"),)
    for name in variables:
        if name not in used and not name.startswith(begun):
            path = ("variables", name)
            yield Problem(f"variable {name!r} is never used", path, "remove it", of_key=True)


_NAME = Pattern(rb"[^}.\[\s]*")


@rule("BW216", WARNING, on="target")
def unknown_override(target):
    """`variable-overrides.json` gives a value to a variable that the bundle does not define.

    The CLI passes over it without a word, so the value that was meant keeps its default.

    Fails:
        variables:
          catalog:
            default: main
        presets:
          name_prefix: ${var.catalog}
        @ .databricks/bundle/default/variable-overrides.json
        {"catalogue": "test"}
    Passes:
        variables:
          catalog:
            default: main
        presets:
          name_prefix: ${var.catalog}
        @ .databricks/bundle/default/variable-overrides.json
        {"catalog": "test"}
    """
    overrides = target.overrides.data
    declared = target.section("variables")
    for name in overrides if isinstance(overrides, Map) else ():
        if name not in declared:
            message = f"there is no variable {name!r}"
            hint = did_you_mean(name, declared) or "define it under 'variables', or remove it"
            yield Problem(message, ("variables", name), hint, place=overrides.places[name][0])


@rule("BW217", INFO, on="target", profile="strict")
def default_assigned(target):
    """A target gives a variable the value that it has anyway.

    Fails:
        variables:
          catalog:
            default: main
        presets:
          tags:
            catalog: ${var.catalog}
        targets:
          dev:
            variables:
              catalog: main
    Passes:
        variables:
          catalog:
            default: main
        presets:
          tags:
            catalog: ${var.catalog}
        targets:
          dev:
            variables:
              catalog: test
    """
    assigned = target.override.get("variables")
    for name, value in assigned.items() if isinstance(assigned, Map) else ():
        default = value_at(target.bundle.config, ("variables", name, "default"))
        if isinstance(value, Map) and list(value) == ["default"]:
            value = value["default"]
        if default is not None and type(value) is type(default) and value == default:
            path = (target.bundle.target_section, target.name, "variables", name)
            message = f"target {target.name!r} gives variable {name!r} its default"
            place = place_at(target.override, ("variables", name), of_key=True)
            yield Problem(message, path, "remove it", place=place)
