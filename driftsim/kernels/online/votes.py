"""Votes: the class that has most of them, and their shares."""

from driftsim.kernels.loop import compiled


@compiled
def elected(p):
    """The class with the most votes, the first of equals, which become shares of one; -1: none."""
    label, most, total = -1, 0.0, 0.0
    for c in range(p.size):
        total += p[c]
        if p[c] > most:
            label, most = c, p[c]
    if total > 0.0:
        scale = 1.0 / total
        for c in range(p.size):
            p[c] *= scale
    return float(label)
