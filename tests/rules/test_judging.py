"""What rules decide beyond their examples, and how findings come together over targets."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import codes, findings, write_bundle

from bundlewright.checking import check
from bundlewright.finding import ERROR, WARNING
from bundlewright.rules import Rule, load

HEAD = "bundle: {name: b}\n"
TASKS = "tasks: [{task_key: t, notebook_task: {notebook_path: /x}}]"


TWO_TARGETS = """\
bundle: {name: b}
resources:
  jobs:
    etl:
      name: etl
      tasks:
        - task_key: a
          depends_on: [{task_key: %s}]
          notebook_task: {notebook_path: /x}
targets:
  dev: {default: true}
  prod:
    resources:
      jobs:
        etl:
          tasks:
            - task_key: b
              notebook_task: {notebook_path: /x}
"""


def test_a_finding_names_its_targets_only_where_it_does_not_hold_in_all(tmp_path: Path) -> None:
    [in_dev] = findings(tmp_path / "dev", TWO_TARGETS % "b")
    assert (in_dev.code, in_dev.targets) == ("BW301", ("dev",))
    [in_all] = findings(tmp_path / "all", TWO_TARGETS % "c")
    assert (in_all.code, in_all.targets) == ("BW301", ())
    assert findings(tmp_path / "prod", TWO_TARGETS % "b", targets=["prod"]) == []


def test_places_are_those_of_the_values(tmp_path: Path) -> None:
    [finding] = findings(tmp_path, TWO_TARGETS % "c")
    assert (finding.file, finding.line, finding.column) == ("databricks.yml", 8, 35)
    assert finding.path == ("resources", "jobs", "etl", "tasks", 0, "depends_on", 0, "task_key")


def test_the_near_field_and_value_are_suggested(tmp_path: Path) -> None:
    found = findings(
        tmp_path,
        HEAD
        + """\
resources:
  jobs:
    etl:
      nmae: etl
      run_as: {user_name: a}
      queue: {enabled: perhaps}
      tasks:
        - {task_key: a, run_if: ALL_SUCESS, notebook_task: {notebok_path: /x}}
""",
    )
    assert [(one.code, one.line, one.column, one.hint) for one in found] == [
        ("BW101", 5, 7, "did you mean 'name'?"),
        ("BW102", 7, 24, ""),
        ("BW103", 9, 33, "did you mean 'ALL_SUCCESS'?"),
        ("BW101", 9, 61, "did you mean 'notebook_path'?"),
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("schedule: {quartz_cron_expresion: '0 0 2 * * ?', timezone_id: UTC}", [("BW101", ERROR)]),
        ("schedule: {cron: '0 0 2 * * ?', timezone_id: UTC}", [("BW101", ERROR)]),
        ("schedule: {cron: '0 0 2 * * ?', timezone: UTC}", [("BW101", ERROR)] * 2),
        ("schedule: {quartz_cron_expression: '0 0 2 * * ?', timezone: UTC}", [("BW101", ERROR)]),
        (
            "schedule: {quartz_cron_expression: '0 0 2 * * ?', timezone_id: UTC, since: x}",
            [("BW101", WARNING)],
        ),
        ("schedule: {quartz_cron_expression: '0 0 2 * * ?'}", [("BW104", ERROR)]),
        ("schedule: {pause_statu: PAUSED}", [("BW104", ERROR)] * 2 + [("BW101", WARNING)]),
        ("webhook_notifications: {on_failure: [{url: 'https://x'}]}", [("BW101", ERROR)]),
        ("max_runs: 1", [("BW101", WARNING)]),
        ("tasks: [{task_key: t, notebok_task: {notebook_path: /x}}]", [("BW101", ERROR)]),
        ("tasks: [{task_key: t, python_task: {python_file: /x}}]", [("BW101", ERROR)]),
        (
            "tasks: [{task_key: t, notebook_task: {notebook_path: /x}, new_task: {}}]",
            [("BW101", WARNING)],
        ),
        (
            "tasks: [{task_key: t, for_each_task: {inputs: '[1]', task:"
            " {task_key: i, notebok_task: {notebook_path: /x}}}}]",
            [("BW101", ERROR)],
        ),
        ("tasks: ['${var.task}']", [("BW106", ERROR)]),
    ],
)
def test_an_unknown_field_is_an_error_where_it_leaves_one_missing(
    tmp_path: Path, fields: str, expected: list[tuple[str, str]]
) -> None:
    text = f"{HEAD}resources: {{jobs: {{etl: {{name: etl, {fields}}}}}}}\n"
    task = "{type: complex, default: {task_key: t, notebok_task: {notebook_path: /x}}}"
    found = findings(tmp_path, f"{text}variables: {{task: {task}}}\n")
    assert [(one.code, one.severity) for one in found if one.code != "BW313"] == expected


def test_a_target_may_say_only_what_differs(tmp_path: Path) -> None:
    text = """\
resources:
  jobs:
    etl: {name: etl, schedule: {quartz_cron_expression: '0 0 2 * * ?', timezone_id: UTC}}
targets: {dev: {resources: {jobs: {etl: {schedule: {timezone: CET}}}}}}
"""
    found = findings(tmp_path, HEAD + text)
    assert [(one.code, one.severity) for one in found if one.code != "BW313"] == [
        ("BW101", WARNING)
    ]


def test_a_field_may_be_missing_in_a_file_that_a_target_completes(tmp_path: Path) -> None:
    text = f"""\
bundle: {{name: b}}
resources:
  jobs:
    etl:
      name: etl
      schedule: {{quartz_cron_expression: "0 0 2 * * ?"}}
      {TASKS}
targets:
  dev: {{default: true}}
  prod: {{resources: {{jobs: {{etl: {{schedule: {{timezone_id: UTC}}}}}}}}}}
"""
    [finding] = findings(tmp_path, text)
    assert (finding.code, finding.targets) == ("BW104", ("dev",))


def test_what_a_reference_hides_is_not_judged(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
variables:
  zone: {lookup: {cluster: x}}
  key: {lookup: {cluster: y}}
resources:
  jobs:
    etl:
      name: etl
      max_concurrent_runs: ${var.zone}
      schedule: {quartz_cron_expression: "${var.zone}", timezone_id: "${var.zone}"}
      job_clusters:
        - {job_cluster_key: "${var.key}", new_cluster: "${var.zone}"}
      tasks:
        - task_key: ${var.key}
          notebook_task: {notebook_path: "${var.zone}"}
        - task_key: b
          depends_on: [{task_key: a}]
          job_cluster_key: main
          notebook_task: {notebook_path: "${workspace.file_path}/x"}
"""
    assert codes(tmp_path, text) == []


def test_a_value_from_a_variable_is_judged_where_it_is_used(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
variables:
  zone: {default: UTC}
  cluster:
    type: complex
    default: {policy_id: x, node_typ_id: y, num_workers: 1, autoscale: {min_workers: 1}}
resources:
  jobs:
    etl:
      name: etl
      schedule: {quartz_cron_expression: "0 0 2 * * ?", timezone_id: "${var.zone}"}
      job_clusters:
        - {job_cluster_key: main, new_cluster: "${var.cluster}"}
      tasks:
        - {task_key: a, job_cluster_key: main, notebook_task: {notebook_path: /x}}
targets:
  dev: {default: true}
  prod: {variables: {zone: Europe/Berln}}
"""
    found = findings(tmp_path, text)
    assert {(one.code, one.line, one.targets) for one in found} == {
        ("BW106", 6, ()),
        ("BW403", 6, ()),
        ("BW502", 11, ("prod",)),
    }


def test_cycles_name_all_their_tasks_once(tmp_path: Path) -> None:
    tasks = "".join(
        f"        - task_key: t{index}\n"
        f"          depends_on: [{{task_key: t{(index + 1) % 3}}}]\n"
        "          notebook_task: {notebook_path: /x}\n"
        for index in range(3)
    )
    text = f"{HEAD}resources:\n  jobs:\n    etl:\n      name: etl\n      tasks:\n{tasks}"
    [finding] = findings(tmp_path, text)
    assert "t0 -> t1 -> t2 -> t0" in finding.message
    assert len(finding.related) == 2


def test_tasks_inside_loops_are_tasks(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
resources:
  jobs:
    etl:
      name: etl
      tasks:
        - task_key: each
          for_each_task:
            inputs: "[1]"
            task:
              task_key: one
              job_cluster_key: nope
              notebook_task: {notebook_path: nope.py}
"""
    found = findings(tmp_path, text)
    assert [(one.code, one.line) for one in found] == [("BW401", 12), ("BW601", 13)]


def test_paths_are_relative_to_the_file_that_holds_them(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
include: [resources/*.yml]
@ resources/etl.yml
resources:
  jobs:
    etl:
      name: etl
      tasks:
        - {task_key: right, notebook_task: {notebook_path: ../src/a.py}}
        - {task_key: wrong, notebook_task: {notebook_path: ./src/a.py}}
        - {task_key: bare, notebook_task: {notebook_path: ../src/a}}
@ src/a.py
# Databricks notebook source
"""
    found = findings(tmp_path, text)
    assert [(one.code, one.line, one.message) for one in found] == [
        ("BW601", 7, "notebook 'resources/src/a.py' does not exist"),
        ("BW601", 8, "notebook 'src/a' does not exist"),
    ]
    assert "there is a 'src/a.py'" in found[0].hint
    assert found[1].hint == "did you mean 'src/a.py'?"


def test_paths_of_another_repository_or_the_workspace_are_not_looked_for(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
resources:
  jobs:
    a:
      name: a
      git_source: {git_url: https://example.com/a.git, git_provider: gitHub, git_branch: main}
      tasks: [{task_key: a, notebook_task: {notebook_path: nope}}]
    b:
      name: b
      tasks:
        - {task_key: a, notebook_task: {notebook_path: /Shared/nope}}
        - task_key: b
          existing_cluster_id: x
          spark_python_task: {python_file: "dbfs:/nope.py"}
"""
    assert codes(tmp_path, text) == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_notebook_header_may_end_as_windows_ends_lines(tmp_path: Path, end: str) -> None:
    text = (
        "bundle: {name: b}\nresources: {jobs: {a: {name: a, tasks: "
        "[{task_key: a, notebook_task: {notebook_path: a.py}}]}}}\n"
    )
    write_bundle(tmp_path, text)
    (tmp_path / "a.py").write_bytes(f"# Databricks notebook source{end}x = 1".encode())
    assert [one for one in check(tmp_path).findings if one.severity != "info"] == []
    (tmp_path / "a.py").write_bytes(f"# Databricks notebook source {end}x = 1".encode())
    found = check(tmp_path).findings
    assert [finding.code for finding in found if finding.severity != "info"] == ["BW602"]


def test_production_is_judged_as_the_cli_judges_it(tmp_path: Path) -> None:
    job = f"resources: {{jobs: {{a: {{name: a, {TASKS}%s}}}}}}\n"
    production = "targets: {p: {mode: production%s}}\n"

    def found(name: str, of_job: str, of_target: str) -> list[str]:
        text = HEAD + job % of_job + production % of_target
        reports = [
            findings(tmp_path / name, text, info=True, profile=profile)
            for profile in ("cli", "recommended")
        ]
        return [one.severity for report in reports for one in report if one.code == "BW705"]

    assert found("bare", "", "") == ["error", "warning"]
    assert found("run_as", ", run_as: {user_name: x}", "") == ["info", "info"]
    assert found("path", "", ", workspace: {root_path: /Workspace/x}") == []


def test_a_broken_file_is_the_only_thing_that_is_reported(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
include: [resources/*.yml]
resources: {jobs: {a: {name: "${var.in_the_broken_file}"}}}
@ resources/a.yml
variables: [
"""
    assert codes(tmp_path, text) == ["BW001"]


def test_a_rule_that_fails_says_so_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(target: object) -> None:
        raise RuntimeError("surprise")

    rule = Rule("BW999", "", "error", None, "target", check=broken)
    monkeypatch.setitem(load(), "BW999", rule)
    found = findings(tmp_path, "bundle: {name: b}\ntypo: 1\n")
    assert [(one.code, one.severity) for one in found] == [
        ("BW999", "error"),
        ("BW101", "warning"),
    ]
    assert "surprise" in found[0].message


def test_the_profile_cli_leaves_out_what_the_cli_does_not_see(tmp_path: Path) -> None:
    text = TWO_TARGETS % "c" + "typo: 1\n"
    assert codes(tmp_path / "ours", text) == ["BW301", "BW101"]
    assert codes(tmp_path / "cli", text, profile="cli") == ["BW101"]


def test_a_mistake_in_a_target_is_that_targets(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
targets:
  dev: {default: true}
  prod:
    typo: 1
    resources:
      jobs:
        etl:
          name: etl
          tasks:
            - {task_key: a, notebook_task: {notebook_path: /x}}
            - {task_key: a, notebook_task: {notebook_path: /y}}
            - {notebook_task: {notebook_path: /z}}
"""
    found = findings(tmp_path, text)
    assert [(one.code, one.line, one.targets) for one in found] == [
        ("BW101", 5, ("prod",)),
        ("BW303", 12, ("prod",)),
        ("BW304", 13, ("prod",)),
    ]
    assert check(tmp_path, targets=["dev"]).findings == []
    alone = check(tmp_path, targets=["prod", "prod"]).findings
    assert [one.targets for one in alone if one.severity != "info"] == [()] * 3


def test_a_target_may_override_a_task_without_being_a_duplicate(tmp_path: Path) -> None:
    text = TWO_TARGETS.replace("task_key: b", "task_key: a") % "c"
    assert codes(tmp_path, text) == ["BW301"]


def test_tasks_that_a_variable_brings_are_judged(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
variables:
  tasks:
    type: complex
    default:
      - {task_key: a, notebook_task: {notebook_path: /x}}
      - {task_key: a, notebook_task: {notebook_path: /y}}
      - {notebook_task: {notebook_path: /z}}
resources: {jobs: {etl: {name: etl, tasks: "${var.tasks}"}}}
"""
    found = findings(tmp_path, text)
    assert [(one.code, one.line) for one in found] == [("BW303", 7), ("BW304", 8)]


def test_resources_that_code_may_define_are_not_missed(tmp_path: Path) -> None:
    name = "${resources.jobs.made.name}"
    job = f"resources: {{jobs: {{a: {{name: '{name}', {TASKS}}}}}}}\n"
    python = "python: {venv_path: .venv, resources: ['resources:load']}\n"
    assert codes(tmp_path / "without", HEAD + job) == ["BW203"]
    found = codes(tmp_path / "with", HEAD + job + python, info=True)
    assert {"BW016", "BW014"} <= {*found}
    assert "BW203" not in found


def test_one_mistake_is_one_finding(tmp_path: Path) -> None:
    text = """\
bundle: {name: [b]}
resources:
  jobs:
    a: &job
      tasks:
        - {task_key: x, depends_on: [y], notebook_task: {notebook_path: /x}}
    b: *job
"""
    found = findings(tmp_path, text)
    assert [(one.code, one.line) for one in found] == [("BW102", 1), ("BW102", 6)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("${ var.a }", "is taken literally"),
        ("${var.a", "is taken literally"),
        ("${resouces.jobs.a.id}", "there is no 'resouces'"),
        ("${HOME} ${foo.bar} $${x} ${var.a}", ""),
    ],
)
def test_what_only_looks_like_a_reference(tmp_path: Path, text: str, words: str) -> None:
    bundle = f"{HEAD}variables: {{a: {{default: x}}}}\npresets: {{tags: {{a: '{text}'}}}}\n"
    found = findings(tmp_path, bundle)
    assert [one.code for one in found] == (["BW209"] if words else [])
    assert all(words in f"{one.message} {one.hint}" for one in found)


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("notebook_task: {notebook_path: src}", "expected a notebook, but 'src' is a folder"),
        ("notebook_task: {notebook_path: src/a.ipynb}", "'src/a.ipynb' is not a notebook"),
        (
            "existing_cluster_id: x, spark_python_task: {python_file: src}",
            "expected a file, but 'src' is a folder",
        ),
        (
            "existing_cluster_id: x, dbt_task: {commands: [dbt ls], project_directory: src/a.py}",
            "expected a folder, but 'src/a.py' is a file",
        ),
    ],
)
def test_a_path_must_lead_to_the_right_kind_of_thing(
    tmp_path: Path, task: str, message: str
) -> None:
    text = (
        f"{HEAD}resources: {{jobs: {{j: {{name: j, tasks: [{{task_key: a, {task}}}]}}}}}}\n"
        "@ src/a.py\nx = 1\n@ src/a.ipynb\nno JSON\n"
    )
    assert [one.message for one in findings(tmp_path, text)] == [message]


def test_a_misspelt_section_is_an_error_for_all_below_it_is_lost(tmp_path: Path) -> None:
    text = HEAD + "resource: {}\nresources: {job: {}}\ntargets: {dev: {presents: {}}}\nx: 1\n"
    found = findings(tmp_path, text)
    assert [(one.line, one.severity) for one in found] == [
        (2, "error"),
        (3, "error"),
        (4, "error"),
        (5, "warning"),
    ]


def test_merge_conflicts_are_called_by_their_name(tmp_path: Path) -> None:
    text = "bundle:\n  name: b\n<<<<<<< before updating\n  uuid: 1\n=======\n>>>>>>> after\n"
    [finding] = findings(tmp_path, text)
    assert (finding.code, finding.line) == ("BW001", 3)
    assert "merge conflict" in finding.message


def test_a_circle_goes_by_paths_not_by_variables(tmp_path: Path) -> None:
    sound = "variables: {m: {type: complex, default: {x: '${var.m.y}', y: z}}}\n"
    assert codes(tmp_path / "sound", HEAD + sound) == []
    circle = (
        "workspace: {file_path: '${workspace.root_path}', root_path: '${workspace.file_path}'}\n"
    )
    [finding] = findings(tmp_path / "circle", HEAD + circle)
    assert (finding.code, finding.line) == ("BW204", 2)
