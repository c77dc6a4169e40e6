"""Retraining on alarms: of errors, of features, and, as a reference, at every true change."""

from abc import abstractmethod
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from driftsim.adaptation.detectors import Adwin, Detector
from driftsim.adaptation.error_monitor import Ear, Passing
from driftsim.adaptation.policies.retraining import NO_ROW, Retraining, Trigger, Verdict
from driftsim.adaptation.shifts import Shift
from driftsim.parts import Count, Number, Position, Rows

STRIDE = 512  # rows predicted at once, some of which another model may have to predict again
LISTENING, GATHERING, TRAINING = "listening", "gathering", "training"


class OnAlarm(Retraining):
    """A policy that retrains after an alarm, on labels of rows that come after it or before it."""

    gather: Literal["after", "before"] = "after"  # labels of rows after the alarm, or before it
    enough: Count | None = None  # labels to gather first; as many as the memory holds by default
    cooldown: Position = 0  # rows that a new model serves before an alarm is acted on
    every: Rows | None = None  # retrain also after so many rows of a model, if nothing has rung

    @property
    def gathered(self):
        """How many labels of rows after an alarm to wait for; None for those before it."""
        return None if self.gather == "before" else self.enough or self.memory.holds

    @property
    def fewest(self):
        return self.gathered or 1

    @model_validator(mode="after")
    def _can_gather(self):
        kind, holds = self.memory.kind(), self.memory.holds
        if self.gather == "before":
            if self.enough:
                raise ValueError("'enough' is for labels gathered after the alarm; leave it out")
            if self.memory.needs_alarms:
                raise ValueError(f"'{kind}' holds no label yet when it rings; gather after it")
        elif not self.gathered:
            raise ValueError(f"'{kind}' tells no number of labels to gather; write enough: 500")
        elif holds and self.gathered > holds:
            raise ValueError(
                f"a memory of {holds:,} labels never holds the {self.enough:,} that are enough; "
                "give it more, or ask for fewer"
            )
        return self


class Detecting(Retraining):
    """A policy that retrains after the alarms of a detector."""

    monitors_errors = True

    detector: Detector = Adwin()
    falls: bool = False  # act also when the error has fallen

    @property
    def library(self):
        return self.detector.library

    def incompatibility(self, schema, rows):
        return self.detector.incompatibility(schema) or super().incompatibility(schema, rows)


class OnDrift(Detecting, OnAlarm):
    """Retrain after each alarm of a detector, on the `memory` labels of rows that come after it.

    The labels before the alarm may be of the concept that has just ended. The detector hears
    the errors of the model in force, and starts afresh with every model.
    """

    gather: Literal["after", "before", "warning"] = "after"  # the alarm; or from its warning on
    background: bool = False  # train along from the warning on: the latency counts from there

    def trigger(self, history, rng):
        ear = Ear(self.detector, rng, self.falls)
        return (ByWarnings if self.gather == "warning" else ByErrors)(history, self, ear)

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

    def trigger(self, history, rng):
        passing = Passing(self.window, self.threshold, self.rise)
        return ByErrors(history, self, Ear(passing, rng, falls=True))

    @model_validator(mode="after")
    def _passes_something(self):
        if self.threshold is None and self.rise is None:
            raise ValueError("the error has nothing to pass; give a threshold, or a rise")
        return self


class OnShift(OnAlarm):
    """Retrain when features shift from those last trained on, whatever the labels do.

    After every `window` rows, each feature is compared with the rows that the model in force
    was trained on, by a two-sample test: Kolmogorov-Smirnov, or chi-squared where there are few
    values. It rings where a p-value is below `level` by the number of features (Bonferroni).
    """

    window: Rows = 500  # that are compared, one window after the other
    level: Annotated[Number, Field(gt=0, lt=1)] = 0.01  # chance of a false alarm in a window

    @property
    def library(self):
        return "scipy"

    def trigger(self, history, rng):
        return ByFeatures(history, self)


class AtDrift(Retraining):
    """Retrain at every true change, on the `memory` labels of rows after it.

    A reference, which is told what nobody knows: the rows of the changes; of a ramp, its centre.
    """

    knows = "changes"

    @property
    def fewest(self):
        return self.memory.holds

    def trigger(self, history, rng, changes=()):
        return ByTruth(history, self.memory.holds, [change.centre for change in changes])

    @model_validator(mode="after")
    def _knows_how_many(self):
        if not self.memory.holds:
            raise ValueError(
                f"at_drift gathers labels after each change, and '{self.memory.kind()}' tells no "
                "number of them; give memory a number"
            )
        return self


class Listener(Trigger):
    """Listens for an alarm, gathers labels, has a model trained, and listens again."""

    stride = STRIDE
    rings = True  # counts as an alarm

    def __init__(self, history, gathered, every=None):
        self._gathered, self._every = gathered, every
        self._phase = LISTENING
        self._since = None  # position: once it has rung, labels of rows from here on are gathered
        self._missing = 0  # labels
        self._check = NO_ROW  # position of the row before which to look
        self._serving(history.stop, history)

    @property
    def at(self):
        return min(self._check, self._scheduled)

    def heard(self, arrival, predicted):
        if self._phase == LISTENING:
            return self._listen(arrival, predicted)
        if self._phase == GATHERING:
            return self._gather(arrival)

    def verdict(self, t, memory):
        train = False
        if t >= self._scheduled:
            self._scheduled = NO_ROW
            train = self._phase == LISTENING
        if t >= self._check:
            self._look(t)
        if self._phase == LISTENING and self._since is not None:
            return self._alarmed(memory)
        if self._phase == GATHERING and not self._missing:
            return self._gathered_all()
        return Verdict(train=train)

    def served(self, t, rows):
        self._phase = LISTENING
        self._serving(t, rows)

    def _serving(self, t, rows):
        self._scheduled = t + self._every if self._every else NO_ROW
        self._begin(t, rows)

    @abstractmethod
    def _begin(self, t, rows):
        """Listen afresh from row `t` on, to a model trained on `rows`; None: to the old one."""

    def _listen(self, arrival, predicted):
        """After how many labels an alarm rings, or None; it tells since when to gather."""

    def _look(self, t):
        """Tell before row `t`, where there is something to check, since when to gather."""

    def _gather(self, arrival):
        fresh = np.flatnonzero(arrival.due_t >= self._since)
        if len(fresh) < self._missing:
            self._missing -= len(fresh)
            return None
        m, self._missing = int(fresh[self._missing - 1]) + 1, 0
        return m

    def _alarmed(self, memory):
        """What to do now that it has rung: to train, or to gather labels first."""
        rung = {"alarm": self.rings, "afresh": True}
        if self._gathered is not None:
            memory.alarmed(self._since)
            self._missing = max(self._gathered - memory.since(self._since), 0)
            if self._missing:
                self._phase = GATHERING
                return Verdict(**rung)
        return self._gathered_all()._replace(**rung)

    def _gathered_all(self):
        self._phase, self._since = TRAINING, None
        return Verdict(train=True)


class ByErrors(Listener):
    """Listens to the errors of the model in force."""

    def __init__(self, history, policy, ear):
        self._ear, self._policy = ear, policy
        super().__init__(history, policy.gathered, policy.every)

    def _begin(self, t, rows):
        self._ear.start(t, self._policy.cooldown)

    def _listen(self, arrival, predicted):
        ring = self._ear.heard(arrival, predicted)
        if ring is not None:
            self._since = self._moment(ring).newest + 1
            return ring.labels

    def _moment(self, ring):
        """From when on labels are gathered."""
        return ring.at


class ByWarnings(ByErrors):
    """Gathers from the warning on, where there was one; may train along from there."""

    _began = None  # position where a model began to be trained along

    def _moment(self, ring):
        moment = ring.warned or ring.at
        self._began = moment.next if self._policy.background else None
        return moment

    def _gathered_all(self):
        return super()._gathered_all()._replace(began=self._began)


class ByFeatures(Listener):
    """Looks at the rows that come in, window by window."""

    def __init__(self, history, policy):
        self._window, self._level, self._cooldown = policy.window, policy.level, policy.cooldown
        super().__init__(history, policy.gathered, policy.every)

    def _begin(self, t, rows):
        if rows is not None:
            self._shift = Shift(rows.X)
        self._seen, self._last = [], t - 1
        self._check, self._quiet_until = t + self._window, t + self._cooldown

    def _listen(self, arrival, predicted):
        fresh = np.diff(arrival.t, prepend=self._last) > 0  # not a probe
        self._seen.append(arrival.X[fresh])
        self._last = arrival.t[-1] if len(arrival.t) else self._last

    def _look(self, t):
        seen, self._seen, self._check = self._seen, [], t + self._window
        if self._phase == LISTENING and t >= self._quiet_until:
            p = self._shift.p_value(np.concatenate(seen))
            self._since = t if p < self._level else None


class ByTruth(Listener):
    """Is told the rows of the changes."""

    rings = False

    def __init__(self, history, gathered, changes):
        self._changes = changes
        super().__init__(history, gathered)

    def _begin(self, t, rows):
        self._check = next((at for at in self._changes if at >= t), NO_ROW)

    def _look(self, t):
        self._phase, self._since = LISTENING, t
        self._check = next((at for at in self._changes if at > t), NO_ROW)
