"""Displays: MOA's digits of seven segments that fail, and its mixed waves under normal noise."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.moa.java_random import below, normal, uniform


class Led(NamedTuple):
    """LEDGenerator, and LEDGeneratorDrift."""

    random: np.ndarray
    segments: np.ndarray  # (10, 7) of each digit, 1 where it is on
    places: np.ndarray  # (7 + irrelevant,) the column that each value is written to
    noise: int  # percent


class Waveform(NamedTuple):
    """WaveformGenerator, and WaveformGeneratorDrift."""

    random: np.ndarray
    gauss: np.ndarray
    waves: np.ndarray  # (3, 21)
    places: np.ndarray  # (21 or 40,) the column that each value is written to


def led(s, X, y):
    for i in range(y.size):
        digit = below(s.random, 10)
        for j in range(7):
            on = s.segments[digit, j]
            if below(s.random, 100) < s.noise:
                on = 1 - on
            X[i, s.places[j]] = on
        for j in range(7, s.places.size):
            X[i, s.places[j]] = below(s.random, 2)
        y[i] = digit


def waveform(s, X, y):
    for i in range(y.size):
        label = below(s.random, 3)
        first = 1 if label == 2 else 0
        second = 1 if label == 0 else 2
        p = uniform(s.random)
        q = 1.0 - p
        for j in range(21):
            mean = (p * s.waves[first, j]) + (q * s.waves[second, j])
            X[i, s.places[j]] = mean + normal(s.random, s.gauss)
        for j in range(21, s.places.size):
            X[i, s.places[j]] = normal(s.random, s.gauss)
        y[i] = label
