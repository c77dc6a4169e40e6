"""Grid values: memories, grids and periods as tables name them."""

import math
from typing import Any

from driftsim.adaptation.memories import Memory
from driftsim.durations import Duration
from driftsim.messages import brief
from driftsim.parts import dumped

NEVER = "never"


def memory_value(memory: Memory) -> Any:
    """A memory: a number of labels, or a text."""
    value: Any = dumped(memory)
    return brief(value) if isinstance(value, dict) else value


def grid_value(grid: int | Duration) -> int | str:
    """The time between trainings: a number of rows, or a duration."""
    return grid if isinstance(grid, int) else str(grid)


def period_value(grid: int | Duration, steps: int | None) -> float | str:
    """A period of so many steps of a grid: rows, or a duration; infinite where there is none."""
    if isinstance(grid, int):
        return math.inf if steps is None else grid * steps
    return NEVER if steps is None else str(grid.model_copy(update={"amount": grid.amount * steps}))
