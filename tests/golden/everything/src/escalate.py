# Databricks notebook source
# MAGIC %md
# MAGIC # Escalate
# MAGIC Opens an incident for the run, then fails.

# COMMAND ----------

from all_of_retail import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")

# COMMAND ----------

steps.execute("escalate", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
