"""Marks: that naming known changes of a table may separate what does not differ significantly."""

from driftsim.report.decision.cost_measurement import possible_comparison
from driftsim.report.variant_results import VariantResults, shared_changes


def undecided_costs(one: VariantResults) -> bool:
    """Whether contenders do not differ significantly in cost, where there are prices."""
    if not one.scenario.prices:
        return False
    costs = possible_comparison(one)
    return bool(costs.order and costs.known and costs.tied())


def marks_to_name(one: VariantResults) -> str:
    """What to name as marks of a recorded table that has none; else empty."""
    stream = one.scenario.stream
    if not stream.recorded or shared_changes(one.scenario):
        return ""
    marked = [concept.marks for concept in stream.concepts.values() if hasattr(concept, "marks")]
    if not marked or any(marked):
        return ""
    what = "dates" if one.dates else "rows"
    return (
        f"If you know {what} of changes, name them as marks of the table: intervals mostly become "
        "narrower."
    )
