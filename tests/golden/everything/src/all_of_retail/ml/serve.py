"""Serve: an endpoint answers with the champion, from the first promotion on.

The endpoint is no resource of the bundle: one cannot be deployed before its model has a version.
https://docs.databricks.com/machine-learning/model-serving/create-manage-serving-endpoints
"""

import json
from datetime import timedelta

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.serving import (
    EndpointCoreConfigInput,
    EndpointStateConfigUpdate,
    EndpointTag,
    ServedEntityInput,
)
from pyspark.sql import SparkSession

from ..ops.outcome import NO_DATA, SUCCESS, Outcome
from . import registry

NONE = "none"  # a target without an endpoint
PATIENCE = timedelta(minutes=45)  # the container of a version is built first


def served(workspace: WorkspaceClient, endpoint: str) -> str | None:
    """Return the version that an endpoint serves or is about to; empty after a failure.

    Returns:
        Null where there is no such endpoint.
    """
    try:
        found = workspace.serving_endpoints.get(endpoint)
    except NotFound:
        return None
    config = found.pending_config or found.config
    failed = found.state and found.state.config_update == EndpointStateConfigUpdate.UPDATE_FAILED
    if failed or not config or not config.served_entities:
        return ""
    return config.served_entities[0].entity_version


def run(
    spark: SparkSession,
    catalog: str,
    schema: str,
    model: str,
    endpoint: str,
    tags: str,
) -> Outcome:
    """Create the endpoint or have it serve another version, and wait until it does.

    Args:
        spark: the session.
        catalog: catalog of the tables.
        schema: schema of the tables.
        model: name of the registered model, in three parts.
        endpoint: its name, or ``none``.
        tags: of the endpoint, by which its cost is found, as JSON.

    Returns:
        The version that is served; no data where there is no champion yet, or no endpoint.
    """
    registry.connect()
    champion = registry.champion(model)
    if endpoint == NONE or champion is None:
        return Outcome(status=NO_DATA)
    workspace = WorkspaceClient()
    entity = ServedEntityInput(
        entity_name=model,
        entity_version=champion,
        workload_size="Small",
        scale_to_zero_enabled=True,
    )
    before = served(workspace, endpoint)
    if before is None:
        workspace.serving_endpoints.create(
            name=endpoint,
            config=EndpointCoreConfigInput(name=endpoint, served_entities=[entity]),
            tags=[EndpointTag(key=key, value=value) for key, value in json.loads(tags).items()],
        )
    elif before != champion:
        workspace.serving_endpoints.update_config(endpoint, served_entities=[entity])
    workspace.serving_endpoints.wait_get_serving_endpoint_not_updating(endpoint, PATIENCE)
    return Outcome(1, SUCCESS, {"served_version": champion, "served_before": before or "nothing"})
