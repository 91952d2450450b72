"""Extract, and how tables are named and laid out."""

from pathlib import Path

import pytest

from little.etl import extract, tables
from little.ops.outcome import NO_DATA


def test_extract_keeps_rows_as_delivered_and_notes_their_file(spark, source):
    raw = extract.read_csv(spark, source, "orders")

    row = raw.where("id = 'O3'").first()
    assert row["amount"] == "many"
    assert row["_source_file"].endswith("/fixtures/orders.csv")
    assert row["_ingested_at"] is not None


def test_extract_refuses_a_file_whose_columns_moved(spark, tmp_path):
    (tmp_path / "products.csv").write_text("id,amount,name,updated_at\nP1,1.00,Tea,2025-01-01\n")

    with pytest.raises(Exception, match="(?i)header"):
        extract.read_csv(spark, str(tmp_path), "products").collect()


def test_a_missing_parameter_is_named(spark, schema, source):
    with pytest.raises(ValueError, match="give the catalog and the schema"):
        extract.run(spark, "", schema, source)


def test_names_are_quoted():
    assert tables.quoted("main", "dev-zoë", "a`b") == "`main`.`dev-zoë`.`a``b`"


def test_all_deliveries_of_an_entity_are_read(spark, source, tmp_path):
    delivered = (Path(source) / "orders.csv").read_bytes()
    for name in ("orders_2025-03-01.csv", "orders_2025-03-02.csv"):
        (tmp_path / name).write_bytes(delivered)

    once = extract.read_csv(spark, source, "orders").count()
    assert extract.read_csv(spark, str(tmp_path), "orders").count() == 2 * once


def test_files_without_rows_are_no_data(spark, catalog, schema, source, tmp_path):
    for file in Path(source).glob("*.csv"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8").splitlines()[0] + "\n")

    assert extract.run(spark, catalog, schema, str(tmp_path)).status == NO_DATA


def test_tables_join_small_files_by_themselves(spark, catalog, schema, source):
    extract.run(spark, catalog, schema, source)

    properties = detail(spark, catalog, schema, "raw_orders")["properties"]
    assert tables.PROPERTIES.items() <= properties.items()


def test_a_table_says_what_it_holds(spark, catalog, schema, source):
    extract.run(spark, catalog, schema, source)
    tables.append(spark.createDataFrame([("extract",)], "step STRING"), catalog, schema, "own")

    for table in ("raw_orders", "own"):
        said = detail(spark, catalog, schema, table)["description"]
        assert said == tables.COMMENTS.get(table)


def test_a_table_has_no_layout(spark, catalog, schema, source):
    extract.run(spark, catalog, schema, source)

    found = detail(spark, catalog, schema, "raw_orders")
    assert (found["partitionColumns"], found["clusteringColumns"]) == ([], [])


def detail(spark, catalog, schema, table):
    return spark.sql(f"DESCRIBE DETAIL {tables.quoted(catalog, schema, table)}").first()
