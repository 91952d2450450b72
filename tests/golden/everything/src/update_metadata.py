# Databricks notebook source
# MAGIC %md
# MAGIC # Update metadata
# MAGIC Notes what each table holds in `run_metadata`.

# COMMAND ----------

from all_of_retail import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")

# COMMAND ----------

steps.execute("update_metadata", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
