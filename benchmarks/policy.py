"""The cost of a policy: the share of its time that periodic retraining spends in scikit-learn."""

import time

from sklearn.tree import DecisionTreeClassifier

from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.streams.stream import Stream

TREE = {"kind": "sklearn.tree.DecisionTreeClassifier", "max_depth": 8}
PERIODIC = {"kind": "periodic", "every": 1_000, "memory": 5_000}


class Clock:
    """Counts the seconds inside some methods of a class, from outside of driftsim."""

    def __init__(self, kind, *names):
        self.seconds = 0.0
        for name in names:
            setattr(kind, name, self._timed(getattr(kind, name)))

    def _timed(self, method):
        def timed(*given, **named):
            start = time.perf_counter()
            result = method(*given, **named)
            self.seconds += time.perf_counter() - start
            return result

        return timed


def main():
    stream = Stream.model_validate({"length": 100_000, "concepts": {"a": "sea"}, "noise": 0.1})
    contender = Contender.model_validate({"learner": TREE, "policy": PERIODIC})
    evaluate(stream, contender)  # so that nothing is loaded on the clock
    clock = Clock(DecisionTreeClassifier, "fit", "predict")
    start = time.perf_counter()
    evaluate(stream, contender)
    whole = time.perf_counter() - start
    print(f"{whole:.2f} s from first row to trace, {clock.seconds / whole:.1%} in scikit-learn")


if __name__ == "__main__":
    main()
