"""Which `{{...}}` references are right, where, and how wrong ones are mended."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from bundles import findings

from bundlewright.finding import ERROR, WARNING, Finding

HEAD = "bundle: {name: b}\nvariables: {key: {default: extract}, id: {default: '{{job_id}}'}}\n"


def notebook(key: str, text: object = "", **fields: object) -> dict:
    parameters = {"x": text}
    kind = {"notebook_task": {"notebook_path": "/x", "base_parameters": parameters}}
    return {"task_key": key, **kind, **fields}


def after(*keys: str) -> dict:
    return {"depends_on": [{"task_key": key} for key in keys]}


OF_REFERENCES = [f"BW22{digit}" for digit in "012346789"]  # 5 is about style


def of_job(folder: Path, *tasks: dict, **fields: object) -> list[Finding]:
    job = {"name": "etl", "tasks": list(tasks), **fields}
    text = HEAD + yaml.safe_dump({"resources": {"jobs": {"etl": job}}}, sort_keys=False)
    found = findings(folder, text, profile="strict", info=True)
    return [one for one in found if one.code in ("BW101", *OF_REFERENCES)]


def of_text(folder: Path, text: object, **fields: object) -> list[str]:
    """The codes of what is found where a text stands in a task that waits for another."""
    sql = {"sql_task": {"warehouse_id": "a", "query": {"query_id": "b"}}}
    tasks = [
        {"task_key": "extract", **sql},
        notebook("first"),
        notebook("a-b", **after("first")),
        notebook("load", text, **after("extract", "a-b")),
        notebook("last", **after("load")),
    ]
    fields = {"parameters": [{"name": "day", "default": "1"}, {"name": "x.y", "default": "1"}]}
    return [one.code for one in of_job(folder, *tasks, **fields)]


@pytest.mark.parametrize(
    "text",
    [
        "{{job.id}} {{job.name}} {{job.run_id}} {{job.repair_count}} {{ job.id }}",
        "{{job.start_time.iso_date}} {{job.start_time.is_weekday}} {{job.start_time.timestamp_ms}}",
        "{{job.trigger.type}} {{job.trigger.time.iso_date}} {{job.trigger.file_arrival.location}}",
        "{{job.trigger.table_update.updated_tables}} {{job.trigger.model.version}}",
        "{{job.trigger.table_update.main.sales.orders.commit_timestamp.iso_datetime}}",
        "{{job.parameters.day}} {{job.parameters.`x.y`}} {{job.parameters.`day`}}",
        "{{ job.parameters.[day] }} {{tasks.[a-b].values.[rows]}}",
        "{{task.name}} {{task.run_id}} {{task.execution_count}} {{task.notebook_path}}",
        "{{tasks.first.values.rows}} {{tasks.first.result_state}} {{tasks.first.error_code}}",
        "{{tasks.`a-b`.values.rows}} {{tasks.first.values.2x}}",
        "{{tasks.extract.output.first_row.n}} {{tasks.extract.output.rows}}",
        "{{tasks.${var.key}.output.rows}}",
        "{{workspace.id}} {{workspace.url}} {{backfill.iso_date}}",
        "${{job.id}} {{{job.id}}}",
        '{"id":{{job.id}}}',
        "${var.id}",
        # Other tools' templates.
        "{{ ref('orders') }} {{ target.name }} {{ this.schema }} {{ var('x') }} {% if job.id %}",
        "{{ ds }} {{ ti.xcom_pull }} {{ params.day }} {{ job.id | int }} {{ task['x'] }}",
        "{{secrets/scope/key}} {{ job }} {{ task }} {{ model.config.id }} {}{{}} {{ }} {{{{",
        "SELECT '{job}', {task}, f'{tasks}'",
        3,
        None,
    ],
)
def test_right_references_and_other_templates_pass(tmp_path: Path, text: object) -> None:
    assert [code for code in of_text(tmp_path, text) if code[2] in "123"] in ([], ["BW105"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{job.naem}}", "BW220"),
        ("{{job.notebook_url}}", "BW220"),
        ("{{job.start_time}}", "BW220"),
        ("{{job.trigger.time}}", "BW220"),
        ("{{job.trigger.file_arival.location}}", "BW220"),
        ("{{job.id.x}}", "BW220"),
        ("{{job.parameters}}", "BW220"),
        ("{{task.key}}", "BW220"),
        ("{{tasks.first}}", "BW220"),
        ("{{tasks.first.value.rows}}", "BW220"),
        ("{{tasks.first.values}}", "BW220"),
        ("{{workspace.host}}", "BW220"),
        ("{{jobs.parameters.day}}", "BW220"),
        ("{{Job.id}}", "BW220"),
        ("{{backfill.date}}", "BW220"),
        ("{{tasks.frist.values.rows}}", "BW221"),
        ("{{tasks.last.values.rows}}", "BW222"),
        ("{{tasks.load.values.rows}}", "BW222"),
        ("{{job.parameters.dya}}", "BW223"),
        ("{{ job.parameters.[dya] }}", "BW223"),
        ("{{input}}", "BW224"),
        ("{{input.x}}", "BW224"),
        ("{{job.id}", "BW226"),
        ("{{job.id and more", "BW226"),
        ("${job.parameters.day}", "BW226"),
        ("${tasks.first.values.rows}", "BW226"),
        ("{{tasks.a-b.values.rows}}", "BW227"),
        ("{{job.parameters.x.y}}", "BW227"),
        ("{{tasks.first.output.rows}}", "BW229"),
    ],
)
def test_each_wrong_reference_is_one_finding(tmp_path: Path, text: str, code: str) -> None:
    assert of_text(tmp_path, text) == [code]
    assert of_text(tmp_path, f"a {text} b")[:1] == [code]


def test_a_template_around_an_input_is_only_a_warning(tmp_path: Path) -> None:
    [finding] = of_job(tmp_path, notebook("a", "{{input}}"))
    assert finding.severity == ERROR
    [finding] = of_job(tmp_path, notebook("a", "Summarise this: {{input}}"))
    assert finding.severity == WARNING


def loop(inputs: str, text: str) -> dict:
    return {"task_key": "l", "for_each_task": {"inputs": inputs, "task": notebook("i", text)}}


@pytest.mark.parametrize(
    ("inputs", "text", "severities"),
    [
        ('["a"]', "{{input}}", []),
        ('[{"a": 1}, {"a": 2}]', "{{input.a}} {{input}}", []),
        ("{{job.parameters.x}}", "{{input.a}}", []),
        ('[{"a": 1}]', "{{input.b}}", [ERROR]),
        ('["a"]', "{{input.b}}", [ERROR]),
        ('[{"a": 1}, {"b": 2}]', "{{input.b}}", [WARNING]),
        ('["{{input}}"]', "{{input}}", [ERROR]),
        ('["{{input.x}}"]', "a", [ERROR]),
        ('["a"]', "{{inputs}}", []),
        ('["a"]', "{{inputs.a}}", [ERROR]),
    ],
)
def test_inputs_of_loops(tmp_path: Path, inputs: str, text: str, severities: list[str]) -> None:
    found = of_job(tmp_path, loop(inputs, text), parameters=[{"name": "x", "default": "[]"}])
    assert [one.severity for one in found if one.code in ("BW220", "BW224")] == severities


def test_tasks_in_loops_know_what_the_loop_waits_for(tmp_path: Path) -> None:
    text = "{{tasks.a.values.x}} {{tasks.i.values.x}}"
    assert of_job(tmp_path, notebook("a"), {**loop('["x"]', text), **after("a")}) == []
    [finding] = of_job(tmp_path, notebook("a"), loop('["x"]', text))
    assert (finding.code, finding.hint) == ("BW222", "add 'a' to its depends_on")


@pytest.mark.parametrize(
    "depends_on",
    [
        "${var.dependencies}",
        [{"task_key": "${resources.jobs.etl.id}"}],
        ["a"],
        [{"task": "a"}],
        "a",
    ],
)
def test_dependencies_that_cannot_be_told_are_no_missing_ones(
    tmp_path: Path, depends_on: object
) -> None:
    tasks = notebook("a"), notebook("b", "{{tasks.a.values.x}}", depends_on=depends_on)
    assert [one.code for one in of_job(tmp_path, *tasks) if one.code[2:] == "222"] == []


def test_a_misspelt_depends_on_is_one_finding(tmp_path: Path) -> None:
    misspelt = {"dependson": [{"task_key": "a"}]}
    tasks = notebook("a"), notebook("b", "{{tasks.a.values.x}}", **misspelt)
    assert [one.code for one in of_job(tmp_path, *tasks)] == ["BW101"]


def test_parameters_that_cannot_be_told_may_be_there(tmp_path: Path) -> None:
    task = notebook("a", "{{job.parameters.x}}")
    for parameters in ("${resources.jobs.etl.parameters}", [{"name": "${resources.jobs.etl.id}"}]):
        found = of_job(tmp_path, task, parameters=parameters)
        assert "BW223" not in [one.code for one in found]


@pytest.mark.parametrize(
    ("text", "mended", "safe"),
    [
        ("{{job_id}}", "{{job.id}}", True),
        ("a {{task_key}} b", "a {{task.name}} b", True),
        ("{{start_date}}", "{{job.start_time.iso_date}}", False),
        ("{{tasks.a-b.values.x}}", "{{tasks.`a-b`.values.x}}", True),
        ("x {{job.id} y", "x {{job.id}} y", True),
        ("{{ job.start_time.isodate }}", "{{job.start_time.iso_date}}", False),
        ("{{job.parameters.dya}}", "{{job.parameters.day}}", False),
        ("{{tasks.frist.values.`x-y`}}", "{{tasks.first.values.`x-y`}}", False),
        ("${job.parameters.day}", "{{job.parameters.day}}", False),
        ("${var.key} {{job_id}}", None, None),
        ("${var.id}", None, None),
    ],
)
def test_fixes(tmp_path: Path, text: str, mended: str | None, safe: bool | None) -> None:
    tasks = (
        notebook("first"),
        notebook("a-b", **after("first")),
        notebook("c", text, **after("a-b")),
    )
    job = {"tasks": list(tasks), "parameters": [{"name": "day", "default": "1"}]}
    bundle = HEAD + yaml.safe_dump({"resources": {"jobs": {"etl": job}}}, sort_keys=False)
    found = findings(tmp_path, bundle, profile="recommended", info=True)
    [finding] = [one for one in found if one.code.startswith("BW22")]
    if mended is None:
        assert finding.fix is None
    else:
        place = (finding.file, finding.line, finding.column)
        assert finding.fix.edits == (("replace", place, mended),)
        assert finding.fix.safe is safe


@pytest.mark.parametrize(
    "fields",
    [
        {"tags": {"day": "{{job.start_time.iso_date}}"}},
        {"schedule": {"quartz_cron_expression": "{{job.parameters.day}}", "timezone_id": "UTC"}},
    ],
)
def test_places_where_no_run_looks(tmp_path: Path, fields: dict) -> None:
    found = of_job(tmp_path, notebook("a"), **fields)
    assert "BW228" in [one.code for one in found]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{{job.start_time}}", "continue it, such as {{job.start_time.iso_date}}"),
        ("{{job.parameters}}", "continue it, such as {{job.parameters.name}}"),
        ("{{tasks.a}}", "continue it, such as {{tasks.a.run_id}}"),
        ("{{workspace.uri}}", "did you mean {{workspace.url}}?"),
        ("{{task.key}}", "use one of name, run_id, execution_count, notebook_path"),
        ("{{job.id.x}}", "nothing can follow here"),
    ],
)
def test_hints(tmp_path: Path, text: str, hint: str) -> None:
    found = of_job(tmp_path, notebook("a"), notebook("b", text, **after("a")))
    assert [one.hint for one in found] == [hint]
