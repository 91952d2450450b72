"""The versions of the model: in Unity Catalog on Databricks, else where MLflow keeps its own.

Creating a version and setting an alias is up to the owner of the model, who deployed it:
https://docs.databricks.com/machine-learning/manage-model-lifecycle/upgrade-workflows
"""

import os

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from sklearn.pipeline import Pipeline

CHAMPION = "champion"  # alias of the version that predicts
NEWEST = 10  # versions that stay, whatever became of them


def connect() -> None:
    """Track runs in the workspace and versions in Unity Catalog, if this is Databricks."""
    if "DATABRICKS_RUNTIME_VERSION" in os.environ:
        mlflow.set_tracking_uri("databricks")
        mlflow.set_registry_uri("databricks-uc")


def champion(name: str) -> str | None:
    """Return the version that predicts; null before the first training.

    Args:
        name: of the model, in three parts; the bundle creates it.
    """
    version = MlflowClient().get_registered_model(name).aliases.get(CHAMPION)
    return None if version is None else str(version)


def load(name: str, version: str) -> Pipeline:
    """Return a version of the model."""
    return mlflow.sklearn.load_model(f"models:/{name}/{version}")


def promote(name: str, version: str) -> None:
    """Make a version the champion."""
    MlflowClient().set_registered_model_alias(name, CHAMPION, version)


def tag(name: str, version: str, tags: dict[str, object]) -> None:
    """Note something about a version."""
    for key, value in tags.items():
        MlflowClient().set_model_version_tag(name, version, key, str(value))


def run_of(name: str, version: str) -> Run:
    """Return the MLflow run in which a version was trained."""
    return mlflow.get_run(str(MlflowClient().get_model_version(name, version).run_id))


def version_of(name: str, experiment: str, job_run_id: str) -> str | None:
    """Return the version that a run of the job has registered, in an earlier try; null before.

    Args:
        name: of the model.
        experiment: where MLflow notes the runs.
        job_run_id: the run of the job; empty when a person runs a notebook, whose every run counts.
    """
    if not job_run_id:
        return None
    searched = [mlflow.set_experiment(experiment).experiment_id]
    runs = MlflowClient().search_runs(searched, f"tags.job_run_id = '{job_run_id}'")
    trained = {run.info.run_id for run in runs}
    found = versions(name) if trained else []
    return next((str(each.version) for each in found if each.run_id in trained), None)


def versions(name: str) -> list[ModelVersion]:
    """Return all versions of the model.

    The name is the only condition that a search in Unity Catalog takes:
    https://github.com/mlflow/mlflow/issues/12217
    """
    client = MlflowClient()
    page = client.search_model_versions(f"name = '{name}'")
    found = list(page)
    while page.token:
        page = client.search_model_versions(f"name = '{name}'", page_token=page.token)
        found += page
    return found


def clean_up(name: str) -> None:
    """Delete old versions, but for those that have predicted, and those that have an alias."""
    client = MlflowClient()
    for number in sorted((int(each.version) for each in versions(name)), reverse=True)[NEWEST:]:
        # A search tells neither tags nor aliases.
        version = client.get_model_version(name, str(number))
        if version.tags.get("promoted") != "true" and not version.aliases:
            client.delete_model_version(name, str(number))
