"""The versions of the model: in Unity Catalog on Databricks, elsewhere where MLflow is told.

Creating a version and setting an alias is up to the owner of the model, who deployed it:
https://docs.databricks.com/machine-learning/manage-model-lifecycle/upgrade-workflows
"""

import os

import mlflow
from mlflow import MlflowClient
from sklearn.pipeline import Pipeline

CHAMPION = "champion"  # alias of the version that predicts


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
