"""Prequential evaluation: every row is predicted before its label is seen."""

import time
from collections import deque

import numpy as np
from pydantic import model_validator

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.answers import Answers
from driftsim.evaluation.labels import AtOnce, arrivals
from driftsim.evaluation.meter import Counting, Meter, Metered
from driftsim.evaluation.rules import Rules, TruthRules
from driftsim.evaluation.scores import expected_error, scores_of
from driftsim.evaluation.trace import Probes, Tally, Trace
from driftsim.learners.learner import Learner
from driftsim.parts import Strict
from driftsim.rows import Event, Labelled, label_of
from driftsim.streams.seeds import of_repeat
from driftsim.streams.world import Block

COMPILING = -1  # in the place of a row


class Contender(Strict):
    """A learner and the policy that keeps its models up to date."""

    learner: Learner
    policy: Policy
    compiled: bool = True  # run on kernels, where they give the answers of the library's objects

    @model_validator(mode="after")
    def _match(self):
        if self.policy.learns_on and not self.learner.learns_on:
            raise ValueError(
                f"'{self.policy.kind()}' needs a learner that learns on; "
                f"{self.learner.title} does not; use a policy that retrains, such as periodic"
            )
        if self.policy.weighs and not self.learner.weighs:
            raise ValueError(
                f"'{self.policy.memory.kind()}' memory needs a learner that takes weights; "
                f"{self.learner.title} does not; give the memory a number of labels"
            )
        return self

    @property
    def at_work(self):
        """The learner and the policy as they are to run."""
        parts = self.learner, self.policy
        return parts if self.compiled else tuple(part.uncompiled() for part in parts)

    def engine(self, schema):
        """What its models run on: `compiled`, or a library, and why no kernel serves."""
        return self.at_work[0].engine(schema)


def evaluate(stream, contender, rules=Rules(), seed=0, repeat=0) -> Trace:
    """The trace of one contender over one stream with one seed.

    In each `repeat` the learner and the policy have other seeds, on the same rows and labels.
    """
    return last_of(rounds(stream, contender, rules, seed, repeat))


def rounds(stream, contender, rules, seed, repeat=0):
    """Play a contender over a stream: yields the rows done so far, and returns the trace.

    Yields `COMPILING` first where code has to be compiled for it, which takes seconds, and the
    number of rows of the warm-up once it has been.
    The labels of the warm-up are all in before the first scored row; later ones come in as the
    rules say.
    """
    world, (learner, policy) = stream.instantiated(seed), contender.at_work
    tally, known = tally_of(stream, rules), rules.truth and stream.known
    counting = Counting(rules.labels, tally, stream.length)
    live = Live(world, counting, rules.warmup, learner.sees, known, rules.probe)
    meter = Meter(tally, rules.warmup, stream.length, policy.monitors_errors)
    seeds = of_repeat(seed, repeat).integers(2**31, size=2)
    asked = {"probabilities": True} if rules.probable else {}
    begun = time.perf_counter()
    model = learner.start(world.schema, int(seeds[0]), **asked)
    yield from loading([model, *policy.detectors], rules.warmup)
    tally.spread("compile_seconds", time.perf_counter() - begun, rules.warmup, 0)
    answers = Answers(world.schema, bool(asked))
    scoring = Scoring(world.schema, rules, tally, meter, answers)
    model, rng = Metered(model, meter, answers), np.random.default_rng(seeds[1])
    arriving = meter.heard(live.arrivals())
    changes = [stream.changes(seed)] if policy.knows == "changes" else []
    for given in policy.run(model, live.history(), arriving, rng, *changes):
        if isinstance(given, Event):
            meter.happened(given)
            continue
        for scored, predicted in live.matched(given):
            scoring.take(scored, predicted)
        yield meter.position
    if missing := stream.length - meter.position:
        raise ValueError(f"'{policy.kind()}' has predicted {missing:,} rows too few")
    return tally.trace(scoring.predictions(), live.probed(), np.array(meter.alarms, np.int64))


def loading(kernels, warmup):
    """Load the code that models and detectors run on; yields before and after it is compiled."""
    if needs_compiling := any(one.needs_compiling for one in kernels):
        yield COMPILING
    for one in kernels:
        one.compile()
    if needs_compiling:
        yield warmup


def truth(stream, rules=TruthRules(), seed=0) -> Trace:
    """What there is to know about a stream whoever contends, as a trace."""
    return last_of(truths(stream, rules.of_truth(), seed))


def truths(stream, rules, seed):
    """Tally the truth: yields the rows done so far, and returns the trace.

    The references, `majority` or `mean` and `no_change`, have seen every label before the row.
    """
    world, tally = stream.instantiated(seed), tally_of(stream, rules)
    live = Live(world, AtOnce(), rules.warmup, "X", rules.truth and stream.known)
    scores = scores_of(world.schema)
    references = {kind.kind(): kind().start(world.schema, seed) for kind in scores.references}
    for model in references.values():
        model.learn(live.history())
    for arrival in live.arrivals():
        rows = live.ahead[-1]
        tally.add(rows.t, concept=rows.weights)
        scores.truth(tally, rows)
        for name, model in references.items():
            scores.reference(tally, name, rows, model.test_then_train(arrival))
        live.ahead.clear()
        yield int(rows.t[-1]) + 1
    return tally.trace()


def tally_of(stream, rules):
    """An empty tally of the rows of a stream that are scored."""
    return Tally(rules.warmup, stream.length, rules.interval_of(stream))


def last_of(rounds, report=lambda row: None):
    """What a generator of rows returns, once each row that it yields is reported."""
    while True:
        try:
            report(next(rounds))
        except StopIteration as end:
            return end.value


class Scored:
    """Rows to be scored, and the truth about them."""

    def __init__(self, t, y, weights, posterior):
        self.t, self.y, self.weights, self.posterior = t, y, weights, posterior

    @property
    def missing(self):
        """How many answers are still to come."""
        return len(self.t)

    def part(self, rows):
        posterior = None if self.posterior is None else self.posterior[rows]
        return Scored(self.t[rows], self.y[rows], self.weights[rows], posterior)


class Probe(Scored):
    """Fresh rows of every concept, that tell what a model knows of each after a phase."""

    def __init__(self, row, ruling, block, X, posterior, regression):
        super().__init__(block.t, block.y, block.weights, posterior)
        self.row, self.ruling, self._X = row, ruling, X
        self._concept, self._regression, self._lost = block.concept, regression, []
        self.errors = None  # on each concept (k,), once all rows are predicted

    @property
    def missing(self):
        return 0 if self.t is None else len(self.t) - sum(map(len, self._lost))

    def part(self, rows):
        """The probe itself: it takes answers as they come."""
        return self

    def answered(self, predicted):
        """Note the loss of the next answers: expected, where the probability of labels is known."""
        first = sum(map(len, self._lost))
        rows = slice(first, first + len(predicted))
        if self._regression:
            lost = np.abs(predicted - self.y[rows])
        elif self.posterior is not None:
            lost = expected_error(self.posterior[rows], label_of(predicted))
        else:
            lost = (label_of(predicted) != self.y[rows]).astype(float)
        self._lost.append(lost)
        if not self.missing:
            self._close()

    def sent(self):
        """The rows (n, d), which are kept until they are sent."""
        X, self._X = self._X, None
        return X

    def _close(self):
        """Keep the mean loss on each concept (k,), and nothing of the rows."""
        lost, k = np.concatenate(self._lost), self.weights.shape[1]
        self.errors = np.bincount(self._concept, lost, k) / np.bincount(self._concept, minlength=k)
        self.t = self.y = self.weights = self.posterior = self._concept = None
        self._lost = []


class Scoring:
    """Predictions as they are checked, held against the truth, and kept where that is asked for."""

    def __init__(self, schema, rules, tally, meter, answers):
        self._tally, self._meter, self._answers = tally, meter, answers
        self._scores = scores_of(schema, rules.scores)
        self._kept = [] if rules.predictions else None

    def take(self, scored, predicted):
        """Score the predictions of some rows, or of a probe."""
        if isinstance(scored, Probe):
            scored.answered(predicted)
            return
        predicted = self._answers.checked(predicted, scored.t)
        self._scores.answers(self._tally, scored, predicted)
        self._meter.move(len(predicted))
        if self._kept is not None:
            self._kept.append(label_of(predicted))

    def predictions(self):
        """The predictions of all rows (n,), or None where they are not kept."""
        return None if self._kept is None else np.concatenate(self._kept)


class Live:
    """The rows of a world as a policy meets them, remembered until it has predicted them."""

    def __init__(self, world, labels, warmup, sees, truth, probe=None):
        self._world, self._labels, self._warmup = world, labels, warmup
        self._sees, self._truth, self._probe = sees, truth, probe
        self._probes = []  # sent so far
        self.ahead = deque()  # `Scored` rows that have arrived and are not predicted yet

    def history(self):
        """The labelled rows of the warm-up."""
        block = self._world.rows(0, self._warmup)
        return Labelled(block.t, self._seen(block)[0], block.y)

    def arrivals(self):
        """The rows after the warm-up, block by block, and the labels that come in among them."""
        arriving = arrivals(self._chunks(), self._labels, self._world.seed)
        return self._probing(arriving) if self._probe else arriving

    def probed(self):
        """What the probes have told, or None."""
        if self._probe:
            if open := sum(one.missing for one in self._probes):
                raise ValueError(f"a policy has predicted {open:,} rows of probes too few")
            told = [(one.row, one.ruling, one.errors) for one in self._probes]
            return Probes(*map(np.array, zip(*told)))

    def matched(self, predicted):
        """Predictions with the rows they are of."""
        while len(predicted):
            if not self.ahead:
                raise ValueError(f"a policy has predicted {len(predicted):,} rows too many")
            scored = self.ahead.popleft()
            n = min(len(predicted), scored.missing)
            if n < scored.missing:
                self.ahead.appendleft(scored.part(slice(n, None)))
                scored = scored.part(slice(n))
            yield scored, predicted[:n]
            predicted = predicted[n:]

    def _probing(self, arriving):
        """Arrivals, after the last row of each phase fresh rows of every concept."""
        phases = deque(phases_of(self._world, self._warmup))
        for arrival in arriving:
            while phases and phases[0][0] <= arrival.t[-1]:
                row, ruling = phases.popleft()
                head, rest = arrival.before_row(row - int(arrival.t[0]) + 1)
                scored, probe = self.ahead.pop(), self._sent(row, ruling)
                self.ahead += [scored.part(slice(len(head.t))), probe]
                yield with_rows(head, row, probe.sent())
                if not len(rest.t):
                    break
                self.ahead.append(scored.part(slice(len(head.t), None)))
                arrival = rest
            else:
                yield arrival

    def _sent(self, row, ruling):
        k = len(self._world.concepts)
        blocks = [self._world.fresh(row, i, self._probe) for i in range(k)]
        block = Block(*map(np.concatenate, zip(*blocks)))
        regression = self._world.schema.regression
        self._probes.append(Probe(row, ruling, block, *self._seen(block), regression))
        return self._probes[-1]

    def _chunks(self):
        for block in self._world.blocks(self._warmup):
            X, posterior = self._seen(block)
            self.ahead.append(Scored(block.t, block.y, block.weights, posterior))
            yield Labelled(block.t, X, block.y)

    def _seen(self, block):
        """What models are given of each row, and its posterior where it is asked for."""
        if self._sees == "X" and not self._truth:
            return block.X, None
        posterior = self._world.posterior(block.t, block.X, block.weights)
        return (block.X if self._sees == "X" else posterior), posterior if self._truth else None


def phases_of(world, warmup):
    """The last row of each phase between changes, and the concept that rules it."""
    stream, changes = world.stream, world.stream.changes(world.seed)
    ends = [change.first - 1 for change in changes] + [stream.length - 1]
    ruling = [change.before for change in changes] + [changes[-1].after if changes else 0]
    told = dict(zip(ends, ruling))  # of two changes at one row the later
    return [(row, told[row]) for row in sorted(told) if warmup <= row < stream.length]


def with_rows(arrival, t, X):
    """An arrival with further rows at its end, all at position `t`, predicted after its labels."""
    due_by = np.append(arrival.due_by[:-1], np.full(len(X) + 1, len(arrival.due_t)))
    t = np.append(arrival.t, np.full(len(X), t))
    return arrival._replace(t=t, X=np.concatenate([arrival.X, X]), due_by=due_by)
