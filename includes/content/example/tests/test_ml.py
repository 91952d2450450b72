PLAUSIBLE_ERROR = 0.1
PREDICTED = {"O025", "O030"}  # what is open in fixtures/orders.csv

CUSTOMER = {"customer_id": "C1", "country": "GB"}
ORDER = {
    "order_id": "O1",
    "customer_id": "C1",
    "product_id": "P1",
    "order_date": "2025-03-01",
    "quantity": "1",
    "unit_price": "10.00",
    "status": "completed",
}
PRODUCT = {"product_id": "P1", "category": "food", "list_price": "20.00"}


def sample(count, misleading=False):
    """Return orders of which the large ones are cancelled; or the small ones, to mislead."""
    rows = pd.DataFrame({"order_id": [f"O{number}" for number in range(count)]})
    large = rows.index % 20 >= 12
    return rows.assign(
        quantity=1.0 + rows.index % 20,
        unit_price=10.0,
        share_of_list_price=1.0,
        country="GB",
        category="food",
        cancelled=(large != misleading).astype(int),
    )


def test_an_order_has_features_of_its_customer_and_its_product(spark):
    raw = {
        "customers": [CUSTOMER],
        "orders": [
            ORDER | {"quantity": "2"},
            ORDER | {"order_id": "O2", "customer_id": "", "product_id": "P9"},
            ORDER | {"order_id": "O3", "product_id": "P2", "status": "cancelled"},
            ORDER | {"order_id": "O4", "status": "pending"},
            ORDER | {"order_id": "O5", "quantity": "none"},
        ],
        "products": [PRODUCT, {"product_id": "P2", "category": "", "list_price": "0"}],
    }
    frames = {
        entity: clean(entity, spark.createDataFrame(rows, ENTITIES[entity].schema))
        for entity, rows in raw.items()
    }

    rows = features.build(**frames)

    columns = [*features.KEYS, *features.FEATURES, features.LABEL]
    assert {tuple(row) for row in rows.select(columns).collect()} == {
        ("O1", 2.0, 10.0, 0.5, "GB", "food", 0),
        ("O2", 1.0, 10.0, 1.0, "unknown", "unknown", 0),
        ("O3", 1.0, 10.0, 1.0, "GB", "unknown", 1),
        ("O4", 1.0, 10.0, 0.5, "GB", "food", None),
    }
    assert {row["order_id"] for row in features.to_learn(rows).collect()} == {"O1", "O2", "O3"}
    assert {row["order_id"] for row in features.to_predict(rows).collect()} == {"O4"}
