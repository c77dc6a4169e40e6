"""Waves: how much the mean of a series wanders, from slow waves within its phases."""

from typing import NamedTuple

import numpy as np

SHORTEST = 4  # intervals; a shorter phase is merged with the next
TRANSIENTS = {32: (0.05, 0.25), 16: (0.1,), 0: ()}  # intervals of a phase: shares of it
WAVES = 6  # of the whole stream, shared among its phases: at least one each
WIDER = 1.08  # as waves beside transients miss some of the variance of a persistent series


class Phase(NamedTuple):
    """The intervals of a phase, with an orthonormal basis of its movements."""

    rows: slice
    level: np.ndarray  # (m, l) its mean, and transients at its start
    waves: np.ndarray  # (m, b) slow waves about both


def parts_of(phases, n):
    """The phases of a stream of n intervals from their starts, short ones merged."""
    starts = [0]
    for start in phases:
        if start - starts[-1] >= SHORTEST and n - start >= SHORTEST:
            starts.append(int(start))
    return [phase(start, stop, n) for start, stop in zip(starts, [*starts[1:], n])]


def phase(start, stop, n):
    """A phase of a stream of n intervals.

    Its transients fall to 1/e within a share of it, one quickly and one slowly: together they
    approximate most recoveries from a change.
    """
    m = stop - start
    t = np.arange(m) + 0.5
    shares = next(shares for least, shares in TRANSIENTS.items() if m >= least)
    level = [np.ones(m), *(np.exp(-t / (share * m)) for share in shares)]
    count = min(max(round(WAVES * m / n), 1), m - len(level))
    waves = [np.cos(np.pi * k * t / m) for k in range(1, count + 1)]
    basis = np.linalg.qr(np.column_stack([*level, *waves]))[0]
    return Phase(slice(start, stop), basis[:, : len(level)], basis[:, len(level) :])


def by_waves(series, parts):
    """The standard errors of means of series (…, n), and their degrees of freedom.

    From equal-weighted cosines (Müller 2004; Lazarus, Lewis & Stock 2018) in each phase, whose
    variances are combined as by Welch (1947).
    """
    n, total, squares = series.shape[-1], 0.0, 0.0
    for part in parts:
        m, count = part.waves.shape
        share = m / n * np.mean((series[..., part.rows] @ part.waves) ** 2, axis=-1)
        total, squares = total + share, squares + share**2 / (count + 2)
    df = np.divide(total**2, squares, out=np.full(np.shape(total), np.inf), where=squares > 0)
    return WIDER * np.sqrt(total / n), np.maximum(df - 2, 1)
