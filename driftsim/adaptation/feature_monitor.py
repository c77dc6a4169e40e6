"""Feature monitor: whether features are distributed otherwise than those last trained on."""

import numpy as np

from driftsim.adaptation.error_monitor import Fired, Moment
from driftsim.clocks import Clock, row_after
from driftsim.durations import Duration
from driftsim.rows import Arrival, Labelled

FEW = 20  # different values or fewer, which occur more than once, are counted, others measured
RARE = 10  # values that occur less often are counted together


class FeatureMonitor:
    """Compares the features of each window of rows with those that a model was trained on.

    An alarm fires where `p_value` is below `level`, except in the first `cooldown` rows of a model.
    """

    def __init__(
        self,
        window: int | Duration,
        level: float,
        cooldown: int | Duration = 0,
        clock: Clock | None = None,
    ):
        self._window, self._level, self._cooldown = window, level, cooldown
        self._clock = clock

    def start(self, t: int, rows: Labelled | None):
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
        if compared and p_value(self._before, np.concatenate(window)) < self._level:
            return Fired(0, Moment(t - 1, t))
        return None


def p_value(before: np.ndarray, X: np.ndarray) -> float:
    """The least p-value of the features of two samples, (n, d) and (m, d), times d (Bonferroni).

    1 at most, and where there are no rows to compare.
    """
    if not len(before) or not len(X):
        return 1.0
    values = [p_value_of_feature(old, new) for old, new in zip(before.T, X.T)]
    return min(1.0, len(values) * min(values))


def p_value_of_feature(old: np.ndarray, new: np.ndarray) -> float:
    """The p-value of two samples of a feature, (n,) and (m,).

    Of Kolmogorov-Smirnov's test, or Pearson's of counts where there are few different values. NaN,
    for no value, is one of the values that are counted, and no measurement.
    """
    from scipy.stats import chi2_contingency, ks_2samp

    values, place = np.unique(np.append(old, new), return_inverse=True)
    if len(values) > min(FEW, len(place) // 2):
        old, new = old[~np.isnan(old)], new[~np.isnan(new)]
        return float(ks_2samp(old, new, method="asymp").pvalue) if len(old) and len(new) else 1.0
    samples = place[: len(old)], place[len(old) :]
    counts = pooled(np.array([np.bincount(one, minlength=len(values)) for one in samples]))
    return float(chi2_contingency(counts, correction=False).pvalue) if counts.shape[1] > 1 else 1.0


def pooled(counts: np.ndarray) -> np.ndarray:
    """Counts (2, k) of values, those of rare ones summed in a last column."""
    rare = counts.sum(axis=0) < RARE
    rest = counts[:, rare].sum(axis=1, keepdims=True)
    return np.hstack([counts[:, ~rare], rest]) if rest.sum() else counts[:, ~rare]
