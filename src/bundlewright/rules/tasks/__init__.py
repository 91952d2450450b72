"""Family 3: a job's tasks, how they depend on each other, and what they run.

Source: https://docs.databricks.com/api/workspace/jobs/create
"""
