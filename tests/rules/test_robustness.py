"""No bundle makes a check fail: real-shaped bundles, spoilt at random, end in findings only."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from bundlewright.checking import check

SEEDS = Path(__file__).resolve().parents[1] / "schema" / "seeds.yml"
SPOILS: tuple[Any, ...] = (
    *(None, "", " ", "${var.a}", "${var.nope}", "${resources.jobs.x.id}", "a ${var.map} b"),
    *(0, -1, 3, 1.5, True, [], {}, [None], [[]], ["x"], {"x": None}, {"task_key": 3}, "x" * 300),
)


def parts(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a document, as (holder, key) pairs."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, child in items:
        found.append((value, key))
        if isinstance(child, (dict, list)):
            found += parts(child)
    return found


@pytest.mark.parametrize("seed", range(40))
def test_spoilt_bundles_end_in_findings(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    documents = list(yaml.safe_load_all(SEEDS.read_text(encoding="utf-8")))
    for number, document in enumerate(documents):
        bundle = tmp_path / str(number)
        bundle.mkdir()
        document.setdefault("variables", {})
        if isinstance(document["variables"], dict):
            document["variables"].update(a={"default": "x"}, map={"default": {"k": "v"}})
        for _ in range(rng.randint(1, 6)):
            holder, key = rng.choice(parts(document))
            holder[key] = rng.choice(SPOILS)
        (bundle / "databricks.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
        for finding in check(bundle, profile="strict").findings:
            assert "please report" not in finding.hint, (finding, document)
            assert finding.line >= 1
