"""Printed: a report that is written, and what a terminal shows of it."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from driftsim.report.benchmark_text import terminal_note, terminal_tables
from driftsim.report.files import write
from driftsim.report.pictures import not_drawn
from driftsim.report.results import Results
from driftsim.report.stream_pages import stream_pages
from driftsim.report.suite_parts import SuitePart, suite_parts
from driftsim.report.summary_text import remarks, summary_table
from driftsim.report.unchanged import Printed
from driftsim.report.verdict import Verdict, of_alarms
from driftsim.runner.playing import Finished

MOST_ROWS, MOST_BLOCKS = 200, 60  # of the summary, and of the verdict, that are printed


def written(
    results: Results, folder: Path, failures: Sequence[Finished], console: Console
) -> tuple[list[Path], Printed]:
    """Write a report; gives the paths of its files, the page last, and what to print."""
    paths = write(results, folder, failures)
    with console.capture() as captured:
        print_results(results, console)
    pictures = "pictures, " * any(path.suffix == ".png" for path in paths)
    streams = "a page of each stream, " * bool(stream_pages(results))
    more = f"{len(paths) - 1} more files beside it: {pictures}{streams}tables, the scenario"
    text = f"{captured.get()}{paths[-1]}\n{more}\n"
    notes = (f"{results.study.name}: {note}" for note in not_drawn(results, paths))
    return paths, Printed(text, [*notes])


def print_results(results: Results, console: Console):
    """Print the question, the summary, the verdict and remarks; of many settings the first.

    Of a suite the table of streams and contenders, and the answer over all streams.
    """
    if results.study.question:
        console.print(f"\n[bold]{escape(results.study.question)}[/bold]", highlight=False)
    if parts := suite_parts(results):
        for part in parts:
            print_part(part, console)
        console.print("summary.md has the answer on each stream.", highlight=False)
    else:
        print_summary(results, console)
    for remark in remarks(results):
        console.print(escape(remark), highlight=False)


def print_part(part: SuitePart, console: Console):
    """Print the streams of a suite by its contenders, and the answer over all of them."""
    for i, table in enumerate(terminal_tables(part.grid, console.width)):
        console.print(*[""] * (i > 0), table)
    console.print(escape(terminal_note(part.grid)), highlight=False, style="dim")
    for block in part.answer:
        console.print(escape(str(block)), highlight=False)


def print_summary(results: Results, console: Console):
    """Print the summary and the verdict; before them alarms, where these lead."""
    if not len(results.tables.summary):
        console.print("No run has a result: there is nothing to compare.", highlight=False)
        return
    verdict = results.verdict()
    first = Verdict(verdict[: len(of_alarms(results.variants))])
    if first:
        console.print(escape(str(first)), highlight=False)
    console.print(summary_table(results, console.width, MOST_ROWS))
    if (more := len(results.tables.summary) - MOST_ROWS) > 0:
        console.print(f"… and {more:,} more rows: see summary.csv", highlight=False)
    rest = Verdict(verdict[len(first) :])
    console.print(escape(verdict_text(rest)), highlight=False)


def verdict_text(verdict: Verdict) -> str:
    """A verdict as text; of very many settings the first, and the last block, which is over all."""
    if (more := len(verdict) - MOST_BLOCKS) <= 0:
        return str(verdict)
    first = [*map(str, verdict[: MOST_BLOCKS - 1])]
    return "\n".join([*first, f"… and {more:,} more settings: see summary.md", str(verdict[-1])])
