"""The scripts of the tasks, run as Databricks runs them."""

import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src"


@pytest.fixture
def run(monkeypatch, spark, catalog, schema):
    """Return a function that runs a script with exec(), no __file__ and nothing of src/ at hand.

    It returns the row of job_metrics.
    """
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if Path(entry) != SRC])
    for name, module in list(sys.modules.items()):
        if SRC in Path(getattr(module, "__file__", None) or "/").parents:
            monkeypatch.delitem(sys.modules, name)
    options = ["--catalog", catalog, "--schema", schema, "--run_id", "1"]

    def run(name, **parameters):
        script = SRC / f"{name}.py"
        own = [text for key, value in parameters.items() for text in (f"--{key}", value)]
        monkeypatch.setattr(sys, "argv", [str(script), *options, *own])
        exec(compile(script.read_bytes(), str(script), "exec"), {"__name__": "__main__"})
        metrics = spark.table(f"`{catalog}`.`{schema}`.job_metrics").where(f"step = '{name}'")
        return metrics.orderBy("started_at").collect()[-1].asDict()

    return run


def test_the_step_copy_samples_fills_the_volume(run, source, tmp_path):
    volume = tmp_path / "volume"
    volume.mkdir()

    values = run("copy_samples", samples=source, volume=str(volume))

    assert (values["status"], values["record_count"]) == ("SUCCESS", len(list(volume.iterdir())))


def test_the_steps_run_in_a_row(run, spark, catalog, schema, source):
    values = run("extract", source=source)
    assert values["status"] == "SUCCESS"
    assert values["record_count"] == 9
    for entity in ("customers", "orders", "products"):
        run("transform", entity=entity)
    assert run("load")["record_count"] == 3
    assert spark.table(f"`{catalog}`.`{schema}`.totals").count() == 3

    metrics = spark.table(f"`{catalog}`.`{schema}`.job_metrics")
    extract = metrics.where("step = 'extract'").first()
    assert (extract["run_id"], extract["status"]) == ("1", "SUCCESS")
    assert extract["error_message"] is None
    assert extract["record_count"] == values["record_count"]
    assert extract["records_per_second"] > 0


def test_a_step_that_fails_says_so_and_fails(run, spark, catalog, schema, tmp_path):
    with pytest.raises(Exception, match="nowhere"):
        run("extract", source=f"{tmp_path}/nowhere")

    (metric,) = spark.table(f"`{catalog}`.`{schema}`.job_metrics").collect()
    assert (metric["status"], metric["record_count"]) == ("FAILED", 0)
    assert "nowhere" in metric["error_message"]


def test_the_step_transform_does_the_entity_it_is_given(run, spark, catalog, schema, source):
    run("extract", source=source)
    run("transform", entity="products")

    clean = spark.sql(f"SHOW TABLES IN `{catalog}`.`{schema}` LIKE 'clean_*'").collect()
    assert [row["tableName"] for row in clean] == ["clean_products"]
