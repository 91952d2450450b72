"""Settings and baselines that are no files: a sentence, and no wait."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bundles import write_bundle

from bundlewright import baseline
from bundlewright.settings import BadSettings, read_settings


def spoil(path: Path, how: str) -> None:
    if how == "folder":
        path.mkdir()
    elif how == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")


HOWS = ["folder", pytest.param("pipe", marks=pytest.mark.skipif(os.name == "nt", reason="POSIX"))]
HOWS.append(pytest.param("device", marks=pytest.mark.skipif(os.name == "nt", reason="POSIX")))


@pytest.mark.parametrize("how", HOWS)
def test_settings_that_are_no_file(tmp_path: Path, how: str) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\n")
    spoil(tmp_path / "bundlewright.toml", how)
    with pytest.raises(BadSettings, match=r"bundlewright\.toml: cannot be read: not a regular"):
        read_settings(str(tmp_path))


@pytest.mark.parametrize("how", HOWS)
def test_a_baseline_that_is_no_file(tmp_path: Path, how: str) -> None:
    spoil(tmp_path / "known.json", how)
    with pytest.raises(baseline.BadBaseline, match="cannot be read: not a regular file"):
        baseline.read(str(tmp_path / "known.json"))


def test_settings_may_begin_with_a_mark(tmp_path: Path) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\n")
    (tmp_path / "bundlewright.toml").write_bytes(b'\xef\xbb\xbfprofile = "strict"\n')
    assert read_settings(str(tmp_path)).profile == "strict"
