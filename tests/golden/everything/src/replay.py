# Databricks notebook source
# MAGIC %md
# MAGIC # Replay
# MAGIC Brings back the dead letters that break no rule any more.

# COMMAND ----------

from all_of_retail import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")

# COMMAND ----------

steps.execute("replay", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
