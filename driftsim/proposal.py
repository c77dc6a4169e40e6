"""Proposals: a scenario for a table, as text whose comments give the reason for each guess."""

import os.path
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from driftsim.durations import Duration, date_of
from driftsim.files import reason
from driftsim.messages import ScenarioError, first_fault, line, names_in_words, plural, short
from driftsim.notation import yaml_line
from driftsim.streams.inspection import ColumnFacts, inspected
from driftsim.streams.table import Table

TARGETS = ("target", "label", "labels", "class", "y", "outcome", "response")  # usual names
MOST_CLASSES = 20  # distinct whole numbers; a target with more holds amounts
FEWEST_WARM, MOST_WARM = 50, 5_000  # rows of a warm-up
PARTS = 20  # retrainings on a schedule, about
MOST_TRAININGS = 50  # by the calendar
DATES = ("a date",)  # in remarks about columns of times
USELESS = ("identifier", "one value in all rows", "it is equal to the target")  # in remarks
PERIODS = [  # of retrainings, and of the labels that they are trained on
    ("1h", "1d"), ("1d", "7d"), ("1w", "30d"), ("1mo", "90d"), ("1y", "1095d"),
]  # fmt: skip
WIDEST = 100  # characters of a line
HEAD = """\
# How long does a model of {name} hold: is it enough to train it once, should it be retrained on
# a schedule or after an alarm, or should it learn online?

# A first proposal. Each guess has its reason: correct what is wrong, then check this file again.
stream:
  concepts:
    {concept}:
      kind: table
"""
MODELS = """\
models:
  trained once:
    learner: &model {kind: sklearn.ensemble.HistGradientBoosting{What}, max_iter: 50}
    policy: static
  retrained:  # {times} times, on the last labels
    learner: *model
    policy: {kind: periodic, every: {every}, memory: {memory}}
  on drift:  # after each alarm: the errors of the model have changed
    learner: *model
    policy: {kind: on_drift, memory: {labels}{detector}}
  online tree:  # learns each label once, as it comes in
    learner: river.tree.HoeffdingTree{What}
    policy: online
  no change:  # predicts the last label: what is not better has learned nothing
    learner: no_change
    policy: online
"""


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


def proposed(path: Path, folder: Path, target: str | None = None) -> str:
    """The text of a scenario for the table at `path`, to be written into `folder`.

    `target` is the column of labels; guessed where not given. Raises `ValueError` for a table that
    cannot be read, or that holds nothing to learn from.
    """
    found = Contents(os.path.relpath(path, folder), folder, target)
    head = HEAD.format(name=path.name, concept=yaml_line(concept_name(path)))
    lines = [line for guess in found.guesses() for line in commented(guess, 6)]
    lines += [models_text(found), "evaluation:", *commented(found.warm_up(), 2)]
    lines += found.late_labels()
    return head + "\n".join([*lines, f"report: {{metrics: [{', '.join(found.metrics)}]}}", ""])


class Contents:
    """What a table holds, and what follows from that for its scenario."""

    def __init__(self, path: str, folder: Path, target: str | None):
        self._folder, self._asked = folder, target
        self._keys: dict[str, Any] = {"path": path, "missing": "keep"}
        record = self._table().record()
        names = [column.name for column in record.columns]
        self._keys["target"] = target or next(
            (name for name in names if name.lower() in TARGETS), record.target
        )
        record = self._table().record()
        self.labels, self.rows = record.labels, len(record.labels.codes)
        place = [column.name for column in record.columns].index(record.target)
        self._facts = inspected(record.columns, place, not self.regression)
        self._time = self._readable_time()
        self._record = self._table(**self._time).record()

    def guesses(self) -> Iterator[Guess]:
        """The keys of the table, beside its kind."""
        names = {*self._record.left_out, *(column.name for column in self._record.columns)}
        size = f"{plural(self.rows, 'row')}, {plural(len(names), 'column')}"
        yield Guess("path", self._keys["path"], size)
        yield self._target_guess()
        yield self._task_guess()
        if "time" in self._time:
            first, last = (date_of(one, None).date() for one in self._span)
            yield Guess("time", self._time["time"], f"when rows came: from {first} to {last}")
        if "sort" in self._time:
            yield Guess("sort", True, "some rows are earlier than the row before them")
        if useless := self._useless():
            reasons = [f"{name}: {remark}" for name, remark in useless.items()]
            yield Guess("drop", [*useless], "\n".join(reasons))
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
        if "time" in self._time:
            span = max(self._span[1] - self._span[0], 1)
            fitting = [one for one in PERIODS if length(one[0]) * MOST_TRAININGS >= span]
            every, memory = (fitting or PERIODS[-1:])[0]
            labels = max(rounded(self.rows * length(memory) / span), 1)
            return Schedule(every, memory, labels, round(span * rows / self.rows / length(every)))
        period = max(rounded(rows / PARTS), 1)
        labels = max(2 * period, self.warm_up().value)
        return Schedule(f"{period:_}", f"{labels:_}", labels, rows // period)

    def late_labels(self) -> Iterator[str]:
        """The key that lets labels come late, as a comment, where a column may say when."""
        times = self._record.times.rows
        for one in self._facts if times is not None else ():
            if mentioned(one, DATES) and one.name not in self._time_names:
                value = yaml_line({"kind": "delayed", "time": {"column": one.name}})
                yield f"  # labels: {value}  # if that is when labels are known"

    def warm_up(self) -> Guess:
        """The warm-up: a tenth of the rows, within limits, and more where it has only one class."""
        codes = self.labels.codes
        rows = min(max(rounded(len(codes) / 10), FEWEST_WARM), MOST_WARM, len(codes) // 2)
        reason = "about a tenth of the rows, which every model is first trained on"
        while not self.regression and (codes[:rows] == codes[0]).all() and rows < len(codes) // 2:
            rows, reason = min(2 * rows, len(codes) // 2), "so many that it has two classes"
        return Guess("warmup", rows, reason)

    def _table(self, **more) -> Table:
        return Table.model_validate(self._keys | more, context={"folder": self._folder})

    def _target_guess(self):
        name, reason = self._record.target, "the last column"
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

    def _readable_time(self) -> dict[str, Any]:
        """The keys of the first column, or two, whose cells are the times of rows."""
        dates = [one.name for one in self._facts if mentioned(one, DATES)]
        for name, sort in product([*([dates[:2]] * (len(dates) > 1)), *dates], (False, True)):
            keys = {"time": name} | ({"sort": True} if sort else {})
            with suppress(ValueError):
                self._table(**keys).instantiated(np.random.default_rng(0))
                return keys
        return {}

    @property
    def _time_names(self) -> list[str]:
        """The columns of the times of rows."""
        names = self._time.get("time", [])
        return [names] if isinstance(names, str) else names

    @property
    def _span(self) -> tuple[int, int]:
        """The first and the last time, in microseconds."""
        moments = self._record.times.rows
        assert moments is not None
        return int(moments.min()), int(moments.max())

    def _useless(self) -> dict[str, str]:
        """Columns to drop, and why."""
        kept = {self._record.target, *self._time_names}
        found = {one.name: mentioned(one, DATES) or mentioned(one, USELESS) for one in self._facts}
        reasons = {name: why.partition(";")[0] for name, why in found.items() if why}
        return {name: why for name, why in reasons.items() if name not in kept}

    def _missing_guess(self):
        holes = {c.name: int(c.missing.sum()) for c in self._record.columns if c.missing.any()}
        if self.labels.missing.any():
            unlabelled = plural(holes[self._record.target], "row")
            reason = f"{unlabelled} without a label; rows without some other value go with them"
            yield Guess("missing", "drop", reason)
        elif holes:
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


def concept_name(path: Path) -> str:
    """A name for the concept of a table, and for its scenario."""
    return "".join(c if c.isalnum() or c in "_-" else "_" for c in path.name.split(".")[0])


def models_text(found: Contents) -> str:
    """The contenders, each with a learner for the task."""
    schedule = found.schedule()
    detector = ", detector: river.drift.KSWIN" if found.regression else ""
    given = {
        "What": "Regressor" if found.regression else "Classifier",
        "every": schedule.every,
        "memory": schedule.memory,
        "labels": f"{schedule.labels:_}",
        "times": f"about {schedule.times}",
        "detector": detector,
    }
    text = MODELS
    for name, value in given.items():
        text = text.replace(f"{{{name}}}", value)
    return text.rstrip()


def commented(guess: Guess, indent: int) -> Iterator[str]:
    """A key with its reason behind it, or above it where the line would be too long."""
    value = f"{guess.value:_}" if type(guess.value) is int else yaml_line(guess.value)
    entry, reasons = f"{' ' * indent}{guess.key}: {value}", guess.reason.split("\n")
    if len(reasons) == 1 and len(entry) + len(guess.reason) + 4 <= WIDEST:
        yield f"{entry}  # {guess.reason}"
    else:
        yield from (f"{' ' * indent}# {reason}" for reason in reasons)
        yield entry


def rounded(rows: float) -> int:
    """A round number of rows: 1, 2 or 5 times a power of ten, not above the given one."""
    power = 10 ** int(np.floor(np.log10(max(rows, 1))))
    return max(step * power for step in (1, 2, 5) if step * power <= max(rows, 1))


def write_proposal(table: Path, target: str | None = None, to: Path | None = None) -> Path:
    """Write a scenario for a table to a file that is not there yet, and return its path.

    By default it has the name of the table, and is written into the current folder. Raises
    `ScenarioError` for a table that cannot be read, and for a file that is there already.
    """
    path = to or Path(f"{concept_name(table)}.yaml")
    if path.suffix.lower() not in (".yaml", ".yml"):
        raise ScenarioError(line(f"{path}: is no name for a scenario; let it end in .yaml"))
    try:
        text = proposed(table, path.absolute().parent, target)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        advice = "run it by its name, or let init write another file by --to"
        raise ScenarioError(line(f"{path}: is there already; {advice}")) from None
    except OSError as error:
        raise ScenarioError(line(f"{path}: cannot be written: {reason(error)}")) from None
    except ValueError as error:
        raise ScenarioError(line(f"{table}: {first_fault(error)}")) from None
    return path
