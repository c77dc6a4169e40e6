"""Column overview: what `check` prints of the columns of recorded rows, a line each."""

from collections.abc import Iterator, Sequence

import numpy as np

from driftsim.durations import date_of
from driftsim.messages import plural
from driftsim.streams.column_lines import LONGEST, cut, shortened, table_lines, wrapped
from driftsim.streams.concepts import Concept, Instantiated
from driftsim.streams.inspection import inspected, numbers_among
from driftsim.streams.label_course import LabelCourse
from driftsim.streams.operators.operator import drawn_leaves, leaves
from driftsim.streams.recorded import Recorded
from driftsim.streams.selected import NONE, Selected, records_selected
from driftsim.streams.stream import Stream
from driftsim.streams.table import Table
from driftsim.streams.tables.columns import Column
from driftsim.streams.world import World

MOST_CLASSES = 5  # that have a line each
FEWEST = 100  # rows, whose labels are shown in tenths
MOST_CELLS = 50_000_000  # of a record that is looked at as a whole
FIRST = 100_000  # rows that are looked at of a larger one

Drawn = Concept | Instantiated


def column_lines(stream: Stream, width: int, warmup: int = 0) -> Iterator[str]:
    """The columns of each recorded concept, in lines of at most `width` characters."""
    world = stream.instantiated(0, warmup) if stream.recorded else None
    drawn_concepts = world.concepts if world else []
    named = zip(stream.concepts.items(), drawn_concepts)
    for name, concept, drawn in ((n, *one) for (n, c), d in named for one in drawn_leaves(c, d)):
        if isinstance(concept, Recorded):
            large = (
                not getattr(drawn, "in_memory", True)
                or (drawn.rows or 0) * (len(drawn.schema.names) + 1) > MOST_CELLS
            )
            lines = lines_of_first if large else lines_of_all
            record = drawn.record if isinstance(drawn, Selected) else drawn
            yield from lines(name, concept, record, width)
            yield from date_lines(record, width)
            yield from selection_lines(drawn, width)
            yield from looking_ahead(concept, width)
            if not large:
                whole = " above, in the stream or not" * isinstance(drawn, Selected)
                yield from course_lines(record, warmup, width, whole)
    if world and records_selected(world.concepts):
        yield from shares_in_force(world, width)


def lines_of_all(name: str, concept: Recorded, drawn: Drawn, width: int) -> Iterator[str]:
    """The columns of a record as it was written down."""
    record = concept.record()
    columns = record.columns
    target = [column.name for column in columns].index(record.target)
    yield cut(f"columns of {name}, {plural(len(columns[0].codes), 'row')}:", width)
    for note in record.notes:
        yield from wrapped(cut(note, 200), width, "  ", 4)
    yield from table_lines(inspected(columns, target, not drawn.schema.regression), target, width)
    for column, why in record.left_out.items():
        yield from wrapped(cut(f"{column} is left out: {why}", 200), width, "  ", 4)


def lines_of_first(name: str, concept: Recorded, drawn: Drawn, width: int) -> Iterator[str]:
    """The features and labels of the first rows of a record that is too large to look at it all."""
    schema = drawn.schema
    X, y = drawn.draw(np.random.default_rng(0), np.arange(FIRST))
    columns = [Column(n, X[:, j], schema.values.get(j)) for j, n in enumerate(schema.names)]
    columns.append(Column("the target", y.astype(float), schema.classes))
    yield cut(f"columns of {name}, {drawn.rows:,} rows, of which the first {FIRST:,}:", width)
    facts = inspected(columns, len(columns) - 1, not schema.regression)
    yield from table_lines(facts, len(columns) - 1, width)


def date_lines(concept: Drawn, width: int) -> Iterator[str]:
    """When the first and the last row came, if that is known."""
    if (clock := concept.clock) is not None:
        ends = (date_of(clock.moment(t), clock.zone) for t in (0, clock.rows - 1))
        first, last = (end.isoformat(" ", "minutes") for end in ends)
        yield from wrapped(f"rows came from {first} to {last}", width, "  ", 4)


def selection_lines(concept: Drawn, width: int) -> Iterator[str]:
    """How many rows of a record make a stream, where concepts select from it."""
    if isinstance(concept, Selected):
        found = np.count_nonzero(concept.place != NONE)
        text = f"{found:,} of these rows are in the stream, each once, in their order"
        yield from wrapped(text, width, "  ", 4)


def shares_in_force(world: World, width: int) -> Iterator[str]:
    """How frequent classes are in the stream while each concept is in force, after a selection."""
    schema, concepts = world.schema, [*world.stream.concepts]
    names = schema.classes or tuple(map(str, range(schema.n_classes or 0)))
    if not 0 < len(names) <= MOST_CLASSES:
        return
    counts = np.zeros((len(concepts), len(names)), np.int64)
    for block in world.blocks():
        np.add.at(counts, (block.concept, block.y), 1)
    for concept, own in zip(concepts, counts):
        if rows := own.sum():
            each = ", ".join(f"{name} {100 * n / rows:.1f}" for name, n in zip(names, own))
            text = f"while {concept} is in force, share of each class in %: {each}"
            yield from wrapped(cut(text, 200), width, "  ", 4)


def looking_ahead(concept: Recorded, width: int) -> Iterator[str]:
    """A warning of what shows rows something of those to come."""
    if concept.missing == "whole_table":
        text = (
            "missing: whole_table looks ahead: a row gets the mean of rows after it too; write "
            "missing: {fill: mean}, which learns from the warm-up"
        )
        yield from wrapped(text, width, "  ! ", 4)


def course_lines(concept: Drawn, warmup: int, width: int, which: str = "") -> Iterator[str]:
    """How the labels of recorded rows, in words `which`, change along them, and remarks on that."""
    if (concept.rows or 0) < FEWEST:
        return
    course, schema = LabelCourse.of(concept), concept.schema
    names = schema.classes or tuple(map(str, range(schema.n_classes or 0)))
    if schema.regression:
        low, high = course.means.min(), course.means.max()
        yield f"  mean of the target in each tenth of the rows{which}:"
        scaled = (course.means - low) / (high - low or 1)
        yield cut(f"    {bars(scaled)}  {' '.join(f'{one:.3g}' for one in course.means)}", width)
        return
    if len(names) <= MOST_CLASSES:
        yield f"  share of each class in each tenth of the rows{which}, in %:"
        room = min(max(map(len, names)), LONGEST)
        for name, shares in zip(names, course.shares.T):
            numbers = " ".join(f"{100 * one:3.0f}" for one in shares)
            yield cut(f"    {shortened(name, room):<{room}}  {bars(shares)}  {numbers}", width)
    for remark in course.remarks(names, warmup):
        yield from wrapped(cut(remark, 200), width, "  ! ", 4)


def bars(shares: Sequence[float]) -> str:
    """Shares as bars of eighths, a blank for none at all."""
    return "".join(" ▁▂▃▄▅▆▇█"[int(np.ceil(8 * one - 1e-9))] for one in shares)


def mixed_columns(stream: Stream) -> Iterator[str]:
    """A line for each column of a table that is read as words though some of them are numbers.

    Columns that a file or a scenario declares to hold words have none.
    """
    for name, concept in ((name, one) for name, c in stream.concepts.items() for one in leaves(c)):
        if not isinstance(concept, Table) or concept.declares_words:
            continue
        for j, words in stream.schema.values.items():
            column = stream.schema.names[j]
            if column not in concept.nominal and (mixture := numbers_among(words)):
                way_out = "list what is no value under missing_values, or the column under nominal"
                yield f"{name}: column '{column}' is read as words: {mixture}; {way_out}"
