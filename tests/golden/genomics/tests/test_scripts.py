"""The scripts of the tasks, run as Databricks runs them."""

import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src"


@pytest.fixture
def run_script(monkeypatch):
    """Return a function that runs a script with exec(), no __file__ and nothing of src/ at hand."""
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if Path(entry) != SRC])
    for name, module in list(sys.modules.items()):
        if SRC in Path(getattr(module, "__file__", None) or "/").parents:
            monkeypatch.delitem(sys.modules, name)

    def run(name, *arguments):
        script = SRC / f"{name}.py"
        monkeypatch.setattr(sys, "argv", [str(script), *arguments])
        exec(compile(script.read_bytes(), str(script), "exec"), {"__name__": "__main__"})

    return run


def test_the_scripts_run_in_a_row(run_script, spark, catalog, schema, source):
    tables = ["--catalog", catalog, "--schema", schema]

    run_script("extract", *tables, "--source", source)
    for entity in ("customers", "orders", "products"):
        run_script("transform", *tables, "--entity", entity)
    run_script("load", *tables)

    assert spark.table(f"`{catalog}`.`{schema}`.daily_revenue").count() == 12
