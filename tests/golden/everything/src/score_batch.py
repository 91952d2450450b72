# Databricks notebook source
# MAGIC %md
# MAGIC # Score
# MAGIC The champion predicts what is not known yet.

# COMMAND ----------

from all_of_retail import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")
dbutils.widgets.text("model", "")

# COMMAND ----------

steps.execute("score_batch", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
