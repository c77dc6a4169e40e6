"""Prints the tables of docs/detectors_alone.md: `python benchmarks/detectors_alone.py`.

It runs two suites into `reports`, as `driftsim run` does: about a minute of CPU time.
"""

from math import isnan
from pathlib import Path

import driftsim

SUITES = Path(__file__).resolve().parents[1] / "scenarios" / "suites"
WHOLE = {
    "found": ("recall", "percent"), "precision": ("precision", ".2f"), "F1": ("f1", ".2f"),
    "delay: median": ("delay", ",.0f"), "lower quartile": ("delay_q1", ",.0f"),
    "upper": ("delay_q3", ",.0f"), "false in 10,000": ("false_per_10_000", ".1f"),
    "covering": ("covering", ".2f"), "F1 evenly": ("f1_periodic", ".2f"),
    "randomly": ("f1_random", ".2f"),
}  # fmt: skip
SHORT = {name: WHOLE[name] for name in ("found", "F1", "delay: median", "false in 10,000")}


def main():
    """Print the table of all detectors on signals, and that of some on errors of a learner."""
    print(table(rows_of("signals"), {"": WHOLE}))
    rows = rows_of("error_signals")
    print(table(rows, {"static": SHORT, "online": SHORT}))


def rows_of(suite):
    """What each contender of a suite found, by its name."""
    results = driftsim.run(SUITES / f"{suite}.yaml")
    return {row["contender"]: row for row in results.detectors().to_dict("records")}


def table(rows, policies):
    """A row for each detector; with two policies that of each beside the other."""
    columns = [(name, column) for name, shown in policies.items() for column in shown]
    heads = [f"{name}: {column}" if name else column for name, column in columns]
    lines = ["| " + " | ".join(["detector", *heads]) + " |", "| --- " * (len(heads) + 1) + "|"]
    for name in rows:
        if not name.endswith(", online"):
            own = [rows.get(name), rows.get(f"{name}, online")][: len(policies)]
            cells = [cell(row, *shown) for row, columns in zip(own, policies.values())
                     for shown in columns.values()]  # fmt: skip
            lines.append("| " + " | ".join([f"`{name}`", *cells]) + " |")
    return "\n".join([*lines, ""])


def cell(row, column, how):
    """A number as the table has it; a dash where it is not known."""
    value = float("nan") if row is None else row[column]
    if isnan(value):
        return "–"
    return f"{100 * value:.0f} %" if how == "percent" else f"{value:{how}}"


if __name__ == "__main__":
    main()
