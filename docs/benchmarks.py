"""Fills the tables of docs/benchmarks.md: learners over the usual streams, and detectors.

Run it from anywhere; it plays scenarios/suites/classic.yaml and detectors.yaml, with what it has
played kept in reports/, and writes the same tables each time.
"""

import re
from pathlib import Path

import driftsim
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
        r"\|  \| adwin": markdown_table(detectors.tables.grid),
    }.items():
        text = re.sub(rf"{head}.*?\n\n", lambda _, table=table: f"{table}\n\n", text, flags=re.S)
    PAGE.write_text(text, encoding="utf-8")


def alarm_lines(results):
    """What each detector found of abrupt and of gradual changes, and what it made up."""
    frame = results.alarms()
    frame["false"] = frame.extra + frame.early
    changes = frame.groupby("stream").changes.max()
    streams = [one.setting["stream"] for one in results.study.variants]
    kinds = {kind: [one for one in streams if kind in one] for kind in KINDS}
    yield (
        "| detector | found, abrupt | after rows | found, gradual | after rows "
        "| false alarms, abrupt | gradual | none |"
    )
    yield "| --- |" + " ---: |" * 7
    for name in frame.contender[~frame.contender.str.endswith(" alarms")].unique():
        own, cells = frame[frame.contender == name].set_index("stream"), []
        for kind in KINDS[:2]:
            rows = own[own.index.isin(kinds[kind])]
            found = rows.detected.sum()
            after = (rows.to_detection * rows.detected).sum() / found
            cells += [f"{100 * found / changes[kinds[kind]].sum():.0f} %", f"{after:.0f}"]
        for names in kinds.values():  # a detector without an alarm on a stream has no row
            cells.append(f"{own.false[own.index.isin(names)].sum() / len(names):.1f}")
        yield f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
