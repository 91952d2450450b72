"""The folder that files arrive in: a target that was never given one says so."""

import pytest

from fleet.etl.source import PLACEHOLDER, check_source


def test_a_placeholder_stops_the_run_and_names_the_answer():
    with pytest.raises(ValueError, match="The answer prod_source is missing.*--data prod_source="):
        check_source(f"{PLACEHOLDER}prod_source")


@pytest.mark.parametrize("source", ["/Volumes/prod/landing/files", "s3://bucket/orders"])
def test_a_folder_is_taken(source):
    check_source(source)
