"""The three steps in a row, over the sample data in fixtures/."""

from decimal import Decimal

import pytest

from [[package_name]].etl import (
    extract,
    load,
    tables,
    transform,
)

TOTALS = {
    ("customers", 2, Decimal("35.50")),
    ("orders", 2, Decimal("13.00")),
    ("products", 2, Decimal("30.75")),
}


def test_sample_data_gives_the_expected_totals_however_often_it_runs(
    spark, catalog, schema, source
):
    for _ in range(2):
        extract.run(spark, catalog, schema, source)
        transform.run(spark, catalog, schema)
        load.run(spark, catalog, schema)

        totals = tables.read(spark, catalog, schema, "totals").collect()
        assert {tuple(row) for row in totals} == TOTALS


def test_a_clean_table_that_is_not_there_yet_counts_as_empty(spark, catalog, schema, source):
    extract.run(spark, catalog, schema, source)
    transform.run(spark, catalog, schema, "orders")

    assert load.run(spark, catalog, schema).record_count == 1


def test_transform_names_the_entities_it_knows(spark, catalog, schema):
    with pytest.raises(ValueError, match="'prices': choose all, customers, orders, products"):
        transform.run(spark, catalog, schema, "prices")
