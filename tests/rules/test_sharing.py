"""A verdict that targets share is the one that each of them would get alone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml
from bundles import write_bundle

from bundlewright.checking import check

# Values that rules tell apart: right and wrong, of all kinds, with and without references.
VALUES = (
    *("main", "", "x" * 200, "a b", "bad\tname", "{{job.parameters.nope}}", "{{input}}"),
    *("${var.b}", "${var.b}/x", "${resources.jobs.other.id}", "0 2 * * *", "0 0 2 * * ?"),
    *("../x.py", "i3.xlarge", "17.3.x-scala2.13", "true", "PAUSED", "ALL_DONE", "extract"),
    *(0, 1, 3, 1.5, True, None, [], {}, ["x"], {"x": "y"}, [{"task_key": "b"}]),
)


def random_bundle(rng: random.Random) -> dict[str, object]:
    def use() -> str:
        return rng.choice(("${var.a}", "${var.b}", "${var.a.x}", "a-${var.a}", "${bundle.target}"))

    def maybe(value: object) -> object:
        return use() if rng.random() < 0.4 else value

    task = {
        "task_key": maybe("load"),
        "depends_on": maybe([{"task_key": maybe("extract")}]),
        "run_if": maybe("ALL_DONE"),
        "job_cluster_key": maybe("main"),
        "notebook_task": {
            "notebook_path": maybe("/Shared/x"),
            "base_parameters": {"catalog": use(), "day": maybe("{{job.start_time.iso_date}}")},
        },
        "max_retries": maybe(1),
    }
    cluster = {"spark_version": maybe("17.3.x-scala2.13"), "num_workers": maybe(1)}
    job = {
        "name": maybe("etl"),
        "schedule": {"quartz_cron_expression": maybe("0 0 2 * * ?"), "timezone_id": maybe("UTC")},
        "tags": maybe({"team": use()}),
        "parameters": [{"name": maybe("day"), "default": use()}],
        "job_clusters": [{"job_cluster_key": maybe("main"), "new_cluster": cluster}],
        "tasks": [{"task_key": "extract", "notebook_task": {"notebook_path": "/x"}}, task],
    }
    targets = {
        name: {"variables": {"a": rng.choice(VALUES), "b": rng.choice(("main", 3, "{{input}}"))}}
        for name in ("dev", "staging", "prod")
    }
    return {
        "bundle": {"name": "b"},
        "variables": {"a": {"default": "main"}, "b": {"default": "main"}},
        "resources": {"jobs": {"etl": job, "other": {"name": use()}}},
        "targets": targets,
    }


@pytest.mark.parametrize("seed", range(150))
def test_targets_get_what_they_would_get_alone(tmp_path: Path, seed: int) -> None:
    config = random_bundle(random.Random(seed))
    write_bundle(tmp_path, yaml.safe_dump(config))
    together = check(tmp_path, profile="strict")
    for name in together.targets:
        alone = {
            (one.code, one.line, one.column, one.message, one.severity)
            for one in check(tmp_path, [name], profile="strict").findings
        }
        of_it = {
            (one.code, one.line, one.column, one.message, one.severity)
            for one in together.findings
            if not one.targets or name in one.targets
        }
        assert of_it == alone
