"""Family 5: when jobs, pipelines and alerts run, and who hears of it.

Source: https://docs.databricks.com/api/workspace/jobs/create
"""
