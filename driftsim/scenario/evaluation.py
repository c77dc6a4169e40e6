"""The evaluation: how the contenders of a scenario are evaluated, and how often."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

import numpy as np
from pydantic import Field, WrapValidator

from driftsim.distinct import distinct
from driftsim.durations import Duration, or_duration
from driftsim.evaluation.labels import Labels, Uniforms
from driftsim.evaluation.prequential import Contender, timed
from driftsim.evaluation.protocols import Fold
from driftsim.evaluation.rules import Rules
from driftsim.forms import Also
from driftsim.messages import plural
from driftsim.parts import Position
from driftsim.rows import Labelled
from driftsim.streams.stream import Stream

SAFE = 50  # rows to a fold, with which none is without labels
Warmup = Annotated[Position, WrapValidator(or_duration), Also(Duration)]


class Evaluation(Rules):
    """The rules of the evaluation of every contender, and how often it is run."""

    warmup: Warmup = 1_000  # rows, or time, that every model is first trained on, never scored
    seeds: Annotated[int, Field(gt=0, le=100_000)] = 1  # of the stream: 0, 1, 2, …
    repeats: Annotated[int, Field(gt=0, le=1_000)] = 1  # of a contender, with other learner seeds

    @property
    def repeats_in_all(self) -> int:
        """How often a contender is run with each seed: its repeats on every fold."""
        return self.repeats * self.protocol.n_folds


def faults_of_evaluation(
    evaluation: Evaluation, contenders: Iterable[Contender], stream: Stream
) -> Iterator[tuple[str, str | None]]:
    """Which rules a stream does not fit, and why, or None."""
    yield "warmup", untrained_fold(evaluation, contenders, stream)
    yield "probe", unprobed(evaluation, stream)
    yield "protocol", untested(evaluation, stream)


def untrained_fold(
    evaluation: Evaluation, contenders: Iterable[Contender], stream: Stream
) -> str | None:
    """Why the warm-up gives contenders that need one no label, on one of the folds, or None."""
    contenders = [one for one in contenders if not (one.policy.starts_cold or one.learner.trained)]
    protocol, warmup = evaluation.protocol, evaluation.warmup
    late = evaluation.warmup_labels == "late"
    if protocol.n_folds == 1 and not late:
        return None
    if not contenders:
        return None
    ways = [*distinct([one.under(evaluation).labels for one in contenders]).values()]
    t = min((early(one, warmup, stream) for one in ways), key=len) if late else np.arange(warmup)
    if late and not len(t):
        return (
            f"no label of the warm-up has come in by row {warmup:,}, where models are first "
            "trained; lengthen it, or write warmup_labels: at_once"
        )
    if protocol.n_folds == 1 or len(t) > SAFE * protocol.n_folds:
        return None
    for seed, i in itertools.product(range(evaluation.seeds), range(protocol.n_folds)):
        if not len(Fold(protocol, i, seed).history(Labelled(t, t, t)).t):
            return (
                f"a warm-up of {plural(warmup, 'row')} leaves fold {i + 1} of '{protocol.kind()}' "
                "without a label to train on; lengthen it"
            )
    return None


def untested(evaluation: Evaluation, stream: Stream) -> str | None:
    """Why a fold is scored on no row, or a stream is too short for one test set, or None."""
    protocol, warmup = evaluation.protocol, evaluation.warmup
    if not protocol.partial:
        return None
    n, sets = stream.length - warmup, protocol.n_folds == 1
    if sets and n < protocol.period:
        return (
            f"{plural(n, 'row')} after the warm-up are too few for one test set: it takes "
            f"{plural(protocol.period, 'row')}, those to train on before it and its own"
        )
    if sets or n > SAFE * protocol.n_folds:
        return None
    for seed, i in itertools.product(range(evaluation.seeds), range(protocol.n_folds)):
        scored = Fold(protocol, i, seed, warmup).scored(warmup + np.arange(n))
        if scored is not None and not scored.any():
            return (
                f"fold {i + 1} of '{protocol.kind()}' would be scored on no row of "
                f"{plural(n, 'row')}; lengthen the stream, or write tested: every_row"
            )
    return None


def early(labels: Labels, warmup: int, stream: Stream) -> np.ndarray:
    """The rows of a warm-up whose labels come in within it, as if all labels were the same."""
    t = np.arange(warmup)
    labels = timed(labels, stream.clock(0))
    y = np.zeros(len(t), float if stream.schema.regression else np.int64)
    return t[labels.due(t, y, Uniforms(0)) < warmup]


def unprobed(evaluation: Evaluation, stream: Stream) -> str | None:
    """Why phases of the seeds cannot be probed together, or None."""
    if evaluation.probe and stream.drift.varies and evaluation.seeds > 1:
        kind = stream.drift.kind()
        return f"'{kind}' has other phases with each seed; leave this out, or play one seed"
    return None


def unplannable(evaluation: Evaluation, models: Mapping[str, Contender]) -> str | None:
    """Why the losses of all models that could be trained cannot be computed, or None."""
    own = next((name for name, one in models.items() if one.labels is not None), None)
    if evaluation.query or own is not None:
        whose = "are asked for by each contender" if evaluation.query else f"of {own} are its own"
        return f"schedules are of models that are all given the same labels, and those {whose}"
    message = "schedules are of models that are given every label of the warm-up and all later ones"
    if evaluation.protocol.n_folds > 1 or evaluation.protocol.partial:
        return f"{message}, unlike those of '{evaluation.protocol.kind()}'; leave out one of both"
    if evaluation.warmup_labels == "late":
        return f"{message}, and warmup_labels are late; leave out one of both"
    return None
