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


def shortfalls(written: Any) -> Iterator[str]:
    """Those of the classes that a scenario names by path, in sentences without a full stop.

    A tree whose leaves predict the majority has none.
    """
    if isinstance(written, list):
        for one in written:
            yield from shortfalls(one)
    if isinstance(written, str):
        written = {"kind": written}
    if not isinstance(written, dict):
        return
    path, by_majority = written.get("kind"), written.get("leaf_prediction") == "mc"
    if path in SHORTFALLS and not (by_majority and path.startswith("river.tree.")):
        yield f"{path.rpartition('.')[2]}: {SHORTFALLS[path]} (docs/compiled.md)"
    for key, one in written.items():
        if key != "kind":
            yield from shortfalls(one)
