"""Worth in words: up to which price of a retraining, or of a label, one contender beats another."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from driftsim.adaptation.policies.retraining import Periodic
from driftsim.evaluation.decision.envelopes import lower_envelope
from driftsim.report.amounts import named, number
from driftsim.report.decision.breakeven import BETWEEN, UP_TO, breakeven
from driftsim.report.decision.costs import costs, static_of
from driftsim.report.decision.worth import worth
from driftsim.report.table import Row
from driftsim.report.variant_results import VariantResults
from driftsim.report.verdict.money import difference
from driftsim.report.windows import every_text
from driftsim.scenario import Scenario

MOST_PAIRS = 3  # of contenders that a verdict compares
OF_LABELS, OF_TRAININGS = "label", "training"


class Thresholds:
    """Prices at which the cheapest contender changes; the figures are those of `breakeven`."""

    def __init__(self, one: VariantResults):
        self.variant, self.scenario = one, one.scenario
        self.currency = one.scenario.priced.currency
        models = one.scenario.models
        able = [row for row in worth(one) if not models[row["contender"]].knows]
        self.order = in_order(able)
        self.rows = {
            (row["price"], *sorted((row["contender"], row["other"]))): row for row in breakeven(one)
        }

    def sentences(self) -> Iterator[str]:
        """A sentence for each price of a retraining at which the cheapest contender changes.

        Only of those whose interval ends; then which price of labels undoes the retraining.
        """
        for often, seldom in [*pairwise(self.order)][:MOST_PAIRS]:
            row = self.rows.get((OF_TRAININGS, *sorted((often, seldom))))
            if row and shown(row, often, seldom):
                better = f"{self.amount(row)} {self.than(often, seldom)}"
                yield f"A retraining that costs less than {better}."
            elif row and shown(row, often, seldom, UP_TO):
                high = f"{number(row['high'], row['high'] / 2)} {self.currency}"
                yield (
                    f"Whether {named(often)} or {named(seldom)} is cheaper is not known where a "
                    f"retraining costs less than {high}; above that, {named(seldom)} is."
                )
        yield from self.of_labels()

    def than(self, often: str, seldom: str) -> str:
        """That it is better to retrain as one contender does than as another that does so less."""
        periods = [
            f"{text} ({named(name)})"
            for name in (often, seldom)
            if (text := period(self.scenario, name))
        ]
        if len(periods) == 2:
            return f"is worth doing {periods[0]} rather than {periods[1]}"
        if self.scenario.models[seldom].policy.kind() == "static":
            return f"is worth doing as {named(often)} does, rather than never ({named(seldom)})"
        return f"is worth doing as {named(often)} does, rather than as {named(seldom)} does"

    def of_labels(self) -> Iterator[str]:
        """From which price of labels on a static contender is cheaper than the cheapest of all.

        Only where labels have no price, and prices are given, or those of trainings are named.
        """
        prices, named_others = self.scenario.priced, len(self.order) > 1
        best = next((row["contender"] for row in costs(self.variant) if row["best"]), "")
        static = static_of(self.variant, best) if best else None
        if prices.prices.label or static is None or not (prices.given or named_others):
            return
        row = self.rows.get((OF_LABELS, *sorted((best, static.contender))))
        if row and shown(row, best, static.contender):
            yield (
                f"Labels have no price here: if one costs more than {self.amount(row)}, "
                f"{named(static.contender)} is cheaper than {named(best)}."
            )

    def amount(self, row: Row) -> str:
        """A price at which two contenders cost the same, with its interval."""
        return difference(row["value"], row["low"], row["high"], self.currency)


def in_order(rows: list[Row]) -> list[str]:
    """The contenders that are cheapest at some price of a training, from the lowest price on."""
    if not rows:
        return []
    costs, trainings = (
        np.array([row[name] for row in rows], float) for name in ("without_trainings", "trainings")
    )
    return [rows[one.line]["contender"] for one in lower_envelope(costs, trainings)]


def shown(row: Row, below: str, above: str, outcome: str = BETWEEN) -> bool:
    """Whether one contender is cheaper below a price, whose interval is so, and another above."""
    return row["outcome"] == outcome and (row["cheaper_below"], row["cheaper_above"]) == (
        below,
        above,
    )


def period(scenario: Scenario, name: str) -> str:
    """The time between trainings of a contender in words, empty where it has no clock alone."""
    policy = scenario.models[name].policy
    return every_text(policy.every) if isinstance(policy, Periodic) else ""
