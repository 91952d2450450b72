"""The queries of dashboard and alerts, run by DuckDB on tables with the columns of real ones."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest
import sqlglot
import yaml
from sqlglot import exp

ROOT = Path(__file__).parent.parent
QUERIES = {path.stem: path.read_text() for path in sorted(ROOT.glob("src/monitoring/*.sql"))}
DASHBOARD = json.loads((ROOT / "src" / "dashboards" / "operations.lvdash.json").read_text())
DATASETS = {dataset["name"]: dataset for dataset in DASHBOARD["datasets"]}
WIDGETS = [item["widget"] for page in DASHBOARD["pages"] for item in page["layout"]]

NOW = datetime.now(timezone.utc)
MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)

# The columns that are read, of https://docs.databricks.com/admin/system-tables/jobs, billing and
# pricing; DuckDB keeps the name `system` for itself.
TABLES = """
    ATTACH ':memory:' AS sys;
    CREATE SCHEMA sys.lakeflow;
    CREATE SCHEMA sys.billing;
    CREATE TABLE sys.lakeflow.jobs (
        workspace_id VARCHAR, job_id VARCHAR, name VARCHAR, tags MAP(VARCHAR, VARCHAR),
        change_time TIMESTAMPTZ, delete_time TIMESTAMPTZ
    );
    CREATE TABLE sys.lakeflow.job_run_timeline (
        workspace_id VARCHAR, job_id VARCHAR, run_id VARCHAR,
        period_start_time TIMESTAMPTZ, period_end_time TIMESTAMPTZ, result_state VARCHAR
    );
    CREATE TABLE sys.billing.usage (
        workspace_id VARCHAR, sku_name VARCHAR, cloud VARCHAR,
        usage_start_time TIMESTAMPTZ, usage_date DATE, custom_tags MAP(VARCHAR, VARCHAR),
        usage_unit VARCHAR, usage_quantity DECIMAL(38, 18),
        usage_metadata STRUCT(job_id VARCHAR, warehouse_id VARCHAR), billing_origin_product VARCHAR
    );
    CREATE TABLE sys.billing.list_prices (
        price_start_time TIMESTAMPTZ, price_end_time TIMESTAMPTZ, sku_name VARCHAR, cloud VARCHAR,
        currency_code VARCHAR, usage_unit VARCHAR,
        pricing STRUCT("default" DECIMAL(38, 18), effective_list STRUCT("default" DECIMAL(38, 18)))
    );
    CREATE TABLE job_metrics (
        step VARCHAR, run_id VARCHAR, started_at TIMESTAMPTZ, duration_seconds DOUBLE,
        record_count BIGINT, records_per_second DOUBLE, status VARCHAR, error_message VARCHAR
    );
"""


class Database:
    """A DuckDB that takes the SQL of Databricks."""

    def __init__(self):
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute(TABLES)

    def insert(self, table, *rows):
        marks = ", ".join("?" for _ in rows[0])
        self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def query(self, sql, **parameters):
        """Run a query; return its rows as dicts."""
        tree = sqlglot.parse_one(sql, read="databricks")
        for table in tree.find_all(exp.Table):
            if table.catalog == "system":
                table.set("catalog", exp.to_identifier("sys"))
        used = {placeholder.name for placeholder in tree.find_all(exp.Placeholder)}
        result = self.connection.execute(
            tree.sql("duckdb"), {name: parameters[name] for name in used}
        )
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def monitor(self, name):
        return self.query(QUERIES[name], project="sales", days=30)


@pytest.fixture
def database():
    """Return tables with two jobs of the project, one of them deleted, and one of another."""
    database = Database()
    sales = {"project": "sales", "environment": "prod", "cost_center": "c1", "team": "t1"}
    before = NOW - timedelta(days=60)
    database.insert(
        "sys.lakeflow.jobs",
        ("9", "1", "old name", {"project": "other"}, before - timedelta(days=1), None),
        ("9", "1", "daily", sales, before, None),
        ("9", "2", "gone", sales, before, NOW),
        ("9", "3", "stranger", {"project": "other"}, before, None),
        ("9", "4", "untagged", {}, before, None),
        ("8", "1", "namesake", {"project": "other"}, NOW, None),  # in another workspace
    )
    return database


def run(database, run_id, start, minutes, result="SUCCEEDED", job_id="1", workspace_id="9"):
    """Insert what the timeline has of a run: a row an hour, the result in the last."""
    for minute in range(0, max(minutes, 1), 60):
        end = min(minute + 60, minutes)
        database.insert(
            "sys.lakeflow.job_run_timeline",
            (
                *(workspace_id, job_id, run_id),
                start + timedelta(minutes=minute),
                start + timedelta(minutes=end),
                result if end == minutes else None,
            ),
        )


def test_a_run_of_several_hours_is_one_run_in_the_history(database):
    start = MIDNIGHT - timedelta(days=2)
    run(database, "a", start, 150)

    assert database.monitor("run_history") == [
        {
            "job_name": "daily",
            "environment": "prod",
            "run_id": "a",
            "started_at": start,
            "ended_at": start + timedelta(minutes=150),
            "duration_seconds": 9000,
            "result": "SUCCEEDED",
        }
    ]


def test_the_history_has_running_runs_and_deleted_jobs_but_no_other_projects(database):
    start = MIDNIGHT - timedelta(days=2)
    run(database, "running", start, 90, None)
    run(database, "of a deleted job", start + timedelta(hours=1), 10, "CANCELLED", job_id="2")
    run(database, "of another project", start, 10, job_id="3")
    run(database, "of an untagged job", start, 10, job_id="4")
    run(database, "in another workspace", start, 10, workspace_id="8")

    history = [(row["run_id"], row["result"]) for row in database.monitor("run_history")]

    assert history == [("of a deleted job", "CANCELLED"), ("running", "RUNNING")]


def test_the_history_begins_with_runs_that_started_in_the_window(database):
    window = MIDNIGHT - timedelta(days=30)
    run(database, "inside", window, 10)
    run(database, "across", window - timedelta(hours=1), 120)

    assert [row["run_id"] for row in database.monitor("run_history")] == ["inside"]


def test_the_failure_rate_counts_what_failed_and_what_succeeded(database):
    day = MIDNIGHT - timedelta(days=3)
    results = ["SUCCEEDED", "SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED", "SKIPPED", None]
    for hour, result in enumerate(results):
        run(database, str(hour), day + timedelta(hours=hour), 10, result)
    run(database, "alone", day + timedelta(days=1), 10, "CANCELLED")
    run(database, "of a deleted job", day, 10, "FAILED", job_id="2")

    alone, several = database.monitor("failure_rate")

    assert (alone["runs"], alone["failure_rate"]) == (1, None)
    assert several == {
        "day": day.date(),
        "job_name": "daily",
        "environment": "prod",
        "runs": 7,
        "succeeded": 2,
        "failed": 2,
        "failure_rate": 0.5,
    }


def test_a_run_is_slow_when_it_took_twice_as_long_as_those_before_it(database):
    day = MIDNIGHT - timedelta(days=20)
    for number, minutes in enumerate([10, 12, 8, 10, 10, 20, 25]):
        run(database, str(number), day + timedelta(days=number), minutes)
    run(database, "failed", day - timedelta(days=1), 300, "FAILED")
    run(database, "hangs", day + timedelta(days=8), 600, "TIMED_OUT")
    run(database, "usual", day + timedelta(days=9), 12)

    hangs, slow = database.monitor("slow_runs")

    assert (hangs["run_id"], hangs["result"]) == ("hangs", "TIMED_OUT")
    assert (slow["run_id"], slow["duration_seconds"]) == ("6", 1500)
    assert slow["usual_seconds"] == pytest.approx(700)
    assert slow["times_usual"] == pytest.approx(15 / 7)
    assert slow["z_score"] == pytest.approx(800 / 256.44, rel=1e-4)


def test_runs_that_all_took_the_same_time_have_no_z_score(database):
    day = MIDNIGHT - timedelta(days=20)
    for number, minutes in enumerate([10, 10, 10, 10, 30]):
        run(database, str(number), day + timedelta(days=number), minutes)
    run(database, "failed", day - timedelta(days=2), 10, "FAILED")
    assert database.monitor("slow_runs") == []  # four runs say too little

    run(database, "first", day - timedelta(days=1), 10)

    (slow,) = database.monitor("slow_runs")
    assert (slow["run_id"], slow["times_usual"], slow["z_score"]) == ("4", 3, None)


def usage(database, quantity, tags, job_id=None, sku="JOBS", days=2, warehouse_id=None):
    """Insert usage of some days ago."""
    start = MIDNIGHT - timedelta(days=days)
    database.insert(
        "sys.billing.usage",
        (
            *("9", sku, "AWS", start, start.date(), tags, "DBU", quantity),
            {"job_id": job_id, "warehouse_id": warehouse_id},
            "JOBS" if job_id else "SQL",
        ),
    )


def test_costs_are_summed_by_tag_at_the_price_of_their_day(database):
    raised = MIDNIGHT - timedelta(days=1)
    old, new = ({"default": 9, "effective_list": {"default": price}} for price in (0.5, 0.7))
    database.insert(
        "sys.billing.list_prices",
        (NOW - timedelta(days=99), raised, "JOBS", "AWS", "USD", "DBU", old),
        (raised, None, "JOBS", "AWS", "USD", "DBU", new),
    )
    usage(database, 10, {"project": "sales", "environment": "prod", "cost_center": "c2"}, "1")
    usage(database, 4, {}, "1")  # serverless: the tags are those of the job
    usage(database, -1, {}, "1")  # a correction
    usage(database, 10, {}, "1", days=1)
    usage(database, 5, {"project": "sales"}, sku="WITHOUT A PRICE")
    usage(database, 99, {"project": "other"}, "1")
    usage(database, 99, {}, "4")
    usage(database, 99, {}, "1", days=31)

    costs = {
        (row["day"], row["cost_center"], row["team"], row["spent_on"]): (
            float(row["quantity"]),
            row["list_cost"] and float(row["list_cost"]),
        )
        for row in database.monitor("cost_by_tag")
    }

    day = (MIDNIGHT - timedelta(days=2)).date()
    assert costs == {
        (day, "c2", "t1", "daily"): (10, 5),
        (day, "c1", "t1", "daily"): (3, 1.5),
        (raised.date(), "c1", "t1", "daily"): (10, 7),
        (day, "none", "none", "SQL"): (5, None),
    }


def warehouses():
    """Return the warehouses that the targets have in databricks.yml."""
    targets = yaml.safe_load((ROOT / "databricks.yml").read_text())["targets"]
    return {target["variables"]["warehouse_id"] for target in targets.values()}


def test_a_warehouse_without_the_tag_is_a_cost_of_its_own(database):
    price = {"default": 9, "effective_list": {"default": 2}}
    database.insert(
        "sys.billing.list_prices",
        (NOW - timedelta(days=99), None, "JOBS", "AWS", "USD", "DBU", price),
    )
    shared = min(warehouses())
    usage(database, 3, {}, warehouse_id=shared)
    usage(database, 5, {"project": "sales", "environment": "prod"}, warehouse_id=shared)
    usage(database, 99, {"project": "other"}, warehouse_id=shared)
    usage(database, 99, {}, warehouse_id="of others")

    costs = {
        (row["environment"], row["spent_on"]): (row["list_cost"], row["shared_cost"])
        for row in database.monitor("cost_by_tag")
    }

    assert costs == {("prod", "SQL"): (10, None), ("shared", f"warehouse {shared}"): (None, 6)}


def test_the_costs_know_all_warehouses_of_the_targets():
    missing = {each for each in warehouses() if f"'{each}'" not in QUERIES["cost_by_tag"]}
    assert not missing, f"Name {missing} in cost_by_tag.sql."


def measure(database, step, start, records=100, status="SUCCESS", seconds=10.0, run_id="1"):
    """Insert a row of job_metrics."""
    row = (step, run_id, start, seconds, records, records / seconds, status, None)
    database.insert("job_metrics", row)


def test_steps_are_measured_by_what_they_did_without_failing(database):
    day = MIDNIGHT - timedelta(days=2)
    measure(database, "extract", day, 100)
    measure(database, "extract", day, 300, seconds=30.0)
    measure(database, "extract", day, 0, "FAILED", seconds=500.0)
    measure(database, "extract", MIDNIGHT - timedelta(days=31))
    measure(database, "load", day, 0, "NO_DATA", seconds=0.5)

    extract, load = database.monitor("step_metrics")

    assert extract == {
        "day": day.date(),
        "step": "extract",
        "executions": 3,
        "failed": 1,
        "average_seconds": 20,
        "records": 400,
        "records_per_second": 10,
    }
    assert (load["step"], load["records_per_second"]) == ("load", 0)


def alert(name):
    """Return an alert, and its query with the names that local tables have."""
    key = f"all_of_retail_{name}"
    text = (ROOT / "resources" / "alerts" / f"{key}.alert.yml").read_text()
    variables = yaml.safe_load((ROOT / "databricks.yml").read_text())["variables"]
    text = text.replace("${var.fresh_hours}", str(variables["fresh_hours"]["default"]))
    settings = yaml.safe_load(text)["resources"]["alerts"][key]
    return settings, settings["query_text"].replace("`${var.catalog}`.`${var.schema}`.", "")


def verdict(database, name):
    """Return what Databricks would make of an alert now."""
    settings, sql = alert(name)
    evaluation = settings["evaluation"]
    rows = database.query(sql)
    if not rows:
        return evaluation["empty_result_state"]
    assert evaluation["comparison_operator"] == "GREATER_THAN"
    value = rows[0][evaluation["source"]["name"]]
    return "TRIGGERED" if value > evaluation["threshold"]["value"]["double_value"] else "OK"


def test_data_is_fresh_while_a_run_has_got_through_lately(database):
    hours = alert("freshness")[0]["evaluation"]["threshold"]["value"]["double_value"]
    assert verdict(database, "freshness") == "TRIGGERED"  # no run at all

    measure(database, "load", NOW - timedelta(hours=hours + 1))
    measure(database, "load", NOW, status="FAILED")
    measure(database, "another_step", NOW)
    measure(database, "load", NOW, run_id="2")  # of a replay
    measure(database, "extract", NOW, status="STALE", run_id="2")
    assert verdict(database, "freshness") == "TRIGGERED"

    measure(database, "extract", NOW)
    measure(database, "load", NOW - timedelta(hours=hours - 1), 0, "NO_DATA")
    assert verdict(database, "freshness") == "OK"


@pytest.mark.parametrize(
    ("before", "last", "expected"),
    [
        ([100, 110, 90, 100, 105, 95, 100], 115, "OK"),
        ([100, 110, 90, 100, 105, 95, 100], 0, "TRIGGERED"),
        ([100, 110, 90, 100, 105, 95, 100], 200, "TRIGGERED"),
        ([100, 200, 50, 150, 300, 20, 80], 250, "OK"),  # it varies a lot anyway
        ([100] * 7, 110, "OK"),  # no spread at all: a deviation is 5 % of the average
        ([100] * 7, 120, "TRIGGERED"),
        ([0] * 7, 3, "OK"),  # nothing so far: a deviation is one row
        ([0] * 7, 4, "TRIGGERED"),
        ([100] * 6, 9000, "OK"),  # too few runs to tell
        ([9000] * 9 + [100] * 30, 9000, "TRIGGERED"),  # the 30 before count, not those before them
    ],
)
def test_a_volume_is_unusual_far_from_the_runs_before(database, before, last, expected):
    for age, records in enumerate([last, *reversed(before)]):
        measure(database, "extract", NOW - timedelta(days=age), records)
    measure(database, "extract", NOW, 0, "FAILED")
    measure(database, "another_step", NOW, 10**6)

    assert verdict(database, "volume") == expected


def test_the_dashboard_repeats_the_files_in_src_monitoring():
    assert DATASETS.keys() == QUERIES.keys()
    for name, sql in QUERIES.items():
        assert "".join(DATASETS[name]["queryLines"]) == sql.rstrip(), f"Copy {name}.sql into it."


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_says_what_it_answers_and_gets_the_parameters_it_uses(name):
    assert QUERIES[name].startswith("-- ")
    used = sqlglot.parse_one(QUERIES[name], read="databricks").find_all(exp.Placeholder)
    declared = {parameter["keyword"] for parameter in DATASETS[name]["parameters"]}
    assert {parameter.name for parameter in used} == declared


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: widget["name"])
def test_a_widget_shows_what_its_dataset_has(database, widget):
    shown = set()
    for named in widget["queries"]:
        query = named["query"]
        fields = [
            field for field in query.get("fields", []) if "associativity" not in field["name"]
        ]
        shown |= {field["name"] for field in fields}
        if fields:
            columns = ", ".join(f"{field['expression']} AS `{field['name']}`" for field in fields)
            by = "" if query["disaggregated"] else "GROUP BY ALL"
            sql = f"SELECT {columns} FROM ({QUERIES[query['datasetName']]}) {by}"
            database.query(sql, project="sales", days=30)
        for parameter in query.get("parameters", []):
            shown.add(parameter["name"])
            keywords = [each["keyword"] for each in DATASETS[query["datasetName"]]["parameters"]]
            assert parameter["keyword"] in keywords
    encodings = widget["spec"]["encodings"]
    used = encodings.get("fields") or encodings.get("columns") or encodings.values()
    assert {each.get("fieldName") or each["parameterName"] for each in used} == shown


def test_widgets_lie_side_by_side_in_six_columns():
    for page in DASHBOARD["pages"]:
        taken = set()
        for item in page["layout"]:
            place = item["position"]
            cells = {
                (place["x"] + right, place["y"] + down)
                for right in range(place["width"])
                for down in range(place["height"])
            }
            assert not cells & taken, f"{item['widget']['name']} overlaps another widget."
            assert max(x for x, _ in cells) < 6
            taken |= cells
