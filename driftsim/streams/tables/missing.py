"""Missing values: what is done about cells without a value, never by what comes after them."""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from driftsim.messages import guess, short
from driftsim.parts import Number, Strict, form_of
from driftsim.streams.tables.columns import BadCell, Column

WORDS = ("refuse", "drop", "keep", "whole_table")
STATISTICS = ("mean", "median", "most_frequent")
SIMILAR = {"average": "mean", "avg": "mean", "mode": "most_frequent"}  # by other names


class Fill(Strict):
    """A value in the place of missing ones: a statistic of earlier rows, or always the same."""

    fill: str | Number  # mean, median, most_frequent, or a value
    from_: Literal["warmup", "past"] = Field(default="warmup", alias="from")  # rows it is of

    @property
    def learned(self) -> bool:
        """Whether it is a statistic."""
        return self.fill in STATISTICS

    @property
    def needs_warmup(self) -> bool:
        """Whether it is learned from the warm-up."""
        return self.learned and self.from_ == "warmup"

    def before_warmup(self, columns: list[Column]) -> list[Column]:
        """Columns in the order of the stream, filled if that needs no warm-up."""
        if not self.learned:
            return [with_value(column, self.fill) for column in columns]
        if self.from_ == "past":
            return [running(column, str(self.fill)) for column in columns]
        return columns

    def of_warmup(self, columns: list[Column], warmup: int | None) -> list[Column]:
        """Columns whose missing values are those of their first `warmup` rows."""
        if not self.needs_warmup:
            return columns
        return [filled(column, str(self.fill), warmup) for column in columns]

    @field_validator("fill")
    @classmethod
    def _is_no_typing_error(cls, fill):
        if not isinstance(fill, str) or fill in STATISTICS:
            return fill
        hint = f"did you mean '{SIMILAR[fill]}'?" if fill in SIMILAR else guess(fill, STATISTICS)
        if hint.startswith("did"):
            raise ValueError(f"{short(fill)} is no statistic; {hint}")
        return fill

    @model_validator(mode="after")
    def _learns_from_rows(self):
        if self.from_ == "past" and not self.learned:
            raise ValueError(f"{short(self.fill)} is the same in all rows; leave out from: past")
        return self


def is_known(value: Any) -> Any:
    """What is to be done; refuses a word that is none of those there are."""
    if isinstance(value, str) and value not in WORDS:
        if value in STATISTICS or value in SIMILAR:
            raise ValueError(
                f"{short(value)} is not valid; write {{fill: {SIMILAR.get(value, value)}}}"
            )
        close = guess(value, WORDS)
        right = close if close.startswith("did") else f"{close}, {{fill: mean}}"
        raise ValueError(f"{short(value)} is not valid; {right}")
    return value


Missing = Annotated[
    Annotated[Literal["refuse", "drop", "keep", "whole_table"], Tag("[word]")]
    | Annotated[Fill, Tag("[mapping]")],
    Discriminator(form_of),
    BeforeValidator(is_known),
]

Unlabelled = Literal["refuse", "drop"]


def usable_rows(
    missing: Any, features: list[Column], labels: Column, unlabelled: Unlabelled = "refuse"
) -> np.ndarray:
    """Whether a row is kept (n,); `BadCell` for a cell without a value that nothing is done about.

    No row is kept without its label: its prediction could not be scored.
    """
    if labels.empty:
        about = f"the target '{labels.name}' has no value in any row"
        raise ValueError(f"{about}; choose another target")
    if missing != "keep":
        refuse_empty(features)
    if missing == "drop":
        return without_gaps([*features, labels])
    if unlabelled == "refuse":
        refuse_unlabelled(labels)
    kept = ~labels.missing
    for column in features if missing == "refuse" else ():
        refuse_gaps(column, kept)
    return kept


def refuse_unlabelled(labels: Column) -> None:
    """Raise `BadCell` if a row has no label."""
    if labels.missing.any():
        about = f"has no label in column '{labels.name}'; write it in, or leave such rows out by "
        raise BadCell(int(labels.missing.argmax()), f"{about}unlabelled: drop")


def refuse_gaps(column: Column, kept: np.ndarray) -> None:
    """Raise `BadCell` if a cell of a column has no value in a row that is kept (n,)."""
    if (gaps := column.missing & kept).any():
        about = f"has no value in column '{column.name}'; fill it in, or write missing: drop, "
        about += "missing: keep or missing: {fill: mean}"
        raise BadCell(int(gaps.argmax()), about)


def without_gaps(columns: list[Column]) -> np.ndarray:
    """Whether a row has a value in every column (n,); `ValueError` if none has."""
    kept = ~np.any([column.missing for column in columns], axis=0)
    if not kept.any():
        raise ValueError("no row has a value in every column; write missing: {fill: mean}")
    return kept


def refuse_empty(columns: list[Column]) -> None:
    """Raise `ValueError` if a column has no value at all."""
    for name in [column.name for column in columns if column.empty]:
        raise ValueError(f"column '{name}' is empty; leave it out: drop: {short([name])}")


def filled(column: Column, statistic: str, rows: int | None = None) -> Column:
    """A column with a statistic of its first `rows` where a value is missing."""
    if not column.missing.any():
        return column
    present = column.codes[:rows][~column.missing[:rows]]
    if not len(present):
        raise ValueError(
            f"column '{column.name}' has no value in the {rows:,} rows of the warm-up to fill "
            f"later ones with; make it longer, write from: past, or leave it out: drop: "
            f"{short([column.name])}"
        )
    return column._replace(
        codes=np.where(column.missing, of(present, column, statistic), column.codes)
    )


def of(present, column, statistic):
    """A statistic of the codes of a column that are present (n,); of words the most frequent."""
    if column.values is None and statistic != "most_frequent":
        return present.mean() if statistic == "mean" else np.median(present)
    values, counts = np.unique(present, return_counts=True)
    return values[counts.argmax()]


def with_value(column: Column, value: str | float) -> Column:
    """A column with a value where one is missing, which of words becomes a further one."""
    if not column.missing.any():
        return column
    if column.values is None:
        if isinstance(value, str):
            raise ValueError(
                f"column '{column.name}' holds numbers, which {short(value)} cannot fill; give a "
                f"number, {', '.join(STATISTICS)}, or list the column as nominal"
            )
        return column._replace(codes=np.where(column.missing, value, column.codes))
    word = value if isinstance(value, str) else f"{value:.15g}"
    values = column.values if word in column.values else (*column.values, word)
    codes = np.where(column.missing, values.index(word), column.codes)
    return Column(column.name, codes, values)


def running(column: Column, statistic: str) -> Column:
    """A column with a statistic of the rows before each where one is missing.

    Before any value it is 0: the number, or the first of the words.
    """
    if not column.missing.any():
        return column
    if column.values is not None or statistic == "most_frequent":
        known = running_most_frequent(column.codes)
    else:
        known = {"mean": running_mean, "median": running_median}[statistic](column.codes)
    before = np.append(0.0, known[:-1])
    return column._replace(codes=np.where(column.missing, before, column.codes))


def running_mean(codes: np.ndarray) -> np.ndarray:
    """The means (n,) of the values up to each row, 0 before the first; NaN is no value."""
    present = ~np.isnan(codes)
    totals, counts = np.cumsum(np.where(present, codes, 0)), np.cumsum(present)
    return totals / np.maximum(counts, 1)


def running_median(codes: np.ndarray) -> np.ndarray:
    """The medians (n,) of the values up to each row, 0 before the first; NaN is no value."""
    import pandas as pd

    return pd.Series(codes).expanding().median().fillna(0).to_numpy()


def running_most_frequent(codes: np.ndarray) -> np.ndarray:
    """The most frequent values (n,) up to each row, 0 before the first; NaN is no value.

    Of several, the one that was first to occur so often.
    """
    present = np.flatnonzero(~np.isnan(codes))
    times = occurrences(codes[present])
    record = times > np.append(0, np.maximum.accumulate(times)[:-1])
    rows = np.full(len(codes), -1)
    rows[present[record]] = present[record]
    latest = np.maximum.accumulate(rows)
    return np.where(latest < 0, 0, codes[latest])


def occurrences(values: np.ndarray) -> np.ndarray:
    """How often the value of each row has occurred up to it (n,)."""
    order = np.argsort(values, kind="stable")
    ordered, n = values[order], np.arange(len(values))
    first = np.append(True, ordered[1:] != ordered[:-1])[: len(n)]
    times = np.empty(len(n), np.int64)
    times[order] = n - np.maximum.accumulate(np.where(first, n, 0)) + 1
    return times
