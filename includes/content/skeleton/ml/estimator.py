"""The model itself: how it learns, what it predicts, and how far off it is."""

from collections.abc import Callable, Iterator

import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from .features import FEATURES, KEYS, LABEL

PREDICTION = "predicted_amount"
METHOD = "predict"  # of the model, which a serving endpoint calls

Frames = Iterator[pd.DataFrame]


def fit(rows: pd.DataFrame) -> Pipeline:
    """Return a model that has learnt from rows; the same rows give the same model."""
    model = make_pipeline(OneHotEncoder(handle_unknown="ignore"), Ridge())
    return model.fit(rows[FEATURES], rows[LABEL])


def predictor(model: Pipeline) -> Callable[..., Frames]:
    """Return a function that predicts batches of rows, as ``mapInPandas`` wants it."""

    # An inner function goes to Spark's workers as a whole: they need not have this package.
    def predict(batches: Frames) -> Frames:
        for batch in batches:
            amounts = model.predict(batch[FEATURES])
            yield batch[KEYS].assign(**{PREDICTION: amounts})

    return predict


def error(model: Pipeline, rows: pd.DataFrame) -> float:
    """Return the mean absolute error, in units of the amount; 0 is best."""
    (predicted,) = predictor(model)(iter([rows]))
    return float(mean_absolute_error(rows[LABEL], predicted[PREDICTION]))
