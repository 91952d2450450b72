"""What the rules on tasks decide beyond their examples."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from bundles import codes, findings

from bundlewright.finding import ERROR, WARNING, Finding

NOTEBOOK = {"notebook_task": {"notebook_path": "/x"}}
CONDITION = {"condition_task": {"left": "{{job.id}}", "op": "EQUAL_TO", "right": "1"}}
QUERY = {"sql_task": {"warehouse_id": "a", "query": {"query_id": "b"}}}
CLUSTER = {"spark_version": "17.3.x-scala2.13", "node_type_id": "i3.xlarge", "num_workers": 1}


def job(*tasks: dict, **fields: object) -> str:
    return bundle(etl={"name": "etl", "tasks": list(tasks), **fields})


def bundle(**jobs: dict) -> str:
    return yaml.safe_dump({"bundle": {"name": "b"}, "resources": {"jobs": jobs}}, sort_keys=False)


def task(key: str = "t", kind: dict = NOTEBOOK, **fields: object) -> dict:
    return {"task_key": key, **kind, **fields}


def after(*keys: str, outcome: object = None) -> list[dict]:
    return [{"task_key": key, **({"outcome": outcome} if outcome else {})} for key in keys]


def loop(inputs: object = '["a"]', inner: dict | None = None, **fields: object) -> dict:
    return {"for_each_task": {"inputs": inputs, "task": inner or task("i"), **fields}}


def found(folder: Path, text: str, code: str) -> list[Finding]:
    """Writes a bundle and returns what one rule says of it."""
    return [one for one in findings(folder, text, profile="strict", info=True) if one.code == code]


def of_tasks(folder: Path, text: str) -> list[str]:
    """The codes of the family, and of what the schema says, in their order."""
    return sorted(
        code for code in codes(folder, text, profile="strict", info=True) if code[2] in "13"
    )


def waiting_for(outcome: object, kind: dict = CONDITION) -> str:
    return job(task("a", kind), task("b", depends_on=after("a", outcome=outcome)))


@pytest.mark.parametrize(
    ("outcome", "meant", "safe"),
    [
        ("SUCCESS", "true", True),
        ("True", "true", True),
        ("FALSE", "false", True),
        ("no", "false", True),
        ("FAILED", "false", False),
        ("succeeded", "true", False),
        ("maybe", None, None),
    ],
)
def test_outcomes_are_mended_where_it_is_certain_what_was_meant(
    tmp_path: Path, outcome: str, meant: str | None, safe: bool | None
) -> None:
    [finding] = found(tmp_path, waiting_for(outcome), "BW307")
    assert finding.severity == ERROR
    if meant is None:
        assert finding.fix is None
    else:
        assert finding.fix.safe is safe
        place = (finding.file, finding.line, finding.column)
        assert finding.fix.edits == (("replace", place, meant),)


def test_a_value_of_a_wrong_kind_is_not_missed_as_well(tmp_path: Path) -> None:
    assert of_tasks(tmp_path, job({"task_key": "t", "notebook_task": "x.py"})) == ["BW102"]
    assert of_tasks(tmp_path, job({"task_key": ["t"], **NOTEBOOK})) == ["BW102"]


def test_the_near_task_is_offered(tmp_path: Path) -> None:
    [finding] = found(tmp_path, job(task("load"), task("b", depends_on=after("laod"))), "BW301")
    assert (finding.fix.safe, finding.fix.edits[0][2]) == (False, "load")


def test_the_loop_of_a_task_is_offered(tmp_path: Path) -> None:
    tasks = task("tables", loop(inner=task("load"))), task("after", depends_on=after("load"))
    [one] = found(tmp_path, job(*tasks), "BW301")
    assert one.hint == "depend on the loop that runs it: 'tables'"
    assert [edit[2] for edit in one.fix.edits] == ["tables"]


@pytest.mark.parametrize("outcome", ["true", "false", True, "${var.outcome}"])
def test_outcomes_that_may_come_pass(tmp_path: Path, outcome: object) -> None:
    text = waiting_for(outcome) + "variables: {outcome: {lookup: {job: x}}}\n"
    assert of_tasks(tmp_path, text) == []


def test_an_outcome_that_a_variable_brings_is_not_mended(tmp_path: Path) -> None:
    text = waiting_for("${var.outcome}") + "variables: {outcome: {default: SUCCESS}}\n"
    [finding] = found(tmp_path, text, "BW307")
    assert finding.fix is None


def test_one_mistake_with_an_outcome_is_one_finding(tmp_path: Path) -> None:
    # A SUCCESS of a task that is no condition is run_if, not "true".
    assert of_tasks(tmp_path, waiting_for("SUCCESS", NOTEBOOK)) == ["BW308"]
    assert of_tasks(tmp_path, waiting_for("true", NOTEBOOK)) == ["BW308"]
    # A task without a type is reported, and may be meant to be a condition.
    assert of_tasks(tmp_path, waiting_for("true", {"conditions_task": {}})) == ["BW101"]
    # An unknown task is reported where it is named.
    text = job(task("b", depends_on=after("a", outcome="SUCCESS")))
    assert of_tasks(tmp_path, text) == ["BW301"]


@pytest.mark.parametrize(
    ("dependencies", "severity"),
    [
        (after("a", "a"), WARNING),
        (after("a") + after("a", outcome="true"), WARNING),
        (after("a", outcome="true") * 2, WARNING),
        (after("a", outcome="true") + after("a", outcome="false"), ERROR),
    ],
)
def test_a_dependency_on_both_outcomes_is_an_error(
    tmp_path: Path, dependencies: list[dict], severity: str
) -> None:
    text = job(task("a", CONDITION), task("b", depends_on=dependencies))
    [finding] = found(tmp_path, text, "BW309")
    assert finding.severity == severity


def test_branches_that_come_together_pass(tmp_path: Path) -> None:
    text = job(
        task("a", CONDITION),
        task("yes", depends_on=after("a", outcome="true")),
        task("no", depends_on=after("a", outcome="false")),
        task("join", depends_on=after("yes", "no")),
    )
    assert of_tasks(tmp_path, text) == []


def test_conditions_that_decide_nothing(tmp_path: Path) -> None:
    assert of_tasks(tmp_path, job(task("a", CONDITION), task("b"))) == ["BW310"]
    unknown = [{"task_key": "${resources.jobs.etl.id}", "outcome": "true"}]
    text = job(task("a", CONDITION), task("b", depends_on=unknown))
    assert found(tmp_path, text, "BW310") == []


@pytest.mark.parametrize(
    ("left", "operator", "right", "severity"),
    [
        ("a", "EQUAL_TO", "b", WARNING),
        (1, "GREATER_THAN", "2.5", WARNING),
        ("a", "GREATER_THAN", "2", ERROR),
        ("{{job.id}}", "LESS_THAN_OR_EQUAL", "ten", ERROR),
        ("{{job.id}}", "LESS_THAN_OR_EQUAL", "10", None),
        ("{{job.id}}", "EQUAL_TO", "ten", None),
        ("${var.a}", "EQUAL_TO", "b", None),
        ("${bundle.target}", "EQUAL_TO", "prod", None),
        ("${var.a}", "GREATER_THAN", "1", ERROR),
    ],
)
def test_what_conditions_compare(
    tmp_path: Path, left: object, operator: str, right: str, severity: str | None
) -> None:
    condition = {"condition_task": {"left": left, "op": operator, "right": right}}
    text = job(task("a", condition), task("b", depends_on=after("a", outcome="true")))
    text += "variables: {a: {default: x}}\n"
    assert [one.severity for one in found(tmp_path, text, "BW312")] == [severity] * bool(severity)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["BW313"]),
        ({"tasks": []}, ["BW313"]),
        ({"tasks": "x"}, ["BW102"]),
        ({"task": []}, ["BW101"]),
        ({"notebook_task": {"notebook_path": "/x"}}, ["BW101"]),
        ({"tasks": "${var.tasks}"}, []),
    ],
)
def test_jobs_without_tasks(tmp_path: Path, fields: dict, expected: list[str]) -> None:
    text = bundle(etl={"name": "etl", **fields})
    text += "variables: {tasks: {type: complex, default: [{task_key: t, notebook_task: "
    text += "{notebook_path: /x}}]}}\n"
    assert of_tasks(tmp_path, text) == expected


def test_python_code_may_bring_tasks(tmp_path: Path) -> None:
    text = bundle(etl={"name": "etl"}) + "python: {mutators: ['m:add']}\n"
    assert of_tasks(tmp_path, text) == []


def test_limits(tmp_path: Path) -> None:
    assert of_tasks(tmp_path, job(*(task(f"t{n}") for n in range(1000)))) == []
    assert of_tasks(tmp_path, job(*(task(f"t{n}") for n in range(1001)))) == ["BW314"]
    assert of_tasks(tmp_path, job(task(description="x" * 1000))) == []
    assert of_tasks(tmp_path, job(task(description="x" * 1001))) == ["BW314"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("load-orders_2", []),
        ("x" * 100, []),
        ("x" * 101, ["BW315"]),
        ("load.orders", ["BW315"]),
        ("lädt", ["BW315"]),
        ("${bundle.target}_x", []),
        ("${resources.jobs.etl.id}", []),
    ],
)
def test_keys(tmp_path: Path, key: str, expected: list[str]) -> None:
    assert of_tasks(tmp_path, job(task(key))) == expected


def test_names_of_a_job(tmp_path: Path) -> None:
    text = job(
        task(),
        parameters=[{"name": "a.b", "default": ""}, {"name": "a b", "default": ""}],
        environments=[{"environment_key": "a.b"}],
        job_clusters=[{"job_cluster_key": "a b", "new_cluster": CLUSTER}],
    )
    assert [one.path[3] for one in found(tmp_path, text, "BW315")] == [
        "parameters",
        "environments",
        "job_clusters",
    ]


def test_environments_are_added_and_job_clusters_merged(tmp_path: Path) -> None:
    lists = {
        "environments": [{"environment_key": "e"}],
        "job_clusters": [{"job_cluster_key": "c", "new_cluster": CLUSTER}],
    }
    text = job(task(), **lists)
    text += yaml.safe_dump({"targets": {"dev": {"resources": {"jobs": {"etl": lists}}}, "p": {}}})
    [finding] = found(tmp_path, text, "BW316")
    assert (finding.path[3], finding.targets) == ("environments", ("dev",))
    text = job(task(), **{field: items * 2 for field, items in lists.items()})
    assert {one.path[3] for one in found(tmp_path, text, "BW316")} == set(lists)


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        (loop(), {"max_retries": 3}, ["BW317"]),
        (loop(), {"max_retries": -1}, ["BW317"]),
        (loop(), {"min_retry_interval_millis": 5}, ["BW317"]),
        (loop(), {"retry_on_timeout": True}, ["BW317"]),
        (loop(), {"max_retries": 0}, []),
        (loop(), {"timeout_seconds": 5}, []),
        (loop(inner=task("i", max_retries=3)), {}, []),
    ],
)
def test_retries_belong_to_the_task_inside_a_loop(
    tmp_path: Path, kind: dict, fields: dict, expected: list[str]
) -> None:
    assert of_tasks(tmp_path, job(task("t", kind, **fields))) == expected


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ('["a", {"b": 1}]', []),
        ("{{job.parameters.tables}}", []),
        ("${var.tables}", []),
        ("${var.names}", [("BW319", ERROR)]),
        ("[1, {{job.id}}]", []),
        ("[]", [("BW319", WARNING)]),
        ("a, b", [("BW319", ERROR)]),
        ("{}", [("BW319", ERROR)]),
        ("3", [("BW319", ERROR)]),
        (3, [("BW319", ERROR)]),
        ("['a']", [("BW319", ERROR)]),
        ('["' + "x" * 9996 + '"]', []),
        ('["' + "x" * 9997 + '"]', [("BW319", ERROR)]),
        (["a"], [("BW102", ERROR)]),
    ],
)
def test_inputs(tmp_path: Path, inputs: object, expected: list) -> None:
    text = job(task("t", loop(inputs)), parameters=[{"name": "tables", "default": "[]"}])
    text += """variables: {tables: {default: '["a"]'}, names: {default: 'a,b'}}\n"""
    assert [(one.code, one.severity) for one in findings(tmp_path, text)] == expected


@pytest.mark.parametrize(
    ("inputs", "default", "expected"),
    [
        ("{{job.parameters.x}}", "de,fr", [("BW319", ERROR)]),
        ("{{job.parameters.x}}", "{}", [("BW319", ERROR)]),
        ("{{job.parameters.x}}", '["de"]', []),
        ("{{job.parameters.x}}", "", []),  # whoever starts the job gives it
        ("{{job.parameters.x}}", "${var.x}", []),
        ("{{job.parameters.x}}", "{{job.id}}", []),
        ("[{{job.parameters.x}}]", "1,2", []),
        ("{{tasks.t.values.x}}", "de,fr", []),
    ],
)
def test_a_parameter_for_inputs_is_a_list_by_default(
    tmp_path: Path, inputs: str, default: str, expected: list
) -> None:
    text = job(task("t", loop(inputs)), parameters=[{"name": "x", "default": default}])
    found = findings(tmp_path, text + "variables: {x: {lookup: {job: j}}}\n")
    assert [(one.code, one.severity) for one in found if one.code[2] == "3"] == expected


@pytest.mark.parametrize("concurrency", [1, 100, "20", "${var.x}"])
def test_concurrency_from_1_to_100_passes(tmp_path: Path, concurrency: object) -> None:
    text = job(task("t", loop(concurrency=concurrency))) + "variables: {x: {lookup: {job: j}}}\n"
    assert of_tasks(tmp_path, text) == []


@pytest.mark.parametrize("concurrency", [0, -1, 101, "500"])
def test_other_concurrency_fails(tmp_path: Path, concurrency: object) -> None:
    assert of_tasks(tmp_path, job(task("t", loop(concurrency=concurrency)))) == ["BW320"]


@pytest.mark.parametrize(
    ("fields", "of_job", "severities"),
    [
        ({"max_retries": -1, "timeout_seconds": 0}, {"max_concurrent_runs": 1000}, []),
        ({"max_retries": -2}, {}, [ERROR]),
        ({"timeout_seconds": -1}, {"timeout_seconds": "-5"}, [ERROR, ERROR]),
        ({"min_retry_interval_millis": -1}, {}, [ERROR]),
        ({}, {"max_concurrent_runs": 1001}, [ERROR]),
        ({}, {"max_concurrent_runs": 0}, [WARNING]),
        ({}, {"max_concurrent_runs": -1}, [ERROR]),
    ],
)
def test_numbers(tmp_path: Path, fields: dict, of_job: dict, severities: list[str]) -> None:
    text = job(task(**fields), **of_job)
    assert [one.severity for one in found(tmp_path, text, "BW322")] == severities


def test_a_misspelt_interval_is_one_finding_with_a_hint(tmp_path: Path) -> None:
    text = job(task(max_retries=2, max_retry_interval_millis=5))
    [finding] = [one for one in findings(tmp_path, text) if one.code[2] in "13"]
    assert (finding.code, finding.hint) == ("BW101", "did you mean 'min_retry_interval_millis'?")


def test_a_timeout_within_that_of_the_job_passes(tmp_path: Path) -> None:
    text = job(task(timeout_seconds=60), loop_task := task("l", loop()), timeout_seconds="60")
    assert of_tasks(tmp_path, text) == []
    loop_task["for_each_task"]["task"]["timeout_seconds"] = 61
    assert of_tasks(tmp_path, job(loop_task, timeout_seconds=60)) == ["BW324"]
    assert of_tasks(tmp_path, job(loop_task, timeout_seconds=0)) == []


def runs(*jobs: str) -> dict:
    tasks = [
        task(f"t{index}", {"run_job_task": {"job_id": f"${{resources.jobs.{name}.id}}"}})
        for index, name in enumerate(jobs)
    ]
    return {"name": "x", "tasks": tasks or [task()]}


def test_jobs_in_a_circle_are_one_finding(tmp_path: Path) -> None:
    text = bundle(a=runs("b"), b=runs("c"), c=runs("a"), d=runs("a"))
    [finding] = found(tmp_path, text, "BW326")
    assert "a -> b -> c -> a" in finding.message
    assert [message for _, message in finding.related] == [
        "here 'b' runs 'c'",
        "here 'c' runs 'a'",
    ]
    assert found(tmp_path, text, "BW327") == []


def test_three_levels_of_jobs_pass(tmp_path: Path) -> None:
    text = bundle(a=runs("b", "c"), b=runs("c"), c=runs("d"), d=runs())
    assert of_tasks(tmp_path, text) == []
    text = bundle(a=runs("b", "c"), b=runs("c"), c=runs("d"), d=runs("e"), e=runs())
    [finding] = found(tmp_path, text, "BW327")
    assert "a -> b -> c -> d -> e" in finding.message


def test_a_job_of_the_loop_is_a_job_that_is_run(tmp_path: Path) -> None:
    inner = task("i", {"run_job_task": {"job_id": "${resources.jobs.etl.id}"}})
    assert of_tasks(tmp_path, job(task("t", loop(inner=inner)))) == ["BW326"]


def test_parameters_of_a_job_that_is_run(tmp_path: Path) -> None:
    caller = runs("called")
    caller["tasks"][0]["run_job_task"]["job_parameters"] = {"a": 1, "b": 2}
    called = {**runs(), "parameters": [{"name": "a", "default": ""}]}
    [finding] = found(tmp_path, bundle(caller=caller, called=called), "BW328")
    assert "'b'" in finding.message
    called["parameters"] = "${resources.jobs.caller.parameters}"
    assert found(tmp_path, bundle(caller=caller, called=called), "BW328") == []


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ({"query": {"query_id": "b"}}, []),
        ({"file": {"path": "/x.sql"}}, []),
        ({"query": {"query_id": "b"}, "file": {"path": "/x.sql"}}, ["BW329"]),
        ({"parameters": {"a": "b"}}, ["BW329"]),
        ({"querry": {"query_id": "b"}}, ["BW101"]),
        ({"file": "/x.sql"}, ["BW102"]),
    ],
)
def test_sql_tasks(tmp_path: Path, sql: dict, expected: list[str]) -> None:
    text = job(task("t", {"sql_task": {"warehouse_id": "a", **sql}}))
    assert of_tasks(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("commands", "hints"),
    [
        (["dbt deps", " dbt run --vars '{a: {{job.id}}}'", "${var.command}"], []),
        (["run --select x"], ["did you mean 'dbt run --select x'?"]),
        (["echo hello"], ["start it with 'dbt'"]),
        (["dbtrun"], ["start it with 'dbt'"]),
        ([], [""]),
        (["dbt run"] * 10, []),
        (["dbt run"] * 11, [""]),
    ],
)
def test_dbt_commands(tmp_path: Path, commands: list[str], hints: list[str]) -> None:
    text = job(task("t", {"dbt_task": {"commands": commands}}))
    text += "variables: {command: {lookup: {job: x}}}\n"
    assert [one.hint for one in found(tmp_path, text, "BW330")] == hints


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        (QUERY, {"environment_key": "e"}, ["BW331"]),
        (CONDITION, {"existing_cluster_id": "c"}, ["BW310", "BW331"]),
        (loop(), {"existing_cluster_id": "c"}, ["BW331"]),
        (loop(inner=task("i", existing_cluster_id="c")), {}, []),
        (NOTEBOOK, {"existing_cluster_id": "c"}, []),
        ({**NOTEBOOK, **QUERY}, {"existing_cluster_id": "c"}, ["BW306"]),
    ],
)
def test_compute_of_tasks_that_need_none(
    tmp_path: Path, kind: dict, fields: dict, expected: list[str]
) -> None:
    text = job(task("t", kind, **fields), environments=[{"environment_key": "e"}])
    assert of_tasks(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("library", "expected"),
    [
        ({"whl": "/Volumes/a/b/c.whl"}, []),
        ({"whl": "/Volumes/a/b/c.whl", "jar": "/Volumes/a/b/c.jar"}, ["BW332"]),
        ({}, ["BW332"]),
        ({"wheel": "/Volumes/a/b/c.whl"}, ["BW101"]),
        ("x.whl", ["BW102"]),
        ("${var.library}", []),
    ],
)
def test_libraries(tmp_path: Path, library: object, expected: list[str]) -> None:
    text = job(task(existing_cluster_id="c", libraries=[library]))
    text += "variables: {library: {lookup: {job: x}}}\n"
    assert of_tasks(tmp_path, text) == expected
