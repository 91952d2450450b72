"""What a bundle file may hold that the package `databricks-bundles` does not describe.

A type is written as one string:

    "string" "integer" "number" "boolean"   a scalar
    "any"                                   anything
    "=a|b"                                  one of a and b
    "[T]" "{T}"                             a sequence, a map with free keys
    "Name"                                  a map with the fields of the struct Name

and a field whose name ends in "!" is required. Field names and allowed values are those that the
Databricks CLI 1.14 accepts, as its published schema and its answers to small bundles show.
"""

# The root of every file, and all that hangs from it besides resources. `build.py` adds the struct
# `Resources`, with one field for each kind.
STRUCTS = {
    "Root": {
        "artifacts": "{Artifact}",
        "bundle": "Bundle",
        "environments": "{Target}",
        "experimental": "Experimental",
        "include": "[string]",
        "permissions": "[BundlePermission]",
        "presets": "Presets",
        "python": "Python",
        "resources": "Resources",
        "run_as": "BundleRunAs",
        "scripts": "{Script}",
        "sync": "Sync",
        "targets": "{Target}",
        "variables": "{Variable}",
        "workspace": "Workspace",
    },
    "Artifact": {
        "build": "string",
        "dynamic_version": "boolean",
        "executable": "=bash|cmd|sh",
        "files": "[ArtifactFile]",
        "path": "string",
        "type": "=jar|whl",
    },
    "ArtifactFile": {"source!": "string"},
    "Bundle": {
        "cluster_id": "string",
        "compute_id": "string",
        "databricks_cli_version": "string",
        "deployment": "Deployment",
        "engine": "=direct|terraform",
        "git": "Git",
        "name!": "string",
        "uuid": "string",
    },
    "Deployment": {"fail_on_active_runs": "boolean", "lock": "Lock"},
    "Lock": {"enabled": "boolean", "force": "boolean"},
    "Git": {"branch": "string", "origin_url": "string"},
    "Experimental": {
        "immutable_folder": "boolean",
        "pydabs": "PyDABs",
        "python": "Python",
        "python_wheel_wrapper": "boolean",
        "record_deployment_history": "boolean",
        "scripts": "{string}",
        "skip_artifact_cleanup": "boolean",
        "skip_name_prefix_for_schema": "boolean",
        "use_legacy_run_as": "boolean",
    },
    "PyDABs": {"enabled": "boolean"},
    "Python": {"mutators": "[string]", "resources": "[string]", "venv_path": "string"},
    # The levels that hold for a whole bundle; each kind of resource has its own besides.
    "BundlePermission": {
        "group_name": "string",
        "level!": "=CAN_MANAGE|CAN_RUN|CAN_VIEW",
        "service_principal_name": "string",
        "user_name": "string",
    },
    "Presets": {
        "artifacts_dynamic_version": "boolean",
        "jobs_max_concurrent_runs": "integer",
        "name_prefix": "string",
        "pipelines_development": "boolean",
        "source_linked_deployment": "boolean",
        "tags": "{string}",
        "trigger_pause_status": "=PAUSED|UNPAUSED",
    },
    "BundleRunAs": {
        "group_name": "string",
        "service_principal_name": "string",
        "user_name": "string",
    },
    "Script": {"content!": "string", "env": "{string}"},
    "Sync": {"exclude": "[string]", "include": "[string]", "paths": "[string]"},
    "Target": {
        "artifacts": "{Artifact}",
        "bundle": "Bundle",
        "cluster_id": "string",
        "compute_id": "string",
        "default": "boolean",
        "git": "Git",
        "mode": "=development|production",
        "permissions": "[BundlePermission]",
        "presets": "Presets",
        "resources": "Resources",
        "run_as": "BundleRunAs",
        "sync": "Sync",
        # A plain value is short for {default: value}, so a variable may be anything here.
        "variables": "{any}",
        "workspace": "Workspace",
    },
    "Variable": {
        "default": "any",
        "description": "string",
        "lookup": "Lookup",
        "type": "=complex",
    },
    "Lookup": {
        "alert": "string",
        "cluster": "string",
        "cluster_policy": "string",
        "dashboard": "string",
        "instance_pool": "string",
        "job": "string",
        "metastore": "string",
        "notification_destination": "string",
        "pipeline": "string",
        "query": "string",
        "service_principal": "string",
        "warehouse": "string",
    },
    "Workspace": {
        "account_id": "string",
        "artifact_path": "string",
        "auth_type": "string",
        "azure_client_id": "string",
        "azure_environment": "string",
        "azure_login_app_id": "string",
        "azure_tenant_id": "string",
        "azure_use_msi": "boolean",
        "azure_workspace_resource_id": "string",
        "client_id": "string",
        "experimental_is_unified_host": "boolean",
        "file_path": "string",
        "google_service_account": "string",
        "host": "string",
        "profile": "string",
        "resource_path": "string",
        "root_path": "string",
        "state_path": "string",
        "workspace_id": "string",
    },
}

# Below a target nothing is required: an override only says what differs.
OVERRIDES = "Target"

# Kinds of resources that the package lacks.
KINDS = {
    "postgres_branches": "PostgresBranch",
    "postgres_catalogs": "PostgresCatalog",
    "postgres_databases": "PostgresDatabase",
    "postgres_endpoints": "PostgresEndpoint",
    "postgres_projects": "PostgresProject",
    "postgres_roles": "PostgresRole",
    "postgres_synced_tables": "PostgresSyncedTable",
}

# `Lifecycle` and `Permission` are the package's. Times ("2030-01-01T00:00:00Z") and durations
# ("3600s") are strings in YAML.
STRUCTS |= {
    "PostgresBranch": {
        "branch_id!": "string",
        "expire_time": "string",
        "is_protected": "boolean",
        "lifecycle": "Lifecycle",
        "no_expiry": "boolean",
        "parent!": "string",
        "purge_on_delete": "boolean",
        "replace_existing": "boolean",
        "source_branch": "string",
        "source_branch_lsn": "string",
        "source_branch_time": "string",
        "ttl": "string",
    },
    "PostgresCatalog": {
        "branch": "string",
        "catalog_id!": "string",
        "create_database_if_missing": "boolean",
        "lifecycle": "Lifecycle",
        "postgres_database!": "string",
    },
    "PostgresDatabase": {
        "database_id!": "string",
        "lifecycle": "Lifecycle",
        "parent!": "string",
        "postgres_database": "string",
        "replace_existing": "boolean",
        "role!": "string",
    },
    "PostgresEndpoint": {
        "autoscaling_limit_max_cu": "number",
        "autoscaling_limit_min_cu": "number",
        "disabled": "boolean",
        "endpoint_id!": "string",
        "endpoint_type!": "=ENDPOINT_TYPE_READ_ONLY|ENDPOINT_TYPE_READ_WRITE",
        "group": "PostgresEndpointGroup",
        "lifecycle": "Lifecycle",
        "no_suspension": "boolean",
        "parent!": "string",
        "replace_existing": "boolean",
        "settings": "PostgresEndpointSettings",
        "suspend_timeout_duration": "string",
    },
    "PostgresEndpointGroup": {
        "enable_readable_secondaries": "boolean",
        "max!": "integer",
        "min!": "integer",
    },
    "PostgresEndpointSettings": {"pg_settings": "{string}"},
    "PostgresProject": {
        "budget_policy_id": "string",
        "custom_tags": "[PostgresProjectTag]",
        "default_branch": "string",
        "default_endpoint_settings": "PostgresProjectEndpointSettings",
        "display_name": "string",
        "enable_pg_native_login": "boolean",
        "history_retention_duration": "string",
        "lifecycle": "Lifecycle",
        "permissions": "[Permission]",
        "pg_version": "integer",
        "project_id!": "string",
        "purge_on_delete": "boolean",
    },
    "PostgresProjectTag": {"key": "string", "value": "string"},
    "PostgresProjectEndpointSettings": {
        "autoscaling_limit_max_cu": "number",
        "autoscaling_limit_min_cu": "number",
        "no_suspension": "boolean",
        "pg_settings": "{string}",
        "suspend_timeout_duration": "string",
    },
    "PostgresRole": {
        "attributes": "PostgresRoleAttributes",
        "auth_method": "=LAKEBASE_OAUTH_V1|NO_LOGIN|PG_PASSWORD_SCRAM_SHA_256",
        "identity_type": "=GROUP|SERVICE_PRINCIPAL|USER",
        "lifecycle": "Lifecycle",
        "membership_roles": "[=DATABRICKS_SUPERUSER]",
        "parent!": "string",
        "postgres_role": "string",
        "replace_existing": "boolean",
        "role_id!": "string",
    },
    "PostgresRoleAttributes": {
        "bypassrls": "boolean",
        "createdb": "boolean",
        "createrole": "boolean",
    },
    "PostgresSyncedTable": {
        "accelerated_sync": "boolean",
        "branch": "string",
        "create_database_objects_if_missing": "boolean",
        "existing_pipeline_id": "string",
        "extra_columns": "[PostgresExtraColumn]",
        "lifecycle": "Lifecycle",
        "new_pipeline_spec": "PostgresPipeline",
        "postgres_database": "string",
        "primary_key_columns": "[string]",
        "scheduling_policy": "=CONTINUOUS|SNAPSHOT|TRIGGERED",
        "source_table_full_name": "string",
        "synced_table_id!": "string",
        "timeseries_key": "string",
        "type_overrides": "[PostgresTypeOverride]",
    },
    "PostgresExtraColumn": {
        "column_name!": "string",
        "column_type!": "string",
        "compute": "string",
        "maintenance": "=STORED_GENERATED",
    },
    "PostgresPipeline": {
        "budget_policy_id": "string",
        "pipeline_channel": "=CURRENT|PREVIEW",
        "storage_catalog": "string",
        "storage_schema": "string",
    },
    "PostgresTypeOverride": {
        "column_name!": "string",
        "pg_type!": "=PG_SPECIFIC_TYPE_HALFVEC|PG_SPECIFIC_TYPE_VARCHAR|PG_SPECIFIC_TYPE_VECTOR",
        "size": "integer",
    },
}

# Deprecated and hidden fields, which the package leaves out and the CLI takes.
_RUN_PARAMETERS = {
    "dbt_commands": "[string]",
    "jar_params": "[string]",
    "notebook_params": "{string}",
    "python_named_params": "{string}",
    "python_params": "[string]",
    "spark_submit_params": "[string]",
    "sql_params": "{string}",
}
STRUCTS |= {
    "DbtCloudTask": {"connection_resource_name": "string", "dbt_cloud_job_id": "integer"},
    "PipelineTrigger": {"cron": "PipelineTriggerCron", "manual": "PipelineTriggerManual"},
    "PipelineTriggerCron": {"quartz_cron_schedule": "string", "timezone_id": "string"},
    "PipelineTriggerManual": {},
    "WorkdayReportParameter": {"key": "string", "value": "string"},
}
HIDDEN = {
    "JobRun": _RUN_PARAMETERS,
    "RunJobTask": _RUN_PARAMETERS,
    "Task": {"dbt_cloud_task": "DbtCloudTask"},
    "Pipeline": {"trigger": "PipelineTrigger"},
    "PipelineLibrary": {"whl": "string"},
    "IngestionGatewayPipelineDefinition": {"connection_id": "string"},
    "OutlookOptions": {
        "folder_filter": "[string]",
        "sender_filter": "[string]",
        "subject_filter": "[string]",
    },
    "IngestionPipelineDefinitionWorkdayReportParameters": {
        "incremental": "boolean",
        "report_parameters": "[WorkdayReportParameter]",
    },
}

# Fields that the CLI or the workspace fills in. Set in a file they do nothing, and the CLI says
# nothing about them, so they are known and may hold anything.
FILLED_IN_EVERYWHERE = ("id", "modified_status", "url")  # in every resource
FILLED_IN = {
    "Root": ("__locations",),
    "Bundle": ("environment", "force", "mode", "target", "terraform"),
    "Git": ("commit",),
    "Variable": ("value",),
    "Workspace": ("current_user", "metadata_service_url", "snapshot_path"),
    "Alert": ("lifecycle_state",),
    "App": ("active_deployment", "app_status", "compute_status", "pending_deployment"),
    "DatabaseInstance": ("state",),
    "IngestionPipelineDefinition": ("source_type",),
    "Job": ("deployment", "edit_mode", "format"),
    "JobRun": ("idempotency_token",),
    "Pipeline": ("deployment",),
    "SyncedDatabaseTable": ("data_synchronization_status", "unity_catalog_provisioning_state"),
    "Volume": ("volume_path",),
}

# Required sequences, which the package gives an empty default and so makes optional.
REQUIRED = {
    "AiRuntimeTask": ("deployments",),
    "DbtTask": ("commands",),
    "MonitorInferenceLog": ("granularities",),
    "MonitorMetric": ("input_columns",),
    "MonitorTimeSeries": ("granularities",),
    "TableUpdateTriggerConfiguration": ("table_names",),
}

# Fields that are required only where another one is absent: the file of an alert holds the rest.
REQUIRED_WITHOUT = {"Alert": ("file_path", ("evaluation", "query_text", "schedule"))}

# How a scalar may be spelled as a string. `reference` is a whole ${...}, which stands for a value
# of any type; `interpolated` is a string that holds one. Letters and digits are Unicode's.
_NAME = r"[^\W\d_](?:[\w-]*[^\W_])?"
_REFERENCE = rf"\$\{{{_NAME}(?:\.{_NAME}(?:\[[0-9]+\])*)*\}}"
PATTERNS = {
    "reference": rf"^{_REFERENCE}$",
    "interpolated": _REFERENCE,
    "integer": r"^[+-]?[0-9]+$",
    "number": r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$",
    "boolean": r"^(?:[yY]|[nN]|true|True|TRUE|yes|Yes|YES|on|On|ON"
    r"|false|False|FALSE|no|No|NO|off|Off|OFF)$",
}
