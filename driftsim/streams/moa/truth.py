"""Truth: the density of the rows of MOA's streams, where it is known."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from driftsim.rows import one_hot
from driftsim.streams.concepts.agrawal import Agrawal
from driftsim.streams.concepts.alias_table import AliasTable
from driftsim.streams.concepts.led import LIT
from driftsim.streams.concepts.rbf import Clouds, InstantiatedRbf, Rbf
from driftsim.streams.concepts.rules import Mixed, Sea, Sine, Stagger
from driftsim.streams.concepts.waveform import Waveform
from driftsim.streams.moa.changes import moves
from driftsim.streams.moa.command_line import command
from driftsim.streams.moa.generators import THRESHOLDS, first_state
from driftsim.streams.moa.headers import header
from driftsim.streams.moa.options import Command
from driftsim.streams.moa.replay import shares

Density = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of X (n, d) at t (n,): (n, k)


def is_known(command: Command) -> bool:
    """Whether P(y | x) is known: not of classes by turns, or of what moves by itself."""
    options = command.options
    if command.composed:
        return all(is_known(options[one]) for one in "sd")
    unknown = command.name == "AssetNegotiationGenerator" or options.get("b") or moves(command)
    return not unknown


def density_of(text: str, seed: int) -> Density:
    """p(x, y) of a stream whose truth is known, by its command line.

    Of a composed stream, given which streams the rows before came from.
    """
    whole = command(text)
    parts = [TRUTHS[one.name](one, seed) for one in singles(whole)]
    classes = header(whole).n_classes or 0
    if not whole.composed:
        return parts[0]

    def density(X, t):
        joint = np.zeros((len(X), classes))
        for part, share in zip(parts, shares(text, seed).rows(t)[0].T):
            if share.any():
                joint += share[:, None] * part(X, t)
        return joint

    return density


def singles(command: Command) -> Iterator[Command]:
    """The streams of one kernel that a stream is composed of, in order."""
    if not command.composed:
        yield command
        return
    for one in "sd":
        yield from singles(command.options[one])


def flipped(joint: np.ndarray, share: float) -> np.ndarray:
    """The density (n, 2) with a share of the labels replaced by the other one."""
    return (1 - share) * joint + share * joint[:, ::-1]


def sea(command, seed):
    concept = Sea(threshold=THRESHOLDS[command.options["f"] - 1])
    return lambda X, t: flipped(concept.density(X, t), command.options["p"] / 100)


def stagger(command, seed):
    return Stagger(function=command.options["f"]).density


def sine(command, seed):
    concept = Sine(function=command.options["f"])
    return lambda X, t: concept.density(X[:, :2], t) * inside(X[:, 2:])[:, None]


def mixed(command, seed):
    return Mixed(function=command.options["f"]).density


def led(command, seed):
    places, noise = first_state(command, seed).places, command.options["n"] / 100

    def density(X, t):
        wrong = (X[:, None, places[:7]] != LIT).sum(axis=2)
        codes = ((X == 0) | (X == 1)).all(axis=1, keepdims=True)
        return noise**wrong * (1 - noise) ** (7 - wrong) * codes / (10 * 2.0 ** (len(places) - 7))

    return density


def waveform(command, seed):
    places = first_state(command, seed).places
    concept = Waveform.model_validate({"attributes": len(places)})
    return lambda X, t: concept.density(X[:, places], t)


def hyperplane(command, seed):
    weights, classes = first_state(command, seed).weights, command.options["c"]

    def density(X, t):
        label = (X @ weights >= weights.sum() / 2).astype(np.int64)
        joint = flipped(one_hot(label, 2), command.options["n"] / 100)
        return np.pad(joint, [(0, 0), (0, classes - 2)]) * inside(X)[:, None]

    return density


def rbf(command, seed):
    state, options = first_state(command, seed), command.options
    weights = state.shares / state.sums[-1]
    clouds = Clouds(
        state.centres, None, state.labels, state.deviations, weights, AliasTable.of(weights)
    )
    concept = Rbf.model_construct(
        features=options["a"], classes=options["c"], centroids=options["n"]
    )
    return InstantiatedRbf(concept, clouds).density


def random_tree(command, seed):
    tree, options = first_state(command, seed), command.options

    def density(X, t):
        codes = X[:, : tree.nominal]
        possible = inside(X[:, tree.nominal :]) & (codes % 1 == 0).all(axis=1)
        possible &= ((codes >= 0) & (codes < tree.values)).all(axis=1)
        joint = np.zeros((len(X), options["c"]))
        labels = labels_of(tree, X[possible])
        joint[possible] = one_hot(labels, options["c"]) / float(tree.values) ** tree.nominal
        return joint

    return density


def labels_of(tree: Any, X: np.ndarray) -> np.ndarray:
    """The label that a random tree gives each row (n,)."""
    node, rows = np.zeros(len(X), np.int64), np.arange(len(X))
    while len(rows := rows[tree.column[node[rows]] >= 0]):
        at = node[rows]
        column = tree.column[at]
        value = X[rows, column]
        child = np.where(column < tree.nominal, value, value >= tree.threshold[at])
        node[rows] = tree.below[at] + child.astype(np.int64)
    return tree.below[node]


def loans(command, seed):
    function, share = command.options["f"], command.options["p"]
    return Agrawal(function=function, perturbation=share, clipped=True).density


def inside(X: np.ndarray) -> np.ndarray:
    """Which rows lie in the unit cube (n,)."""
    return np.all((X >= 0) & (X <= 1), axis=1)


TRUTHS: dict[str, Callable[[Command, int], Density]] = {
    "SEAGenerator": sea,
    "STAGGERGenerator": stagger,
    "SineGenerator": sine,
    "MixedGenerator": mixed,
    "LEDGenerator": led,
    "LEDGeneratorDrift": led,
    "HyperplaneGenerator": hyperplane,
    "RandomRBFGenerator": rbf,
    "RandomRBFGeneratorDrift": rbf,
    "WaveformGenerator": waveform,
    "WaveformGeneratorDrift": waveform,
    "RandomTreeGenerator": random_tree,
    "AgrawalGenerator": loans,
}
