"""Blocks: the parts of a verdict, as text and as Markdown."""

from typing import NamedTuple

from driftsim.report.figure_data.looks import short
from driftsim.report.table import Table

LONGEST = 30  # characters of a name in a table as text


class Block(NamedTuple):
    """A part of a verdict: sentences, and a list or a small table below them."""

    text: str
    items: tuple[str, ...] = ()
    table: Table | None = None

    def __str__(self) -> str:
        lines = [self.text, *(f"- {item}" for item in self.items)]
        return "\n".join(lines if self.table is None else [*lines, aligned(self.table)])


class Verdict(tuple[Block, ...]):
    """What a study shows, a `Block` for each thing; `str` gives it as text."""

    def __str__(self) -> str:
        return "\n".join(map(str, self))


def aligned(table: Table) -> str:
    """A table as text: its names to the left, without their middle if long; others to the right."""
    rows = [[*table], *([short(name, LONGEST), *rest] for name, *rest in table.cells())]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(n) for cell, n in zip(row[1:], widths[1:]))]
        )
        for row in rows
    )
