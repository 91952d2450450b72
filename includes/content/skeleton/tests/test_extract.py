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
