# Worked out by hand from the files in fixtures/ and IMPLAUSIBLE.
GOLD = {
    (date(2025, 3, 1), "CN", "office", 1, 10, Decimal("42.00")),
    (date(2025, 3, 1), "DE", "kitchen", 2, 3, Decimal("438.80")),
    (date(2025, 3, 1), "FR", "home", 1, 1, Decimal("39.99")),
    (date(2025, 3, 1), "GB", "office", 2, 3, Decimal("215.00")),
    (date(2025, 3, 1), "PL", "food", 1, 4, Decimal("49.00")),
    (date(2025, 3, 1), "PT", "food", 1, 3, Decimal("55.50")),
    (date(2025, 3, 2), "DE", "food", 2, 2, Decimal("0.30")),
    (date(2025, 3, 2), "DE", "unknown", 2, 2, Decimal("38.33")),
    (date(2025, 3, 2), "DK", "kitchen", 1, 3, Decimal("284.70")),
    (date(2025, 3, 2), "IE", "kitchen", 1, 1, Decimal("229.00")),
    (date(2025, 3, 2), "IT", "unknown", 1, 1, Decimal("10.00")),
    (date(2025, 3, 2), "unknown", "food", 4, 6, Decimal("92.25")),
}
# Of each entity: rows delivered, rows in silver, rows in the quarantine.
ROWS = {"customers": (16, 15, 1), "orders": (35, 26, 9), "products": (15, 11, 4)}
KEY = "order_id"
QUARANTINED = [
    ("", ["has_id"]),
    ("O018", ["has_quantity"]),
    ("O019", ["has_quantity"]),
    ("O020", ["has_quantity"]),
    ("O021", ["has_price"]),
    ("O022", ["has_date"]),
    ("O023", ["has_date"]),
    ("O024", ["has_product"]),
    ("O031", ["plausible_price"]),
]
IMPLAUSIBLE = """\
order_id,customer_id,product_id,order_date,quantity,unit_price,status,updated_at
O031,C01,P03,2025-03-03,1,9900000,completed,2025-03-03T09:00:00Z
"""
