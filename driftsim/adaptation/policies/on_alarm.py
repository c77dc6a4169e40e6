"""Retraining on alarms: of errors, of features, and, as a reference, at every true change."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from driftsim.adaptation.detectors import Adwin, Detector
from driftsim.adaptation.error_monitor import ErrorMonitor, MeanThreshold
from driftsim.adaptation.feature_monitor import FeatureMonitor, shifted
from driftsim.adaptation.memories import LabelBuffer
from driftsim.adaptation.policies.retraining import (
    NO_ROW,
    Discard,
    InForce,
    Retraining,
    Train,
    Trigger,
    Until,
)
from driftsim.adaptation.shift_tests import ShiftTest
from driftsim.clocks import row_after
from driftsim.durations import Period, Span, Window
from driftsim.messages import flow
from driftsim.parts import Count, Number, dumped
from driftsim.rows import Alarm, Labelled


class OnAlarm(Retraining):
    """A policy that retrains after an alarm, on labels of rows that come after it or before it."""

    gather: Literal["after", "before"] = "after"  # labels of rows after the alarm, or before it
    enough: Count | None = None  # labels to gather first; as many as the memory holds by default
    cooldown: Span = 0  # rows, or time, after a deployment before an alarm is acted on
    every: Period | None = None  # retrain also after so many rows of a model without an alarm

    @property
    def raises_alarms(self):
        return True

    @property
    def gathered(self) -> int | None:
        """How many labels of rows after an alarm to wait for; None for those before it."""
        return None if self.gather == "before" else self.enough or self.memory.holds

    @property
    def fewest(self):
        return self.gathered or 1

    def incompatibility(self, schema, rows):
        if self.gather != "before" and not self.gathered:
            return uncounted(self, "memory: {memory}, enough: 500")
        return super().incompatibility(schema, rows)

    @model_validator(mode="after")
    def _can_gather(self):
        kind, holds = self.memory.kind(), self.memory.holds
        if self.gather == "before":
            if self.enough:
                raise ValueError("'enough' is for labels gathered after the alarm; leave it out")
            if self.memory.needs_alarms:
                raise ValueError(f"'{kind}' holds no label yet at the alarm; gather after it")
        elif holds and self.gathered and self.gathered > holds:
            raise ValueError(
                f"a memory of {holds:,} labels never holds the {self.enough:,} that are enough; "
                "give it more, or ask for fewer"
            )
        return self


class ByDetector(Retraining):
    """A policy that retrains after the alarms of a detector."""

    monitors_errors = True

    detector: Detector = Adwin()  # of the errors of the model in force
    falls: bool = False  # act also when the error has fallen

    @property
    def library(self):
        return self.detector.library

    def incompatibility(self, schema, rows):
        return self.detector.incompatibility(schema) or super().incompatibility(schema, rows)


class OnDrift(ByDetector, OnAlarm):
    """After each alarm of a detector, wait until `memory` labels of later rows are in, and retrain.

    The labels before the alarm may be of the concept that has just ended. The detector monitors
    the errors of the model in force, and restarts with every model.
    """

    gather: Literal["after", "before", "warning"] = "after"  # type: ignore[assignment]  # which labels
    background: bool = False  # train from the warning on: the latency counts from there

    def trigger(self, history, memory, rng):
        monitor = ErrorMonitor(self.detector, rng, self.falls, self.cooldown, self.clock)
        warned = self.gather == "warning"
        return alarm_trigger(self, monitor, history, memory, warned, self.background)

    @model_validator(mode="after")
    def _is_warned(self):
        if self.gather == "warning" and not self.detector.warns:
            raise ValueError(
                f"{self.detector.title} gives no warnings to gather from; "
                "use ddm, or gather after the alarm"
            )
        if self.background and self.gather != "warning":
            raise ValueError(
                "a model is trained in the background from a warning on; write gather: warning"
            )
        return self


class OnError(OnAlarm):
    """Retrain when the error over a window passes a threshold, or its level after the last fit."""

    monitors_errors = True

    window: Count  # labels
    threshold: Annotated[Number, Field(ge=0)] | None = None  # of the mean error
    rise: Annotated[Number, Field(gt=0)] | None = None  # over the first window after the fit

    def incompatibility(self, schema, rows):
        if self.threshold is not None and self.threshold >= 1 and not schema.regression:
            return (
                f"the mean of errors of 0 and 1 never passes {self.threshold:g}; "
                "give a threshold below 1"
            )
        return super().incompatibility(schema, rows)

    def trigger(self, history, memory, rng):
        limit = MeanThreshold(self.window, self.threshold, self.rise)
        monitor = ErrorMonitor(limit, rng, True, self.cooldown, self.clock)
        return alarm_trigger(self, monitor, history, memory)

    @model_validator(mode="after")
    def _passes_something(self):
        if self.threshold is None and self.rise is None:
            raise ValueError("the error has nothing to pass; give a threshold, or a rise")
        return self


class OnShift(OnAlarm):
    """Retrain when features shift from those last trained on, without any labels.

    After every `window` rows, these are compared with the rows that the model in force was trained
    on, by a `test`. If none is given, each feature is, by Kolmogorov-Smirnov's test, or the
    chi-squared one where there are few values; an alarm fires where a p-value is below `level` by
    the number of features (Bonferroni).
    """

    omitted: ClassVar = ("test",)  # so that names of runs are those from before there was one

    window: Window = 500  # rows, or time, that are compared, one window after the other
    level: Annotated[Number, Field(gt=0, lt=1)] = 0.01  # probability of a false alarm in a window
    test: ShiftTest | None = None  # of the features; none: of each by itself

    @property
    def library(self):
        return "scipy"

    def trigger(self, history, memory, rng):
        if self.test is None:
            differs = partial(shifted, level=self.level)
        else:
            differs = partial(self.test.differs, level=self.level, rng=rng)
        monitor = FeatureMonitor(self.window, differs, self.cooldown, self.clock)
        return alarm_trigger(self, monitor, history, memory)

    @model_validator(mode="after")
    def _has_one_limit(self):
        if self.test and "level" in self.model_fields_set and not self.test.has_level:
            kind = self.test.kind()
            raise ValueError(f"'{kind}' has no level; give the threshold of the test instead")
        if self.test and self.level <= self.test.least:
            raise ValueError(
                f"no p-value of '{self.test.kind()}' is below {self.test.least:.3g}, so that it "
                f"never fires at {self.level:g}; give more permutations, or a higher level"
            )
        return self


class AtDrift(Retraining):
    """Retrain at every true change, on the `memory` labels of rows after it.

    A reference, which knows the truth: the rows of the changes; of a ramp, its centre.
    """

    knows = "changes"

    @property
    def fewest(self):
        return self.memory.holds or 1

    def trigger(self, history, memory, rng, changes=()):
        rows = sorted({change.centre for change in changes if change.centre >= history.stop})
        return change_trigger(rows, self.fewest, memory)

    def incompatibility(self, schema, rows):
        if not self.memory.holds:
            return uncounted(self, "memory: 500")
        return super().incompatibility(schema, rows)


def uncounted(policy: Retraining, right: str) -> str:
    """The message on a policy that has no number of labels to wait for, and what gives it one."""
    kind, memory = policy.kind(), dumped(policy.memory)
    text = memory if isinstance(memory, str) else flow(memory)  # a duration, or a kind
    written = right.format(memory=text)
    return (
        f"{kind} with memory {text} needs a number of labels to wait for; "
        f"write {{kind: {kind}, {written}}}"
    )


def alarm_trigger(
    policy, monitor, history: Labelled, memory: LabelBuffer, from_warning=False, background=False
) -> Trigger:
    """Monitor until an alarm, gather labels, train; then the same with the new model.

    Labels are gathered of rows after the alarm or, with `from_warning`, after the warning before
    it; with `background`, a latency counts from there too.
    """
    t, rows = history.stop, history  # where a model comes into force, and what it is trained on
    while True:
        monitor.start(t, rows, (yield InForce()))
        alarm, training = yield from monitored(monitor, t, policy)
        if alarm:
            yield Alarm()
            yield Discard()
            t, moment = alarm.at.next, (from_warning and alarm.warned) or alarm.at
            if policy.gathered is not None:
                t = yield from gather(monitor, memory, moment.newest + 1, policy.gathered, t)
            training = yield Train(moment.next if background else None)
            if training.row > t:
                yield Until(training.row)
        t, rows = training.row, training.rows


def monitored(monitor, t, policy):
    """Wait for an alarm: it, or the `Training` by the clock whose model is in force before one."""
    due, training = row_after(policy.clock, t, policy.every) if policy.every else NO_ROW, None
    while training is None or t < training.row:
        row = min(monitor.row, due if training is None else training.row)
        t, alarm = yield Until(row, monitor.update)
        if training is None or t < training.row:
            alarm = alarm or monitor.check(t)
        if alarm:
            return alarm, None
        if training is None and t >= due:
            training = yield Train()
    return None, training


def gather(monitor, memory, since, n, t):
    """Wait until the memory has `n` labels of rows from `since` on: the next row, from `t` on."""
    memory.alarmed(since)
    watch = last_label(since, n - memory.since(since))
    found = memory.since(since) >= n
    while not found:  # windows go on meanwhile: the sums of a trace depend on where rows are cut
        t, found = yield Until(monitor.row, watch)
        monitor.check(t)
    return t


def change_trigger(rows: list[int], n: int, memory: LabelBuffer) -> Trigger:
    """At each of some rows gather `n` labels and train, unless the next row comes first."""
    for since, following in zip(rows, [*rows[1:], NO_ROW]):
        t, _ = yield Until(since)
        yield Discard()
        memory.alarmed(since)
        missing = n - memory.since(since)
        if missing > 0:
            t, _ = yield Until(following, last_label(since, missing))
        if t < following:
            yield Train()
    yield Until()


class Stop(NamedTuple):
    """Where a trigger wants to go on."""

    labels: int  # of an arrival, up to this one
    at: None = None  # it is no alarm

    def cut(self, arrival):
        """The arrival up to there, and the rest."""
        return arrival.up_to_label(self.labels)


def last_label(since: int, missing: int) -> Callable:
    """What watches for the last of some missing labels, of rows from position `since` on."""

    def watch(arrival, predicted):
        nonlocal missing
        fresh = np.flatnonzero(arrival.due_t >= since)
        if len(fresh) >= missing:
            return Stop(int(fresh[missing - 1]) + 1)
        missing -= len(fresh)

    return watch
