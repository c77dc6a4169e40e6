"""The page: everything a study has shown, in files that open anywhere."""

from pathlib import Path

from driftsim.report.figures import images, plot_all
from driftsim.report.page.document import page
from driftsim.report.page.html_tables import frames
from driftsim.report.page.text_files import csv, markdown
from driftsim.report.verdict import Block
from driftsim.resolved import resolved
from driftsim.store import write_atomically

__all__ = ["write"]


def write(results, folder, failures=()):
    """Write figures, tables and the page into a folder; gives their paths, the page last."""
    folder, told, verdict = Path(folder), frames(results), results.verdict()
    figures, made = [], {}
    for one in plot_all(results):
        made[one.name] = images(one.figure)
        figures.append((one, made[one.name]["svg"].decode()))
    named = {f"{name}.{suffix}": one[suffix] for name, one in made.items() for suffix in one}
    contents = named | files(results, told, verdict, failures)
    contents["report.html"] = page(results, told, verdict, figures, failures).encode()
    return [write_atomically(folder / name, content) for name, content in contents.items()]


def files(results, told, verdict, failures=()):
    """The tables and words of a report, and its scenario, as the bytes of files."""
    lines = tuple(f"{one.run.title}: {one.failure}" for one in failures)
    failed = [Block("Runs that failed:", lines)] if failures else []
    made = {
        "summary.csv": csv(told.summary),
        "summary.md": markdown(results.study.question, [*verdict, *failed]),
        "recovery.csv": csv(told.recovery),
        "alarms.csv": csv(told.alarms),
        "differences.csv": csv(told.differences),
        "scenario.yaml": resolved(results.study).encode(),
    }
    if len(told.ranks):
        made |= {"ranks.csv": csv(told.ranks), "pairs.csv": csv(told.pairs)}
    if results.study.variants[0].scenario.evaluation.probe is None:
        return made
    return made | {"probed.csv": csv(told.probed), "forgetting.csv": csv(told.forgetting)}
