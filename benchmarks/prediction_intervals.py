"""Prediction intervals: what they cost, and how they agree with MOA's on the same rows.

    python benchmarks/prediction_intervals.py [--rows N] [--moa]

CPU time for each row, beyond that of a run without intervals. `--moa` needs Java and the package
capymoa, which has MOA (GPL): how many labels are inside, and the sum of the widths, around the mean
of all labels so far.
"""

import argparse
import time

from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.streams.stream import Stream

KINDS = (
    "normal", {"kind": "normal", "memory": 1_000}, "adaptive", "conformal",
    {"kind": "conformal", "memory": 10_000}, "adaptive_conformal",
)  # fmt: skip
MOA = {"normal": "MVE", "adaptive": "AdaPI"}
REPEATS = 5


def stream_of(rows):
    """Friedman's function, and another order of its features from half way on."""
    concepts = {str(n): {"kind": "friedman", "function": n} for n in (1, 2)}
    drift = {"kind": "sudden", "at": [rows // 2]}
    return Stream.model_validate({"length": rows, "concepts": concepts, "drift": drift})


def seconds(stream, learner, kind):
    """The least CPU time of some runs."""
    contender = Contender.model_validate({"learner": learner, "policy": "online"})
    rules = Rules.model_validate({"warmup": 0, "prediction_intervals": kind, "truth": False})
    taken = []
    for _ in range(REPEATS):
        start = time.process_time()
        evaluate(stream, contender, rules)
        taken.append(time.process_time() - start)
    return min(taken)


def ours(stream, kind):
    """How many labels are inside, and the sum of the widths."""
    contender = Contender.model_validate({"learner": "mean", "policy": "online"})
    rules = Rules.model_validate({"warmup": 0, "prediction_intervals": kind})
    total = evaluate(stream, contender, rules).total().columns
    return int(total["interval_covered"][0]), float(total["interval_width"][0])


def theirs(stream, kind):
    """The same of MOA, whose first interval is empty."""
    from capymoa import prediction_interval
    from capymoa.stream import NumpyStream

    block = stream.instantiated(0).rows(0, stream.length)
    rows = NumpyStream(block.X, block.y, target_type="numeric")
    made = getattr(prediction_interval, MOA[kind])
    learner = made(schema=rows.get_schema(), base_learner="(rules.functions.TargetMean)")
    inside, widths = 0, 0.0
    while rows.has_more_instances():
        row = rows.next_instance()
        low, _, high = map(float, learner.predict(row))
        inside, widths = inside + (low <= row.y_value <= high), widths + high - low
        learner.train(row)
    return int(inside), float(widths)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--moa", action="store_true")
    asked = parser.parse_args()
    stream = stream_of(asked.rows)
    for learner in ("mean", "fimt_dd"):
        seconds(stream, learner, None)  # compiles it
        alone = seconds(stream, learner, None)
        print(f"{learner}: {1e6 * alone / asked.rows:.2f} µs a row without intervals")
        for kind in KINDS:
            more = 1e6 * (seconds(stream, learner, kind) - alone) / asked.rows
            print(f"    {kind}: {more:.2f} µs more")
    for kind in MOA if asked.moa else ():
        print(f"{kind}: inside and widths {ours(stream, kind)}, MOA {theirs(stream, kind)}")


if __name__ == "__main__":
    main()
