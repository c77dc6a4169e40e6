"""Scores: what a trace keeps of predictions and labels, for classification and regression."""

from typing import Literal

import numpy as np

from driftsim.evaluation.trace import Tally
from driftsim.learners.reference import Majority, Mean, NoChange
from driftsim.rows import Schema, label_of, one_hot

Scored = int | Literal["exact"] | None  # so many bins of scores, those of every row, or none


class ClassificationScores:
    """Counts of classes, and expected errors where the probability of labels is known.

    With `scores`, probabilities are counted in so many bins, or kept row by row (`exact`); with
    `confusion` it counts how often each class is predicted for each: entry k a + p of a column is
    p, predicted of rows of class a of k.
    """

    references = (Majority, NoChange)

    def __init__(self, schema: Schema, scores: Scored = None, confusion: bool = False):
        self._k, self._scores, self._confusion = schema.n_classes or 0, scores, confusion

    def truth(self, tally: Tally, rows) -> None:
        """Add what does not depend on a contender, of rows with labels and their posterior."""
        tally.add_counts(rows.t, self._k, actual=rows.y)
        if rows.posterior is not None:
            tally.add(rows.t, bayes_error=1 - rows.posterior.max(axis=1))

    def reference(self, tally: Tally, name: str, rows, predicted: np.ndarray) -> None:
        """Add the scores of a reference, in columns with its name."""
        tally.add(rows.t, **{f"{name}_correct": (predicted == rows.y).astype(np.int64)})
        if rows.posterior is not None:
            expected = expected_error(rows.posterior, predicted)
            tally.add(rows.t, **{f"{name}_expected_error": expected})

    def answers(self, tally: Tally, rows, predicted: np.ndarray) -> None:
        """Add the scores of a contender: of labels (n,), or of probabilities (n, k)."""
        if predicted.ndim == 2:
            missing = ~np.isfinite(predicted).all(axis=1)
            tally.add(rows.t, missing_probabilities=missing.astype(np.int64))
            own = predicted[np.arange(len(predicted)), rows.y]
            tally.add(rows.t, log_loss=-np.log(np.maximum(own, 1e-15)))
            apart = predicted - one_hot(rows.y, self._k)
            tally.add(rows.t, brier=(apart**2).sum(axis=1))
            if self._scores == "exact":
                tally.add_scores(rows.t, rows.y, predicted)
            elif self._scores:
                self._bin(tally, rows, predicted[:, 1], self._scores)
        label = label_of(predicted)
        tally.add_confusion(rows.t, self._k, label, label == rows.y)
        if self._confusion:
            tally.add_counts(rows.t, self._k**2, confusion=self._k * rows.y + label)
        if rows.posterior is not None:
            tally.add(rows.t, expected_error=expected_error(rows.posterior, label))

    def _bin(self, tally, rows, score, bins):
        """Count the scores of class 1 in bins, for the rows of each class."""
        code = np.clip((score * bins).astype(np.int64), 0, bins - 1)
        held = {f"score_{label}": np.where(rows.y == label, code, bins) for label in (0, 1)}
        tally.add_counts(rows.t, bins, **held)
        tally.add_binned(rows.t, bins, code, score_sum=score)


class RegressionScores:
    """Sums of errors, and of squared distances from the mean given the features, if known."""

    references = (Mean, NoChange)

    def truth(self, tally: Tally, rows) -> None:
        """Add what does not depend on a contender, of rows with labels and their posterior."""
        tally.add_labels(rows.t, rows.y)
        if rows.posterior is not None:
            tally.add(rows.t, bayes_squared_error=rows.posterior[:, 1].copy())

    def reference(self, tally: Tally, name: str, rows, predicted: np.ndarray) -> None:
        """Add the scores of a reference, in columns with its name."""
        sums = {f"{name}_{key}": value for key, value in distances(rows, predicted).items()}
        tally.add(rows.t, **sums)

    def answers(self, tally: Tally, rows, predicted: np.ndarray) -> None:
        """Add the scores of a contender: of numbers (n,)."""
        tally.add(rows.t, error=predicted - rows.y, **distances(rows, predicted))


def scores_of(
    schema: Schema, scores: Scored = None, confusion: bool = False
) -> ClassificationScores | RegressionScores:
    """The scores for rows of a schema."""
    return (
        RegressionScores() if schema.regression else ClassificationScores(schema, scores, confusion)
    )


def distances(rows, predicted):
    """The distance of each number from the label, and from the best possible answer if known."""
    error = predicted - rows.y
    columns = {"absolute_error": np.abs(error), "squared_error": error**2}
    if rows.posterior is None:
        return columns
    return columns | {"excess_squared_error": (predicted - rows.posterior[:, 0]) ** 2}


def expected_error(posterior: np.ndarray, label: np.ndarray) -> np.ndarray:
    """The probability that each label is wrong (n,)."""
    return 1 - posterior[np.arange(len(label)), label]
