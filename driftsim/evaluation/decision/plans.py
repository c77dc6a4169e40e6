"""Plans: which models a study computes the losses of, for each learner that is refitted."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from driftsim.adaptation.memories import Memory
from driftsim.adaptation.policies import Policy
from driftsim.adaptation.policies.retraining import Latency, Periodic, Retraining
from driftsim.distinct import distinct
from driftsim.durations import Duration
from driftsim.evaluation.decision.grid import default_grid, training_times
from driftsim.evaluation.decision.loss_shards import LossShard
from driftsim.evaluation.decision.settings import Decision
from driftsim.evaluation.prequential import Contender
from driftsim.evaluation.rules import Rules
from driftsim.messages import parameter_texts, refusal
from driftsim.parts import dumped, identity
from driftsim.safety import MOST_HELD
from driftsim.streams.stream import Stream

SHARD = 2_000_000  # rows that the models of a shard predict, about
MOST_PLANNED = 10_000  # times at which models are trained
FIT = 4  # rows predicted that take as long as training on one
MEMORIES, GRID = ("decision", "memories"), ("decision", "grid")
BY_SCHEDULE = (
    "depends on when models are trained, so that no floor can be computed of it; give a number of "
    "labels, a duration, or all"
)
NEVER_REFITTED = (
    "no contender is static or retrains from scratch, so that there is no schedule of trainings to "
    "look for; leave this out, or say false"
)
NO_MEMORY = "no contender has a memory to compute it of; give decision.memories, such as [1_000]"


class Plan(NamedTuple):
    """The models of one learner that could have been trained."""

    learner: str  # its name in tables
    contenders: tuple[str, ...]  # whose learner it is
    grid: int | Duration  # between times of training
    periodic: tuple[Contender, ...]  # which train at every time, one for each memory
    trained_at: np.ndarray  # (n,) rows, the first the end of the warm-up; with seed 0
    length: int  # of the stream

    @property
    def memories(self) -> list[Memory]:
        """What each of them is trained on."""
        return [memory_of(one) for one in self.periodic]

    @property
    def predictions(self) -> np.ndarray:
        """How many rows each model (n,) of one memory predicts, at most."""
        return self.length - self.trained_at

    def shards(self, contender: Contender) -> list[LossShard]:
        """The models of one memory in ranges that take about as long as one another.

        Their limits depend on the stream, the grid and the memory alone.
        """
        cost = self.predictions + FIT * (memory_of(contender).holds or 0)
        n = min(-(-int(cost.sum()) // SHARD), len(cost))
        ends = np.searchsorted(cost.cumsum(), cost.sum() * np.arange(1, n) / n) + 1
        limits = np.unique([0, *ends, len(cost)]).tolist()
        return [
            LossShard(contender=contender, first=first, stop=stop)
            for first, stop in pairwise(limits)
        ]


def policy_of(contender: Contender) -> Periodic:
    """The policy of a contender of a plan."""
    return contender.policy  # type: ignore[return-value]


def memory_of(contender: Contender) -> Memory:
    """The memory of a policy that retrains."""
    return contender.policy.memory  # type: ignore[attr-defined]


def memory_text(memory: Memory) -> str:
    """A memory in a few words."""
    if memory.holds is not None:
        return f"{memory.holds:,}"
    written = dumped(memory)
    if isinstance(written, str):
        return written
    return " ".join([written["kind"], *parameter_texts(written)])


def grid_text(grid: int | Duration) -> str:
    """The time between trainings in a few words."""
    return f"{grid:,} rows" if isinstance(grid, int) else str(grid)


def plans_of(
    decision: Decision, models: Mapping[str, Contender], stream: Stream, warmup: int
) -> list[Plan]:
    """A plan for each learner that contenders train once, or again and again from scratch.

    Those with no memory to train on have none, and none has where floors are not asked for.
    Raises `ValidationError` with the place of a mistake.
    """
    if not decision.floor:
        return []
    every = decision.grid or default_grid(stream.length - warmup)
    trained_at = times_of(every, stream, warmup)
    groups, plans = refitted(models), []
    titles = [models[group[0]].learner.title for group in groups]
    for title, group in zip(titles, groups):
        contenders = [models[name] for name in group]
        unique = title if titles.count(title) == 1 else f"{title} of {group[0]}"
        late = latency_of(decision, contenders, unique)
        memories = memories_of(decision, contenders)
        periodic = [trained_by(contenders[0], every, memory, late) for memory in memories]
        of = unique, tuple(group), every, tuple(periodic)
        plans.append(Plan(*of, trained_at, stream.length))
    if found := [plan for plan in plans if plan.periodic]:
        return found
    raise refusal(NEVER_REFITTED if not groups else NO_MEMORY, "decision", "floor")


def refitted(models: Mapping[str, Contender]) -> list[list[str]]:
    """The names of contenders that are trained once or again from scratch, by their learner."""
    names: dict[str, list[str]] = {}
    for name, one in models.items():
        trained = one.policy.kind() == "static" or retrains(one.policy)
        if trained and one.learner.sees == "X":  # the oracle knows all that there is to learn
            names.setdefault(f"{identity(one.learner)} {one.compiled}", []).append(name)
    return [*names.values()]


def times_of(every: int | Duration, stream: Stream, warmup: int) -> np.ndarray:
    """The rows (n,) before which models are trained; refuses a grid that none fit in."""
    rows = stream.length - warmup
    if isinstance(every, Duration) and stream.undated:
        raise refusal(stream.undated, *GRID)
    clock = stream.clock(0) if isinstance(every, Duration) else None
    found = training_times(every, clock, warmup, stream.length, MOST_PLANNED + 1)
    if len(found) > MOST_PLANNED:
        message = f"more than {MOST_PLANNED:,} training times cannot be compared"
        raise refusal(f"{message}; give a coarser one, such as {default_grid(rows):,}", *GRID)
    if len(found) == 1:
        raise refusal(
            f"a grid of {grid_text(every)} leaves no time to train in the {rows:,} rows after the "
            f"warm-up; give less, such as {default_grid(rows):,}",
            *GRID,
        )
    return found


def retrains(policy: Policy) -> bool:
    """Whether a policy trains models from scratch that each predict alone."""
    own = isinstance(policy, Retraining) and type(policy).trainer is Retraining.trainer
    return own and not policy.tunes


def memories_of(decision: Decision, contenders: Sequence[Contender]) -> list[Memory]:
    """The memories of a learner that do not depend on when models are trained, each once."""
    given = decision.memories or []
    for i, one in enumerate(given):
        if one.by_schedule:
            raise refusal(f"'{one.kind()}' {BY_SCHEDULE}", *MEMORIES, i)
        if one in given[:i]:
            raise refusal("this memory stands twice; give each once", *MEMORIES, i)
    own = [memory_of(one) for one in contenders if isinstance(one.policy, Retraining)]
    return given or [*distinct([one for one in own if not one.by_schedule]).values()]


def latency_of(decision: Decision, contenders: Sequence[Contender], learner: str) -> Latency | None:
    """The latency of the models of a learner: that of its contenders, if they agree."""
    if decision.latency is not None:
        return decision.latency
    policies = [one.policy for one in contenders if isinstance(one.policy, Retraining)]
    found = [*distinct([one.latency for one in policies]).values()]
    if len(found) > 1:
        message = f"contenders with {learner} have different latencies; give the one of the floor"
        raise refusal(f"{message}, such as {{rows: 0}}", "decision", "latency")
    return found[0] if found else None


def trained_by(
    contender: Contender, every: int | Duration, memory: Memory, late: Latency | None
) -> Contender:
    """A contender that trains such models at every time of a grid."""
    policy = Periodic(every=every, memory=memory, latency=late)
    if memory.weighs and not contender.learner.weighs:
        message = f"'{memory.kind()}' memory needs a learner that takes weights"
        title = contender.learner.title
        raise refusal(f"{message}; {title} does not; give numbers of labels", *MEMORIES)
    return Contender(learner=contender.learner, policy=policy, compiled=contender.compiled)


def faults_of(
    plans: Sequence[Plan], stream: Stream, rules: Rules, runs: int
) -> Iterator[tuple[str, str | None]]:
    """What cannot be computed with so many seeds and repeats: a key of the decision, and why."""
    yield "grid", too_many_numbers(plans, numbers_of(plans, stream, rules, runs))
    rows = stream.length - rules.warmup
    for plan in plans:
        for one in plan.periodic:
            yield "latency", one.policy.incompatibility(stream.schema, rows)


def numbers_of(
    plans: Sequence[Plan], stream: Stream, rules: Rules, runs: int
) -> dict[tuple[str, ...], int]:
    """About how many numbers the losses of each memory are, by all that they follow from."""
    classes = stream.schema.n_classes or 0
    columns = 10 + 2 * classes + (classes**2 if rules.confusion else 0)
    same = identity(stream), identity(rules.of_floor()), str(runs)
    found: dict[tuple[str, ...], int] = {}
    for plan in plans:
        n, late = len(plan.trained_at), policy_of(plan.periodic[0]).latency
        blocks = n if late is None else 2 * n
        for one in plan.periodic:
            found[*same, identity(one)] = runs * 2 * n * blocks * columns
    return found


def too_many_numbers(plans: Sequence[Plan], numbers: Mapping[Any, int]) -> str | None:
    """Why the losses of models cannot be held in memory at once, or None."""
    if (held := sum(numbers.values())) <= MOST_HELD:
        return None
    n = max(len(plan.trained_at) for plan in plans)
    most = int(n * (MOST_HELD / held) ** 0.5)
    return (
        f"the losses of {n:,} training times make {held:,} numbers, which are kept in memory at "
        f"once; let the grid make about {most:,} of them, or give fewer memories or seeds"
    )
