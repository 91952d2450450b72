"""The first run after a deploy: what the jobs need is there, and they may use it."""

import time

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.pipelines import PipelineState, UpdateInfoState
from databricks.sdk.service.serving import EndpointStateConfigUpdate
from pyspark.sql import SparkSession

from .. import steps
from ..etl import tables
from ..etl.source import check_source
from .outcome import Outcome


def run(
    spark: SparkSession,
    catalog: str,
    schema: str,
    source: str,
    secret_scope: str,
    pipeline: str,
    model: str,
    endpoint: str,
) -> Outcome:
    """Load all steps, then use what they use; the error names the first thing that is missing.

    Returns:
        The number of steps.
    """
    for name in steps.STEPS:
        steps.find(name)
    write(spark, catalog, schema)
    check_source(source)
    spark.read.text(source).isEmpty()  # an empty folder will do
    workspace = WorkspaceClient()
    list(workspace.secrets.list_secrets(secret_scope))
    workspace.registered_models.get(model)
    check_endpoint(workspace, endpoint)
    validate(workspace, pipeline)
    return Outcome(len(steps.STEPS))


def write(spark: SparkSession, catalog: str, schema: str) -> None:
    """Create a table, and drop it."""
    table = tables.quoted(catalog, schema, "_smoke")
    spark.sql(f"CREATE OR REPLACE TABLE {table} (id INT)")
    spark.sql(f"DROP TABLE {table}")


def check_endpoint(workspace: WorkspaceClient, name: str) -> None:
    """Have an endpoint whose last update failed fail the run.

    Without a model that was promoted, there is none yet.
    """
    try:
        state = workspace.serving_endpoints.get(name).state
    except NotFound:
        return
    if state and state.config_update == EndpointStateConfigUpdate.UPDATE_FAILED:
        raise RuntimeError(f"The last update of the endpoint {name} failed: see its page.")


def validate(workspace: WorkspaceClient, pipeline: str, pause: float = 10) -> None:
    """Have the code of the pipeline checked; an update that runs already does that.

    Nothing is written: https://docs.databricks.com/api/workspace/pipelines/startupdate

    Args:
        workspace: which has the pipeline.
        pipeline: its ID.
        pause: seconds between two looks.
    """
    if workspace.pipelines.get(pipeline).state not in (PipelineState.IDLE, PipelineState.FAILED):
        return  # a second update would be refused
    update = str(workspace.pipelines.start_update(pipeline, validate_only=True).update_id)
    while True:
        found = workspace.pipelines.get_update(pipeline, update).update
        state = found.state if found else None
        if state == UpdateInfoState.COMPLETED:
            return
        if state in (UpdateInfoState.FAILED, UpdateInfoState.CANCELED):
            raise RuntimeError(f"The pipeline is not valid: see update {update} of {pipeline}.")
        time.sleep(pause)
