"""The memory of a long stream: its peak must not grow with the rows.

python benchmarks/memory.py [rows ...]    by default of 1 and of 10 million rows
"""

import resource
import subprocess
import sys
import time

CONTENDERS = {
    "a static decision tree": (
        {"kind": "sklearn.tree.DecisionTreeClassifier", "max_depth": 8}, "static"
    ),
    "naive Bayes, online": ("river.naive_bayes.GaussianNB", "online"),
    "a Hoeffding tree of depth 8, online": (
        {"kind": "river.tree.HoeffdingTreeClassifier", "max_depth": 8}, "online"
    ),
}  # fmt: skip


def play(name, rows):
    """Play a contender, and print the seconds and the peak in MB."""
    from driftsim.evaluation.prequential import Contender, evaluate
    from driftsim.streams.stream import Stream

    stream = Stream.model_validate({"length": rows, "concepts": {"a": "sea"}, "noise": 0.1})
    learner, policy = CONTENDERS[name]
    contender = Contender.model_validate({"learner": learner, "policy": policy})
    start = time.process_time()
    evaluate(stream, contender)
    seconds = time.process_time() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main(lengths):
    for name in CONTENDERS:
        peaks = []
        for rows in lengths:
            command = [sys.executable, __file__, name, str(rows)]
            seconds, peak = map(float, subprocess.check_output(command, text=True).split())
            peaks.append(peak)
            rate = rows / seconds
            print(f"{name}, {rows:,} rows: {peak:.0f} MB at the peak, {rate:,.0f} rows a second")
        times = lengths[-1] / lengths[0]
        print(f"{name}: {times:g} times the rows take {peaks[-1] - peaks[0]:+.0f} MB", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in CONTENDERS:
        play(sys.argv[1], int(sys.argv[2]))
    else:
        main([int(rows) for rows in sys.argv[1:]] or [1_000_000, 10_000_000])
