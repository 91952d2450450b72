"""Fixtures of the tests of delivery, which share what was run."""

from __future__ import annotations

import cases
import pytest
from rendering import Renderer


@pytest.fixture(scope="session")
def runner(renderer: Renderer, tmp_path_factory: pytest.TempPathFactory) -> cases.Runner:
    common = cases.shared(tmp_path_factory.getbasetemp()) / "delivery"
    common.mkdir(exist_ok=True)
    return cases.Runner(renderer, common, tmp_path_factory.mktemp("benches"))
