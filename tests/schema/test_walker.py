import subprocess
import sys
import time
from pathlib import Path

import pytest

from bundlewright.schema.walker import Fault, faults, load_table, type_at

SOURCE = Path(__file__).parents[2] / "src"


def job(**fields: object) -> dict:
    return {"resources": {"jobs": {"etl": fields}}}


def task(**fields: object) -> dict:
    return job(tasks=[{"task_key": "a", **fields}])


def found(document: object, **arguments: object) -> list[tuple]:
    """Kind, dotted path, what was expected and the value of each fault."""
    return [
        (fault.kind, ".".join(map(str, fault.path)), fault.expected, fault.value)
        for fault in faults(document, **arguments)
    ]


TASK = "resources.jobs.etl.tasks.0"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (job(name=["a"]), ("wrong_type", "resources.jobs.etl.name", "string", ["a"])),
        (job(tasks={}), ("wrong_type", "resources.jobs.etl.tasks", "sequence", {})),
        (job(tags="x"), ("wrong_type", "resources.jobs.etl.tags", "map", "x")),
        (job(tags=[]), ("wrong_type", "resources.jobs.etl.tags", "map", [])),
        (task(max_retries="three"), ("wrong_type", f"{TASK}.max_retries", "integer", "three")),
        (task(max_retries=1.5), ("wrong_type", f"{TASK}.max_retries", "integer", 1.5)),
        (task(max_retries=True), ("wrong_type", f"{TASK}.max_retries", "integer", True)),
        (
            task(max_retries="${var.a}0"),
            ("wrong_type", f"{TASK}.max_retries", "integer", "${var.a}0"),
        ),
        (task(disabled="ja"), ("wrong_type", f"{TASK}.disabled", "boolean", "ja")),
        (task(disabled=1), ("wrong_type", f"{TASK}.disabled", "boolean", 1)),
        (task(timeout_seconds=None), ("null_value", f"{TASK}.timeout_seconds", "integer", None)),
        (task(run_if=None), ("null_value", f"{TASK}.run_if", "string", None)),
        (task(run_if=[]), ("wrong_type", f"{TASK}.run_if", "string", [])),
        (
            task(depends_on=[{"task_key": "b"}, {}]),
            ("missing_field", f"{TASK}.depends_on.1", "task_key", None),
        ),
        # A map that is there without a value lacks what it must have.
        (
            task(notebook_task=None),
            ("missing_field", f"{TASK}.notebook_task", "notebook_path", None),
        ),
        ({"bundle": {}}, ("missing_field", "bundle", "name", None)),
        ({"targets": []}, ("wrong_type", "targets", "map", [])),
        ("text", ("wrong_type", "", "map", "text")),
    ],
)
def test_a_fault_names_its_place_and_what_was_expected(document: object, expected: tuple) -> None:
    assert found(document) == [expected]


def test_an_unknown_field_is_told_with_the_known_ones() -> None:
    (fault,) = faults(task(notebok_task={"notebook_path": "a.py"}))
    assert fault.kind == "unknown_field"
    assert fault.path == ("resources", "jobs", "etl", "tasks", 0, "notebok_task")
    assert fault.value == {"notebook_path": "a.py"}
    assert {"notebook_task", "task_key", "depends_on"} <= set(fault.expected)


@pytest.mark.parametrize(
    "place", [(), ("bundle",), ("resources",), ("targets", "dev"), ("resources", "jobs", "etl")]
)
def test_unknown_fields_are_faults_at_every_level(place: tuple) -> None:
    document: dict = {}
    here = document
    for key in place:
        here = here.setdefault(key, {})
    here["nonsense"] = 1
    assert [fault.path for fault in faults(document, required=False)] == [(*place, "nonsense")]


def test_a_bad_value_is_told_with_the_allowed_ones() -> None:
    (fault,) = faults(job(schedule={"pause_status": "paused"}), required=False)
    path = ("resources", "jobs", "etl", "schedule", "pause_status")
    assert fault == Fault("bad_value", path, ("PAUSED", "UNPAUSED"), "paused")


@pytest.mark.parametrize(
    "document",
    [
        # What the CLI converts without a word.
        job(name=5, tags={"a": 1, "b": True, "c": 0.5}),
        task(max_retries="3", timeout_seconds=60.0, disabled="yes"),
        task(max_retries="-1", retry_on_timeout="off"),
        # References, whole ones for anything, and within strings and enumerations.
        job(tasks="${var.tasks}", job_clusters=["${var.cluster}"], schedule="${var.s}"),
        task(max_retries="${var.retries}", disabled="${resources.jobs.x.tasks[0].disabled}"),
        task(run_if="AT_LEAST_ONE_${var.outcome}", description="in ${bundle.target}"),
        # Maps and sequences without a value.
        job(tasks=None, tags=None, email_notifications=None),
        {"targets": {"dev": None}, "variables": {"a": None}, "resources": None, "include": None},
        None,
        # Deprecated and hidden, but known.
        task(dbt_cloud_task={"dbt_cloud_job_id": 1}, run_job_task={"job_id": 1, "jar_params": []}),
        {"bundle": {"name": "a", "compute_id": "b"}, "environments": {"dev": {"compute_id": "c"}}},
        # Filled in by the CLI.
        {"variables": {"a": {"type": "complex", "value": {"b": 1}}}},
        # A target's variable may be its plain value.
        {"targets": {"dev": {"variables": {"a": 1, "b": [2], "c": {"lookup": {"job": "x"}}}}}},
    ],
)
def test_what_the_cli_takes_is_no_fault(document: object) -> None:
    assert found(document) == []


def test_nothing_is_required_below_targets() -> None:
    override = job(schedule={"pause_status": "PAUSED"}, tasks=[{"notebook_task": None}])
    override |= {"bundle": {"cluster_id": "a"}, "permissions": [{"user_name": "a"}]}
    assert found({"targets": {"dev": override}}) == []
    assert {fault.kind for fault in faults(override)} == {"missing_field"}
    assert found(override, required=False) == []


def test_an_alert_needs_no_fields_that_its_file_has() -> None:
    alert = {"display_name": "a", "warehouse_id": "b"}
    missing = [fault.expected for fault in faults({"resources": {"alerts": {"a": alert}}})]
    assert missing == ["evaluation", "query_text", "schedule"]
    assert found({"resources": {"alerts": {"a": alert | {"file_path": "a.dbalert.json"}}}}) == []


def test_all_faults_are_told_in_the_order_of_the_document() -> None:
    document = job(tasks=[{"task_key": [], "x": 1}, {"run_if": "no"}], nam="y")
    assert [fault.path[3:] for fault in faults(document)] == [
        ("tasks", 0, "task_key"),
        ("tasks", 0, "x"),
        ("tasks", 1, "run_if"),
        ("tasks", 1),
        ("nam",),
    ]


def test_parts_that_were_seen_are_told_once() -> None:
    shared = {"tasks": [{"nonsense": 1}]}
    dev, prod = ({"resources": {"jobs": {"a": shared, "b": {"c": 1}}}} for _ in range(2))
    seen: dict = {}
    assert [fault.path[-1] for fault in faults(dev, seen=seen)] == ["nonsense", 0, "c"]
    assert [fault.path[-1] for fault in faults(prod, seen=seen)] == ["c"]
    assert len(faults(prod)) == 3


def test_faults_of_a_part_are_told_by_its_type() -> None:
    a_task = type_at(("resources", "jobs", "etl", "tasks", 0))
    assert found({"task_key": "a", "run_if": 1}, type=a_task)[0][:2] == ("bad_value", "run_if")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ((), "struct"),
        (("resources", "jobs"), "map"),
        (("resources", "jobs", "etl", "tasks", 0, "max_retries"), "integer"),
        (("targets", "dev"), "override"),
        (("targets", "dev", "resources", "jobs", "etl", "tasks", 3), "struct"),
        (("resources", "jobs", "etl", "tags", "team"), "string"),
        (("variables", "a", "default", "deep", 0), "any"),
        (("resources", "jobs", "etl", "format"), "any"),
    ],
)
def test_type_at(path: tuple, kind: str) -> None:
    assert load_table().types[type_at(path)][0] == kind


@pytest.mark.parametrize(
    "path",
    [
        ("resource",),
        ("resources", "jobs", "etl", "tasks", "extract"),
        ("resources", "jobs", "etl", "name", "x"),
        ("targets", "dev", "include"),
    ],
)
def test_type_at_of_no_place(path: tuple) -> None:
    assert type_at(path) is None


def test_start_imports_nothing_slow() -> None:
    slow = {"dataclasses", "typing", "pathlib", "enum", "inspect", "importlib.metadata"}
    code = (
        "import sys, re, json, os; before = set(sys.modules)\n"
        "from bundlewright.schema import walker; walker.load_table()\n"
        "print(*(set(sys.modules) - before))"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not slow & set(run.stdout.split())


def test_a_thousand_jobs_of_ten_tasks_are_walked_at_once() -> None:
    one = {
        "depends_on": [{"task_key": "a"}],
        "notebook_task": {"notebook_path": "a.py", "base_parameters": {"a": "b", "c": "d"}},
        "max_retries": 2,
        "run_if": "ALL_SUCCESS",
    }
    document = job(name="etl", tasks=[{"task_key": f"t{number}", **one} for number in range(10)])
    start = time.perf_counter()
    for _ in range(1000):
        assert not faults(document)
    # A tenth of it here; the bound leaves room for a slow machine.
    assert time.perf_counter() - start < 1
