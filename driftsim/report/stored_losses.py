"""Stored losses: the matrices of a study, joined from the runs of its floor in the store."""

from collections.abc import Iterable, Iterator

from driftsim.evaluation.decision.losses import Losses, Matrix
from driftsim.evaluation.decision.plans import Plan, memory_of
from driftsim.evaluation.prequential import Contender
from driftsim.runs import Run, memory_runs
from driftsim.scenario import Scenario
from driftsim.store import Store

Seed = tuple[int, int]  # of the stream, and the repeat of the learner


def stored_matrices(scenario: Scenario, store: Store, parts: Iterable[str] = ()) -> list[Matrix]:
    """The losses of the models of each learner; a seed of which a run is missing is left out.

    Raises `StoreError` for a file that cannot be read.
    """
    return [matrix_of(plan, scenario, store, tuple(parts)) for plan in scenario.plans]


def matrix_of(plan: Plan, scenario: Scenario, store: Store, parts: Iterable[str]) -> Matrix:
    """The losses of the models of a plan."""
    groups = [runs_by_seed(plan, one, scenario, parts) for one in plan.periodic]
    whole = {
        seed: [
            Losses.joined(memory_of(one), [store.load(run) for run in group[seed]])
            for one, group in zip(plan.periodic, groups)
        ]
        for seed in groups[0]
        if all(run in store for group in groups for run in group[seed])
    }
    of = plan.learner, plan.contenders, plan.grid
    return Matrix(*of, whole, missing=len(groups[0]) - len(whole))


def runs_by_seed(
    plan: Plan, contender: Contender, scenario: Scenario, parts: Iterable[str]
) -> dict[Seed, list[Run]]:
    """The runs of the models of one memory, in order, by seed and repeat."""
    found: dict[Seed, list[Run]] = {}
    for run in memory_runs(scenario, plan, contender, parts):
        found.setdefault((run.seed, run.repeat), []).append(run)
    return found


def lacking(matrices: Iterable[Matrix]) -> Iterator[str]:
    """Which floors are not known, or of fewer seeds, in sentences."""
    cause = "runs of its models are missing or have failed"
    for one in matrices:
        if one.missing and not one.runs:
            yield f"The floor of {one.learner} is not known: {cause}."
        elif one.missing:
            every = one.missing + len(one.runs)
            yield f"The floor of {one.learner} is of {len(one.runs)} of {every} seeds: {cause}."
