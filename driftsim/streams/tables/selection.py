"""Selections: which columns of a record are features, and why others are none."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import numpy as np

from driftsim.messages import guess, short
from driftsim.streams.tables.columns import Column
from driftsim.streams.tables.times import RowTimes

MANY_WORDS = 20  # rows; a column with a word of its own in each of so many is an identifier
IDENTIFIER = "one word a row, an identifier; name it in columns or nominal to keep it"


class Record(NamedTuple):
    """The columns of a record that were read, and those that are no features."""

    columns: list[Column]
    target: str  # the name of the column of labels
    left_out: dict[str, str]  # columns that are neither features nor labels, and why
    times: RowTimes = RowTimes()  # when its rows came, if that is known
    naming: Callable[[], AbstractContextManager] = nullcontext  # says where a bad row stands
    notes: tuple[str, ...] = ()  # what was guessed of its files, and what was left out of them

    @property
    def features(self) -> list[Column]:
        """The columns that models see."""
        return [c for c in self.columns if c.name != self.target and c.name not in self.left_out]

    @property
    def labels(self) -> Column:
        """The column of labels."""
        return self.named(self.target)

    def named(self, name: str) -> Column:
        """A column by its name."""
        return next(column for column in self.columns if column.name == name)


class Selection(NamedTuple):
    """Which columns a scenario wants: those of `columns`, or all but those of `drop`."""

    target: str
    columns: Sequence[str] | None = None
    drop: Sequence[str] = ()
    reserved: Mapping[str, str] = {}  # no features unless `columns` names them, and why

    def left_out(self, names: Collection[str]) -> dict[str, str]:
        """Why columns are not read as features, by name; `ValueError` if none are left."""
        if self.target in self.drop:
            raise ValueError(f"drop names the target '{self.target}'; choose another target")
        found = {name: why for name, why in self.reserved.items() if name != self.target}
        found |= dict.fromkeys(self.drop, "dropped")
        if self.columns is not None:
            found = {name: "not named in columns" for name in names if name not in self.columns}
        found.pop(self.target, None)
        if len(found) + 1 >= len(names):
            if not found:
                raise ValueError(f"{short(self.target)} is its only column; add features")
            raise ValueError(
                f"no features are left beside the target '{self.target}'; name others in columns, "
                "or drop fewer"
            )
        return found


def identifiers(columns: Sequence[Column], kept: Collection[str]) -> dict[str, str]:
    """Why columns with a word of its own in each row are no features, by name."""
    return {c.name: IDENTIFIER for c in columns if c.name not in kept and identifies(c)}


def identifies(column: Column) -> bool:
    """Whether a column of words has another one in each of its rows."""
    rows = len(column.codes)
    if column.values is None or rows < MANY_WORDS or len(column.values) < rows:
        return False
    return not column.missing.any() and len(np.unique(column.codes)) == rows


def refuse_unknown(wanted: Iterable[str], names: Collection[str]) -> None:
    """Raise `ValueError` if there is no column of one of these names."""
    for name in wanted:
        if name not in names:
            raise ValueError(f"there is no column {short(name)}; {guess(name, names)}")


def refuse_none_left(
    names: Iterable[str], target: str, left_out: Collection[str], found: Collection[str]
) -> None:
    """Raise `ValueError` if, of the columns that are read, only `found` ones could be features."""
    if not {*names} - {target, *left_out, *found}:
        raise ValueError(f"no features are left: {short([*found])} hold one word a row each")
