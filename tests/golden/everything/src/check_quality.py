# Databricks notebook source
# MAGIC %md
# MAGIC # Check quality
# MAGIC Measures the tables `raw_<entity>` and scores the load: `GOOD`, `FAIR` or `POOR`.

# COMMAND ----------

from all_of_retail import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")

# COMMAND ----------

steps.execute("check_quality", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
