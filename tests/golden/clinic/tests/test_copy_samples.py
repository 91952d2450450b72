"""The samples: copied into the volume of a copy in dev, once."""

import os
from pathlib import Path

import pytest

from clinic_visits.etl import copy_samples
from clinic_visits.ops import outcome

FIXTURES = Path(__file__).parent.parent / "fixtures"


def copy(volume):
    """Copy the samples of this repo, by file calls alone: there is no session."""
    return copy_samples.run(None, "", "", str(FIXTURES), str(volume))


def contents(folder):
    """Return the files of a folder."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_all_samples_are_in_the_volume(tmp_path):
    assert copy(tmp_path) == outcome.Outcome(len(contents(FIXTURES)), outcome.SUCCESS)
    assert contents(tmp_path) == contents(FIXTURES)


def test_only_what_has_changed_is_written_again(tmp_path):
    copy(tmp_path)
    first, *others = sorted(tmp_path.iterdir())
    first.write_text("changed")
    for file in others:
        os.utime(file, (0, 0))
    (tmp_path / "own.csv").write_text("delivered by hand")

    copy(tmp_path)

    assert contents(tmp_path).items() >= contents(FIXTURES).items()
    assert {file.stat().st_mtime for file in others} == {0}
    assert (tmp_path / "own.csv").read_text() == "delivered by hand"


def test_samples_that_were_not_deployed_are_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        copy_samples.run(None, "", "", "/nowhere", str(tmp_path))
