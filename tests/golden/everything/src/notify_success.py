# Databricks notebook source
# MAGIC %md
# MAGIC # Notify success
# MAGIC Sums up what the steps of the run did.

# COMMAND ----------

from all_of_retail import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")

# COMMAND ----------

steps.execute("notify_success", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
