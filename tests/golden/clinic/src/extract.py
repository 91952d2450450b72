# Databricks notebook source
# MAGIC %md
# MAGIC # Extract
# MAGIC Reads the CSV files in `source` into the tables `raw_<entity>`.

# COMMAND ----------

from clinic_visits import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")
dbutils.widgets.text("source", "")

# COMMAND ----------

steps.execute("extract", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
