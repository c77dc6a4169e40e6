"""Amounts: numbers, or how many standard deviations, of the columns of a concept."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator

from driftsim.forms import listed
from driftsim.messages import refusal, short
from driftsim.parts import Number, Share
from driftsim.streams.operators.operator import Drawn, is_ready, sample_positions
from driftsim.streams.seeds import PARTS, spawn_rng

SAMPLED = 65_536  # rows of a concept that generates them, whose statistics are estimated
IN_SD = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*sd\s*")


def _amounts(given):
    for one in listed(given):
        in_sd = isinstance(one, str) and IN_SD.fullmatch(one)
        number = float(in_sd[1]) if in_sd else one
        if type(number) not in (int, float) or not np.isfinite(number):
            raise ValueError(f"{short(one)} is no amount; write a number, or '2 sd'")
    return given


# one for all columns, or one for each
Amounts = Annotated[Number | str | list[Number | str], BeforeValidator(_amounts)]


def _shares(given):
    for one in given.values() if isinstance(given, dict) else listed(given):
        if type(one) not in (int, float) or not 0 <= one <= 1:
            raise ValueError(f"{short(one)} is no share; give a number from 0 to 1")
    return given


ShareOrShares = Annotated[Share | list[Share], BeforeValidator(_shares)]  # of all, or of each
Shares = Annotated[list[Share] | dict[str, Share], BeforeValidator(_shares)]  # of each, or of some


class Statistics:
    """What is known of the columns of a concept: of all rows of a record, else of a sample.

    They are the world's own knowledge, and the same for every seed. Where a concept moves, they are
    those of its first row. Before a record has learned from the warm-up they are all 0.
    """

    def __init__(self, base: Drawn):
        self._base = base
        self.ready = is_ready(base)

    @cached_property
    def _X(self):
        if not getattr(self._base, "in_memory", True):
            raise ValueError(
                "so large a table is not held in memory, and its statistics are not computed; "
                "give numbers in the place of quantiles, means and standard deviations"
            )
        t = sample_positions(self._base, SAMPLED)
        return self._base.draw(spawn_rng(0, PARTS), t)[0]

    def quantile(self, j: int, q: float) -> float:
        """The value that a share q of the rows are at most."""
        return float(np.quantile(self._known(j), q))

    def mean(self, j: int) -> float:
        """The mean of a column."""
        return float(np.mean(self._known(j)))

    def sd(self, j: int) -> float:
        """The standard deviation of a column."""
        return float(np.std(self._known(j)))

    def commonest(self, j: int) -> float:
        """The most frequent code of a column."""
        return float(np.bincount(self._known(j).astype(np.int64)).argmax())

    def amounts(self, given: Any, places: Sequence[int], key: str) -> list[float]:
        """A number for each column, of one amount for all of them or of one for each."""
        each = [*given] if isinstance(given, list) else [given] * len(places)
        if len(each) != len(places):
            message = f"{len(each)} amounts for {len(places)} columns; give one for each"
            raise refusal(message, key)
        return [self._number(one, j) for one, j in zip(each, places)]

    def _known(self, j):
        """The values of a column that are not missing; refuses a column without any."""
        if not self.ready:
            return np.zeros(1)
        values = self._X[:, j]
        known = values[~np.isnan(values)]
        if not len(known):
            name = short(self._base.schema.names[j])
            raise ValueError(f"column {name} has no values, and so no mean and no quantiles")
        return known

    def _number(self, amount, j):
        if isinstance(amount, str):
            return float(amount.replace("sd", "")) * self.sd(j)
        return float(amount)
