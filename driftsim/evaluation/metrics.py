"""Metrics: what tallies are worth, window by window; NaN where one is undefined.

A metric is a function of columns, those of a contender's trace and of the truth's together.
"""

import inspect
from functools import partial

import numpy as np

from driftsim.parts import guess, short

ROUNDING = 1e-12  # a share of a whole that is less is nothing but rounding
ULPS = 10 * np.finfo(float).eps  # numbers that differ by less, by their mean, are all equal


def error(tally):
    """The share of rows predicted wrong."""
    return 1 - accuracy(tally)


def accuracy(tally):
    """The share of rows predicted right."""
    return quotient(tally["correct"].sum(axis=1), tally["rows"])


def excess_error(tally):
    """The expected error beyond that of the best possible predictor, never below zero."""
    if not {"expected_error", "bayes_error"} <= tally.keys():
        return gap(tally)
    excess = np.maximum(tally["expected_error"] - tally["bayes_error"], 0)  # but rounding
    return quotient(excess, tally["rows"])


def kappa(tally):
    """Cohen's kappa (1960): agreement beyond that of chance, 1 for all of it."""
    if "predicted" not in tally:
        return gap(tally)
    return beyond(accuracy(tally), by_chance(tally, "actual", "predicted"))


def kappa_temporal(tally):
    """Kappa against the last label (Bifet et al. 2013): 0 for as good as that, 1 for all right."""
    return against(tally, "no_change_correct")


def kappa_m(tally):
    """Kappa against the majority (Bifet et al. 2015) of the labels before each row."""
    return against(tally, "majority_correct")


def mcc(tally):
    """Matthews' correlation of predicted and actual classes, of many as of two (Gorodkin 2004)."""
    if "predicted" not in tally:
        return gap(tally)
    both = accuracy(tally) - by_chance(tally, "actual", "predicted")
    actual, predicted = (certain(1 - by_chance(tally, *2 * [name])) for name in COUNTS)
    return quotient(both, np.sqrt(actual * predicted))


def precision(tally):
    """The mean over classes of how many of the rows predicted to be of one are; macro."""
    return macro(tally, precisions(tally))


def recall(tally):
    """The mean over classes of how many of the rows of one are predicted to be; macro."""
    return macro(tally, recalls(tally))


def f1(tally):
    """The mean over classes of the harmonic mean of precision and recall; macro."""
    return macro(tally, f1s(tally))


def balanced_accuracy(tally):
    """The mean recall of the classes that occur; a gap where only one does."""
    told = recalls(tally)
    return np.where(occurring(tally) > 1, mean_over(told, ~np.isnan(told)), np.nan)


def g_mean(tally):
    """The geometric mean of the recalls of the classes that occur; a gap where only one does."""
    told = recalls(tally)
    with np.errstate(divide="ignore"):
        logs = mean_over(np.log(told), ~np.isnan(told))
    return np.where(occurring(tally) > 1, np.exp(logs), np.nan)


def log_loss(tally):
    """The mean of -log of the probability predicted for the label that came, at least 1e-15."""
    return mean(tally, "log_loss")


def brier(tally):
    """The Brier score (1950): the mean squared distance of probabilities from what came, 0..2."""
    return mean(tally, "brier")


def auc(tally):
    """The area under the ROC curve of two classes: how often a row of class 1 has the higher score.

    From counts of scores in bins; scores of one bin count as equal, and equal ones half.
    """
    if "score_1" not in tally:
        return gap(tally)
    zeros, ones = tally["score_0"].astype(float), tally["score_1"].astype(float)
    below = np.cumsum(zeros, axis=1) - zeros / 2
    return quotient((ones * below).sum(axis=1), zeros.sum(axis=1) * ones.sum(axis=1))


def calibration_error(tally):
    """The expected calibration error: how far scores lie from shares of class 1, bin by bin."""
    if "score_1" not in tally:
        return gap(tally)
    apart = np.abs(tally["score_sum"] - tally["score_1"]).sum(axis=1)
    return quotient(apart, tally["rows"])


def mae(tally):
    """The mean absolute error."""
    return mean(tally, "absolute_error")


def rmse(tally):
    """The root of the mean squared error."""
    return np.sqrt(mean(tally, "squared_error"))


def r2(tally):
    """The share of the variance of labels, about their mean in the window, that is explained."""
    return 1 - quotient(tally["squared_error"], uneven(tally, tally["y_spread"], 2))


def relative_absolute_error(tally):
    """The absolute error over that of the mean of all labels before each row."""
    return relative(tally, "absolute_error")


def relative_squared_error(tally):
    """The squared error over that of the mean of all labels before each row."""
    return relative(tally, "squared_error")


def excess_mse(tally):
    """The mean squared error beyond that of the best possible predictor, never below zero."""
    return mean(tally, "excess_squared_error")


def mean(tally, name):
    """The mean of a sum that is kept over rows; NaN where it is not."""
    return quotient(tally[name], tally["rows"]) if name in tally else gap(tally)


def relative(tally, name):
    """A sum of errors over that of the reference `mean`."""
    if not {name, f"mean_{name}"} <= tally.keys():
        return gap(tally)
    return quotient(tally[name], uneven(tally, tally[f"mean_{name}"], 1 + (name in SQUARED)))


def uneven(tally, apart, power):
    """How far labels lie apart, summed by rows to a power; 0 where they do by rounding alone."""
    equal = tally["rows"] * (ULPS * np.abs(tally["y_mean"])) ** power
    return np.where(apart > equal, apart, 0)


def against(tally, reference):
    """How much of what a reference got wrong is right: 1 for all of it, 0 for as good as it."""
    if reference not in tally:
        return gap(tally)
    return beyond(accuracy(tally), quotient(tally[reference], tally["rows"]))


def by_chance(tally, one, other):
    """How often two counts of classes (w, k) would agree if they had nothing to do with another."""
    shares = (quotient(tally[name], tally["rows"][:, None]) for name in (one, other))
    return np.multiply(*shares).sum(axis=1)


def beyond(share, theirs):
    """How much of what one share leaves of the whole another takes; NaN where it leaves nothing."""
    return quotient(share - theirs, certain(1 - theirs))


def certain(rest):
    """What is left of a whole; 0 where it is nothing but rounding."""
    return np.where(rest > ROUNDING, rest, 0)


def precisions(tally):
    """Of each class (w, k), how many of the rows predicted to be of it are."""
    return quotient(tally["correct"], tally["predicted"]) if "predicted" in tally else gaps(tally)


def recalls(tally):
    """Of each class (w, k), how many of its rows are predicted to be."""
    return quotient(tally["correct"], tally["actual"]) if "predicted" in tally else gaps(tally)


def f1s(tally):
    """Of each class (w, k), the harmonic mean of precision and recall."""
    if "predicted" not in tally:
        return gaps(tally)
    return quotient(2 * tally["correct"], tally["actual"] + tally["predicted"])


def macro(tally, told):
    """The mean over all classes that occur or are predicted; a gap where one is not defined."""
    there = tally["actual"] > 0
    there = there | (tally["predicted"] > 0) if "predicted" in tally else there
    return mean_over(told, there)


def mean_over(told, there):
    """The mean of values (w, k) over those that are there; NaN where there is none."""
    return quotient(np.where(there, told, 0).sum(axis=1), there.sum(axis=1))


def occurring(tally):
    """How many classes occur in each window."""
    return (tally["actual"] > 0).sum(axis=1)


def gap(tally):
    """Nothing known, of any window."""
    return np.full(len(tally["rows"]), np.nan)


def gaps(tally):
    """Nothing known, of any class in any window."""
    return np.full(tally["actual"].shape, np.nan)


def quotient(part, whole):
    """Part by whole, NaN where it has no meaning."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0)


def named(*metrics):
    return {metric.__name__: metric for metric in metrics}


OF_CLASSES = named(
    error, accuracy, excess_error, kappa, kappa_temporal, kappa_m, mcc,
    balanced_accuracy, g_mean, precision, recall, f1, log_loss, brier, auc, calibration_error,
)  # fmt: skip
OF_NUMBERS = named(
    mae, rmse, r2, relative_absolute_error, relative_squared_error, excess_mse,
)  # fmt: skip
COUNTS = ("actual", "predicted")  # of classes
SQUARED = ("squared_error",)
OF_A_CLASS = {"precision": precisions, "recall": recalls, "f1": f1s}
OF_PROBABILITIES = ("log_loss", "brier")
OF_SCORES = ("auc", "calibration_error")
METRICS = OF_CLASSES | OF_NUMBERS
LOWER_IS_BETTER = (
    "error", "excess_error", "mae", "rmse", "excess_mse", "brier", "log_loss", "calibration_error",
    "relative_absolute_error", "relative_squared_error",
)  # fmt: skip
MICRO = {f"{name}_micro": accuracy for name in OF_A_CLASS}  # over all classes at once


def metrics_of(schema):
    """The metrics that labels of a schema have, the foremost first."""
    return OF_NUMBERS if schema.regression else OF_CLASSES


def metric_of(name, schema):
    """The metric of a name: one of the above, or that of one class, such as `recall of spam`.

    Raises `ValueError`, with a guess, where these labels have none of the name.
    """
    known = metrics_of(schema) | ({} if schema.regression else MICRO)
    if name in known:
        return known[name]
    kind, of, wanted = name.partition(" of ")
    if of and kind in OF_A_CLASS and not schema.regression:
        classes = [str(one) for one in schema.classes or range(schema.n_classes)]
        if wanted not in classes:
            raise ValueError(f"no class is called {short(wanted)}; {guess(wanted, classes)}")
        return partial(of_class, OF_A_CLASS[kind], classes.index(wanted))
    if name in METRICS:
        raise ValueError(f"'{name}' is not for these labels; choose from {', '.join(known)}")
    raise ValueError(f"no metric is called {short(name)}; {guess(name, known)}")


def of_class(told, index, tally):
    """The column of one class of what is told of all."""
    return told(tally)[:, index]


def meaning(name):
    """What a metric is, in a sentence."""
    kind, of, wanted = name.partition(" of ")
    if of:
        return f"The {kind} of the class {wanted}."
    return inspect.cleandoc((METRICS | MICRO)[name].__doc__)
