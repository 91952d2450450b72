# Databricks notebook source
# /// script
# [tool.databricks.environment]
# environment_version = "4"
# ///
# MAGIC %md
# MAGIC # Load
# MAGIC Joins the tables `clean_<entity>` into `daily_revenue`.

# COMMAND ----------

from sales_pipeline.etl import load

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")

# COMMAND ----------

load.run(
    spark,
    catalog=dbutils.widgets.get("catalog"),
    schema=dbutils.widgets.get("schema"),
)
