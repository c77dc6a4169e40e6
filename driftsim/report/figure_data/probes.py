"""Probe data: what contenders knew of each concept after each phase."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from driftsim.report.figure_data.looks import rounded, short
from driftsim.report.figure_data.view import View, limited

MOST_TABLES = 60


class Probed(NamedTuple):
    """What a contender knew after each phase."""

    title: str
    errors: np.ndarray  # (phases, concepts)
    phases: list[str]
    concepts: list[str]
    ruling: list[int]  # the concept of each phase
    report: str  # its title


def forgetting(view: View) -> list[Probed] | None:
    """What each contender knew; None where nothing was probed."""
    return limited(probed(view), MOST_TABLES) or None


def probed(view) -> Iterator[Probed]:
    """What each contender that was probed knew."""
    for scene in view.scenes:
        names = list(scene.stream.concepts)
        table = view.table(scene.results, "probed").among("contender", view.names)
        for name, one in table.by("contender").items():
            phases = one.by("phase")
            rulers = [phase["ruling"][0] for phase in phases.values()]
            errors = np.array([error_of(phase, names) for phase in phases.values()])
            words = [f"{i + 1}  {short(ruler)}" for i, ruler in enumerate(rulers)]
            title = ", ".join(filter(None, [scene.title, short(name)]))
            ruling = [names.index(ruler) for ruler in rulers]
            yield Probed(title, errors, words, names, ruling, scene.report)


def error_of(phase, names):
    """The error on each concept after a phase."""
    errors = dict(zip(phase["concept"], phase["error"].tolist()))
    return [errors[name] for name in names]


def words_of(tables: list[Probed]) -> list[list[list[str]]]:
    """The texts of the cells of each table."""
    small = max(one.errors.max() for one in tables) <= 1
    return [
        [[f"{value:.2f}" if small else rounded(value) for value in row] for row in one.errors]
        for one in tables
    ]
