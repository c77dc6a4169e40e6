"""What `online` costs beside the learning itself, for a learner that takes 1 µs a row."""

import time

import numpy as np

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import AtOnce, arrivals
from driftsim.evaluation.meter import Meter, Metered
from driftsim.evaluation.trace import Tally, round_interval
from driftsim.learners.learner import Model
from driftsim.learners.prediction_check import PredictionCheck
from driftsim.rows import Arrival, Labelled
from driftsim.streams.concepts.rules import Sea
from driftsim.streams.stream import Stream
from driftsim.streams.world import BLOCK

ROWS, WARMUP, PAIRS = 1_000_000, 1_000, 5
COST = 1e-6  # seconds a row


class Idle(Model):
    """Learns nothing, and takes its time over each row."""

    def fit(self, rows, weight=None):
        return self

    def learn(self, rows):
        pass

    def predict(self, X):
        return np.zeros(len(X), np.int64)

    def test_then_train(self, arrival):
        end = time.perf_counter() + COST * len(arrival.t)
        while time.perf_counter() < end:
            pass
        return self.predict(arrival.X)


def main():
    stream = Stream.model_validate({"length": ROWS + WARMUP, "concepts": {"a": "sea"}})
    block = stream.rows(0, 0, ROWS + WARMUP)
    rows = Labelled(block.t, block.X, block.y)
    history, rows = rows.part(slice(WARMUP)), rows.part(slice(WARMUP, None))
    added = {"the policy": [], "policy, labels and meter": []}
    for _ in range(PAIRS):
        direct = seconds(lambda: Idle().test_then_train(whole(rows)))
        ready = list(arrivals(cut(rows), AtOnce(), 0))
        alone = seconds(lambda: played(Idle(), history, ready))  # noqa: B023
        added["the policy"].append(alone / direct - 1)
        added["policy, labels and meter"].append(
            seconds(lambda: metered(history, rows)) / direct - 1
        )
    for name, shares in added.items():
        median = sorted(shares)[PAIRS // 2]
        print(f"{name}: {median:+.1%} to test_then_train on the same {ROWS:,} rows")


def whole(rows):
    return Arrival(rows.t, rows.X, *rows, np.arange(len(rows.t) + 1))


def cut(rows):
    for start in range(0, len(rows.t), BLOCK):
        yield rows.part(slice(start, start + BLOCK))


def played(model, history, arriving):
    for _ in Policy.model_validate("online").run(model, history, arriving, None):
        pass


def metered(history, rows):
    tally = Tally(WARMUP, ROWS + WARMUP, round_interval(ROWS))
    meter = Meter(tally, WARMUP, ROWS + WARMUP)
    arriving = meter.along(arrivals(cut(rows), AtOnce(), 0))
    check = PredictionCheck(Sea().schema)
    played(Metered(Idle(), meter, check), history, arriving)


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
