"""Simple predictors in words: a constant, or a reference, that costs less than any contender."""

from collections.abc import Iterator

import numpy as np

from driftsim.evaluation.decision.prices import PriceList
from driftsim.evaluation.significance import Difference
from driftsim.learners.learner import Learner
from driftsim.report.amounts import named
from driftsim.report.comparisons import SIGNIFICANCE
from driftsim.report.decision.cost_measurement import possible_comparison, saving
from driftsim.report.decision.costs import measured_in
from driftsim.report.decision.reference_costs import ALWAYS, cheapest_constant, reference_results
from driftsim.report.variant_results import VariantResults
from driftsim.report.verdict.money import difference, money

BLIND = {  # what learners do that see no features, by their kinds or paths
    "majority": "predicts the most frequent label",
    "mean": "predicts the mean",
    "no_change": "predicts the last label",
    "sklearn.dummy.DummyClassifier": "sees no features",
    "sklearn.dummy.DummyRegressor": "sees no features",
}
LEAST = 1e-3  # a share of a cost: what is saved beyond that is not of CPU time alone
UNEVEN = (
    "the predictions of the models do not follow the prices of mistakes by class, as those of "
    "cost_sensitive do"
)
EVEN = "by these prices no model is worth it"


def simpler(one: VariantResults) -> Iterator[str]:
    """That the cheapest reference would have cost less than every contender, where it would.

    A constant is chosen in hindsight; others see every label at once. Nothing without prices.
    """
    order = possible_comparison(one).order
    if not one.scenario.prices or not order:
        return
    costs = {name: measured_in(one, own) for name, own in reference_results(one).items()}
    best, name = order[0], min(costs, key=lambda name: costs[name].value, default="")
    ours = measured_in(one, one.results[best])
    if not name or not 0 < costs[name].value < (1 - LEAST) * ours.value:  # 0: without a price
        return
    apart, own = saving(costs[name], ours), costs[name]
    less = difference(apart.mean, *apart.interval(), "less")
    yield (
        f"{predictor(name)} would have cost {money(own.value)} {own.prices.currency}, {less} than "
        f"{named(best)}, the cheapest contender{not_alone(apart)}: {conclusion(one, own.prices)}."
    )


def blind(learner: Learner) -> str:
    """What a learner does, if it sees no features; else empty."""
    return BLIND.get(getattr(learner, "path", learner.kind()), "")


def predictor(name: str) -> str:
    """What a reference does, as the subject of a sentence."""
    if name.startswith(ALWAYS):
        return f"Always predicting {name.removeprefix(ALWAYS)}"
    return f"{name}, which {BLIND[name]} and has every label at once,"


def follow_prices(one: VariantResults) -> bool:
    """Whether the predictions of any contender follow prices of mistakes."""
    return any(model.learner.kind() == "cost_sensitive" for model in one.scenario.models.values())


def uneven(one: VariantResults) -> bool:
    """Whether mistakes have prices by class, or a contender predicts by such prices."""
    prices = one.scenario.prices
    return follow_prices(one) or (prices is not None and isinstance(prices.mistake, dict))


def dearer(one: VariantResults) -> Iterator[str]:
    """How much more the cheapest constant would have cost than the cheapest contender.

    Only where mistakes have prices by class, and no reference is cheaper: then constants differ.
    """
    order = possible_comparison(one).order
    if not one.scenario.prices or not order or not uneven(one) or [*simpler(one)]:
        return
    ours = measured_in(one, one.results[order[0]])
    for name, result in cheapest_constant(one).items():
        own = measured_in(one, result)
        apart = saving(ours, own)
        more = difference(apart.mean, *apart.interval(), "more")
        if apart.mean > 0:
            yield (
                f"{predictor(name)} would have cost {money(own.value)} {own.prices.currency}, "
                f"{more} than {named(order[0])}{not_alone(apart)}."
            )


def not_alone(apart: Difference) -> str:
    """That a difference is not significant, where it is not."""
    return ", which is not significant" if apart.p >= SIGNIFICANCE else ""


def conclusion(one: VariantResults, prices: PriceList) -> str:
    """What follows where no contender is as cheap as a simple predictor."""
    if prices.regression or follow_prices(one):
        return EVEN
    matrix = prices.matrix
    wrong = matrix[~np.eye(len(matrix), dtype=bool)]
    return UNEVEN if np.ptp(wrong) > 0 else EVEN
