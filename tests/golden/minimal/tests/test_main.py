"""The entry points of the tasks, called as a job calls them."""

import pytest

from little import main


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--catalog=c", "--schema=s"], "required: --source"),
        (["--catalog=c", "--source=x"], "required: --schema"),
        (["--catalog=c", "--sch=s", "--source=x"], "required: --schema"),
        ([], "required: --catalog, --schema, --source"),
    ],
)
def test_missing_options_are_refused_with_a_reason(capsys, arguments, message):
    with pytest.raises(SystemExit, match="2"):
        main.extract(arguments)

    assert message in capsys.readouterr().err
