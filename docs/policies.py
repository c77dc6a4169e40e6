"""Fills the tables of docs/policies.md: which policy for which drift, and where trainings start.

Run it from anywhere; it plays scenarios/policies/*.yaml and scenarios/fine_tuning.yaml, with what
it has played kept in reports/, and writes the same tables each time.
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
FINE_TUNING = FOLDER.parent / "scenarios" / "fine_tuning.yaml"
PARTS = {"before the change": 3_000, "1,200 rows after it": 4_200, "later": 6_000}  # up to a row
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
    tuned = "\n".join(tuning_rows())
    whole = re.sub(r"\| \| before the.*?\n\n", lambda _: f"{tuned}\n\n", whole, flags=re.S)
    PAGE.write_text(whole, encoding="utf-8")


def errors(path, out=FOLDER.parent / "reports", only=()):
    """The excess error of each contender of a scenario, in percent, with each seed."""
    results = driftsim.run(driftsim.load(path, only=only), out=out)
    found = {name: [] for name in results.study.variants[0].scenario.models}
    for one in results.traces():
        if one.contender in found:
            found[one.contender].append(100 * float(results.metrics["excess_error"](one.over())[0]))
    return found


def tuning_rows(out=FOLDER.parent / "reports", only=()):
    """The excess error of fine-tuned contenders in each part of the stream, and their sizes."""
    results = driftsim.run(driftsim.load(FINE_TUNING, only=only), out=out)
    sizes = results.summary().set_index("contender").model_bytes
    curves = results.curves("excess_error", window=600)
    part = np.searchsorted([*PARTS.values()], curves.last_row)
    means = curves.groupby(["contender", part])["mean"].mean().unstack()
    yield f"| | {' | '.join(PARTS)} | kB at most |"
    yield "| --- |" + " ---: |" * (len(PARTS) + 1)
    for name in results.study.variants[0].scenario.models:
        cells = [f"{100 * value:.1f}" for value in means.loc[name]]
        yield f"| `{name}` | {' | '.join(cells)} | {sizes[name] / 1000:.0f} |"


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
