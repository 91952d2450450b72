"""Targets: what they are called and deployed to, and to whom they give what."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import findings

TASKS = "tasks: [{task_key: t, notebook_task: {notebook_path: /x}}]"


def told(folder: Path, text: str, *wanted: str) -> list[tuple[str, str]]:
    """The findings with some of my codes, as (code, severity) pairs."""
    found = findings(folder, text, info=True, profile="strict")
    return [(one.code, one.severity) for one in found if one.code in wanted]


@pytest.mark.parametrize(
    ("override", "found"),
    [
        ("jobs: {etl: {max_concurrent_runs: 2}}", []),
        ("jobs: {elt: {max_concurrent_runs: 2}}", [("BW718", "error")]),
        ("jobs: {nightly: {max_concurrent_runs: 2}}", [("BW718", "warning")]),
        (f"jobs: {{elt: {{name: elt, {TASKS}}}}}", []),  # whole
        (f"jobs: {{elt: {{{TASKS}}}}}", []),
        ("jobs: {elt: {tasks: [{task_key: t, timeout_seconds: 9}]}}", [("BW718", "error")]),
        ("jobs: {elt: {name: elt, tasks: []}}", [("BW313", "warning")]),
        ("pipelines: {sale: {continuous: true}}", [("BW718", "error")]),
        ("pipelines: {p2: {libraries: [{notebook: {path: /x}}]}}", []),
        ("clusters: {c: {num_workers: 2}}", [("BW718", "warning")]),
        ("clusters: {c: {cluster_name: c, num_workers: 2}}", []),
        ("clusters: {c: {spark_version: 17.3.x-scala2.13, num_workers: 2}}", []),
        ("clusters: {c: {policy_id: x, node_type_id: x}}", []),
        ("schemas: {s: {comment: x}}", [("BW104", "error"), ("BW104", "error")]),
    ],
)
def test_overrides_of_what_is_not_there(
    tmp_path: Path, override: str, found: list[tuple[str, str]]
) -> None:
    text = f"""\
bundle: {{name: b}}
resources:
  jobs: {{etl: {{name: etl, {TASKS}}}}}
  pipelines: {{sales: {{name: sales, libraries: [{{notebook: {{path: /x}}}}]}}}}
targets: {{dev: {{default: true}}, test: {{resources: {{{override}}}}}}}
"""
    assert told(tmp_path, text, "BW718", "BW313", "BW104") == found


def test_code_may_define_what_a_target_changes(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
python: {resources: ["resources:load"]}
targets: {dev: {resources: {jobs: {etl: {max_concurrent_runs: 2}}}}}
"""
    assert told(tmp_path, text, "BW718", "BW313") == []


@pytest.mark.parametrize(
    ("resources", "found"),
    [
        (f"jobs: {{a: {{name: x, {TASKS}}}, b: {{name: x, {TASKS}}}}}", [("BW719", "warning")]),
        ("pipelines: {a: {name: x}, b: {name: x}}", [("BW719", "error")]),
        ("pipelines: {a: {name: x}, b: {name: x, allow_duplicate_names: true}}", []),
        ("pipelines: {a: {name: 'x ${var.v}'}, b: {name: 'x ${var.v}'}}", []),  # who knows
        ("schemas: {a: {name: x, catalog_name: c}, b: {name: x, catalog_name: d}}", []),
        (
            "schemas: {a: {name: x, catalog_name: c}, b: {name: x, catalog_name: c}}",
            [("BW719", "error")],
        ),
        ("sql_warehouses: {a: {name: x}, b: {name: x}}", [("BW719", "error")]),
        ("dashboards: {a: {display_name: x}, b: {display_name: x}}", []),
    ],
)
def test_two_of_one_name(tmp_path: Path, resources: str, found: list[tuple[str, str]]) -> None:
    text = "bundle: {name: b}\nvariables: {v: {lookup: {cluster: c}}}\n"
    assert told(tmp_path, f"{text}resources: {{{resources}}}\n", "BW719") == found


@pytest.mark.parametrize(
    ("permissions", "found"),
    [
        ("[{group_name: g, level: CAN_VIEW}]", []),
        ("[{level: CAN_VIEW}]", [("BW720", "error")]),
        ("[{group_name: '', level: CAN_VIEW}]", [("BW720", "error")]),
        ("[{group: g, level: CAN_VIEW}]", [("BW101", "warning")]),  # one mistake
        ("[{group_name: g, user_name: u, level: CAN_VIEW}]", [("BW720", "error")]),
        (
            "[{group_name: g, level: CAN_VIEW}, {group_name: g, level: CAN_RUN}]",
            [("BW721", "warning")],
        ),
        ("[{group_name: g, level: CAN_VIEW}, {user_name: g, level: CAN_RUN}]", []),
    ],
)
def test_principals(tmp_path: Path, permissions: str, found: list[tuple[str, str]]) -> None:
    codes = ("BW101", "BW720", "BW721")
    whole = f"bundle: {{name: b}}\npermissions: {permissions}\n"
    assert told(tmp_path / "bundle", whole, *codes) == found
    job = f"bundle: {{name: b}}\nresources: {{jobs: {{a: {{name: a, {TASKS}, permissions: "
    assert told(tmp_path / "job", f"{job}{permissions}}}}}}}\n", *codes) == found


def test_a_target_may_raise_a_permission(tmp_path: Path) -> None:
    text = """\
bundle: {name: b}
permissions: [{group_name: g, level: CAN_VIEW}]
targets: {dev: {permissions: [{group_name: g, level: CAN_MANAGE}]}}
"""
    assert told(tmp_path, text, "BW721") == []


def test_grants_come_together(tmp_path: Path) -> None:
    grants = "[{principal: g, privileges: [USE_SCHEMA]}, {principal: g, privileges: [SELECT]}]"
    schema = f"{{name: s, catalog_name: c, grants: {grants}}}"
    text = f"bundle: {{name: b}}\nresources: {{schemas: {{s: {schema}}}}}\n"
    assert told(tmp_path, text, "BW721") == [("BW721", "info")]


@pytest.mark.parametrize(
    ("bundle", "found"),
    [
        ("name: sales_etl-2.0", []),
        ("name: vérité", []),
        ("name: sales/etl", [("BW725", "warning")]),
        ("name: sales etl", [("BW725", "info")]),
        ("name: '..'", [("BW725", "warning")]),
        ("name: b, uuid: 0b8e1c5e-5f0d-4c3a-9f5b-2a1f5f0a6c1d", []),
        ("name: b, uuid: sales", [("BW726", "warning")]),
        ("name: b, engine: terraform", [("BW724", "error")]),  # and not that it is deprecated
        ("name: b, engine: direct", []),
    ],
)
def test_bundles(tmp_path: Path, bundle: str, found: list[tuple[str, str]]) -> None:
    text = f"bundle: {{{bundle}}}\nresources: {{catalogs: {{c: {{name: c}}}}}}\n"
    assert told(tmp_path, text, "BW724", "BW725", "BW726", "BW756") == found


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ("{}", "the engine terraform is deprecated"),
        ("apps: {a: {lifecycle: {started: false}}}", "the engine terraform is deprecated"),
        ("apps: {a: {lifecycle: {started: true}}}", "cannot deploy lifecycle.started of apps"),
        (
            "catalogs: {a: {name: a}, b: {name: b}}, clusters: {c: {lifecycle: {started: true}}}",
            "cannot deploy catalogs and lifecycle.started of clusters",
        ),
    ],
)
@pytest.mark.parametrize("profile", ["recommended", "cli"])
def test_what_terraform_cannot_deploy_is_one_finding(
    tmp_path: Path, resources: str, message: str, profile: str
) -> None:
    resources = resources if resources == "{}" else f"{{{resources}}}"
    text = f"bundle: {{name: b, engine: terraform}}\nresources: {resources}\n"
    [found] = [one for one in findings(tmp_path, text, profile=profile) if "engine" in one.message]
    assert found.message.endswith(message)
    assert found.severity == ("error" if "cannot" in message and profile != "cli" else "warning")


def test_two_defaults_are_one_finding_of_the_bundle(tmp_path: Path) -> None:
    prod = "{default: true, mode: production, workspace: {root_path: /Workspace/b}}"
    text = f"bundle: {{name: b}}\ntargets: {{dev: {{default: true}}, prod: {prod}}}\n"
    found = [one for one in findings(tmp_path, text) if one.code in ("BW701", "BW735")]
    assert [(one.code, one.targets) for one in found] == [("BW701", ())]


def test_a_person_is_named_once_in_a_list_of_permissions(tmp_path: Path) -> None:
    one, two = "{level: CAN_VIEW, user_name: a@b.org}", "{level: CAN_RUN, user_name: a@b.org}"
    both = "{level: CAN_VIEW, user_name: c@b.org, group_name: g}"
    text = f"bundle: {{name: b}}\npermissions: [{one}, {two}, {both}]\n"
    text += "targets: {prod: {mode: production, workspace: {root_path: /Workspace/b}}}\n"
    expected = [("BW720", "error"), ("BW721", "warning"), ("BW723", "info")]
    assert sorted(told(tmp_path, text, "BW720", "BW721", "BW723")) == expected


@pytest.mark.parametrize(
    ("workspace", "found"),
    [
        ("root_path: /Workspace/x", []),
        ("root_path: ~/x", []),
        ("root_path: '${workspace.current_user.userName}/x'", []),  # who knows
        ("root_path: Workspace/x", [("BW727", "error")]),
        ("root_path: '${bundle.name}/x'", [("BW727", "error")]),
        ("artifact_path: ./x", [("BW727", "error")]),
        ("host: https://acme.cloud.databricks.com/", []),
        ("host: 'https://acme.cloud.databricks.com/?o=123'", []),
        ("host: acme.cloud.databricks.com", [("BW732", "info")]),
        ("host: https://acme.cloud.databricks.com/browse/folders/1", [("BW732", "info")]),
        ("host: http://acme.cloud.databricks.com", [("BW732", "warning")]),
        ("host: 'https://<workspace>.cloud.databricks.com'", [("BW732", "error")]),
        ("host: https://accounts.cloud.databricks.com", [("BW732", "error")]),
        ("host: ''", []),
    ],
)
def test_workspaces(tmp_path: Path, workspace: str, found: list[tuple[str, str]]) -> None:
    text = f"bundle: {{name: b}}\nworkspace: {{{workspace}}}\n"
    assert told(tmp_path, text, "BW727", "BW732") == found


@pytest.mark.parametrize(
    ("root", "found"),
    [
        ("/Workspace/x", ["BW733"]),
        ("/Workspace/${bundle.name}", ["BW733"]),
        ("~/${bundle.name}", ["BW733"]),
        ("/Workspace/${bundle.target}", []),
        ("/Workspace/${var.place}", []),  # may be another one in each
    ],
)
def test_targets_at_one_place(tmp_path: Path, root: str, found: list[str]) -> None:
    text = f"""\
bundle: {{name: b}}
variables: {{place: {{default: x}}}}
workspace: {{root_path: "{root}", host: "https://a.cloud.databricks.com"}}
targets:
  one: {{default: true}}
  two: {{workspace: {{host: "https://a.cloud.databricks.com/"}}}}
  elsewhere: {{workspace: {{host: "https://b.cloud.databricks.com"}}}}
"""
    assert [code for code, _ in told(tmp_path, text, "BW733")] == found


@pytest.mark.parametrize(
    ("resources", "found"),
    [
        ("schemas: {s: {name: a_1, catalog_name: c}}", []),
        ("schemas: {s: {name: a-1, catalog_name: c}}", [("BW730", "info")]),
        ("schemas: {s: {name: a.b, catalog_name: c}}", [("BW730", "error")]),
        ("schemas: {s: {name: '${var.v}.x', catalog_name: c}}", []),
        (f"catalogs: {{c: {{name: {'a' * 256}}}}}", [("BW730", "error")]),
        ("apps: {a: {name: my-app, source_code_path: .}}", []),
        ("apps: {a: {name: My_App, source_code_path: .}}", [("BW730", "error")]),
        ("model_serving_endpoints: {m: {name: a b}}", [("BW730", "error")]),
        ("secret_scopes: {s: {name: a/b}}", [("BW730", "error")]),
        ("schemas: {_s-2: {name: a, catalog_name: c}}", []),
        ("schemas: {a.b: {name: a, catalog_name: c}}", [("BW731", "warning")]),
        ("schemas: {2a: {name: a, catalog_name: c}}", [("BW731", "warning")]),
    ],
)
def test_names(tmp_path: Path, resources: str, found: list[tuple[str, str]]) -> None:
    text = "bundle: {name: b}\nvariables: {v: {lookup: {cluster: c}}}\n"
    assert told(tmp_path, f"{text}resources: {{{resources}}}\n", "BW730", "BW731") == found


MANY = ", ".join(f"k{number}: v" for number in range(26))
AWS, AZURE, GOOGLE, UNKNOWN = (
    "https://a.cloud.databricks.com",
    "https://adb-1.2.azuredatabricks.net",
    "https://1.2.gcp.databricks.com",
    "https://databricks.example.com",
)


@pytest.mark.parametrize(
    ("tags", "host", "found"),
    [
        ("team: sales", AWS, []),
        ("team: 'R&D'", AWS, [("BW729", "warning")]),
        ("team: 'R&D'", AZURE, []),
        ("a/b: x", AWS, []),
        ("a/b: x", AZURE, [("BW729", "warning")]),
        ("team: a b", AWS, []),
        ("team: a b", GOOGLE, [("BW729", "warning")]),
        ("team: 'R&D'", UNKNOWN, []),
        ("team: '${var.v}&'", AWS, []),
        (f"team: {'a' * 256}", AWS, [("BW729", "warning")]),
        (f"team: {'a' * 256}", UNKNOWN, []),
        (f"team: {'a' * 257}", UNKNOWN, [("BW729", "warning")]),
        (MANY, UNKNOWN, [("BW729", "error")]),
    ],
)
def test_tags(tmp_path: Path, tags: str, host: str, found: list[tuple[str, str]]) -> None:
    text = f"""\
bundle: {{name: b}}
variables: {{v: {{lookup: {{cluster: c}}}}}}
workspace: {{host: "{host}"}}
resources: {{jobs: {{a: {{name: a, {TASKS}, tags: {{{tags}}}}}}}}}
"""
    assert told(tmp_path, text, "BW729") == found


@pytest.mark.parametrize(("profile", "severity"), [("cli", "error"), ("recommended", "info")])
def test_who_deploys_an_app_may_be_who_the_bundle_runs_as(
    tmp_path: Path, profile: str, severity: str
) -> None:
    text = """\
bundle: {name: b}
run_as: {user_name: a@b.com}
resources: {apps: {front: {name: front, source_code_path: .}}}
"""
    found = findings(tmp_path, text, info=True, profile=profile)
    assert [one.severity for one in found if one.code == "BW709"] == [severity]


@pytest.mark.parametrize(
    ("variable", "other", "found"),
    [
        ("/Volumes/0000000/placeholder/prod_source", "", True),
        ("0000000000000001", "", True),
        ("10000000", "", False),  # a number
        ("data@example.com", "", True),
        ("data@examples.com", "", False),
        ("see team@example.com", "", False),
        ("x", "permissions: [{user_name: a.b@mail.example.org, level: CAN_VIEW}]", True),
        (
            "x",
            "resources: {jobs: {etl: {email_notifications: {on_failure: [data@team.invalid]}}}}",
            True,
        ),
        ("x", "run_as: {service_principal_name: 00000000-0000-0000-0000-000000000001}", True),
        ("x", "workspace: {host: 'https://dbc-00000000-0001.cloud.databricks.com'}", True),
        ("x", "workspace: {host: 'https://acme.cloud.databricks.com'}", False),
        (
            "x",
            "resources: {jobs: {etl: {job_clusters: [{job_cluster_key: m, new_cluster: "
            "{instance_pool_id: 0000-000000-pool-00000000}}]}}}",
            True,
        ),
    ],
)
def test_placeholders_are_found_where_a_target_has_them(
    tmp_path: Path, variable: str, other: str, found: bool
) -> None:
    text = f"""\
bundle: {{name: b}}
variables: {{source: {{description: x}}}}
resources: {{jobs: {{etl: {{name: "00000000", {TASKS}}}}}}}
targets:
  dev: {{default: true, variables: {{source: /Volumes/a/b/c}}}}
  prod:
    variables: {{source: "{variable}"}}
    {other}
"""
    assert told(tmp_path, text, "BW764") == [("BW764", "info")] * found
