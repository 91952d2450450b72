"""References to fields of resources, and circles of them, wherever they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import findings

TASKS = "tasks: [{task_key: t, notebook_task: {notebook_path: /x}}]"
PIPELINES = "pipelines: {p: {name: p, catalog: c}}"
WRONG = "${resources.pipelines.p.idd}"


def told(folder: Path, text: str, *wanted: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """The findings with some codes, as (code, file, targets) triples."""
    found = findings(folder, f"bundle: {{name: b}}\n{text}")
    return [(one.code, one.file, one.targets) for one in found if one.code in wanted]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            f"resources: {{{PIPELINES}, jobs: {{j: {{name: 'x ${{resources.pipelines.p.id}}'}}}}}}",
            [],
        ),
        (f"resources: {{{PIPELINES}, jobs: {{j: {{name: 'x {WRONG} {WRONG}'}}}}}}", [""]),
        (
            f"variables: {{v: {{default: '{WRONG}'}}}}\n"
            f"resources: {{{PIPELINES}, jobs: {{j: {{name: '${{var.v}}'}}}}}}",
            [""],
        ),
        (
            f"resources: {{{PIPELINES}}}\ntargets:\n  dev: {{default: true}}\n"
            f"  prod: {{resources: {{jobs: {{j: {{name: '{WRONG}'}}}}}}}}",
            ["prod"],
        ),
        # Code may add resources, but not fields that they do not have.
        (
            f"python: {{resources: ['r:load']}}\n"
            f"resources: {{{PIPELINES}, jobs: {{j: {{name: '{WRONG}'}}}}}}",
            [""],
        ),
        # The resource itself is not there: another rule tells.
        (f"resources: {{jobs: {{j: {{name: '{WRONG}'}}}}}}", []),
        ("resources: {widgets: {p: {}}, jobs: {j: {name: '${resources.widgets.p.idd}'}}}", []),
        ("resources: {jobs: {j: {name: '{{tasks.t.values.idd}}'}}}", []),
    ],
)
def test_fields(tmp_path: Path, text: str, found: list[str]) -> None:
    assert told(tmp_path, text, "BW212") == [
        ("BW212", "databricks.yml", (target,) if target else ()) for target in found
    ]


def test_a_field_in_a_second_file(tmp_path: Path) -> None:
    text = f"""\
include: [jobs.yml]
resources: {{{PIPELINES}}}
@ jobs.yml
resources: {{jobs: {{j: {{name: "{WRONG}"}}}}}}
"""
    assert told(tmp_path, text, "BW212") == [("BW212", "jobs.yml", ())]


def jobs(**descriptions: str) -> str:
    entries = (
        f"{key}: {{name: {key}, description: '{text}', {TASKS}}}"
        for key, text in descriptions.items()
    )
    return f"resources: {{jobs: {{{', '.join(entries)}}}}}\n"


def job_id(key: str) -> str:
    return f"${{resources.jobs.{key}.id}}"


RUNS_B = "{name: a, tasks: [{task_key: t, run_job_task: {job_id: '${resources.jobs.b.id}'}}]}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (jobs(a=job_id("b"), b=job_id("c"), c=job_id("a")), [()]),
        (jobs(a=job_id("b"), b=job_id("c"), c=""), []),
        (jobs(a=job_id("b"), b=job_id("a"), c=job_id("d"), d=job_id("c")), [(), ()]),
        (jobs(a=job_id("b"), b=job_id("b"), c=job_id("b")), [()]),
        (
            jobs(a=job_id("b"), b="") + "targets: {dev: {default: true}, "
            f"prod: {{resources: {{jobs: {{b: {{description: '{job_id('a')}'}}}}}}}}}}",
            [("prod",)],
        ),
        (  # not only of jobs that run each other, of which another rule tells
            f"resources: {{jobs: {{a: {RUNS_B}, "
            f"b: {{name: b, description: '{job_id('a')}', {TASKS}}}}}}}",
            [()],
        ),
        (
            "resources: {jobs: {a: {permissions: [{level: CAN_VIEW, "
            "group_name: '${resources.jobs.a.id}'}]}}}",
            [],
        ),
    ],
)
def test_circles(tmp_path: Path, text: str, found: list[tuple[str, ...]]) -> None:
    assert told(tmp_path, text, "BW213", "BW326") == [
        ("BW213", "databricks.yml", targets) for targets in found
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("presets: {name_prefix: '${var.a}${var.b}'}", []),
        # What a target uses is used; a file that is not included is no part of the bundle.
        ("targets: {dev: {presets: {name_prefix: '${var.a}${var.b}'}}}", []),
        ("presets: {name_prefix: '${var.a}'}\n@ other.yml\npresets: {name_prefix: '${var.b}'}", 1),
        ("presets: {name_prefix: '${var.a.b}'}", 1),
        ("experimental: {python: {mutators: ['m:all']}}", []),
    ],
)
def test_unused_variables(tmp_path: Path, text: str, found: list[str] | int) -> None:
    head = "bundle: {name: b}\nvariables: {a: {default: x}, b: {default: x}}\n"
    report = [one for one in findings(tmp_path, head + text, info=True) if one.code == "BW215"]
    assert [one.path[1] for one in report] == (["b"] if found else [])
