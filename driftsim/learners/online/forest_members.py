"""What forests of trees of our own share: their members, drawn columns, and detectors."""

import math
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from driftsim.adaptation.detectors import Adwin, Detector, KernelDetector
from driftsim.learners.online.kernel_learner import KernelLearner, Members
from driftsim.messages import flow
from driftsim.parts import Number

FEW = 3  # models of a forest that is only tried
Rate = Annotated[Number, Field(gt=0, le=500)]  # mean of a Poisson number


def refuse_features(value: Any) -> Any:
    """Raise `ValueError` unless it says how many columns a leaf looks at."""
    share = isinstance(value, float) and 0 < value <= 1
    count = isinstance(value, int) and not isinstance(value, bool) and value > 0
    if not (count or share or value is None or value in ("sqrt", "log2")):
        raise ValueError(
            f"{flow(value)} is not valid; it should be a count of columns (1, 2, …), a share of "
            "them (up to 1.0), sqrt, log2, or null for all"
        )
    return value


MaxFeatures = Annotated[
    int | float | Literal["sqrt", "log2"] | None, BeforeValidator(refuse_features)
]


class WatchedTrees(KernelLearner):
    """Trees, each of which is replaced where a detector fires on its errors."""

    nests: ClassVar[bool] = False

    n_models: Members = 10  # trees
    drift_detector: Detector | None = Adwin(delta=0.001)  # null: trees stay
    warning_detector: Detector | None = Adwin(delta=0.01)  # null: a tree begins anew at a drift

    @property
    def libraries(self):
        named = (one.library for one in self._detectors)
        return tuple(dict.fromkeys(one for one in named if one))

    @property
    def _detectors(self) -> list[Detector]:
        return [one for one in (self.drift_detector, self.warning_detector) if one]

    def small(self):
        return self.model_copy(update={"n_models": min(self.n_models, FEW)})

    def incompatibility(self, schema, probabilities=False):
        reasons = (one.incompatibility(schema) or one.unheld(self.title) for one in self._detectors)
        return super().incompatibility(schema, probabilities) or next(filter(None, reasons), None)


class Forest(WatchedTrees):
    """A forest: trees on other rows and columns, replaced where a detector fires."""

    max_features: MaxFeatures = 0.6  # columns of a leaf: a count, a share, null for all
    rate: Rate = 6.0  # mean of the number of times that a tree learns a row


def columns_of(max_features: int | float | str | None, d: int) -> int:
    """How many of d columns are looked at."""
    if max_features is None:
        return d
    if isinstance(max_features, str):
        asked = math.sqrt(d) if max_features == "sqrt" else math.log2(d)
    else:
        asked = max_features * d if isinstance(max_features, float) else float(max_features)
    return min(max(math.floor(asked + 0.5), 1), d)


def detectors(detector: Detector | None, rng: np.random.Generator):
    """What makes so many of a detector; of ADWIN, those that fire only where errors rise."""
    if detector is None:
        return None
    if isinstance(detector, Adwin):
        from driftsim.kernels.online.rising_adwin import rising_adwin

        return partial(rising_adwin, delta=detector.delta)
    assert isinstance(detector, KernelDetector)
    return partial(detector.states, rng=rng)
