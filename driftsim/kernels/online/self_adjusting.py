"""Self-adjusting ensembles (ROSE): a background ensemble competes with that which votes."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, predict, register_model, room
from driftsim.kernels.online.class_windows import (
    NONE,
    ClassWindows,
    class_windows,
    hold,
    pull,
    rewind,
)
from driftsim.kernels.online.forests import (
    Forest,
    ask,
    forest,
    learn_row,
    replace,
    reset_tree,
    watch,
)
from driftsim.kernels.online.random_numbers import below, poisson_with, sample
from driftsim.kernels.online.recent_merit import Merit, add_prediction, forget, recent_merit
from driftsim.kernels.online.votes import elected

CLOCK = np.dtype(
    [
        ("rows", np.int64),  # learned so far
        ("since", np.int64),  # of them, before those from which members in the background compete
        ("competes", np.bool_),  # whether there are such members
        ("again", np.bool_),  # whether they have rows of the windows to learn first
    ]
)


class Columns(NamedTuple):
    """Which of d columns each of n members has."""

    chosen: np.ndarray  # (n, d)
    row: np.ndarray  # (d,) scratch: a row, without the cells of columns that a member lacks
    drawn: np.ndarray  # (d,) scratch
    pool: np.ndarray  # (d,) scratch
    fewest: int


class Rates(NamedTuple):
    """How often rows are learned, on average."""

    shares: np.ndarray  # (k,) of each class, of which old rows count ever less
    theta: float
    frequent: float  # rate of the most frequent class
    none: float  # chance that a row is not learned at that rate


class SelfAdjusting(NamedTuple):
    """2 n members, n of which vote; the others are in the background, or at rest."""

    forest: Forest  # of 2 n models, each of two trees
    columns: Columns
    votes: np.ndarray  # (2 n,) whether a member votes
    elected: np.ndarray  # (2 n,) scratch: whether it is to
    merit: Merit
    rates: Rates
    windows: ClassWindows
    clock: np.ndarray  # (1,) of CLOCK
    alike: np.ndarray  # (k,) scratch: votes that all count alike


def self_adjusting(
    members: int,
    d: int,
    k: int,
    trees: Callable[[int], tuple],
    n_models: int,
    fewest: int,
    rate: float,
    theta: float,
    window_size: int,
    period: int,
    drift: Callable[[int], tuple] | None,
    warning: Callable[[int], tuple] | None,
    seed: int,
) -> SelfAdjusting:
    """ROSE (Cano & Krawczyk 2022): it has learned nothing.

    `trees` gives the state of so many, `drift` and `warning` that of so many detectors. A member
    has from `fewest` to all d columns. Raises `ValueError` for more members than one.
    """
    n, ever, order = 2 * n_models, np.ones(1), np.zeros(d, np.int64)
    return SelfAdjusting(
        forest(members, k, trees, n, ever, True, False, drift, warning, seed),
        Columns(np.zeros((n, d), np.bool_), np.zeros(d), order, order.copy(), int(fewest)),
        np.arange(n) < n_models,
        np.zeros(n, np.bool_),
        recent_merit(n, k, period),
        Rates(np.full(k, 1.0 / k), float(theta), float(rate), math.exp(-rate)),
        class_windows(k, d, max(window_size // k, 1)),
        np.zeros(1, CLOCK),
        np.zeros(k),
    )


@compiled
def draw_columns(s, states, i):
    """Give member i some columns: any number of them from the fewest is as likely."""
    d = s.row.size
    n = s.fewest + below(states, i, d - s.fewest + 1)
    sample(states, i, s.drawn[:n], s.pool)
    for j in range(d):
        s.chosen[i, j] = False
    for j in range(n):
        s.chosen[i, s.drawn[j]] = True


@compiled
def show(s, i, x):
    """Put the cells of a row that member i has into s.row; the others are missing there."""
    for j in range(x.size):
        s.row[j] = x[j] if s.chosen[i, j] else math.nan


@compiled
def adjusted_rate(s, c):
    """Note a row of a class: how often it is to be learned, on average."""
    most = 0.0
    for q in range(s.shares.size):
        s.shares[q] = s.theta * s.shares[q] + (1.0 - s.theta if q == c else 0.0)
        most = max(most, s.shares[q])
    return s.frequent + s.frequent * math.log(most / s.shares[c])


@compiled
def elect(merit, votes, elected):
    """Have the best half vote, of equals those in the background."""
    n = votes.size
    for i in range(n):
        elected[i] = False
    for _ in range(n // 2):
        best = NONE
        for i in range(n):
            equal = best != NONE and merit[i] == merit[best] and votes[best] and not votes[i]
            if not elected[i] and (best == NONE or merit[i] > merit[best] or equal):
                best = i
        elected[best] = True
    for i in range(n):
        votes[i] = elected[i]


@compiled
def rose_predict(s, m, x, p):
    most = 0.0
    for c in range(p.size):
        p[c] = s.alike[c] = 0.0
    for i in range(s.votes.size):
        if not s.votes[i]:
            continue
        show(s.columns, i, x)
        ask(s.forest, i, s.columns.row)
        votes, weight, total = s.forest.votes[i], max(s.merit.of[i], 0.0), 0.0
        for c in range(p.size):
            total += votes[c]
        for c in range(p.size):
            share = votes[c] / total if total > 0.0 else 0.0
            s.alike[c] += share
            p[c] += weight * share
            most = max(most, p[c])
    for c in range(p.size):
        if most == 0.0:
            p[c] = s.alike[c]
    return elected(p)


@compiled
def rose_learn(s, m, x, y, w, fresh):
    clock, c = s.clock[0], int(y)
    if clock.rows == 0:
        for i in range(s.votes.size):
            draw_columns(s.columns, s.forest.generators, i)
        clock.competes = True
    rate = adjusted_rate(s.rates, c)
    none, at, warned = math.exp(-rate), clock.rows % s.merit.label.size, False
    hold(s.windows, x, c, w, clock.rows)
    for i in range(s.votes.size):
        if not (s.votes[i] or clock.competes):
            continue
        show(s.columns, i, x)
        if not (fresh and s.votes[i]):
            ask(s.forest, i, s.columns.row)
        add_prediction(s.merit, i, at, int(s.forest.models[i].label), c)
        n = poisson_with(s.forest.generators, i, rate, none)
        if n > 0 and train(s, i, y, w * n, True):
            warned |= s.votes[i]
    s.merit.label[at] = c
    clock.rows += 1
    if clock.competes and clock.rows - clock.since == s.merit.label.size:
        elect(s.merit.of, s.votes, s.elected)
        clock.competes = False
    elif warned and not clock.competes:
        begin(s)


@compiled
def train(s, i, y, w, fresh):
    """Train member i on the row in s.row; whether its detector warns."""
    held, model = s.forest, s.forest.models[i]
    learn_row(held, i, s.columns.row, y, w, w, fresh)
    if not held.detects:
        return False
    label = predict(held.trees, model.tree, s.columns.row, held.votes[i])
    model.n = 1.0
    warned = watch(held, i, 0.0 if label == y else 1.0)
    if model.n == 0.0:  # another tree votes
        forget(s.merit, i)
    return warned


@compiled
def begin(s):
    """Have new members begin in the background; `room` then trains them on the windows."""
    for i in range(s.votes.size):
        if not s.votes[i]:
            reset_tree(s.forest, s.forest.models[i].behind)
            s.forest.models[i].warned = False
            replace(s.forest, i)
            forget(s.merit, i)
            draw_columns(s.columns, s.forest.generators, i)
    rewind(s.windows)
    s.clock[0].since = s.clock[0].rows
    s.clock[0].competes = s.clock[0].again = True


@compiled
def rose_room(s):
    """Train the members in the background on the windows, as far as there is room for it."""
    while s.clock[0].again and room(s.forest):
        c, at = pull(s.windows)
        s.clock[0].again = c != NONE
        if c != NONE:
            learn_again(s, c, at)
    return room(s.forest)


@compiled
def learn_again(s, c, at):
    """Train the members in the background on a row of the windows."""
    for i in range(s.votes.size):
        if not s.votes[i]:
            show(s.columns, i, s.windows.X[c, at])
            n = poisson_with(s.forest.generators, i, s.rates.frequent, s.rates.none)
            if n > 0:
                train(s, i, float(c), s.windows.weight[c, at] * n, False)


register_model(SelfAdjusting, predict=rose_predict, learn=rose_learn, room=rose_room)
