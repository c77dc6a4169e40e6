"""Protocols of the field: accuracies of naive Bayes beside MOA's on the same rows.

    python benchmarks/protocols.py --jar moa.jar [stream ...] [--rows N] [--folds N] [--delay N]

The streams are those of accuracy.py. Needs Java and MOA's jar (GPL), such as that in the package
capymoa. Percent correct over all rows, or all test sets of a hold-out; of folds the mean and the
standard deviation. The bootstrap of MOA draws other random numbers. Of two classes also the area
under the ROC curve of the last `delay` rows, as MOA's WindowAUCImbalancedPerformanceEvaluator has
it.
"""

import argparse
import re
import subprocess
import tempfile
from pathlib import Path
from statistics import mean, stdev

from accuracy import STREAMS, drawn

from driftsim.evaluation.metrics import METRICS
from driftsim.evaluation.prequential import Contender, evaluate, truth
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.trace import scored_rows

CONTENDER = Contender.model_validate({"learner": "naive_bayes", "policy": "online"})
ACCURACY = "BasicClassificationPerformanceEvaluator", "classifications correct"
AREA = "WindowAUCImbalancedPerformanceEvaluator -w {}", "^AUC$"
FOLDED = {
    "cross_validation": "Cross-Validation",
    "split": "Split-Validation",
    "bootstrap": "Bootstrap-Validation",
}
HELD_OUT = "EvaluatePeriodicHeldOutTest"


def ours(held, folds=1, warmup=0, **rules):
    """The accuracy of each fold."""
    rules = Rules(warmup=warmup, truth=False, **rules)
    runs = (evaluate(held, CONTENDER, rules, repeat=i).total().columns for i in range(folds))
    return [100 * one["correct"].sum() / scored_rows(one).sum() for one in runs]


def area(held, window):
    """The area under the ROC curve of the last window."""
    rules = Rules(warmup=0, truth=False, interval=window, scores="exact")
    columns = evaluate(held, CONTENDER, rules).columns | truth(held, rules).columns
    return float(METRICS["roc_auc"](columns)[-1])


def theirs(jar, file, rows, task, options, evaluator=ACCURACY):
    """What MOA prints after the last row; an accuracy with its deviation where there are folds.

    Of a hold-out the mean over test sets.
    """
    kind, figure = evaluator
    line = f"{task} -l bayes.NaiveBayes -s (ArffFileStream -f {file})"
    line += "" if task == HELD_OUT else f" -f {rows} -q {rows}"
    command = ["java", "-cp", jar, "moa.DoTask", f"{line} -e ({kind}) {options}"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    names, *values = [line.split(",") for line in printed.splitlines() if line.count(",") > 5]
    found = [dict(zip(names, map(float, row))) for row in values]
    shown = [[one[name] for name in one if re.search(figure, name)] for one in found]
    return [mean(one for (one,) in shown)] if task == HELD_OUT else shown[-1]


def compared(held, rows, asked):
    """What is compared: a title, our accuracies, and MOA's task with its options."""
    for kind, name in FOLDED.items():
        found = ours(held, asked.folds, protocol={"kind": kind, "folds": asked.folds})
        yield kind, found, "EvaluatePrequentialCV", f"-a {name} -w {asked.folds}"
    k, delayed = asked.delay, {"kind": "delayed", "rows": asked.delay - 1}
    chunks = {"kind": "batches", "every": k}
    task, p = "EvaluatePrequentialDelayed", f"-k {k} -p {k}"
    yield "delayed", ours(held, labels=delayed), task, f"-k {k} -p 0"
    yield "delayed, warm-up", ours(held, warmup=k, labels=delayed), task, f"{p} -m"
    late = ours(held, warmup=k, labels=delayed, warmup_labels="late")
    yield "delayed, late warm-up", late, task, p
    yield "chunks", ours(held, labels=chunks), task, f"-k {k} -p 0 -b"
    every, n = rows // 10 - rows // 100, rows // 100
    sets = ours(held, protocol={"kind": "holdout", "every": every, "rows": n})
    yield "hold-out", sets, HELD_OUT, f"-f {every} -n {n}"


def written(held, file):
    """Write rows as an ARFF file, every digit of them."""
    block = held.rows(0, held.length)
    lines = ["@relation rows", *(f"@attribute x{j} numeric" for j in range(block.X.shape[1]))]
    classes = ",".join(map(str, range(held.schema.n_classes)))
    lines += [f"@attribute class {{{classes}}}", "@data"]
    lines += [",".join([*map(repr, x), str(y)]) for x, y in zip(block.X.tolist(), block.y)]
    Path(file).write_text("\n".join(lines) + "\n", encoding="utf-8")


def figure(found):
    """A mean and a standard deviation, or one figure."""
    return f"{found[0]:.4f}" + (f" ± {found[1]:.4f}" if len(found) > 1 else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("streams", nargs="*", default=["sea", "waveform", "sine, sudden"])
    parser.add_argument("--jar", required=True)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--delay", type=int, default=500)
    asked = parser.parse_args()
    print("| stream | protocol | driftsim | MOA |\n| --- | --- | --- | --- |")
    for title in asked.streams:
        if title not in STREAMS:
            parser.error(f"no stream is called {title}; choose from {'; '.join(STREAMS)}")
        held = drawn(title, asked.rows)
        with tempfile.TemporaryDirectory() as folder:
            written(held, file := f"{folder}/rows.arff")
            for name, found, task, options in compared(held, asked.rows, asked):
                mine = [mean(found), stdev(found)] if len(found) > 1 else found
                moa = theirs(asked.jar, file, asked.rows, task, options)
                print(f"| {title} | {name} | {figure(mine)} | {figure(moa)} |", flush=True)
            if held.schema.n_classes == 2:
                evaluator = AREA[0].format(asked.delay), AREA[1]
                moa = theirs(asked.jar, file, asked.rows, "EvaluatePrequential", "", evaluator)
                print(f"| {title} | area | {area(held, asked.delay)!r} | {moa[0]!r} |")


if __name__ == "__main__":
    main()
