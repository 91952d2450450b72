"""What variables are given from outside the bundle and by lookups.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/variables
"""

from bundlewright.bundle.access import maps_of, place_at
from bundlewright.bundle.document import Map, Seq
from bundlewright.bundle.merge import kind_of
from bundlewright.bundle.references import REFERENCE, split
from bundlewright.finding import ERROR
from bundlewright.rules import Problem, rule


@rule("BW250", ERROR, on="target", cli=ERROR, having=("variables",))
def mismatched_override(target):
    """`variable-overrides.json` gives a variable a map or list without its type saying so.

    A variable of `type: complex` takes a map or list and nothing else, any other one takes neither.

    Fails:
        variables:
          tags:
            default: {}
        @ .databricks/bundle/default/variable-overrides.json
        {"tags": {"team": "sales"}}
    Passes:
        variables:
          tags:
            type: complex
            default: {}
        @ .databricks/bundle/default/variable-overrides.json
        {"tags": {"team": "sales"}}
    """
    overrides = target.overrides.data
    declared = target.merged.get("variables")
    for name, value in overrides.items() if isinstance(overrides, Map) else ():
        definition = declared.get(name) if isinstance(declared, Map) else None
        if not isinstance(definition, Map) or definition.get("lookup") is not None:
            continue
        is_complex = definition.get("type") == "complex"
        if is_complex != isinstance(value, (Map, Seq)):
            takes = "a map or list" if is_complex else "no map or list: its type is not complex"
            message = f"variable {name!r} gets a {kind_of(value)}, it takes {takes}"
            yield Problem(message, ("variables", name), place=overrides.places[name][1])


@rule("BW251", ERROR, on="target", cli=ERROR, having=("variables",))
def lookup_by_lookup(target):
    """A variable looks something up by a name that itself has to be looked up.

    The CLI looks all of them up at once.

    Fails:
        variables:
          policy:
            lookup:
              cluster_policy: shared
          cluster:
            lookup:
              cluster: ${var.policy}
    Passes:
        variables:
          name:
            default: shared
          cluster:
            lookup:
              cluster: ${var.name}
    """
    variables = target.merged.get("variables")
    for name, definition in maps_of(variables):
        for field, text in definition["lookup"].items() if _is_lookup(definition) else ():
            for reference in REFERENCE.findall(text) if isinstance(text, str) else ():
                head, *rest = split(reference)
                if head not in ("var", "variables") or not rest:
                    continue
                if _is_lookup(variables.get(rest[0])):
                    path = ("variables", name, "lookup", field)
                    message = f"variable {name!r} looks up what {rest[0]!r} has to look up first"
                    place = place_at(target.merged, path)
                    yield Problem(message, path, "write the name itself", place=place)


def _is_lookup(definition):
    return isinstance(definition, Map) and isinstance(definition.get("lookup"), Map)
