"""The folder that files arrive in: a target that was never given one says so."""

import pytest

from all_of_retail.etl import source


def test_a_placeholder_stops_the_run_and_names_the_answer():
    with pytest.raises(ValueError, match="The answer prod_source is missing.*--data prod_source="):
        source.check_source(f"{source.PLACEHOLDER}prod_source")


@pytest.mark.parametrize("folder", ["/Volumes/prod/landing/files", "s3://bucket/orders"])
def test_a_folder_is_taken(folder):
    source.check_source(folder)
