"""Metrics: what tallies are worth, window by window; NaN where one is undefined.

A metric is a function of columns, those of a contender's trace and of the truth's together.
"""

import numpy as np


def error(tally):
    """The share of rows predicted wrong."""
    return 1 - accuracy(tally)


def accuracy(tally):
    """The share of rows predicted right."""
    return quotient(tally["correct"].sum(axis=1), tally["rows"])


def excess_error(tally):
    """The expected error beyond that of the best possible predictor, never below zero."""
    if not {"expected_error", "bayes_error"} <= tally.keys():
        return np.full(len(tally["rows"]), np.nan)
    return quotient(tally["expected_error"] - tally["bayes_error"], tally["rows"])


def kappa(tally):
    """Cohen's kappa (1960): agreement beyond that of chance, 1 for all of it."""
    if "predicted" not in tally:
        return np.full(len(tally["rows"]), np.nan)
    rows = tally["rows"].astype(float)
    chance = quotient((tally["actual"] * tally["predicted"]).sum(axis=1), rows**2)
    return quotient(accuracy(tally) - chance, 1 - chance)


def log_loss(tally):
    """The mean of -log of the probability predicted for the label that came, at least 1e-15."""
    return mean(tally, "log_loss")


def brier(tally):
    """The Brier score (1950): the mean squared distance of probabilities from what came, 0..2."""
    return mean(tally, "brier")


def mean(tally, name):
    """The mean of a sum that is kept over rows; NaN where it is not."""
    gap = np.full(len(tally["rows"]), np.nan)
    return quotient(tally[name], tally["rows"]) if name in tally else gap


def quotient(part, whole):
    """Part by whole, NaN where it has no meaning."""
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole != 0)


def mae(tally):
    """The mean absolute error."""
    return mean(tally, "absolute_error")


def rmse(tally):
    """The root of the mean squared error."""
    return np.sqrt(mean(tally, "squared_error"))


def r2(tally):
    """The share of the variance of labels, about their mean in the window, that is explained."""
    spread = tally["y_squared"] - tally["y"] ** 2 / tally["rows"]
    return 1 - quotient(tally["squared_error"], spread)


def excess_mse(tally):
    """The mean squared error beyond that of the best possible predictor, never below zero."""
    return mean(tally, "excess_squared_error")


def named(*metrics):
    return {metric.__name__: metric for metric in metrics}


OF_CLASSES = named(error, accuracy, excess_error, kappa, log_loss, brier)
OF_NUMBERS = named(mae, rmse, r2, excess_mse)
OF_PROBABILITIES = ("log_loss", "brier")
METRICS = OF_CLASSES | OF_NUMBERS


def metrics_of(schema):
    """The metrics that labels of a schema have, the foremost first."""
    return OF_NUMBERS if schema.regression else OF_CLASSES
