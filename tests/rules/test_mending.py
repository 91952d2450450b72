"""What the fixes of names, values and duplicate keys make of a bundle, and which are certain."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import write_bundle

from bundlewright.checking import check
from bundlewright.fixing import plan

HEAD = "bundle: {name: b}\n"
JOB = HEAD + "resources: {jobs: {j: {name: j, %s}}}\n"


def mended(folder: Path, text: str, unsafe: bool = False) -> str:
    root = write_bundle(folder, text)
    made = plan(check(root), lambda unsaved: check(root, unsaved=unsaved), unsafe)
    before = (root / "databricks.yml").read_bytes()
    return made.changes.get("databricks.yml", (before, before))[1].decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("max_concurent_runs: 1", "max_concurrent_runs: 1"),  # a letter
        ("maxConcurrentRuns: 1", "max_concurrent_runs: 1"),  # case and separators
        ("max-concurrent-runs: 1", "max_concurrent_runs: 1"),
        ("max_concurrent_run: 1", "max_concurrent_runs: 1"),  # a plural
        ("timeout_secodns: 1", "timeout_seconds: 1"),  # swapped letters
        ("tag: {a: b}", "tags: {a: b}"),
        ("continuous: {pause_status: paused}", "continuous: {pause_status: PAUSED}"),
        ("performance_target: STANDART", "performance_target: STANDARD"),
        ("tags: {v: 1.10}", 'tags: {v: "1.10"}'),
    ],
)
def test_what_is_certain_is_mended(tmp_path: Path, before: str, after: str) -> None:
    assert mended(tmp_path, JOB % before) == JOB % after


@pytest.mark.parametrize(
    ("field", "meant"),
    [
        ("max_runs: 1", None),  # may be anything
        ("tag: 1, tags: {a: b}", None),  # what was meant is there
        ("tag: 1", "tags: 1"),  # what stands there does not fit
        ("max_concurrent: 1", "max_concurrent_runs: 1"),
        ("max_concurrency_runs: 1", "max_concurrent_runs: 1"),
        ("performance_target: STANDARDS_ALL", None),
    ],
)
def test_what_is_not_certain_is_left_unless_asked(
    tmp_path: Path, field: str, meant: str | None
) -> None:
    assert mended(tmp_path / "safe", JOB % field) == JOB % field
    assert mended(tmp_path / "unsafe", JOB % field, unsafe=True) == JOB % (meant or field)


TASK = "tasks: [{task_key: t, notebook_task: {notebook_path: /x}, %s}]"
ONE = "{name: j, tasks: [{task_key: t, notebook_task: {notebook_path: /x}}]}"


@pytest.mark.parametrize(
    ("text", "wrong", "meant"),
    [
        (
            JOB % TASK % "job_cluster_key: mian"
            + "targets: {t: {resources: {jobs: {j: {job_clusters: [{job_cluster_key: main}]}}}}}\n",
            "job_cluster_key: mian",
            "job_cluster_key: main",
        ),
        (
            JOB % TASK % "environment_key: defualt}], environments: [{environment_key: default",
            "defualt",
            "default",
        ),
        (JOB % "tags: {a: 'x_${var.catalgo}_y'}", "catalgo", "catalog"),
        (JOB % "tags: {a: '${workspace.current_user.username}'}", "username", "userName"),
        (JOB % "tags: {a: '${resources.jobs.jj.id}'}", "jobs.jj", "jobs.j"),
        (JOB % "tags: {a: '${resources.pipelines.j.id}'}", "pipelines.j", "jobs.j"),
        (HEAD + "targets: {t: {variables: {catalgo: x}}}\n", "catalgo", "catalog"),
        (
            HEAD + f"resources: {{jobs: {{etl: {ONE}}}}}\n"
            "targets: {t: {resources: {jobs: {elt: {max_concurrent_runs: 2}}}}}\n",
            "elt",
            "etl",
        ),
    ],
)
def test_the_near_name_is_put_in_when_asked(
    tmp_path: Path, text: str, wrong: str, meant: str
) -> None:
    text += "variables: {catalog: {default: main}}\n"
    assert mended(tmp_path / "safe", text) == text
    assert mended(tmp_path / "unsafe", text, unsafe=True) == text.replace(wrong, meant)


@pytest.mark.parametrize(
    ("level", "after"),
    [
        ("can_manage", "CAN_MANAGE"),
        ("Can Manage", "CAN_MANAGE"),
        ("CAN-VIEW", "CAN_VIEW"),
        ("CAN_MANAGE_RUN", None),  # of a job
        ("CAN_MANAGES", None),
    ],
)
def test_no_permission_becomes_another_one(tmp_path: Path, level: str, after: str | None) -> None:
    text = (
        HEAD + "resources: {pipelines: {p: {name: p, permissions: [{group_name: g, level: %s}]}}}\n"
    )
    assert mended(tmp_path, text % level, unsafe=True) == text % (after or level)
    [one] = [one for one in check(tmp_path).findings if one.code == "BW103"]
    assert ("did you mean" in one.hint) == (after is not None)


def test_the_last_of_equal_keys_stays(tmp_path: Path) -> None:
    text = HEAD + "experimental:\n  a: x # first\n  b: y\n  a: z\n"
    assert mended(tmp_path, text) == HEAD + "experimental:\n  b: y\n  a: z\n"


def test_a_map_under_an_equal_key_is_not_certain_to_go(tmp_path: Path) -> None:
    text = HEAD + "variables:\n  a:\n    default: x # first\n  b: {default: y}\n  a: {default: z}\n"
    assert mended(tmp_path / "safe", text) == text
    without = HEAD + "variables:\n  b: {default: y}\n  a: {default: z}\n"
    assert mended(tmp_path / "unsafe", text, unsafe=True) == without


def test_of_three_equal_keys_the_last_stays(tmp_path: Path) -> None:
    text = "bundle:\n  name: a\n  name: b\n  name: c\n"
    assert mended(tmp_path, text) == "bundle:\n  name: c\n"


@pytest.mark.parametrize(
    ("mode", "after"),
    [
        ("dev", "development"),
        ("Production", "production"),
        ("prod", "production"),
        ("test", "test"),
    ],
)
def test_a_mode_that_has_one_meaning_is_mended(tmp_path: Path, mode: str, after: str) -> None:
    text = HEAD + "targets: {t: {workspace: {root_path: ~/x}, mode: %s}}\n"
    assert mended(tmp_path, text % mode) == text % after


def test_a_misspelt_section_is_mended_with_all_that_is_in_it(tmp_path: Path) -> None:
    text = HEAD + "resource:\n  job:\n    etl:\n      name: etl\n"
    assert mended(tmp_path, text) == HEAD + "resources:\n  jobs:\n    etl:\n      name: etl\n"


def test_a_value_that_a_reference_brings_stays_where_it_is(tmp_path: Path) -> None:
    text = HEAD + "variables: {p: {default: STANDART}}\n"
    text += "resources: {jobs: {j: {name: j, performance_target: '${var.p}'}}}\n"
    assert mended(tmp_path, text, unsafe=True) == text


def test_compute_id_is_renamed(tmp_path: Path) -> None:
    text = "bundle: {name: b, compute_id: 0923-164208-meows279}\n"
    assert mended(tmp_path, text) == text.replace("compute_id", "cluster_id")
