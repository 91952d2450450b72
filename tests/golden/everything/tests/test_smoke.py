"""The smoke run: it passes where all is there, and says what is not."""

from pathlib import Path

import pytest
import workspace_api
from databricks.sdk.errors import NotFound

from all_of_retail import steps
from all_of_retail.etl import tables
from all_of_retail.ops import smoke

PIPELINE = "/api/2.0/pipelines/p-1"
MODEL = "/api/2.1/unity-catalog/models/dev.models.model"
ENDPOINT = "/api/2.0/serving-endpoints/prices"


@pytest.fixture
def api(monkeypatch):
    """Return the API of a workspace that has what the smoke run looks for."""
    with workspace_api.serve(monkeypatch) as api:
        api.answers["GET /api/2.0/secrets/list"] = {"secrets": []}
        api.answers[f"GET {MODEL}"] = {"full_name": "dev.models.model"}
        api.answers[f"GET {PIPELINE}"] = {"state": "IDLE"}
        api.answers[f"POST {PIPELINE}/updates"] = {"update_id": "u-1"}
        api.answers[f"GET {PIPELINE}/updates/u-1"] = {"update": {"state": "COMPLETED"}}
        yield api


@pytest.fixture
def run(spark, catalog, schema, source, api):
    """Return a function that makes the smoke run."""
    given = {
        "source": source,
        "secret_scope": "dev",
        "pipeline": "p-1",
        "model": "dev.models.model",
        "endpoint": "prices",
    }
    return lambda **other: smoke.run(spark, catalog, schema, **given | other)


def test_it_passes_where_all_is_there_and_leaves_nothing_behind(run, spark, catalog, schema):
    assert run().record_count == len(steps.STEPS)
    assert spark.sql(f"SHOW TABLES IN {tables.quoted(catalog, schema)}").collect() == []


def test_a_step_that_cannot_be_loaded_fails(run, monkeypatch):
    monkeypatch.setitem(steps.STEPS, "extra", "etl.missing")

    with pytest.raises(ModuleNotFoundError, match="etl.missing"):
        run()


def test_a_schema_that_cannot_be_written_to_fails(run, spark, catalog, schema):
    spark.sql(f"DROP SCHEMA {tables.quoted(catalog, schema)}")

    with pytest.raises(Exception, match="SCHEMA_NOT_FOUND"):
        run()


def test_a_source_that_is_not_there_fails(run, tmp_path):
    with pytest.raises(Exception, match="nowhere"):
        run(source=f"{tmp_path}/nowhere")


@pytest.mark.parametrize(
    "request_",
    [
        "GET /api/2.0/secrets/list",
        f"GET {MODEL}",
        f"GET {PIPELINE}",
    ],
)
def test_what_the_workspace_does_not_have_fails(request_, run, api):
    del api.answers[request_]

    with pytest.raises(NotFound, match="is not there"):
        run()


def test_an_endpoint_that_cannot_serve_the_model_fails(run, api):
    api.answers[f"GET {ENDPOINT}"] = {"state": {"config_update": "UPDATE_FAILED"}}

    with pytest.raises(RuntimeError, match="prices"):
        run()


def test_the_pipeline_is_only_validated(run, api):
    run()
    assert api.sent == [(f"POST {PIPELINE}/updates", {"validate_only": True})]


def test_a_pipeline_that_runs_is_left_alone(run, api):
    api.answers[f"GET {PIPELINE}"] = {"state": "RUNNING"}
    run()
    assert api.sent == []


def test_a_pipeline_that_is_not_valid_fails(run, api):
    api.answers[f"GET {PIPELINE}/updates/u-1"] = {"update": {"state": "FAILED"}}

    with pytest.raises(RuntimeError, match="u-1"):
        run()


def test_the_warehouse_is_asked_in_the_schema(spark):
    path = Path(__file__).parent.parent / "src/smoke.sql"
    *_, statement = path.read_text(encoding="utf-8").split(";\n")

    assert spark.sql(statement).first()["answer"] == 1
