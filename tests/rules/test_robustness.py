"""No bundle makes a check fail: real-shaped bundles, spoilt at random, end in findings only."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from bundles import codes, write_bundle

from bundlewright.checking import check

SEEDS = Path(__file__).resolve().parents[1] / "schema" / "seeds.yml"
SPOILS: tuple[Any, ...] = (
    *(None, "", " ", "${var.a}", "${var.nope}", "${resources.jobs.x.id}", "a ${var.map} b"),
    *("{{tasks.x.values.y}}", "{{job.parameters.a}", "{{input.`a-b`}}", "{{}}", "[{", "9" * 5000),
    *(0, -1, 3, 1.5, True, [], {}, [None], [[]], ["x"], {"x": None}, {"task_key": 3}, "x" * 300),
    *({"task_key": ["x"]}, {"condition_task": [], "outcome": {}}, {"for_each_task": {"task": []}}),
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


def lines(pattern: str, count: int) -> str:
    return "".join(pattern.format(n=number, before=number - 1) for number in range(1, count))


BOMBS = {
    "aliases": "x0: &x0 [a]\n" + lines("x{n}: &x{n} [*x{before}, *x{before}, *x{before}]\n", 60),
    "aliases of references": "variables:\n  z: {default: q}\n  v0: {default: &x0 ['${var.z}']}\n"
    + lines("  v{n}: {{default: &x{n} [*x{before}, *x{before}, *x{before}]}}\n", 60),
    "texts": "variables:\n  v0: {default: xxxxxxxxxx}\n"
    + lines("  v{n}: {{default: '" + "${{var.v{before}}}" * 10 + "'}}\n", 40),
    "references": "variables:\n  v0: {default: x}\n"
    + lines("  v{n}: {{default: '${{var.v{before}}}'}}\n", 3000),
    "depth": "x: " + "[" * 100_000,
    "anchors": "x:\n" + lines("- &x{n} {{a: b}}\n", 50_000),
    "duplicates": lines("x: {n}\n", 20_000),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_small_files_with_large_meanings_take_little_time(tmp_path: Path, bomb: str) -> None:
    write_bundle(tmp_path, "bundle: {name: b}\n" + BOMBS[bomb])
    start = time.process_time()
    check(tmp_path)
    assert time.process_time() - start < 5


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with named pipes")
def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yml")
    (tmp_path / "b.yml").mkdir()
    (tmp_path / "c.yml").symlink_to("c.yml")
    text = "bundle: {name: b}\ninclude: ['*.yml']\n"
    assert codes(tmp_path, text) == ["BW001"] * 3
