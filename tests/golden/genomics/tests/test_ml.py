"""Features, training, promotion and scoring, with a store of MLflow's in a folder of its own."""

from datetime import date
from itertools import count

import mlflow
import pandas as pd
import pytest
from mlflow import MlflowClient

from variant_calls.etl import extract, tables
from variant_calls.ml import (
    estimator,
    features,
    registry,
    score_batch,
    train_model,
)
from variant_calls.ops.outcome import NO_DATA

EXPERIMENT = "/Users/somebody@example.com/training"


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory):
    """Have MLflow write to a folder, and create the experiment as the bundle does."""
    folder = tmp_path_factory.mktemp("mlflow")
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.create_experiment(EXPERIMENT, folder.as_uri())
    yield
    mlflow.set_tracking_uri(None)


@pytest.fixture(autouse=True)
def unity_catalog(monkeypatch):
    """Search versions as Unity Catalog does: by the name alone."""
    search = MlflowClient.search_model_versions

    def checked(self, condition, **options):
        assert condition.startswith("name = ")
        assert " AND " not in condition.upper()
        return search(self, condition, **options)

    monkeypatch.setattr(MlflowClient, "search_model_versions", checked)


@pytest.fixture
def model(request):
    """Create a model without versions, as the bundle does, and return its name."""
    return MlflowClient().create_registered_model(f"dev.test_ml.{request.node.name}").name


@pytest.fixture
def learn(model):
    """Return a function that trains on some rows, and judges by others, in a run of its own."""
    runs = count(1)

    def learn(train, held_out, run_id=None):
        run_id = run_id or f"{model} {next(runs)}"
        return train_model.learn(train, held_out, EXPERIMENT, model, run_id)

    return learn


@pytest.fixture
def versions(model):
    """Return a function that returns the numbers of the versions that there are."""
    client = MlflowClient()
    return lambda: {int(each.version) for each in client.search_model_versions(f"name = '{model}'")}


PLAUSIBLE_ERROR = 5.0
PREDICTED = {"C1", "C2", "O1", "O2", "P1", "P2"}  # what is valid in fixtures/


def sample(count, misleading=False):
    """Return rows whose amount is higher on Sundays; or lower, to mislead."""
    rows = pd.DataFrame({"id": [str(number) for number in range(count)]})
    sunday = rows.index % 7 == 0
    return rows.assign(
        entity="orders",
        weekday=["Sun" if each else "Mon" for each in sunday],
        amount=100.0 * (sunday != misleading),
    )


def test_a_row_has_features(spark):
    columns = "id STRING, amount DECIMAL(10, 2), updated_on DATE"
    dated = spark.createDataFrame([("1", None, date(2025, 3, 1))], columns)
    undated = spark.createDataFrame([("1", None, None)], columns)

    rows = features.build(customers=dated, orders=undated)

    columns = [*features.KEYS, "weekday", features.LABEL]
    assert {tuple(row) for row in rows.select(columns).collect()} == {
        ("customers", "1", "Sat", None),
        ("orders", "1", "unknown", None),
    }


def test_rows_are_held_out_by_their_keys(spark):
    rows = spark.createDataFrame(sample(200))
    few = rows.limit(50)

    train, held_out = train_model.split(rows)
    _, held_out_again = train_model.split(rows.orderBy(features.LABEL))
    _, held_out_of_few = train_model.split(few)

    assert len(train) + len(held_out) == 200 and 30 < len(held_out) < 70
    assert held_out_again.to_dict("records") == held_out.to_dict("records")
    assert keys(held_out_of_few) == keys(held_out) & keys(few.toPandas())


def keys(rows):
    return set(rows[features.KEYS].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("error", "champion_error", "better"),
    [
        (0.5, None, True),  # the first one
        (0.19, 0.2, True),
        (0.199, 0.2, False),  # not worth a change
        (0.2, 0.2, False),
        (0.3, 0.2, False),
        (0.0, 0.0, False),
    ],
)
def test_a_model_is_better_by_a_margin(error, champion_error, better):
    assert train_model.is_better(error, champion_error) is better


def test_the_first_model_becomes_champion_and_the_same_one_again_does_not(learn, model):
    first, second = (learn(sample(200), sample(50)) for _ in range(2))

    assert first.values == {"model_version": "1", "promoted": "true", "compared_with": "nothing"}
    assert second.values == {"model_version": "2", "promoted": "false", "compared_with": "1"}
    assert registry.champion(model) == "1"
    tags = MlflowClient().get_model_version(model, "2").tags
    assert tags["promoted"] == "false"
    assert tags["error"] == tags["champion_error"]  # the same rows give the same model


def test_a_better_model_takes_the_place_of_the_champion(learn, model):
    learn(sample(200, misleading=True), sample(50, misleading=True))

    assert learn(sample(200), sample(50)).values["promoted"] == "true"
    assert registry.champion(model) == "2"


def test_a_worse_model_does_not(learn, model):
    learn(sample(200), sample(50))

    assert learn(sample(200, misleading=True), sample(50)).values["promoted"] == "false"
    assert registry.champion(model) == "1"


def test_a_second_try_of_a_run_registers_nothing(learn, model, versions, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(registry, "promote", lambda *arguments: {}["promote"])
        with pytest.raises(KeyError):
            learn(sample(200), sample(50), "77")
    assert versions() == {1} and registry.champion(model) is None

    outcomes = [learn(sample(200), sample(50), "77") for _ in range(2)]

    assert versions() == {1} and registry.champion(model) == "1"
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].values["compared_with"] == "nothing"


def test_a_person_may_train_as_often_as_they_like(learn, model, versions):
    for _ in range(2):
        train_model.learn(sample(200), sample(50), EXPERIMENT, model, run_id="")

    assert versions() == {1, 2}


def test_old_versions_go_unless_they_have_predicted_or_have_an_alias(
    learn, model, versions, monkeypatch
):
    monkeypatch.setattr(registry, "NEWEST", 2)
    learn(sample(200, misleading=True), sample(50, misleading=True))  # the first champion
    learn(sample(200), sample(50))  # the second one
    learn(sample(200), sample(50))
    MlflowClient().set_registered_model_alias(model, "kept", "3")

    for _ in range(3):
        learn(sample(200), sample(50))

    assert versions() == {1, 2, 3, 5, 6}  # 4 was neither


def test_a_version_says_how_it_is_called_and_where_it_comes_from(learn, model):
    learn(sample(200), sample(50), "42")

    run = mlflow.get_run(MlflowClient().get_model_version(model, "1").run_id)
    assert run.data.tags["job_run_id"] == "42"
    assert run.data.params == {"rows": "200", "held_out_rows": "50", "compared_with": "nothing"}
    assert run.data.metrics["error"] < PLAUSIBLE_ERROR
    served = mlflow.pyfunc.load_model(f"models:/{model}@champion")
    assert served.metadata.signature.inputs.input_names() == features.FEATURES
    expected = getattr(registry.load(model, "1"), estimator.METHOD)(served.input_example)
    assert served.predict(served.input_example).tolist() == expected.tolist()


def test_on_databricks_models_go_to_unity_catalog(monkeypatch):
    uris = []
    monkeypatch.setattr(mlflow, "set_tracking_uri", uris.append)
    monkeypatch.setattr(mlflow, "set_registry_uri", uris.append)

    registry.connect()
    assert uris == []
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "18.0")
    registry.connect()
    assert uris == ["databricks", "databricks-uc"]


def test_without_rows_that_differ_nothing_is_learnt(learn, model):
    assert learn(sample(1), sample(50)).status == NO_DATA
    assert learn(sample(200), sample(0)).status == NO_DATA
    assert MlflowClient().search_model_versions(f"name = '{model}'") == []


def test_without_a_champion_nothing_is_predicted(spark, catalog, schema, model):
    assert score_batch.run(spark, catalog, schema, model).status == NO_DATA
    assert not tables.exists(spark, catalog, schema, "predictions")


def test_what_is_predicted_does_not_depend_on_the_batches(spark):
    rows = spark.createDataFrame(sample(50))
    fitted = estimator.fit(sample(200))

    at_once = score_batch.predict(fitted, rows.coalesce(1)).collect()
    in_batches = score_batch.predict(fitted, rows.repartition(7)).collect()

    assert len({row[estimator.PREDICTION] for row in at_once}) > 1
    assert sorted(in_batches) == sorted(at_once)


def test_sample_data_is_enough_for_a_first_champion(spark, catalog, schema, source, model):
    extract.run(spark, catalog, schema, source)
    trained = train_model.run(spark, catalog, schema, EXPERIMENT, model)
    scored = score_batch.run(spark, catalog, schema, model)

    assert trained.values["promoted"] == "true"
    predictions = tables.read(spark, catalog, schema, "predictions").collect()
    assert scored.record_count == len(predictions)
    assert {row[features.KEYS[-1]] for row in predictions} == PREDICTED
    assert {row["model_version"] for row in predictions} == {1}
