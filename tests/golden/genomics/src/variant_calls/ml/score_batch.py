"""Score: the champion predicts what is not known yet."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from sklearn.pipeline import Pipeline

from ..etl import tables
from ..ops.outcome import NO_DATA, Outcome, counted
from . import estimator, registry
from .features import KEYS, read, to_predict

TABLE = "predictions"


def predict(model: Pipeline, rows: DataFrame) -> DataFrame:
    """Return the keys of the rows and what a model predicts for them, batch by batch."""
    columns = [*(f"{key} STRING" for key in KEYS), f"{estimator.PREDICTION} DOUBLE"]
    return rows.mapInPandas(estimator.predictor(model), ", ".join(columns))


def run(spark: SparkSession, catalog: str, schema: str, model: str) -> Outcome:
    """Write ``predictions``, each with the version of the model that made it.

    Args:
        spark: the session.
        catalog: catalog of the tables.
        schema: schema of the tables.
        model: name of the registered model, in three parts.

    Returns:
        The number of predictions; no data as long as the model has no champion.
    """
    registry.connect()
    champion = registry.champion(model)
    if champion is None:
        return Outcome(status=NO_DATA)
    rows = to_predict(read(spark, catalog, schema))
    predictions = predict(registry.load(model, champion), rows).select(
        "*",
        F.lit(int(champion)).alias("model_version"),
        F.current_timestamp().alias("predicted_at"),
    )
    tables.write(predictions, catalog, schema, TABLE)
    return counted(tables.read(spark, catalog, schema, TABLE).count())
