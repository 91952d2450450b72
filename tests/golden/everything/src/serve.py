# Databricks notebook source
# MAGIC %md
# MAGIC # Serve
# MAGIC The endpoint serves the champion.

# COMMAND ----------

from all_of_retail import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")
dbutils.widgets.text("model", "")
dbutils.widgets.text("endpoint", "")
dbutils.widgets.text("tags", "")

# COMMAND ----------

steps.execute("serve", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
