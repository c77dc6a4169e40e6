"""Autoregression: the error of the mean of a series in which each value depends on the last."""

import numpy as np

GRID = np.array([-0.5, -0.25, 0, 0.2, 0.4, 0.55, 0.7, 0.8, 0.86, 0.91, 0.94, 0.97])  # coefficients
CAUTION = 1  # standard errors of the coefficient, by which it is taken to be higher


def by_autoregression(series, parts, biased):
    """The standard errors of means of series (…, n), their df, and which are at the limit.

    An autoregression of order one about the levels of phases. Taking the levels off biases the
    estimate of its coefficient downwards: the coefficient is the one whose expected estimate, of
    those `biased` (g,) for the grid, is that found.
    """
    n, levels = series.shape[-1], sum(part.level.shape[1] for part in parts)
    rests = [rest(series[..., part.rows], part.level) for part in parts]
    both = sum(np.sum(e[..., 1:] * e[..., :-1], axis=-1) for e in rests)
    squares = sum(np.sum(e[..., :-1] ** 2, axis=-1) for e in rests)
    found = np.divide(both, squares, out=np.zeros(np.shape(squares)), where=squares > 0)
    found = found + CAUTION * np.sqrt(np.maximum(1 - found**2, 0) / n)
    r = np.interp(found, biased, GRID)
    news = [e[..., 1:] - r[..., None] * e[..., :-1] for e in rests]
    df = n - levels - len(parts)
    variance = sum(np.sum(e**2, axis=-1) for e in news) / df / (1 - r**2)
    inflated = (1 + r) / (1 - r) - 2 * r * (1 - r**n) / (n * (1 - r) ** 2)
    return np.sqrt(variance / n * inflated), df, r >= GRID[-1]


def rest(values, level):
    """Values (…, m) without their level."""
    return values - values @ level @ level.T


def expected(parts):
    """The expected estimate (g,) for each coefficient of the grid, up to terms of 1 / n²."""
    both, squares = (sum(sums) for sums in zip(*(moments(part.level) for part in parts)))
    return both / squares


def moments(level):
    """Expected products (g,) of neighbours, and squares, of a series without its level (m, l).

    They are the diagonals of M C M, where C is the covariance of an autoregression with a
    coefficient of the grid, and M = 1 - L Lᵀ takes the level off.
    """
    m, coefficient = len(level), GRID[:, None]
    lags = np.minimum(np.arange(2 * m), 2 * m - np.arange(2 * m))  # C as part of a circle
    circle = np.fft.rfft(coefficient**lags)[:, :, None] * np.fft.rfft(level, 2 * m, axis=0)
    moved = np.fft.irfft(circle, 2 * m, axis=1)[:, :m]  # C L
    twice = level @ (level.T @ moved)  # L Lᵀ C L
    squares = 1 - np.sum((2 * moved - twice) * level, axis=2)
    crossed = (moved - twice)[:, 1:] * level[:-1] + moved[:, :-1] * level[1:]
    both = coefficient - np.sum(crossed, axis=2)
    return both.sum(axis=1), squares[:, :-1].sum(axis=1)
