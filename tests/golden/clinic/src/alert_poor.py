# Databricks notebook source
# MAGIC %md
# MAGIC # Alert
# MAGIC Fails because the load is too poor to use.

# COMMAND ----------

from clinic_visits import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")

# COMMAND ----------

steps.execute("alert_poor", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
