"""Inspection: what the columns of recorded rows hold, and what looks wrong in them."""

import re
from typing import NamedTuple

import numpy as np

from driftsim.messages import short
from driftsim.streams.tables.cells import is_number
from driftsim.streams.tables.columns import Column

MOST_TRIED = 100_000  # rows on which a column is compared with the target
NEARLY = 0.95  # of the rows, or of the levels
ENOUGH = 20  # rows, or values: a pattern in fewer may be chance
SELDOM = 0.01  # falls for each rise, at most, in a column that holds the time
LEAKY = 0.01  # of the errors: no more are left where a column alone determines the target
ALIKE = 0.99999  # correlation of a column that alone determines the target
DATE = re.compile(  # a day, or a time of day
    r"\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?([T ]\d{1,2}:\d{2}.*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}( .*)?"
    r"|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?|\d{1,2}[- ][A-Za-z]{3}[- ]\d{2,4}( .*)?"
)
NO_VALUE = {  # words that people write for a missing value
    *("-", "--", ".", "na", "n.a.", "n/a", "nan", "nil", "nd", "n.d.", "none", "null", "missing"),
    *("unknown", "unk", "undefined", "not available", "#ref!", "#value!", "#div/0!"),
}
FAR = (-1, -9, -99, -999, -9999, -99999, 99, 999, 9999, 99999)  # codes for a missing value
WAYS_OUT_OF_DATES = "name it as time, or drop it"
SECONDS = (631152000, 2208988800)  # since 1970, from 1990 to 2040


class ColumnFacts(NamedTuple):
    """What is in a column."""

    name: str
    missing: int  # cells
    low: float = np.nan  # of a column of numbers
    high: float = np.nan
    whole: bool = False  # whether all numbers are
    levels: tuple[tuple[str, int], ...] | None = None  # words and their rows, most frequent first
    remarks: tuple[str, ...] = ()  # what a person should look at
    rows: int = 0  # with a value or without


def inspected(columns: list[Column], target: int, classes: bool = True) -> list[ColumnFacts]:
    """The facts of each column.

    `target` is the index of the column of labels, which are classes or numbers.
    """
    labels = columns[target].coded() if classes else columns[target]
    return [
        facts_of(labels, about_labels(labels) if classes else ())
        if j == target
        else facts_of(column, [*remarks(column), *about_target(column, labels)])
        for j, column in enumerate(columns)
    ]


def facts_of(column, remarks):
    """What is in a column, with these remarks."""
    present, missing = column.codes[~column.missing], int(column.missing.sum())
    facts = ColumnFacts(column.name, missing, remarks=tuple(remarks), rows=len(column.codes))
    if column.values is not None:
        return facts._replace(levels=levels_of(column))
    if not len(present):
        return facts
    whole = not (present % 1).any()
    return facts._replace(low=present.min(), high=present.max(), whole=whole)


def levels_of(column):
    """The words of a column that occur, and in how many rows, the most frequent first."""
    counts = np.bincount(column.codes[~column.missing].astype(int), minlength=len(column.values))
    order = np.argsort(-counts, kind="stable")
    return tuple((column.values[i], int(counts[i])) for i in order if counts[i])


def remarks(column):
    """Remarks about a column of features by itself."""
    present = column.codes[~column.missing]
    if not len(present):
        return
    if (present == present[0]).all():
        yield "one value in all rows: it has no information"
    elif column.values is not None:
        yield from about_words(levels_of(column), len(present))
    else:
        yield from about_numbers(present)


def about_words(levels, rows):
    """Remarks about words, by the words and the rows that each of them is in."""
    words = [word for word, _ in levels]
    if len(words) >= max(NEARLY * rows, ENOUGH):
        yield f"{'nearly ' * (len(words) < rows)}one word a row: an identifier?"
    if len(words) > 1 and sum(map(bool, map(DATE.fullmatch, words))) >= NEARLY * len(words):
        yield f"a date or a time, read as words; {WAYS_OUT_OF_DATES}"
    if mixture := numbers_among(words):
        yield mixture
    once = [word for word, n in levels if n == 1]
    if len(words) <= ENOUGH and rows >= 5 * ENOUGH and once:
        yield f"{short(once[0], 20)} is in one row only"
    yield from about_spelling(words)


def numbers_among(words):
    """A remark about words if at least half of them are numbers, or None."""
    numbers = [word for word in words if is_number(word)]
    if len(words) > len(numbers) >= len(words) / 2:
        other = next(word for word in words if not is_number(word))
        return f"{len(numbers):,} of {len(words):,} words are numbers, but not {short(other, 20)}"


def about_spelling(words):
    """Remarks about the spelling of words."""
    for word in words:
        if word.casefold() in NO_VALUE:
            yield f"{short(word)} is read as a word; list it under missing_values if it is none"
    seen: dict[str, str] = {}
    for word in words:
        other = seen.setdefault(re.sub(r"[\s_-]+", "", word.casefold()) or word, word)
        if other != word:
            yield f"{short(other, 20)} and {short(word, 20)} are different words"
            return


def about_numbers(present):
    """Remarks about numbers (n,)."""
    steps, n = np.diff(present), len(present)
    whole = not (present % 1).any()
    if n >= ENOUGH and ((steps > 0).all() or (steps < 0).all()):
        yield f"{'rises' if steps[0] > 0 else 'falls'} with every row: an identifier, or the time?"
    elif (rises := (steps > 0).sum()) >= ENOUGH and (steps < 0).sum() <= SELDOM * rises:
        yield f"{'seldom' if (steps < 0).any() else 'never'} falls from row to row: the time?"
    elif whole and n >= ENOUGH and (distinct := len(np.unique(present))) >= NEARLY * n:
        yield f"{'nearly ' * (distinct < n)}one number a row: an identifier?"
    if whole and n >= ENOUGH and are_days(present):
        yield "a date, read as a number (20240131)"
    elif whole and n >= ENOUGH and (unit := unit_of_time(present)):
        first, last = day_of(present.min(), unit), day_of(present.max(), unit)
        yield f"a date, read as a number (since 1970)? From {first} to {last}; {WAYS_OUT_OF_DATES}"
    for value, others in ((present.min(), "smallest"), (present.max(), "largest")):
        rest = present[present != value]
        distance = np.abs(rest - value).min()
        if value in FAR[1:] and len(rest) >= ENOUGH and distance > 2 * np.ptp(rest):
            yield f"the {others}, {value:g}, is far from the others: list it under missing_values?"


def about_target(column, labels):
    """Remarks about what a column of features reveals of the labels."""
    both = np.flatnonzero(~column.missing & ~labels.missing)
    if len(both) > MOST_TRIED:
        both = np.sort(np.random.default_rng(0).choice(both, MOST_TRIED, replace=False))
    codes, y = column.codes[both], labels.codes[both]
    if len(both) < ENOUGH or (codes == codes[0]).all() or (y == y[0]).all():
        return
    if labels.values is None:
        if column.values is None and np.array_equal(codes, y):
            yield "a leak? it is equal to the target"
        elif column.values is None and abs(np.corrcoef(codes, y)[0, 1]) > ALIKE:
            yield "a leak? this column alone determines the target"
        return
    groups, y = (np.unique(values, return_inverse=True)[1] for values in (codes, y))
    pairs, classes = len(np.unique(groups * (y.max() + 1) + y)), y.max() + 1
    if pairs == classes == groups.max() + 1:
        yield "a leak? it is equal to the target, but for names"
    elif errors_left(groups, y) <= LEAKY:
        yield "a leak? this column alone determines the target"


def errors_left(groups, y):
    """The share of the most frequent label's errors that remain where a column is known.

    The other rows with a row's value predict its label. Where most values occur only once, the
    row with the next smaller value does.
    """
    n, k = len(y), y.max() + 1
    others = n - np.bincount(y).max()
    if others < ENOUGH / 2:
        return 1.0
    if n < 2 * (groups.max() + 1):
        mixed = np.random.default_rng(0).permutation(n)
        labels = y[mixed][np.argsort(groups[mixed], kind="stable")]
        return (labels[1:] != labels[:-1]).sum() / others
    pair, place, count = np.unique(groups * k + y, return_inverse=True, return_counts=True)
    starts = np.flatnonzero(np.diff(pair // k, prepend=-1))
    of_group = np.cumsum(np.diff(pair // k, prepend=-1) > 0) - 1
    most = np.maximum.reduceat(count, starts)[of_group]
    first = np.zeros(len(count), bool)
    first[starts + [c.argmax() for c in np.split(count, starts[1:])]] = True
    second = np.maximum.reduceat(np.where(first, 0, count), starts)[of_group]
    right = count - 1 > np.where(first, second, most)
    return (~right[place]).sum() / others


def about_labels(labels):
    """Remarks about the column of the classes."""
    codes, levels = labels.codes[~labels.missing], levels_of(labels)
    if len(codes) >= ENOUGH and np.count_nonzero(np.diff(codes)) < len(levels):
        yield "rows are in the order of the labels; order: shuffled mixes them"
    for word, rows in levels:
        if rows == 1:
            yield f"{short(word, 20)} is the class of one row only"
            break
    yield from about_spelling([word for word, _ in levels])


def are_days(present):
    """Whether all numbers are days, written as 20240131."""
    year, rest = np.divmod(present, 10_000)
    month, day = np.divmod(rest, 100)
    inside = (year >= 1900) & (year <= 2100) & (month >= 1) & (month <= 12)
    return bool((inside & (day >= 1) & (day <= 31)).all())


def unit_of_time(present):
    """How many of the unit make a second, if all numbers are moments since 1970; else None."""
    return next((unit for unit in (1, 1_000, 1_000_000) if between(present, *SECONDS, unit)), None)


def day_of(moment, unit):
    """The day of a moment since 1970, in UTC."""
    return str(np.datetime64(int(moment // unit), "s"))[:10]


def between(present, low, high, unit):
    """Whether all numbers lie between two, in a unit."""
    return low * unit <= present.min() and present.max() <= high * unit
