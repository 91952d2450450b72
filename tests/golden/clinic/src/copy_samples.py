# Databricks notebook source
# MAGIC %md
# MAGIC # Copy the samples
# MAGIC Copies the files in `samples` to the volume `volume`, from which the job reads them.

# COMMAND ----------

from clinic_visits import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")
dbutils.widgets.text("samples", "")
dbutils.widgets.text("volume", "")

# COMMAND ----------

steps.execute("copy_samples", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
