"""The notebooks, run cell by cell with a stand-in for dbutils."""

from pathlib import Path

import pytest

NOTEBOOKS = sorted(path.stem for path in (Path(__file__).parent.parent / "src").glob("*.py"))


@pytest.fixture
def run(run_notebook, catalog, schema):
    """Return a function that runs a notebook as the job does, and returns its task values."""
    job = {"catalog": catalog, "schema": schema, "run_id": "1"}
    return lambda name, **parameters: run_notebook(name, **job, **parameters)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_run_by_hand_asks_for_what_is_missing(name, run_notebook):
    with pytest.raises(ValueError, match="give the catalog and the schema"):
        run_notebook(name)


def test_the_step_copy_samples_fills_the_volume(run, source, tmp_path):
    volume = tmp_path / "volume"
    volume.mkdir()

    values = run("copy_samples", samples=source, volume=str(volume))

    assert (values["status"], values["record_count"]) == ("SUCCESS", len(list(volume.iterdir())))


def test_the_steps_run_in_a_row(run, spark, catalog, schema, source):
    values = run("extract", source=source)
    assert values["status"] == "SUCCESS"
    assert values["record_count"] == 65
    assert run("check_quality")["quality_score"] == "GOOD"
    with pytest.raises(Exception, match="too poor to use"):
        run("alert_poor")
    for entity in ("customers", "orders", "products"):
        run("transform", entity=entity)
    assert run("load")["record_count"] == 12
    assert spark.table(f"`{catalog}`.`{schema}`.daily_revenue").count() == 12
    assert run("replay")["status"] == "NO_DATA"

    metrics = spark.table(f"`{catalog}`.`{schema}`.job_metrics")
    extract = metrics.where("step = 'extract'").first()
    assert (extract["run_id"], extract["status"]) == ("1", "SUCCESS")
    assert extract["error_message"] is None
    assert extract["record_count"] == values["record_count"]
    assert extract["records_per_second"] > 0


def test_a_step_that_fails_says_so_and_fails(run, values, spark, catalog, schema, tmp_path):
    with pytest.raises(Exception, match="nowhere"):
        run("extract", source=f"{tmp_path}/nowhere")

    assert values["status"] == "FAILED"
    assert "nowhere" in values["error_message"]
    (metric,) = spark.table(f"`{catalog}`.`{schema}`.job_metrics").collect()
    assert (metric["status"], metric["record_count"]) == ("FAILED", 0)
    assert "nowhere" in metric["error_message"]


def test_the_step_transform_does_the_entity_it_is_given(run, spark, catalog, schema, source):
    run("extract", source=source)
    run("transform", entity="products")

    clean = spark.sql(f"SHOW TABLES IN `{catalog}`.`{schema}` LIKE 'clean_*'").collect()
    assert [row["tableName"] for row in clean] == ["clean_products"]
