"""What Databricks adds to Spark's declarative pipelines, as far as a local run needs it.

Loaded before the pipeline's own files, in the same process. It stands in for Auto Loader and for
expectations, so that the files run as they are deployed.
"""

import functools

from pyspark import pipelines as dp
from pyspark.sql.connect.streaming.readwriter import DataStreamReader


def kept(drop, fail):
    """Return the condition under which a row is kept; one that breaks a rule of `fail` raises."""
    stops = [f"WHEN NOT ({rule}) THEN raise_error('broken: {name}')" for name, rule in fail.items()]
    keeps = " AND ".join(f"({rule})" for rule in drop.values()) or "true"
    return f"CASE {' '.join(stops)} ELSE {keeps} END" if stops else keeps


def expectation(drop=None, fail=None):
    """Return a decorator that applies rules to the rows of a query function."""

    def decorate(query):
        @functools.wraps(query)
        def checked():
            return query().where(kept(drop or {}, fail or {}))

        return checked

    return decorate


dp.expect_all = lambda rules: expectation()
dp.expect_all_or_drop = lambda rules: expectation(drop=rules)
dp.expect_all_or_fail = lambda rules: expectation(fail=rules)
dp.expect = lambda name, rule: expectation()
dp.expect_or_drop = lambda name, rule: expectation(drop={name: rule})
dp.expect_or_fail = lambda name, rule: expectation(fail={name: rule})

set_format = DataStreamReader.format
DataStreamReader.format = lambda self, name: set_format(self, {"cloudFiles": "csv"}.get(name, name))
