"""Shift tests: whether the features of two sets of rows have the same distribution."""

from abc import abstractmethod
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from driftsim.adaptation.feature_monitor import FEW
from driftsim.parts import Number, Part

FEWEST = 10  # rows of each set, below which there is no saying
MOST = 500  # rows of each set that are compared by pairs
RIDGE = 1e-3  # of the squared weights of the classifier, for each row
STEPS = 20  # of Newton's method, at most


class ShiftTest(Part):
    """A test whether features have shifted, without any labels."""

    has_level: ClassVar[bool] = True  # by a p-value, which is compared with a level
    least: ClassVar[float] = 0.0  # p-value that it can have

    sought = {"ks": "leave out the test", "chi_squared": "leave out the test"}

    def differs(self, before: np.ndarray, X: np.ndarray, level: float, rng) -> bool:
        """Whether rows (m, d) are distributed otherwise than those before (n, d).

        Not where there are fewer than ten of either.
        """
        return min(len(before), len(X)) >= FEWEST and self.finds(before, X, level, rng)

    @abstractmethod
    def finds(self, before: np.ndarray, X: np.ndarray, level: float, rng) -> bool:
        """The same of ten rows or more of both."""


class Psi(ShiftTest):
    """The population stability index (PSI) of some feature, by its deciles, is over a threshold.

    Formula:
        PSI = Σ (q - p) ln(q / p), over bins with shares p of the rows before and q of the new ones
    """

    has_level = False

    threshold: Annotated[Number, Field(gt=0)] = 0.2  # of the index
    bins: Annotated[int, Field(ge=2, le=1_000)] = 10  # with as many rows before in each

    def finds(self, before, X, level, rng):
        pairs = zip(before.T, X.T, strict=True)
        return any(stability_index(*pair, self.bins) > self.threshold for pair in pairs)


class Mmd(ShiftTest):
    """The maximum mean discrepancy (Gretton et al. 2012): all features at once, with a kernel.

    Formula:
        MMD² = mean k(a, a') - 2 mean k(a, b) + mean k(b, b'), over rows a before and b since
        k(a, b) = exp(-|a - b|² / m), with m the median of all squared distances
    """

    permutations: Annotated[int, Field(ge=19, le=100_000)] = 200  # of rows, for the p-value

    @property
    def least(self) -> float:  # type: ignore[override]  # where no permutation is like the rows
        return 1 / (self.permutations + 1)

    def finds(self, before, X, level, rng):
        return mmd_p_value(*scaled(before, X, rng), self.permutations, rng) < level


class Classifier(ShiftTest):
    """A classifier two-sample test (Lopez-Paz & Oquab 2017): it separates new rows from others."""

    def finds(self, before, X, level, rng):
        from scipy.special import bdtrc

        scores, after = held_out_scores(*scaled(before, X, rng), rng)
        right = int(((scores > 0) == after).sum())
        return bool(bdtrc(right - 1, len(after), 0.5) < level)


class D3(ShiftTest):
    """D3 (Gözüaçık et al. 2019): a classifier separates rows from those before by a high AUC."""

    has_level = False

    threshold: Annotated[Number, Field(gt=0.5, lt=1)] = 0.7  # of the AUC

    def finds(self, before, X, level, rng):
        scores, after = held_out_scores(*scaled(before, X, rng), rng)
        return area(scores, after) > self.threshold


def stability_index(old: np.ndarray, new: np.ndarray, bins: int) -> float:
    """Σ (q - p) ln(q / p) over bins with shares p of the old values (n,) and q of the new (m,).

    Few values have a bin each, and missing ones theirs. A share of 0 counts as 0.0001.
    """
    values = np.unique(np.append(old, new))
    values = values[~np.isnan(values)]
    edges = values[1:] if len(values) <= FEW else inner_edges(old[~np.isnan(old)], bins)
    shares = []
    for one in (old, new):
        known = one[~np.isnan(one)]
        counts = np.bincount(np.searchsorted(edges, known, "right"), minlength=len(edges) + 1)
        shares.append(np.maximum(np.append(counts, len(one) - len(known)) / max(len(one), 1), 1e-4))
    p, q = shares
    return float(((q - p) * np.log(q / p)).sum())


def inner_edges(old: np.ndarray, bins: int) -> np.ndarray:
    """Where bins with as many of the old values each meet; a value that fills one has its own."""
    if not len(old):
        return old
    edges = np.quantile(old, np.arange(1, bins) / bins)
    filled = edges[1:][edges[1:] == edges[:-1]]
    return np.unique(np.append(edges, np.nextafter(filled, np.inf)))


def scaled(before: np.ndarray, X: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    """At most MOST rows of each, as many of both, in standard deviations of all.

    A missing value is 0, and there is one more column for each feature that lacks some.
    """
    n = min(len(before), len(X), MOST)
    rows = np.vstack([one[rng.choice(len(one), n, replace=False)] for one in (before, X)])
    missing = np.isnan(rows)
    rows = np.hstack([np.where(missing, 0.0, rows), missing[:, missing.any(axis=0)]])
    spread = rows.std(axis=0)
    rows = (rows - rows.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return rows[:n], rows[n:]


def mmd_p_value(old: np.ndarray, new: np.ndarray, permutations: int, rng) -> float:
    """The p-value of two samples (n, d) and (m, d) by random permutations of all their rows.

    The kernel is Gaussian, its width the median distance of two rows.
    """
    rows = np.vstack([old, new])
    norms = (rows**2).sum(axis=1)
    squared = np.maximum(norms[:, None] + norms - 2 * rows @ rows.T, 0.0)
    width = np.median(squared[np.triu_indices(len(rows), 1)])
    kernel = np.exp(-squared / width) if width > 0 else (squared == 0).astype(float)
    signs = np.repeat([1 / len(old), -1 / len(new)], [len(old), len(new)])
    every = np.array([signs, *(rng.permutation(signs) for _ in range(permutations))])
    found = ((every @ kernel) * every).sum(axis=1)
    return float((found >= found[0] - 1e-12).mean())


def held_out_scores(old: np.ndarray, new: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    """The scores of half of all rows by a classifier trained on the others, and which are new.

    A logistic regression on the features and their squares.
    """
    rows = np.vstack([old, new])
    after = np.repeat([False, True], [len(old), len(new)])
    order = rng.permutation(len(rows))
    columns = np.hstack([np.ones((len(rows), 1)), rows, rows**2])
    trained, tested = order[: len(order) // 2], order[len(order) // 2 :]
    weights = logistic(columns[trained], after[trained])
    return columns[tested] @ weights, after[tested]


def logistic(columns: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The weights of a logistic regression with a small ridge, by Newton's method."""
    weights = np.zeros(columns.shape[1])
    ridge = RIDGE * max(len(y), 1)
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(columns @ weights, -30, 30)))
        gradient = columns.T @ (p - y) + ridge * weights
        curvature = (columns.T * (p * (1 - p))) @ columns + ridge * np.eye(len(weights))
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def area(scores: np.ndarray, positive: np.ndarray) -> float:
    """The area under the ROC curve, a half where one of the classes is absent; ties count half."""
    n, m = int(positive.sum()), int((~positive).sum())
    if not n or not m:
        return 0.5
    low, high = np.sort(scores[~positive]), scores[positive]
    beaten = np.searchsorted(low, high, "left") + np.searchsorted(low, high, "right")
    return float(beaten.sum() / 2 / n / m)
