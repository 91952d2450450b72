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
        for name in ("dev", "staging", "prod", *map("user_{}".format, range(rng.choice((0, 9)))))
    }
    for target in targets.values():  # each target's own job is another one
        target["resources"] = {"jobs": {"etl": {"max_concurrent_runs": rng.choice((1, 3, "x"))}}}
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


def test_a_targets_own_resources_are_not_taken_for_those_of_another(tmp_path: Path) -> None:
    # Many, so that what one target has let go of makes place for what the next one has.
    names = [f"t{number}" for number in range(60)]
    keys = [f"j{number}" for number in range(6)]
    task = {"task_key": "a", "notebook_task": {"notebook_path": "/x"}}
    targets = {
        name: {"resources": {"jobs": {key: {"timeout_seconds": number} for key in keys}}}
        for number, name in enumerate(names)
    }
    for name in names[::2]:
        targets[name]["resources"]["jobs"]["j3"]["trigger"] = {"periodic": {"interval": 0}}
    config = {
        "bundle": {"name": "b"},
        "resources": {"jobs": {key: {"name": key, "tasks": [task]} for key in keys}},
        "targets": targets,
    }
    report = check(write_bundle(tmp_path, yaml.safe_dump(config)))
    wrong = {name for one in report.findings if one.code == "BW507" for name in one.targets}
    assert wrong == set(names[::2])
