"""The rules of the clean tables, one small frame each."""

from datetime import date
from decimal import Decimal

import pytest

from [[package_name]].etl.entities import ENTITIES
from [[package_name]].etl.transform import clean

CUSTOMER = {
    "customer_id": "C1",
    "name": "Ada",
    "email": "ada@example.com",
    "country": "GB",
    "updated_at": "2025-01-01T00:00:00Z",
}
ORDER = {
    "order_id": "O1",
    "customer_id": "C1",
    "product_id": "P1",
    "order_date": "2025-03-01",
    "quantity": "3",
    "unit_price": "0.10",
    "status": "completed",
    "updated_at": "2025-03-01T00:00:00Z",
}
PRODUCT = {
    "product_id": "P1",
    "name": "Tea",
    "category": "food",
    "list_price": "12.25",
    "updated_at": "2025-01-01T00:00:00Z",
}


@pytest.fixture
def customers(spark):
    """Return a function that cleans customers, each given by how it differs from a good one."""
    return lambda *changes: _clean(spark, "customers", CUSTOMER, changes)


@pytest.fixture
def orders(spark):
    """Return a function that cleans orders, each given by how it differs from a good one."""
    return lambda *changes: _clean(spark, "orders", ORDER, changes)


@pytest.fixture
def products(spark):
    """Return a function that cleans products, each given by how it differs from a good one."""
    return lambda *changes: _clean(spark, "products", PRODUCT, changes)


def _clean(spark, entity, good, changes):
    raw = spark.createDataFrame([good | change for change in changes], ENTITIES[entity].schema)
    return clean(entity, raw).collect()


def test_good_rows_pass(customers, orders, products):
    assert customers({})[0]["name"] == "Ada"
    assert orders({})[0]["order_date"] == date(2025, 3, 1)
    assert products({})[0]["list_price"] == Decimal("12.25")


def test_rows_without_a_key_are_dropped(customers, orders, products):
    missing = (None, "", "  ")

    assert customers(*({"customer_id": key} for key in missing)) == []
    assert orders(*({"order_id": key} for key in missing)) == []
    assert products(*({"product_id": key} for key in missing)) == []


def test_the_latest_row_of_a_key_wins_whatever_its_spelling(customers):
    rows = customers(
        {"customer_id": "C1", "name": "Old", "updated_at": "2025-01-01T00:00:00Z"},
        {"customer_id": " c1 ", "name": "New", "updated_at": "2025-02-01T00:00:00Z"},
        {"customer_id": "C1", "name": "Undated", "updated_at": "yesterday"},
        {"customer_id": "C2", "name": "Other"},
    )

    assert {(row["customer_id"], row["name"]) for row in rows} == {("C1", "New"), ("C2", "Other")}


def test_rows_updated_at_the_same_time_give_the_same_result_in_any_order(customers):
    tie = ({"name": "Ada"}, {"name": "Grace"}, {"name": "Zoë"})

    assert customers(*tie) == customers(*reversed(tie))


def test_customer_fields_are_normalised(customers):
    (row,) = customers({"name": " Zoë   Müller ", "email": " Zoe@Example.COM", "country": " de "})

    assert (row["name"], row["email"], row["country"]) == ("Zoë Müller", "zoe@example.com", "DE")


def test_an_implausible_email_becomes_null(customers):
    emails = (None, "", "ada", "ada@", "ada@localhost", "ada lovelace@example.com")
    rows = customers(*({"customer_id": f"<{email}>", "email": email} for email in emails))

    assert [row["email"] for row in rows] == [None] * len(emails)


def test_a_country_that_is_no_code_becomes_null(customers):
    countries = (None, "", "Brazil", "1A")
    rows = customers(*({"customer_id": f"<{code}>", "country": code} for code in countries))

    assert [row["country"] for row in rows] == [None] * len(countries)


def test_revenue_is_exact(orders):
    (row,) = orders({"quantity": "3", "unit_price": "0.10"})

    assert row["revenue"] == Decimal("0.30")


def test_orders_that_cannot_be_counted_are_dropped(orders):
    uncountable = (
        {"product_id": None},
        {"order_date": None},
        {"order_date": "02/03/2025"},
        {"order_date": "2025-02-30"},
        {"quantity": None},
        {"quantity": "two"},
        {"quantity": "1.5"},
        {"quantity": "0"},
        {"quantity": "-1"},
        {"quantity": "99999999999"},
        {"unit_price": None},
        {"unit_price": "12,25"},
        {"unit_price": "-0.01"},
    )
    # Each is named after what is wrong with it, so that a failure tells which one got through.
    rows = orders({"order_id": "GOOD"}, *({"order_id": str(bad)} | bad for bad in uncountable))

    assert [row["order_id"] for row in rows] == ["GOOD"]


def test_a_broken_correction_does_not_hide_the_last_good_row(orders):
    (row,) = orders(
        {"quantity": "3", "updated_at": "2025-03-01T00:00:00Z"},
        {"quantity": "three", "updated_at": "2025-03-02T00:00:00Z"},
    )

    assert row["quantity"] == 3


def test_a_cancellation_replaces_the_order(orders):
    (row,) = orders(
        {"status": "completed", "updated_at": "2025-03-01T00:00:00Z"},
        {"status": " Cancelled ", "updated_at": "2025-03-02T00:00:00Z"},
    )

    assert row["status"] == "cancelled"


def test_an_order_without_a_customer_stays(orders):
    assert orders({"customer_id": ""})[0]["customer_id"] is None


def test_product_categories_are_normalised(products):
    assert products({"category": " FOOD "})[0]["category"] == "food"
    assert products({"category": " "})[0]["category"] is None


def test_products_without_a_price_are_dropped(products):
    prices = (None, "n/a", "-1.00")
    rows = products({}, *({"product_id": f"<{price}>", "list_price": price} for price in prices))

    assert [row["product_id"] for row in rows] == ["P1"]
