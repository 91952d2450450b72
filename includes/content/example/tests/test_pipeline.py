"""The three steps in a row, over the sample data in fixtures/."""

from datetime import date
from decimal import Decimal

import pytest

from [[package_name]].etl import (
    extract,
    load,
    tables,
    transform,
)

COLUMNS = ("order_date", "country", "category", "orders", "units", "revenue")
# Worked out by hand from the files.
DAILY_REVENUE = {
    (date(2025, 3, 1), "CN", "office", 1, 10, Decimal("42.00")),
    (date(2025, 3, 1), "DE", "kitchen", 2, 3, Decimal("438.80")),
    (date(2025, 3, 1), "FR", "home", 1, 1, Decimal("39.99")),
    (date(2025, 3, 1), "GB", "office", 2, 3, Decimal("215.00")),
    (date(2025, 3, 1), "PL", "food", 1, 4, Decimal("49.00")),
    (date(2025, 3, 1), "PT", "food", 1, 3, Decimal("55.50")),
    (date(2025, 3, 2), "DE", "food", 2, 2, Decimal("0.30")),
    (date(2025, 3, 2), "DE", "unknown", 2, 2, Decimal("38.33")),
    (date(2025, 3, 2), "DK", "kitchen", 1, 3, Decimal("284.70")),
    (date(2025, 3, 2), "IE", "kitchen", 1, 1, Decimal("229.00")),
    (date(2025, 3, 2), "IT", "unknown", 1, 1, Decimal("10.00")),
    (date(2025, 3, 2), "unknown", "food", 4, 6, Decimal("92.25")),
}
ROWS = {
    "raw_customers": 16,
    "raw_orders": 34,
    "raw_products": 15,
    "clean_customers": 12,
    "clean_orders": 23,
    "clean_products": 9,
    "daily_revenue": len(DAILY_REVENUE),
}


def test_sample_data_gives_the_expected_revenue_however_often_it_runs(
    spark, catalog, schema, source
):
    for _ in range(2):
        extract.run(spark, catalog, schema, source)
        transform.run(spark, catalog, schema)
        load.run(spark, catalog, schema)

        rows = {table: tables.read(spark, catalog, schema, table).count() for table in ROWS}
        assert rows == ROWS
        revenue = tables.read(spark, catalog, schema, "daily_revenue").select(*COLUMNS).collect()
        assert {tuple(row) for row in revenue} == DAILY_REVENUE


def test_transform_can_do_one_entity_alone(spark, catalog, schema, source):
    extract.run(spark, catalog, schema, source)
    transform.run(spark, catalog, schema, "products")

    clean = spark.sql(f"SHOW TABLES IN `{catalog}`.`{schema}` LIKE 'clean_*'").collect()
    assert [row["tableName"] for row in clean] == ["clean_products"]


def test_transform_names_the_entities_it_knows(spark, catalog, schema):
    with pytest.raises(ValueError, match="'prices': choose all, customers, orders, products"):
        transform.run(spark, catalog, schema, "prices")


def test_without_customers_and_products_revenue_counts_as_unknown(spark, catalog, schema, source):
    extract.run(spark, catalog, schema, source)
    transform.run(spark, catalog, schema, "orders")
    load.run(spark, catalog, schema)

    revenue = tables.read(spark, catalog, schema, "daily_revenue")
    assert {tuple(row) for row in revenue.select("country", "category").collect()} == {
        ("unknown", "unknown")
    }
    expected = sum(row[-1] for row in DAILY_REVENUE)
    assert revenue.agg({"revenue": "sum"}).first()[0] == expected


def test_the_steps_tell_how_many_rows_they_handled(spark, catalog, schema, source):
    assert extract.run(spark, catalog, schema, source).record_count == 65
    assert transform.run(spark, catalog, schema, "products").record_count == 9
    assert load.run(spark, catalog, schema).record_count == 0
