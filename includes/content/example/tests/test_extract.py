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
