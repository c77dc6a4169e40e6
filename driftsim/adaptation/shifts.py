"""Shifts: whether features are distributed otherwise than before, by two-sample tests."""

import numpy as np

FEW = 20  # different values or fewer, which come up again, are counted, others measured
RARE = 10  # values that are met less often are counted together


class Shift:
    """What later rows are compared with."""

    def __init__(self, X):
        self._before = X

    def p_value(self, X):
        """The least p-value of the features, times their number (Bonferroni): 1 at most.

        1 also where there are no rows to compare.
        """
        before = self._before.T
        values = [p_value(old, new) for old, new in zip(before, X.T) if len(old) and len(new)]
        return min(1.0, len(values) * min(values)) if values else 1.0


def p_value(old, new):
    """Of two samples of a feature, the chance that they differ so much if they are alike.

    Kolmogorov-Smirnov's test, or Pearson's of counts where there are few different values.
    """
    from scipy.stats import chi2_contingency, ks_2samp

    values, place = np.unique(np.append(old, new), return_inverse=True)
    if len(values) > min(FEW, len(place) // 2):
        return float(ks_2samp(old, new, method="asymp").pvalue)
    counts = np.bincount(
        place + len(values) * (np.arange(len(place)) >= len(old)), minlength=2 * len(values)
    ).reshape(2, -1)
    counts = pooled(counts)
    return float(chi2_contingency(counts, correction=False).pvalue) if counts.shape[1] > 1 else 1.0


def pooled(counts):
    """Counts (2, k) of values, those of rare ones together."""
    rare = counts.sum(axis=0) < RARE
    rest = counts[:, rare].sum(axis=1, keepdims=True)
    return np.hstack([counts[:, ~rare], rest]) if rest.sum() else counts[:, ~rare]
