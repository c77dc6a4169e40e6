"""The verdict: what a study shows, in short sentences that its figures carry."""

from driftsim.report.verdict.blocks import Block, Verdict
from driftsim.report.verdict.contest import LEFT_OUT, SECONDS, Contest
from driftsim.report.verdict.ranking import by_rank, ranking

__all__ = ["SECONDS", "Block", "Verdict", "by_rank", "ranking", "verdict"]


def verdict(results) -> Verdict:
    """What a study shows; of a sweep the answer in each setting, and the ranks over all."""
    blocks = []
    for variant, setting, runs in results.contests():
        found = list(Contest(results, variant, setting, runs).blocks())
        blocks += [in_setting(found, variant.title)] if results.swept else found
    return Verdict([*blocks, *by_rank(results.ranks())])


def in_setting(blocks, name):
    """The answer in one setting of a sweep, and who is left out of it."""
    answer, *others = (one.text for one in blocks)
    return Block(" ".join([f"{name}: {answer}", *(t for t in others if t.startswith(LEFT_OUT))]))
