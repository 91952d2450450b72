# Databricks notebook source
# MAGIC %md
# MAGIC # Extract
# MAGIC Reads the CSV files in `source` into the tables `raw_<entity>`.

# COMMAND ----------

from clinic_visits.etl import extract

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
