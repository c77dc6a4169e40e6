"""The verdict: what a study shows, in short sentences that its figures support."""

from collections.abc import Iterator, Sequence

from driftsim.evaluation.significance import LEAST_SETTINGS
from driftsim.report.rankings import named as is_named
from driftsim.report.table import Table
from driftsim.report.variant_results import VariantResults
from driftsim.report.verdict.blocks import Block, Verdict
from driftsim.report.verdict.contest import Contest
from driftsim.report.verdict.decision import Advice
from driftsim.report.verdict.ranking import over_streams, ranking
from driftsim.report.verdict.worth import Thresholds

OVER_STREAMS = 2  # blocks of the verdict on a suite that are over all streams

__all__ = ["OVER_STREAMS", "Block", "Verdict", "answers", "ranking", "verdict"]


def verdict(
    variants: Sequence[VariantResults], metrics: Sequence[str], ranks: Table, pairs: Table
) -> Verdict:
    """What a study shows, by the first of some metrics that is known.

    Where a scenario has prices it begins with the decision: what to do, and what that costs. Of a
    sweep the answer in each setting, and the `ranks` over all; none below six streams. Of streams
    that have names, it begins with the answer over all.
    """
    blocks = [block for own in answers(variants, metrics) for block in own]
    if len(ranks) and is_named(variants[0]):
        blocks = [*map(Block, over_streams(variants, ranks, pairs)), *blocks]
    elif len(ranks) and ranks["streams"][0] >= LEAST_SETTINGS:
        blocks.append(Block(ranking(ranks, pairs)))
    return Verdict(blocks)


def answers(variants: Sequence[VariantResults], metrics: Sequence[str]) -> list[list[Block]]:
    """What each variant of a study shows; nothing where no run has ended."""
    key = "verdict", *metrics
    return [one.part(key, lambda one: [*blocks_of(one, metrics)]) for one in variants]


def blocks_of(one: VariantResults, metrics: Sequence[str]) -> Iterator[Block]:
    """The verdict of a variant; none where no contender has ended."""
    if one.contenders:
        contest = Contest(one, metrics)
        yield from in_setting(one, contest) if one.setting else of_study(one, contest)


def of_study(one: VariantResults, contest: Contest) -> Iterator[Block]:
    """The verdict of a study without a sweep: the decision first, where there are prices."""
    worth = " ".join(Thresholds(one).sentences())
    own = [Block(worth)] if worth else []
    if not one.scenario.prices:
        yield from contest.blocks(own)
        return
    yield from map(Block, Advice(one).blocks())
    yield from [*own, *contest.blocks()]


def in_setting(one: VariantResults, contest: Contest) -> Iterator[Block]:
    """The answer in a setting of a sweep, after what to do in it, where there are prices."""
    if one.scenario.prices and (answer := " ".join(Advice(one).answer())):
        yield Block(f"{one.title}: {answer}")
    yield contest.in_setting()
