"""Benchmark text: a benchmark as tables of a terminal, and as Markdown."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table as RichTable

from driftsim.report.benchmarks import Entry, Grid
from driftsim.report.figure_data.looks import LONGEST, short
from driftsim.report.page.text_files import in_cell

APART, SHORTEST = 2, 10  # characters between columns, and of a shortened name
BEST = "the best and those that do not differ from it significantly"
HOW = "paired t-test, 5 %, without a correction for their number"
SENTENCES = "sentences correct for it (Holm), so they may find fewer differences"


def terminal_tables(grid: Grid, width: int) -> Iterator[RichTable]:
    """A benchmark as tables of at most some characters: several where columns have no room.

    Half widths of intervals are there if all columns then fit side by side.
    """
    heads = [short(name, LONGEST) for name in grid.across]
    rows = values_of(grid, halves=True)
    sizes, least = sizes_of(heads, rows), sizes_of(heads, values_of(grid))
    names = shortened([*grid.rows], max(width // 3, SHORTEST), width - sum(least))
    first = max(map(cell_len, names)) + APART
    if first + sum(sizes) - APART > width:
        rows, sizes = values_of(grid), least
    for part in parts_of(sizes, width - first + APART):
        table = RichTable(box=None, pad_edge=False, header_style="bold")
        table.add_column("", no_wrap=True)
        room = [size - APART for size in sizes[part]]
        for head, most in zip(heads[part], room):
            table.add_column(escape(to_the_right(head, most)), no_wrap=True)
        for name, row, own in zip(names, rows, grid.rows.values()):
            cells = [
                f"[bold]{escape(text)}[/bold]" if one.best else escape(text)
                for text, one in zip(map(to_the_right, row[part], room), own[part])
            ]
            table.add_row(escape(name), *cells)
        yield table


def shortened(names: Sequence[str], most: int, room: int) -> list[str]:
    """Names of at most some characters; where two would be alike, of as many as there is room."""
    short_ones = [short(name, most) for name in names]
    if len({*short_ones}) == len(names) or room <= most:
        return short_ones
    return [short(name, room) for name in names]


def values_of(grid: Grid, halves: bool = False) -> list[list[str]]:
    """The cells of each row as a terminal shows them."""
    return [[with_mark(one, halves) for one in row] for row in grid.rows.values()]


def sizes_of(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How many characters each column takes, and the space before it."""
    columns = zip(heads, *rows)
    return [max(map(cell_len, column)) + APART for column in columns]


def with_mark(one: Entry, halves: bool) -> str:
    """A cell as a terminal shows it, with a star for the best."""
    return f"{one if halves else one.value}{'*' if one.best else ' '}"


def to_the_right(text: str, most: int) -> str:
    """A text at the right of some characters, with the space after it, which rich would drop."""
    return " " * (most - cell_len(text)) + text


def parts_of(sizes: Sequence[int], room: int) -> Iterator[slice]:
    """Columns of some sizes, as many side by side as there is room for; at least one."""
    start, used = 0, 0
    for i, size in enumerate(sizes):
        if i > start and used + size > room:
            yield slice(start, i)
            start, used = i, 0
        used += size
    yield slice(start, len(sizes))


def terminal_note(grid: Grid) -> str:
    """What the numbers are."""
    return f"{grid.name}; * {BEST} ({HOW}; {SENTENCES})" if grid.tested else grid.name


def markdown_table(grid: Grid) -> str:
    """A benchmark as a table of Markdown, with what stands after ± if asked for; best in bold."""
    lines = [["", *grid.across], ["---", *["---:"] * len(grid.across)]]
    for name, row in grid.rows.items():
        cells = [in_markdown(one, grid.std is not None) for one in row]
        lines.append([in_cell(name), *cells])
    lines[0] = [in_cell(name) for name in lines[0]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def in_markdown(one: Entry, halves: bool) -> str:
    """A cell of Markdown; the best is bold."""
    value = f"**{one.value}**" if one.best else one.value
    return f"{value} ± {one.half}" if halves and one.half else value


def markdown(grid: Grid) -> bytes:
    """A benchmark and what its numbers are, as a part of a Markdown file."""
    best = f"; **bold**: {BEST} ({HOW}; {SENTENCES})" if grid.tested else ""
    return f"{markdown_table(grid)}\n\n{grid.name}{best}\n".encode()
