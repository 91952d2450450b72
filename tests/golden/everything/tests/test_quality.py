"""The quality gate: what is measured, how it is scored, and what a poor load leads to."""

import pytest

from all_of_retail.etl import extract, tables
from all_of_retail.etl.entities import ENTITIES
from all_of_retail.ops import (
    alert_poor,
    check_quality,
)
from all_of_retail.ops.check_quality import (
    Check,
    measure,
    score,
)

KNOWN = ENTITIES["orders"]


@pytest.fixture
def orders(spark):
    """Return a function that delivers orders, each by the columns that it has."""
    return lambda *rows: spark.createDataFrame(
        [tuple(row.get(column) for column in KNOWN.delivered) for row in rows], KNOWN.schema
    )


@pytest.mark.parametrize(
    ("worst", "expected"),
    [
        (1000, "GOOD"),
        (750, "GOOD"),
        (749, "FAIR"),
        (500, "FAIR"),
        (499, "POOR"),
        (0, "POOR"),
    ],
)
def test_a_load_is_as_good_as_its_worst_rule(worst, expected):
    checks = [Check("orders", "a rule", 1000, passed) for passed in (1000, worst, 1000)]

    assert score(checks) == expected


def test_what_was_not_measured_is_poor():
    assert score([]) == "POOR"


def test_a_load_without_rows_is_poor(orders):
    assert score(measure("orders", orders(), before=0)) == "POOR"


def test_every_rule_is_measured(orders):
    checks = {check.rule: check for check in measure("orders", orders({}, {}), before=0)}

    assert checks.keys() == {
        "fewer rows than before",
        "repeated row",
        *KNOWN.rules,
    }
    assert {(checks[rule].checked, checks[rule].passed) for rule in KNOWN.rules} == {(2, 0)}


def test_a_row_that_repeats_is_counted_once_and_another_version_is_no_repetition(orders):
    first, other = ({KNOWN.key: "K1", "updated_at": f"2025-03-0{day}"} for day in (1, 2))
    rows = orders(first, first | {KNOWN.key: " K1"}, first, other, {KNOWN.key: "K2"}, {})

    assert Check("orders", "repeated row", 6, 4) in measure("orders", rows, before=0)


@pytest.mark.parametrize(("before", "passed"), [(0, 1), (1, 1), (3, 3), (4, 3)])
def test_a_load_that_lost_rows_is_noticed_and_one_that_grew_is_not(orders, before, passed):
    first, *_ = measure("orders", orders({}, {}, {}), before)

    assert first == Check("orders", "fewer rows than before", max(before, 1), passed)


def test_references_to_what_was_not_delivered_are_counted(spark, orders):
    references = ("P1", " p1 ", "P2", "", None)
    raw = {
        "orders": orders(*({"product_id": product} for product in references)),
        "customers": spark.createDataFrame([], ENTITIES["customers"].schema),
        "products": spark.createDataFrame(
            [("P1", "Tea", "", "1.00", ""), ("p1", "Tea", "", "2.00", "")],
            ENTITIES["products"].schema,
        ),
    }

    assert check_quality.measure_references(raw) == [
        Check("orders", "unknown customer_id", 0, 0),
        Check("orders", "unknown product_id", 3, 2),
    ]


def test_the_sample_data_is_good_unless_there_was_much_more_before(spark, catalog, schema, source):
    extract.run(spark, catalog, schema, source)

    outcome = check_quality.run(spark, catalog, schema, "7")

    assert outcome.values == {"quality_score": "GOOD"}
    kept = tables.read(spark, catalog, schema, "quality_checks").where("run_id = '7'")
    assert kept.count() == outcome.record_count
    assert {row["entity"] for row in kept.collect()} == ENTITIES.keys()
    assert kept.where("passed > checked OR checked_at IS NULL").count() == 0

    # A thousand products in the clean table are far more than this load has.
    before = tables.quoted(catalog, schema, "clean_products")
    spark.range(1000).write.mode("append").saveAsTable(before)
    assert check_quality.run(spark, catalog, schema, "8").values == {"quality_score": "POOR"}


def test_a_poor_load_fails_and_names_what_its_last_measurement_found(spark, catalog, schema):
    poor = [Check("orders", "bad", 10, 4), Check("orders", "worse", 10, 3)]
    fair = [Check("orders", "fair", 10, 6)]
    before = [Check("orders", "fixed", 10, 3)]
    for run_id, checks in (("8", before), ("8", [*poor, *fair]), ("9", fair)):
        check_quality.keep(spark, catalog, schema, checks, run_id)

    with pytest.raises(alert_poor.PoorQuality) as failure:
        alert_poor.run(spark, catalog, schema, "8")
    assert str(failure.value) == "orders: worse (7 of 10); orders: bad (6 of 10)"
    with pytest.raises(alert_poor.PoorQuality, match="too poor to use"):
        alert_poor.run(spark, catalog, schema, "9")
