"""Train: a model learns from what is known, and predicts from now on if it is the better one."""

import mlflow
import pandas as pd
from mlflow.models import infer_signature
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from sklearn.pipeline import Pipeline

from ..ops.outcome import NO_DATA, SUCCESS, Outcome
from . import estimator, registry
from .features import FEATURES, KEYS, LABEL, read, to_learn

HELD_OUT = 25  # percent of the rows, by which models are judged
MARGIN = 0.01  # part of the champion's error by which a new model must be better
ERRORS = ("error", "champion_error")  # what MLflow notes of a training


def split(rows: DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows to learn from and the rows to judge by; they must fit into memory.

    A hash of the keys decides: a row is held out in every run, or in none. So the champion never
    learnt from rows that it is judged by, either.
    """
    held_out = F.pmod(F.xxhash64(*KEYS), F.lit(100)) < HELD_OUT
    found: pd.DataFrame = rows.withColumn("_held_out", held_out).orderBy(*KEYS).toPandas()
    return found[~found["_held_out"]], found[found["_held_out"]]


def is_better(error: float, champion_error: float | None) -> bool:
    """Say whether a model should take the champion's place.

    Args:
        error: of the model.
        champion_error: of the champion, on the same rows; null where there is none.
    """
    return champion_error is None or error < champion_error * (1 - MARGIN)


def register(model: Pipeline, rows: pd.DataFrame, name: str) -> str:
    """Add a version of the model, with its signature and an example, and return its number."""
    inputs = rows[FEATURES]
    info = mlflow.sklearn.log_model(
        model,
        name="model",
        registered_model_name=name,
        signature=infer_signature(inputs, getattr(model, estimator.METHOD)(inputs)),
        input_example=inputs.head(3),
        pyfunc_predict_fn=estimator.METHOD,
        serialization_format="cloudpickle",
        # Given, since MLflow would load the model in a process of its own to find out.
        pip_requirements=mlflow.sklearn.get_default_pip_requirements(include_cloudpickle=True),
    )
    return str(info.registered_model_version)


def fit(
    train: pd.DataFrame, held_out: pd.DataFrame, experiment: str, model: str, run_id: str
) -> str:
    """Fit a model, judge it and the champion, register it, and return its version.

    Args:
        train: rows to learn from.
        held_out: rows to judge by.
        experiment: where MLflow notes the run.
        model: name of the registered model.
        run_id: the run of the job.
    """
    champion = registry.champion(model)
    mlflow.set_experiment(experiment)
    with mlflow.start_run(tags={"job_run_id": run_id}):
        fitted = estimator.fit(train)
        errors = {"error": estimator.error(fitted, held_out)}
        if champion:
            errors["champion_error"] = estimator.error(registry.load(model, champion), held_out)
        rows = {"rows": len(train), "held_out_rows": len(held_out)}
        mlflow.log_params(rows | {"compared_with": champion or "nothing"})
        mlflow.log_metrics(errors)
        return register(fitted, train, model)


def decide(model: str, version: str) -> Outcome:
    """Make a version the champion if it is better than the one it was compared with.

    All that is needed is noted in MLflow: after a failure, a second try decides the same.

    Returns:
        The number of rows it learnt from.
    """
    noted = registry.run_of(model, version).data
    errors = {key: noted.metrics[key] for key in ERRORS if key in noted.metrics}
    promoted = is_better(errors["error"], errors.get("champion_error"))
    decision = {"promoted": str(promoted).lower(), "compared_with": noted.params["compared_with"]}
    registry.tag(model, version, {**errors, **decision})
    if promoted:
        registry.promote(model, version)
    return Outcome(int(noted.params["rows"]), SUCCESS, {"model_version": version} | decision)


def learn(
    train: pd.DataFrame, held_out: pd.DataFrame, experiment: str, model: str, run_id: str
) -> Outcome:
    """Register a model, make it the champion if it beats the last one, and clean up.

    A run of the job registers one version, however often it is tried.

    Args:
        train: rows to learn from.
        held_out: rows to judge by.
        experiment: where MLflow notes the run.
        model: name of the registered model.
        run_id: the run of the job.

    Returns:
        The number of rows it learnt from; no data where they teach nothing or none are held out.
    """
    if train[LABEL].nunique() < 2 or held_out.empty:
        return Outcome(status=NO_DATA)
    version = registry.version_of(model, experiment, run_id)
    if version is None:
        version = fit(train, held_out, experiment, model, run_id)
    outcome = decide(model, version)
    registry.clean_up(model)
    return outcome


def run(
    spark: SparkSession, catalog: str, schema: str, experiment: str, model: str, run_id: str = ""
) -> Outcome:
    """Train on the raw tables.

    Args:
        spark: the session.
        catalog: catalog of the raw tables.
        schema: schema of the raw tables.
        experiment: where MLflow notes the run; the bundle creates it.
        model: name of the registered model, in three parts; the bundle creates it.
        run_id: the run of the job.
    """
    registry.connect()
    train, held_out = split(to_learn(read(spark, catalog, schema)))
    return learn(train, held_out, experiment, model, run_id)
