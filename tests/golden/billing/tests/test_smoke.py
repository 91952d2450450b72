"""The smoke run: it passes where all is there, and says what is not."""

import pytest

from billing import steps
from billing.ops import smoke


def test_it_passes_where_all_is_there(spark, catalog, schema, source):
    assert smoke.run(spark, catalog, schema, source).record_count == len(steps.STEPS)


def test_a_step_that_cannot_be_loaded_fails(spark, catalog, schema, source, monkeypatch):
    monkeypatch.setitem(steps.STEPS, "extra", "etl.missing")

    with pytest.raises(ModuleNotFoundError, match="etl.missing"):
        smoke.run(spark, catalog, schema, source)


def test_a_source_that_is_not_there_fails(spark, catalog, schema):
    with pytest.raises(Exception, match="nowhere"):
        smoke.run(spark, catalog, schema, "file:/nowhere")
