"""Alarms: what contenders that raise alarms found, missed and made up, in words and a table."""

import math
from collections.abc import Sequence

from driftsim.messages import plural
from driftsim.report.amounts import named
from driftsim.report.benchmarks import NONE
from driftsim.report.figure_data.looks import short
from driftsim.report.table import Row, Table
from driftsim.report.verdict.blocks import Block

LONGEST = 14  # characters of a name in the table, which a terminal has room for
COLUMNS = (
    "Delay: rows from a change to the first alarm, of the changes found. False: false alarms in a "
    "stream; unchanged: in one without a change. Evenly, randomly: what as many alarms would "
    "have found at even distances, and at random rows, and their delay."
)


def alarm_blocks(rows: Sequence[Row], where: str) -> list[Block]:
    """The answer of alarms, `where` they were raised; then a table of what each contender found."""
    if not rows:
        return [Block(f"{where}: no contender that raises alarms has ended.")]
    seeds = max(row["seeds"] for row in rows)
    means = f"Means over {seeds:,} seeds, without a test." if seeds > 1 else "Without a test."
    known = any(row["changes"] >= 0 for row in rows)
    about = f"{means} {COLUMNS}" if known else means
    return [Block(answer(rows, where)), Block(about, table=table_of(rows))]


def in_setting(rows: Sequence[Row], title: str) -> Block:
    """The answer of alarms in one setting, with a table whose columns have been explained."""
    if not rows:
        return Block(f"{title}: no contender that raises alarms has ended.")
    return Block(answer(rows, f"{title}:"), table=table_of(rows))


def answer(rows: Sequence[Row], where: str) -> str:
    """Who found most changes, and who raised the fewest false alarms."""
    known = [row for row in rows if not math.isnan(row["changes"])]
    begun = where if where.endswith(":") else f"{where},"
    if not known:
        return f"{begun} no change is known: no alarm can be called true or false."
    fewest = min(known, key=lambda row: (row["false_alarms"], -row["detected"]))
    changes = max(row["changes"] for row in known)
    if not changes:
        return (
            f"{begun} nothing changes. {named(fewest['contender'])} has the fewest false alarms: "
            f"{fewest['false_alarms']:.1f} in a stream."
        )
    most = min(known, key=lambda row: (-row["detected"], row["false_alarms"], row["to_detection"]))
    found, delay = percent(most["detected"], changes), rows_of(most["to_detection"])
    about, name = f"{where} with {changed(changes)},", named(most["contender"])
    text = f"{about} {name} found" if len(known) == 1 else f"{about} none found more than {name}:"
    text += f" {found}, after {delay} rows in the mean" if most["detected"] else " none"
    text += f", with {most['false_alarms']:.1f} false alarms in a stream."
    if len(known) == 1:
        return text
    if fewest["false_alarms"] == most["false_alarms"]:
        return f"{text} None had fewer of these."
    return (
        f"{text} {named(fewest['contender'])} had the fewest of these, "
        f"{fewest['false_alarms']:.1f}, and found {percent(fewest['detected'], changes)}."
    )


def table_of(rows: Sequence[Row]) -> Table:
    """What each contender found, as texts."""
    found: dict[str, list[str]] = {
        "contender": [short(row["contender"], LONGEST) for row in rows],
        "found": [percent(row["detected"], row["changes"]) for row in rows],
        "missed": [percent(row["missed"], 1) for row in rows],
        "delay": [rows_of(row["to_detection"]) for row in rows],
        "false": [tenths(row["false_alarms"]) for row in rows],
        "unchanged": [tenths(row["false_unchanged"]) for row in rows],
        "evenly": [by_chance(row, "periodic") for row in rows],
        "randomly": [by_chance(row, "random") for row in rows],
    }
    if not any(row["changes"] > 0 for row in rows):
        found["alarms"] = [f"{row['alarms']:.1f}" for row in rows]
    known = {name: own for name, own in found.items() if any(one != NONE for one in own)}
    return Table(known)


def by_chance(row: Row, how: str) -> str:
    """What as many alarms would have found, and after how many rows."""
    found = percent(row[f"detected_{how}"], row["changes"])
    delay = row[f"to_detection_{how}"]
    return found if math.isnan(delay) else f"{found}/{delay:,.0f}"


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


def tenths(value: float) -> str:
    """A mean count; a dash where it is not known."""
    return NONE if math.isnan(value) else f"{value:.1f}"
