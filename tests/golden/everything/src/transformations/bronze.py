"""Bronze: the rows of the CSV files, as delivered, each file read once."""

from pyspark import pipelines as dp
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from all_of_retail.etl.source import check_source
from all_of_retail.pipeline import rules

spark = SparkSession.active()


def declare(entity: str) -> None:
    """Declare ``bronze_<entity>``, read from ``<entity>*.csv`` in the folder ``source``."""

    # A full refresh would lose the rows of files that are gone.
    @dp.table(
        name=f"bronze_{entity}",
        comment=f"{entity.capitalize()} as delivered, each file once",
        table_properties={"pipelines.reset.allowed": "false"},
    )
    def bronze():
        reader = spark.readStream.format("cloudFiles").options(
            **{
                "cloudFiles.format": "csv",
                "cloudFiles.useStrictGlobber": "true",  # patterns as in `extract`
                "header": "true",
                "enforceSchema": "false",
            }
        )
        columns = ", ".join(f"{name} STRING" for name in rules.DELIVERED[entity])
        source = spark.conf.get("source")
        check_source(source)
        files = f"{source.rstrip('/')}/{entity}*.csv"
        return (
            reader.schema(columns)
            .load(files)
            .select(
                *rules.DELIVERED[entity],
                F.col("_metadata.file_path").alias("_source_file"),
                F.current_timestamp().alias("_ingested_at"),
            )
        )


for name in rules.DELIVERED:
    declare(name)
