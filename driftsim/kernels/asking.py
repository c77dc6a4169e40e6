"""The loop that plays a compiled model which asks for labels, as loop.py plays others.

What it asks for is what `driftsim.evaluation.strategies` would, row by row: a test compares them.
"""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import answer, compiled, learn, room

RANDOM, FIXED, VARIABLE, SPLIT = range(4)  # strategies
CONFIDENCE, MARGIN, ENTROPY = range(3)  # measures of certainty
THRESHOLD, SPENT, ROWS, KNOWS = range(4)  # what is held


class Questions(NamedTuple):
    """How a model asks for labels of a stretch of n rows, and what it has spent on them so far."""

    strategy: int
    measure: int
    budget: float  # share of rows
    window: float  # rows over which spending fades; 0: of all rows so far
    limit: float  # of certainty, where it is fixed
    step: float
    share: float  # of rows that a split sets aside
    least: float  # threshold
    held: np.ndarray  # (4,) threshold, labels spent, rows so far, and 1 once the model has learned
    drawn: np.ndarray  # (n, 2) uniform numbers
    factor: np.ndarray  # (n,) by what thresholds are multiplied
    rows: np.ndarray  # (w, d) the last ones that rows are compared with; w is 0 where none are
    nearest: np.ndarray  # (w,) squared distance of each from the nearest that it has been with
    seen: np.ndarray  # (1,) rows compared so far
    y: np.ndarray  # (n,) labels, as floats
    due: np.ndarray  # (n,) before which row a label comes in, never falling; -1: never
    queue: np.ndarray  # (n,) scratch: rows that were asked for
    asked: np.ndarray  # (n,) whether each was


def questions_of(
    n,
    d,
    strategy=RANDOM,
    measure=CONFIDENCE,
    budget=1.0,
    window=0.0,
    limit=1.0,
    step=0.01,
    share=0.0,
    least=0.0,
    compared=0,
):
    """Questions on stretches of n rows of d features, before the first; `compared` are held."""
    return Questions(
        int(strategy), int(measure), float(budget), float(window), float(limit), float(step),
        float(share), float(least), np.array([1.0, 0.0, 0.0, 0.0]), np.zeros((n, 2)), np.ones(n),
        np.zeros((compared, d)), np.full(compared, np.inf), np.zeros(1, np.int64), np.zeros(n),
        np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.bool_),
    )  # fmt: skip


@compiled
def certainty_of(measure, p):
    """How certain probabilities (k,) are, which need not sum to 1."""
    k, total, best, second, spread = p.size, 0.0, -1.0, -1.0, 0.0
    for c in range(k):
        total += p[c]
    for c in range(k):
        share = p[c] / total if total > 0.0 else (1.0 if c == 0 else 0.0)
        if share != share:
            return -np.inf
        if share > best:
            best, second = share, best
        elif share > second:
            second = share
        if share > 0.0:
            spread += share * math.log(share)
    if measure == CONFIDENCE:
        return best
    if measure == MARGIN:
        return best - max(second, 0.0)
    return 1.0 + spread / math.log(float(max(k, 2)))


@compiled
def is_dense(q, x):
    """Whether a row (d,) is the nearest of one of the last rows; it is then one of them."""
    w, n = q.nearest.size, q.seen[0]
    found, least = False, np.inf
    for i in range(min(n, w)):
        distance = 0.0
        for j in range(x.size):
            distance += (q.rows[i, j] - x[j]) ** 2
        if distance < q.nearest[i]:
            q.nearest[i] = distance
            found = True
        if distance < least:
            least = distance
    place = n % w
    q.nearest[place] = least
    for j in range(x.size):
        q.rows[place, j] = x[j]
    q.seen[0] = n + 1
    return found


@compiled
def exceeds(q, certainty, factor):
    """Whether the threshold, times a factor, is above a certainty; it then adapts."""
    above = certainty < q.held[THRESHOLD] * factor
    changed = q.held[THRESHOLD] * (1.0 - q.step if above else 1.0 + q.step)
    q.held[THRESHOLD] = max(changed, q.least)
    return above


@compiled
def asks(q, i, x, p):
    """Whether the label of row i of a stretch is asked for, within the budget."""
    dense = q.nearest.size == 0 or is_dense(q, x)
    rows = q.held[ROWS] + 1.0 if q.window == 0.0 else q.window
    affordable = q.held[SPENT] < q.budget * rows
    if q.strategy == RANDOM:
        found = q.drawn[i, 0] < q.budget
    elif not affordable or not dense:
        found = False
    elif q.strategy == SPLIT and q.drawn[i, 0] < q.share:
        found = q.drawn[i, 1] < q.budget
    else:
        certainty = certainty_of(q.measure, p) if q.held[KNOWS] == 1.0 else -np.inf
        if q.strategy == FIXED:
            found = certainty < q.limit
        else:
            found = exceeds(q, certainty, q.factor[i])
    kept = 1.0 if q.window == 0.0 else (q.window - 1.0) / q.window
    q.held[SPENT] = q.held[SPENT] * kept + (1.0 if found else 0.0)
    q.held[ROWS] += 1.0
    return found


def ask(state, stretch, q, done, label, p):
    """Predict each row of a stretch after learning the labels due before it, and ask for its label.

    Those that come in before its last row are learned, too. Fills `label` and `p` as `play` does,
    and `q.asked`. `done` (4,) holds the number of rows predicted, of labels due and of labels asked
    for learned, and of labels asked for.
    """
    n, last = stretch.t.size, -1
    probable = p.shape[0] == n
    i, j, head, tail = done[0], done[1], done[2], done[3]
    if not room(state):
        return
    while i < n:
        while j < stretch.due_by[i] or (head < tail and q.due[q.queue[head]] <= i):
            if j < stretch.due_by[i]:
                learn(state, 0, stretch.due_X[j], stretch.due_y[j], 1.0, False)
                j += 1
            else:
                row = q.queue[head]
                learn(state, 0, stretch.X[row], q.y[row], 1.0, stretch.t[row] == last)
                head += 1
            last = -1
            q.held[KNOWS] = 1.0
            if not room(state):
                done[0], done[1], done[2], done[3] = i, j, head, tail
                return
        own = p[i if probable else 0]
        label[i] = answer(state, 0, stretch.X[i], own, probable)
        last = stretch.t[i]
        q.asked[i] = asks(q, i, stretch.X[i], own)
        if q.asked[i] and q.due[i] >= 0:
            q.queue[tail] = i
            tail += 1
        i += 1
    done[0], done[1], done[2], done[3] = i, j, head, tail
