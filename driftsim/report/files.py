"""Files: a report as pictures, tables, words and a page."""

from collections.abc import Sequence
from pathlib import Path

from driftsim.atomic import write_atomically
from driftsim.report import benchmark_text
from driftsim.report.page.document import page
from driftsim.report.page.drawings import drawings
from driftsim.report.page.text_files import csv, markdown
from driftsim.report.pictures import remove, shown_results, write_pictures
from driftsim.report.results import Results
from driftsim.report.stream_pages import stream_pages, write_stream_pages
from driftsim.report.suite_parts import suite_parts
from driftsim.report.verdict import Block, Verdict
from driftsim.runner.playing import Finished

SOMETIMES = {  # files that not all reports have: those of another scenario are removed
    *("worth.csv", "breakeven.csv", "wrong_prices.csv", "benchmark.md", "benchmark.csv"),
    *("ranks.csv", "pairs.csv", "floor.csv", "gaps.csv", "schedules.csv", "periods.csv"),
    *("probed.csv", "forgetting.csv", "detectors.csv"),
}


def write(results: Results, folder: str | Path, failures: Sequence[Finished] = ()) -> list[Path]:
    """Write pictures, tables and pages into a folder; gives their paths, the page last."""
    folder = Path(folder)
    rehearse(results)
    contents, possible = contents_of(results, failures)
    pictures = write_pictures(results, folder, possible)
    for name in SOMETIMES - contents.keys():
        remove(folder / name)
    streams = [*write_stream_pages(results, folder, failures)]
    written = [write_atomically(folder / name, content) for name, content in contents.items()]
    return [*pictures, *streams, *written]


def rehearse(results: Results):
    """Have two settings answer all that a report asks, where there is no room for all traces.

    Each other setting then answers it at once, and its traces are read once.
    """
    if results.larger_than_memory:
        few = results.first(2)
        contents_of(few)
        shown_results(few)


def contents_of(
    results: Results, failures: Sequence[Finished] = ()
) -> tuple[dict[str, bytes], set[str]]:
    """The files of a report but for pictures, the page last; and which figures are possible."""
    verdict, figures = results.verdict(), [*drawings(results)]
    contents = text_files(results, verdict, failures)
    pages = stream_pages(results)
    contents["report.html"] = page(results, verdict, figures, failures, pages=pages).encode()
    return contents, {one.name for one in figures}


def text_files(
    results: Results, verdict: Verdict, failures: Sequence[Finished] = ()
) -> dict[str, bytes]:
    """The tables, the verdict and the scenario of a report, as the bytes of files by name."""
    tables = results.tables
    lines = tuple(f"{one.run.title}: {one.failure}" for one in failures)
    failed = [Block("Runs that failed:", lines)] if failures else []
    made = {
        "summary.csv": csv(tables.summary),
        "summary.md": markdown(results.study.question, [*verdict, *failed]),
        "recovery.csv": csv(tables.recovery(results.window)),
        "alarms.csv": csv(tables.alarms),
        "differences.csv": csv(tables.differences),
        "costs.csv": csv(tables.costs),
        "scenario.yaml": results.scenario_text.encode(),
    }
    decisive = {
        "worth.csv": tables.worth(), "breakeven.csv": tables.breakeven(),
        "wrong_prices.csv": tables.wrong_prices,
    }  # fmt: skip
    made |= {name: csv(table) for name, table in decisive.items() if len(table)}
    made |= of_suite(results) | of_detectors(results)
    if len(tables.ranks):
        made |= {"ranks.csv": csv(tables.ranks), "pairs.csv": csv(tables.pairs)}
    if len(tables.floor):
        names = ("floor", "gaps", "schedules", "periods")
        made |= {f"{name}.csv": csv(getattr(tables, name)) for name in names}
    if results.study.variants[0].scenario.evaluation.probe is None:
        return made
    return made | {"probed.csv": csv(tables.probed), "forgetting.csv": csv(tables.forgetting)}


def of_detectors(results: Results) -> dict[str, bytes]:
    """What detectors found, as the bytes of a file by name; nothing where it does not lead."""
    tables = results.tables
    return {"detectors.csv": csv(tables.detectors)} if tables.leads_with_alarms else {}


def of_suite(results: Results) -> dict[str, bytes]:
    """The table of streams and contenders, as the bytes of files by name; none of other studies."""
    parts = suite_parts(results)
    if not parts:
        return {}
    texts = [markdown(results.study.question, [])] if results.study.question else []
    for part in parts:
        answer = [markdown("", part.answer)] if part.answer else []
        texts += [*answer, benchmark_text.markdown(part.grid)]
    return {"benchmark.md": b"\n".join(texts), "benchmark.csv": csv(results.tables.benchmark)}
