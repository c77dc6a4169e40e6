"""Prequential evaluation: every row is predicted before its label is seen."""

from collections import deque

import numpy as np
from pydantic import model_validator

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import AtOnce, arrivals
from driftsim.evaluation.meter import Counting, Meter, Metered
from driftsim.evaluation.scores import scores_of
from driftsim.evaluation.trace import Tally, Trace, round_interval
from driftsim.learners.learner import Learner
from driftsim.parts import Strict
from driftsim.rows import Event, Labelled, label_of
from driftsim.streams.stream import PARTS, child


class Contender(Strict):
    """A learner and the policy that keeps its models up to date."""

    learner: Learner
    policy: Policy

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


def evaluate(stream, contender, labels=AtOnce(), seed=0, warmup=1000, **asked) -> Trace:
    """The trace of one contender over one stream; `asked` as for `rounds`."""
    return last_of(rounds(stream, contender, labels, seed, warmup, **asked))


def rounds(
    stream, contender, labels, seed, warmup,
    interval=None, truth=True, predictions=False, probabilities=False, bins=None,
):  # fmt: skip
    """Play a contender over a stream: yields the rows done so far, and returns the trace.

    The labels of the `warmup` rows are all in before the first scored row; later ones come in
    as `labels` says. With `truth`, where it is known, every prediction is also held against
    the probability of each label; with `predictions`, the trace keeps them all; with
    `probabilities`, the contender predicts those, and log loss and Brier score are kept; with
    `bins`, also how often its scores of the second of two classes fall into so many of them.
    """
    world, learner = stream.settled(seed), contender.learner
    tally = Tally(warmup, stream.length, interval or round_interval(stream.length))
    scores = scores_of(world.schema, bins)
    counting = Counting(labels, tally, stream.length)
    live = Live(world, counting, warmup, learner.sees, truth and stream.known)
    meter = Meter(tally, warmup, stream.length, contender.policy.hears)
    seeds = child(seed, PARTS).integers(2**31, size=2)
    asked = {"probabilities": True} if probabilities or bins else {}
    model = Metered(learner.start(world.schema, int(seeds[0]), **asked), meter)
    arriving = meter.heard(live.arrivals())
    rng, kept = np.random.default_rng(seeds[1]), []
    told = [stream.changes(seed)] if contender.policy.told == "changes" else []
    for given in contender.policy.run(model, live.history(), arriving, rng, *told):
        if isinstance(given, Event):
            meter.count(given.counted, 1)
            continue
        for scored, predicted in live.matched(given):
            scores.answers(tally, scored, predicted)
        meter.move(len(given))
        if predictions:
            kept.append(label_of(given))
        yield meter.position
    if meter.position != stream.length:
        kind, missing = contender.policy.kind(), stream.length - meter.position
        raise ValueError(f"'{kind}' has predicted {missing:,} rows too few")
    return tally.trace(np.concatenate(kept) if predictions else None)


def truth(stream, seed=0, warmup=1000, interval=None, known=True) -> Trace:
    """What there is to know about a stream whoever contends, as a trace."""
    return last_of(truths(stream, seed, warmup, interval, known))


def truths(stream, seed, warmup, interval=None, known=True):
    """Tally the truth: yields the rows done so far, and returns the trace.

    The references, `majority` or `mean` and `no_change`, have seen every label before the row.
    """
    world = stream.settled(seed)
    tally = Tally(warmup, stream.length, interval or round_interval(stream.length))
    live = Live(world, AtOnce(), warmup, "X", known and stream.known)
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


def last_of(rounds):
    """What a generator returns, once all it yields has been passed over."""
    while True:
        try:
            next(rounds)
        except StopIteration as end:
            return end.value


class Scored:
    """Rows to be scored, and the truth about them."""

    def __init__(self, t, y, weights, posterior):
        self.t, self.y, self.weights, self.posterior = t, y, weights, posterior

    def part(self, rows):
        posterior = None if self.posterior is None else self.posterior[rows]
        return Scored(self.t[rows], self.y[rows], self.weights[rows], posterior)


class Live:
    """The rows of a world as a policy meets them, remembered until it has predicted them."""

    def __init__(self, world, labels, warmup, sees, truth):
        self._world, self._labels, self._warmup = world, labels, warmup
        self._sees, self._truth = sees, truth
        self.ahead = deque()  # `Scored` rows that have arrived and are not predicted yet

    def history(self):
        """The labelled rows of the warm-up."""
        block = self._world.rows(0, self._warmup)
        return Labelled(block.t, self._seen(block)[0], block.y)

    def arrivals(self):
        """The rows after the warm-up, block by block, and the labels that come in among them."""
        return arrivals(self._chunks(), self._labels, self._world.seed)

    def matched(self, predicted):
        """Predictions with the rows they are of."""
        while len(predicted):
            if not self.ahead:
                raise ValueError(f"a policy has predicted {len(predicted):,} rows too many")
            scored = self.ahead.popleft()
            n = min(len(predicted), len(scored.t))
            if n < len(scored.t):
                self.ahead.appendleft(scored.part(slice(n, None)))
                scored = scored.part(slice(n))
            yield scored, predicted[:n]
            predicted = predicted[n:]

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
