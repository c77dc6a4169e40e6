"""Printed: a report that is written, and what a terminal shows of it."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from driftsim.report.benchmark_text import terminal_note, terminal_tables
from driftsim.report.files import write
from driftsim.report.pictures import not_drawn
from driftsim.report.results import Results
from driftsim.report.stream_pages import stream_pages
from driftsim.report.suite_parts import SuitePart, suite_parts
from driftsim.report.summary_text import remarks, summary_table
from driftsim.report.unchanged import Printed
from driftsim.report.verdict import Block, of_alarms
from driftsim.report.verdict.blocks import aligned
from driftsim.runner.playing import Finished

MOST_ROWS, MOST_BLOCKS = 200, 60  # of the summary, and of the verdict, that are printed
SPACES = re.compile(r" +$", re.M)  # at the end of a line


def written(
    results: Results, folder: Path, failures: Sequence[Finished], console: Console
) -> tuple[list[Path], Printed]:
    """Write a report; gives the paths of its files, the page last, and what to print."""
    paths = write(results, folder, failures)
    with console.capture() as captured:
        print_results(results, console)
        console.print()
    pictures = "pictures, " * any(path.suffix == ".png" for path in paths)
    streams = "a page of each stream, " * bool(stream_pages(results))
    more = f"{len(paths) - 1} more files beside it: {pictures}{streams}tables, the scenario"
    text = f"{SPACES.sub('', captured.get())}{paths[-1]}\n{more}\n"
    notes = (f"{results.study.name}: {note}" for note in not_drawn(results, paths))
    return paths, Printed(text, [*notes])


def print_results(results: Results, console: Console):
    """Print the question, the answer, the summary, the rest of the verdict and remarks.

    Of many settings the first; of a suite the table of streams and contenders for each answer.
    """
    print_question(results, console)
    if parts := suite_parts(results):
        for part in parts:
            print_part(part, console)
        print_paragraphs(["summary.md has the answer on each stream."], console)
    else:
        print_summary(results, console)
    print_paragraphs(remarks(results), console)


def print_question(results: Results, console: Console):
    """Print what a study asks, if it does."""
    if results.study.question:
        console.print(f"\n[bold]{escape(results.study.question)}[/bold]", highlight=False)


def print_part(part: SuitePart, console: Console):
    """Print the answer over all streams of a suite, and its streams by contenders."""
    print_blocks(part.answer[:1], console)
    for table in terminal_tables(part.grid, console.width):
        console.print("", table)
    console.print(escape(terminal_note(part.grid)), highlight=False, style="dim")
    print_blocks(part.answer[1:], console)


def print_summary(results: Results, console: Console):
    """Print the answer, the summary and the rest of the verdict."""
    if not len(results.tables.summary):
        console.print("No run has a result: there is nothing to compare.", highlight=False)
        return
    verdict = results.verdict()
    n = 0 if results.swept else len(of_alarms(results.variants)) or 1
    print_blocks(verdict[:n], console)
    console.print("", summary_table(results, console.width, MOST_ROWS, has_dots(console)))
    if (more := len(results.tables.summary) - MOST_ROWS) > 0:
        console.print(f"… and {more:,} more rows: see summary.csv", highlight=False)
    print_blocks(verdict[n:], console)


def has_dots(console: Console) -> bool:
    """Whether a terminal can mark contenders by dots in the colours that figures give them."""
    plain = console.no_color or not console.color_system
    return not plain and console.encoding.startswith("utf")


def print_blocks(blocks: Sequence[Block], console: Console):
    """Print blocks of a verdict; of very many settings the first, and the last, over all."""
    more = len(blocks) - MOST_BLOCKS
    shown = [*blocks] if more <= 0 else [*blocks[: MOST_BLOCKS - 1], blocks[-1]]
    for i, block in enumerate(shown):
        if more > 0 and i == MOST_BLOCKS - 1:
            print_paragraphs([f"… and {more:,} more settings: see summary.md"], console)
        print_paragraphs([block.text], console)
        for item in block.items:
            print_item(item, console)
        if block.table is not None:
            console.print(escape(aligned(block.table)), highlight=False)


def print_paragraphs(texts: Iterable[str], console: Console):
    """Print texts, each after an empty line."""
    for text in texts:
        console.print("", escape(text), sep="\n", highlight=False)


def print_item(text: str, console: Console):
    """Print an entry of a list, whose further lines are indented."""
    entry = RichTable.grid(padding=(0, 1, 0, 0))
    entry.add_row("-", escape(text))
    console.print(entry, highlight=False)
