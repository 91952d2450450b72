"""Resources that a target adds, and may have meant to change.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/settings#targets
"""

from bundlewright.bundle.access import has_python_resources, maps_of, place_at, value_at
from bundlewright.finding import ERROR, WARNING, Fix
from bundlewright.rules import Problem, nearest, rule
from bundlewright.rules.schema.fields import INDISPENSABLE
from bundlewright.rules.tasks.kinds import is_job
from bundlewright.schema.walker import load_table, type_at

# What makes a resource whole, where the schema does not say so.
_ESSENTIAL = {
    "clusters": ("spark_version", "policy_id", "cluster_name"),
    "pipelines": ("libraries", "ingestion_definition", "gateway_definition"),
}
_NAMES = ("name", "display_name", "cluster_name", "instance_pool_name")


@rule("BW718", ERROR, on="target")
def stray_override(target):
    """A target changes a resource that the bundle does not have.

    So it adds one of that key, of which there is only what the target says. The one that was meant
    stays as it is. Where no key is like it, the new one may be meant: that is a warning.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
        targets:
          prod:
            resources:
              jobs:
                elt:
                  max_concurrent_runs: 4
    Passes:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  notebook_task:
                    notebook_path: /Shared/load
        targets:
          prod:
            resources:
              jobs:
                etl:
                  max_concurrent_runs: 4
    """
    if has_python_resources(target.config):
        return  # code that is not run here may define it
    for kind, entries in maps_of(target.override.get("resources")):
        declared = value_at(target.bundle.config, ("resources", kind))
        declared = declared if isinstance(declared, dict) else {}
        for key, entry in maps_of(entries):
            path = ("resources", kind, key)
            if key in declared or path in target.bundle.wrong or "${" in key:
                continue  # there is one, or another rule tells what is wrong with it
            if _is_whole(kind, entry):
                continue
            near = nearest(key, declared)
            message = f"target {target.name!r} changes {kind}.{key}, which the bundle does not have"
            hint = f"did you mean {near!r}?" if near else "define it under 'resources' first"
            place = place_at(target.override, path, of_key=True)
            severity = None if near else WARNING
            fix = None
            if near and near not in entries:
                fix = Fix(False, ("rename", place, near))
            yield Problem(message, path, hint, place=place, severity=severity, fix=fix)


def _is_whole(kind, entry):
    """Whether a resource could be deployed as it stands."""
    type = type_at(("resources", kind, "any"))
    if type is None or load_table().types[type][2] or (kind,) in dict(INDISPENSABLE):
        return True  # no such kind; or another rule tells what is missing
    if kind == "jobs":
        return is_job(entry)
    return any(entry.get(field) for field in _ESSENTIAL.get(kind, _NAMES))
