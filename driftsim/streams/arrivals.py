"""Arrivals: when the rows of a stream come, where they have no times of their own."""

from abc import abstractmethod
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from driftsim.clocks import Clock, PiecewiseClock
from driftsim.durations import FIXED, Moment, Stretch
from driftsim.messages import short
from driftsim.parts import Number, Part
from driftsim.streams.seeds import TIMES, spawn_rng
from driftsim.streams.world import BLOCK

MONDAY = 4 * FIXED["d"]  # the first one after 1 January 1970, a Thursday
LATEST = 2_200  # year

Rate = Annotated[Number, Field(gt=0, le=1e12)]
Shares = list[Annotated[Number, Field(ge=0, le=1e12)]]


class Arrivals(Part):
    """When the rows of a stream come: its clock."""

    start: Moment = Moment(text="2024-01-01")  # of the stream, in UTC

    @property
    @abstractmethod
    def mean_gap(self) -> float:
        """The mean time between two rows, in microseconds."""

    @abstractmethod
    def clock(self, seed: int, rows: int) -> Clock:
        """The times of so many rows."""

    def incompatibility(self, rows: int) -> str | None:
        """Why so many rows cannot come in this way, or None."""
        if self.start.micros() + rows * self.mean_gap > Moment(text=f"{LATEST}-01-01").micros():
            return f"the last row would come after the year {LATEST}; let rows come more often"
        return None


class Regular(Arrivals):
    """Each row comes the same time after the one before it; the first at the start."""

    every: Stretch  # between two rows

    @property
    def mean_gap(self):
        return self.every.micros

    def clock(self, seed, rows):
        return RegularClock(self.start.micros(), self.every.micros, rows)


class Poisson(Arrivals):
    """Rows come independently of one another, at random times: a Poisson process."""

    rows: Rate  # on average
    per: Stretch  # in which so many rows come

    @property
    def mean_gap(self):
        return self.per.micros / self.rows

    def clock(self, seed, rows):
        week = np.array([FIXED["w"] / self.mean_gap])
        return RandomClock(self.start.micros(), week, seed, rows)


class Weekly(Arrivals):
    """Rows come at random times, more often on some days of the week and in some hours of the day.

    A Poisson process, whose rate in each hour is proportional to those of its day and its hour.
    """

    rows: Rate  # in a week, on average
    days: Shares = [1.0] * 7  # from Monday to Sunday, in any unit
    hours: Shares = [1.0] * 24  # from midnight on, in any unit

    @property
    def mean_gap(self):
        return FIXED["w"] / self.rows

    def clock(self, seed, rows):
        shares = np.outer(self.days, self.hours).ravel()
        return RandomClock(self.start.micros(), shares / shares.sum() * self.rows, seed, rows)

    @model_validator(mode="after")
    def _is_a_week(self):
        for name, given, n in [("days", self.days, 7), ("hours", self.hours, 24)]:
            if len(given) != n or not sum(given):
                raise ValueError(f"{name} {short(given)} is not valid; give {n} numbers, not all 0")
        return self


class RegularClock(Clock):
    """A row after every so many microseconds."""

    def __init__(self, start: int, gap: int, rows: int) -> None:
        self._start, self._gap, self.rows = start, gap, rows

    def when(self, t):
        return self._start + np.asarray(t, np.int64) * self._gap

    def positions(self, moments):
        return np.clip(-((self._start - moments) // self._gap), 0, self.rows)


class RandomClock(PiecewiseClock):
    """A Poisson process whose rate repeats every week; each block of rows is drawn alone.

    The rows of a process of rate 1 are drawn, then moved to where as many are to be expected. Of
    that process the time that each block takes is drawn first (a gamma distribution), then how
    its rows divide that time.
    """

    fixed = False

    def __init__(self, start: int, rates: np.ndarray, seed: int, rows: int) -> None:
        self._seed, self._expected = seed, np.append(0, np.cumsum(rates))  # rows since Monday
        self._cell = FIXED["w"] // len(rates)
        self._week = (start - MONDAY) // FIXED["w"] * FIXED["w"] + MONDAY
        into = np.interp(start - self._week, self._cell * np.arange(len(rates) + 1), self._expected)
        blocks = -(-rows // BLOCK)
        taken = spawn_rng(seed, TIMES).standard_gamma(BLOCK, size=blocks)
        self._starts = into + np.append(0, np.cumsum(taken))
        firsts = np.arange(blocks) * BLOCK
        super().__init__(firsts, self._dated(self._starts[:-1]), rows)

    def piece(self, i):
        gaps = spawn_rng(self._seed, TIMES, i).standard_exponential(BLOCK)
        passed = np.cumsum(gaps)
        begin, end = self._starts[i : i + 2]
        return self._dated(np.minimum(begin + passed * ((end - begin) / passed[-1]), end))

    def _dated(self, expected):
        """The moments at which so many rows were to be expected."""
        weeks, into = np.divmod(expected, self._expected[-1])
        cell = np.searchsorted(self._expected, into, side="right") - 1
        cell = np.minimum(cell, len(self._expected) - 2)
        rate = np.diff(self._expected)[cell]
        passed = np.minimum((into - self._expected[cell]) / rate * self._cell, self._cell)
        return self._week + (weeks * FIXED["w"] + cell * self._cell + passed).astype(np.int64)
