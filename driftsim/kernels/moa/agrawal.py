"""Agrawal: MOA's ten rules of who gets a loan from a bank, and its perturbation."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled
from driftsim.kernels.moa.java_random import below, uniform
from driftsim.kernels.moa.rules import taken


class Agrawal(NamedTuple):
    """AgrawalGenerator."""

    random: np.ndarray
    turn: np.ndarray
    function: int
    perturbation: float
    balanced: bool


def agrawal(s, X, y):
    for i in range(y.size):
        while True:
            salary = 20_000.0 + 130_000.0 * uniform(s.random)
            commission = 0.0
            if salary < 75_000.0:
                commission = 10_000.0 + 65_000.0 * uniform(s.random)
            age = 20.0 + below(s.random, 61)
            elevel = below(s.random, 5)
            car = below(s.random, 20)
            zipcode = below(s.random, 9)
            scale = (9.0 - zipcode) * 100_000.0
            hvalue = scale * (0.5 + uniform(s.random))
            hyears = 1.0 + below(s.random, 30)
            loan = uniform(s.random) * 500_000.0
            held = in_group_a(s.function, salary, commission, age, elevel, hvalue, hyears, loan)
            label = 0 if held else 1
            if taken(s.turn, s.balanced, label):
                break
        if s.perturbation > 0.0:
            p = s.perturbation
            salary = moved(s.random, salary, 130_000.0, 20_000.0, 150_000.0, p)
            if commission > 0.0:
                commission = moved(s.random, commission, 65_000.0, 10_000.0, 75_000.0, p)
            age = math.floor(moved(s.random, age, 60.0, 20.0, 80.0, p) + 0.5)
            hvalue = moved(s.random, hvalue, scale, 0.0, 135_000.0, p)  # MOA clips all of them here
            hyears = math.floor(moved(s.random, hyears, 29.0, 1.0, 30.0, p) + 0.5)
            loan = moved(s.random, loan, 500_000.0, 0.0, 500_000.0, p)
        X[i, 0], X[i, 1], X[i, 2], X[i, 3] = salary, commission, age, elevel
        X[i, 4], X[i, 5], X[i, 6], X[i, 7] = car, zipcode, hvalue, hyears
        X[i, 8], y[i] = loan, label


@compiled
def moved(random, v, span, low, high, p):
    """A value moved by up to a share p of its range, and clipped."""
    v = v + (span * (2.0 * (uniform(random) - 0.5))) * p
    return low if v < low else high if v > high else v


@compiled
def in_group_a(function, salary, commission, age, elevel, hvalue, hyears, loan):
    band = 0 if age < 40.0 else 1 if age < 60.0 else 2
    base = (2.0 * (salary + commission)) / 3.0
    if function == 1:
        return band != 1
    if function == 2:
        return paid(band, salary)
    if function == 3:
        return schooled(band, elevel)
    if function == 4:
        if schooled(band, elevel):
            return within(salary, 25.0, 75.0) if band == 0 else within(salary, 50.0, 100.0)
        return paid(band, salary)
    if function == 5:
        low = 100.0 + 100.0 * band
        if not paid(band, salary):
            low = 200.0 if band == 0 else 300.0 if band == 1 else 100.0
        return within(loan, low, low + 200.0)
    if function == 6:
        return paid(band, salary + commission)
    if function == 7:
        return base - loan / 5.0 - 20_000.0 > 0.0
    if function == 8:
        return base - 5_000.0 * elevel - 20_000.0 > 0.0
    if function == 9:
        return base - 5_000.0 * elevel - loan / 5.0 - 10_000.0 > 0.0
    equity = (hvalue * (hyears - 20.0)) / 10.0 if hyears >= 20.0 else 0.0
    return base - 5_000.0 * elevel + equity / 5.0 - 10_000.0 > 0.0


@compiled
def paid(band, income):
    """Whether an income is in the interval of an age band."""
    low = 50.0 if band == 0 else 75.0 if band == 1 else 25.0
    return within(income, low, low + 50.0)


@compiled
def schooled(band, elevel):
    """Whether the education is one of those of an age band: 0 to 1, 1 to 3, 2 to 4."""
    return band <= elevel <= (1 if band == 0 else band + 2)


@compiled
def within(v, low, high):
    """Whether a value is between two thousands, both included."""
    return 1_000.0 * low <= v <= 1_000.0 * high
