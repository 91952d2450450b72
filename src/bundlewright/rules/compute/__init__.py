"""Family 4: what tasks and pipelines run on: clusters, serverless environments, libraries.

Source: https://docs.databricks.com/api/workspace/jobs/create
"""
