"""Rules: MOA's generators whose labels follow from a rule on uniform attributes.

Where classes are balanced, candidates are drawn until one has the class that is wanted: 1, then 0,
then 1, …; `turn` (1,) holds whether 0 is wanted next.
"""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled
from driftsim.kernels.moa.java_random import below, uniform, uniform_float


class Sea(NamedTuple):
    """SEAGenerator."""

    random: np.ndarray
    turn: np.ndarray
    threshold: float
    noise: int  # percent
    balanced: bool


class Stagger(NamedTuple):
    """STAGGERGenerator."""

    random: np.ndarray
    turn: np.ndarray
    function: int
    balanced: bool


class Sine(NamedTuple):
    """SineGenerator."""

    random: np.ndarray
    turn: np.ndarray
    function: int
    balanced: bool
    irrelevant: int  # columns after the two


class Mixed(NamedTuple):
    """MixedGenerator."""

    random: np.ndarray
    turn: np.ndarray
    function: int
    balanced: bool


class AssetNegotiation(NamedTuple):
    """AssetNegotiationGenerator."""

    random: np.ndarray
    turn: np.ndarray
    helper: np.ndarray  # a second generator (1,), which chooses between templates
    templates: np.ndarray  # (m, 5) codes; -1 for any
    sizes: np.ndarray  # (5,) how many values each column has
    noise: float


@compiled
def taken(turn, balanced, label):
    """Whether a candidate of a class is the next row."""
    if not balanced:
        return True
    if (label == 0) != (turn[0] == 1):
        return False
    turn[0] = 1 - turn[0]
    return True


def sea(s, X, y):
    for i in range(y.size):
        while True:
            a = 10.0 * uniform(s.random)
            b = 10.0 * uniform(s.random)
            c = 10.0 * uniform(s.random)
            label = 0 if a + b <= s.threshold else 1
            if taken(s.turn, s.balanced, label):
                break
        if below(s.random, 100) < s.noise:
            label = 1 - label
        X[i, 0], X[i, 1], X[i, 2], y[i] = a, b, c, label


def stagger(s, X, y):
    for i in range(y.size):
        while True:
            size = below(s.random, 3)
            color = below(s.random, 3)
            shape = below(s.random, 3)
            if s.function == 1:
                holds = size == 0 and color == 0
            elif s.function == 2:
                holds = color == 2 or shape == 0
            else:
                holds = size > 0
            label = 1 if holds else 0
            if taken(s.turn, s.balanced, label):
                break
        X[i, 0], X[i, 1], X[i, 2], y[i] = size, color, shape, label


def sine(s, X, y):
    for i in range(y.size):
        while True:
            a = uniform(s.random)
            b = uniform(s.random)
            g = math.sin(a) if s.function < 3 else wave(a)
            label = 1 if (b >= g) == (s.function % 2 == 1) else 0
            if taken(s.turn, s.balanced, label):
                break
        X[i, 0], X[i, 1], y[i] = a, b, label
        for j in range(s.irrelevant):
            X[i, 2 + j] = uniform(s.random)


@compiled
def wave(x):
    """The height of Gama's second sine."""
    return 0.5 + 0.3 * math.sin((3.0 * math.pi) * x)


def mixed(s, X, y):
    for i in range(y.size):
        while True:
            v = 1 if uniform(s.random) >= 0.5 else 0
            w = 1 if uniform(s.random) >= 0.5 else 0
            a = uniform(s.random)
            b = uniform(s.random)
            held = v + w + (1 if b < wave(a) else 0)
            label = 0 if (held >= 2) == (s.function == 1) else 1
            if taken(s.turn, s.balanced, label):
                break
        X[i, 0], X[i, 1], X[i, 2], X[i, 3], y[i] = v, w, a, b, label


def asset_negotiation(s, X, y):
    for i in range(y.size):
        while True:
            for j in range(5):
                X[i, j] = below(s.random, s.sizes[j])
            label = asset_rule(s, X, i)
            if s.turn[0] == 0 or label == 0:
                break
        if s.turn[0] == 0 and label == 0:  # MOA's own: these attributes are of the other class
            chosen = 0
            if s.templates.shape[0] > 1:
                chosen = below(s.helper, s.templates.shape[0])
            for j in range(5):
                if s.templates[chosen, j] >= 0:
                    X[i, j] = s.templates[chosen, j]
            label = 1
        s.turn[0] = 1 - s.turn[0]
        if uniform_float(s.random) <= s.noise:
            label = 1 - label
        y[i] = label


@compiled
def asset_rule(s, X, i):
    """The class of a candidate: 0 where it is as a template says."""
    for k in range(s.templates.shape[0]):
        fits = True
        for j in range(5):
            if s.templates[k, j] >= 0 and X[i, j] != s.templates[k, j]:
                fits = False
        if fits:
            return 0
    return 1
