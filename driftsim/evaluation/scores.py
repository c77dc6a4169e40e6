"""Scores: what a trace keeps of predictions held against the truth, of classes and of numbers."""

import numpy as np

from driftsim.learners.reference import Majority, Mean, NoChange
from driftsim.rows import label_of, one_hot


class ClassificationScores:
    """Counts of classes, and expected errors where the posterior is known."""

    references = (Majority, NoChange)

    def __init__(self, schema, bins=None):
        self._k, self._bins = schema.n_classes, bins

    def truth(self, tally, rows):
        """Keep what there is to know of `Scored` rows, whoever contends."""
        tally.count(rows.t, self._k, actual=rows.y)
        if rows.posterior is not None:
            tally.add(rows.t, bayes_error=1 - rows.posterior.max(axis=1))

    def reference(self, tally, name, rows, predicted):
        """Keep how a reference has done."""
        tally.add(rows.t, **{f"{name}_correct": (predicted == rows.y).astype(np.int64)})
        if rows.posterior is not None:
            expected = expected_error(rows.posterior, predicted)
            tally.add(rows.t, **{f"{name}_expected_error": expected})

    def answers(self, tally, rows, predicted):
        """Keep how a contender has done."""
        if predicted.ndim == 2:
            missing = ~np.isfinite(predicted).all(axis=1)
            tally.add(rows.t, missing_probabilities=missing.astype(np.int64))
            own = predicted[np.arange(len(predicted)), rows.y]
            tally.add(rows.t, log_loss=-np.log(np.maximum(own, 1e-15)))
            apart = predicted - one_hot(rows.y, self._k)
            tally.add(rows.t, brier=(apart**2).sum(axis=1))
            if self._bins:
                self._score(tally, rows, predicted[:, 1])
        label = label_of(predicted)
        tally.add_confusion(rows.t, self._k, label, label == rows.y)
        if rows.posterior is not None:
            tally.add(rows.t, expected_error=expected_error(rows.posterior, label))

    def _score(self, tally, rows, score):
        """Keep how often each score of class 1 stands at rows of either class, bin by bin."""
        bins = self._bins
        code = np.clip((score * bins).astype(np.int64), 0, bins - 1)
        held = {f"score_{label}": np.where(rows.y == label, code, bins) for label in (0, 1)}
        tally.count(rows.t, bins, **held)
        tally.add_binned(rows.t, bins, code, score_sum=score)


class RegressionScores:
    """Sums of errors, and of squared distances from the mean given the features, if known."""

    references = (Mean, NoChange)

    def __init__(self, schema, bins=None):
        pass

    def truth(self, tally, rows):
        """Keep what there is to know of `Scored` rows, whoever contends."""
        tally.labels(rows.t, rows.y)
        if rows.posterior is not None:
            tally.add(rows.t, bayes_squared_error=rows.posterior[:, 1].copy())

    def reference(self, tally, name, rows, predicted):
        """Keep how a reference has done."""
        sums = {f"{name}_{key}": value for key, value in distances(rows, predicted).items()}
        tally.add(rows.t, **sums)

    def answers(self, tally, rows, predicted):
        """Keep how a contender has done."""
        tally.add(rows.t, error=predicted - rows.y, **distances(rows, predicted))


def scores_of(schema, bins=None):
    """What is kept of rows of a schema; with counts of scores in so many bins, if given."""
    return (
        RegressionScores(schema, bins) if schema.regression else ClassificationScores(schema, bins)
    )


def distances(rows, predicted):
    """How far each number lies from the label, and from the best possible answer if known."""
    error = predicted - rows.y
    told = {"absolute_error": np.abs(error), "squared_error": error**2}
    if rows.posterior is None:
        return told
    return told | {"excess_squared_error": (predicted - rows.posterior[:, 0]) ** 2}


def expected_error(posterior, label):
    """The probability that each label is wrong (n,)."""
    return 1 - posterior[np.arange(len(label)), label]
