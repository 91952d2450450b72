"""What a team gets for its answers, told by example; each copy goes through the hook as well."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_copie.plugin import Copie

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


def job_of(repo: Path) -> dict[str, Any]:
    (path,) = repo.glob("resources/jobs/*.job.yml")
    (job,) = yaml.safe_load(path.read_text(encoding="utf-8"))["resources"]["jobs"].values()
    return job


def waits_for(repo: Path) -> dict[str, list[str]]:
    return {
        task["task_key"]: [upstream["task_key"] for upstream in task.get("depends_on", [])]
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
    assert dev["presets"]["jobs_max_concurrent_runs"] > 1
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
    (cluster,) = job_of(start(cloud=cloud, compute="job_cluster", spot=True))["job_clusters"]
    assert cluster["new_cluster"][attributes]["availability"] == availability
    assert "autoscale" in cluster["new_cluster"]


def test_serverless_has_no_cluster(start: Start) -> None:
    job = job_of(start(compute="serverless"))
    assert "job_clusters" not in job
    assert not [task for task in job["tasks"] if "job_cluster_key" in task]


def test_an_older_runtime_brings_its_older_spark(start: Start) -> None:
    repo = start(compute="job_cluster", runtime="16.4.x-scala2.12")
    assert "pyspark==3.5" in (repo / "pyproject.toml").read_text(encoding="utf-8")


def test_a_schedule_of_ones_own(start: Start) -> None:
    repo = start(schedule="custom", quartz_expression="0 30 6 ? * MON", timezone="Europe/Berlin")
    schedule = job_of(repo)["schedule"]
    assert schedule["quartz_cron_expression"] == "0 30 6 ? * MON"
    assert schedule["timezone_id"] == "Europe/Berlin"


def test_without_a_schedule_nothing_triggers_the_job(start: Start) -> None:
    assert not {"schedule", "trigger", "continuous"} & job_of(start(schedule="none")).keys()


@pytest.mark.parametrize(
    ("ci", "files"),
    [
        ("github", [".github/workflows/ci.yml"]),
        ("gitlab", [".gitlab-ci.yml"]),
        ("none", []),
    ],
)
def test_ci_is_that_of_the_team(ci: str, files: list[str], start: Start) -> None:
    repo = start(ci=ci)
    found = [*repo.glob(".github/**/*.yml"), *repo.glob(".gitlab*")]
    assert sorted(path.relative_to(repo).as_posix() for path in found) == files
    texts = [path.read_text(encoding="utf-8") for path in found]
    assert not [text for text in texts if re.search(r"\bDATABRICKS_TOKEN\b", text)]
