"""The reading of a CSV file: what driftsim adds to pyarrow, in CPU seconds of one thread."""

import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

ROWS = 1_000_000
MOST = 1.5  # times what pyarrow alone takes


def written(folder):
    """A table of eight columns of numbers and two of words."""
    rng = np.random.default_rng(0)
    columns = {f"x{j}": np.round(rng.normal(size=ROWS), 4) for j in range(6)}
    columns |= {f"n{j}": rng.integers(0, 1_000, ROWS) for j in range(2)}
    columns["colour"] = np.array(["red", "green", "blue", "purple"])[rng.integers(0, 4, ROWS)]
    columns["y"] = np.array(["yes", "no"])[rng.integers(0, 2, ROWS)]
    path = Path(folder) / "table.csv"
    csv.write_csv(pa.table(columns), path)
    return path


def seconds(*functions):
    """The least CPU seconds of twenty calls of each, by turns, the first of which are warm-up."""
    taken = [[] for _ in functions]
    for _ in range(20):
        for function, found in zip(functions, taken):
            start = time.process_time()
            function()
            found.append(time.process_time() - start)
    return [min(found[1:]) for found in taken]


def main():
    from driftsim.streams.table import Table
    from driftsim.streams.tables.cells import Reading

    with tempfile.TemporaryDirectory() as folder:
        path = written(folder)
        table = Table(path=str(path))
        alone, columns, rows = seconds(
            lambda: csv.read_csv(path, csv.ReadOptions(use_threads=False)),
            lambda: table.sheet().columns(Reading()),
            lambda: table.instantiated(np.random.default_rng(0)),
        )
    print(f"{ROWS:,} rows × 10 columns: pyarrow alone {alone:.2f} s")
    print(f"to columns of numbers and codes {columns:.2f} s, {columns / alone:.2f} times as long")
    print(f"to rows and labels {rows:.2f} s, {rows / alone:.2f} times as long")
    assert rows <= MOST * alone, f"it takes more than {MOST} times as long"


if __name__ == "__main__":
    main()
