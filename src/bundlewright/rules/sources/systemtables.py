"""The tables of the `system` catalog.

Sources: https://docs.databricks.com/aws/en/admin/system-tables/ and
https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-information-schema
"""

from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import nearest

TABLES = {
    "access": (
        "assistant_events audit clean_room_events column_lineage inbound_network outbound_network "
        "table_lineage workspaces_latest"
    ),
    "ai_gateway": "external_model_spend usage",
    "billing": "account_prices attributed_usage cloud_infra_cost list_prices usage",
    "compute": (
        "clusters instance_events instance_pools node_events node_timeline node_types "
        "warehouse_events warehouses"
    ),
    "data_classification": "results",
    "data_quality_monitoring": "table_results",
    "information_schema": (
        "abac_policy_definitions catalog_privileges catalog_provider_share_usage catalog_tags "
        "catalogs check_constraints column_masks column_tags columns connection_privileges "
        "connections constraint_column_usage constraint_table_usage credential_privileges "
        "credentials external_location_privileges external_locations "
        "information_schema_catalog_name key_column_usage metastore_privileges metastores "
        "parameters providers recipient_allowed_ip_ranges recipient_tokens recipients "
        "referential_constraints routine_columns routine_privileges routines row_filters "
        "schema_privileges schema_share_usage schema_tags schemata share_recipient_privileges "
        "shares storage_credential_privileges storage_credentials table_constraints "
        "table_privileges table_share_usage table_tags tables views volume_privileges volume_tags "
        "volumes"
    ),
    "lakeflow": (
        "job_run_timeline job_task_run_timeline job_tasks jobs pipeline_update_timeline pipelines "
        "zerobus_ingest zerobus_stream"
    ),
    "marketplace": "listing_access_events listing_funnel_events",
    "mlflow": "experiments_latest run_metrics_history runs_latest",
    "query": "history",
    "replication": "states",
    "serving": "endpoint_usage served_entities",
    "sharing": "materialization_history",
    "storage": "predictive_optimization_operations_history table_auto_upgrade_operations_history",
}
TABLES = {schema: frozenset(names.split()) for schema, names in TABLES.items()}
# What people write for what there is.
_MEANT = {
    "access.audit_logs": "access.audit",
    "access.workspaces": "access.workspaces_latest",
    "billing.prices": "billing.list_prices",
    "billing.billable_usage": "billing.usage",
    "compute.cluster": "compute.clusters",
    "compute.sql_warehouses": "compute.warehouses",
    "information_schema.schemas": "information_schema.schemata",
    "information_schema.functions": "information_schema.routines",
    "lakeflow.job_runs": "lakeflow.job_run_timeline",
    "lakeflow.job_task_runs": "lakeflow.job_task_run_timeline",
    "lakeflow.pipeline_updates": "lakeflow.pipeline_update_timeline",
    "lakeflow.tasks": "lakeflow.job_tasks",
    "mlflow.experiments": "mlflow.experiments_latest",
    "mlflow.runs": "mlflow.runs_latest",
    "query.query_history": "query.history",
    "serving.endpoints": "serving.served_entities",
    "storage.predictive_optimization": "storage.predictive_optimization_operations_history",
}
# Former schemas: their successor, and whether they still work.
_FORMER = {"workflow": ("lakeflow", True), "lineage": ("access", False)}


def system_table_fault(schema, table):
    """What is wrong with the name `system.<schema>.<table>`.

    Tables are added over time, so that we do not know one is no more than suspicious.

    Args:
        schema: the name of the schema.
        table: the name of the table.

    Returns:
        (severity, message, hint), or None.
    """
    schema, table = schema.lower(), table.lower()
    name = f"system.{schema}.{table}"
    if schema in _FORMER:
        successor, works = _FORMER[schema]
        meant = _meant(successor, table)
        known = works and table in TABLES[successor]
        message = f"{name!r} is the former name of a table" if known else f"there is no {name!r}"
        return (WARNING if known else ERROR), message, f"read system.{meant or successor}"
    if schema not in TABLES:
        near = nearest(schema, TABLES, 0.8)
        return (
            (ERROR, f"there is no schema 'system.{schema}'", f"did you mean {near!r}?")
            if near
            else None
        )
    if table in TABLES[schema]:
        return None
    meant = _meant(schema, table)
    if f"{schema}.{table}" in _MEANT:
        return ERROR, f"there is no {name!r}", f"read system.{meant}"
    if schema == "information_schema" and not meant:
        return None
    hint = f"did you mean 'system.{meant}'?" if meant else "see the reference of the system tables"
    return WARNING, f"we know of no {name!r}", hint


def _meant(schema, table):
    """The table of a schema that a name probably means, as `schema.table`, or None."""
    meant = _MEANT.get(f"{schema}.{table}")
    if meant is None:
        near = table if table in TABLES[schema] else nearest(table, TABLES[schema], 0.7)
        meant = f"{schema}.{near}" if near else None
    return meant
