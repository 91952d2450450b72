"""The model itself: how it learns, what it predicts, and how far off it is."""

from collections.abc import Callable, Iterator

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from .features import CATEGORIES, FEATURES, KEYS, LABEL, NUMBERS

PREDICTION = "cancellation_risk"  # from 0 to 1
METHOD = "predict_proba"  # of the model, which a serving endpoint calls

Frames = Iterator[pd.DataFrame]


def fit(rows: pd.DataFrame) -> Pipeline:
    """Return a model that has learnt from rows; the same rows give the same model."""
    columns = make_column_transformer(
        (StandardScaler(), NUMBERS), (OneHotEncoder(handle_unknown="ignore"), CATEGORIES)
    )
    return make_pipeline(columns, LogisticRegression()).fit(rows[FEATURES], rows[LABEL])


def predictor(model: Pipeline) -> Callable[..., Frames]:
    """Return a function that predicts batches of rows, as ``mapInPandas`` wants it."""

    # An inner function goes to Spark's workers as a whole: they need not have this package.
    def predict(batches: Frames) -> Frames:
        for batch in batches:
            risk = model.predict_proba(batch[FEATURES])[:, 1]
            yield batch[KEYS].assign(**{PREDICTION: risk})

    return predict


def error(model: Pipeline, rows: pd.DataFrame) -> float:
    """Return the Brier score, the mean squared difference of risk and outcome; 0 is best."""
    (predicted,) = predictor(model)(iter([rows]))
    return float(brier_score_loss(rows[LABEL], predicted[PREDICTION]))
