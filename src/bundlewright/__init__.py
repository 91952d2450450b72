"""Bundlewright starts, checks and keeps current the repositories of Databricks bundles."""

__version__ = "0.4.0"
