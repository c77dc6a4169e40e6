"""Theory: errors that are known in closed form, for the tests and offline_or_online.md.

All of them are excess squared errors: the expected squared error of a prediction minus that of
the best possible one. Features are `d` independent standard normals. A label is a linear function
of them plus noise, or for a windowed mean a level plus noise. `noise` is the standard deviation of
the label, `walk` that of the step of each weight with every row.
"""

import numpy as np


def lms(rows, apart, step, noise=1.0, walk=0.0, jumps=None, squared=None):
    """The excess of LMS before each of so many rows (rows,): exact, not an approximation.

    `apart` (d,) is the true weights at first less its own; where that is random,
    its mean, and `squared` the mean of its squared length. True weights that jump do so by
    `jumps`: the row to the vector (d,). Stable for steps below 2 / (d + 2). Follows from
    E (x·v)² |x|² = (d + 2) |v|²; see Haykin, Adaptive Filter Theory.
    """
    mean, d = np.array(apart, float), len(apart)
    squared, excess = mean @ mean if squared is None else squared, np.empty(rows)
    for row in range(rows):
        if jumps and row in jumps:
            jump = np.asarray(jumps[row])
            squared, mean = squared + 2 * mean @ jump + jump @ jump, mean + jump
        excess[row] = squared
        squared = kept(d, step) * squared + d * (step**2 * noise**2 + walk**2)
        mean = (1 - step) * mean
    return excess


def kept(d, step):
    """The share of the squared distance from the true weights that an LMS step leaves."""
    return 1 - 2 * step + step**2 * (d + 2)


def lms_floor(d, step, noise=1.0, walk=0.0):
    """What the excess of LMS comes down to in the long run."""
    return d * (step**2 * noise**2 + walk**2) / (1 - kept(d, step))


def best_step(d, walk, noise=1.0):
    """The step with which the floor of LMS is lowest."""
    q, s = walk**2, noise**2
    return (-(d + 2) * q + np.sqrt((d + 2) ** 2 * q**2 + 4 * s * q)) / (2 * s)


def delayed(excess, rows, d, walk):
    """The excess with labels so many rows late, of that with labels at once (n,); without jumps.

    Exact.
    """
    late = np.append(np.full(rows, excess[0]), excess)[: len(excess)]
    return late + np.minimum(np.arange(len(excess)), rows) * d * walk**2


def least_squares(d, rows, noise=1.0):
    """The excess of least squares on so many rows of one concept; exact."""
    return d * noise**2 / (rows - d - 1)


def stale_least_squares(d, rows, age, drift, noise=1.0):
    """The excess of least squares while the weights move, `drift` (a length) with every row.

    `age` is how many rows after the last one it was fitted on. To second order in the drift.
    """
    centre = age + (rows - 1) / 2
    inside = (d + 1) / rows * (rows**2 - 1) / 12
    return least_squares(d, rows, noise) + drift**2 * (centre**2 + inside)


def straddling_least_squares(d, rows, share, jump, noise=1.0):
    """The excess of least squares of which a `share` of the rows is from before a jump.

    `jump` is the length by which the weights have moved. To second order.
    """
    mixed = share**2 + share * (1 - share) * (d + 1) / rows
    return least_squares(d, rows, noise) + mixed * jump**2


def windowed_mean(rows, age, noise=1.0, slope=0.0, walk=0.0):
    """The excess of the mean of so many labels, `age` rows after the last of them; exact.

    The level rises by `slope` with every row, and walks.
    """
    walked = (rows - 1) * (2 * rows - 1) / (6 * rows) + age
    return noise**2 / rows + slope**2 * (age + (rows - 1) / 2) ** 2 + walk**2 * walked


def best_window(noise=1.0, slope=0.0, walk=0.0):
    """Of how many labels a mean is best that is taken anew with every row; approximate."""
    return (2 * noise**2 / slope**2) ** (1 / 3) if slope else np.sqrt(3) * noise / walk


def best_period(cost, slope=0.0, walk=0.0):
    """After how many rows to refit, where each refit costs as much as `cost` squared error.

    Approximate.
    """
    return (1.5 * cost / slope**2) ** (1 / 3) if slope else np.sqrt(2 * cost) / walk


def forgotten(n, apart, step, noise=1.0):
    """The excess on a concept once known by heart, after `n` LMS steps on another; exact.

    `apart` (d,) is how far the true weights of the two lie from one another (French 1999 gives
    the name, catastrophic forgetting).
    """
    squared = float(np.square(apart).sum())
    there = lms(n + 1, apart, step, noise)[n]  # distance from the other concept
    return there + squared * (1 - 2 * (1 - step) ** n)
