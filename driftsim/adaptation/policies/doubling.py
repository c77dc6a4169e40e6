"""Doubling: after an alarm, trainings at ages that double, soon on few labels, later on many."""

from typing import Any

from pydantic import model_validator

from driftsim.adaptation.error_monitor import ErrorMonitor, Moment
from driftsim.adaptation.memories import LabelBuffer, Memory, SinceAlarm
from driftsim.adaptation.policies.on_alarm import ByDetector, last_label
from driftsim.adaptation.policies.retraining import NO_ROW, Discard, Train, Trigger, Until
from driftsim.clocks import Clock, row_after
from driftsim.durations import Duration, Span, Window
from driftsim.rows import Alarm, Arrival, Labelled


class Doubling(ByDetector):
    """After an alarm, retrain on the `first` labels of later rows, on twice as many, … to `until`.

    Each training is on all labels of rows since the alarm, unless another memory is given (`all`
    adds those from before the alarm): soon on few labels, then on more, as the cheapest schedules
    are in hindsight. Of labels that come in together, one model is trained. The next alarm starts
    anew. With times in place of numbers, trainings are so long after the alarm.
    """

    memory: Memory = SinceAlarm()  # labels that a new model is trained on
    first: Window  # labels of rows since the alarm, or time since it
    until: Window | None = None  # of the last training at most; what the memory holds if not given
    cooldown: Span = 0  # rows, or time, after a deployment before an alarm is acted on

    @property
    def fewest(self):
        return 1 if isinstance(self.first, Duration) else self.first

    def trigger(self, history, memory, rng):
        monitor = ErrorMonitor(self.detector, rng, self.falls, self.cooldown, self.clock)
        return doubling_trigger(self, monitor, history, memory)

    def ages(self, alarm: Moment) -> "LabelAges | TimeAges":
        """When to train after an alarm."""
        first, last = self.first, self.last
        if isinstance(first, Duration) and isinstance(last, Duration):
            return doubled(self.clock, alarm.next, first, last)
        return LabelAges(alarm.newest + 1, first, last)

    @property
    def last(self) -> Any:
        """Where trainings after an alarm end, as a number of labels or a time; or None."""
        return self.memory.holds if self.until is None else self.until

    @model_validator(mode="after")
    def _ends(self):
        timed = isinstance(self.first, Duration)
        if self.last is None or (timed and self.until is None):
            example = times(8, self.first)
            raise ValueError(f"nothing says which training is the last; write until: {example}")
        if timed != isinstance(self.last, Duration):
            raise ValueError("`first` and `until` are both numbers of labels, or both times")
        if size(self.last) < size(self.first):
            what = "what the memory holds" if self.until is None else "`until`"
            raise ValueError(f"{what} is less than `first`, so that nothing would be trained")
        return self


def times(n: int, span: int | Duration) -> str:
    """So many times as many labels, or as much time, as a scenario writes it."""
    if isinstance(span, Duration):
        return str(span.model_copy(update={"amount": n * span.amount}))
    return f"{n * span:_}"


def size(span: int | Duration) -> int:
    """Labels or microseconds."""
    return span.micros if isinstance(span, Duration) else span


class LabelAges:
    """Trainings at numbers of labels of rows from `since` on: the first, twice as many, …"""

    row = NO_ROW  # before which to train: there is none

    def __init__(self, since: int, first, until):
        self._since, self._until = since, until
        self._n, self._next = 0, first

    def go_on(self, t: int):
        """Look ahead to the next training that is still to come, from row `t` on."""
        while self._next <= self._n:
            self._next *= 2
        if self._next > self._until:
            self._next = NO_ROW

    def watch(self, monitor=None):
        """What watches for the last label before a training, or for an alarm before that."""
        last = last_label(self._since, self._next - self._n)

        def watch(arrival: Arrival, predicted):
            stop = last(arrival, predicted)
            if stop:
                arrival, _ = arrival.up_to_label(stop.labels)
            alarm = monitor and monitor.update(arrival, predicted[: len(arrival.t)])
            self.take(arrival)
            return alarm or stop

        return watch

    def take(self, arrival: Arrival, predicted=None):
        """Count the labels of an arrival."""
        self._n += int((arrival.due_t >= self._since).sum())


class TimeAges:
    """Trainings before some rows."""

    take = None  # no labels are counted

    def __init__(self, rows: list[int]):
        self._rows = rows

    @property
    def row(self) -> int:
        """The row before which to train next."""
        return self._rows[0] if self._rows else NO_ROW

    def go_on(self, t: int):
        """Look ahead to the next training that is still to come, from row `t` on."""
        self._rows = [row for row in self._rows if row > t]

    def watch(self, monitor=None):
        """What watches for an alarm."""
        return monitor and monitor.update


def doubled(clock: Clock | None, start: int, first: Duration, until: Duration) -> TimeAges:
    """Trainings at the first time after row `start`, at twice that time, … up to another time."""
    n = (until.micros // first.micros).bit_length()
    spans = (first.model_copy(update={"amount": first.amount * 2**k}) for k in range(n))
    return TimeAges([row_after(clock, start, span) for span in spans])


def doubling_trigger(policy: Doubling, monitor, history: Labelled, memory: LabelBuffer) -> Trigger:
    """Monitor, and train at the ages that follow the last alarm; no model is monitored meanwhile.

    That is: from an alarm until the first model after it, and while a model is being trained.
    """
    t, rows = history.stop, history
    ages: LabelAges | TimeAges = TimeAges([])
    while True:
        monitor.start(t, rows)
        t, found = yield Until(ages.row, ages.watch(monitor))
        if found and found.at:
            yield Alarm()
            yield Discard()
            memory.alarmed(found.at.newest + 1)
            ages = policy.ages(found.at)
            t, _ = yield Until(ages.row, ages.watch())
        t, _ = yield Until(t, ages.take)  # the other labels that come in before this row
        training = yield Train()
        ages.go_on(t)
        while t < training.row:
            t, _ = yield Until(training.row, ages.watch())
            ages.go_on(t)
        rows = training.rows
