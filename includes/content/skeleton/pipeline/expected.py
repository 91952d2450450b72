# Worked out by hand from the files in fixtures/ and IMPLAUSIBLE.
GOLD = {
    ("customers", 2, Decimal("35.50")),
    ("orders", 2, Decimal("13.00")),
    ("products", 2, Decimal("30.75")),
}
# Of each entity: rows delivered, rows in silver, rows in the quarantine.
ROWS = {"customers": (4, 3, 1), "orders": (4, 2, 2), "products": (2, 2, 0)}
KEY = "id"
QUARANTINED = [("O3", ["has_amount"]), ("O4", ["plausible_amount"])]
IMPLAUSIBLE = """\
id,name,amount,updated_at
O4,fourth,9900000,2025-03-03T09:00:00Z
"""
