"""Total costs: what each contender costs over the whole stream, in shares, the cheapest first."""

from typing import NamedTuple

import numpy as np

from driftsim.evaluation.decision.prices import SHARES
from driftsim.report.figure_data.view import Scene, View
from driftsim.report.verdict.money import bounded, money

MOST_BARS = 40  # of a setting: those of the cheapest
TONES = dict(zip(SHARES, ("#6fa8dc", "#f2c14e", "#d9653b", "#4fb286", "#b58bc9")))


class Bars(NamedTuple):
    """The costs of contenders (n) in one setting, the cheapest first."""

    scene: Scene
    currency: str
    names: list[str]
    shares: dict[str, np.ndarray]  # of the cost (n,), those that any of them pays
    cost: np.ndarray
    low: np.ndarray  # bounds at 95 %; NaN where they are not known
    high: np.ndarray
    n: int  # contenders in all

    @property
    def label(self) -> str:
        """The title of the axis."""
        most = f" (the {len(self.names)} cheapest of {self.n})" if self.n > len(self.names) else ""
        return f"cost, {self.currency}{most}"

    @property
    def end(self) -> float:
        """The greatest value that is drawn."""
        return float(np.nanmax([*self.cost, *self.high]))

    @property
    def words(self) -> list[str]:
        """The cost of each with its interval, as people read it."""
        return [*map(cost_words, self.cost.tolist(), self.low.tolist(), self.high.tolist())]


def total_costs(view: View) -> list[Bars]:
    """The bars of each setting that has any."""
    return [bars for scene in view.scenes if (bars := bars_of(view, scene)).names]


def bars_of(view: View, scene: Scene) -> Bars:
    """The costs of the contenders of a setting."""
    table = view.table(scene.results, "costs").among("contender", view.names)
    table = table.where(np.argsort(table["cost"], kind="stable"))
    n = len(table := table.where(np.isfinite(table["cost"])))
    table = table.where(slice(MOST_BARS))
    shares = {name: table[name].astype(float) for name in SHARES if (table[name] > 0).any()}
    priced = scene.variant.scenario.priced
    cost, low, high = (table[name].astype(float) for name in ("cost", "low", "high"))
    return Bars(scene, priced.currency, table.values("contender"), shares, cost, low, high, n)


def cost_words(cost: float, low: float, high: float) -> str:
    """A cost with its interval, where that is known: 11,518 (11,380 to 11,650)."""
    return money(cost, low, high) + bounded(low, high)
