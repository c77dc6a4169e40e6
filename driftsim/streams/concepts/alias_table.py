"""Alias tables: one outcome of many by their probabilities, in constant time."""

from typing import NamedTuple

import numpy as np


class AliasTable(NamedTuple):
    """Walker's alias method (1977): as many equal columns as outcomes, each of at most two.

    Column i has two slots, 2i of its own outcome and 2i + 1 of another, its alias.
    """

    size: int  # how many outcomes a table has
    border: np.ndarray  # (columns,) where in 0..size the second slot begins
    outcome: np.ndarray  # (2 columns,) of each slot

    @classmethod
    def of(cls, *tables):
        """The tables of several lists of probabilities, in the columns of one after another."""
        shares, aliases = zip(*map(build_alias, tables))
        own = np.arange(len(tables[0]))
        outcomes = [np.stack([own, alias], axis=1).ravel() for alias in aliases]
        return cls(len(own), np.concatenate(shares + own), np.concatenate(outcomes))

    def slots(self, u, start=None):
        """The slots of uniform numbers `u`, in the first table or that which begins at `start`."""
        place = u * self.size
        column = place.astype(np.intp)
        if start is not None:
            column += start
        second = place >= self.border.take(column)
        column += column
        column += second
        return column

    def outcomes(self, u, start=None):
        """The outcomes of uniform numbers `u`, in the same tables."""
        return self.outcome.take(self.slots(u, start))


def build_alias(probabilities):
    """The share of each column that its own outcome keeps, and the outcome of the rest."""
    kept = (np.asarray(probabilities) * (len(probabilities) / np.sum(probabilities))).tolist()
    alias = list(range(len(kept)))
    small = [i for i, share in enumerate(kept) if share < 1]
    large = [i for i, share in enumerate(kept) if share >= 1]
    while small and large:
        column, giver = small.pop(), large[-1]
        alias[column] = giver
        kept[giver] -= 1 - kept[column]
        if kept[giver] < 1:
            small.append(large.pop())
    for column in small + large:  # what they lack is rounding
        kept[column] = 1.0
    return np.array(kept), np.array(alias, np.intp)
