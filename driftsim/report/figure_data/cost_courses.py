"""Cost courses: what contenders have cost so far along the stream, and the least on a grid."""

import numpy as np

from driftsim.report.decision.floors import HINDSIGHT, first_schedules
from driftsim.report.figure_data.curves import (
    MOST_LINES,
    Curve,
    CurvePanel,
    retrainings,
    scenes_and_names,
)
from driftsim.report.figure_data.view import Scene, View
from driftsim.report.table import Table

FLOOR = "hindsight (least on the grid)"


def costs_so_far(view: View) -> list[list[CurvePanel]] | None:
    """A row of panels, one of each scene; None where no contender has ended.

    None, too, where currencies differ, as panels have one scale.
    """
    if len({scene.variant.scenario.priced.currency for scene in view.scenes}) > 1:
        return None
    found = [panel_of(view, *pair) for pair in scenes_and_names(view)]
    return [found] if any(one.curves for one in found) else None


def panel_of(view: View, scene: Scene, names) -> CurvePanel:
    """What some contenders have cost so far."""
    table = view.table(scene.results, "costs_along")
    found = {name: course_of(name, one, scene) for name, one in table.by("contender").items()}
    shown = {name: found[name] for name in names if name in found}
    others = [one for name, one in found.items() if name in view.names and name not in names]
    ticks = retrainings(scene.played, shown) if len(shown) <= MOST_LINES else {}
    label = f"cost so far, {scene.variant.scenario.priced.currency}"
    floor, planned = floor_of(view, scene), first_schedules(scene.variant)
    return CurvePanel(scene, label, True, False, shown, others, floor, ticks, planned)


def course_of(name: str, table: Table, scene: Scene) -> Curve:
    """The costs of a contender, from 0 at the end of the warm-up."""
    x = np.r_[scene.played[0].truth.columns["first_row"][0], table["last_row"] + 1]
    mean, low, high = (np.r_[0.0, table[one]] for one in ("cost", "low", "high"))
    return Curve(name, x, mean, low, high, int(table["seeds"][0]))


def floor_of(view: View, scene: Scene) -> Curve | None:
    """What the cheapest schedule in hindsight has cost so far, where it was computed."""
    if not scene.played:
        return None
    table = view.table(scene.results, "floor_along").among("floor", [HINDSIGHT])
    every = table.by("learner").values()
    if not every:
        return None
    least = min(every, key=lambda one: one["cost"][-1])
    x = np.r_[scene.played[0].truth.columns["first_row"][0], least["last_row"] + 1]
    mean = np.r_[0.0, least["cost"]]
    return Curve(FLOOR, x, mean, mean, mean, 1)
