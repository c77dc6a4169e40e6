"""Midranks: the places of values in their order, where equal ones share the mean of theirs."""

import numpy as np


def midranks(values: np.ndarray) -> np.ndarray:
    """The rank of each value (n,), 1 for the least; equal values share the mean of their ranks."""
    ordered = np.sort(values)
    below, up_to = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return (below + up_to + 1) / 2
