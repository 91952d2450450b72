# Databricks notebook source
# MAGIC %md
# MAGIC # Load
# MAGIC Joins the tables `clean_<entity>` into `daily_revenue`.

# COMMAND ----------

from clinic_visits import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")

# COMMAND ----------

steps.execute("load", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
