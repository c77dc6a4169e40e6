"""Fused queries: the questions that a compiled model asks by itself, in the loop that predicts."""

from collections.abc import Callable
from typing import Any

import numpy as np

from driftsim.evaluation.labels import NEVER
from driftsim.evaluation.strategies import (
    LEAST,
    AtRandom,
    DenseUncertainty,
    FixedUncertainty,
    RandomizedUncertainty,
    SplitUncertainty,
    Strategy,
    VariableUncertainty,
    normal_factor,
)
from driftsim.rows import Arrival, Labelled, OpenArrival

CARRIED = "held", "rows", "nearest", "seen"  # what goes on from one arrival to the next
MEASURES = "confidence", "margin", "entropy"  # in the order of the kernel
KINDS: dict[type[Strategy], Callable[[Any], dict]] = {  # the parameters of the kernel
    AtRandom: lambda by: {"strategy": 0},
    FixedUncertainty: lambda by: {"strategy": 1, "limit": by.threshold},
    VariableUncertainty: lambda by: {"strategy": 2, "step": by.step},
    RandomizedUncertainty: lambda by: {"strategy": 2, "step": by.step},
    DenseUncertainty: lambda by: {"strategy": 2, "step": by.step, "compared": by.window},
    SplitUncertainty: lambda by: {"strategy": 3, "step": by.step, "share": by.share},
}


def is_fused(by: Strategy) -> bool:
    """Whether the kernel knows a strategy."""
    return type(by) in KINDS


class FusedQuestions:
    """The questions of one model along a stream, which carry on from one arrival to the next."""

    def __init__(self, query):
        by = query.by
        self._spread = getattr(by, "spread", None)
        self._about = KINDS[type(by)](by) | {
            "measure": MEASURES.index(getattr(by, "measure", "confidence")),
            "budget": query.budget,
            "window": 0 if query.window == "all" else query.window,
            "least": LEAST,
        }
        self._last = None  # questions, which hold what goes on

    def opened(
        self, arrival: Arrival, rows: Labelled, due: np.ndarray, drawn: np.ndarray, knows: bool
    ) -> OpenArrival:
        """An arrival to whose labels the model adds those that it asks for.

        `due` (n,) are the positions after which they come in, `drawn` (n, 2) uniform numbers;
        `knows` says whether the model has learned anything.
        """
        from driftsim.kernels.asking import KNOWS, questions_of

        n, d = rows.X.shape
        q = questions_of(n, d, **self._about)
        if self._last is not None:
            q = q._replace(**{name: getattr(self._last, name) for name in CARRIED})
        q.held[KNOWS] = knows
        factor = q.factor if self._spread is None else normal_factor(drawn[:, 0], self._spread)
        before = np.where(due == NEVER, -1, np.searchsorted(rows.t, due, side="right"))
        questions = q._replace(drawn=drawn, factor=factor, y=rows.y.astype(float), due=before)
        self._last = questions
        opened = OpenArrival(*arrival)
        opened.questions, opened.answers = questions, rows
        return opened
