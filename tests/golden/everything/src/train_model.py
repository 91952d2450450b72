# Databricks notebook source
# MAGIC %md
# MAGIC # Train
# MAGIC Trains a model, and makes it the champion if it beats the last one.

# COMMAND ----------

from all_of_retail import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")
dbutils.widgets.text("experiment", "")
dbutils.widgets.text("model", "")

# COMMAND ----------

steps.execute("train_model", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
