# Databricks notebook source
# MAGIC %md
# MAGIC # Smoke run
# MAGIC Proves that what was deployed can be run.

# COMMAND ----------

from sales_marts import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")
dbutils.widgets.text("source", "")

# COMMAND ----------

steps.execute("smoke", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
