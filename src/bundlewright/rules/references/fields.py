"""Fields of resources that `${resources...}` references name, and circles of such references.

A reference names a field of the configuration or one that only the service fills in. Sources:
https://docs.databricks.com/aws/en/dev-tools/bundles/variables#substitutions and, for what the
service fills in, https://docs.databricks.com/api/workspace/introduction
"""

import functools

from bundlewright.bundle.access import place_at, value_at
from bundlewright.bundle.references import REFERENCE, find_cycles, is_reference, split
from bundlewright.finding import ERROR, WARNING, format_path
from bundlewright.rules import Problem, nearest, replacement, rule
from bundlewright.rules.references.terraform import is_of_terraform
from bundlewright.schema.walker import load_table, type_at

# By kind of resource, the fields that nobody sets and that a deployed one has.
_FILLED_IN = {
    "alerts": "create_time effective_run_as owner_user_name update_time",
    "apps": "create_time creator default_git_source default_source_code_path"
    " effective_budget_policy_id effective_usage_policy_id effective_user_api_scopes"
    " oauth2_app_client_id oauth2_app_integration_id service_principal_client_id"
    " service_principal_id service_principal_name thumbnail_url update_time updater",
    "catalogs": "browse_only catalog_type created_at created_by full_name isolation_mode"
    " effective_predictive_optimization_flag enable_predictive_optimization metastore_id owner"
    " provisioning_info securable_type storage_location updated_at updated_by",
    "cluster_policies": "created_at_timestamp creator_user_name is_default policy_id",
    "clusters": "cluster_cores cluster_id cluster_log_status cluster_memory_mb cluster_source"
    " creator_user_name default_tags driver executors jdbc_port last_restarted_time"
    " last_state_loss_time spark_context_id spec start_time state state_message terminated_time"
    " termination_reason",
    "database_catalogs": "uid",
    "database_instances": "child_instance_refs creation_time creator effective_capacity"
    " effective_custom_tags effective_enable_pg_native_login effective_enable_readable_secondaries"
    " effective_node_count effective_retention_window_in_days effective_stopped"
    " effective_usage_policy_id pg_version read_only_dns read_write_dns uid",
    "experiments": "creation_time experiment_id last_update_time lifecycle_stage",
    "external_locations": "browse_only created_at created_by credential_id isolation_mode"
    " effective_enable_file_events effective_file_event_queue metastore_id owner updated_at"
    " updated_by url",
    "genie_spaces": "create_time space_id update_time",
    "instance_pools": "default_tags instance_pool_id state stats status",
    "jobs": "created_time creator_user_name effective_budget_policy_id job_id run_as_user_name"
    " effective_usage_policy_id settings trigger_details trigger_state",
    "model_serving_endpoints": "creation_timestamp creator data_plane_info endpoint_details"
    " endpoint_id endpoint_url last_updated_timestamp pending_config permission_level"
    " serving_endpoint_id state task",
    "models": "creation_timestamp last_updated_timestamp latest_versions model_id permission_level"
    " registered_model_id user_id",
    "pipelines": "cause cluster_id creator_user_name effective_budget_policy_id"
    " effective_publishing_mode effective_serverless_compute_id health last_modified"
    " latest_updates pipeline_id run_as_user_name spec state",
    "quality_monitors": "dashboard_id drift_metrics_table_name monitor_version"
    " profile_metrics_table_name status",
    "registered_models": "browse_only",
    "schemas": "browse_only catalog_type created_at created_by enable_predictive_optimization"
    " effective_predictive_optimization_flag full_name metastore_id owner schema_id"
    " storage_location updated_at updated_by",
    "secret_scopes": "scope_name",
    "sql_warehouses": "customer_version_label health jdbc_url max_dbu num_active_sessions"
    " num_clusters odbc_params state",
    "synced_database_tables": "effective_database_instance_name effective_logical_database_name",
    "volumes": "access_point browse_only created_at created_by encryption_details full_name"
    " metastore_id owner updated_at updated_by volume_id",
}


@functools.lru_cache(maxsize=1)  # two rules ask this of one target after another
def _resource_references(target):
    """References to resources that the target has: (path of the text, text, reference, parts)."""
    kinds = load_table().types[type_at(("resources",))][1]
    resources = {kind: entries for kind, entries in target.kinds() if kind in kinds}
    return [
        (path, text, reference, parts)
        for path, text in target.unresolved()
        for reference, parts in _references_in(text)
        if parts[2] in resources.get(parts[1], ())
    ]


@functools.lru_cache(maxsize=4096)
def _references_in(text):
    """The references to resources in a text, as (reference, parts) pairs."""
    references = [(reference, split(reference)) for reference in REFERENCE.findall(text)]
    return [
        (reference, parts)
        for reference, parts in references
        if parts[0] == "resources" and len(parts) > 2
    ]


@rule("BW212", ERROR, on="target")
def unknown_field_of_resource(target):
    """A `${resources...}` reference names a field that resources of that kind do not have.

    `bundle validate` lets it pass; the deploy stops at it. What is like no field that this check
    knows is a warning: it may be new.

    Fails:
        resources:
          jobs:
            etl:
              name: etl
              tasks:
                - task_key: refresh
                  pipeline_task:
                    pipeline_id: ${resources.pipelines.sales.idd}
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
    for path, text, reference, parts in _resource_references(target):
        _, kind, key, *fields = parts
        if fields and (is_of_terraform(kind, fields[0]) or _has_field(kind, tuple(fields))):
            continue
        place = place_at(target.merged, path)
        if not fields:
            message = f"${{{reference}}} names no field of the resource"
            yield Problem(message, path, f"add one, such as ${{{reference}.id}}", place=place)
            continue
        names = sorted(_fields_of(kind))
        known_field = fields[0] in names
        near = None if known_field else nearest(fields[0], names, 0.75)
        where = format_path((kind, key, fields[0])) if known_field else kind
        missing = format_path(fields[1:] if known_field else fields[:1])
        hint, fix = f"{kind} have an id, what stands in their configuration, and more", None
        if near:
            mended = text.replace(f".{key}.{fields[0]}", f".{key}.{near}")
            hint = f"did you mean {near!r}?"
            fix = replacement(target.bundle, place, text, mended, False)
        message = f"${{{reference}}}: {where} has no {missing!r}"
        severity = None if near else WARNING
        yield Problem(message, path, hint, place=place, severity=severity, fix=fix)


def _fields_of(kind):
    """The fields that a reference to a resource of some kind may name."""
    type = type_at(("resources", kind, "any"))
    return {"id", *load_table().types[type][1], *_FILLED_IN.get(kind, "").split()}


@functools.cache
def _has_field(kind, fields):
    """Whether there is a field at a path below a resource, as far as is known of its kind."""
    types = load_table().types
    path = ("resources", kind, "any")
    for field in fields:
        type = types[type_at(path)]
        # As Terraform spells it, which the CLI takes: one `task`, and every block in a list.
        if isinstance(field, int) and type[0] != "sequence":
            continue
        if type[0] == "struct" and field not in type[1]:
            plurals = (f"{field}s", f"{str(field)[:-1]}ies")
            field = next((plural for plural in plurals if plural in type[1]), field)
        path = (*path, field)
        if type_at(path) is None:
            break
    else:
        return True
    if fields[0] == "permissions" or kind not in _FILLED_IN:
        return True  # they have fields of their own; what is filled in is not known
    return fields[0] in _FILLED_IN[kind].split()


@rule("BW213", ERROR, on="target")
def circle_of_resources(target):
    """Resources refer to each other, or one to itself, in a circle.

    Each needs what is only known once the other is deployed, so none can be the first.

    Fails:
        resources:
          schemas:
            sales:
              name: sales
              catalog_name: main
              comment: filled by ${resources.pipelines.sales.id}
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: ${resources.schemas.sales.id}
    Passes:
        resources:
          schemas:
            sales:
              name: sales
              catalog_name: main
          pipelines:
            sales:
              name: sales
              catalog: main
              schema: ${resources.schemas.sales.id}
    """
    for cycle in find_cycles(_needs(target)):
        texts = [path for path in cycle if len(path) > 3]
        if all(path[-2:] == ("run_job_task", "job_id") for path in texts):
            continue  # a rule on jobs that run jobs tells it
        names = list(dict.fromkeys(format_path(path[1:3]) for path in texts))
        if len(names) == 1:
            message = f"{names[0]} refers to itself"
        else:
            message = f"references lead in a circle: {' -> '.join((*names, names[0]))}"
        places = [place_at(target.merged, path) for path in texts]
        related = [(place, "this is part of it") for place in places[1:]]
        hint = "leave out one of the references"
        yield Problem(message, texts[0], hint, place=places[0], related=related)


def _needs(target):
    """What must be known before a text or a resource is: paths by path.

    A text needs the resource or, where the configuration has that, the text that it refers to; a
    resource needs all its texts. Permissions and grants are given once their resource is there.
    """
    graph = {}
    for path, _, _, (_, kind, key, *fields) in _resource_references(target):
        if path[0] != "resources":
            continue
        needed = ("resources", kind, key, *fields)
        value = value_at(target.merged, needed)
        if value is None:
            needed = needed[:3]
        elif not is_reference(value):
            continue  # it is known already
        graph.setdefault(path, []).append(needed)
        if path[3] not in ("permissions", "grants"):
            graph.setdefault(path[:3], []).append(path)
    return graph
