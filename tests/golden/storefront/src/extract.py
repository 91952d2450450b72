# Databricks notebook source
# /// script
# [tool.databricks.environment]
# environment_version = "4"
# ///
# MAGIC %md
# MAGIC # Extract
# MAGIC Reads the CSV files in `source` into the tables `raw_<entity>`.

# COMMAND ----------

from sales_pipeline.etl import extract

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("source", "")

# COMMAND ----------

extract.run(
    spark,
    catalog=dbutils.widgets.get("catalog"),
    schema=dbutils.widgets.get("schema"),
    source=dbutils.widgets.get("source"),
)
