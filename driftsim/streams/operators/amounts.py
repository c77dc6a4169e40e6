"""Amounts: numbers, or how many standard deviations, of the columns of a concept."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator

from driftsim.messages import refusal, short
from driftsim.parts import Number, Share
from driftsim.streams.operators.operator import Drawn, is_ready, sample_positions
from driftsim.streams.seeds import PARTS, spawn_rng

SAMPLED = 65_536  # rows of a concept that generates them, whose statistics are estimated
IN_SD = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*sd\s*")


def _amounts(given):
    for one in given if isinstance(given, list) else [given]:
        number = type(one) in (int, float) and np.isfinite(one)
        if not number and not (isinstance(one, str) and IN_SD.fullmatch(one)):
            raise ValueError(f"{short(one)} is no amount; write a number, or '2 sd'")
    return given


# one for all columns, or one for each
Amounts = Annotated[Number | str | list[Number | str], BeforeValidator(_amounts)]


def _shares(given):
    several = given.values() if isinstance(given, dict) else given
    for one in several if isinstance(given, list | dict) else [given]:
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
        return float(np.nanquantile(self._X[:, j], q)) if self.ready else 0.0

    def mean(self, j: int) -> float:
        """The mean of a column."""
        return float(np.nanmean(self._X[:, j])) if self.ready else 0.0

    def sd(self, j: int) -> float:
        """The standard deviation of a column."""
        return float(np.nanstd(self._X[:, j])) if self.ready else 0.0

    def commonest(self, j: int) -> float:
        """The most frequent code of a column."""
        codes = self._X[:, j] if self.ready else np.zeros(1)
        return float(np.bincount(codes[~np.isnan(codes)].astype(np.int64)).argmax())

    def amounts(self, given: Any, places: Sequence[int], key: str) -> list[float]:
        """A number for each column, of one amount for all of them or of one for each."""
        each = [*given] if isinstance(given, list) else [given] * len(places)
        if len(each) != len(places):
            message = f"{len(each)} amounts for {len(places)} columns; give one for each"
            raise refusal(message, key)
        return [self._number(one, j) for one, j in zip(each, places)]

    def _number(self, amount, j):
        if isinstance(amount, str):
            return float(amount.replace("sd", "")) * self.sd(j)
        return float(amount)
