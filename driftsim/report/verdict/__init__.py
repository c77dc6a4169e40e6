"""The verdict: what a study shows, in short sentences that its figures support."""

from collections.abc import Iterator, Sequence
from itertools import chain

from driftsim.evaluation.significance import LEAST_SETTINGS
from driftsim.messages import plural
from driftsim.report.alarm_tables import alarm_rows, detector_rows
from driftsim.report.rankings import alike
from driftsim.report.rankings import named as is_named
from driftsim.report.table import Table
from driftsim.report.variant_results import VariantResults
from driftsim.report.verdict import alarms
from driftsim.report.verdict.blocks import Block, Verdict
from driftsim.report.verdict.contest import Contest
from driftsim.report.verdict.decision import Advice
from driftsim.report.verdict.ranking import over_streams, ranking
from driftsim.report.verdict.simple import simpler
from driftsim.report.verdict.worth import Thresholds

__all__ = [
    "Block",
    "Verdict",
    "answers",
    "by_alarms_alone",
    "of_alarms",
    "of_ranks",
    "ranking",
    "verdict",
]


def verdict(
    variants: Sequence[VariantResults], metrics: Sequence[str], ranks: Table, pairs: Table
) -> Verdict:
    """What a study shows, by the first of some metrics that is known.

    Where a scenario has prices it begins with the decision: what to do, and what that costs. Of a
    sweep the answer in each setting, and the `ranks` over all; none below six streams. Of streams
    that have names, it begins with the answer over all. Where the report is to lead with alarms,
    these come before everything.
    """
    blocks = [block for own in answers(variants, metrics) for block in own]
    blocks = [*of_alarms(variants), *of_ranks(variants, ranks, pairs), *blocks]
    if len(ranks) and not is_named(variants[0]) and ranks["streams"][0] >= LEAST_SETTINGS:
        blocks.append(Block(ranking(ranks, pairs)))
    return Verdict(blocks)


def of_alarms(variants: Sequence[VariantResults]) -> Verdict:
    """What alarms found, over all streams or settings; nothing where the report leads otherwise."""
    if not leads(variants[0]):
        return Verdict()
    rows = [*detector_rows(chain.from_iterable(map(alarm_rows, variants)))]
    return Verdict(alarms.alarm_blocks(rows, where_of(variants)))


def where_of(variants: Sequence[VariantResults]) -> str:
    """Where something is found, over all variants: on how many streams, or at which settings."""
    one, named_stream = variants[0].title, is_named(variants[0])
    if len(variants) == 1:
        return f"{'On' if named_stream else 'At'} {one}" if one else "On this stream"
    streams = {one.setting["stream"] for one in variants} if named_stream else {}
    alone = len(streams) == len(variants)  # nothing is swept beside them
    return f"Over {plural(len(variants), 'stream' if alone else 'setting')}"


def leads(one: VariantResults) -> bool:
    """Whether a report is to lead with alarms."""
    return one.scenario.report.lead == "alarms"


def by_alarms_alone(variants: Sequence[VariantResults], pairs: Table) -> bool:
    """Whether contenders differ by their alarms alone, which lead: their metrics are the same."""
    return alike(pairs) and leads(variants[0])


def of_ranks(variants: Sequence[VariantResults], ranks: Table, pairs: Table) -> Verdict:
    """The answer over all streams that have names; nothing without ranks of such streams."""
    if not len(ranks) or not is_named(variants[0]) or by_alarms_alone(variants, pairs):
        return Verdict()
    return Verdict(map(Block, over_streams(variants, ranks, pairs)))


def answers(variants: Sequence[VariantResults], metrics: Sequence[str]) -> list[list[Block]]:
    """What each variant of a study shows; nothing where no run has ended."""
    key = "verdict", *metrics
    return [one.part(key, lambda one: [*blocks_of(one, metrics)]) for one in variants]


def blocks_of(one: VariantResults, metrics: Sequence[str]) -> Iterator[Block]:
    """The verdict of a variant; none where no contender has ended."""
    if one.setting and one.contenders and leads(one):
        yield alarms.in_setting([*detector_rows(alarm_rows(one))], one.title)
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
    if one.scenario.prices and (answer := " ".join([*Advice(one).answer(), *simpler(one)])):
        yield Block(f"{one.title}: {answer}")
    yield contest.in_setting()
