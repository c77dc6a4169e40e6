"""The cost of a decision: the matrix of losses, its cheapest schedule, and a whole study.

Over 100,000 rows, with a tree of depth 8, 196 training times and four memories. It fails where
the matrix takes more than 20 seconds of CPU, a schedule more than 50 ms, or a study more than a
minute on two cores.
"""

import sys
import tempfile
import time

from sklearn.tree import DecisionTreeClassifier

import driftsim
from driftsim.evaluation.decision.ledgers import ledger_of
from driftsim.evaluation.decision.loss_shards import losses_of
from driftsim.evaluation.decision.prices import PriceList, Prices
from driftsim.evaluation.decision.schedules import cheapest

MEMORIES = [500, 1_000, 2_000, 5_000]
TREE = {"kind": "sklearn.tree.DecisionTreeClassifier", "max_depth": 8}
STUDY = {
    "stream": {
        "length": 100_000,
        "concepts": {"a": {"kind": "sea", "threshold": 8.0}, "b": {"kind": "sea", "threshold": 12}},
        "drift": {"kind": "recurring", "every": 20_000, "width": 1_000},
        "noise": 0.05,
    },
    "models": {
        "frozen": {"learner": TREE, "policy": "static"},
        "often": {"learner": TREE, "policy": {"kind": "periodic", "every": 2_000, "memory": 2_000}},
    },
    "evaluation": {"warmup": 2_000},
    "prices": {"training": 30},
    "decision": {"floor": True, "memories": MEMORIES},
}
ROWS = 65_536
LIMITS = {"matrix": 20.0, "schedule": 0.05, "study": 60.0}  # seconds


def main():
    scenario = driftsim.load(STUDY).variants[0].scenario
    taken, losses = {}, []
    taken["matrix"] = matrix(scenario, losses)
    taken["schedule"] = max(schedule(scenario, losses, price) for price in (0, 10, 100, 1_000))
    taken["study"] = study()
    sys.exit(any(taken[name] > most for name, most in LIMITS.items()))


def matrix(scenario, losses):
    """The seconds of CPU of the losses of all memories, which are added to a list."""
    (plan,), stream, rules = scenario.plans, scenario.stream, scenario.rules
    alone = predicting(stream)
    start = time.process_time()
    losses += [losses_of(stream, one, rules) for one in plan.periodic]
    seconds = time.process_time() - start
    predictions = len(losses) * int(plan.predictions.sum())
    print(
        f"matrix: {len(plan.trained_at)} training times, {len(losses)} memories, "
        f"{predictions:,} predictions: {seconds:.1f} s of CPU, of which scikit-learn alone takes "
        f"{alone * predictions:.1f} s to predict"
    )
    return seconds


def predicting(stream):
    """The seconds of CPU in which a fitted tree predicts a row, of many at once."""
    rows = stream.rows(0, 0, ROWS)
    tree = DecisionTreeClassifier(max_depth=8).fit(rows.X[:2_000], rows.y[:2_000])
    start = time.process_time()
    for _ in range(20):
        tree.predict(rows.X)
    return (time.process_time() - start) / 20 / ROWS


def schedule(scenario, losses, price):
    """The seconds on the clock in which the cheapest schedule is found."""
    prices = PriceList(Prices.model_validate({"training": price}), scenario.stream.schema)
    start = time.perf_counter()
    ledger = ledger_of(losses, prices)
    priced = time.perf_counter()
    found = cheapest(ledger)
    seconds = time.perf_counter() - priced
    print(
        f"a training for {price:,}: {found.cost:,.0f} with {found.schedule.trainings} trainings; "
        f"{1e3 * seconds:.0f} ms, after {1e3 * (priced - start):.0f} ms to price the matrix"
    )
    return seconds


def study():
    """The seconds on the clock of a whole study with a floor, on two processes."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        results = driftsim.run(STUDY, out=folder, jobs=2, progress=False)
        results.costs(), results.floor(), results.periods()
    seconds = time.perf_counter() - start
    print(f"the study with its floor and periods, on two processes: {seconds:.1f} s")
    return seconds


if __name__ == "__main__":
    main()
