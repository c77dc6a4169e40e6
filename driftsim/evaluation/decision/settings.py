"""Decision settings: whether the cheapest schedules are computed, and among which trainings."""

from typing import Annotated

from pydantic import Field

from driftsim.adaptation.memories import Memory
from driftsim.adaptation.policies.retraining import Latency
from driftsim.durations import Period
from driftsim.parts import Strict


class Decision(Strict):
    """Which schedules of trainings the contenders are compared with."""

    floor: bool = False  # compute the loss of every model of the grid on all later rows
    grid: Period | None = None  # between times at which a model may be trained
    memories: Annotated[list[Memory], Field(min_length=1)] | None = None  # those of the contenders
    latency: Latency | None = None  # that of the contenders
