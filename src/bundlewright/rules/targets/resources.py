"""Fields of resources that are not for a bundle to set, or not any more.

Source: https://docs.databricks.com/aws/en/dev-tools/bundles/resources
"""

from bundlewright.bundle.access import value_at
from bundlewright.bundle.document import Map
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Problem, rule

_MANAGED = {
    "dashboards": (("etag",),),
    "genie_spaces": (("etag",),),
    "job_runs": (("idempotency_token",),),
    "jobs": (("deployment", "deployment_id"), ("deployment", "version_id")),
    "pipelines": (("deployment", "deployment_id"), ("deployment", "version_id")),
    "volumes": (("volume_path",),),
}
_MANAGED_FIELDS = ("deployment", "etag", "idempotency_token", "volume_path")


@rule("BW715", ERROR, on="resource", cli=ERROR, kinds=tuple(_MANAGED), having=_MANAGED_FIELDS)
def managed_field(resource):
    """A field is set that the CLI keeps for itself.

    Fails:
        resources:
          dashboards:
            sales:
              display_name: sales
              warehouse_id: abc
              etag: "1"
    Passes:
        resources:
          dashboards:
            sales:
              display_name: sales
              warehouse_id: abc
    """
    for path in _MANAGED[resource.kind]:
        if value_at(resource.config, path) is not None:
            message = f"{path[-1]} is managed by the CLI and cannot be set"
            # Of an etag the CLI only says which resource has it.
            place = resource.config.at if path == ("etag",) else None
            yield Problem(message, path, "remove it", place=place)


@rule("BW716", WARNING, on="resource", cli=WARNING, kinds=("model_serving_endpoints",))
def deprecated_field(resource):
    """A field has a successor and will go away.

    Fails:
        resources:
          model_serving_endpoints:
            churn:
              name: churn
              config:
                served_models: []
    Passes:
        resources:
          model_serving_endpoints:
            churn:
              name: churn
              config:
                served_entities: []
    """
    config = resource.config.get("config")
    if isinstance(config, Map) and config.get("served_models") is not None:
        path = ("config", "served_models")
        if config.get("served_entities") is not None:
            message = "served_models and its successor served_entities exclude each other"
            yield Problem(message, path, "keep served_entities", cli=ERROR, severity=ERROR)
        else:
            yield Problem("served_models is deprecated", path, "use served_entities")
