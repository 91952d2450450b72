"""What the fields hold that name compute, jobs and other things by their ID.

Sources: https://docs.databricks.com/aws/en/dev-tools/bundles/variables#retrieve-an-objects-id-value
and https://docs.databricks.com/aws/en/dev-tools/bundles/resources
"""

from bundlewright.bundle.access import place_at, value_at
from bundlewright.bundle.document import Map
from bundlewright.bundle.references import REFERENCE, split
from bundlewright.finding import ERROR
from bundlewright.rules import Problem, rule
from bundlewright.schema.walker import load_table, type_at

# Fields that hold the ID of something, and the kind of resource that has such IDs.
_ID_FIELDS = {
    "alert_id": "alerts",
    "dashboard_id": "dashboards",
    "driver_instance_pool_id": "instance_pools",
    "existing_cluster_id": "clusters",
    "existing_pipeline_id": "pipelines",
    "experiment_id": "experiments",
    "ingestion_gateway_id": "pipelines",
    "instance_pool_id": "instance_pools",
    "job_id": "jobs",
    "pipeline_id": "pipelines",
    "policy_id": "cluster_policies",
    "space_id": "genie_spaces",
    "warehouse_id": "sql_warehouses",
    ("job", "id"): "jobs",  # of an app
    ("sql_warehouse", "id"): "sql_warehouses",
}
# The kinds of resources that have such fields.
_WITH_IDS = (
    *("alerts", "apps", "clusters", "dashboards", "genie_spaces", "job_runs", "jobs", "pipelines"),
    *("postgres_synced_tables", "quality_monitors", "synced_database_tables"),
)
# What a lookup finds, where that is not a kind of resource without its `s`.
_LOOKED_UP = {
    "cluster_policy": "cluster_policies",
    "query": "queries",
    "warehouse": "sql_warehouses",
}


@rule("BW428", ERROR, on="target", kinds=_WITH_IDS)
def id_of_something_else(target):
    """A field for the ID of a cluster, a job, a warehouse and so on gets that of something else.

    `bundle validate` lets it pass; the deploy or the run fails.

    Fails:
        resources:
          instance_pools:
            workers:
              instance_pool_name: workers
              node_type_id: i3.xlarge
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  existing_cluster_id: ${resources.instance_pools.workers.id}
                  notebook_task:
                    notebook_path: /Shared/load
    Passes:
        resources:
          instance_pools:
            workers:
              instance_pool_name: workers
              node_type_id: i3.xlarge
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: load
                  new_cluster:
                    spark_version: 17.3.x-scala2.13
                    instance_pool_id: ${resources.instance_pools.workers.id}
                    num_workers: 1
                  notebook_task:
                    notebook_path: /Shared/load
    """
    for path, text in target.unresolved():
        expected = _ID_FIELDS.get(path[-1]) or _ID_FIELDS.get(path[-2:])
        # In a map with free keys, such as parameters, a name says nothing.
        type = type_at(path[:-1]) if expected else None
        if type is None or load_table().types[type][0] != "struct":
            continue
        found = _kind_of_id(target, text)
        if found not in (expected, None):
            message = f"{path[-1]} needs one of the {expected}, but {text} is one of the {found}"
            yield Problem(message, path, place=place_at(target.merged, path))


def _kind_of_id(target, text):
    """The kind of resource that has the ID which a reference brings; None where it is not told."""
    reference = REFERENCE.fullmatch(text)
    parts = split(reference.group(1)) if reference else ()
    if len(parts) < 2:
        return None
    head, name, *rest = parts
    if head == "resources" and len(rest) > 1 and rest[0] in target.keys(name):
        return name if rest[1:] == ["id"] else _ID_FIELDS.get(rest[-1])
    lookup = value_at(target.merged, ("variables", name, "lookup")) if head == "var" else None
    if isinstance(lookup, Map) and len(lookup) == 1:
        return next(_LOOKED_UP.get(found, f"{found}s") for found in lookup)
    return None
