# Worked out by hand from fixtures/orders.csv: orders, units and revenue of each customer.
TOTALS = {
    ("C01", 6, 7, Decimal("477.43")),
    ("C02", 1, 3, Decimal("55.50")),
    ("C03", 1, 4, Decimal("49.00")),
    ("C04", 1, 1, Decimal("39.99")),
    ("C05", 1, 3, Decimal("284.70")),
    ("C06", 1, 10, Decimal("42.00")),
    ("C07", 1, 1, Decimal("75.00")),
    ("C08", 1, 2, Decimal("140.00")),
    ("C09", 1, 1, Decimal("10.00")),
    ("C10", 1, 2, Decimal("37.00")),
    ("C11", 1, 1, Decimal("18.50")),
    ("C12", 1, 1, Decimal("229.00")),
    ("C99", 1, 1, Decimal("12.25")),
    ("unknown", 1, 2, Decimal("24.50")),
}
