"""The verdict: what a study shows, in short sentences that its figures support."""

from collections.abc import Iterator, Sequence

from driftsim.evaluation.significance import LEAST_SETTINGS
from driftsim.report.table import Table
from driftsim.report.variant_results import VariantResults
from driftsim.report.verdict.blocks import Block, Verdict
from driftsim.report.verdict.contest import Contest
from driftsim.report.verdict.decision import Advice
from driftsim.report.verdict.ranking import ranking

__all__ = ["Block", "Verdict", "ranking", "verdict"]


def verdict(variants: Sequence[VariantResults], metrics: Sequence[str], ranks: Table) -> Verdict:
    """What a study shows, by the first of some metrics that is known.

    Where a scenario has prices it begins with the decision: what to do, and what that costs.

    Of a sweep the answer in each setting, and the `ranks` over all; none below six streams.
    """
    blocks: list[Block] = []
    for one in variants:
        if one.contenders:
            contest = Contest(one, metrics)
            if one.scenario.prices:
                blocks += decided(one)
            blocks += [contest.in_setting()] if one.setting else contest.blocks()
    if len(ranks) and ranks["streams"][0] >= LEAST_SETTINGS:
        blocks.append(Block(ranking(ranks)))
    return Verdict(blocks)


def decided(one: VariantResults) -> Iterator[Block]:
    """The advice in a variant, by its costs; of a setting of a sweep what to do alone."""
    advice = Advice(one)
    found = [*(advice.answer() if one.setting else advice.sentences())]
    if found:
        yield Block(" ".join([f"{one.title}:", *found] if one.setting else found))
