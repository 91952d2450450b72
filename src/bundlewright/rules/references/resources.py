"""`${resources...}` references from one resource to another.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/variables
"""

from bundlewright.bundle.access import has_python_resources, place_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.references import REFERENCE, split
from bundlewright.finding import ERROR
from bundlewright.rules import Problem, nearest, replacement, rule


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
    if has_python_resources(target.config):
        return  # code that is not run here may define it
    section = dict(target.kinds())
    for path, text in target.unresolved():
        for reference in REFERENCE.findall(text):
            parts = split(reference)
            if parts[0] != "resources" or len(parts) < 3:
                continue
            _, kind, key, *_ = parts
            of_kind = section.get(kind)
            if isinstance(of_kind, Map) and key in of_kind:
                continue
            message = f"${{{reference}}}: the bundle has no {kind}.{key}"
            meant = [f"{other}.{key}" for other, entries in section.items() if key in entries]
            hint = f"did you mean 'resources.{meant[0]}'?" if meant else ""
            near = nearest(key, of_kind if isinstance(of_kind, Map) else ())
            if near and not meant:
                meant = [f"{kind}.{near}"]
                hint = f"did you mean {near!r}?"
            place, fix = place_at(target.merged, path), None
            if meant:
                mended = text.replace(f"resources.{kind}.{key}", f"resources.{meant[0]}")
                fix = replacement(target.bundle, place, text, mended, False)
            yield Problem(message, path, hint, place=place, fix=fix)
