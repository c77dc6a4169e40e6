"""Stored losses: the matrices of a study, joined from the runs of its floor in the store."""

from collections.abc import Iterable, Iterator, Sequence

from driftsim.adaptation.memories import Memory
from driftsim.evaluation.decision.losses import Losses, Matrix
from driftsim.evaluation.decision.plans import Plan
from driftsim.evaluation.prequential import Contender
from driftsim.runner.runs import Run, memory_runs
from driftsim.scenario import Scenario
from driftsim.store import Store

Seed = tuple[int, int]  # of the stream, and the repeat of the learner
Known = dict[tuple[str, ...], Losses]  # by the keys of the runs that have left them


def stored_matrices(
    scenario: Scenario, store: Store, parts: Iterable[str] = (), known: Known | None = None
) -> list[Matrix]:
    """The losses of the models of each learner; a seed of which a run is missing is left out.

    `known` are those that have been read before, as variants share them. Raises `StoreError` for
    a file that cannot be read.
    """
    known = {} if known is None else known
    return [matrix_of(plan, scenario, store, tuple(parts), known) for plan in scenario.plans]


def matrix_of(
    plan: Plan, scenario: Scenario, store: Store, parts: Iterable[str], known: Known
) -> Matrix:
    """The losses of the models of a plan."""
    groups = [runs_by_seed(plan, one, scenario, parts) for one in plan.periodic]
    whole = {
        seed: [
            losses_in(store, memory, group[seed], known)
            for memory, group in zip(plan.memories, groups)
        ]
        for seed in groups[0]
        if all(run in store for group in groups for run in group[seed])
    }
    of = plan.learner, plan.contenders, plan.grid
    return Matrix(*of, whole, missing=len(groups[0]) - len(whole))


def losses_in(store: Store, memory: Memory, runs: Sequence[Run], known: Known) -> Losses:
    """The losses that some runs have left, read once."""
    keys = tuple(run.key for run in runs)
    if keys not in known:
        known[keys] = Losses.joined(memory, [store.load(run) for run in runs])
    return known[keys]


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
