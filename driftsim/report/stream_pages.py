"""Stream pages: of each stream of a suite a page of its own, as of a study of that stream alone."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from driftsim.atomic import write_atomically
from driftsim.report.held import Held
from driftsim.report.page.document import page
from driftsim.report.page.drawings import drawings
from driftsim.report.pictures import remove
from driftsim.report.results import Results
from driftsim.report.variant_results import VariantResults
from driftsim.runner.playing import Finished

FOLDER = "streams"  # of the report
MOST_PAGES, LONGEST = 100, 60  # streams that have pages, and characters of the name of a file
OURS = re.compile(r"\d+(-[a-z0-9]+)*\.html")


def stream_pages(results: Results) -> dict[str, str]:
    """Where the page of each stream of a suite is, from the folder of the report, by its name.

    None of other studies, and of suites of very many streams.
    """
    study = results.study
    names = [one.setting["stream"] for one in study.variants] if study.suite else []
    names = [*dict.fromkeys(names)]
    if len(names) > MOST_PAGES:
        return {}
    return {name: f"{FOLDER}/{file_name(i, name)}" for i, name in enumerate(names, start=1)}


def file_name(place: int, name: str) -> str:
    """The name of a file for a stream: its place and its name, in plain letters."""
    words = re.findall("[a-z0-9]+", name.lower())
    return f"{place}{''.join(f'-{one}' for one in words)}"[:LONGEST].rstrip("-") + ".html"


def write_stream_pages(
    results: Results, folder: Path, failures: Sequence[Finished] = ()
) -> Iterator[Path]:
    """Write the page of each stream, one after the other, and remove those of other streams."""
    files = stream_pages(results)
    kept = {Path(one).name for one in files.values()}
    for path in (folder / FOLDER).glob("*.html"):
        if OURS.fullmatch(path.name) and path.name not in kept:
            remove(path)
    home = ("../report.html", results.study.name)
    for name, file in files.items():
        own, failed = alone(results, name), [one for one in failures if one.run.where == name]
        text = page(own, own.verdict(), [*drawings(own)], failed, home)
        yield write_atomically(folder / file, text.encode())


def alone(results: Results, name: str) -> Results:
    """The results on one stream of a suite, as those of a study of that stream alone."""
    held = Held()
    several = [on_stream(one, held) for one in results.variants if one.setting["stream"] == name]
    study = results.study
    variants = [one.variant for one in several]
    study = study._replace(name=name, variants=variants, named=study.named - {"stream"})
    return results.of(study, several)


def on_stream(one: VariantResults, held: Held) -> VariantResults:
    """The same results without the name of their stream."""
    setting = without_stream(one.setting)
    variant = one.variant._replace(setting=without_stream(one.variant.setting))

    def runs():
        return [run._replace(setting=setting) for run in one.runs]

    return VariantResults(variant, setting, runs, one.dates, lambda: one.matrices, held)


def without_stream(setting: dict) -> dict:
    """A setting without the name of its stream."""
    return {name: value for name, value in setting.items() if name != "stream"}
