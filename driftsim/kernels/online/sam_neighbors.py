"""Nearest neighbours with a self-adjusting memory: a short one, a long one, and both together."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, register_model
from driftsim.kernels.online.memory_clusters import Clusters, clusters, compress
from driftsim.kernels.online.random_numbers import random_states
from driftsim.kernels.online.votes import elected

NEAREST = 1e-9  # least distance that a vote is divided by
SHORT, LONG, BOTH = range(3)


class Memory(NamedTuple):
    """Labelled rows in places start to stop."""

    X: np.ndarray  # (M, d, places)
    y: np.ndarray  # (M, places)
    start: np.ndarray  # (M,)
    stop: np.ndarray  # (M,)
    square: np.ndarray  # (places,) scratch: squared distances
    distance: np.ndarray  # (M, n_neighbors) of the nearest rows to the one asked last, squared
    label: np.ndarray  # (M, n_neighbors) theirs
    place: np.ndarray  # (M, n_neighbors)
    found: np.ndarray  # (M,) how many


class SamKnn(NamedTuple):
    """The vote of the nearest rows of that memory which has lately been right most often."""

    short: Memory
    long: Memory
    both: Memory  # whose places are not used
    clusters: Clusters
    t: np.ndarray  # (M,) rows learned
    right: np.ndarray  # (M, 3, size) whether each memory was right about a row, by t modulo size
    hits: np.ndarray  # (M, 3) of the rows in the short memory
    answer: np.ndarray  # (M, 3) what each memory has predicted last
    level_answer: np.ndarray  # (M, slots) what each newest part of the short memory has
    wrong: np.ndarray  # (M, slots, size) whether a part was wrong about a row, by t modulo size
    errors: np.ndarray  # (M, slots) within the part
    base: np.ndarray  # (M,) slot of the whole short memory; its half has the next
    generators: np.ndarray  # (M,)
    votes: np.ndarray  # (k,) scratch
    x: np.ndarray  # (d,) scratch
    size: int  # most rows in both memories
    min_stm: int
    long_size: int


def sam_knn(members, d, k, n_neighbors, window_size, min_stm, ltm_share, seed):
    """Self-adjusting memories without rows."""
    slots = max(1, int(window_size // min_stm).bit_length())
    return SamKnn(
        short=memory(members, d, 2 * window_size + 2, n_neighbors),
        long=memory(members, d, window_size + 2, n_neighbors),
        both=memory(members, d, 1, n_neighbors),
        clusters=clusters(d, window_size + 2),
        t=np.zeros(members, np.int64),
        right=np.zeros((members, 3, window_size), np.bool_),
        hits=np.zeros((members, 3), np.int64),
        answer=np.zeros((members, 3)),
        level_answer=np.zeros((members, slots)),
        wrong=np.zeros((members, slots, window_size), np.bool_),
        errors=np.zeros((members, slots), np.int64),
        base=np.zeros(members, np.int64),
        generators=random_states(seed, members),
        votes=np.zeros(k),
        x=np.zeros(d),
        size=int(window_size),
        min_stm=int(min_stm),
        long_size=int(ltm_share * window_size),
    )


def memory(members, d, places, n_neighbors):
    return Memory(
        X=np.zeros((members, d, places)),
        y=np.zeros((members, places)),
        start=np.zeros(members, np.int64),
        stop=np.zeros(members, np.int64),
        square=np.zeros(places),
        distance=np.zeros((members, n_neighbors)),
        label=np.zeros((members, n_neighbors)),
        place=np.zeros((members, n_neighbors), np.int64),
        found=np.zeros(members, np.int64),
    )


@compiled
def measure(s, m, x, start, stop):
    """Fill in the squared distances of the rows in some places."""
    for place in range(start, stop):
        s.square[place] = 0.0
    for i in range(x.size):
        for place in range(start, stop):
            difference = x[i] - s.X[m, i, place]
            s.square[place] += difference * difference


@compiled
def insert(s, m, distance, label, place):
    """Give a row its place among the nearest, after those as near."""
    n = s.found[m]
    if n < s.distance.shape[1]:
        s.found[m] = n + 1
    elif distance >= s.distance[m, n - 1]:
        return
    else:
        n -= 1
    while n > 0 and s.distance[m, n - 1] > distance:
        s.distance[m, n] = s.distance[m, n - 1]
        s.label[m, n], s.place[m, n] = s.label[m, n - 1], s.place[m, n - 1]
        n -= 1
    s.distance[m, n], s.label[m, n], s.place[m, n] = distance, label, place


@compiled
def look_back(s, m, stop, start):
    """Insert the rows of some places, the newest first, of those measured."""
    full = s.distance.shape[1]
    for place in range(stop - 1, start - 1, -1):
        if s.found[m] < full or s.square[place] < s.distance[m, full - 1]:
            insert(s, m, s.square[place], s.y[m, place], place)


@compiled
def vote(s, m, p):
    """Fill p with the shares of the nearest rows, by the inverse of their distances."""
    for c in range(p.size):
        p[c] = 0.0
    for j in range(s.found[m]):
        p[int(s.label[m, j])] += 1.0 / max(math.sqrt(s.distance[m, j]), NEAREST)
    return elected(p)


@compiled
def levels(s, n):
    """How many sizes a short memory of n rows may shrink to, itself included."""
    count = 1
    while n >> count >= s.min_stm and count < s.errors.shape[1]:
        count += 1
    return count


@compiled
def sam_predict(s, m, x, p):
    """The vote of the memory with most hits, the short one before the long one before both."""
    short, long, both = s.short, s.long, s.both
    after = short.stop[m] - short.start[m] + 1  # rows of the short memory with this one
    measure(short, m, x, short.start[m], short.stop[m])
    short.found[m] = 0
    place = short.stop[m]
    for level in range(levels(s, after) - 1, -1, -1):
        first = short.stop[m] + 1 - (after >> level)
        look_back(short, m, place, first)
        place = first
        s.level_answer[m, level] = vote(short, m, s.votes)
    measure(long, m, x, long.start[m], long.stop[m])
    long.found[m] = 0
    look_back(long, m, long.stop[m], long.start[m])
    both.found[m] = 0
    for one in (short, long):
        for j in range(one.found[m]):
            insert(both, m, one.distance[m, j], one.label[m, j], 0)
    s.answer[m, SHORT] = s.level_answer[m, 0]
    s.answer[m, LONG] = vote(long, m, s.votes)
    s.answer[m, BOTH] = vote(both, m, s.votes)
    hits = s.hits[m]
    if hits[SHORT] >= hits[LONG] and hits[SHORT] >= hits[BOTH]:
        return vote(short, m, p)
    if hits[LONG] >= hits[BOTH]:
        return vote(long, m, p)
    return vote(both, m, p)


@compiled
def sam_learn(s, m, x, y, w, fresh):
    if not fresh:
        sam_predict(s, m, x, s.votes)
    short, turn = s.short, s.t[m] % s.size
    for a in range(3):
        s.right[m, a, turn] = s.answer[m, a] == y
        s.hits[m, a] += s.right[m, a, turn]
    if spoil(s, m, y, s.long):
        tidy(s.long, m, s.long.start[m])
    append(short, m, x, y)
    best = best_level(s, m, y)
    s.t[m] += 1
    if best > 0:
        shrink(s, m, best)
    limit(s, m)


@compiled
def append(s, m, x, y):
    """Add a row; where the places end, the rows move to the first ones."""
    if s.stop[m] == s.y.shape[1]:
        n = s.stop[m] - s.start[m]
        for place in range(n):
            s.y[m, place] = s.y[m, s.start[m] + place]
            for i in range(x.size):
                s.X[m, i, place] = s.X[m, i, s.start[m] + place]
        s.start[m], s.stop[m] = 0, n
    for i in range(x.size):
        s.X[m, i, s.stop[m]] = x[i]
    s.y[m, s.stop[m]] = y
    s.stop[m] += 1


@compiled
def spoil(s, m, y, other):
    """Mark those rows of the nearest in another memory that contradict the short one; if any.

    They are not of class y, and as near as the farthest of the nearest rows of the short memory
    that are.
    """
    most, any_marked = -1.0, False
    for j in range(s.short.found[m]):
        if s.short.label[m, j] == y:
            most = s.short.distance[m, j]
    for j in range(other.found[m]):
        if other.label[m, j] != y and other.distance[m, j] <= most:
            other.y[m, other.place[m, j]] = -1.0
            any_marked = True
    return any_marked


@compiled
def tidy(s, m, start):
    """Take out the marked rows from a place on; the others keep their order."""
    to = start
    for place in range(start, s.stop[m]):
        if s.y[m, place] >= 0.0:
            s.y[m, to] = s.y[m, place]
            for i in range(s.X.shape[1]):
                s.X[m, i, to] = s.X[m, i, place]
            to += 1
    s.stop[m] = to


@compiled
def best_level(s, m, y):
    """Count the errors on the new row, which is in; the size with the lowest share, the largest.

    The errors of a size are those on its rows but the first, each by the rows before it.
    """
    n, best, lowest = s.short.stop[m] - s.short.start[m], 0, math.inf
    for level in range(levels(s, n)):
        slot, size = (s.base[m] + level) % s.errors.shape[1], n >> level
        judged = size - 1
        if level > 0 and (n - 1) >> level < s.min_stm:
            judge_all(s, m, slot, size)
        elif judged > 0:
            if (n - 1) >> level == size:  # the oldest leaves
                s.errors[m, slot] -= s.wrong[m, slot, (s.t[m] - judged) % s.size]
            missed = s.level_answer[m, level] != y
            s.wrong[m, slot, s.t[m] % s.size] = missed
            s.errors[m, slot] += missed
        share = s.errors[m, slot] / judged if judged > 0 else 0.0
        if share < lowest:
            best, lowest = level, share
    return best


@compiled
def judge_all(s, m, slot, size):
    """Count the errors of a size that the short memory has just become large enough for."""
    short = s.short
    start = short.stop[m] - size
    s.errors[m, slot] = 0
    for i in range(1, size):
        row = start + i
        read(short, m, row, s.x)
        measure(short, m, s.x, start, row)
        short.found[m] = 0
        look_back(short, m, row, start)
        missed = vote(short, m, s.votes) != short.y[m, row]
        s.wrong[m, slot, (s.t[m] - size + 1 + i) % s.size] = missed
        s.errors[m, slot] += missed


@compiled
def read(s, m, place, x):
    for i in range(x.size):
        x[i] = s.X[m, i, place]


@compiled
def shrink(s, m, level):
    """Keep the newest rows in the short memory, and move the others that agree to the long one."""
    short, long = s.short, s.long
    first = short.stop[m] - ((short.stop[m] - short.start[m]) >> level)
    moved = long.stop[m]
    for place in range(short.start[m], first):
        read(short, m, place, s.x)
        append(long, m, s.x, short.y[m, place])
    short.start[m] = first
    s.base[m] = (s.base[m] + level) % s.errors.shape[1]
    count_hits(s, m)
    for place in range(first, short.stop[m]):
        read(short, m, place, s.x)
        measure(short, m, s.x, first, short.stop[m])
        short.found[m] = 0
        look_back(short, m, short.stop[m], place + 1)
        look_back(short, m, place, first)
        measure(long, m, s.x, moved, long.stop[m])
        long.found[m] = 0
        look_back(long, m, long.stop[m], moved)
        if spoil(s, m, short.y[m, place], long):
            tidy(long, m, moved)


@compiled
def count_hits(s, m):
    """Count the hits of each memory on the rows in the short one."""
    for a in range(3):
        s.hits[m, a] = 0
        for back in range(1, s.short.stop[m] - s.short.start[m] + 1):
            s.hits[m, a] += s.right[m, a, (s.t[m] - back) % s.size]


@compiled
def limit(s, m):
    """Compress the long memory where both hold too much, with old rows of the short one if few."""
    short, long = s.short, s.long
    kept = short.stop[m] - short.start[m]
    held = long.stop[m]
    if kept + held <= s.size:
        return
    if held <= s.long_size:
        for _ in range(s.long_size - held + 1):
            read(short, m, short.start[m], s.x)
            append(long, m, s.x, short.y[m, short.start[m]])
            short.start[m] += 1
        count_hits(s, m)
        count_errors(s, m)
    compress(s.clusters, long, m, s.generators, s.votes.size)
    long.stop[m] = min(long.stop[m], s.size - (short.stop[m] - short.start[m]))


@compiled
def count_errors(s, m):
    """Count the errors of each size within the rows that are left to it."""
    n = s.short.stop[m] - s.short.start[m]
    for level in range(levels(s, n)):
        slot = (s.base[m] + level) % s.errors.shape[1]
        s.errors[m, slot] = 0
        for back in range(1, n >> level):
            s.errors[m, slot] += s.wrong[m, slot, (s.t[m] - back) % s.size]


@compiled
def sam_reset(s, m):
    for one in (s.short, s.long):
        one.start[m] = one.stop[m] = 0
    s.t[m] = s.base[m] = 0
    for a in range(3):
        s.hits[m, a] = 0
    for slot in range(s.errors.shape[1]):
        s.errors[m, slot] = 0


register_model(SamKnn, predict=sam_predict, learn=sam_learn, reset=sam_reset)
