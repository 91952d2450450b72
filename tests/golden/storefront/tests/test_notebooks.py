"""The notebooks, run cell by cell with a stand-in for dbutils."""

from pathlib import Path
from types import SimpleNamespace

import pytest

SRC = Path(__file__).parent.parent / "src"


def run_notebook(name, spark, parameters):
    """Run a notebook as a task with these parameters, and return what it declares as widgets."""
    declared = {}
    widgets = SimpleNamespace(
        text=lambda widget, default: declared.setdefault(widget, parameters.get(widget, default)),
        get=lambda widget: declared[widget],
    )
    header, *cells = (SRC / f"{name}.py").read_text(encoding="utf-8").split("# COMMAND ----------")
    assert header.splitlines()[0] == "# Databricks notebook source"
    namespace = {"spark": spark, "dbutils": SimpleNamespace(widgets=widgets)}
    for cell in cells:
        exec(cell, namespace)
    return declared


def test_the_notebooks_run_in_a_row(spark, catalog, schema, source):
    job = {"catalog": catalog, "schema": schema, "source": source}

    run_notebook("extract", spark, job)
    run_notebook("transform", spark, job)
    run_notebook("load", spark, job)

    assert spark.table(f"`{catalog}`.`{schema}`.daily_revenue").count() == 12


def test_the_transform_notebook_does_the_entity_it_is_given(spark, catalog, schema, source):
    job = {"catalog": catalog, "schema": schema, "source": source}

    run_notebook("extract", spark, job)
    run_notebook("transform", spark, job | {"entity": "products"})

    clean = spark.sql(f"SHOW TABLES IN `{catalog}`.`{schema}` LIKE 'clean_*'").collect()
    assert [row["tableName"] for row in clean] == ["clean_products"]


@pytest.mark.parametrize("name", ["extract", "transform", "load"])
def test_a_notebook_run_by_hand_asks_for_what_is_missing(spark, name):
    with pytest.raises(ValueError, match="give the catalog and the schema"):
        run_notebook(name, spark, {})
