"""Cost section: what contenders cost, as the page shows it before other prices are typed."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from driftsim.report.amounts import named
from driftsim.report.comparisons import Comparison, bounds_of
from driftsim.report.decision.cost_measurement import cost_of, possible_comparison
from driftsim.report.figure_data.kinds import KINDS
from driftsim.report.page.drawings import DrawnFigure
from driftsim.report.page.html_tables import HtmlTable, html_table
from driftsim.report.page.price_data import ERROR, FIELDS, MISTAKE, price_data
from driftsim.report.variant_results import VariantResults
from driftsim.report.verdict.decision import Advice
from driftsim.report.verdict.money import bounded, difference, money
from driftsim.report.verdict.simple import simpler


class CostSection(NamedTuple):
    """The part of the page about costs; without prices it is folded up, and for scripts alone."""

    given: bool  # whether the scenario has prices
    sentence: str
    figure: DrawnFigure | None
    table: HtmlTable
    about: dict[str, Any]  # the data of the script
    amounts: str  # what it computes costs from, packed

    @property
    def brief(self) -> str:
        """How to read the bars."""
        return KINDS["total_cost"].brief

    @property
    def meanings(self) -> list[tuple[str, str]]:
        """What the fields of prices are the price of, by their labels."""
        loss = ERROR if self.about["priced"].startswith("errors") else MISTAKE
        return [loss, *FIELDS.values()]


def cost_section(
    results, models: Sequence[str], figures: Sequence[DrawnFigure], tables: Sequence[HtmlTable]
) -> CostSection | None:
    """The costs of the contenders `models` of a study; None where none has ended, or too many."""
    variants = results.variants
    sentences = [one.part("cheapest", cheapest) for one in variants]
    data = price_data(results, [*models], sentences)
    if data is None:
        return None
    given = variants[0].scenario.prices is not None
    table = next((one for one in tables if one.name == "costs"), None)
    if table is None:
        table = html_table("costs", results.tables.costs.where(slice(0)), {*models}, {})
    figure = next((one for one in figures if given and one.name == "total_cost"), None)
    sentence = sentences[0] if len(variants) == 1 else ""
    return CostSection(given, sentence, figure, table, *data)


def cheapest(one: VariantResults) -> str:
    """Which contender of a variant is cheapest, and which do not cost significantly more.

    By the same tests as what a verdict advises, and in its words.
    """
    comparison = possible_comparison(one)
    if not comparison.order:
        return ""
    first, *others = comparison.order
    cost, currency = comparison.measured[first], one.scenario.priced.currency
    low, high = bounds_of(cost.mean, cost.scope)
    paid = f"{money(cost.value, low, high)} {currency}{bounded(low, high, ' at 95 %')}"
    if not others:
        return " ".join([f"{named(first)} costs {paid}.", *simpler(one)])
    whom, simple = among(one, comparison), [*simpler(one)]
    if not comparison.known and any(pair.mean for pair in comparison.pairs.values()):
        unknown = "; whether others cost more is not known."
        return " ".join([f"{named(first)} costs least{whom}: {paid}{unknown}", *simple])
    if comparison.tied():
        advice = Advice(one)
        only = [f"But {certain}."] if (certain := advice.certain()) else []
        lead = f"{named(first)} costs least{whom}: {paid}."
        return " ".join([lead, *advice.same(), *only, *simple])
    gap = comparison.pairs[first, others[0]]
    less = difference(gap.mean, *gap.interval(), f"less than {named(others[0])}")
    return " ".join([f"{named(first)} is cheapest{whom}: {paid}, {less}.", *simple])


def among(one: VariantResults, comparison: Comparison) -> str:
    """Among which contenders one is the cheapest, where others that know the changes cost less."""
    others = [own for name, own in one.complete.items() if name not in comparison.measured]
    costs = [cost_of(own, comparison.scope).value for own in others]
    less = any(cost < comparison.values[comparison.best] for cost in costs)
    return " of those that do not know the changes beforehand" if less else ""
