"""How the contenders of a scenario are evaluated, and how often."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, WrapValidator

from driftsim.durations import or_duration
from driftsim.evaluation.prequential import Contender
from driftsim.evaluation.protocols import Fold
from driftsim.evaluation.rules import Rules
from driftsim.parts import Position

SAFE = 50  # rows to a fold, with which none is without labels


class Evaluation(Rules):
    """The rules of the evaluation of every contender, and how often it is run."""

    warmup: Annotated[Position, WrapValidator(or_duration)] = 1_000  # or a duration, at first
    seeds: Annotated[int, Field(gt=0, le=100_000)] = 1  # of the stream: 0, 1, 2, …
    repeats: Annotated[int, Field(gt=0, le=1_000)] = 1  # of a contender, with other learner seeds

    @property
    def repeats_in_all(self) -> int:
        """How often a contender is run with each seed: its repeats on every fold."""
        return self.repeats * self.protocol.n_folds


def untrained_fold(evaluation: Evaluation, contenders: Iterable[Contender]) -> str | None:
    """Why the warm-up does not train every fold of contenders that need one, or None."""
    protocol, warmup = evaluation.protocol, evaluation.warmup
    cold = all(one.policy.starts_cold or one.learner.trained for one in contenders)
    if cold or protocol.n_folds == 1 or warmup > SAFE * protocol.n_folds:
        return None
    for seed in range(evaluation.seeds):
        for i in range(protocol.n_folds):
            if Fold(protocol, i, seed).newest_before(warmup) < 0:
                return (
                    f"a warm-up of {warmup:,} rows leaves fold {i + 1} of '{protocol.kind()}' "
                    "without a label to train on; lengthen it"
                )
    return None
