"""Alarms: what contenders that raise alarms found, missed and made up, in words and a table."""

import math
from collections.abc import Sequence

from driftsim.messages import plural
from driftsim.report.amounts import listed, named
from driftsim.report.benchmarks import NONE
from driftsim.report.figure_data.looks import short
from driftsim.report.table import Row, Table
from driftsim.report.verdict.blocks import Block

LONGEST = 12  # characters of a name in the table, which a terminal has room for
COLUMNS = {  # what those of the table are that do not say it
    "F1": "F1: harmonic mean of the shares of changes found and of alarms that found one.",
    "delay": "Delay: mean rows from a change to the first alarm, of the changes found.",
    "median": "Median: that of the delays, where a missed change counts as longer.",
    "quartiles": "Quartiles: between which the middle half of the delays lies.",
    "false": "False: false alarms in a stream.",
    "unchanged": "Unchanged: those in a stream without a change.",
    "evenly": "Evenly, randomly: what as many alarms would have found at even distances, and at "
    "random rows, and their delay.",
}
BY_F1 = {  # where alarms may come too late
    "evenly": "Evenly, randomly: the F1 of as many alarms at even distances, and at random rows.",
}


def alarm_blocks(rows: Sequence[Row], where: str) -> list[Block]:
    """The answer of alarms, `where` they were raised; then a table of what each contender found."""
    if not rows:
        return [Block(f"{where}: no contender that raises alarms has ended.")]
    seeds = max(row["seeds"] for row in rows)
    means = f"Means over {seeds:,} seeds, without a test." if seeds > 1 else "Without a test."
    table = table_of(rows)
    texts = COLUMNS | BY_F1 if "F1" in table else COLUMNS
    about = " ".join([means, *(text for name, text in texts.items() if name in table)])
    return [Block(headline(rows, where)), Block(about, table=table)]


def in_setting(rows: Sequence[Row], title: str) -> Block:
    """The answer of alarms in one setting, with a table whose columns have been explained."""
    if not rows:
        return Block(f"{title}: No contender that raises alarms has ended.")
    text = headline(rows, "")
    return Block(f"{title}: {text[0].upper()}{text[1:]}", table=table_of(rows))


def headline(rows: Sequence[Row], where: str) -> str:
    """What alarms show: with a tolerance who has the highest F1, then who found most."""
    scores = by_f1(rows)
    if not scores:
        return answer(rows, where)
    rest = answer(rows, "")
    return f"{where}{', ' * bool(where)}{scores} {rest[0].upper()}{rest[1:]}"


def answer(rows: Sequence[Row], where: str) -> str:
    """Who found most changes, and who raised the fewest false alarms; `where` may be empty.

    Dummies are left out, unless there is nothing else.
    """
    rows = [row for row in rows if not row["dummy"]] or rows
    known = [row for row in rows if not math.isnan(row["changes"])]
    begun = f"{where}, " if where else ""
    if not known:
        return f"{begun}no change is known: no alarm can be called true or false."
    least, changes = min(row["false_alarms"] for row in known), max(row["changes"] for row in known)
    if not changes:
        return f"{begun}nothing changes. {least_false(known, least)} in a stream."
    about = f"{where} with {changed(changes)},".lstrip()
    if len(known) == 1:
        (one,) = known
        text = f"{about} {named(one['contender'])} found {detected(one)}"
        return f"{text}, with {one['false_alarms']:.1f} false alarms in a stream."
    if not any(row["detected"] for row in known):
        return f"{about} none found any. {least_false(known, least)} in a stream."
    first = best(known)
    text = f"{about} {most_found(known, first)}, with {first['false_alarms']:.1f} false alarms"
    if first["false_alarms"] == least:
        return f"{text} in a stream, the fewest."
    return f"{text} in a stream. {fewest(known, least)}"


def by_f1(rows: Sequence[Row]) -> str:
    """Who has the highest F1, and who does not beat alarms that see no errors: with a tolerance.

    Empty without one.
    """
    blind = [row["f1"] for row in rows if row["dummy"]]
    own = [row for row in rows if not row["dummy"] and not math.isnan(row["f1"])]
    first = max(own, key=lambda row: row["f1"], default=None)
    if first is None or first["tolerance"] is None:
        return ""
    beaten = [
        named(row["contender"])
        for row in own
        if any(row["f1"] <= one for one in (*blind, row["f1_periodic"], row["f1_random"]))
    ]
    text = f"by F1 within {first['tolerance']:,} rows, {named(first['contender'])} is the best"
    text += f" ({first['f1']:.2f})"
    if beaten:
        do = "does" if len(beaten) == 1 else "do"
        text += f"; {listed(beaten)} {do} not beat alarms that see no errors"
    return f"{text}."


def best(rows: Sequence[Row]) -> Row:
    """Of those that found most changes, the quickest in the mean."""
    return min(rows, key=lambda row: (share_missed(row), delay_of(row), row["false_alarms"]))


def delay_of(row: Row) -> float:
    """The mean rows to a detection; more than any where nothing was detected."""
    return math.inf if math.isnan(row["to_detection"]) else row["to_detection"]


def most_found(rows: Sequence[Row], first: Row) -> str:
    """Who found most changes, and the `first` of them, with its delay."""
    names = [named(one["contender"]) for one in rows if share_missed(one) == share_missed(first)]
    quickest = named(first["contender"])
    if len(names) == 1:
        return f"{quickest} found most: {detected(first)}"
    who = f"all {len(rows):,} contenders" if len(names) == len(rows) else listed(names)
    found = percent(first["detected"], first["changes"])
    after = f"after {rows_of(first['to_detection'])} rows in the mean"
    return f"{who} found {found}. {quickest} was the quickest, {after}"


def fewest(rows: Sequence[Row], least: float) -> str:
    """Who raised the fewest false alarms, and what the quickest of them found."""
    own = [row for row in rows if row["false_alarms"] == least]
    first = best(own)
    names = listed([named(row["contender"]) for row in own])
    it = f"{named(first['contender'])}, the quickest of them," if len(own) > 1 else "it"
    return f"{names} had the fewest false alarms, {least:.1f}; {it} found {detected(first)}."


def least_false(rows: Sequence[Row], least: float) -> str:
    """Which contenders have the fewest false alarms, and how many; of one alone how many it has."""
    names = [named(row["contender"]) for row in rows if row["false_alarms"] == least]
    have = f"{listed(names)} {'has' if len(names) == 1 else 'have'}"
    most = " the fewest false alarms:" if len(rows) > 1 else ""
    return f"{have}{most} {least:.1f}{'' if most else ' false alarms'}"


def share_missed(row: Row) -> float:
    """The share of changes that a contender missed; more than any where it had none to find."""
    return 2.0 if math.isnan(row["missed"]) else row["missed"]


def detected(row: Row) -> str:
    """How many changes a contender found, and when."""
    found = percent(row["detected"], row["changes"])
    if not row["detected"]:
        return "none"
    return f"{found}, after {rows_of(row['to_detection'])} rows in the mean"


def table_of(rows: Sequence[Row]) -> Table:
    """What each contender found, as texts."""
    found: dict[str, list[str]] = {
        "contender": [short(row["contender"], LONGEST) for row in rows],
        "found": [percent(row["detected"], row["changes"]) for row in rows],
        "F1": [NONE if row["tolerance"] is None else hundredths(row["f1"]) for row in rows],
        "delay": [rows_of(row["to_detection"]) for row in rows],
        "median": [rows_of(row["delay"]) for row in rows],
        "quartiles": [middle_half(row) for row in rows],
        "false": [tenths(row["false_alarms"]) for row in rows],
        "unchanged": [tenths(row["false_unchanged"]) if row["changes"] else NONE for row in rows],
        "evenly": [by_chance(row, "periodic") for row in rows],
        "randomly": [by_chance(row, "random") for row in rows],
    }
    if not any(row["changes"] >= 0 for row in rows):
        found["alarms"] = [f"{row['alarms']:.1f}" for row in rows]
    known = {name: own for name, own in found.items() if any(one != NONE for one in own)}
    return Table(known)


def by_chance(row: Row, how: str) -> str:
    """What as many alarms would have found, and after how many rows; with a tolerance their F1."""
    if row["tolerance"] is not None:
        return hundredths(row[f"f1_{how}"])
    found = percent(row[f"detected_{how}"], row["changes"])
    delay = row[f"to_detection_{how}"]
    return found if math.isnan(delay) else f"{found}/{delay:,.0f}"


def middle_half(row: Row) -> str:
    """The quartiles of delays on one stream; the upper one is open where too many were missed.

    A dash over several streams, where a terminal has no room for them.
    """
    low, high = row["delay_q1"], row["delay_q3"]
    if row["streams"] > 1 or math.isnan(low):
        return NONE
    return f"≥ {low:,.0f}" if math.isnan(high) else f"{low:,.0f}–{high:,.0f}"


def changed(changes: float) -> str:
    """A mean number of changes with its noun."""
    whole = round(changes)
    return plural(whole, "change") if math.isclose(whole, changes) else f"{changes:.1f} changes"


def percent(part: float, whole: float) -> str:
    """A share in percent; a dash where it is not known."""
    return NONE if math.isnan(part) or not whole > 0 else f"{100 * part / whole:.0f} %"


def rows_of(value: float) -> str:
    """A number of rows; a dash where it is not known."""
    return NONE if math.isnan(value) else f"{value:,.0f}"


def hundredths(value: float) -> str:
    """A share; a dash where it is not known."""
    return NONE if math.isnan(value) else f"{value:.2f}"


def tenths(value: float) -> str:
    """A mean count; a dash where it is not known."""
    return NONE if math.isnan(value) else f"{value:.1f}"
