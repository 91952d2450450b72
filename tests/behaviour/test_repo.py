"""What a team gets for its answers, told by example; each copy goes through the hook as well."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_copie.plugin import Copie

from bundlewright.bundle.model import Bundle
from bundlewright.bundle.target import Target

Start = Callable[..., Path]


@pytest.fixture
def start(copie: Copie, template: Path) -> Start:
    """Starts a repo for the named answers; fails when Copier or the hook does."""

    def start(**answers: Any) -> Path:
        result = copie.copy(extra_answers=answers, template_dir=template)
        assert result.exception is None, result.exception
        assert answers.items() <= result.answers.items()
        return result.project_dir

    return start


def bundle_of(repo: Path) -> dict[str, Any]:
    return yaml.safe_load((repo / "databricks.yml").read_text(encoding="utf-8"))


def job_of(repo: Path, name: str = "sales_pipeline") -> dict[str, Any]:
    path = repo / f"resources/jobs/{name}.job.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))["resources"]["jobs"][name]


def job_in(repo: Path, target: str) -> dict[str, Any]:
    """Returns the main job as a target gets it."""
    return Target(Bundle(repo), target).resource("jobs", "sales_pipeline").config


def jobs_of(repo: Path) -> set[str]:
    return {path.name.removesuffix(".job.yml") for path in repo.glob("resources/jobs/*")}


def task_of(repo: Path, key: str) -> dict[str, Any]:
    (task,) = (task for task in job_of(repo)["tasks"] if task["task_key"] == key)
    return task


def cluster_of(repo: Path) -> dict[str, Any]:
    (cluster,) = job_of(repo)["job_clusters"]
    return cluster["new_cluster"]


def waits_for(repo: Path) -> dict[str, list[str]]:
    """Returns what each task waits for; for a condition, with its outcome."""
    return {
        task["task_key"]: [
            " ".join(
                [upstream["task_key"], *([upstream["outcome"]] if "outcome" in upstream else [])]
            )
            for upstream in task.get("depends_on", [])
        ]
        for task in job_of(repo)["tasks"]
    }


def test_the_defaults_give_a_bundle_with_three_targets(start: Start) -> None:
    bundle = bundle_of(start())
    assert bundle["bundle"]["name"] == "sales-pipeline"
    assert list(bundle["targets"]) == ["dev", "staging", "prod"]
    assert bundle["targets"]["dev"]["default"] is True


def test_dev_is_for_developers(start: Start) -> None:
    dev = bundle_of(start())["targets"]["dev"]
    assert dev["mode"] == "development"
    assert dev["presets"]["trigger_pause_status"] == "PAUSED"
    assert "${workspace.current_user.short_name}" in dev["variables"]["schema"]


def test_prod_runs_as_its_service_principal_from_main(start: Start) -> None:
    principal = "6f1a2b3c-0d4e-4f5a-8b6c-7d8e9f0a1b2c"
    prod = bundle_of(start(prod_service_principal=principal))["targets"]["prod"]
    assert prod["mode"] == "production"
    assert prod["run_as"] == {"service_principal_name": principal}
    assert principal in prod["workspace"]["root_path"]
    assert prod["git"]["branch"] == "main"


def test_a_repo_without_staging_does_not_mention_it(start: Start) -> None:
    repo = start(include_staging=False)
    texts = [path.read_text(encoding="utf-8") for path in repo.rglob("*") if path.is_file()]
    assert not [text for text in texts if "staging_" in text or "  staging:" in text]


def test_the_group_gets_its_level(start: Start) -> None:
    repo = start(group_name="finance", group_level="CAN_MANAGE")
    permissions = bundle_of(repo)["targets"]["prod"]["permissions"]
    assert {"group_name": "finance", "level": "CAN_MANAGE"} in permissions


def test_operators_and_viewers_come_beside_the_group(start: Start) -> None:
    targets = bundle_of(start(operator_group="ops", viewer_group="analysts"))["targets"]
    for target in ("staging", "prod"):
        levels = {each.get("group_name"): each["level"] for each in targets[target]["permissions"]}
        assert levels["ops"] == "CAN_RUN"
        assert levels["analysts"] == levels["data-engineers"] == "CAN_VIEW"
    assert "permissions" not in targets["dev"]


def test_who_plans_may_see_what_is_deployed_for_all(start: Start) -> None:
    """In dev everybody has a copy of their own, who plans as well."""
    reader = "6f1a2b3c-0d4e-4f5a-8b6c-7d8e9f0a1b2c"
    targets = bundle_of(start(reader_service_principal=reader))["targets"]
    entry = {"service_principal_name": reader, "level": "CAN_VIEW"}
    with_it = [name for name, each in targets.items() if entry in each.get("permissions", [])]
    assert with_it == ["staging", "prod"]


def test_one_workspace_is_named_once(start: Start) -> None:
    host = "https://shared.cloud.databricks.com"
    repo = start(workspaces="one", dev_host=host, monitoring=True, dev_warehouse_id="0" * 15 + "7")
    targets = bundle_of(repo)["targets"]
    assert {target["workspace"]["host"] for target in targets.values()} == {host}
    assert {target["variables"]["warehouse_id"] for target in targets.values()} == {"0" * 15 + "7"}
    assert targets["staging"]["presets"]["name_prefix"] == "[staging] "
    assert "name_prefix" not in targets["prod"]["presets"]
    answers = (repo / ".copier-answers.yml").read_text(encoding="utf-8")
    assert not re.search("^(staging|prod)_host:", answers, re.MULTILINE)


@pytest.mark.parametrize(("staging", "named"), [(True, "staging_host"), (False, "prod_host")])
def test_dev_may_have_a_workspace_of_its_own(staging: bool, named: str, start: Start) -> None:
    host = "https://shared.cloud.databricks.com"
    bundle = bundle_of(start(workspaces="two", include_staging=staging, **{named: host}))
    others = [target for name, target in bundle["targets"].items() if name != "dev"]
    assert {target["workspace"]["host"] for target in others} == {host}
    assert bundle["targets"]["dev"]["workspace"]["host"] != host


def test_one_catalog_has_a_schema_for_each_target(start: Start) -> None:
    targets = bundle_of(start(catalogs="shared", dev_catalog="sales"))["targets"].values()
    assert {target["variables"]["catalog"] for target in targets} == {"sales"}
    assert len({target["variables"]["schema"] for target in targets}) == 3


def test_only_dev_may_lose_data(start: Start) -> None:
    repo = start(schedule="file_arrival", workloads=["python", "ml"])
    bundle = bundle_of(repo)
    assert bundle["variables"]["keep_data"]["default"] is True
    keeping = [target["variables"].get("keep_data") for target in bundle["targets"].values()]
    assert keeping == [False, None, None]
    for kind in ("schemas", "volumes", "registered_models"):
        for path in (repo / "resources" / kind).iterdir():
            assert "prevent_destroy: ${var.keep_data}" in path.read_text(encoding="utf-8")


def test_groups_are_granted_what_they_need_of_the_schemas(start: Start) -> None:
    repo = start(schedule="file_arrival", operator_group="ops", viewer_group="analysts")
    bundle = bundle_of(repo)
    granted = bundle["variables"]["grants"]["default"]
    assert {grant["principal"]: grant["privileges"] for grant in granted} == {
        "data-engineers": ["USE_SCHEMA", "SELECT", "READ_VOLUME"],
        "ops": ["USE_SCHEMA", "SELECT", "MODIFY", "READ_VOLUME", "WRITE_VOLUME"],
        "analysts": ["USE_SCHEMA", "SELECT", "READ_VOLUME"],
    }
    assert bundle["targets"]["dev"]["variables"]["grants"] == []
    for schema in (repo / "resources/schemas").iterdir():
        assert "grants: ${var.grants}" in schema.read_text(encoding="utf-8")


def test_the_group_reads_the_tables_without_a_grant_by_hand(start: Start) -> None:
    bundle = bundle_of(start())
    (grant,) = bundle["variables"]["grants"]["default"]
    assert grant == {"principal": "data-engineers", "privileges": ["USE_SCHEMA", "SELECT"]}
    assert bundle["targets"]["dev"]["variables"]["grants"] == []


def test_each_target_has_its_secret_scope(start: Start) -> None:
    """Known by name only: in the bundle, who may see the jobs could read the secrets."""
    repo = start(secret_scope=True)
    bundle = bundle_of(repo)
    assert bundle["variables"]["secret_scope"]["default"] == "sales-pipeline-${bundle.target}"
    assert "current_user" in bundle["targets"]["dev"]["variables"]["secret_scope"]
    assert not (repo / "resources/secret_scopes").exists()
    assert {"name": "secret_scope", "default": "${var.secret_scope}"} in job_of(repo)["parameters"]


def test_a_tag_is_deployed_to_prod_without_a_branch(start: Start) -> None:
    """The CLI compares branches only where one is checked out, so the guard stays."""
    assert bundle_of(start(promotion="tags"))["targets"]["prod"]["git"]["branch"] == "main"


def test_linear_tasks_follow_one_another(start: Start) -> None:
    assert waits_for(start(pattern="linear")) == {
        "extract": [],
        "transform": ["extract"],
        "load": ["transform"],
    }


def test_fan_out_transforms_each_entity_on_its_own(start: Start) -> None:
    transforms = ["transform_customers", "transform_orders", "transform_products"]
    assert waits_for(start(pattern="fan_out")) == {
        "extract": [],
        **{transform: ["extract"] for transform in transforms},
        "load": transforms,
    }


def test_for_each_transforms_the_tables_of_a_parameter(start: Start) -> None:
    repo = start(pattern="for_each")
    assert waits_for(repo) == {
        "extract": [],
        "transform_each": ["extract"],
        "load": ["transform_each"],
    }
    tables = {parameter["name"]: parameter["default"] for parameter in job_of(repo)["parameters"]}
    assert json.loads(tables["tables"]) == ["customers", "orders", "products"]
    loop = task_of(repo, "transform_each")["for_each_task"]
    assert loop["inputs"] == "{{job.parameters.tables}}"
    assert loop["task"]["notebook_task"]["base_parameters"] == {"entity": "{{input}}"}


def test_a_condition_skips_what_has_nothing_to_do(start: Start) -> None:
    assert waits_for(start(pattern="condition")) == {
        "extract": [],
        "has_rows": ["extract"],
        "transform": ["has_rows true"],
        "load": ["transform"],
        "no_data": ["has_rows false"],
    }


def test_a_quality_gate_has_a_path_for_each_score(start: Start) -> None:
    transforms = ["transform_customers", "transform_orders", "transform_products"]
    assert waits_for(start(pattern="quality_gate")) == {
        "extract": [],
        "check_quality": ["extract"],
        "is_good": ["check_quality"],
        **{transform: ["is_good true"] for transform in transforms},
        "is_fair": ["is_good false"],
        "transform_limited": ["is_fair true"],
        "alert_poor": ["is_fair false"],
        "load": [*transforms, "transform_limited"],
    }


def test_a_workflow_adds_metadata_notification_and_escalation(start: Start) -> None:
    repo = start(pattern="workflow")
    tasks = waits_for(repo)
    assert list(tasks)[-3:] == ["update_metadata", "notify_success", "escalate"]
    assert tasks["update_metadata"] == ["load", "alert_poor"]
    assert tasks["notify_success"] == ["update_metadata"]
    assert task_of(repo, "escalate")["run_if"] == "AT_LEAST_ONE_FAILED"
    assert "on_success" in task_of(repo, "notify_success")["email_notifications"]
    assert "on_failure" in task_of(repo, "escalate")["email_notifications"]


WORKLOADS = {
    "sql": (["build_orders", "report"], "sql_task"),
    "pipeline": (["refresh_pipeline", "check_pipeline"], "pipeline_task"),
    "dbt": (["dbt_build"], "dbt_task"),
    "jar": (["jar_totals"], "spark_jar_task"),
    "ml": (["score_batch"], "notebook_task"),
}


@pytest.mark.parametrize("workload", WORKLOADS)
def test_a_workload_comes_after_the_etl(workload: str, start: Start) -> None:
    keys, kind = WORKLOADS[workload]
    repo = start(workloads=["python", workload])
    order = [*("extract", "transform", "load"), *keys]
    assert waits_for(repo) == {
        key: [order[place - 1]] if place else [] for place, key in enumerate(order)
    }
    assert kind in task_of(repo, keys[0])


@pytest.mark.parametrize("workload", WORKLOADS)
def test_a_workload_alone_has_no_etl(workload: str, start: Start) -> None:
    keys, _ = WORKLOADS[workload]
    repo = start(workloads=[workload])
    # A pipeline reads the files itself.
    assert list(waits_for(repo)) == ([] if workload == "pipeline" else ["extract"]) + keys
    assert not (repo / "src/transform.py").exists()


def test_workloads_are_side_by_side_where_tasks_branch(start: Start) -> None:
    tasks = waits_for(start(workloads=["python", "sql", "dbt", "jar"], pattern="fan_out"))
    assert [tasks[key] for key in ("build_orders", "dbt_build", "jar_totals")] == [["load"]] * 3


def test_a_continuous_pipeline_is_checked_but_not_started(start: Start) -> None:
    tasks = waits_for(start(workloads=["python", "pipeline"], pipeline_mode="continuous"))
    assert "refresh_pipeline" not in tasks
    assert tasks["check_pipeline"] == ["load"]


def test_dead_letters_have_a_job_that_replays_them(start: Start) -> None:
    jobs = {"sales_pipeline", "sales_pipeline_replay", "sales_pipeline_smoke"}
    assert jobs_of(start(dead_letters=True)) == jobs


def test_the_least_is_one_job(start: Start) -> None:
    repo = start(dead_letters=False, schedule="none", ci="none")
    assert jobs_of(repo) == {"sales_pipeline"}
    made = {path.name for path in (repo / "resources").iterdir()}
    assert made == {"jobs", "samples", "schemas"}


@pytest.mark.parametrize(
    ("task_type", "kind"),
    [
        ("notebook", "notebook_task"),
        ("wheel", "python_wheel_task"),
        ("python_file", "spark_python_task"),
    ],
)
def test_tasks_run_as_asked(task_type: str, kind: str, start: Start) -> None:
    repo = start(task_type=task_type)
    assert all(kind in task for task in job_of(repo)["tasks"])
    assert (repo / "src/extract.py").exists() == (task_type != "wheel")
    assert (repo / "src/sales_pipeline/main.py").exists() == (task_type != "notebook")


@pytest.mark.parametrize(
    ("cloud", "attributes", "availability"),
    [
        ("aws", "aws_attributes", "SPOT_WITH_FALLBACK"),
        ("azure", "azure_attributes", "SPOT_WITH_FALLBACK_AZURE"),
        ("gcp", "gcp_attributes", "PREEMPTIBLE_WITH_FALLBACK_GCP"),
    ],
)
def test_a_job_cluster_has_its_clouds_spot_machines(
    cloud: str, attributes: str, availability: str, start: Start
) -> None:
    cluster = cluster_of(start(cloud=cloud, compute="job_cluster", spot=True))
    assert cluster[attributes]["availability"] == availability
    assert cluster[attributes]["first_on_demand"] == 1
    assert "autoscale" in cluster


def test_on_demand_machines_are_named_as_such(start: Start) -> None:
    cluster = cluster_of(start(compute="job_cluster", spot=False))
    assert cluster["aws_attributes"] == {"availability": "ON_DEMAND", "zone_id": "auto"}


@pytest.mark.parametrize(
    ("profile", "machines"),
    [
        ("general", "Standard_D4ds_v5"),
        ("memory", "Standard_E4ds_v5"),
        ("compute", "Standard_F8s_v2"),
        ("streaming", "Standard_D8ds_v5"),
    ],
)
def test_a_profile_has_its_machines(profile: str, machines: str, start: Start) -> None:
    repo = start(cloud="azure", compute="job_cluster", cluster_profile=profile)
    assert cluster_of(repo)["node_type_id"] == machines


def test_a_pool_brings_its_own_machines(start: Start) -> None:
    cluster = cluster_of(start(compute="instance_pool", instance_pool_id="0123-456789-pool-abc"))
    assert cluster["instance_pool_id"] == "0123-456789-pool-abc"
    assert not cluster.keys() & {"node_type_id", "aws_attributes"}


def test_a_single_node_has_no_workers(start: Start) -> None:
    cluster = cluster_of(start(compute="job_cluster", cluster_size="single_node"))
    assert (cluster["kind"], cluster["is_single_node"]) == ("CLASSIC_PREVIEW", True)
    assert not cluster.keys() & {"autoscale", "num_workers"}


def test_a_cluster_follows_policy_and_engine(start: Start) -> None:
    cluster = cluster_of(start(compute="job_cluster", cluster_policy_id="0123ABC", photon=True))
    assert (cluster["policy_id"], cluster["apply_policy_default_values"]) == ("0123ABC", True)
    assert cluster["runtime_engine"] == "PHOTON"


@pytest.mark.parametrize(("size", "variable"), [("autoscale", "max_workers"), ("fixed", "workers")])
def test_clusters_grow_from_target_to_target(size: str, variable: str, start: Start) -> None:
    bundle = bundle_of(start(compute="job_cluster", cluster_size=size))
    dev = bundle["variables"][variable]["default"]
    staging, prod = (bundle["targets"][name]["variables"][variable] for name in ("staging", "prod"))
    assert dev < staging < prod


def test_a_running_cluster_serves_dev_only(start: Start) -> None:
    targets = bundle_of(start(compute="job_cluster", dev_cluster_id="0123-456789-abc"))["targets"]
    assert {name: target.get("cluster_id") for name, target in targets.items()} == {
        "dev": "0123-456789-abc",
        "staging": None,
        "prod": None,
    }


def test_sizing_has_a_job_of_its_own(start: Start) -> None:
    repo = start(compute="job_cluster", sizing=True)
    (task,) = job_of(repo, "sales_pipeline_sizing")["tasks"]
    assert task["task_key"] == "propose_sizes"


def test_serverless_has_no_cluster(start: Start) -> None:
    job = job_of(start(compute="serverless"))
    assert "job_clusters" not in job
    assert not [task for task in job["tasks"] if "job_cluster_key" in task]


def test_an_older_runtime_brings_its_older_spark(start: Start) -> None:
    repo = start(compute="job_cluster", runtime="16.4.x-scala2.12")
    assert "pyspark==3.5" in (repo / "pyproject.toml").read_text(encoding="utf-8")


def test_a_schedule_of_ones_own(start: Start) -> None:
    repo = start(schedule="custom", quartz_expression="0 30 6 ? * MON", timezone="Europe/Berlin")
    assert bundle_of(repo)["variables"]["schedule"]["default"] == "0 30 6 ? * MON"
    assert job_of(repo)["schedule"]["timezone_id"] == "Europe/Berlin"


def test_a_target_may_have_its_own_schedule_limits_and_addresses(start: Start) -> None:
    repo = start(monitoring=True)
    own = {"email": "ada@example.com", "schedule": "0 0 5 * * ?", "fresh_hours": 30}
    own |= {"timeout_seconds": 9000, "slow_seconds": 6000}
    bundle = bundle_of(repo)
    bundle["targets"]["prod"]["variables"] |= own
    (repo / "databricks.yml").write_text(yaml.safe_dump(bundle), encoding="utf-8")

    prod, staging = job_in(repo, "prod"), job_in(repo, "staging")

    assert prod["schedule"]["quartz_cron_expression"] == "0 0 5 * * ?"
    assert prod["timeout_seconds"] == 9000
    assert prod["health"]["rules"][0]["value"] == 6000
    assert prod["email_notifications"]["on_failure"] == ["ada@example.com"]
    assert staging["schedule"]["quartz_cron_expression"] == "0 0 2 * * ?"
    assert (staging["timeout_seconds"], staging["health"]["rules"][0]["value"]) == (7200, 3600)
    assert staging["email_notifications"]["on_failure"] == ["data-platform@example.com"]
    alert = Target(Bundle(repo), "prod").resource("alerts", "sales_pipeline_freshness").config
    assert alert["evaluation"]["threshold"]["value"] == {"double_value": 30}
    (subscription,) = alert["evaluation"]["notification"]["subscriptions"]
    assert subscription == {"user_email": "ada@example.com"}


def test_without_a_schedule_nothing_triggers_the_job(start: Start) -> None:
    assert not {"schedule", "trigger", "continuous"} & job_of(start(schedule="none")).keys()


def test_business_hours(start: Start) -> None:
    job = job_in(start(schedule="0 0 8-18 ? * MON-FRI"), "prod")
    assert job["schedule"]["quartz_cron_expression"] == "0 0 8-18 ? * MON-FRI"


def test_every_so_many_hours(start: Start) -> None:
    job = job_in(start(schedule="periodic", interval=6, interval_unit="HOURS"), "prod")
    assert job["trigger"]["periodic"] == {"interval": 6, "unit": "HOURS"}


def test_arriving_files_start_the_job_that_reads_them(start: Start) -> None:
    repo = start(schedule="file_arrival")
    job = job_of(repo)
    (source,) = (each for each in job["parameters"] if each["name"] == "source")
    assert job["trigger"]["file_arrival"]["url"] == source["default"] + "/"
    assert source["default"].startswith("/Volumes/${resources.schemas.")
    assert len(list(repo.glob("resources/volumes/*"))) == 1
    assert "source" not in bundle_of(repo)["variables"]


def test_changing_tables_start_the_job(start: Start) -> None:
    job = job_of(start(schedule="table_update", trigger_tables="sales.orders, crm.customers"))
    assert job["trigger"]["table_update"]["table_names"] == [
        "${var.catalog}.sales.orders",
        "${var.catalog}.crm.customers",
    ]


def test_continuous_runs_start_one_after_the_other(start: Start) -> None:
    """A continuous job has one task only: it starts the job with the many."""
    repo = start(schedule="continuous")
    assert not {"schedule", "trigger", "continuous"} & job_of(repo).keys()
    loop = job_of(repo, "sales_pipeline_loop")
    assert loop["continuous"] == {"task_retry_mode": "NEVER"}
    (task,) = loop["tasks"]
    assert task["run_job_task"]["job_id"] == "${resources.jobs.sales_pipeline.id}"
    assert "max_retries" not in task


@pytest.mark.parametrize("schedule", ["0 0 2 * * ?", "periodic", "file_arrival", "continuous"])
def test_targets_say_what_is_paused(schedule: str, start: Start) -> None:
    """Nothing else does, so that dev is paused and the others run."""
    repo = start(schedule=schedule)
    targets = bundle_of(repo)["targets"]
    assert {
        name: target["presets"]["trigger_pause_status"] for name, target in targets.items()
    } == {"dev": "PAUSED", "staging": "UNPAUSED", "prod": "UNPAUSED"}
    texts = [path.read_text(encoding="utf-8") for path in repo.glob("resources/*/*.yml")]
    assert not [text for text in texts if "pause_status" in text]


def test_failures_and_slow_runs_are_always_reported(start: Start) -> None:
    job = job_in(start(owner_email="ada@example.com", mails=[]), "prod")
    assert job["email_notifications"] == {
        "on_failure": ["ada@example.com"],
        "on_duration_warning_threshold_exceeded": ["ada@example.com"],
    }
    assert set(job["notification_settings"].values()) == {True}
    assert [rule["metric"] for rule in job["health"]["rules"]] == ["RUN_DURATION_SECONDS"]


def test_starts_and_successes_are_reported_where_asked(start: Start) -> None:
    job = job_of(start(mails=["start", "success"]))
    assert {"on_start", "on_success", "on_failure"} < job["email_notifications"].keys()


def test_each_target_has_its_notification_destination(start: Start) -> None:
    repo = start(webhook=True)
    assert job_of(repo)["webhook_notifications"]["on_failure"] == [{"id": "${var.webhook}"}]
    targets = bundle_of(repo)["targets"].values()
    assert len({target["variables"]["webhook"] for target in targets}) == 3


def test_streams_report_their_backlog(start: Start) -> None:
    job = job_of(start(compute="job_cluster", cluster_profile="streaming"))
    assert "STREAMING_BACKLOG_SECONDS" in [rule["metric"] for rule in job["health"]["rules"]]
    assert "on_streaming_backlog_exceeded" in job["email_notifications"]


def test_no_task_outlives_its_job(start: Start) -> None:
    answers = {"workloads": ["python", "sql", "pipeline", "dbt", "jar"], "pattern": "workflow"}
    job = job_in(start(**answers), "prod")
    timeouts = [task.get("timeout_seconds") for task in job["tasks"]]
    assert max(timeout for timeout in timeouts if timeout) < job["timeout_seconds"]
    assert job["queue"] == {"enabled": True}


@pytest.mark.parametrize(
    ("ci", "files"),
    [
        ("github", [".github/workflows/ci.yml", ".github/workflows/template-update.yml"]),
        ("gitlab", [".gitlab-ci.yml"]),
        ("azure_devops", ["azure-pipelines.yml"]),
        ("none", []),
    ],
)
def test_ci_is_that_of_the_team(ci: str, files: list[str], start: Start) -> None:
    repo = start(ci=ci)
    found = [*repo.glob(".github/workflows/*"), *repo.glob(".gitlab-ci.yml"), *repo.glob("azure*")]
    assert sorted(path.relative_to(repo).as_posix() for path in found) == files
    texts = [path.read_text(encoding="utf-8") for path in found]
    assert not [text for text in texts if re.search(r"\bDATABRICKS_TOKEN\b", text)]


# WHO HEARS OF IT, AND WHO PAYS


def test_the_address_on_call_hears_of_what_cannot_wait_in_prod(start: Start) -> None:
    repo = start(
        owner_email="team@example.com",
        oncall_email="oncall@example.com",
        mails=["start", "success"],
        monitoring=True,
        pattern="workflow",
    )
    for target, urgent in {"prod": "oncall", "staging": "team", "dev": "team"}.items():
        found = Target(Bundle(repo), target)
        job = found.resource("jobs", "sales_pipeline").config
        expected = {
            "on_start": ["team@example.com"],
            "on_success": ["team@example.com"],
            "on_failure": [f"{urgent}@example.com"],
            "on_duration_warning_threshold_exceeded": [f"{urgent}@example.com"],
        }
        assert job["email_notifications"] == expected
        tasks = {task["task_key"]: task.get("email_notifications") for task in job["tasks"]}
        assert tasks["escalate"] == {"on_failure": [f"{urgent}@example.com"]}
        assert tasks["alert_poor"] == {"on_failure": ["team@example.com"]}
        assert tasks["notify_success"] == {"on_success": ["team@example.com"]}
        for alert, who in {"freshness": urgent, "volume": "team"}.items():
            config = found.resource("alerts", f"sales_pipeline_{alert}").config
            told = config["evaluation"]["notification"]["subscriptions"]
            assert told == [{"user_email": f"{who}@example.com"}]


def test_what_is_serverless_counts_to_the_budget_policy(start: Start) -> None:
    policy = "6f1a2b3c-0d4e-4f5a-8b6c-7d8e9f0a1b2c"
    given = {"workloads": ["python", "pipeline", "ml"], "serving": True, "budget_policy_id": policy}
    for compute in ("serverless", "job_cluster"):
        found = Target(Bundle(start(compute=compute, **given)), "prod")
        kinds = {
            "jobs": ("sales_pipeline", "sales_pipeline_ml"),
            "pipelines": ("sales_pipeline_tables",),
        }
        for kind, keys in kinds.items():
            for key in keys:
                config = found.resource(kind, key).config
                expected = policy if compute == "serverless" else None
                assert config.get("budget_policy_id") == expected
        # An endpoint is always serverless; the job that trains hands the policy to it.
        handed_on = parameters_of(found.resource("jobs", "sales_pipeline_ml").config)
        assert handed_on["budget_policy_id"] == policy


def test_an_endpoint_has_the_tags_that_presets_give_to_all_else(start: Start) -> None:
    repo = start(workloads=["ml"], serving=True, team="retail", cost_center="c-7")
    job = Target(Bundle(repo), "prod").resource("jobs", "sales_pipeline_ml").config
    tags = json.loads(parameters_of(job)["tags"])
    assert tags == bundle_of(repo)["presets"]["tags"] | {"environment": "prod"}


def parameters_of(job: dict[str, Any]) -> dict[str, str]:
    """Returns the parameters of a job with their defaults."""
    return {parameter["name"]: parameter["default"] for parameter in job["parameters"]}
