"""The memory of a long stream: its peak must not grow with the rows."""

import resource
import subprocess
import sys
import time

TREE = {"kind": "sklearn.tree.DecisionTreeClassifier", "max_depth": 8}


def play(rows):
    """Play a static contender, and print the seconds and the peak in MB."""
    from driftsim.evaluation.prequential import Contender, evaluate
    from driftsim.streams.stream import Stream

    stream = Stream.model_validate({"length": rows, "concepts": {"a": "sea"}, "noise": 0.1})
    contender = Contender.model_validate({"learner": TREE, "policy": "static"})
    start = time.perf_counter()
    evaluate(stream, contender)
    seconds = time.perf_counter() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main():
    peaks = []
    for rows in (1_000_000, 10_000_000):
        command = [sys.executable, __file__, str(rows)]
        seconds, peak = map(float, subprocess.check_output(command, text=True).split())
        peaks.append(peak)
        print(f"{rows:,} rows: {peak:.0f} MB at the peak, {rows / seconds:,.0f} rows a second")
    print(f"ten times the rows take {peaks[1] - peaks[0]:+.0f} MB")


if __name__ == "__main__":
    play(int(sys.argv[1])) if len(sys.argv) > 1 else main()
