"""Fills the tables of docs/policies.md: which policy for which drift, and where trainings start.

Run it from anywhere; it plays scenarios/suites/policies.yaml and scenarios/fine_tuning.yaml, with
what it has played kept in reports/, and writes the same tables each time.
"""

import re
from pathlib import Path

import numpy as np

import driftsim
from driftsim.report.benchmark_text import markdown_table

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER / "policies.md"
SUITE = FOLDER.parent / "scenarios" / "suites" / "policies.yaml"
FINE_TUNING = FOLDER.parent / "scenarios" / "fine_tuning.yaml"
PARTS = {"before the change": 3_000, "1,200 rows after it": 4_200, "later": 6_000}  # up to a row


def main(out=FOLDER.parent / "reports"):
    table = markdown_table(driftsim.run(SUITE, out=out).tables.grid)
    text = PAGE.read_text(encoding="utf-8")
    whole = re.sub(r"\| +\| none.*?\n\n", lambda _: f"{table}\n\n", text, flags=re.S)
    tuned = "\n".join(tuning_rows(out))
    whole = re.sub(r"\| \| before the.*?\n\n", lambda _: f"{tuned}\n\n", whole, flags=re.S)
    PAGE.write_text(whole, encoding="utf-8")


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


if __name__ == "__main__":
    main()
