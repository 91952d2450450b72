# Databricks notebook source
# /// script
# [tool.databricks.environment]
# environment_version = "4"
# ///
# MAGIC %md
# MAGIC # Transform
# MAGIC Cleans the tables `raw_<entity>` into `clean_<entity>`: one `entity`, or `all` of them.

# COMMAND ----------

from sales_pipeline.etl import transform

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("entity", transform.ALL)

# COMMAND ----------

transform.run(
    spark,
    catalog=dbutils.widgets.get("catalog"),
    schema=dbutils.widgets.get("schema"),
    entity=dbutils.widgets.get("entity"),
)
