"""The entry points of the tasks, called as a job calls them."""

import pytest

from fleet import main


def test_the_tasks_run_in_a_row(monkeypatch, spark, catalog, schema, source):
    # A job may hand all its parameters to each task, the ones it has no use for too.
    job = [f"--catalog={catalog}", f"--schema={schema}", f"--source={source}"]

    monkeypatch.setattr("sys.argv", ["extract", *job])
    main.extract()
    for entity in ("customers", "orders", "products"):
        monkeypatch.setattr("sys.argv", ["transform", *job, f"--entity={entity}"])
        main.transform()
    monkeypatch.setattr("sys.argv", ["load", *job])
    main.load()

    assert spark.table(f"`{catalog}`.`{schema}`.daily_revenue").count() == 12


@pytest.mark.parametrize(
    ("task", "arguments", "message"),
    [
        (main.extract, ["--catalog=c", "--schema=s"], "required: --source"),
        (main.transform, ["--catalog=c"], "required: --schema"),
        (main.transform, ["--catalog=c", "--schema=s", "--entity=prices"], "choice: 'prices'"),
        (main.load, [], "required: --catalog, --schema"),
    ],
)
def test_wrong_options_are_refused_with_a_reason(capsys, task, arguments, message):
    with pytest.raises(SystemExit, match="2"):
        task(arguments)

    assert message in capsys.readouterr().err
