"""Fills the table of docs/policies.md: which policy for which drift.

Run it from anywhere; it plays scenarios/policies/*.yaml, with what it has played kept in
reports/, and writes the same table each time.
"""

import re
from pathlib import Path

import numpy as np

import driftsim
from driftsim.evaluation.significance import over_seeds

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER / "policies.md"
SCENARIOS = FOLDER.parent / "scenarios" / "policies"
COLUMNS = (
    "none", "sudden", "gradual", "incremental", "recurring", "hidden", "late_labels", "few_labels",
)  # fmt: skip
REFERENCE = "at_drift"  # knows the true changes, and is not compared with the others


def main():
    columns = {name: shown(errors(SCENARIOS / f"{name}.yaml")) for name in COLUMNS}
    head = ["", *(f"[{name}](../scenarios/policies/{name}.yaml)" for name in COLUMNS)]
    names = list(next(iter(columns.values())))
    rows = [head, ["---"] + ["---:"] * len(COLUMNS)]
    rows += [[f"`{name}`", *(column[name] for column in columns.values())] for name in names]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    text = PAGE.read_text(encoding="utf-8")
    whole = re.sub(r"\| +\| \[none\].*?\n\n", lambda _: f"{table}\n\n", text, flags=re.S)
    PAGE.write_text(whole, encoding="utf-8")


def errors(path, out=FOLDER.parent / "reports", only=()):
    """The excess error of each contender of a scenario, in percent, with each seed."""
    results = driftsim.run(driftsim.load(path, only=only), out=out)
    found = {name: [] for name in results.study.variants[0].scenario.models}
    for one in results.traces():
        if one.contender in found:
            found[one.contender].append(100 * float(results.metrics["excess_error"](one.over())[0]))
    return found


def shown(errors):
    """The means as text, bold for the best and those that do not differ from it significantly."""
    means = {name: np.mean(values) for name, values in errors.items()}
    best = min(means.keys() - {REFERENCE}, key=means.get)
    text = {name: f"{mean:.2f}" for name, mean in means.items()}
    return {
        name: f"**{text[name]}**" if as_good(errors[name], errors[best], name) else text[name]
        for name in errors
    }


def as_good(values, best, name):
    """Whether errors with each seed do not differ significantly from the best ones."""
    if name == REFERENCE:
        return False
    return not over_seeds(np.subtract(values, best)).distinguishable


if __name__ == "__main__":
    main()
