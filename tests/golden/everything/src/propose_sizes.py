# Databricks notebook source
# MAGIC %md
# MAGIC # Propose sizes
# MAGIC Proposes workers and timeouts of the job for databricks.yml, from its past runs.

# COMMAND ----------

from all_of_retail import steps

dbutils.widgets.text("catalog", "")
dbutils.widgets.text("schema", "")
dbutils.widgets.text("run_id", "")
dbutils.widgets.text("job_id", "")
dbutils.widgets.text("workspace_id", "")

# COMMAND ----------

steps.execute("propose_sizes", spark, dbutils.widgets.get, dbutils.jobs.taskValues.set)
