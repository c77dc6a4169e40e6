"""Adaptive random forests: trees on weighted rows and drawn columns, renewed when they drift."""

import math
from functools import partial
from typing import NamedTuple

import numpy as np

from driftsim.kernels.adwin import adwin
from driftsim.kernels.detector_loop import ALARM, update
from driftsim.kernels.leaves import NOTHING
from driftsim.kernels.loop import compiled, family, learn, predict, reset, room
from driftsim.kernels.trees import Trees, hoeffding_tree, visit
from driftsim.kernels.twister import poisson, sample, twister

MODEL = np.dtype(
    [
        ("turn", np.int64),  # which of its two trees is asked; the other may wait behind it
        ("waits", np.int64),  # whether it does, and learns, since a warning
        ("asked", np.float64),  # how often since its last drift
        ("right", np.float64),  # how often it was
        ("label", np.float64),  # that it told last
    ]
)


class Forest(NamedTuple):
    """M forests of n models each; model i of forest m has trees 2 (m n + i) and the next."""

    models: np.ndarray  # (M, n) of MODEL
    trees: Trees
    drift: tuple  # detectors, M n
    warning: tuple  # detectors, M n
    known: np.ndarray  # (2 M n, k) whether a tree has learned of a class
    twisters: np.ndarray  # (M, 625) states of random numbers
    seeded: np.ndarray  # (625,) the state at first
    by_name: np.ndarray  # (d,) columns in the order of their names
    pool: np.ndarray  # (d,) scratch
    p: np.ndarray  # (k,) scratch
    order: np.ndarray  # (k,) scratch: classes in the order in which they are first voted for
    rate: float  # mean weight of a row
    weighs: bool  # votes, by how often a model was right
    detects: bool
    warns: bool


def adaptive_random_forest(
    members,
    d,
    k,
    n_models=10,
    max_features="sqrt",
    lambda_value=6,
    disable_weighted_vote=False,
    drift_detector=partial(adwin, delta=0.001),
    warning_detector=partial(adwin, delta=0.01),
    seed=None,
    names=None,
    grace_period=50,
    delta=0.01,
    memory_estimate_period=2_000_000,
    **parameters,
):
    """Adaptive random forests (Gomes et al. 2017) that have learned nothing.

    A detector gives the state of so many; None: there is none. `names` are those of the columns.
    The parameters are those of the trees.
    """
    n = members * n_models
    trees = hoeffding_tree(
        2 * n,
        d,
        k,
        grace_period=grace_period,
        delta=delta,
        memory_estimate_period=memory_estimate_period,
        max_features=resolved(max_features, d),
        whole=True,
        **parameters,
    )
    seeded = twister(seed)
    return Forest(
        np.zeros((members, n_models), MODEL),
        trees,
        (drift_detector or adwin)(n),
        (warning_detector or adwin)(n),
        np.zeros((2 * n, k), np.bool_),
        np.tile(seeded, (members, 1)),
        seeded,
        np.array(sorted(range(d), key=names.__getitem__) if names else range(d)),
        np.zeros(d, np.int64),
        np.zeros(k),
        np.zeros(k, np.int64),
        float(lambda_value),
        not disable_weighted_vote,
        drift_detector is not None,
        warning_detector is not None,
    )


def resolved(max_features, d):
    """How many columns each leaf looks at, of d."""
    if max_features is None:
        return d
    if max_features == "sqrt":
        m = round(math.sqrt(d))
    elif max_features == "log2":
        m = round(math.log2(d))
    else:
        m = int(max_features * d) if isinstance(max_features, float) else int(max_features)
    return min(max(m + d if m < 0 else m, 1), d)


@compiled
def ask(s, m, i, x):
    """The label that a model tells; its probabilities are in s.p."""
    model = s.models[m, i]
    tree = 2 * (m * s.models.shape[1] + i) + model.turn
    model.label = predict(s.trees, tree, x, s.p)
    return tree


@compiled
def forest_predict(s, m, x, p):
    k, n = p.size, 0
    for c in range(k):
        p[c] = NOTHING
    for i in range(s.models.shape[1]):
        tree, model = ask(s, m, i, x), s.models[m, i]
        share = 1.0
        if s.weighs and model.right > 0.0:
            share = model.right / model.asked
        for c in range(k):
            if s.known[tree, c]:
                if p[c] == NOTHING:
                    p[c], s.order[n] = 0.0, c
                    n += 1
                p[c] += s.p[c] * share
    total = 0.0
    for j in range(n):
        total += p[s.order[j]]
    label, most = -1.0, NOTHING
    for j in range(n):
        c = s.order[j]
        p[c] = p[c] / total if total > 0.0 else p[c]
        if p[c] > most:
            label, most = float(c), p[c]
    for c in range(k):
        p[c] = max(p[c], 0.0)
    return label


@compiled
def forest_learn(s, m, x, y, w, fresh):
    for i in range(s.models.shape[1]):
        model, j = s.models[m, i], m * s.models.shape[1] + i
        if not fresh:
            ask(s, m, i, x)
        wrong = 1.0 if model.label != y else 0.0
        model.asked += 1.0
        model.right += 1.0 - wrong
        times = float(poisson(s.twisters[m], s.rate))
        if times == 0.0:
            continue
        for turn in (1 - model.turn, model.turn):
            tree = 2 * j + turn
            if turn != model.turn:
                if not model.waits:
                    continue
                visit(s.trees, tree, x)
            draw_columns(s, m, tree)
            s.known[tree, int(y)] = True
            learn(s.trees, tree, x, y, times, True)
        listen(s, model, j, wrong)


@compiled
def draw_columns(s, m, tree):
    """Draw the columns of the leaf where a tree was last asked, if it is to observe its first."""
    leaf, leaves = s.trees.nodes[s.trees.members[tree].node].leaf, s.trees.leaves
    chosen = leaves.columns[leaf]
    if chosen[0] == NOTHING and leaves.counts[leaf].active:
        sample(s.twisters[m], s.by_name.size, chosen, s.pool)
        for i in range(chosen.size):
            chosen[i] = s.by_name[chosen[i]]


@compiled
def listen(s, model, j, wrong):
    """Let another tree of a model begin at a warning, and take its place at a drift."""
    if s.warns and update(s.warning, j, wrong) == ALARM:
        renew(s, 2 * j + 1 - model.turn)
        model.waits = True
        reset(s.warning, j)
    if s.detects and update(s.drift, j, wrong) == ALARM:
        renew(s, 2 * j + model.turn)
        if model.waits:
            model.turn, model.waits = 1 - model.turn, False
            reset(s.warning, j)
        reset(s.drift, j)
        model.asked = model.right = 0.0


@compiled
def renew(s, tree):
    """Have a tree forget all."""
    reset(s.trees, tree)
    for c in range(s.known.shape[1]):
        s.known[tree, c] = False


@compiled
def forest_reset(s, m):
    for i in range(s.models.shape[1]):
        model, j = s.models[m, i], m * s.models.shape[1] + i
        model.turn, model.waits, model.asked, model.right = 0, False, 0.0, 0.0
        renew(s, 2 * j)
        renew(s, 2 * j + 1)
        reset(s.drift, j)
        reset(s.warning, j)
    for i in range(s.seeded.size):
        s.twisters[m, i] = s.seeded[i]


@compiled
def forest_room(s):
    return room(s.trees)


family(Forest, predict=forest_predict, learn=forest_learn, reset=forest_reset, room=forest_room)
