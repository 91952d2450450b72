PLAUSIBLE_ERROR = 5.0
PREDICTED = {"C1", "C2", "O1", "O2", "P1", "P2"}  # what is valid in fixtures/


def sample(count, misleading=False):
    """Return rows whose amount is higher on Sundays; or lower, to mislead."""
    rows = pd.DataFrame({"id": [str(number) for number in range(count)]})
    sunday = rows.index % 7 == 0
    return rows.assign(
        entity="orders",
        weekday=["Sun" if each else "Mon" for each in sunday],
        amount=100.0 * (sunday != misleading),
    )


def test_a_row_has_features(spark):
    columns = "id STRING, amount DECIMAL(10, 2), updated_on DATE"
    dated = spark.createDataFrame([("1", None, date(2025, 3, 1))], columns)
    undated = spark.createDataFrame([("1", None, None)], columns)

    rows = features.build(customers=dated, orders=undated)

    columns = [*features.KEYS, "weekday", features.LABEL]
    assert {tuple(row) for row in rows.select(columns).collect()} == {
        ("customers", "1", "Sat", None),
        ("orders", "1", "unknown", None),
    }
