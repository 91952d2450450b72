"""Good practice: what is asked of production and of jobs; and credentials that stand in files."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import findings, write_bundle

from bundlewright.checking import check

TASK = "{task_key: t, notebook_task: {notebook_path: /x}}"
PRINCIPAL = "11111111-2222-3333-4444-555555555555"


def told(folder: Path, text: str, *wanted: str) -> list[tuple[str, str]]:
    """The findings with some of the codes, as (code, severity) pairs."""
    found = findings(folder, text, info=True, profile="strict")
    return [(one.code, one.severity) for one in found if one.code in wanted]


@pytest.mark.parametrize(
    ("name", "mode", "is_production"),
    [
        ("prod", "production", True),
        ("prd-eu", None, True),
        ("Production", None, True),
        ("staging", "production", True),  # as good as production
        ("live", "production", True),
        ("live", None, False),
        ("preprod", None, False),
        ("non-prod", None, False),
        ("product", None, False),
        ("prod", "development", False),
        ("dev", "production", False),  # for a lack of prefixes
    ],
)
def test_what_is_production(
    tmp_path: Path, name: str, mode: str | None, is_production: bool
) -> None:
    mode = f"mode: {mode}, " if mode else ""
    text = f"""\
bundle: {{name: b}}
targets: {{{name}: {{{mode}workspace: {{root_path: /Workspace/x}}}}}}
resources: {{jobs: {{a: {{name: a, tasks: [{TASK}]}}}}}}
"""
    assert bool(told(tmp_path, text, "BW736")) == is_production


@pytest.mark.parametrize(
    ("production", "found"),
    [
        ("", []),
        ("workspace: {root_path: /Workspace/x}", []),
        ("workspace: {root_path: ~/x}", [("BW728", "info")]),  # a service principal deploys it
        ("run_as: {user_name: a@b.com}", [("BW736", "info")]),
        ("workspace: {root_path: /Users/a@b.com/x}", [("BW728", "info")]),
        (f"workspace: {{root_path: /Workspace/Users/{PRINCIPAL}/x}}", []),
        ("permissions: [{user_name: a@b.com, level: CAN_MANAGE}]", [("BW723", "info")]),
        ("permissions: [{user_name: '${var.who}', level: CAN_MANAGE}]", []),
        ("permissions: [{group_name: users, level: CAN_MANAGE}]", [("BW722", "warning")]),
        ("permissions: [{group_name: users, level: CAN_VIEW}]", []),
        (
            "workspace: {root_path: /Workspace/Shared/x}, "
            "permissions: [{group_name: users, level: CAN_MANAGE}]",
            [],  # says what is so there anyway
        ),
        (
            "resources: {jobs: {a: {permissions: [{group_name: users, level: CAN_MANAGE_RUN}]}}}",
            [("BW722", "warning")],
        ),
        ("git: {branch: ''}", [("BW737", "info")]),
        ("default: true", [("BW735", "warning")]),
        ("mode: development", [("BW734", "warning")]),
    ],
)
def test_production(tmp_path: Path, production: str, found: list[tuple[str, str]]) -> None:
    parts = {
        "mode": "production",
        "run_as": f"{{service_principal_name: {PRINCIPAL}}}",
        "workspace": "{root_path: /Workspace/x}",
        "git": "{branch: main}",
    }
    kept = [f"{key}: {value}" for key, value in parts.items() if f"{key}: " not in production]
    target = ", ".join((*kept, production) if production else kept)
    text = f"""\
bundle: {{name: b}}
variables: {{who: {{lookup: {{cluster: x}}}}}}
resources: {{jobs: {{a: {{name: a, tasks: [{TASK}]}}}}}}
targets:
  dev: {{mode: development{"" if "default" in production else ", default: true"}}}
  prod: {{{target}}}
"""
    codes = ("BW722", "BW723", "BW728", "BW734", "BW735", "BW736", "BW737")
    assert told(tmp_path, text, *codes) == found


def test_the_home_of_whoever_deploys_may_be_that_of_a_service_principal(tmp_path: Path) -> None:
    home = "workspace: {root_path: '/Workspace/Users/${workspace.current_user.userName}/x'}"
    text = f"bundle: {{name: b}}\ntargets: {{prod: {{mode: production, {home}}}}}\n"
    assert told(tmp_path, text, "BW728") == [("BW728", "info")]


ON_FAILURE = "email_notifications: {on_failure: [a@b.com]}"
SCHEDULE = "schedule: {quartz_cron_expression: '0 0 2 * * ?', timezone_id: UTC%s}"


@pytest.mark.parametrize(
    ("job", "found"),
    [
        ("", ["BW739", "BW741"]),
        ("timeout_seconds: 60, tags: {a: b}", []),
        ("timeout_seconds: 0, tags: {a: b}", ["BW739"]),
        (
            "health: {rules: [{metric: RUN_DURATION_SECONDS, op: GREATER_THAN, value: 1}]}, "
            "tags: {a: b}",
            [],
        ),
        (SCHEDULE % "", ["BW738", "BW739", "BW741"]),
        (SCHEDULE % ", pause_status: PAUSED", ["BW739", "BW741"]),
        (f"{SCHEDULE % ''}, {ON_FAILURE}", ["BW739", "BW741"]),
        (f"{SCHEDULE % ''}, email_notifications: '${{var.v}}'", ["BW739", "BW741"]),
        (
            f"{SCHEDULE % ''}, email_notifications: {{on_success: [a@b.com]}}",
            ["BW738", "BW739", "BW741"],
        ),
        ("continuous: {pause_status: UNPAUSED}", ["BW738", "BW741"]),
    ],
)
def test_jobs(tmp_path: Path, job: str, found: list[str]) -> None:
    text = f"""\
bundle: {{name: b}}
variables: {{v: {{lookup: {{cluster: c}}}}}}
resources: {{jobs: {{a: {{name: a, tasks: [{TASK}]{", " if job else ""}{job}}}}}}}
"""
    codes = ("BW738", "BW739", "BW740", "BW741")
    assert sorted(code for code, _ in told(tmp_path, text, *codes)) == found


HEALTH = "health: {rules: [{metric: RUN_DURATION_SECONDS, op: GREATER_THAN, value: 1}]}"


@pytest.mark.parametrize(
    ("job", "found"),
    [
        (SCHEDULE % "", 1),
        (f"{SCHEDULE % ''}, {HEALTH}", 0),
        (f"{SCHEDULE % ''}, health: '${{var.v}}'", 0),
        ("continuous: {pause_status: UNPAUSED}", 0),
        ("timeout_seconds: 60", 0),
    ],
)
def test_a_scheduled_job_has_a_health_rule(tmp_path: Path, job: str, found: int) -> None:
    text = f"""\
bundle: {{name: b}}
variables: {{v: {{lookup: {{cluster: c}}}}}}
resources: {{jobs: {{a: {{name: a, tasks: [{TASK}], {job}}}}}}}
"""
    assert len(told(tmp_path, text, "BW742")) == found
    each = f"{TASK[:-1]}, {HEALTH}}}"
    assert told(tmp_path, text.replace(TASK, each), "BW742") == []


@pytest.mark.parametrize(
    ("tasks", "found"),
    [
        (f"{{existing_cluster_id: c, {TASK[1:]}", ["BW740"]),
        (f"{{existing_cluster_id: c, max_retries: 0, {TASK[1:]}", []),
        (TASK, []),  # serverless compute tries again by itself
        (
            "{task_key: each, for_each_task: {inputs: '[1]', task: "
            f"{{existing_cluster_id: c, {TASK[1:]}}}}}",
            ["BW740"],
        ),
    ],
)
def test_retries(tmp_path: Path, tasks: str, found: list[str]) -> None:
    text = f"bundle: {{name: b}}\nresources: {{jobs: {{a: {{name: a, tasks: [{tasks}]}}}}}}\n"
    assert [code for code, _ in told(tmp_path, text, "BW740")] == found


def test_each_task_may_have_what_its_job_lacks(tmp_path: Path) -> None:
    with_all = f"{{timeout_seconds: 60, {ON_FAILURE}, {TASK[1:]}"
    without = TASK.replace("t,", "u,")
    text = "bundle: {name: b}\nresources: {jobs: {a: {name: a, %s, tasks: [%s]}}}\n"
    some = text % (SCHEDULE % "", f"{with_all}, {without}")
    every = text % (SCHEDULE % "", f"{with_all}, {with_all.replace('t,', 'u,')}")
    assert len(told(tmp_path / "some", some, "BW738", "BW739")) == 2
    assert told(tmp_path / "every", every, "BW738", "BW739") == []


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("dev: {}", ["BW743"]),
        ("dev_eu: {}", ["BW743"]),
        ("dev: {mode: development}", []),
        ("dev: {presets: {trigger_pause_status: PAUSED}}", []),
        ("dev: {resources: {jobs: {a: {schedule: {pause_status: PAUSED}}}}}", []),
        ("test: {}", []),
    ],
)
def test_schedules_in_development(tmp_path: Path, target: str, found: list[str]) -> None:
    job = f"{{name: a, {SCHEDULE % ''}, tasks: [{TASK}]}}"
    text = f"bundle: {{name: b}}\nresources: {{jobs: {{a: {job}}}}}\ntargets: {{{target}}}\n"
    assert [code for code, _ in told(tmp_path, text, "BW743")] == found


PAUSE = SCHEDULE % ", pause_status: '${var.v}'"


@pytest.mark.parametrize(
    ("code", "job", "more"),
    [
        ("BW738", f"{PAUSE}, tasks: [{TASK}]", ""),
        ("BW743", f"{PAUSE}, tasks: [{TASK}]", ""),
        ("BW743", SCHEDULE % "", "presets: {trigger_pause_status: '${var.v}'}"),
        ("BW738", SCHEDULE % "", "python: {mutators: ['m:all']}"),
        ("BW743", SCHEDULE % "", "python: {mutators: ['m:all']}"),
        ("BW739", f"tasks: [{TASK}]", "python: {mutators: ['m:all']}"),
        ("BW740", "tasks: [{existing_cluster_id: c}]", "python: {mutators: ['m:all']}"),
        ("BW741", f"tasks: [{TASK}]", "python: {mutators: ['m:all']}"),
        ("BW739", "tasks: '${var.v}'", ""),
        ("BW739", "tasks: [{timeout_seconds: '${var.v}'}]", ""),
        ("BW739", f"health: '${{var.v}}', tasks: [{TASK}]", ""),
        ("BW739", f"health: {{rules: '${{var.v}}'}}, tasks: [{TASK}]", ""),
        ("BW739", f"health: {{rules: [{{metric: '${{var.v}}'}}]}}, tasks: [{TASK}]", ""),
        ("BW739", "tasks: [{for_each_task: {task: {timeout_seconds: 60}}}]", ""),
        ("BW740", "tasks: [{existing_cluster_id: c, max_retries: '${var.v}'}]", ""),
        ("BW741", "tags: '${var.v}'", ""),
    ],
)
def test_what_may_be_there_is_not_missed(tmp_path: Path, code: str, job: str, more: str) -> None:
    text = f"""\
bundle: {{name: b}}
variables: {{v: {{lookup: {{cluster: c}}}}}}
resources: {{jobs: {{a: {{name: a, {job}}}}}}}
targets: {{dev: {{}}}}
{more}
"""
    assert told(tmp_path, text, code) == []


HEX = "0f3a9c7e5b1d2f4a6c8e0b2d4f6a8c1e"
LONG = "q7Rz0LkPw3VxT8mYbN2cHdJ5sFgA9eUuK4iO1tXvZ6B"  # as random as they come, 43 characters

# In parts: put together they are what scanners of this repository look for.
CREDENTIALS = [
    f"token: dapi{HEX}",
    f"token: dose{HEX}",
    "id: AKI" + "AQ7RZ0LKPW3VXT8MY",
    f"key: AccountKey={LONG}{LONG}==;EndpointSuffix=core.windows.net",
    f"url: https://x.blob.core.windows.net/c?sv=2022-11-02&sig={LONG}%3D",
    f"token: ghp_{LONG[:36]}",
    f"token: glpat-{LONG[:20]}",
    f"token: xoxb-10293847561-{LONG[:24]}",
    f"url: https://hooks.slack.com/services/T0AB12CD3/B0AB12CD3/{LONG[:24]}",
    f"key: AIza{LONG[:35]}",
    "key: '-----BEGIN RSA PRIVATE KEY-----'",
    f"token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.{LONG}",
    "password: hunter2",
    "db_password: Passw0rd123",
    "ConnectionPassword: swordfish",
    "url: jdbc:sqlserver://h:1433;user=u;password=Tr0ub4dor;encrypt=true",
    "url: https://user:tr0ub4dor@pypi.example.org/simple",
    f"client_secret: {LONG[:40]}",
    f"aws_secret_access_key: {LONG[:40]}",
    f"api_key: {HEX}",
]


@pytest.mark.parametrize("line", CREDENTIALS)
def test_credentials(tmp_path: Path, line: str) -> None:
    root = write_bundle(tmp_path, f"bundle: {{name: b}}\n# {line}\n")
    [finding] = check(root).findings
    assert (finding.code, finding.line) == ("BW744", 2)
    secrets = (HEX[4:], LONG[4:20], "hunter2", "swordfish", "r0ub4dor", "assw0rd")
    assert not any(secret in finding.message for secret in secrets)


@pytest.mark.parametrize(
    "line",
    [
        "password: ${var.password}",
        'password: "{{secrets/sales/db}}"',
        "password: <password>",
        "password: changeme",
        "password: sql-password-2",  # the name of a secret
        "password: db_password",
        "password_key: hunter2",
        "token: kv-token-prod-2",
        "secret: kv/sales-db-2024",
        "max_tokens: 1000",
        "secret_scope: prod-scope",
        "token: dapiXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
        "token: dapi00000000000000000000000000000000",
        "token: dapi1234567890abcdef1234567890abcdef",
        f"commit: {HEX}{HEX[:8]}",
        "url: https://${var.user}:${var.password}@host/x",
        "url: s3://bucket/a:b@c",
        "job_cluster_key: a_key_that_is_as_long_as_keys_can_be",
        "uuid: 0b8e1c5e-5f0d-4c3a-9f5b-2a1f5f0a6c1d",
        "access_token: ${workspace.current_user.short_name}",
    ],
)
def test_what_is_no_credential(tmp_path: Path, line: str) -> None:
    assert told(tmp_path, f"bundle: {{name: b}}\n# {line}\n", "BW744") == []


def test_a_credential_in_a_long_line_is_found_in_time(tmp_path: Path) -> None:
    noise = "secret: x password " * 20_000 + "a" * 200_000
    text = f"bundle: {{name: b}}\n# é {noise} password=Tr0ub4dor {noise}\n"
    [finding] = findings(tmp_path, text)
    assert (finding.code, finding.column) == ("BW744", 5 + len(noise) + len(" password="))
