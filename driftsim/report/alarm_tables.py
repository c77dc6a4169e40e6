"""Alarm tables: what contenders that raise alarms found over several streams, and missed."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from driftsim.evaluation.alarm_scores import f1, precision
from driftsim.report.benchmarks import NONE, Entry, Grid, laid_out
from driftsim.report.measures import PERIODIC, RANDOM, alarms, normalized, quartiles
from driftsim.report.table import Row
from driftsim.report.variant_results import VariantResults

DETECTORS = [
    "contender", "streams", "alarms", "changes", "detected", "missed", "to_detection",
    "delay", "delay_q1", "delay_q3", "normalized_delay", "false_alarms", "false_unchanged",
    "false_per_10_000", "between_false", "precision", "recall", "f1", "covering",
    "detected_periodic", "to_detection_periodic", "f1_periodic",
    "detected_random", "to_detection_random", "f1_random", "seeds",
]  # fmt: skip
BLIND = {"_periodic": PERIODIC, "_random": RANDOM}  # ends of columns, and of names in rows
MEASURES = "changes found in % / false alarms"


def alarm_rows(one: VariantResults) -> list[Row]:
    """The rows of a variant in `Results.alarms`: of each contender, then of what sees no errors."""
    return one.part("alarms", lambda one: [*chain(*map(alarms, one.contenders.values()))])


def detector_rows(rows: Iterable[Row]) -> Iterator[Row]:
    """A row for each contender over all streams of some rows of alarms.

    `changes` and `detected` are sums over the streams, and all means are over their seeds; the
    median and the quartiles of delays are over all changes and seeds. NaN where no change is known.
    """
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row["contender"], []).append(row)
    for name, own in by_name.items():
        if not name.endswith((PERIODIC, RANDOM)):
            row = over_streams(own)
            for end, words in BLIND.items():
                found = detections(by_name.get(f"{name}{words}", []), known=bool(known_of(own)))
                row |= {f"{column}{end}": value for column, value in found.items()}
            yield row


def over_streams(rows: Sequence[Row]) -> Row:
    """What a contender has found over the streams of its rows, as far as changes are known."""
    known = known_of(rows)
    found, seeds = detections(rows, bool(known)), max(row["seeds"] for row in rows)
    changes = total(known, "changes") if known else math.nan
    alarms, false = total(known, "alarms"), total(known, "extra") + total(known, "early")
    seen, most_false = total(known, "rows"), max(false * seeds, 1) / seeds
    times = [[*chain.from_iterable(row[name] for row in rows)] for name in ("delays", "waited")]
    about = {name: rows[0][name] for name in ("contender", "dummy", "tolerance")}
    return found | {
        **about,
        "streams": len(rows),
        "alarms": total(rows, "alarms") / len(rows),
        "changes": changes,
        "missed": 1 - found["detected"] / changes if changes else math.nan,
        "recall": found["detected"] / changes if changes else math.nan,
        "precision": precision(found["detected"], alarms),
        **quartiles(*times),
        "normalized_delay": normalized(found | about),
        "false_alarms": mean_false(known),
        "false_unchanged": mean_false([row for row in known if not row["changes"]]),
        "false_per_10_000": 10_000 * false / seen if known else math.nan,
        "between_false": seen / most_false if known else math.nan,
        "covering": total(known, "covering") / len(known) if known else math.nan,
        "seeds": seeds,
    }


def detections(rows: Sequence[Row], known: bool) -> Row:
    """How many changes were detected, if they are `known`, and after how many rows."""
    found = known_of(rows)
    detected = total(found, "detected")
    after = math.fsum(row["to_detection"] * row["detected"] for row in found if row["detected"])
    return {
        "detected": detected if known else math.nan,
        "to_detection": after / detected if detected else math.nan,
        "f1": f1(detected, total(found, "alarms"), total(found, "changes")),
    }


def known_of(rows: Iterable[Row]) -> list[Row]:
    """The rows of streams whose changes are known."""
    return [row for row in rows if not math.isnan(row["changes"])]


def total(rows: Iterable[Row], name: str) -> float:
    """The sum of a column."""
    return math.fsum(row[name] for row in rows)


def mean_false(rows: Sequence[Row]) -> float:
    """The mean number of false alarms in a stream; NaN without one."""
    return (total(rows, "extra") + total(rows, "early")) / len(rows) if rows else math.nan


def alarm_grid(streams: Mapping[str, Sequence[Row]], contenders: Sequence[str]) -> Grid:
    """Streams by contenders: the changes found in percent, and the false alarms."""
    found = {
        title: {row["contender"]: Entry(cell_of(row)) for row in rows}
        for title, rows in streams.items()
    }
    return laid_out(found, contenders, MEASURES)


def cell_of(row: Row) -> str:
    """What a contender found on a stream, and its false alarms; that alone without changes."""
    if math.isnan(row["changes"]):
        return NONE
    found = f"{100 * row['detected'] / row['changes']:.0f}" if row["changes"] else NONE
    return f"{found} / {row['extra'] + row['early']:.1f}"
