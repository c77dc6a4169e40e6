"""The command line: `driftsim run scenarios/*.yaml`."""

import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

app = typer.Typer(
    name="driftsim",
    help="Concept-drift simulation: which learner wins on a stream that changes, when, and at what cost.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Files = Annotated[list[Path], typer.Argument(metavar="SCENARIO...", help="YAML files, each a question.")]
Settings = Annotated[
    list[str], typer.Option("--set", metavar="PATH=VALUE", help="Replace what a file says, such as stream.noise=0.1.")
]
Parts = Annotated[
    list[Path], typer.Option("--with", metavar="FILE", help="A Python file with your own parts.")
]
SHOWN = 8  # runs in flight that have a bar of their own


@app.command()
def run(
    scenario: Files,
    out: Annotated[Path, typer.Option(help="The folder for results.")] = Path("reports"),
    settings: Settings = [],  # noqa: B006  typer copies it
    seeds: Annotated[int, typer.Option(help="Repetitions, instead of what a file says.")] = None,
    only: Annotated[list[str], typer.Option(metavar="NAME", help="Keep this contender; may be repeated.")] = [],  # noqa: B006
    jobs: Annotated[int, typer.Option(min=1, help="Processes; by default one a core.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Play every run again.")] = False,
    parts: Parts = [],  # noqa: B006
):
    """Play every run that is missing, then draw the curves, the tables and the page."""
    studies = [load(path, settings, seeds, only, parts) for path in scenario]
    refuse_twins(scenario, studies)
    with faults_shown():
        check_folders([out / study.name for study in studies])
        failed = [play_and_report(study, out / study.name, jobs, fresh, parts) for study in studies]
    raise typer.Exit(1 if any(failed) else 0)


@app.command()
def check(scenario: Files, settings: Settings = [], parts: Parts = []):  # noqa: B006
    """Tell whether scenarios are valid, and what happens in them when."""
    from driftsim.timeline import told

    faults = 0
    for path in scenario:
        try:
            study = load(path, settings, None, [], parts)
        except typer.Exit:
            faults += 1
            continue
        print(f"{path}: valid")
        print(told(study, width=min(Console().width, 100)))
    raise typer.Exit(2 if faults else 0)


@app.command()
def kinds(name: Annotated[str, typer.Argument(metavar="[FAMILY|KIND]")] = None, parts: Parts = []):  # noqa: B006
    """List what a scenario can name, with parameters, defaults and what each is."""
    from driftsim.catalogue import listed
    from driftsim.runner import load_parts

    with faults_shown():
        load_parts(parts)
        print(listed(name))


def load(path, settings, seeds, only, parts):
    """A study, or the end with exit code 2 and a line for every fault."""
    from driftsim import scenario
    from driftsim.runner import load_parts

    with faults_shown():
        load_parts(parts)
        return scenario.load(path, settings, seeds, only)


class faults_shown:
    """Faults of a user's are told without a traceback, and end with exit code 2."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        from driftsim.scenario import ScenarioError
        from driftsim.store import StoreError

        if isinstance(error, ScenarioError | StoreError | ValueError) and not isinstance(error, UnicodeError):
            print(error, file=sys.stderr)
            raise typer.Exit(2)
        if isinstance(error, KeyboardInterrupt):
            print("\nstopped; the runs that had ended are kept, the same command goes on", file=sys.stderr)
            raise typer.Exit(130)


def refuse_twins(paths, studies):
    """Refuse files whose results would go to one folder."""
    for name, count in Counter(study.name for study in studies).items():
        if count > 1:
            twins = " and ".join(str(p) for p, study in zip(paths, studies) if study.name == name)
            print(f"{twins}: results of both would go to '{name}'; run them with another --out each", file=sys.stderr)
            raise typer.Exit(2)


def check_folders(folders):
    """Refuse, before any work, a folder that results could not be written to."""
    from driftsim.store import placed

    for folder in folders:
        placed(folder / "runs" / ".writable", b"").unlink()


def play_and_report(study, folder, jobs, fresh, parts):
    """Run what is missing and write the report; whether a contender failed."""
    from driftsim.runner import missing, play
    from driftsim.store import Store

    parts = [str(path) for path in parts]
    store = Store(folder / "runs")
    runs = missing(study, store, parts, fresh)
    ended = watched(play(runs, store, jobs), runs)
    failures = [one for one in ended if one.failure]
    for one in failures:
        print(f"{study.name}: {one.run.name}, seed {one.run.seed}, failed:\n{one.failure}", file=sys.stderr)
    for name, note in sorted({(one.run.name, note) for one in ended for note in one.notes}):
        print(f"{study.name}: {name}: {note}", file=sys.stderr)

    from driftsim.report.results import Results

    results = Results(study, store, parts)
    paths = results.write(folder, failures)
    console = Console()
    if study.question:
        console.print(f"\n[bold]{escape(study.question)}[/bold]", highlight=False)
    console.print(shown(results))
    for path in paths:
        print(path)
    return bool(failures)


def watched(events, runs):
    """The runs that have ended; while they go on, bars in a terminal, and nothing elsewhere."""
    from driftsim.runner import Played

    if not runs or not sys.stderr.isatty():
        return [event for event in events if isinstance(event, Played)]
    ended = []
    with Bars(len(runs)) as bars:
        for event in events:
            if isinstance(event, Played):
                ended.append(event)
                bars.ended(event.run)
            else:
                bars.show(event)
    return ended


class Bars:
    """A bar for all runs, and one for each run in flight."""

    def __init__(self, total):
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(), console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._whole = self._progress.add_task("runs", total=total, rate=f"0 of {total}")
        self._tasks, self._done, self._total = {}, 0, total

    def __enter__(self):
        self._progress.start()
        return self

    def __exit__(self, *_):
        self._progress.stop()

    def ended(self, run):
        self._done += 1
        self._progress.update(self._whole, completed=self._done, rate=f"{self._done} of {self._total}")
        task, _ = self._tasks.pop((run.key), (None, None))
        if task is not None:
            self._progress.remove_task(task)

    def show(self, event):
        for run, row in event.rows[:SHOWN]:
            if run.key not in self._tasks:
                name = escape(f"  {run.name}, seed {run.seed}")
                task = self._progress.add_task(name, total=run.stream.length, rate="")
                self._tasks[run.key] = task, (time.monotonic(), row)
            task, (since, first) = self._tasks[run.key]
            seconds = max(time.monotonic() - since, 1e-3)
            self._progress.update(task, completed=row, rate=f"{(row - first) / seconds:,.0f} rows/s")


def shown(results):
    """The summary as a table for the terminal."""
    from driftsim.report.page import readable

    frame = results.summary()
    frame["seconds"] = frame[["fit_seconds", "predict_seconds", "learn_seconds", "online_seconds"]].sum(
        axis=1, min_count=1
    )
    columns = [*results.swept, "contender", "error", "error_low", "error_high", "excess_error", "kappa"]
    columns = [name for name in [*columns, "fits", "labels", "seconds"] if frame[name].notna().any()]
    contenders = set(results.study.variants[0].scenario.models)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(escape(name.replace("_", " ")), justify="left" if name == "contender" else "right")
    for row in frame.to_dict("records"):
        cells = (escape(seconds(row[n]) if n == "seconds" else readable(n, row[n])) for n in columns)
        table.add_row(*cells, style=None if row["contender"] in contenders else "dim")
    return table


def seconds(value):
    return "" if value != value else f"{value:.2f}"
