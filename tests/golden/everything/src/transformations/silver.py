"""Silver: typed rows. Those that break a rule are dropped from it and kept in a quarantine."""

from pyspark import pipelines as dp
from pyspark.sql import SparkSession

from all_of_retail.pipeline import frames, rules

spark = SparkSession.active()


def declare(entity: str) -> None:
    """Declare ``silver_<entity>`` and, for the rows that it drops, ``quarantine_<entity>``."""

    @dp.table(
        name=f"silver_{entity}",
        comment=f"{entity.capitalize()} that keep the rules",
        cluster_by=rules.LAYOUT.get(entity),
    )
    @dp.expect_all(rules.WARN[entity])
    @dp.expect_all_or_drop(rules.DROP[entity])
    def silver():
        return frames.typed(spark.readStream.table(f"bronze_{entity}"), entity)

    @dp.table(
        name=f"quarantine_{entity}",
        comment=f"{entity.capitalize()} that break a rule, and which",
    )
    def quarantine():
        delivered = spark.readStream.table(f"bronze_{entity}")
        rows = frames.typed(delivered, entity, "to_json(struct(*)) AS delivered")
        judged = rows.select(frames.broken_rules(entity), "delivered")
        return judged.where("size(broken_rules) > 0")


for name in rules.DELIVERED:
    declare(name)
