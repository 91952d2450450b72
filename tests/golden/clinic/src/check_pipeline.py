# Databricks notebook source
# MAGIC %md
# MAGIC # Check the pipeline
# MAGIC Counts the rows of the table that people read: none are `NO_DATA`.

# COMMAND ----------

from clinic_visits import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")

# COMMAND ----------

steps.execute("check_pipeline", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
