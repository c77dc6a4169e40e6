"""Shortfalls: learners of river less accurate than the definitions they are named after."""

from collections.abc import Iterator
from typing import Any

LEAVES = (
    "its leaves take as certain any class that they have not seen, so that it has been up to 3 "
    "points less accurate than the published tree, which {} follows"
)
SHORTFALLS = {
    "river.forest.ARFClassifier": (
        "it replaces trees whose error falls, too, and its leaves look at few columns, so that it "
        "has been up to 20 points less accurate than the published forest, which "
        "adaptive_random_forest follows"
    ),
    "river.ensemble.SRPClassifier": (
        "it replaces models whose error falls, too, and its first models share most of their "
        "columns, so that it has been up to 12 points less accurate than the published ensemble, "
        "which streaming_random_patches follows"
    ),
    "river.tree.HoeffdingTreeClassifier": LEAVES.format("hoeffding_tree"),
    "river.tree.HoeffdingAdaptiveTreeClassifier": LEAVES.format("hoeffding_adaptive_tree"),
}


TREES = "river.tree."


def shortfalls(written: Any) -> Iterator[str]:
    """Those of the classes that a scenario names by path, in sentences without a full stop.

    A tree whose leaves predict the majority has none.
    """
    match written:
        case str() if written in SHORTFALLS:
            yield f"{written.rpartition('.')[2]}: {SHORTFALLS[written]} (docs/compiled.md)"
        case list():
            for one in written:
                yield from shortfalls(one)
        case {"kind": str(path), "leaf_prediction": "mc", **params} if path.startswith(TREES):
            yield from shortfalls(params)
        case dict():
            yield from shortfalls([*written.values()])
