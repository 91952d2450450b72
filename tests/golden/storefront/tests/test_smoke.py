"""The smoke run: it passes where all is there, and says what is not."""

import pytest

from sales_pipeline import steps
from sales_pipeline.etl import tables
from sales_pipeline.ops import smoke


@pytest.fixture
def run(spark, catalog, schema, source):
    """Return a function that makes the smoke run."""
    given = {
        "source": source,
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
