"""The profile `cli` says what `bundle validate` says, and is silent where that is."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import findings

ERROR, WARNING, INFO = "error", "warning", "info"
HEAD = "bundle: {name: b}\n"
JOB = HEAD + "resources: {jobs: {j: {name: j, tasks: [{task_key: t, %s}]}}}\n"
NOTEBOOK = "\n# Databricks notebook source"


def overrides(value: str) -> str:
    path = ".databricks/bundle/default/variable-overrides.json"
    return f"@ {path}\n{value}\n"


FOUND = {
    # How the files come together.
    "environments and targets": (HEAD + "targets: {a: {}}\nenvironments: {b: {}}", "BW703", ERROR),
    "key of two resources": (
        HEAD + "resources: {jobs: {x: {name: x}}, pipelines: {x: {name: x}}}",
        "BW008",
        ERROR,
    ),
    "nested anchors and a value": (HEAD + "defaults: {a: {b: &b {}, c: 1}}", "BW101", WARNING),
    # What the bundle asks of the CLI.
    "version of a syntax of its own": (
        "bundle: {name: b, databricks_cli_version: '~> 1.0'}",
        "BW760",
        ERROR,
    ),
    "version without patch": (
        "bundle: {name: b, databricks_cli_version: '>= 1.10'}",
        "BW760",
        ERROR,
    ),
    "version to come": ("bundle: {name: b, databricks_cli_version: '>= 99.0.0'}", "BW760", ERROR),
    "version gone by": ("bundle: {name: b, databricks_cli_version: '0.*'}", "BW760", ERROR),
    "one of two versions": (
        "bundle: {name: b, databricks_cli_version: '>= 1.0.0, < 1.14.0'}",
        "BW760",
        ERROR,
    ),
    "compute_id": ("bundle: {name: b, compute_id: x}", "BW755", WARNING),
    "compute_id of a target": (HEAD + "targets: {dev: {compute_id: x}}", "BW755", WARNING),
    "engine": ("bundle: {name: b, engine: terraform}", "BW756", WARNING),
    "no name": ("bundle: {}", "BW710", ERROR),
    "no name, a root": ("bundle: {}\nworkspace: {root_path: /x}", "BW710", WARNING),
    # Python code, which the CLI runs.
    "pydabs": (HEAD + "experimental: {pydabs: {enabled: true}}", "BW015", ERROR),
    "python twice": (
        HEAD + "python: {resources: [a]}\nexperimental: {python: {resources: [a]}}",
        "BW015",
        ERROR,
    ),
    "no environment": (HEAD + "python: {venv_path: .venv, resources: [a]}", "BW016", ERROR),
    "code": (HEAD + "python: {mutators: [a]}", "BW014", INFO),
    # Variables.
    "variable without anything": (HEAD + "variables: {a: }", "BW202", ERROR),
    "lookup of what is no kind": (HEAD + "variables: {a: {lookup: {clusters: x}}}", "BW211", ERROR),
    "lookup by lookup": (
        HEAD + "variables: {a: {lookup: {job: x}}, b: {lookup: {job: '${var.a}'}}}",
        "BW251",
        ERROR,
    ),
    "map for a text": (
        HEAD + "variables: {a: {default: x}}\n" + overrides('{"a": {}}'),
        "BW250",
        ERROR,
    ),
    "text for a map": (
        HEAD + "variables: {a: {type: complex, default: {}}}\n" + overrides('{"a": "x"}'),
        "BW250",
        ERROR,
    ),
    "date in a map": (
        HEAD + "variables: {a: {type: complex, default: {d: 2026-01-31}}}",
        "BW109",
        ERROR,
    ),
    "date in a target's map": (
        HEAD + "variables: {a: {type: complex, default: {}}}\n"
        "targets: {dev: {variables: {a: {d: 2026-01-31 10:00:00}}}}",
        "BW109",
        ERROR,
    ),
    # References.
    "unknown field of the user": (
        HEAD + "workspace: {root_path: '/x/${workspace.current_user.user_name}'}",
        "BW201",
        ERROR,
    ),
    "unknown field of git": (
        HEAD + "variables: {a: {default: '${bundle.git.sha}'}}",
        "BW201",
        ERROR,
    ),
    "undefined in a script's environment": (
        HEAD + "scripts: {s: {content: ls, env: {A: '${var.a}'}}}",
        "BW201",
        ERROR,
    ),
    "resource in a script's environment": (
        HEAD + "resources: {jobs: {j: {name: j}}}\n"
        "scripts: {s: {content: ls, env: {A: '${resources.jobs.j.id}'}}}",
        "BW713",
        ERROR,
    ),
    "reference in a script": (HEAD + "scripts: {s: {content: 'ls ${HOME}'}}", "BW713", ERROR),
    "no script": (HEAD + "scripts: {s: }", "BW713", ERROR),
    "reference in the host": (
        HEAD + "variables: {h: {default: x}}\nworkspace: {host: '${var.h}'}",
        "BW207",
        ERROR,
    ),
    "reference in the profile": (
        HEAD + "variables: {h: {default: x}}\nworkspace: {profile: '${var.h}'}",
        "BW207",
        WARNING,
    ),
    "field of Terraform": (
        HEAD + "resources: {jobs: {a: {name: a}, b: {name: '${resources.jobs.a.always_running}'}}}",
        "BW252",
        ERROR,
    ),
    # Targets.
    "preset": (HEAD + "presets: {trigger_pause_status: paused}", "BW103", ERROR),
    "preset by reference": (
        HEAD + "variables: {p: {default: x}}\npresets: {trigger_pause_status: '${var.p}'}",
        "BW103",
        ERROR,
    ),
    "source-linked": (HEAD + "presets: {source_linked_deployment: true}", "BW753", WARNING),
    "cluster in production": (
        HEAD + "targets: {p: {mode: production, cluster_id: x, workspace: {root_path: /x}}}",
        "BW754",
        WARNING,
    ),
    "legacy run_as": (
        HEAD + "experimental: {use_legacy_run_as: true}\nrun_as: {user_name: a}",
        "BW757",
        WARNING,
    ),
    "shared root": (HEAD + "workspace: {root_path: /Workspace/Shared/b}", "BW750", WARNING),
    "no volume": (HEAD + "workspace: {artifact_path: /Volumes/a/b}", "BW751", ERROR),
    "immutable": (
        HEAD + "experimental: {immutable_folder: true}\nworkspace: {file_path: /x}",
        "BW752",
        ERROR,
    ),
    "no level": (HEAD + "permissions: [{group_name: g}]", "BW712", ERROR),
    "permission twice": (
        HEAD + "permissions: [{group_name: g, level: CAN_VIEW}]\n"
        "resources: {jobs: {j: {name: j, permissions: [{group_name: g, level: CAN_MANAGE}]}}}",
        "BW758",
        WARNING,
    ),
    # Resources.
    "etag": (
        HEAD + "resources: {genie_spaces: {g: {title: g, warehouse_id: w, etag: x}}}",
        "BW715",
        ERROR,
    ),
    "token": (
        HEAD + "resources: {job_runs: {r: {job_id: 1, idempotency_token: x}}}",
        "BW715",
        ERROR,
    ),
    "volume_path": (
        HEAD + "resources: {volumes: {v: {catalog_name: c, schema_name: s, name: v,"
        " volume_path: /Volumes/c/s/v}}}",
        "BW715",
        ERROR,
    ),
    "nobody": (
        HEAD + "resources: {secret_scopes: {s: {name: s, permissions: [{level: READ}]}}}",
        "BW107",
        ERROR,
    ),
    "old runtime": (
        JOB % "python_wheel_task: {package_name: p, entry_point: e}, libraries: [{whl: d/*.whl}],"
        " new_cluster: {spark_version: 13.0.x-scala2.12, node_type_id: x, num_workers: 1}",
        "BW450",
        ERROR,
    ),
    # Files.
    "nothing for an artifact": (
        HEAD + "artifacts: {a: {type: jar, files: [{source: '*.jar'}]}}",
        "BW612",
        ERROR,
    ),
    "outside": (HEAD + "resources: {pipelines: {p: {name: p, root_path: ../..}}}", "BW607", ERROR),
    "requirements": (
        HEAD + "resources: {jobs: {j: {name: j, environments: [{environment_key: e,"
        " spec: {environment_version: '4', dependencies: [-r none.txt]}}]}}}",
        "BW601",
        ERROR,
    ),
    "of a git source that there is not": (
        JOB % "notebook_task: {notebook_path: a, source: GIT}",
        "BW601",
        ERROR,
    ),
    "alert": (
        HEAD + "resources: {alerts: {a: {display_name: a, warehouse_id: w, file_path: a.json,"
        " query_text: x}}}\n@ a.json\n{}",
        "BW617",
        ERROR,
    ),
    "reference in an alert": (
        HEAD + "resources: {alerts: {a: {display_name: a, warehouse_id: w, file_path: a.json}}}"
        '\n@ a.json\n{"query_lines": ["${var.x}"]}',
        "BW617",
        ERROR,
    ),
    "no upload": (HEAD + "sync: {exclude: ['*']}", "BW610", WARNING),
}


@pytest.mark.parametrize("case", FOUND)
def test_what_the_cli_finds_is_found(case: str, tmp_path: Path) -> None:
    text, code, severity = FOUND[case]
    found = {(one.code, one.severity) for one in findings(tmp_path, text, profile="cli", info=True)}
    assert (code, severity) in found


NO_ERROR = {
    "coercions": JOB % "max_retries: '3', notebook_task: {notebook_path: /x}, disabled: 'yes'",
    "numbers for texts": HEAD + "resources: {jobs: {j: {name: 5, tags: {v: 1.10}}}}",
    "wrong values": HEAD + "resources: {jobs: {j: {name: j, max_concurrent_runs: three}}}",
    "nested anchors": HEAD + "defaults: {a: [&a {x: y}], b: {c: &c 1}}",
    "versions": "bundle: {name: b, databricks_cli_version: '>= 0.218.0, < 2.0.0'}",
    "this version": "bundle: {name: b, databricks_cli_version: 1.14.*}",
    "dates": HEAD + "variables: {a: {default: 2026-01-31}}\nresources: {jobs: {j: {name: "
    "2026-01-31}}}",
    "legacy run_as": HEAD + "experimental: {use_legacy_run_as: true}\nrun_as: {user_name: a}\n"
    "resources: {apps: {a: {name: a, source_code_path: .}}}",
    "file of a sync path": HEAD + "sync: {paths: [src/a.txt]}\n@ src/a.txt\na",
    "files of a git source": HEAD + "resources: {jobs: {j: {name: j, git_source: {git_url: x,"
    " git_provider: gitHub, git_branch: main}, tasks: [{task_key: t, notebook_task:"
    " {notebook_path: a}}]}}}",
    "library outside": JOB % "libraries: [{whl: ../lib/*.whl}], existing_cluster_id: x,"
    " python_wheel_task: {package_name: p, entry_point: e}",
    "new runtime": JOB % "libraries: [{whl: d/*.whl}], python_wheel_task: {package_name: p,"
    " entry_point: e}, new_cluster: {spark_version: 13.x-scala2.12, node_type_id: x,"
    " num_workers: 1}",
    "wrapper": HEAD + "experimental: {python_wheel_wrapper: true}\nresources: {jobs: {j: {name: j,"
    " tasks: [{task_key: t, libraries: [{whl: d/*.whl}], python_wheel_task: {package_name: p,"
    " entry_point: e}, new_cluster: {spark_version: 12.2.x-scala2.12, node_type_id: x,"
    " num_workers: 1}}]}}}",
    "paths outside, with their folder": HEAD + "sync: {paths: [..]}\n"
    "resources: {pipelines: {p: {name: p, root_path: ..}}}",
    "grants of two files": HEAD + "resources: {schemas: {s: {name: s, catalog_name: c, grants:"
    " [{principal: p, privileges: [USE_SCHEMA]}]}}}\ntargets: {t: {resources: {schemas: {s:"
    " {grants: [{principal: p}]}}}}}",
    "fields of the user": HEAD + "workspace: {root_path: '~/${workspace.current_user.short_name}/"
    "${workspace.current_user.userName}/${bundle.git.branch}'}",
    "script": HEAD + "scripts: {s: {content: 'ls $A', env: {A: '${bundle.target}'}}}",
    "unresolved names in overrides": HEAD + overrides('{"nope": {}}'),
    "pydabs off": HEAD + "experimental: {pydabs: {enabled: false}}",
}


@pytest.mark.parametrize("case", NO_ERROR)
def test_what_passes_with_the_cli_is_no_error(case: str, tmp_path: Path) -> None:
    found = findings(tmp_path, NO_ERROR[case], profile="cli", info=True)
    assert [one for one in found if one.severity == ERROR] == []


def test_both_places_of_a_key_are_named(tmp_path: Path) -> None:
    text = "bundle: {name: b}\nresources:\n  jobs: {x: {name: a}}\n  pipelines: {x: {name: b}}\n"
    found = findings(tmp_path, text, profile="cli", info=True)
    assert [(one.code, one.line) for one in found] == [("BW008", 4)]
    assert [place[:2] for place, _ in found[0].related] == [("databricks.yml", 3)]


def test_values_of_other_targets_are_not_judged_as_the_cli_does_not(tmp_path: Path) -> None:
    text = HEAD + "targets: {a: {}, b: {presets: {trigger_pause_status: x, tags: []}}}\n"
    found = findings(tmp_path, text, profile="cli", info=True, targets=["a"])
    assert [(one.code, one.severity) for one in found] == [("BW102", WARNING)]
