"""Memory courses: what the models of contenders take along the stream, and RAM-hours so far."""

import math

from driftsim.report.figure_data.curves import (
    MOST_LINES,
    Curve,
    CurvePanel,
    retrainings,
    scenes_and_names,
)
from driftsim.report.figure_data.view import Scene, View
from driftsim.report.table import Table

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SIZES = {1e9: "GB", 1e6: "MB", 1e3: "kB"}  # bytes


def memory(view: View) -> list[list[CurvePanel]] | None:
    """The panels of sizes, and those of RAM-hours; None where no size is known."""
    pairs = scenes_and_names(view)
    tables = [
        view.table(scene.results, "memory").among("contender", view.names) for scene, _ in pairs
    ]
    if not any(map(len, tables)):
        return None
    size, unit = unit_of(max(max(one["high"], default=0) for one in tables))
    power = power_of(max(max(one["ram_hours"], default=0) for one in tables))
    scaled = f", 10{str(power).translate(RAISED)}" if power else ""
    return [
        [panel_of(scene, names, own, *about) for (scene, names), own in zip(pairs, tables)]
        for about in (
            (f"size of all models, {unit}", ("model_bytes", "low", "high"), size),
            (f"RAM-hours so far{scaled}", ("ram_hours",) * 3, 10.0**power),
        )
    ]


def unit_of(most: float) -> tuple[float, str]:
    """The unit in which sizes of up to so many bytes are read best."""
    return next(((size, name) for size, name in SIZES.items() if most >= size), (1.0, "bytes"))


def power_of(most: float) -> int:
    """The power of ten, of thousands, in which a small number is read best; 0 from one on."""
    return 3 * math.floor(math.log10(most) / 3) if 0 < most < 1 else 0


def panel_of(scene: Scene, names, table: Table, label, columns, scale) -> CurvePanel:
    """One column of the tables of memory, of some contenders in a scene."""
    found = {
        name: curve_of(name, one, columns, scale) for name, one in table.by("contender").items()
    }
    shown = {name: found[name] for name in names if name in found}
    others = [one for name, one in found.items() if name not in names]
    ticks = retrainings(scene.played, shown) if len(shown) <= MOST_LINES else {}
    suite = scene.results.study.suite  # whose streams differ by orders of magnitude
    return CurvePanel(scene, label, True, False, shown, others, None, ticks, {}, alone=suite)


def curve_of(name: str, table: Table, columns, scale: float) -> Curve:
    """What a contender takes, in a unit, where it was measured."""
    mean, low, high = (table[one] / scale for one in columns)
    return Curve(name, table["last_row"] + 1, mean, low, high, int(table["seeds"][0]))
