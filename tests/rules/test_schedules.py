"""What the rules on schedules, triggers and notifications decide beyond their examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundles import findings, write_bundle

from bundlewright.checking import check
from bundlewright.fixing import plan
from bundlewright.rules.schedules.cron import is_time_zone
from bundlewright.rules.schedules.quartz import (
    fault_of,
    fires_after,
    repaired,
    split_by_days,
    values_of,
)


@pytest.mark.parametrize(
    "expression",
    [
        "0 0 2 * * ?",
        "0 0/15 * * * ?",
        "0 0 9 ? * MON-FRI",
        "0 0 3 ? * sun",
        "0 0 4 1 * ?",
        "0 0 4 L * ?",
        "0 0 4 LW * ?",
        "0 0 4 L-3 * ?",
        "0 0 4 15W * ?",
        "0 0 4 ? * 6L",
        "0 0 4 ? * FRI#2",
        "0 0,30 8-18/2 ? JAN-JUN 2,4 2030",
        "0 0 */6 * * ?",
        "0 59 23 31 12 ? 2026/2",
    ],
)
def test_quartz_expressions_pass(expression: str) -> None:
    assert fault_of(expression) is None


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("0 2 * * *", "has 5 fields"),
        ("0 0 2 * *  ", "has 5 fields"),
        ("", "has 0 fields"),
        ("0 0 2 * * ? 2026 x", "has 8 fields"),
        ("60 0 2 * * ?", "seconds 60 is not from 0 to 59"),
        ("0 0 24 * * ?", "hours 24"),
        ("0 0 2 0 * ?", "day of month 0"),
        ("0 0 2 * 13 ?", "month 13"),
        ("0 0 2 ? * 8", "day of week 8"),
        ("0 0 2 ? * MOON", "'MOON' is not a value"),
        ("0 0 2 * * *", "must be '?'"),
        ("0 0 2 ? * ?", "cannot both be '?'"),
        ("? 0 2 * * ?", "'?' stands for seconds"),
        ("0 0/0 2 * * ?", "no valid step"),
        ("0 0 2 32W * ?", "out of range"),
        ("0 1-2-3 2 * * ?", "not a value, a range or a step"),
        ("0 0 2 LW,1 * ?", "cannot stand beside other days"),
        ("0 0 2 ? * MON,6L", "cannot stand beside other days"),
        ("0 0 \u00b2 * * ?", "hours '\u00b2' is not a value"),
    ],
)
def test_quartz_expressions_fail(expression: str, words: str) -> None:
    assert words in fault_of(expression)


def test_time_zones() -> None:
    for zone in (
        "UTC",
        "Europe/Berlin",
        "America/Argentina/Buenos_Aires",
        "Etc/GMT+5",
        "GMT+02:00",
        "PST",
    ):
        assert is_time_zone(zone)
    for zone in ("Europe/Berln", "utc", "europe/berlin", "", "GMT+25:00", "CEST", "Mars/Olympus"):
        assert not is_time_zone(zone)


@pytest.mark.parametrize(
    ("expression", "meant"),
    [
        ("0 2 * * *", ("0 0 2 * * ?", True)),
        ("*/15 * * * *", ("0 */15 * * * ?", True)),
        ("30 6 1,15 * *", ("0 30 6 1,15 * ?", True)),
        ("0 2 * jan *", ("0 0 2 * JAN ?", True)),
        ("0 9 * * 1-5", ("0 0 9 ? * MON-FRI", True)),
        ("0 9 * * 0", ("0 0 9 ? * SUN", True)),
        ("0 9 * * 7", ("0 0 9 ? * SUN", True)),
        ("0 9 * * 6-7", ("0 0 9 ? * SAT,SUN", True)),
        ("0 9 * * 5-7", ("0 0 9 ? * FRI-SAT,SUN", True)),
        ("0 9 * * 0,3,mon-wed", ("0 0 9 ? * SUN,WED,MON-WED", True)),
        ("0 9 * * 0-7", ("0 0 9 * * ?", True)),
        ("0 2 * * ?", ("0 0 2 * * ?", False)),
        ("0 0 2 * * *", ("0 0 2 * * ?", True)),
        ("0 0 2 1 * *", ("0 0 2 1 * ?", True)),
        ("0 0 2 * * MON", ("0 0 2 ? * MON", True)),
        ("0 0 2 * * 1", ("0 0 2 ? * 1", False)),
        ("0 0 2 ? * ?", ("0 0 2 * * ?", True)),
        ("0 2 1 * 1", None),  # of a crontab, on either day
        ("0 9 * * */2", None),
        ("0 9 * * 5-1", None),
        ("0 9 * * 8", None),
        ("0 25 * * *", None),
        ("0 2 * *", None),
        ("nightly", None),
        ("", None),
    ],
)
def test_what_was_meant_by_another_kind_of_expression(
    expression: str, meant: tuple[str, bool] | None
) -> None:
    assert repaired(expression) == meant


def test_either_day_takes_two_schedules(tmp_path: Path) -> None:
    assert split_by_days("0 6 1,15 * 1") == ("0 0 6 1,15 * ?", "0 0 6 ? * MON")
    for other in ("0 6 * * 1", "0 6 1 * *", "0 6 1 * 9", "0 0 6 1 * 1", "0 6 */2 * 1"):
        assert split_by_days(other) is None
    text = "resources: {jobs: {a: {schedule: {quartz_cron_expression: 0 6 1 * 1}}}}"
    hints = [one.hint for one in findings(tmp_path, text) if one.code == "BW501"]
    assert "two schedules: '0 0 6 1 * ?' and '0 0 6 ? * MON'" in hints[0]


@pytest.mark.parametrize(
    ("expression", "field", "values"),
    [
        ("0 0 2 * * ?", 0, {0}),
        ("0/20 0 2 * * ?", 0, {0, 20, 40}),
        ("/30 0 2 * * ?", 0, {0, 30}),
        ("0 10-12,50 2 * * ?", 1, {10, 11, 12, 50}),
        ("0 58-1 2 * * ?", 1, {58, 59, 0, 1}),
        ("0 0 2 ? NOV-FEB MON", 4, {11, 12, 1, 2}),
        ("0 0 2 ? * FRI", 5, {6}),
        ("0 0 2 ? * sat-mon", 5, {7, 1, 2}),
        ("0 0 2 ? * 6L", 5, {1, 2, 3, 4, 5, 6, 7}),
    ],
)
def test_values_of_a_field(expression: str, field: int, values: set[int]) -> None:
    assert values_of(expression, field) == values


@pytest.mark.parametrize(
    ("expression", "fires"),
    [
        ("0 0 2 * * ?", True),
        ("0 0 2 29 2 ?", True),
        ("0 0 2 31 1,2 ?", True),
        ("0 0 2 L 2 ?", True),
        ("0 0 2 ? 2 MON#5", True),
        ("0 0 2 * * ? 2025-2027", True),
        ("0 0 2 29 2 ? 2028", True),
        ("0 0 2 30 2 ?", False),
        ("0 0 2 31 4,6,9,11 ?", False),
        ("0 0 2 * * ? 2025", False),
        ("0 0 2 29 2 ? 2027", False),
        ("0 0 2 29 2 ? 2100", False),
    ],
)
def test_days_that_never_come(expression: str, fires: bool) -> None:
    assert fault_of(expression) is None
    assert fires_after(expression, 2026) == fires


def found(folder: Path, text: str) -> list[tuple[str, str]]:
    """The code and severity of each finding of the family in a bundle."""
    report = findings(folder, f"bundle: {{name: b}}\n{text}", info=True, profile="strict")
    return [(one.code, one.severity) for one in report if one.code.startswith("BW5")]


def job(fields: str, task: str = "") -> str:
    tasks = f"tasks: [{{task_key: a, notebook_task: {{notebook_path: /x}}{task}}}]"
    return (
        f"resources: {{jobs: {{etl: {{name: etl, {fields + ', ' if fields else ''}{tasks}}}}}}}\n"
    )


@pytest.mark.parametrize(
    ("expression", "severity"),
    [
        ("0 * * * * ?", None),
        ("0/10 * * * * ?", None),
        ("30 * 8-18 * * ?", None),
        ("* * * * * ?", "warning"),
        ("*/5 0 2 * * ?", "warning"),
        ("0,55 0 2 * * ?", "warning"),
        ("0 * 2 * * ?", "warning"),
        ("0 0-59 2 * * ?", "warning"),
    ],
)
def test_schedules_that_fire_too_often(
    tmp_path: Path, expression: str, severity: str | None
) -> None:
    schedule = f"schedule: {{quartz_cron_expression: '{expression}', timezone_id: UTC}}"
    assert found(tmp_path, job(schedule)) == ([("BW504", severity)] if severity else [])


@pytest.mark.parametrize(
    "text",
    [
        "alerts: {a: {schedule: {quartz_cron_schedule: 0 2 * * *, timezone_id: utc}}}",
        "pipelines: {a: {trigger: {cron: {quartz_cron_schedule: 0 2 * * *, timezone_id: utc}}}}",
        "quality_monitors: {a: {schedule: {quartz_cron_expression: 0 2 * * *, timezone_id: utc}}}",
        "jobs: {a: {schedule: {quartz_cron_expression: 0 2 * * *, timezone_id: utc}}}",
        "jobs: {a: {triggers: [{schedule: {quartz_cron_expression: 0 2 * * *, "
        "timezone_id: utc}}]}}",
    ],
)
def test_every_schedule_is_judged_and_mended(tmp_path: Path, text: str) -> None:
    write_bundle(tmp_path, f"bundle: {{name: b}}\nresources: {{{text}}}")
    report = check(tmp_path)
    assert {one.code for one in report.findings} >= {"BW501", "BW502"}
    mended = plan(report, lambda unsaved: check(tmp_path, unsaved=unsaved)).changes
    text = mended["databricks.yml"][1].decode()
    assert "0 0 2 * * ?" in text
    assert "timezone_id: UTC" in text


def test_a_reference_is_not_mended(tmp_path: Path) -> None:
    variables = "variables: {cron: {default: 0 2 * * *}}\n"
    schedule = "schedule: {quartz_cron_expression: '${var.cron}', timezone_id: UTC}"
    [one] = findings(tmp_path, f"bundle: {{name: b}}\n{variables}{job(schedule)}")
    assert (one.code, one.fix) == ("BW501", None)


SCHEDULE = "schedule: {quartz_cron_expression: '0 0 2 * * ?', timezone_id: UTC}"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (SCHEDULE, []),
        (f"{SCHEDULE}, trigger: {{periodic: {{interval: 1, unit: DAYS}}}}", [("BW505", "error")]),
        (f"{SCHEDULE}, continuous: {{pause_status: PAUSED}}", [("BW505", "error")]),
        (
            f"{SCHEDULE}, triggers: [{{periodic: {{interval: 1, unit: DAYS}}}}]",
            [("BW505", "error")],
        ),
        ("trigger: {pause_status: PAUSED}", [("BW506", "error")]),
        ("trigger: {periodic: {interval: 1, unit: DAYS}, sql_condition: {}}", []),
        (
            "trigger: {periodic: {interval: 1, unit: DAYS}, table_update: {table_names: [a.b.c]}}",
            [("BW506", "error")],
        ),
        ("trigger: {periodic: {interval: -1, unit: DAYS}}", [("BW507", "error")]),
        ("trigger: {periodic: {interval: '${var.n}', unit: DAYS}}", []),
        (
            "trigger: {table_update: {table_names: [a.b.c], wait_after_last_change_seconds: 30}}",
            [("BW507", "error")],
        ),
        (
            "trigger: {table_update: {table_names: [a.b.c], min_time_between_triggers_seconds: 0}}",
            [],
        ),
        ("trigger: {table_update: {table_names: []}}", [("BW508", "error")]),
        ("trigger: {table_update: {table_names: [a.b, '`a-b`.c.d', '${var.n}', x]}}", 508),
        ("trigger: {file_arrival: {url: /Volumes/a/b/c/}}", []),
        ("trigger: {file_arrival: {url: 's3://bucket/folder/'}}", []),
        ("trigger: {file_arrival: {url: '/Volumes/a/${var.n}/c/'}}", []),
        ("trigger: {file_arrival: {url: /Volumes/a/b/c}}", [("BW509", "warning")]),
        ("trigger: {file_arrival: {url: /Volumes/a/b/}}", [("BW509", "error")]),
        ("trigger: {file_arrival: {url: '/Volumes/a/b/c/*/'}}", [("BW509", "error")]),
        ("trigger: {file_arrival: {url: 'https://example.com/'}}", [("BW509", "error")]),
        ("continuous: {pause_status: PAUSED}, max_concurrent_runs: 2", [("BW510", "warning")]),
        ("continuous: {pause_status: PAUSED}, max_concurrent_runs: 1", []),
        (
            "continuous: {maintenance_window: {timezone_id: Europe/Berln}}",
            [("BW502", "error")],
        ),
    ],
)
def test_triggers(tmp_path: Path, fields: str, expected: list[tuple[str, str]] | int) -> None:
    variables = "variables: {n: {lookup: {cluster: c}}}\n"
    expected = [("BW508", "error")] * 2 if expected == 508 else expected
    assert found(tmp_path, variables + job(fields)) == expected


def test_a_pipeline_is_continuous_or_triggered(tmp_path: Path) -> None:
    trigger = "trigger: {cron: {quartz_cron_schedule: '0 0 2 * * ?', timezone_id: UTC}}"
    text = "resources: {pipelines: {p: {name: p, continuous: %s, " + trigger + "}}}"
    assert found(tmp_path, text % "true") == [("BW505", "warning")]
    assert found(tmp_path, text % "false") == []


HEALTH = "health: {rules: [{metric: RUN_DURATION_SECONDS, op: GREATER_THAN, value: 9}]}"
SLOW = "on_duration_warning_threshold_exceeded: [a@b.org]"


@pytest.mark.parametrize(
    ("fields", "task", "expected"),
    [
        (f"{HEALTH}, email_notifications: {{{SLOW}}}", "", []),
        (f"email_notifications: {{{SLOW}}}", "", [("BW513", "warning")]),
        ("", f", email_notifications: {{{SLOW}}}", [("BW513", "warning")]),
        (HEALTH, f", email_notifications: {{{SLOW}}}", []),
        ("email_notifications: {on_duration_warning_threshold_exceeded: []}", "", []),
        (f"email_notifications: {{{SLOW}}}, health: '${{var.l}}'", "", []),
        (f"{HEALTH}, email_notifications: {{on_streaming_backlog_exceeded: [a@b.org]}}", "", 513),
        (HEALTH, "", [("BW514", "info")]),
        (HEALTH, ", email_notifications: '${var.l}'", []),
        ("notification_settings: {no_alert_for_skipped_runs: true}", "", [("BW515", "info")]),
        ("notification_settings: {no_alert_for_skipped_runs: false}", "", []),
        ("", ", notification_settings: {alert_on_last_attempt: true}", [("BW515", "info")]),
    ],
)
def test_health_and_notifications(
    tmp_path: Path, fields: str, task: str, expected: list[tuple[str, str]] | int
) -> None:
    variables = "variables: {l: {lookup: {cluster: c}}}\n"
    expected = [("BW513", "warning"), ("BW514", "info")] if expected == 513 else expected
    assert sorted(found(tmp_path, variables + job(fields, task))) == expected


@pytest.mark.parametrize(
    ("address", "severity"),
    [
        ("a@b.org", None),
        ("first.last+x@sub.example.co", None),
        ("${workspace.current_user.userName}", None),
        ("team-${bundle.target}@example.org", None),
        ("not-an-address", "error"),
        ("a@", "error"),
        ("@b.org", "error"),
        ("a@b.org, c@b.org", "error"),
        ("Team <a@b.org>", "error"),
        ("", "error"),
        ("a@b", "warning"),
    ],
)
def test_addresses(tmp_path: Path, address: str, severity: str | None) -> None:
    text = job(f"email_notifications: {{on_failure: ['{address}']}}")
    assert found(tmp_path, text) == ([("BW511", severity)] if severity else [])


@pytest.mark.parametrize(
    "text",
    [
        "pipelines: {a: {notifications: [{email_recipients: [x]}]}}",
        "quality_monitors: {a: {notifications: {on_failure: {email_addresses: [x]}}}}",
        "alerts: {a: {evaluation: {notification: {subscriptions: [{user_email: x}]}}}}",
        "model_serving_endpoints: {a: {email_notifications: {on_update_failure: [x]}}}",
        "jobs: {a: {tasks: [{task_key: a, email_notifications: {on_start: [x]}}]}}",
    ],
)
def test_addresses_are_found_everywhere(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, f"resources: {{{text}}}") == [("BW511", "error")]


@pytest.mark.parametrize(
    ("webhooks", "count"),
    [
        ("{id: a}, {id: b}, {id: c}", 0),
        ("{id: '${var.l}'}", 0),
        ("{id: a}, {id: b}, {id: c}, {id: d}", 1),
        ("{id: ''}, {id: ' '}", 2),
        ("{id: 'https://example.com'}", 1),
    ],
)
def test_webhooks(tmp_path: Path, webhooks: str, count: int) -> None:
    variables = "variables: {l: {lookup: {cluster: c}}}\n"
    text = job("", f", webhook_notifications: {{on_failure: [{webhooks}]}}")
    assert found(tmp_path, variables + text) == [("BW512", "error")] * count
