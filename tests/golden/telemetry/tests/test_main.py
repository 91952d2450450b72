"""The entry points of the tasks, called as a job calls them."""

import pytest

from fleet import main


@pytest.fixture
def run(monkeypatch, spark, catalog, schema):
    """Return a function that calls an entry point, and returns its row of job_metrics."""
    # A job may hand all its parameters to each task, the ones it has no use for too.
    options = [f"--catalog={catalog}", f"--schema={schema}", "--run_id=1", "--other=x"]

    def run(name, **parameters):
        own = [f"--{key}={value}" for key, value in parameters.items()]
        monkeypatch.setattr("sys.argv", [name, *options, *own])
        getattr(main, name)()
        metrics = spark.table(f"`{catalog}`.`{schema}`.job_metrics").where(f"step = '{name}'")
        return metrics.orderBy("started_at").collect()[-1].asDict()

    return run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--catalog=c", "--schema=s"], "required: --source"),
        (["--catalog=c", "--source=x"], "required: --schema"),
        (["--catalog=c", "--sch=s", "--source=x"], "required: --schema"),
        ([], "required: --catalog, --schema, --source"),
    ],
)
def test_missing_options_are_refused_with_a_reason(capsys, arguments, message):
    with pytest.raises(SystemExit, match="2"):
        main.extract(arguments)

    assert message in capsys.readouterr().err


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
    assert run("replay")["status"] == "NO_DATA"

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
