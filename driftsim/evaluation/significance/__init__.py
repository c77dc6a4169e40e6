"""Significance: how far a difference can be trusted, over seeds and along one stream."""

from driftsim.evaluation.significance.contributions import contributions
from driftsim.evaluation.significance.difference import (
    CONFIDENCE,
    Difference,
    StandardError,
    over_seeds,
    sign_flip,
)
from driftsim.evaluation.significance.fieller import Root, root
from driftsim.evaluation.significance.floors import count_floor, number_floor
from driftsim.evaluation.significance.multiple import holm
from driftsim.evaluation.significance.pairs import SignedRank, bayesian_signed_rank, wilcoxon_holm
from driftsim.evaluation.significance.ranks import LEAST_SETTINGS, Ranks, ranked
from driftsim.evaluation.significance.stream import (
    LEAST_INTERVALS,
    LEAST_OF_A_PHASE,
    along_stream,
    over_repeats,
)

__all__ = [
    "CONFIDENCE", "LEAST_INTERVALS", "LEAST_OF_A_PHASE", "LEAST_SETTINGS", "Difference", "Ranks",
    "Root", "SignedRank", "StandardError", "along_stream", "bayesian_signed_rank", "contributions",
    "count_floor", "holm", "number_floor", "over_repeats", "over_seeds", "ranked", "root",
    "sign_flip", "wilcoxon_holm",
]  # fmt: skip
