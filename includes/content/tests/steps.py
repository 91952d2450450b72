[# The tests of the steps in the form they run in; `run(name, **parameters)` is the form's own. #]
def test_the_step_copy_samples_fills_the_volume(run, source, tmp_path):
    volume = tmp_path / "volume"
    volume.mkdir()

    values = run("copy_samples", samples=source, volume=str(volume))

    assert (values["status"], values["record_count"]) == ("SUCCESS", len(list(volume.iterdir())))


[% if ingest %]
def test_the_steps_run_in_a_row(run, spark, catalog, schema, source[[ ', capsys' if pattern == 'workflow' ]]):
    values = run("extract", source=source)
    assert values["status"] == "SUCCESS"
    assert values["record_count"] == [[ 65 if content == 'example' else 9 ]]
[% if gate %]
    assert run("check_quality")["quality_score"] == "[[ 'GOOD' if content == 'example' else 'FAIR' ]]"
    with pytest.raises(Exception, match="too poor to use"):
        run("alert_poor")
[% endif %]
[% if etl %]
    for entity in ("customers", "orders", "products"):
        run("transform", entity=entity)
    assert run("load")["record_count"] == [[ 12 if content == 'example' else 3 ]]
    assert spark.table(f"`{catalog}`.`{schema}`.[[ output_table ]]").count() == [[ 12 if content == 'example' else 3 ]]
[% endif %]
[% if pattern == 'workflow' %]
    assert run("update_metadata")["record_count"] > 0
    capsys.readouterr()
    run("notify_success")
    assert "extract [[ 65 if content == 'example' else 9 ]] rows" in capsys.readouterr().out
    with pytest.raises(Exception, match="alert_poor: PoorQuality"):
        run("escalate")
[% elif pattern == 'condition' %]
    assert run("no_data")["status"] == "NO_DATA"
[% endif %]
[% if etl and dead_letters %]
    assert run("replay")["status"] == "NO_DATA"
[% endif %]

    metrics = spark.table(f"`{catalog}`.`{schema}`.job_metrics")
    extract = metrics.where("step = 'extract'").first()
    assert (extract["run_id"], extract["status"]) == ("1", "SUCCESS")
    assert extract["error_message"] is None
    assert extract["record_count"] == values["record_count"]
    assert extract["records_per_second"] > 0


[% set told = task_type == 'notebook' or deciding_step == 'extract' %]
def test_a_step_that_fails_says_so_and_fails(run, [[ 'values, ' if told ]]spark, catalog, schema, tmp_path):
    with pytest.raises(Exception, match="nowhere"):
        run("extract", source=f"{tmp_path}/nowhere")

[% if told %]
    assert values["status"] == "FAILED"
    assert "nowhere" in values["error_message"]
[% endif %]
    (metric,) = spark.table(f"`{catalog}`.`{schema}`.job_metrics").collect()
    assert (metric["status"], metric["record_count"]) == ("FAILED", 0)
    assert "nowhere" in metric["error_message"]
[% if etl %]


def test_the_step_transform_does_the_entity_it_is_given(run, spark, catalog, schema, source):
    run("extract", source=source)
    run("transform", entity="products")

    clean = spark.sql(f"SHOW TABLES IN `{catalog}`.`{schema}` LIKE 'clean_*'").collect()
    assert [row["tableName"] for row in clean] == ["clean_products"]
[% endif %]
[% endif %]
[% if not ingest %]
def test_the_step_check_pipeline_counts_what_people_read(run, spark, catalog, schema):
    with pytest.raises(Exception, match="gold_[[ output_table ]]"):
        run("check_pipeline")

    spark.sql(f"CREATE TABLE `{catalog}`.`{schema}`.gold_[[ output_table ]] AS SELECT 1 AS one")
    values = run("check_pipeline")
    assert (values["status"], values["record_count"]) == ("SUCCESS", 1)
[% endif %]
