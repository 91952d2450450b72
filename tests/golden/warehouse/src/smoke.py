# Databricks notebook source
# MAGIC %md
# MAGIC # Smoke run
# MAGIC Proves that the jobs find what they need, and may use it.

# COMMAND ----------

from sales_marts import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")
dbutils.widgets.text("source", "")

# COMMAND ----------

steps.execute("smoke", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
