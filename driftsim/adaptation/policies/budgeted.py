"""Budgeted: so many trainings in any period, or so much money, spent where errors rise most."""

from collections import deque
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from driftsim.adaptation.error_monitor import ErrorMonitor
from driftsim.adaptation.excess import Rise
from driftsim.adaptation.memories import LabelBuffer
from driftsim.adaptation.policies.on_alarm import OnAlarm, gather
from driftsim.adaptation.policies.retraining import NO_ROW, Discard, Train, Trigger, Until
from driftsim.adaptation.training_price import TrainingPrice
from driftsim.clocks import NO_CLOCK, Clock, row_after
from driftsim.durations import Duration, Period
from driftsim.mistake_prices import DEAREST
from driftsim.parts import MOST_ROWS, Count, Number
from driftsim.rows import Alarm, Labelled

BY_CHANCE = 0.1  # of what is left of a budget: the share that errors of one rate would spend


class Budgeted(OnAlarm):
    """Retrain where errors rise most, at most so many times, or for so much money, in any period.

    After each `window` labels, their mean loss is compared with that of all labels of the model in
    force before them. It retrains where a rise like that would come by chance with a probability
    below k / 10 m, where k trainings are left to pay for, and the period has m windows: the less is
    left, the larger a rise has to be, and chance alone spends a tenth of the budget at most. What a
    training has cost can be spent again one period after it started.
    """

    monitors_errors = True

    every: ClassVar[None] = None  # type: ignore[misc]  # no clock spends the budget
    trainings: Count | None = None  # at most, in any period
    money: Annotated[Number, Field(gt=0, le=DEAREST)] | None = None  # at most, in any period
    training: TrainingPrice | None = None  # of the money
    per: Period  # rows, or time
    window: Annotated[Count, Field(ge=2)] = 200  # labels that are compared

    def trigger(self, history, memory, rng):
        return budget_trigger(self, history, memory, rng)

    @property
    def price(self) -> TrainingPrice:
        """The price of a training, of the money or of the number of trainings."""
        return self.training or TrainingPrice(each=1)

    @model_validator(mode="after")
    def _has_a_budget(self):
        if (self.trainings is None) == (self.money is None):
            raise ValueError("a budget is a number of `trainings`, or `money`; give one of them")
        if self.money is None:
            if self.training:
                raise ValueError("the price of a training is for `money`; leave it out")
            return self
        if not self.training or not (self.training.each or self.training.per_row):
            raise ValueError("money needs the price of a training; write training: 30")
        if self.training.per_row and not self.memory.holds:
            raise ValueError("a price of each row needs a memory that is a number of labels")
        if (price := self.training.of(self.memory.holds or 0)) > self.money:
            raise ValueError(
                f"a training costs {price:g}, and there is never more than {self.money:g}"
            )
        return self


class Budget:
    """What is left to spend, and how far errors have to rise for it to be spent."""

    level = 0.0  # the probability by chance of a rise that is acted on

    def __init__(self, policy: Budgeted):
        self._total = float(policy.trainings or policy.money or 0)
        self._price, self._per, self._clock = policy.price, policy.per, policy.clock
        self._window = policy.window
        self._spent: deque[tuple[int, float]] = deque()  # until which row, and how much

    @property
    def renewed(self) -> int:
        """The row before which something can be spent again."""
        return self._spent[0][0] if self._spent else NO_ROW

    def reached(self, t: int, n: int) -> bool:
        """Set the level before row `t`: whether a training on `n` rows can be paid for."""
        while self.renewed <= t:
            self._spent.popleft()
        left = self._total - sum(amount for _, amount in self._spent)
        price = self._price.of(n)
        trainings = int(min(left / price + 1e-9, MOST_ROWS)) if price else 1
        windows = max(rows_in(self._per, self._clock, t) // self._window, 1)
        self.level = min(BY_CHANCE * trainings / windows, 0.5)
        return trainings > 0

    def pay(self, t: int, n: int):
        """Pay for a training on `n` rows that starts before row `t`."""
        self._spent.append((row_after(self._clock, t, self._per), self._price.of(n)))


def rows_in(per: int | Duration, clock: Clock | None, t: int) -> int:
    """How many rows a period has; of a time, the mean so far, since what comes is not known."""
    if not isinstance(per, Duration):
        return per
    if clock is None:
        raise ValueError(NO_CLOCK)
    passed = clock.moment(t) - clock.moment(0)
    return per.micros * t // max(passed, 1)


def budget_trigger(policy: Budgeted, history: Labelled, memory: LabelBuffer, rng) -> Trigger:
    """Monitor until errors rise by as much as what is left asks for, gather labels, train."""
    budget = Budget(policy)
    rise = Rise(policy.window, lambda: budget.level)
    monitor = ErrorMonitor(rise, rng, True, policy.cooldown, policy.clock)
    t, rows = history.stop, history
    while True:
        monitor.start(t, rows)
        alarm = None
        while not alarm:
            budget.reached(t, policy.memory.holds or len(memory.rows().t))
            t, alarm = yield Until(budget.renewed, monitor.update)
        yield Alarm()
        yield Discard()
        t = alarm.at.next
        if policy.gathered is not None:
            t = yield from gather(monitor, memory, alarm.at.newest + 1, policy.gathered, t)
        while not budget.reached(t, len(memory.rows().t)):
            t, _ = yield Until(budget.renewed)
        training = yield Train()
        if training.rows is not None:
            budget.pay(t, len(training.rows.t))
        if training.row > t:
            yield Until(training.row)
        t, rows = training.row, training.rows
