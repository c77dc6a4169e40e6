"""Column overview: what `check` prints of the columns of recorded rows, a line each."""

import textwrap
from pathlib import Path

from driftsim.messages import plural
from driftsim.streams.inspection import inspected, numbers_among

MOST_COLUMNS = 30  # of a table, that are listed
LONGEST = 24  # characters of a name


def column_lines(stream, width):
    """The columns of each recorded concept, in lines of at most so many characters."""
    for name, concept in stream.concepts.items():
        if hasattr(concept, "columns"):
            columns, target = concept.columns()
            facts = inspected(columns, target, not stream.schema.regression)
            yield cut(f"columns of {name}, {plural(len(columns[0].codes), 'row')}:", width)
            yield from listed_table(facts, target, width)


def mixed_columns(stream):
    """A line for each column of a table that became one of words, though some are numbers.

    Not for one that a file or a scenario declares to hold words.
    """
    for name, concept in stream.concepts.items():
        if not hasattr(concept, "nominal") or Path(concept.path).suffix.lower() == ".arff":
            continue
        for j, words in stream.schema.values.items():
            column = stream.schema.names[j]
            if column not in concept.nominal and (mixture := numbers_among(words)):
                way_out = "list what is no value under missing_values, or the column under nominal"
                yield f"{name}: column '{column}' is read as words: {mixture}; {way_out}"


def listed_table(facts, target, width):
    """The columns of a table; where there are many, those that people should look at first."""
    urgent = sorted(range(len(facts)), key=lambda j: (j != target, not facts[j].remarks, j))
    chosen = sorted(urgent[:MOST_COLUMNS])
    room = min(max(len(facts[j].name) for j in chosen), LONGEST, width // 3)
    for j in chosen:
        one = facts[j]
        begin = f"  {named(one.name, room):<{room}}  {'the target, ' * (j == target)}"
        yield cut(begin + held(one, width - len(begin)), width)
        for remark in one.remarks:
            indent = " " * (room + 4)
            yield from textwrap.wrap(
                cut(remark, 200),
                width,
                initial_indent=f"{indent}! ",
                subsequent_indent=f"{indent}  ",
            )
    others = [facts[j] for j in urgent[MOST_COLUMNS:]]
    if others:
        yield from textwrap.wrap(more(others), width, initial_indent="  ", subsequent_indent="    ")


def more(others):
    """What is in the columns that are not listed."""
    words = sum(one.levels is not None for one in others)
    told = f"{len(others) - words:,} of numbers, {words:,} of words"
    missing, noted = sum(one.missing for one in others), sum(bool(one.remarks) for one in others)
    told += f"; {missing:,} cells missing" * bool(missing)
    told += f"; {noted:,} of them with remarks" * bool(noted)
    return f"… and {plural(len(others), 'more column')}: {told}"


def held(one, width):
    """What a column holds, in about so many characters."""
    missing = f" ({one.missing:,} missing)" if one.missing else ""
    if one.levels is None:
        if one.low != one.low:
            return "empty"
        return f"{'whole numbers' if one.whole else 'numbers'} {span(one)}{missing}"
    total = sum(rows for _, rows in one.levels)
    text = f"{plural(len(one.levels), 'word')}{missing}: "
    for i, (word, rows) in enumerate(one.levels):
        named = f"{', ' * (i > 0)}{cut(word, LONGEST)} {share(rows / total)}"
        if len(text) + len(named) > width - len(", …") * (i + 1 < len(one.levels)) and i > 0:
            return f"{text}, …"
        text += named
    return text


def span(one):
    """From the smallest to the largest number of a column."""
    if one.whole and max(abs(one.low), abs(one.high)) < 1e15:
        return f"{one.low:,.0f} to {one.high:,.0f}"
    return f"{one.low:.6g} to {one.high:.6g}"


def share(part):
    """A share as a percentage."""
    return "<1 %" if 0 < part < 0.01 else f"{100 * part:.0f} %"


def named(name, room):
    """A name in at most so many characters, which keep both of its ends."""
    half = room // 2
    return cut(name if len(name) <= room else f"{name[:half]}…{name[half + 1 - room :]}", room)


def cut(text, width):
    """A text in one line of at most so many characters."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= width else f"{text[: width - 1]}…"
