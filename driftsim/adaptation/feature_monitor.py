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
        if compared and shifted(self._before, np.concatenate(window), self._level):
            return Fired(0, Moment(t - 1, t))
        return None


def shifted(before: np.ndarray, X: np.ndarray, level: float) -> bool:
    """Whether `p_value` is below a level; found without scipy.stats, which takes a second to load,
    wherever that is certain."""
    return p_value(before, X, level) < level


def p_value(before: np.ndarray, X: np.ndarray, level: float = 1.0) -> float:
    """The least p-value of the features of two samples, (n, d) and (m, d), times d (Bonferroni).

    1 at most, and where there are no rows to compare. One that is above `level` may count as 1.
    """
    if not len(before) or not len(X):
        return 1.0
    d = X.shape[1]
    return min(1.0, d * min(p_value_of_feature(*two, level / d) for two in zip(before.T, X.T)))


def p_value_of_feature(old: np.ndarray, new: np.ndarray, level: float = 1.0) -> float:
    """The p-value of two samples of a feature, (n,) and (m,); one above `level` may count as 1.

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


def kolmogorov_smirnov(old: np.ndarray, new: np.ndarray, level: float = 1.0) -> float:
    """The asymptotic p-value of two samples, (n,) and (m,), as scipy.stats has it.

    Where the p-value is small, scipy has twice that of the one-sided test, which is in
    scipy.special. Where it is above 0.02, it counts as 1 for a `level` below that.
    """
    from scipy.special import smirnov

    n = round(len(old) * len(new) / (len(old) + len(new)))
    ranks = [np.searchsorted(np.sort(one), np.append(old, new), side="right") for one in (old, new)]
    distance = float(np.abs(ranks[0] / len(old) - ranks[1] / len(new)).max())
    square = n * distance * distance
    if n >= FEW and square <= 2 and level < 0.02:
        return 1.0
    if n >= FEW and (square >= (2.2 if n > 140 else 4.1) or distance >= 0.5):
        return min(1.0, 2 * float(smirnov(n, distance)))
    from scipy.stats import ks_2samp

    return float(ks_2samp(old, new, method="asymp").pvalue)


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
