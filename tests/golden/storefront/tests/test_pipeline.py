"""The three steps in a row, over the sample data in fixtures/."""

from datetime import date
from decimal import Decimal

import pytest

from sales_pipeline.etl import (
    extract,
    load,
    tables,
    transform,
)

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
        revenue = tables.read(spark, catalog, schema, "daily_revenue").collect()
        assert {tuple(row) for row in revenue} == DAILY_REVENUE


def test_extract_keeps_rows_as_delivered_and_notes_their_file(spark, source):
    raw = extract.read_csv(spark, source, "customers")

    row = raw.where("customer_id = 'C12'").first()
    assert (row["name"], row["country"]) == ("O'Brien, Niamh", "IE")
    assert row["_source_file"].endswith("/fixtures/customers.csv")
    assert row["_ingested_at"] is not None
    assert raw.where("name = 'Zoë Müller'").count() == 1


def test_extract_refuses_a_file_whose_columns_moved(spark, tmp_path):
    header = "product_id,category,name,list_price,updated_at"
    (tmp_path / "products.csv").write_text(f"{header}\nP1,food,Tea,1.00,2025-01-01\n")

    with pytest.raises(Exception, match="(?i)header"):
        extract.read_csv(spark, str(tmp_path), "products").collect()


def test_transform_can_do_one_entity_alone(spark, catalog, schema, source):
    extract.run(spark, catalog, schema, source)
    transform.run(spark, catalog, schema, "products")

    clean = spark.sql(f"SHOW TABLES IN `{catalog}`.`{schema}` LIKE 'clean_*'").collect()
    assert [row["tableName"] for row in clean] == ["clean_products"]


def test_transform_names_the_entities_it_knows(spark, catalog, schema):
    with pytest.raises(ValueError, match="'prices': choose all, customers, orders, products"):
        transform.run(spark, catalog, schema, "prices")


def test_a_missing_parameter_is_named(spark, schema, source):
    with pytest.raises(ValueError, match="give the catalog and the schema"):
        extract.run(spark, "", schema, source)


def test_names_are_quoted():
    assert tables.quoted("main", "dev-zoë", "a`b") == "`main`.`dev-zoë`.`a``b`"


def test_extract_and_transform_know_the_same_entities():
    assert extract.SCHEMAS.keys() == transform.CLEANERS.keys()
