"""Prequential evaluation: every row is predicted before its label is seen."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import model_serializer, model_validator

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.compute import Stopwatch
from driftsim.evaluation.evaluation_stream import EvaluationStream, QueriedStream, ScoredRows
from driftsim.evaluation.interval_scores import IntervalScores
from driftsim.evaluation.labels import AtOnce, Labels
from driftsim.evaluation.meter import Counting, Meter, Metered, MeteredStudent
from driftsim.evaluation.probes import Prober
from driftsim.evaluation.protocols import EVERY_LABEL, Fold
from driftsim.evaluation.queries import Asking
from driftsim.evaluation.rules import Rules, TruthRules
from driftsim.evaluation.scores import scores_of
from driftsim.evaluation.trace import Tally, Trace
from driftsim.learners.learner import Learner, Model
from driftsim.learners.prediction_check import PredictionCheck
from driftsim.parts import Strict, build
from driftsim.rows import Arrival, Deployed, Event, WarmUp, label_of
from driftsim.streams.seeds import of_repeat
from driftsim.streams.stream import Stream

COMPILING = -1  # in the place of a row


class Contender(Strict):
    """A learner and the policy that keeps its models up to date."""

    group: ClassVar[str] = "contenders"  # of runs

    learner: Learner
    policy: Policy
    compiled: bool = True  # run on kernels, where they predict as the library's objects do
    labels: Labels | None = None  # when they come in, in the place of those of the evaluation

    @model_validator(mode="after")
    def _match(self):
        if self.policy.learns_on and not self.learner.learns_on:
            raise ValueError(
                f"'{self.policy.kind()}' needs a learner that learns on; "
                f"{self.learner.title}{self.learner.hindrance} does not; use a policy that "
                "retrains, such as periodic"
            )
        if self.policy.weighs and not self.learner.weighs:
            memory = self.policy.memory  # type: ignore[attr-defined]  # which gives the weights
            raise ValueError(
                f"'{memory.kind()}' memory needs a learner that takes weights; "
                f"{self.learner.title} does not; give the memory a number of labels"
            )
        if self.policy.tunes and (reason := self.learner.untunable(self.policy.weighs)):
            raise ValueError(reason)
        if reason := unmimicked(self.learner, self.student):
            raise ValueError(f"'{self.policy.kind()}' {reason}")
        return self

    @property
    def student(self) -> Learner | None:
        """The learner of a student that mimics its models, or None."""
        return self.policy.student_of(self.learner)

    @property
    def libraries(self) -> set[str | None]:
        """The distributions whose versions its predictions and alarms depend on."""
        of_student = self.student.libraries if self.student else ()
        return {*self.learner.libraries, self.policy.library, *of_student}

    @property
    def knows(self) -> str:
        """What it knows of the truth that nobody does, as references do: the world, or changes."""
        return "the world" if self.learner.sees == "posterior" else self.policy.knows

    @property
    def at_work(self):
        """The learner and the policy as they are to run."""
        parts = self.learner, self.policy
        return parts if self.compiled else tuple(part.uncompiled() for part in parts)

    def under(self, rules: Rules) -> Rules:
        """The rules that it is evaluated by: its own labels in the place of those of all."""
        return rules if self.labels is None else rules.model_copy(update={"labels": self.labels})

    def uncompiled(self) -> "Contender":
        """The same on the objects of libraries, without kernels."""
        return self.model_copy(update={"compiled": False})

    @model_serializer(mode="wrap")
    def _without_labels(self, dump: Callable[[Any], dict]) -> dict[str, Any]:
        """Its own labels are written out where it has some."""
        return {name: one for name, one in dump(build(self)).items() if name != "labels" or one}

    def rounds(self, stream, rules, seed, repeat=0) -> Generator[int, None, Trace]:
        """Evaluate it: yields the rows done so far, and returns the trace; see `rounds`."""
        return rounds(stream, self, rules, seed, repeat)

    def engine(self, schema):
        """What its models run on: `compiled`, or a library, and why no kernel serves."""
        return self.at_work[0].engine(schema)


def unmimicked(learner: Learner, student: Learner | None) -> str | None:
    """Why a student cannot mimic the models of a learner, or None; also where there is none."""
    if student is None:
        return None
    if learner.sees != student.sees:
        return (
            f"has a student that learns from features, and {learner.title} is given none; "
            "leave the student out, or name another learner"
        )
    if student.trained:
        return (
            f"trains a student, and {student.title} is trained already; give it another learner, "
            "such as student: naive_bayes"
        )
    return None


def notes_of(models: Mapping[str, Contender]) -> Iterator[str]:
    """The notes of learners and detectors, each once, with all contenders that it is about."""
    about: dict[str, list[str]] = {}
    for name, contender in models.items():
        of_detectors = (note for one in contender.policy.detectors for note in one.notes)
        of_student = contender.student.notes if contender.student else ()
        for note in (*contender.learner.notes, *of_student, *of_detectors):
            about.setdefault(note, []).append(name)
    yield from (f"{', '.join(names)}: {note}" for note, names in about.items())


class Truth(Strict):
    """What there is to know about a stream, which is evaluated as contenders are."""

    group: ClassVar[str] = "the truth"

    def uncompiled(self) -> "Truth":
        """The same: it has no kernels."""
        return self

    def rounds(self, stream, rules, seed, repeat=0) -> Generator[int, None, Trace]:
        """Tally it: yields the rows done so far, and returns the trace; see `truths`."""
        return truths(stream, rules, seed)


def evaluate(
    stream: Stream, contender: Contender, rules: Rules = Rules(), seed: int = 0, repeat: int = 0
) -> Trace:
    """The trace of one contender over one stream with one seed.

    In each `repeat` the learner and the policy have other seeds, on the same rows, and are on the
    next fold where the protocol has several.

    Raises `Unfit` for a row or a prediction that is invalid, `Outgrown` where a kernel can no
    longer predict as its library would, and `ValueError` for a policy that predicts too few rows
    or too many.
    """
    return last_of(rounds(stream, contender, rules, seed, repeat))


def rounds(stream, contender, rules, seed, repeat=0) -> Generator[int, None, Trace]:
    """Evaluate a contender: yields the rows done so far, and returns the trace.

    Yields `COMPILING` first where code has to be compiled, which takes seconds, and the number of
    rows of the warm-up after it. All labels of the warm-up are in before the first scored row.
    """
    rules = contender.under(rules)
    world, (learner, policy) = stream.instantiated(seed, rules.warmup), contender.at_work
    tally, known = tally_of(stream, rules), rules.truth and stream.known
    policy, labels = (timed(part, world.clock) for part in (policy, rules.labels))
    counting = Counting(labels, tally, stream.length)
    fold = Fold(rules.protocol, repeat, seed, rules.warmup)
    meter = Meter(tally, rules.warmup, stream.length, policy.monitors_errors or bool(rules.query))
    late = labels if rules.warmup_labels == "late" else None
    rows = EvaluationStream(world, counting, rules.warmup, learner.sees, known, fold, late)
    watch = Stopwatch()
    model, rng = new_model(learner, world, rules, seed, repeat)
    rows = queried(rows, rules, (labels, seed, tally, meter, learner.trained), policy, model)
    students = new_students(policy.student_of(learner), world.schema, rng)
    yield from compiling([model, *students, *policy.detectors], rules.warmup)
    tally.spread(rules.warmup, 0, **watch.seconds().of("compile"))
    scoring = Scoring(world.schema, rules, tally, meter, fold)
    prober = rules.probe and Prober(world, rules.probe, rules.warmup, rows.seen, meter)
    arriving = scoring.along(rows.arrivals())
    arriving = prober.between(arriving) if prober else arriving
    history = enough(rows.history(), policy.starts_cold or learner.trained)
    given = Metered(model, meter, scoring.check), history, meter.along(arriving), rng
    besides = given_besides(policy, stream, seed, students, meter)
    yield from scored(policy.run(*given, *besides), rows, scoring, meter, prober)
    refuse_missing(policy, stream.length - meter.position)
    yield from truth_of_part(stream, world, rules, seed, tally, fold)
    alarms, probes = np.array(meter.alarms, np.int64), prober and prober.probes()
    predictions = scoring.predictions()
    return tally.trace()._replace(predictions=predictions, probes=probes, alarms=alarms)


def new_model(learner, world, rules, seed, repeat):
    """A model that has learned nothing yet, and the generator of its policy's random numbers."""
    seeds = of_repeat(seed, repeat).integers(2**31, size=2)
    asked = {"probabilities": True} if rules.probable else {}
    model = learner.start(world.schema, int(seeds[0]), **asked).scored_from(rules.warmup)
    return model, np.random.default_rng(seeds[1])


def new_students(student: Learner | None, schema, rng) -> list[Model]:
    """The model that a student begins as, if there is one."""
    return [] if student is None else [student.start(schema, int(rng.integers(2**31)))]


def given_besides(policy, stream, seed, students, meter) -> list[Any]:
    """What a policy is given beside model, rows and random numbers: true changes, or a student."""
    if policy.knows == "changes":
        return [stream.changes(seed)]
    return [MeteredStudent(one, meter, PredictionCheck(stream.schema)) for one in students]


def enough(history: WarmUp, cold: bool) -> WarmUp:
    """A history to train on; raises `ValueError` where it is empty, unless models start cold."""
    if not len(history.t) and not cold:
        raise ValueError(f"no label to train on has come in before row {history.stop:,}")
    return history


def queried(rows: EvaluationStream, rules, about, policy, model) -> EvaluationStream:
    """The same rows, of which labels are asked for, by an `Asking` about these; if rules say so."""
    if rules.query is None:
        return rows
    return QueriedStream(rows, Asking(*about).by_itself(policy, model, bool(rules.probe)))


def refuse_missing(policy: Policy, rows: int) -> None:
    """Raise `ValueError` where a policy has left out predictions of rows."""
    if rows:
        raise ValueError(f"'{policy.kind()}' has predicted {rows:,} rows too few")


def timed(part, clock):
    """A part that reads its durations by the clock of a stream, if that has one."""
    return part if clock is None else part.with_clock(clock)


def scored(run, rows, scoring, meter, prober) -> Iterator[int]:
    """Score what a policy yields, predictions and events: yields the rows done so far."""
    for given in run:
        if isinstance(given, Event):
            meter.happened(given)
            if prober and isinstance(given, Deployed):
                prober.model = given.model
            continue
        for pending, predicted in rows.matched(given):
            scoring.take(pending, predicted)
        yield meter.position


def compiling(kernels, warmup):
    """Compile the code that models and detectors run on; yields before it and after it."""
    if needs_compiling := any(one.needs_compiling for one in kernels):
        yield COMPILING
    for one in kernels:
        one.compile()
    if needs_compiling:
        yield warmup


def truth(stream: Stream, rules: TruthRules = TruthRules(), seed: int = 0) -> Trace:
    """What there is to know about a stream, independent of any contender, as a trace."""
    return last_of(truths(stream, rules.of_truth(), seed))


def truths(stream, rules, seed) -> Generator[int, None, Trace]:
    """Tally the truth: yields the rows done so far, and returns the trace.

    The references, `majority` or `mean` and `no_change`, have seen every label before the row.
    """
    world, tally = stream.instantiated(seed, rules.warmup), tally_of(stream, rules)
    yield from add_truth(stream, world, rules, seed, tally)
    return tally.trace()


def add_truth(stream, world, rules, seed, tally, fold=EVERY_LABEL) -> Iterator[int]:
    """Add the truth about all rows to a tally, or about those that a fold is scored on.

    Yields the rows done so far.
    """
    stretch = EvaluationStream(world, AtOnce(), rules.warmup, "X", rules.truth and stream.known)
    scores = scores_of(world.schema)
    references = {kind.kind(): kind().start(world.schema, seed) for kind in scores.references}
    for model in references.values():
        model.learn(stretch.history())
    for arrival in stretch.arrivals():
        rows = stretch.pending.pop()
        predicted = {name: one.test_then_train(arrival) for name, one in references.items()}
        scored = fold.scored(rows.t)
        if scored is None:
            tally.add(rows.t, concept=rows.weights)
        else:
            tally.add(rows.t, scored=scored.astype(np.int64))
            rows, predicted = rows.part(scored), {n: one[scored] for n, one in predicted.items()}
        if len(rows.t):
            scores.truth(tally, rows)
            for name, own in predicted.items():
                scores.reference(tally, name, rows, own)
        yield int(arrival.t[-1]) + 1


def truth_of_part(stream, world, rules, seed, tally, fold) -> Iterator[int]:
    """Add the truth about the rows that a fold is scored on, where they are not all."""
    if rules.protocol.partial:
        for _ in add_truth(stream, world, rules, seed, tally, fold):
            yield stream.length  # as all rows are predicted


def tally_of(stream, rules):
    """An empty tally of the rows of a stream that are scored."""
    return Tally(rules.warmup, stream.length, rules.interval_of(stream))


def last_of(rounds: Generator[int, None, Trace], report: Callable = lambda row: None) -> Trace:
    """The trace that a generator returns; each row that it yields is reported."""
    while True:
        try:
            report(next(rounds))
        except StopIteration as end:
            return end.value


class Scoring:
    """Predictions are checked, compared with the truth, and kept where that is asked for."""

    def __init__(self, schema, rules, tally, meter, fold):
        self._tally, self._meter, self._fold = tally, meter, fold
        self.check = PredictionCheck(schema, rules.probable)
        self._scores = scores_of(schema, rules.scores, rules.confusion)
        self._probabilities = rules.scores_probabilities
        self._kept: list[np.ndarray] | None = [] if rules.predictions else None
        kind = rules.prediction_intervals
        self._intervals = None if kind is None else IntervalScores(kind)

    def along(self, arrivals: Iterable[Arrival]) -> Iterator[Arrival]:
        """The same arrivals, whose labels intervals are made of."""
        return self._intervals.along(arrivals) if self._intervals else iter(arrivals)

    def take(self, rows: ScoredRows, predicted: np.ndarray):
        """Score the predictions of some rows."""
        predicted = self.check.checked(predicted, rows.t)
        predicted = predicted if self._probabilities else label_of(predicted)
        scored = self._fold.scored(rows.t)
        self._score(rows, predicted, scored)
        if self._intervals:
            self._intervals.add(self._tally, rows.t, rows.y, predicted, scored)
        self._meter.add_ages(rows.t, rows.newest)
        self._meter.move(len(predicted))
        if self._kept is not None:
            self._kept.append(label_of(predicted))

    def _score(self, rows, predicted, scored):
        """Score those of some predictions that the fold is scored on."""
        if scored is not None:
            rows, predicted = rows.part(scored), predicted[scored]
        if len(rows.t):
            self._scores.answers(self._tally, rows, predicted)

    def predictions(self) -> np.ndarray | None:
        """The predictions of all rows (n,), or None where they are not kept."""
        return None if self._kept is None else np.concatenate(self._kept)
