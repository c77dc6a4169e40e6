"""Simulations: contenders whose error is known in closed form, over many seeds."""

import numpy as np

from driftsim.evaluation.labels import Labels
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.streams.stream import Stream

MOST_Z = 4.0  # standard errors between simulation and theory, at the worst of all points


def stream_of(length, concepts, drift="none"):
    return Stream.model_validate({"length": length, "concepts": concepts, "drift": drift})


def linear(weights, **more):
    return {
        "kind": "linear",
        "features": len(weights),
        "weights": list(map(float, weights)),
        **more,
    }


def excess(stream, contender, seeds, warmup, interval=1, labels="at_once"):
    """The excess squared error over each interval after the warm-up: (seeds, intervals)."""
    contender = Contender.model_validate(contender)
    labels = Labels.model_validate(labels)
    runs = []
    rules = Rules(labels=labels, warmup=warmup, interval=interval)
    for seed in range(seeds):
        trace = evaluate(stream, contender, rules, seed).columns
        runs.append(trace["excess_squared_error"] / trace["rows"])
    return np.array(runs)


def over(rows, interval):
    """The mean of values (n,) over intervals, of which n is a multiple."""
    return np.reshape(rows, (-1, interval)).mean(axis=1)


def greatest_z(simulated, theory):
    """How far the mean over seeds lies from theory at most, in its standard errors."""
    error = simulated.std(axis=0, ddof=1) / np.sqrt(len(simulated))
    return float(np.abs((simulated.mean(axis=0) - theory) / error).max())
