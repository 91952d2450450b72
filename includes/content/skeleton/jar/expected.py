# Worked out by hand from fixtures/orders.csv: rows and their amounts of each order.
TOTALS = {
    ("O1", 1, Decimal("5.25")),
    ("O2", 1, Decimal("7.75")),
}
