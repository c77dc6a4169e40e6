"""Column lines: what the columns of a table hold, a line each, as people read them."""

import textwrap
from collections.abc import Iterator, Sequence

from driftsim.messages import plural
from driftsim.streams.inspection import ColumnFacts

MOST_COLUMNS = 30  # of a table that have a line each
LONGEST = 24  # characters of a name


def table_lines(facts: Sequence[ColumnFacts], target: int, width: int) -> Iterator[str]:
    """The columns of a table; of very many, the target, those with remarks and the first."""
    urgent = sorted(range(len(facts)), key=lambda j: (j != target, not facts[j].remarks, j))
    chosen = sorted(urgent[:MOST_COLUMNS])
    room = min(max(len(facts[j].name) for j in chosen), LONGEST, width // 3)
    for j in chosen:
        one = facts[j]
        begin = f"  {shortened(one.name, room):<{room}}  {'the target, ' * (j == target)}"
        yield cut(begin + contents(one, width - len(begin)), width)
        for remark in one.remarks:
            yield from wrapped(cut(remark, 200), width, " " * (room + 4) + "! ", room + 6)
    others = [facts[j] for j in urgent[MOST_COLUMNS:]]
    if others:
        yield from wrapped(other_columns(others), width, "  ", 4)


def wrapped(text: str, width: int, begin: str, indent: int) -> list[str]:
    """A text in lines of at most `width` characters: `begin` is before the first."""
    return textwrap.wrap(text, width, initial_indent=begin, subsequent_indent=" " * indent)


def other_columns(others: Sequence[ColumnFacts]) -> str:
    """What the columns hold that have no line."""
    words = sum(one.levels is not None for one in others)
    text = f"{len(others) - words:,} of numbers, {words:,} of words"
    missing, noted = sum(one.missing for one in others), sum(bool(one.remarks) for one in others)
    text += f"; {missing:,} cells missing" * bool(missing)
    text += f"; {noted:,} of them with remarks" * bool(noted)
    return f"… and {plural(len(others), 'more column')}: {text}"


def contents(one: ColumnFacts, width: int) -> str:
    """What a column holds, in about `width` characters."""
    part = f", {share(one.missing / one.rows)}" if one.rows else ""
    missing = f" ({one.missing:,} missing{part})" if one.missing else ""
    if one.levels is None:
        if one.low != one.low:
            return "empty"
        return f"{'whole numbers' if one.whole else 'numbers'} {span(one)}{missing}"
    total = sum(rows for _, rows in one.levels)
    text = f"{plural(len(one.levels), 'word')}{missing}: "
    for i, (word, rows) in enumerate(one.levels):
        entry = f"{', ' * (i > 0)}{cut(word, LONGEST)} {share(rows / total)}"
        if len(text) + len(entry) > width - len(", …") * (i + 1 < len(one.levels)) and i > 0:
            return f"{text}, …"
        text += entry
    return text


def span(one: ColumnFacts) -> str:
    """From the smallest to the largest number of a column."""
    if one.whole and max(abs(one.low), abs(one.high)) < 1e15:
        return f"{one.low:,.0f} to {one.high:,.0f}"
    return f"{one.low:.6g} to {one.high:.6g}"


def share(part: float) -> str:
    """A share as a percentage."""
    return "<1 %" if 0 < part < 0.01 else f"{100 * part:.0f} %"


def shortened(name: str, room: int) -> str:
    """A name in at most `room` characters, both of its ends among them."""
    half = room // 2
    return cut(name if len(name) <= room else f"{name[:half]}…{name[half + 1 - room :]}", room)


def cut(text: str, width: int) -> str:
    """A text in one line of at most `width` characters."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= width else f"{text[: width - 1]}…"
