"""Table guesses: what a table holds, and which keys of a scenario follow from it, and why."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from driftsim.durations import Duration, date_of
from driftsim.messages import names_in_words, plural, short, visible
from driftsim.proposal.readable import Times, strays, times_in, unreadable, usual_markers
from driftsim.scenario.notation import yaml_line
from driftsim.streams.inspection import DATE, ColumnFacts, inspected
from driftsim.streams.table import Table
from driftsim.streams.tables.cells import MISSING, Reading
from driftsim.streams.tables.typed import holds_times

TARGETS = ("target", "label", "labels", "class", "y", "outcome", "response")  # usual names
MOST_CLASSES = 20  # distinct whole numbers; a target with more holds amounts
FEWEST_WARM, MOST_WARM = 50, 5_000  # rows of a warm-up
PARTS = 20  # retrainings on a schedule, about
MOST_TRAININGS = 50  # by the calendar
DATES = ("a date",)  # in remarks about columns, as the next two
USELESS = ("identifier", "one value in all rows")
LEAKS = ("a leak",)
MOST_LABELS = 1_000  # different words; a column of more holds texts, or identifiers
PERIODS = [  # of retrainings, and of the labels that they are trained on
    ("1h", "1d"), ("1d", "7d"), ("1w", "30d"), ("1mo", "90d"), ("1y", "1095d"),
]  # fmt: skip


class Guess(NamedTuple):
    """A key of a scenario, and why it has this value; several reasons have a line each."""

    key: str
    value: Any
    reason: str


class Schedule(NamedTuple):
    """When models are retrained, and on which labels: as a scenario writes it."""

    every: str  # a duration, or rows
    memory: str  # a duration, or labels
    labels: int  # of an alarm
    times: int  # trainings, about


class Contents:
    """What a table holds, and what follows from that for its scenario."""

    def __init__(self, path: str | list[str], folder: Path, target: str | None):
        self._folder, self._asked = folder, target
        self._keys: dict[str, Any] = {"path": path, "missing": "keep"}
        self._unreadable: dict[str, str] = {}  # columns, and why
        self._markers = ""  # why there are other markers of a missing value than usual
        sheet = self._table().sheet()
        self._names = sheet.names
        self._keys["target"] = target or next(
            (name for name in sheet.names if name.lower() in TARGETS), sheet.names[-1]
        )
        self._table().selected(sheet.names)  # refuses a target that there is not
        self._make_readable(sheet)
        record = self._table(drop=[*self._unreadable]).record()
        self.labels = record.labels
        self._columns = [c for c in record.columns if c.name not in self._unreadable]
        if self.regression:
            self._keys["task"] = "regression"
        place = [column.name for column in self._columns].index(record.target)
        self._facts = inspected(self._columns, place, not self.regression)
        self._refuse_useless_target(self._facts[place])
        self._dates = self._readable_dates(sheet)
        self._time = self._time_of_rows()
        self._left_out = self._useless()
        self.rows, self._span = self._in_order()

    def guesses(self) -> Iterator[Guess]:
        """The keys of the table, beside its kind."""
        rows = max(self.rows, len(self.labels.codes))
        size = f"{plural(rows, 'row')}, {plural(len(self._names), 'column')}"
        yield Guess("path", self._keys["path"], size)
        if self._markers:
            yield Guess("missing_values", self._keys["missing_values"], self._markers)
        yield self._target_guess()
        yield self._task_guess()
        if self._time and self._span:
            first, last = (date_of(one, None).date() for one in self._span)
            reason = f"when rows came: from {first} to {last}{self._time.doubt}"
            yield Guess("time", self._time.value, reason)
            if not self._time.ascending:
                yield Guess("sort", True, "some rows are earlier than the row before them")
        if self._left_out:
            reasons = [f"{visible(name)}: {why}" for name, why in self._left_out.items()]
            yield Guess("drop", [*self._left_out], "\n".join(reasons))
        yield from self._missing_guess()

    @cached_property
    def regression(self) -> bool:
        """Whether the labels are amounts, not classes."""
        present = self.labels.codes[~self.labels.missing]
        amounts = (present % 1).any() or len(np.unique(present)) > MOST_CLASSES
        return self.labels.values is None and bool(amounts)

    @property
    def metrics(self) -> list[str]:
        """Those of the report."""
        return ["mae", "r2"] if self.regression else ["error", "kappa"]

    def schedule(self) -> Schedule:
        """When models are retrained, and on which labels."""
        rows = self.rows - self.warm_up().value
        if self._span:
            span = max(self._span[1] - self._span[0], 1)
            fitting = [one for one in PERIODS if length(one[0]) * MOST_TRAININGS >= span]
            every, memory = (fitting or PERIODS[-1:])[0]
            labels = max(rounded(self.rows * length(memory) / span), 1)
            return Schedule(every, memory, labels, round(span * rows / self.rows / length(every)))
        period = max(rounded(rows / PARTS), 1)
        labels = max(2 * period, self.warm_up().value)
        return Schedule(f"{period:_}", f"{labels:_}", labels, rows // period)

    def marks(self) -> str:
        """The middle of the stream, as an example of a place where something may have changed."""
        if self._time and self._span:
            return f"[{date_of(sum(self._span) // 2, None).date()}]"
        return f"[{self.rows // 2:_}]"

    def late_labels(self) -> Iterator[str]:
        """The key that lets labels come late, as a comment, by a column that may say when."""
        if not (self._time and self._span):
            yield "  # labels: {kind: delayed, rows: 500}  # if they are known so many rows later"
            return
        others = [one for one in self._dates if one.columns[0] not in self._time.columns]
        known = [one for one in others if one.follow(self._time.micros)]
        for one in known:
            value = yaml_line({"kind": "delayed", "time": in_full(one.value)})
            yield f"  # labels: {value}  # if that is when labels are known"
        if not known:
            yield "  # labels: {kind: delayed, time: 7d}  # if they are known so long after the row"

    def warm_up(self) -> Guess:
        """The warm-up: a tenth of the rows, within limits, and more where it has only one class."""
        codes, half = self._labels_in_order(), self.rows // 2
        rows = min(max(rounded(self.rows / 10), FEWEST_WARM), MOST_WARM, half)
        reason = "up to a tenth of the rows, which every model is first trained on"
        while not self.regression and (codes[:rows] == codes[0]).all() and rows < half:
            rows, reason = min(2 * rows, half), "so many that it has two classes"
        return Guess("warmup", rows, reason)

    def _table(self, **more) -> Table:
        return Table.model_validate(self._keys | more, context={"folder": self._folder})

    def _make_readable(self, sheet):
        """Markers of missing values and columns to drop, without which the table is not read."""
        wrong = unreadable(sheet, Reading())
        if words := strays(sheet, wrong):
            usual = usual_markers(self._table(missing_values=[]).sheet())
            markers = dict.fromkeys([*(word for some in words.values() for word in some), *usual])
            reading = Reading((*markers,))
            still = unreadable(sheet, reading)
            if mended := {name: some for name, some in words.items() if name not in still}:
                self._keys["missing_values"] = [*markers]
                self._markers = "\n".join(
                    f"{visible(name)}: {names_in_words([short(word, 20) for word in some])} in a "
                    "column of numbers: read as no value; if it is a mistake, correct it"
                    for name, some in mended.items()
                )
                wrong = still
        if self._keys["target"] in wrong:
            raise ValueError(wrong[self._keys["target"]])
        self._unreadable = {name: f"not read: {why}" for name, why in wrong.items()}

    def _refuse_useless_target(self, facts):
        """Raise `ValueError` for labels that nothing can be learned from."""
        levels, why = [*(facts.levels or ())], ""
        if facts.missing == facts.rows:
            why = "has no value in any row"
        elif not self.regression and len(levels) == 1:
            why = f"is {short(levels[0][0], 20)} in all rows"
        elif len(levels) > MOST_LABELS:
            why = f"has {len(levels):,} different words"
        elif levels and all(DATE.fullmatch(word) for word, _ in levels):
            why = "holds dates"
        if why:
            guessed = "" if self._asked or facts.name.lower() in TARGETS else " (the last column)"
            raise ValueError(
                f"the target '{facts.name}'{guessed} {why}, which no model can learn; name the "
                "column of labels by --target"
            )

    def _target_guess(self):
        name, reason = self._keys["target"], "the last column"
        if self._asked is not None:
            reason = "as asked"
        elif name.lower() in TARGETS:
            reason = "by its name"
        return Guess("target", name, f"the labels: {reason}")

    def _task_guess(self):
        if self.regression:
            return Guess("task", "regression", "many different numbers")
        values = self.labels.coded().values or ()
        some = ", ".join(short(value, 20) for value in values[:4]) + ", …" * (len(values) > 4)
        return Guess("task", "classification", f"{plural(len(values), 'value')}: {some}")

    def _readable_dates(self, sheet) -> list[Times]:
        """The columns of dates that can be read, the first two also as dates and times of day."""
        kinds = dict(zip(sheet.names, sheet.cells, strict=True))
        names = [
            one.name for one in self._facts
            if one.name != self._keys["target"]
            and (holds_times(kinds[one.name].type) or mentioned(one, DATES))
        ]  # fmt: skip
        self._date_names = names
        missing = self._keys.get("missing_values", MISSING)
        groups = [*([names[:2]] * (len(names) > 1)), *([name] for name in names)]
        return [one for group in groups if (one := times_in(sheet, group, missing))]

    def _time_of_rows(self) -> Times | None:
        """The first dates that every row has: of those that ascend, if there are any."""
        complete = [one for one in self._dates if one.complete]
        return min(complete, key=lambda one: not one.ascending, default=None)

    def _in_order(self) -> tuple[int, tuple[int, int] | None]:
        """How many rows there are, and the first and the last time, in microseconds."""
        keys: dict[str, Any] = {"drop": [*self._left_out]}
        if self.labels.missing.any():
            keys["unlabelled"] = "drop"
        if self._time is not None:
            try:
                return self._drawn(keys, self._time)
            except ValueError:  # beyond the first rows of a large table
                self._left_out |= dict.fromkeys(self._time.columns, "dates that are not in order")
                self._time = None
        drawn = self._table(**keys | {"drop": [*self._left_out]}).instantiated(rng())
        return drawn.rows, None

    def _drawn(self, keys, time):
        more = {"time": time.value} | ({} if time.ascending else {"sort": True})
        drawn = self._table(**keys, **more).instantiated(rng())
        clock = drawn.clock
        return drawn.rows, (clock.moment(0), clock.moment(clock.rows - 1))

    def _labels_in_order(self):
        """The codes of the labels (n,) in the order of the stream."""
        codes = self.labels.codes
        if self._time is not None and not self._time.ascending:
            codes = codes[np.argsort(self._time.micros, kind="stable")]
        return codes[~np.isnan(codes)]

    def _useless(self) -> dict[str, str]:
        """Columns to drop, and why."""
        kept = {self._keys["target"], *(self._time.columns if self._time else ())}
        found = dict(self._unreadable)
        for one in self._facts:
            why = mentioned(one, DATES) or mentioned(one, USELESS) or mentioned(one, LEAKS)
            if one.missing == one.rows:
                why = "no value in any row"
            elif one.name in self._date_names:
                why = (why or "a date or a time").partition(";")[0] + self._no_time(one.name)
            if why and one.name not in kept:
                found[one.name] = why.partition(";")[0]
        if not {*self._names} - {*found, *kept}:  # nothing but leaks
            found = {name: why for name, why in found.items() if "a leak" not in why}
        return {name: found[name] for name in self._names if name in found}

    def _no_time(self, name):
        """Why no row has a time, by a column of dates."""
        if self._time is not None:
            return ""
        read = any(name in one.columns for one in self._dates)
        return ", but not in every row" if read else ", but some cells are none that is known"

    def _missing_guess(self):
        looked_at = len(self.labels.codes)
        if self.labels.missing.any():
            rows = plural(int(self.labels.missing.sum()), "row")
            some = f", of the first {looked_at:,}" if looked_at < self.rows else ""
            yield Guess("unlabelled", "drop", f"{rows} without a label{some}")
        features = [c for c in self._columns if c.name not in self._left_out]
        holes = {
            c.name: int(c.missing.sum())
            for c in features if c.missing.any() and c.name != self._keys["target"]
        }  # fmt: skip
        if holes:
            named = names_in_words([short(name, 20) for name in [*holes][:3]])
            where = named if len(holes) <= 3 else plural(len(holes), "column")
            cells = plural(sum(holes.values()), "cell")
            reason = f"{cells} of {where}; all models below take them as they are"
            yield Guess("missing", "keep", reason)


def mentioned(facts: ColumnFacts, words: tuple[str, ...]) -> str | None:
    """The first remark about a column that has one of some words, or None."""
    return next((one for one in facts.remarks if any(word in one for word in words)), None)


def length(duration: str) -> int:
    """A duration in microseconds."""
    return Duration.of(duration).micros


def in_full(time: Any) -> dict[str, Any]:
    """A column of times as a key of its own."""
    return time if isinstance(time, dict) else {"column": time}


def rng() -> np.random.Generator:
    """Random numbers for rows that need none."""
    return np.random.default_rng(0)


def rounded(rows: float) -> int:
    """A round number of rows: 1, 2 or 5 times a power of ten, not above the given one."""
    power = 10 ** int(np.floor(np.log10(max(rows, 1))))
    return max(step * power for step in (1, 2, 5) if step * power <= max(rows, 1))
