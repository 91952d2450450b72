"""Transform: raw tables become clean ones, with one valid row for each key.

The ``clean_*`` functions are pure. They first drop the rows that break a rule, then keep the latest
of each key, so that a broken correction does not hide the last good row.
"""

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from . import tables

ALL = "all"


def clean_customers(raw: DataFrame) -> DataFrame:
    """Return customers that have an id; an implausible e-mail or country becomes null."""
    email = F.lower(_text("email"))
    country = F.upper(_text("country"))
    customers = raw.select(
        F.upper(_text("customer_id")).alias("customer_id"),
        F.regexp_replace(_text("name"), r"\s+", " ").alias("name"),
        F.when(email.rlike(r"^[^@\s]+@[^@\s]+\.[^@\s]+$"), email).alias("email"),
        F.when(country.rlike("^[A-Z]{2}$"), country).alias("country"),
        _parsed("updated_at", "TIMESTAMP"),
    )
    return _latest(customers.where("customer_id IS NOT NULL"), "customer_id")


def clean_orders(raw: DataFrame) -> DataFrame:
    """Return orders that have an id, a product, a date, a quantity and a price, and their revenue.

    An order without a customer stays: it is revenue all the same. So does a cancelled one, since it
    replaces its earlier versions.
    """
    orders = raw.select(
        F.upper(_text("order_id")).alias("order_id"),
        F.upper(_text("customer_id")).alias("customer_id"),
        F.upper(_text("product_id")).alias("product_id"),
        _parsed("order_date", "DATE"),
        _parsed("quantity", "INT"),
        _parsed("unit_price", "DECIMAL(10, 2)"),
        F.lower(_text("status")).alias("status"),
        _parsed("updated_at", "TIMESTAMP"),
    )
    valid = orders.where(
        "order_id IS NOT NULL AND product_id IS NOT NULL AND order_date IS NOT NULL "
        "AND quantity > 0 AND unit_price >= 0"
    )
    # INT times DECIMAL is DECIMAL: no rounding error, and wide enough never to overflow.
    revenue = F.col("quantity") * F.col("unit_price")
    return _latest(valid, "order_id").withColumn("revenue", revenue)


def clean_products(raw: DataFrame) -> DataFrame:
    """Return products that have an id and a price; categories are in lower case."""
    products = raw.select(
        F.upper(_text("product_id")).alias("product_id"),
        F.regexp_replace(_text("name"), r"\s+", " ").alias("name"),
        F.lower(_text("category")).alias("category"),
        _parsed("list_price", "DECIMAL(10, 2)"),
        _parsed("updated_at", "TIMESTAMP"),
    )
    return _latest(products.where("product_id IS NOT NULL AND list_price >= 0"), "product_id")


CLEANERS = {"customers": clean_customers, "orders": clean_orders, "products": clean_products}


def run(spark: SparkSession, catalog: str, schema: str, entity: str = ALL) -> None:
    """Write ``clean_<entity>`` from ``raw_<entity>``, for one entity or all of them.

    Raises:
        ValueError: there is no such entity.
    """
    if entity not in (ALL, *CLEANERS):
        raise ValueError(f"Unknown entity {entity!r}: choose {ALL}, {', '.join(CLEANERS)}.")
    for name in CLEANERS if entity == ALL else (entity,):
        clean = CLEANERS[name](tables.read(spark, catalog, schema, f"raw_{name}"))
        tables.write(clean, catalog, schema, f"clean_{name}")


def _text(column: str) -> Column:
    """Trim a column; what is left empty is null."""
    return F.nullif(F.trim(column), F.lit(""))


def _parsed(column: str, data_type: str) -> Column:
    """Convert a text column; what does not parse is null, with ANSI mode on or off."""
    return F.expr(f"try_cast({column} AS {data_type})").alias(column)


def _latest(frame: DataFrame, key: str) -> DataFrame:
    """Keep the last updated row of each key; a hash settles ties, so every run agrees."""
    newest_first = Window.partitionBy(key).orderBy(
        F.desc_nulls_last("updated_at"), F.xxhash64(*frame.columns)
    )
    ranked = frame.withColumn("_rank", F.row_number().over(newest_first))
    return ranked.where("_rank = 1").drop("_rank")
