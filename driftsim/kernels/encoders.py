"""One-hot encoding: a column for each value of nominal columns, before a linear model."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, learn, predict, register_model, reset, room_of_model


class OneHot(NamedTuple):
    """Models of rows that say, for each value of each column, whether the row has it.

    river gives a value its column when it meets it. A column of zeros until then is the same to
    a linear model.
    """

    model: tuple  # a state
    sizes: np.ndarray  # (d,) how many values each column has
    start: np.ndarray  # (d,) where those of a column start in z
    rank: np.ndarray  # (D,) of each value, its place in the order of their names
    at: np.ndarray  # (D,) the value at each place
    lowest: np.ndarray  # (M,) the first place of a value that has been learned; D: of none
    drops_first: bool  # the first value, by its name, that is known so far
    keeps_zeros: bool  # values that have been learned, and that a row has not, are known too
    z: np.ndarray  # (D,) scratch: the encoded row


def one_hot(members, d, k, model, sizes, titles, drop_zeros=False, drop_first=False):
    """Models that have learned nothing, each behind an encoder of its own.

    `model` gives the state of so many members; `titles` are the names of all values.
    """
    at = np.array(sorted(range(len(titles)), key=titles.__getitem__), np.int64)
    sizes, rank = np.array(sizes, np.int64), np.argsort(at)
    start, lowest = np.cumsum(sizes) - sizes, np.full(members, len(titles))
    return OneHot(
        model(members), sizes, start, rank, at, lowest, bool(drop_first), not drop_zeros,
        np.zeros(len(titles)),
    )  # fmt: skip


@compiled
def encode(s, m, x):
    lowest = s.lowest[m]
    for i in range(s.z.size):
        s.z[i] = 0.0
    for j in range(x.size):
        i = s.start[j] + int(x[j])
        s.z[i] = 1.0
        lowest = min(lowest, s.rank[i])
    if s.drops_first:
        s.z[s.at[lowest]] = 0.0
    return lowest


@compiled
def one_hot_predict(s, m, x, p):
    encode(s, m, x)
    return predict(s.model, m, s.z, p)


@compiled
def one_hot_learn(s, m, x, y, w, fresh):
    lowest = encode(s, m, x)
    if s.keeps_zeros:
        s.lowest[m] = lowest
    learn(s.model, m, s.z, y, w, False)


@compiled
def one_hot_reset(s, m):
    s.lowest[m] = s.z.size
    reset(s.model, m)


register_model(
    OneHot, predict=one_hot_predict, learn=one_hot_learn, reset=one_hot_reset, room=room_of_model
)
