"""Placement: whether runs are played in this process, where workers would cost more than they save.

The rule looks at what is to be run alone, never at the machine's speed or load.
"""

import threading
from collections.abc import Sequence
from typing import Any

from driftsim.clocks import durations
from driftsim.learners.learner import Learner
from driftsim.parts import Adapter, dumped, parts_in
from driftsim.runner.runs import Run

MOST_SECONDS = 2.0  # of all runs together, by estimate; two workers take as much to start
MOST_COLD = 2  # kernels that are compiled here, one after another; two workers compile no sooner
RUN = 0.005  # seconds of a run without rows
CELL = 1.5e-7  # seconds for a column of a row: to draw it, to predict and to learn it
STEP = 2e-4  # seconds for what a policy does in Python whenever it trains or looks at errors
STRIDE = 64  # rows after which a policy looks at errors
ALARMS = 1_000  # rows between two trainings of a policy that waits for alarms
WORK = {  # of one learner and another, in linear models: an ensemble has ten members by default
    "river.ensemble.": 10,
    "river.forest.": 10,
    "river.neighbors.KNN": 3,
    "least_squares": 3,
    "adaptive_random_forest": 10,
    "leveraging_bagging": 10,
    "loss_weighted_forest": 10,
    "robust_online_self_adjusting": 10,
    "streaming_gradient_boosted_trees": 10,
    "streaming_random_patches": 10,
}
MEMBERS, ROWS = 10, 1_000  # to which `n_models` and `window_size` are compared


def played_here(runs: Sequence[Run]) -> bool:
    """Whether runs are safe and short enough to be played in this process, one after another.

    Safe is what runs on kernels or on learners, policies and concepts of driftsim alone: it
    crashes no process, prints nothing and changes no setting.
    """
    if threading.current_thread() is not threading.main_thread():
        return False  # random generators and warnings belong to the whole process
    left = MOST_SECONDS
    for run in runs:
        left -= estimate(run)
        if left < 0:
            return False
    different = {(id(run.stream), id(run.contender)): run for run in runs}.values()
    return all(map(is_safe, different)) and len(cold_kernels(different)) <= MOST_COLD


def estimate(run: Run) -> float:
    """About how many seconds a run takes on kernels; infinite where that is not known."""
    rows, columns = run.rows, len(run.stream.schema.names)
    if run.contender is None:
        return RUN + CELL * rows * columns
    learner, policy = run.contender.learner, run.contender.policy
    if next(durations(policy), None) is not None:
        return float("inf")
    cells = rows * columns * (1 + trained(policy, rows)) + probed(run) * columns
    cells *= sum(work(dumped(one)) for one in models_of(learner, policy))
    return RUN + CELL * cells + STEP * rows / step(policy)


def trained(policy: Any, rows: int) -> float:
    """How many rows a policy trains models on for each row of the stream, beside learning it."""
    if policy.learns_on:
        return float(getattr(policy, "epochs", 0))
    memory = getattr(policy, "memory", None)
    held = memory and (memory.holds or rows)
    return (held or 0) / (getattr(policy, "every", None) or ALARMS)


def probed(run: Run) -> int:
    """How many fresh rows a run is probed with."""
    probe, stream = getattr(run.rules, "probe", None) or 0, run.stream
    return probe and probe * len(stream.concepts) * (1 + len(stream.changes(run.seed)))


def step(policy: Any) -> float:
    """After how many rows a policy does something in Python, at the earliest."""
    names = ["every", "window", *(["size"] if policy.learns_on else [])]
    steps = [getattr(policy, name, None) or float("inf") for name in names]
    return min(*steps, STRIDE if policy.monitors_errors or policy.detectors else float("inf"))


def work(written: Any) -> float:
    """How many times as long as a linear model what a scenario writes of a learner takes."""
    match written:
        case str():
            return next((n for path, n in WORK.items() if written.startswith(path)), 1)
        case list():
            return max(map(work, written), default=1)
        case dict():
            own = work(written.get("kind"))
            own *= max((work(one) for key, one in written.items() if key != "kind"), default=1)
            for name, usual in (("n_models", MEMBERS), ("window_size", ROWS)):
                if isinstance(given := written.get(name), int | float):
                    own *= max(given / usual, 1)
            return own
    return 1


def is_safe(run: Run) -> bool:
    """Whether a run does without own parts, functions from Python, and models of libraries."""
    parts = [*parts_in(run.stream), *parts_in(run.contender), *parts_in(run.rules)]
    if run.parts or not all(map(is_ours, parts)):
        return False
    if run.contender is None:
        return True
    learner, policy = run.contender.at_work
    engines = [one.engine(run.stream.schema) for one in models_of(learner, policy)]
    engines += [one.engine() for one in policy.detectors]
    return {*engines} <= {"compiled", "numpy"}


def models_of(learner: Learner, policy: Any) -> list[Learner]:
    """A learner, and that of the student of its models, if there is one."""
    student = policy.student_of(learner)
    return [learner] if student is None else [learner, student]


def is_ours(part: Any) -> bool:
    """Whether a part is of driftsim, and made of no object from Python but of recorded rows."""
    made = isinstance(part, Adapter) and not getattr(part, "recorded", False)
    return type(part).__module__.startswith("driftsim.") and not made


def cold_kernels(runs) -> set[tuple]:
    """The kernels that runs would have to compile, each once."""
    found = set()
    for run in runs:
        if run.contender is not None:
            learner, policy = run.contender.at_work
            models = [one.start(run.stream.schema, 0) for one in models_of(learner, policy)]
            used = [*models, *policy.detectors]
            found |= {one.kernel for one in used if one.needs_compiling}
    return found
