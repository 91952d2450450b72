"""Extract, and how tables are named and laid out."""

from pathlib import Path

import pytest

from sales_pipeline.etl import extract, tables
from sales_pipeline.ops.outcome import NO_DATA


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


def test_a_table_is_clustered_and_stays_so(spark, catalog, schema):
    (table, columns), *_ = tables.CLUSTERED_BY.items()
    rows = spark.createDataFrame([("a",) * len(columns)], columns)

    for frame in (rows, rows.selectExpr("*", "1 AS added")):
        tables.write(frame, catalog, schema, table)

        found = detail(spark, catalog, schema, table)
        assert found["clusteringColumns"] == columns
        assert found["partitionColumns"] == []
        assert tables.read(spark, catalog, schema, table).columns == frame.columns


def detail(spark, catalog, schema, table):
    return spark.sql(f"DESCRIBE DETAIL {tables.quoted(catalog, schema, table)}").first()
