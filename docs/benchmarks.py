"""Fills the tables of docs/benchmarks.md: learners over the usual streams, and detectors.

Run it from anywhere; it plays scenarios/suites/classic.yaml and detectors.yaml, with what it has
played kept in reports/, and writes the same tables each time.
"""

import re
from pathlib import Path

import driftsim
from driftsim.report.alarm_tables import alarm_rows, detector_rows
from driftsim.report.benchmark_text import markdown_table

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER / "benchmarks.md"
SUITES = FOLDER.parent / "scenarios" / "suites"
CLASSIC, DETECTORS = SUITES / "classic.yaml", SUITES / "detectors.yaml"
KINDS = ("abrupt", "gradual", "none")  # of drift, as the names of streams end


def main(out=FOLDER.parent / "reports"):
    learners = driftsim.run(CLASSIC, out=out)
    detectors = driftsim.run(DETECTORS, out=out)
    text = PAGE.read_text(encoding="utf-8")
    for head, table in {
        r"\|  \| static": markdown_table(learners.tables.grid),
        r"\| detector": "\n".join(alarm_lines(detectors)),
        r"\|  \| sine, abrupt": markdown_table(detectors.tables.grid),
    }.items():
        text = re.sub(rf"{head}.*?\n\n", lambda _, table=table: f"{table}\n\n", text, flags=re.S)
    PAGE.write_text(text, encoding="utf-8")


def alarm_lines(results):
    """What each detector found of abrupt and of gradual changes, and its false alarms."""
    found = {
        kind: {row["contender"]: row for row in detector_rows(rows_of(results, kind))}
        for kind in KINDS
    }
    yield (
        "| detector | found, abrupt | after rows | found, gradual | after rows "
        "| false alarms, abrupt | gradual | none |"
    )
    yield "| --- |" + " ---: |" * 7
    for name in found["none"]:
        own, cells = [found[kind][name] for kind in KINDS], []
        for row in own[:2]:
            share = row["detected"] / row["changes"]
            cells += [f"{100 * share:.0f} %", f"{row['to_detection']:.0f}" if share else "–"]
        cells += [f"{row['false_alarms']:.1f}" for row in own]
        yield f"| {name} | {' | '.join(cells)} |"


def rows_of(results, kind):
    """The rows of alarms on the streams with a kind of drift."""
    return (row for one in results.variants if kind in one.title for row in alarm_rows(one))


if __name__ == "__main__":
    main()
