# Databricks notebook source
# /// script
# [tool.databricks.environment]
# environment_version = "4"
# ///
# MAGIC %md
# MAGIC # Transform
# MAGIC Cleans `raw_<entity>` into `clean_<entity>`, one `entity` or `all`.

# COMMAND ----------

from sales_pipeline import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")
dbutils.widgets.text("entity", "all")

# COMMAND ----------

steps.execute("transform", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
