"""Choices: one of many by their probabilities, in a time that does not grow with their number."""

from typing import NamedTuple

import numpy as np


class Choice(NamedTuple):
    """Walker's alias method: as many equal columns as outcomes, each shared by at most two.

    Column i has two slots, 2i of its own outcome and 2i + 1 of another.
    """

    size: int  # how many outcomes a table has
    border: np.ndarray  # (columns,) where in 0..size the second slot begins
    outcome: np.ndarray  # (2 columns,) of each slot

    @classmethod
    def of(cls, *tables):
        """Of the outcomes of tables of probabilities, in the columns of one after another."""
        shares, others = zip(*map(shared, tables))
        own = np.arange(len(tables[0]))
        outcomes = [np.stack([own, other], axis=1).ravel() for other in others]
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
        """The outcomes of uniform numbers `u`, likewise."""
        return self.outcome.take(self.slots(u, start))


def shared(probabilities):
    """The share of each column that its own outcome keeps, and the outcome of the rest."""
    kept = (np.asarray(probabilities) * (len(probabilities) / np.sum(probabilities))).tolist()
    other = list(range(len(kept)))
    poor = [i for i, share in enumerate(kept) if share < 1]
    rich = [i for i, share in enumerate(kept) if share >= 1]
    while poor and rich:
        column, giver = poor.pop(), rich[-1]
        other[column] = giver
        kept[giver] -= 1 - kept[column]
        if kept[giver] < 1:
            poor.append(rich.pop())
    for column in poor + rich:  # nobody is left to share with; what is missing is rounding
        kept[column] = 1.0
    return np.array(kept), np.array(other, np.intp)
