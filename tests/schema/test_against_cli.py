"""Compares our schema with the one that the Databricks CLI 1.14 prints.

`DIFFERENCES` holds every difference with its reason: by the name of our struct, `+` for what only
we have and `-` for what only the CLI's schema has.
"""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ROOT / "src/bundlewright/schema/bundle.schema.json"
THEIRS = ROOT.parent / "shared/facts/bundle.schema.json"

DIFFERENCES = {
    "The CLI's schema says more; its `bundle validate` takes only these values.": """
        type Artifact.executable: enum, not string
        type Artifact.type: enum, not string
        type Presets.trigger_pause_status: enum, not string
        type Target.mode: enum, not string
        type Variable.type: enum, not string
        values BundlePermission.level: 17 differ
    """,
    "Filled in by the CLI or the workspace: its loader takes them, its schema hides them.": """
        + Alert.lifecycle_state
        + IngestionPipelineDefinition.source_type
        + App.active_deployment
        + App.app_status
        + App.compute_status
        + App.pending_deployment
        + Bundle.environment
        + Bundle.force
        + Bundle.mode
        + Bundle.target
        + Bundle.terraform
        + DatabaseInstance.state
        + Git.commit
        + Job.deployment
        + Job.edit_mode
        + Job.format
        + JobRun.idempotency_token
        + Pipeline.deployment
        + Root.__locations
        + SyncedDatabaseTable.data_synchronization_status
        + SyncedDatabaseTable.unity_catalog_provisioning_state
        + Variable.value
        + Volume.volume_path
        + Workspace.current_user
        + Workspace.metadata_service_url
        + Workspace.snapshot_path
        + each resource.id
        + each resource.modified_status
        + each resource.url
    """,
    "The package is newer: new kinds, fields and values, and fields no longer required.": """
        + AiRuntimeTask.priority_class
        + AiRuntimeTask.unity_catalog_image_path
        + Alert.custom_template_format
        + AlertTask.parameters
        + AmazonBedrockConfig.uc_service_credential_name
        + Cluster.libraries
        + ComputeSpec.provisioned_capacity_id
        + ConnectorOptions.rabbitmq_options
        + Continuous.maintenance_window
        + ContinuousTriggerConfiguration.maintenance_window
        + Environment.project_environment
        + Job.duration_target
        + Job.environment_variables
        + JobEmailNotifications.on_maintenance_complete
        + JobEmailNotifications.on_maintenance_start
        + JobRun.duration_target
        + JobRunTrigger.on_file_change
        + NodeTypeFlexibility.aws_context_id
        + Pipeline.parent_path
        + Resources.cluster_policies
        + Resources.features
        + Resources.mcp_services
        + Resources.model_provider_services
        + Resources.model_services
        + RunAs.group_name
        + SqlWarehouse.statement_timeout
        + Subscription.attachment
        + Task.environment_variables_key
        + TaskEmailNotifications.on_maintenance_complete
        + TaskEmailNotifications.on_maintenance_start
        + Transformer.avro_options
        + Transformer.protobuf_options
        + WebhookNotifications.on_maintenance_complete
        + WebhookNotifications.on_maintenance_start
        required DeploymentSpec: -command_path
        required SchemaSpec: -source_schema
        required TableSpec: -source_table
        values AppResourceUcSecurable.securable_type: +MODEL_SERVICE
        values Compute.hardware_accelerator: +GPU_1xH100 +GPU_8xB300
        values ComputeSpec.accelerator_type: +GPU_8xB300
        values PrivilegeAssignment.privileges: +EXTERNAL_USE_LOCATION
        values SqlWarehouse.warehouse_type: +REALTIME
        values Transformer.format: +AVRO +PROTOBUF
    """,
    "Required by the package: a JAR task without a main class cannot run.": """
        required SparkJarTask: +main_class_name
    """,
    "The CLI's schema calls a time a map without fields; in YAML it is a string.": """
        type PostgresBranch.expire_time: string, not struct
        type PostgresBranch.source_branch_time: string, not struct
        type Secret.expire_time: string, not struct
    """,
}

FILLED_IN_EVERYWHERE = ("id", "modified_status", "url")


def our_name(node: dict) -> str:
    """The name of the definition that a node refers to. An override goes by what it overrides."""
    return node["$ref"].removeprefix("#/definitions/").removeprefix("override.")


def our_shape(node: dict, definitions: dict) -> tuple:
    """What a place of our schema takes, references aside: ("sequence", node of its items)..."""
    if not node:
        return ("any",)
    if "$ref" in node:
        name = our_name(node)
        if name in ("string", "integer", "number", "boolean"):
            return (name,)
        # Only the target has no definition but the override.
        return our_shape(definitions.get(name) or definitions[f"override.{name}"], definitions)
    node = node["else"]
    if "enum" in node:
        return ("enum", set(node["enum"]))
    if "items" in node:
        return ("sequence", node["items"])
    if "properties" not in node:
        return ("map", node["additionalProperties"])
    required = {*node.get("required", ()), *node.get("else", {}).get("required", ())}
    return ("struct", node["properties"], required)


def their_shape(node: dict, definitions: dict) -> tuple:
    """The same of the CLI's schema, where a type is an alternative of itself and of references."""
    if "$ref" in node:
        for step in node["$ref"].removeprefix("#/$defs/").split("/"):
            definitions = definitions[step]
        node = definitions
    alternatives = node.get("oneOf") or node.get("anyOf") or [node]
    node, *others = (each for each in alternatives if r"\$\{" not in each.get("pattern", ""))
    if others or not node:
        return ("any",)
    if "enum" in node:
        return ("enum", set(node["enum"]))
    if node["type"] == "array":
        return ("sequence", node["items"])
    if node["type"] != "object":
        return (node["type"],)
    if isinstance(node["additionalProperties"], dict) and "properties" not in node:
        return ("map", node["additionalProperties"])
    return ("struct", node.get("properties", {}), set(node.get("required", ())))


def differences() -> set[str]:
    """Every difference, one line each."""
    ours, theirs = (json.loads(path.read_text(encoding="utf-8")) for path in (OURS, THEIRS))
    kinds = ours["definitions"]["Resources"]["else"]["properties"].values()
    resources = {our_name(kind["else"]["additionalProperties"]) for kind in kinds}
    found = set()
    compared = set()

    def signed(mine: set, other: set) -> str:
        signs = [f"+{x}" for x in mine - other] + [f"-{x}" for x in other - mine]
        return " ".join(sorted(signs)) if len(signs) < 5 else f"{len(signs)} differ"

    def compare(our_node: dict, their_node: dict, place: str) -> None:
        mine = our_shape(our_node, ours["definitions"])
        other = their_shape(their_node, theirs["$defs"])
        if mine[0] != other[0]:
            found.add(f"type {place}: {mine[0]}, not {other[0]}")
        elif mine[0] == "enum":
            if mine != other:
                found.add(f"values {place}: {signed(mine[1], other[1])}")
        elif mine[0] in ("sequence", "map"):
            compare(mine[1], other[1], place)
        elif mine[0] == "struct":
            name = our_name(our_node)
            pair = (name, their_node.get("$ref"))
            if pair in compared:
                return
            compared.add(pair)
            if mine[2] != other[2]:
                found.add(f"required {name}: {signed(mine[2], other[2])}")
            for field in mine[1].keys() | other[1].keys():
                if field not in other[1]:
                    common = name in resources and field in FILLED_IN_EVERYWHERE
                    found.add(f"+ {'each resource' if common else name}.{field}")
                elif field not in mine[1]:
                    found.add(f"- {name}.{field}")
                else:
                    compare(mine[1][field], other[1][field], f"{name}.{field}")

    compare(ours["allOf"][0], {k: v for k, v in theirs.items() if k != "$defs"}, "")
    return found


@pytest.fixture(scope="module")
def found() -> set[str]:
    if not THEIRS.exists():
        pytest.skip(f"needs the CLI's schema as {THEIRS} (`databricks bundle schema` prints it)")
    return differences()


def test_every_difference_is_known_and_has_a_reason(found: set[str]) -> None:
    listed = {line.strip() for lines in DIFFERENCES.values() for line in lines.split("\n")} - {""}
    assert sorted(found - listed) == [], "new differences"
    assert sorted(listed - found) == [], "differences that are gone"


def test_overrides_differ_from_the_full_definition_only_in_what_is_required() -> None:
    definitions = json.loads(OURS.read_text(encoding="utf-8"))["definitions"]
    overrides = {name for name in definitions if name.startswith("override.")} - {"override.Target"}
    assert {"override.Job", "override.Task", "override.Bundle"} <= overrides
    for name in overrides:
        override = json.loads(json.dumps(definitions[name]["else"]).replace("override.", ""))
        full = json.loads(json.dumps(definitions[name[9:]]["else"]).replace("override.", ""))
        assert override["properties"] == full["properties"], name
        assert override["type"] == ["object", "null"], name
        assert not {"required", "if"} & override.keys(), name
