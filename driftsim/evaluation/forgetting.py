"""Forgetting: how much a contender has lost of concepts that ruled before."""

import numpy as np


def lost(errors: np.ndarray, ruling: np.ndarray) -> tuple[float, float, float]:
    """The mean error at the end, the forgetting and the backward transfer of errors (p, k).

    The errors are on k concepts after each of p phases; `ruling` (p,) is the concept of each.
    Forgetting is the mean over concepts that do not rule at the end of how much higher the error
    is than at its lowest after an earlier phase (Chaudhry et al. 2018, of accuracies); backward
    transfer that of how much lower it is than after the last phase that the concept ruled
    (Lopez-Paz & Ranzato 2017). Both are NaN where no other concept has ruled.
    """
    last, before = errors[-1], errors[:-1]
    earlier = [concept for concept in np.unique(ruling[:-1]) if concept != ruling[-1]]
    if not earlier:
        return float(last.mean()), np.nan, np.nan
    least = before[:, earlier].min(axis=0)
    learned = [errors[np.flatnonzero(ruling == concept)[-1], concept] for concept in earlier]
    forgotten, transferred = last[earlier] - least, learned - last[earlier]
    return float(last.mean()), float(forgotten.mean()), float(transferred.mean())
