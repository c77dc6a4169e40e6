"""Feature monitor: whether features are distributed otherwise than those last trained on."""

from collections.abc import Callable
from math import isclose

import numpy as np

from driftsim.adaptation.error_monitor import Fired, Moment
from driftsim.clocks import Clock, row_after
from driftsim.durations import Duration
from driftsim.rows import Arrival, Labelled

FEW = 20  # different values or fewer, which occur more than once, are counted, others measured
RARE = 10  # values that occur less often are counted together


class FeatureMonitor:
    """Compares the features of each window of rows with those that a model was trained on.

    An alarm fires where `differs` says so, except in the first `cooldown` rows of a model.
    """

    def __init__(
        self,
        window: int | Duration,
        differs: Callable[[np.ndarray, np.ndarray], bool],
        cooldown: int | Duration = 0,
        clock: Clock | None = None,
    ):
        self._window, self._differs, self._cooldown = window, differs, cooldown
        self._clock = clock

    def start(self, t: int, rows: Labelled | None, model=None):
        """Begin a window at row `t`, from which on a model predicts that was trained on `rows`.

        None: the model in force stays.
        """
        if rows is not None:
            self._before = rows.X
        self.row = row_after(self._clock, t, self._window)
        self._quiet_until = row_after(self._clock, t, self._cooldown)
        self._seen: list[np.ndarray] = []  # of the window

    def update(self, arrival: Arrival, predicted: np.ndarray) -> Fired | None:
        """Take in the features of an arrival; None, since labels decide nothing here."""
        self._seen.append(arrival.X)
        return None

    def check(self, t: int) -> Fired | None:
        """Compare the window that ends before row `t`, if one does: an alarm or None."""
        if t < self.row:
            return None
        window, self._seen = self._seen, []
        self.row = row_after(self._clock, t, self._window)
        compared = window and t >= self._quiet_until
        if compared and self._differs(self._before, np.concatenate(window)):
            return Fired(0, Moment(t - 1, t))
        return None


def shifted(before: np.ndarray, X: np.ndarray, level: float) -> bool:
    """Whether `p_value` is below a level."""
    return p_value(before, X, level) < level


def p_value(before: np.ndarray, X: np.ndarray, level: float | None = None) -> float:
    """The least p-value of the features of two samples, (n, d) and (m, d), times d (Bonferroni).

    1 at most, and where there are no rows to compare. Given a level, another p-value on the same
    side of it may be in its place.
    """
    if not len(before) or not len(X):
        return 1.0
    d = X.shape[1]
    each = level and level / d
    return min(1.0, d * min(p_value_of_feature(*two, each) for two in zip(before.T, X.T)))


def p_value_of_feature(old: np.ndarray, new: np.ndarray, level: float | None = None) -> float:
    """The p-value of two samples of a feature, (n,) and (m,), or one on the same side of `level`.

    Of Kolmogorov-Smirnov's test, or Pearson's of counts where there are few different values. NaN,
    for no value, is one of the values that are counted, and no measurement.
    """
    values, place = np.unique(np.append(old, new), return_inverse=True)
    if len(values) > min(FEW, len(place) // 2):
        old, new = old[~np.isnan(old)], new[~np.isnan(new)]
        return kolmogorov_smirnov(old, new, level) if len(old) and len(new) else 1.0
    samples = place[: len(old)], place[len(old) :]
    counts = pooled(np.array([np.bincount(one, minlength=len(values)) for one in samples]))
    return pearson(counts) if counts.shape[1] > 1 else 1.0


def kolmogorov_smirnov(old: np.ndarray, new: np.ndarray, level: float | None = None) -> float:
    """The asymptotic p-value of two samples, (n,) and (m,), as scipy.stats has it.

    Given a level, it may be another on the same side of it: so scipy.stats, which takes a second
    to load, is rarely needed.
    """
    n = round(len(old) * len(new) / (len(old) + len(new)))
    if level is not None and n >= FEW:
        near, small = rough_p_value(n, distance(old, new))
        if (small or level < 0.02) and not isclose(near, level, rel_tol=1e-3):
            return near
    from scipy.stats import ks_2samp

    return float(ks_2samp(old, new, method="asymp").pvalue)


def distance(old: np.ndarray, new: np.ndarray) -> float:
    """How far the distribution functions of two samples, (n,) and (m,), are apart at most."""
    values = np.append(old, new)
    below = [np.searchsorted(np.sort(one), values, side="right") / len(one) for one in (old, new)]
    return float(np.abs(below[0] - below[1]).max())


def rough_p_value(n: int, distance: float) -> tuple[float, bool]:
    """The p-value of 20 rows or more at this distance to 1e-4 of it, and True; else 1, and False.

    The latter where it is above 0.02. A smaller one is the chance that one distribution function
    is as far above the other, or as far below it, which hardly ever come together.
    """
    from scipy.special import smirnov

    if n * distance * distance <= 2:
        return 1.0, False
    return 2 * float(smirnov(n, distance)), True


def pearson(counts: np.ndarray) -> float:
    """The p-value of Pearson's test whether two samples have the same distribution.

    By their counts (2, k), of which none of the k sums is 0.
    """
    from scipy.special import chdtrc

    expected = counts.sum(axis=0) * counts.sum(axis=1, keepdims=True) / counts.sum()
    return float(chdtrc(counts.shape[1] - 1, ((counts - expected) ** 2 / expected).sum()))


def pooled(counts: np.ndarray) -> np.ndarray:
    """Counts (2, k) of values, those of rare ones summed in a last column."""
    rare = counts.sum(axis=0) < RARE
    rest = counts[:, rare].sum(axis=1, keepdims=True)
    return np.hstack([counts[:, ~rare], rest]) if rest.sum() else counts[:, ~rare]
