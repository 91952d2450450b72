"""The notebook, which decides how the run goes on: only notebooks can set task values."""

import pytest


def test_run_by_hand_it_asks_for_what_is_missing(run_notebook):
    with pytest.raises(ValueError, match="give the catalog and the schema"):
        run_notebook("extract")
