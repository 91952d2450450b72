"""The endpoint: made for the first champion, and brought to each one after it."""

import mlflow
import pytest
import workspace_api
from databricks.sdk.errors import OperationFailed
from mlflow import MlflowClient

from all_of_retail.ml import registry, serve
from all_of_retail.ops.outcome import NO_DATA

MODEL = "prod.models.model"
ENDPOINT = "/api/2.0/serving-endpoints/prices"
TAGS = '{"team": "data-platform"}'
READY = {"config_update": "NOT_UPDATING"}


@pytest.fixture(autouse=True)
def champion(tmp_path):
    """Have MLflow keep a model in a folder, and return a function that gives it a champion."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    MlflowClient().create_registered_model(MODEL)

    def champion():
        version = MlflowClient().create_model_version(MODEL, str(tmp_path)).version
        registry.promote(MODEL, version)

    yield champion
    mlflow.set_tracking_uri(None)


@pytest.fixture
def api(monkeypatch):
    """Return the API of a workspace, in which no endpoint is."""
    with workspace_api.serve(monkeypatch) as api:
        yield api


def endpoint(version, state=READY):
    """Return what the API says of an endpoint that serves a version."""
    entities = [{"entity_name": MODEL, "entity_version": version}]
    return {"name": "prices", "state": state, "config": {"served_entities": entities}}


def run(name="prices"):
    return serve.run(None, "prod", "sales", MODEL, name, TAGS)


def test_before_the_first_champion_there_is_no_endpoint(api):
    assert run().status == NO_DATA
    assert api.sent == []


def test_a_target_may_have_none(api, champion):
    champion()
    assert run(serve.NONE).status == NO_DATA
    assert api.sent == []


def test_the_first_champion_gets_one_with_tags(api, champion):
    champion()
    api.answers["POST /api/2.0/serving-endpoints"] = endpoint("1")
    api.answers[f"GET {ENDPOINT}"] = [None, endpoint("1")]

    assert run().values == {"served_version": "1", "served_before": "nothing"}

    ((_, body),) = api.sent
    assert body["name"] == "prices"
    assert body["tags"] == [{"key": "team", "value": "data-platform"}]
    (entity,) = body["config"]["served_entities"]
    assert (entity["entity_name"], entity["entity_version"]) == (MODEL, "1")
    assert entity["scale_to_zero_enabled"]


def test_the_next_champion_takes_its_place(api, champion):
    champion()
    champion()
    api.answers[f"PUT {ENDPOINT}/config"] = endpoint("2")
    api.answers[f"GET {ENDPOINT}"] = [endpoint("1"), endpoint("2")]

    assert run().values == {"served_version": "2", "served_before": "1"}

    ((_, body),) = api.sent
    assert [entity["entity_version"] for entity in body["served_entities"]] == ["2"]


def test_what_serves_the_champion_stays_as_it_is(api, champion):
    champion()
    api.answers[f"GET {ENDPOINT}"] = endpoint("1")

    assert run().values == {"served_version": "1", "served_before": "1"}
    assert api.sent == []


def test_an_update_that_failed_is_tried_again_and_fails_the_step(api, champion):
    champion()
    api.answers[f"GET {ENDPOINT}"] = endpoint("1", {"config_update": "UPDATE_FAILED"})
    api.answers[f"PUT {ENDPOINT}/config"] = endpoint("1")

    with pytest.raises(OperationFailed, match="UPDATE_FAILED"):
        run()
    assert len(api.sent) == 1
