"""Metrics: what the tally of a window is worth, each declared once, as a formula over its columns.

Python evaluates the formulas, the page gets them as data, and docs/measures.md lists them: a new
metric is one more entry here, its line in that table, and its known answer in a test.
"""

from dataclasses import dataclass

import numpy as np

from driftsim.evaluation import areas
from driftsim.evaluation.formulas import (
    ROUNDING,
    Formula,
    Tallied,
    absolute,
    column,
    exponential,
    greatest,
    logarithm,
    of_class,
    root,
    running_total,
    total,
    where,
)
from driftsim.messages import ArgumentError, guess, short
from driftsim.rows import Schema

ULPS = 10 * np.finfo(float).eps  # numbers that differ by less, relative to their mean, are equal


@dataclass(frozen=True)
class Metric:
    """A number for each window (w,), from the columns of a tally; NaN where it is undefined.

    The columns are those of a contender's trace and of the truth's together.
    """

    name: str
    meaning: str  # in a sentence
    formula: Formula
    words: str = ""  # its name in a sentence, where that differs
    unit: str = ""  # "%": a share of rows; "label": as labels, for a margin in percent of the best
    lower_is_better: bool = False
    from_zero: bool = False  # whether an axis of it begins at zero
    ranks: bool = True  # whether a contender is better by it alone
    by_class: Formula | None = None  # of each class, from which `NAME of CLASS` is taken

    @property
    def title(self) -> str:
        """Its name in a sentence."""
        return self.words or self.name.replace("_", " ")

    def __call__(self, tally: Tallied) -> np.ndarray:
        return self.formula(tally)


def loss(name: str, meaning: str, formula: Formula, words: str = "", unit: str = "") -> Metric:
    """A metric that is better if lower, on an axis from zero."""
    return Metric(name, meaning, formula, words, unit, lower_is_better=True, from_zero=True)


def mean(values: Formula, present: Formula) -> Formula:
    """The mean over the classes that are present."""
    return total(where(values, present)) / total(present)


def macro(values: Formula) -> Formula:
    """The mean over all classes that occur or are predicted; undefined where one value is."""
    return mean(values, actual + predicted > 0)


def kappa_versus(share: Formula) -> Formula:
    """How much of what a reference predicts wrong is right; `share` is what it predicts right."""
    return (accuracy - share) / remainder(share)


def remainder(share: Formula) -> Formula:
    """What a share leaves of the whole; 0 where that is only rounding."""
    rest = 1 - share
    return where(rest, rest > ROUNDING)


def unequal(spread: Formula, rounding: Formula) -> Formula:
    """How far labels spread, summed over rows; 0 where that is only their rounding."""
    return where(spread, spread > rows * rounding)


rows, correct, predicted = column("rows"), column("correct"), column("predicted")
actual = column("actual", "predicted")  # references have no counts by class: `correct` is a total
accuracy = total(correct) / rows
precisions, recalls = correct / predicted, correct / actual
others = rows - actual  # for each class the rows that are not of it
specificities = (others - (predicted - correct)) / where(others, others > rows * ROUNDING)
f1s = 2 * correct / (actual + predicted)
actual_share, predicted_share = actual / rows, predicted / rows  # of each class
by_chance = total(actual_share * predicted_share)  # how often independent classes would agree
occurring = actual > 0
several = where(total(occurring), total(occurring) > 1)  # classes that occur; 0 for one alone
score_0, score_1 = column("score_0"), column("score_1")
absolute_error, squared_error = column("absolute_error"), column("squared_error")
intervals, bounded = column("interval_rows"), column("interval_bounded")
coverage = column("interval_covered") / intervals
mean_width = column("interval_width") / bounded
label_rounding = ULPS * absolute(column("y_mean"))
squared_rounding = label_rounding * label_rounding

asked = loss(
    "asked",
    "The share of rows whose label was asked for, by contenders with `query` labels.",
    column("labels_asked") / rows,
    unit="%",
)
CLASSIFICATION = (
    loss("error", "The share of rows predicted wrong.", 1 - accuracy, unit="%"),
    Metric("accuracy", "The share of rows predicted right.", accuracy, unit="%"),
    loss(
        "excess_error",
        "The expected error beyond that of the best possible predictor, never below zero.",
        greatest(column("expected_error") - column("bayes_error"), 0) / rows,
        unit="%",
    ),
    Metric(
        "kappa",
        "Cohen's kappa (1960): agreement beyond that of chance, 1 for all of it.",
        kappa_versus(by_chance),
    ),
    Metric(
        "kappa_temporal",
        "Kappa versus the last label (Bifet et al. 2013): 0 for as good as that, 1 for all right.",
        kappa_versus(column("no_change_correct") / rows),
    ),
    Metric(
        "kappa_m",
        "Kappa versus the majority (Bifet et al. 2015) of the labels before each row.",
        kappa_versus(column("majority_correct") / rows),
        words="kappa M",
    ),
    Metric(
        "mcc",
        "Matthews' correlation of predicted and actual classes, two or more (Gorodkin 2004).",
        (accuracy - by_chance)
        / root(
            remainder(total(actual_share * actual_share))
            * remainder(total(predicted_share * predicted_share))
        ),
        words="Matthews correlation",
    ),
    Metric(
        "balanced_accuracy",
        "The mean recall of the classes that occur; undefined where only one does.",
        total(where(recalls, occurring)) / several,
        unit="%",
    ),
    Metric(
        "g_mean",
        "The geometric mean of the recalls of the classes that occur; undefined where only one "
        "does.",
        exponential(total(where(logarithm(recalls), occurring)) / several),
        unit="%",
    ),
    Metric(
        "precision",
        "Of the rows predicted to be of a class, the share that is; the mean over classes (macro).",
        macro(precisions),
        words="macro precision",
        unit="%",
        by_class=precisions,
    ),
    Metric(
        "recall",
        "Of the rows of a class, the share predicted to be; the mean over classes (macro).",
        macro(recalls),
        words="macro recall",
        unit="%",
        by_class=recalls,
    ),
    Metric(
        "specificity",
        "Of the rows not of a class, the share not predicted to be; the mean over classes (macro).",
        macro(specificities),
        words="macro specificity",
        unit="%",
        by_class=specificities,
    ),
    Metric(
        "f1",
        "The harmonic mean of precision and recall of a class; the mean over classes (macro).",
        macro(f1s),
        words="macro F1",
        unit="%",
        by_class=f1s,
    ),
    loss(
        "log_loss",
        "The mean of -log of the probability predicted for the label that came, at least 1e-15.",
        column("log_loss") / rows,
    ),
    loss(
        "brier",
        "The Brier score (1950): the mean squared distance of probabilities from what came, 0..2.",
        column("brier") / rows,
        words="Brier score",
    ),
    Metric(
        "auc",
        "The area under the ROC curve of two classes: how often a row of class 1 has the higher "
        "score; scores of one bin count as equal, and equal ones half.",
        total(score_1 * (running_total(score_0) - 0.5 * score_0))
        / (total(score_0) * total(score_1)),
        words="AUC",
    ),
    Metric(
        "roc_auc",
        "The exact area under the ROC curve: how often a row of a class has the higher score of it "
        "than one of another class, equal ones half; the mean over all pairs of classes that "
        "occur (Hand & Till 2001).",
        areas.of_pairs,
        words="exact AUC",
    ),
    Metric(
        "roc_auc_ovo_weighted",
        "The exact area under the ROC curve of each pair of classes that occur; the mean by the "
        "rows of each pair.",
        areas.of_pairs_by_rows,
        words="exact AUC (pairs by their rows)",
    ),
    Metric(
        "roc_auc_ovr",
        "The exact area under the ROC curve of each class against all others together; the mean "
        "over the classes that occur.",
        areas.of_classes,
        words="exact AUC (one versus the rest)",
        by_class=areas.of_each_class,
    ),
    Metric(
        "roc_auc_ovr_weighted",
        "The exact area under the ROC curve of each class against all others together; the mean by "
        "the rows of each class.",
        areas.of_classes_by_rows,
        words="exact AUC (one versus the rest, by rows)",
    ),
    Metric(
        "average_precision",
        "The exact area under the curve of precision over recall: the mean precision at the rows "
        "of a class, with all rows predicted to be of it that score no lower; the mean over "
        "classes that occur.",
        areas.precision,
        words="average precision",
        by_class=areas.precision_of_each_class,
    ),
    Metric(
        "calibration_error",
        "The expected calibration error: how far scores lie from shares of class 1, bin by bin.",
        total(absolute(column("score_sum") - score_1)) / rows,
        lower_is_better=True,
    ),
    asked,
)
REGRESSION = (
    loss(
        "mae",
        "The mean absolute error.",
        absolute_error / rows,
        words="mean absolute error",
        unit="label",
    ),
    loss(
        "rmse",
        "The root of the mean squared error.",
        root(squared_error / rows),
        words="root mean squared error",
        unit="label",
    ),
    Metric(
        "r2",
        "The share of the variance of labels, about their mean in the window, that is explained.",
        1 - squared_error / unequal(column("y_spread"), squared_rounding),
        words="R²",
    ),
    Metric(
        "relative_absolute_error",
        "The absolute error over that of the mean of all labels before each row.",
        absolute_error / unequal(column("mean_absolute_error"), label_rounding),
        lower_is_better=True,
    ),
    Metric(
        "relative_squared_error",
        "The squared error over that of the mean of all labels before each row.",
        squared_error / unequal(column("mean_squared_error"), squared_rounding),
        lower_is_better=True,
    ),
    loss(
        "excess_mse",
        "The mean squared error beyond that of the best possible predictor, never below zero.",
        column("excess_squared_error") / rows,
        words="excess mean squared error",
        unit="label",
    ),
    loss(
        "interval_score",
        "The mean width of the intervals, plus 2 / (1 - level) times how far labels lie outside "
        "(Winkler 1972; Gneiting & Raftery 2007).",
        column("interval_score") / bounded,
        unit="label",
    ),
    Metric(
        "coverage",
        "The share of labels inside the prediction intervals, which should be the level.",
        coverage,
        words="coverage of the intervals",
        unit="%",
        ranks=False,
    ),
    loss(
        "coverage_gap",
        "How far the coverage is from the level, above or below it.",
        absolute(coverage - column("interval_level") / intervals),
        unit="%",
    ),
    Metric(
        "interval_width",
        "The mean width of the prediction intervals, where they are bounded.",
        mean_width,
        unit="label",
        lower_is_better=True,
        from_zero=True,
        ranks=False,
    ),
    Metric(
        "normalized_width",
        "The mean width over the range of the labels in the window (NMPIW).",
        mean_width / (column("y_greatest") - column("y_least")),
        words="normalized width of the intervals",
        lower_is_better=True,
        from_zero=True,
        ranks=False,
    ),
    Metric(
        "unbounded_intervals",
        "The share of prediction intervals that have no bound: any label would be inside.",
        1 - bounded / intervals,
        unit="%",
        lower_is_better=True,
        from_zero=True,
        ranks=False,
    ),
    asked,
)
METRICS = {metric.name: metric for metric in (*CLASSIFICATION, *REGRESSION)}
MICRO = {  # over all classes at once, they are all the accuracy
    f"{name}_micro": Metric(f"{name}_micro", METRICS["accuracy"].meaning, accuracy)
    for name in ("precision", "recall", "f1")
}
LOWER_IS_BETTER = frozenset(name for name, metric in METRICS.items() if metric.lower_is_better)
FROM_ZERO = frozenset(name for name, metric in METRICS.items() if metric.from_zero)


def needing(*columns: str) -> frozenset[str]:
    """The metrics whose formulas have one of some columns."""
    return frozenset(name for name, one in METRICS.items() if one.formula.columns & {*columns})


OF_PROBABILITIES = needing("log_loss", "brier")
OF_BINS = needing("score_0", "score_1", "score_sum")
OF_SCORES, OF_QUERIES = needing("scores"), needing("labels_asked")
OF_INTERVALS = needing("interval_rows", "interval_bounded")


def ranks_by(metric: str) -> bool:
    """Whether a contender is better by more or by less of a metric alone."""
    return metric not in METRICS or METRICS[metric].ranks


def metrics_of(schema: Schema) -> dict[str, Metric]:
    """The metrics that labels of a schema have, the foremost first."""
    return {one.name: one for one in (REGRESSION if schema.regression else CLASSIFICATION)}


def metric_of(name: str, schema: Schema) -> Metric:
    """The metric of a name: one of the above, or that of one class, such as `recall of spam`.

    Raises `ValueError`, with a guess, where these labels have none of the name.
    """
    known = metrics_of(schema) | ({} if schema.regression else MICRO)
    if name in known:
        return known[name]
    kind, of, wanted = name.partition(" of ")
    by_class = known[kind].by_class if of and kind in known else None
    if by_class is not None:
        classes = [str(one) for one in schema.classes or range(schema.n_classes or 0)]
        if wanted not in classes:
            raise ArgumentError(f"no class is called {short(wanted)}; {guess(wanted, classes)}")
        own = of_class(by_class, classes.index(wanted))
        return Metric(name, f"The {kind} of the class {wanted}.", own)
    if name in METRICS:
        raise ArgumentError(f"'{name}' is not for these labels; choose from {', '.join(known)}")
    raise ArgumentError(f"no metric is called {short(name)}; {guess(name, known)}")
