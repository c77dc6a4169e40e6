"""Large tables: rows a second and peak memory of a Parquet file that is read as it is played.

It makes a table of ten columns and plays online learners on it: by default compiled ones, to which
a Hoeffding tree does not belong where a column holds words. 100 million rows take 4 GB of disk for
as long as it runs.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

GROUP = 2**20  # rows of a row group, as pyarrow writes them by default
LEARNERS = {
    "majority": "majority",
    "naive Bayes": "river.naive_bayes.GaussianNB",
    "Hoeffding tree": "river.tree.HoeffdingTreeClassifier",
}
COMPILED = "majority", "naive Bayes"  # by numpy or a kernel, also beside words


def write(path, rows):
    """Write a table of nine features, one of them words, and a target that changes half-way."""
    import pyarrow as pa
    from pyarrow import parquet

    towns = pa.array([f"town {i}" for i in range(50)])
    rng, writer = np.random.default_rng(0), None
    for first in range(0, rows, GROUP):
        n = min(GROUP, rows - first)
        X = rng.random((8, n), np.float32)
        town = rng.integers(0, 50, n)
        late = np.arange(first, first + n) >= rows // 2
        y = (X[0] + X[1] + town / 50 > 1.5) ^ late ^ (rng.random(n) < 0.1)
        columns = {f"x{j + 1}": column for j, column in enumerate(X)}
        columns |= {"town": pa.DictionaryArray.from_arrays(town.astype("int32"), towns)}
        table = pa.table(columns | {"late": np.where(y, "yes", "no")})
        writer = writer or parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()


def read(path):
    """Read all columns of the file by pyarrow alone, a row group at a time."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            file.read_row_group(group, use_threads=False)


def scan(path):
    """Load the stream, and with it find all that has to be known before the first row."""
    from driftsim.streams.stream import Stream

    return Stream.model_validate({"concepts": {"a": {"kind": "table", "path": path}}})


def draw(path):
    """Draw all rows of the stream, block by block."""
    for _ in scan(path).instantiated(0).blocks():
        pass


def last(path):
    """Draw the last block alone."""
    stream = scan(path)
    start = time.perf_counter()
    stream.rows(0, stream.length - 1000, stream.length)
    print(f"  the last 1,000 rows alone: {1e3 * (time.perf_counter() - start):.0f} ms")


def play(path, learner):
    """Play a contender that learns every label as it comes in."""
    from driftsim.evaluation.prequential import Contender, evaluate

    contender = Contender.model_validate({"learner": LEARNERS[learner], "policy": "online"})
    evaluate(scan(path), contender)


def study(path, folder, *learners):
    """Run a whole study on two workers, as `driftsim run` does."""
    scenario = Path(folder, "large.yaml")
    models = "".join(f"  {n}: {{learner: {LEARNERS[n]}, policy: online}}\n" for n in learners)
    table = f"stream: {{concepts: {{a: {{kind: table, path: {path}}}}}}}\n"
    scenario.write_text(f"{table}models:\n{models}")
    command = ["run", str(scenario), "--out", str(folder), "--jobs", "2"]
    subprocess.run([sys.executable, "-m", "driftsim", *command], check=True, capture_output=True)


def step(name, *given):
    """Do a step in this process; prints its seconds, those of CPU, and the peak memory in MB."""
    start = time.perf_counter()
    globals()[name](*given)
    seconds, kinds = time.perf_counter() - start, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(kind) for kind in kinds]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    print(seconds, cpu, max(one.ru_maxrss for one in used) / 1024)


def stepped(*given):
    """The lines that a step prints in a process of its own."""
    command = [sys.executable, __file__, "--step", *given]
    return subprocess.check_output(command, text=True).splitlines()


def measured(title, rows, *given):
    """Do a step in a process of its own; prints what it takes, and returns its seconds of CPU."""
    *notes, last = stepped(*given)
    seconds, cpu, peak = map(float, last.split())
    print(f"{title}: {rows / seconds:,.0f} rows/s, {cpu / rows * 1e6:.2f} s of CPU", end=" ")
    print(f"a million rows, {peak:,.0f} MB at the peak", *notes, sep="\n", flush=True)
    return cpu


def main(rows, folder, learners, whole):
    with tempfile.TemporaryDirectory(dir=folder) as made:
        path = str(Path(made, "large.parquet"))
        write(path, rows)
        print(f"{rows:,} rows of 10 columns, {os.path.getsize(path) / 1e6:,.0f} MB", flush=True)
        write(small := str(Path(made, "small.parquet")), 5_000)
        for learner in learners:
            stepped("play", small, learner)  # compiles the kernels
        alone = measured("pyarrow alone", rows, "read", path)
        for title, *given in [
            ("first load", "scan", path),
            ("later load", "scan", path),
            ("rows drawn", "draw", path),
            ("last block", "last", path),
            *((f"{learner}, online", "play", path, learner) for learner in learners),
            *[("study of these contenders on two workers", "study", path, made, *learners)] * whole,
        ]:
            cpu = measured(title, rows, *given)
            print(f"  {cpu / alone:.1f} times the CPU of pyarrow alone", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        step(*sys.argv[2:])
    else:
        parser = argparse.ArgumentParser()
        parser.add_argument("rows", type=int, nargs="?", default=10_000_000)
        parser.add_argument("--folder", help="of the table; that of temporary files by default")
        parser.add_argument("--learners", nargs="+", choices=LEARNERS, default=[*COMPILED])
        parser.add_argument("--no-study", action="store_true")
        given = parser.parse_args()
        main(given.rows, given.folder, given.learners, not given.no_study)
