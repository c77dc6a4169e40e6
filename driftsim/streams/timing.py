"""Timing: which columns of a record say when its rows came, and when their labels."""

from collections.abc import Collection, Mapping

from pydantic import model_validator

from driftsim.durations import Zone
from driftsim.parts import Strict
from driftsim.streams.tables.sheets import Sheet
from driftsim.streams.tables.times import Ambiguous, RowTimes, Times, moments_of, refuse_missing


class Timing(Strict):
    """When rows were written down."""

    time: Times | None = None  # the column that says when each row came
    zone: Zone | None = None  # of times without an offset; such as Europe/Berlin; else UTC
    ambiguous: Ambiguous | None = None  # which one is meant of an hour that came twice
    sort: bool = False  # the rows by time; else rows that go back are refused
    label_time: Times | None = None  # the column that says when each label came in, if ever

    @property
    def time_columns(self) -> Mapping[str, str]:
        """The columns of times, and why they are no features."""
        labels = self.label_time.column if self.label_time else ()
        rows = self.time.column if self.time else ()
        found = dict.fromkeys(labels, "the time of labels")
        return found | dict.fromkeys(rows, "the time of rows")

    def row_times(self, sheet: Sheet, missing: Collection[str]) -> RowTimes:
        """The times in the columns of a sheet; `BadCell` for one that is none."""
        if self.time is None:
            return RowTimes()
        read = moments_of(sheet, self.time, self.zone, self.ambiguous, missing)
        refuse_missing(read.micros, self.time)
        if self.label_time is None:
            return RowTimes(read.micros, None, (read.note,))
        late = moments_of(sheet, self.label_time, self.zone, self.ambiguous, missing)
        return RowTimes(read.micros, late.micros, (read.note, late.note))

    @model_validator(mode="after")
    def _has_times(self):
        given = [n for n in ("zone", "ambiguous", "sort", "label_time") if getattr(self, n)]
        if self.time is None and given:
            raise ValueError(f"{given[0]} needs the time of each row; write time: column")
        if self.time is not None and getattr(self, "order", None) == "shuffled":
            raise ValueError("shuffled rows are not in the order of their times; leave out one")
        return self
