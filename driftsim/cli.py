"""The command line: `driftsim run scenarios/*.yaml`."""

import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

app = typer.Typer(
    name="driftsim",
    help="Which learner wins on a stream that changes, when, and at what cost.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Files = Annotated[
    list[Path], typer.Argument(metavar="SCENARIO...", help="YAML files, each a question.")
]
Out = Annotated[Path, typer.Option(help="The folder for results.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Replace what a file says: stream.noise=0.1."),
]
Seeds = Annotated[int | None, typer.Option(help="Repetitions, instead of what a file says.")]
Only = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Keep this contender; may be repeated.")
]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes; by default one a core.")]
Timeout = Annotated[
    float | None,
    typer.Option(min=0.1, metavar="SECONDS", help="End a run that takes longer; it fails."),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Play every run again.")]
Parts = Annotated[
    list[Path] | None,
    typer.Option("--with", metavar="FILE", help="A Python file with your own parts."),
]
Reports = Annotated[
    list[Path],
    typer.Argument(
        metavar="REPORT...", help="Folders of reports, or scenarios that have been run."
    ),
]
To = Annotated[Path, typer.Option(metavar="FILE", help="What to write: a .png, .svg or .pdf.")]
Figure = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="curves, excess, recovery, stream, cost, forgetting, alarms, sweep or ranks.",
    ),
]
Metric = Annotated[
    str | None, typer.Option(metavar="M", help="A metric, instead of those of the scenario.")
]
Window = Annotated[int | None, typer.Option(min=1, help="Rows per point of a curve.")]
Over = Annotated[
    str | None,
    typer.Option(metavar="WINDOWS", help="tumbling (the default), sliding, cumulative or faded."),
]
Contenders = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Draw this contender; may be repeated.")
]
Name = Annotated[str | None, typer.Argument(metavar="[FAMILY|KIND]")]

SHOWN = 8  # runs in flight that have a bar of their own
LONGEST = 30  # characters of a name beside a bar
SILENCE = 30  # seconds before the first line of progress, where there is no terminal
MOST_FAILURES = 20  # that are shown
MOST_NOTES = 8  # of a contender that are shown


@app.command()
def run(
    scenario: Files,
    out: Out = Path("reports"),
    settings: Settings = None,
    seeds: Seeds = None,
    only: Only = None,
    jobs: Jobs = None,
    timeout: Timeout = None,
    fresh: Fresh = False,
    parts: Parts = None,
):
    """Play every run that is missing, then draw the curves, the tables and the page."""
    with faults_told():
        studies = loaded(scenario, settings or (), seeds, only or (), parts or ())
        folders = free([out / study.name for study in studies])
        failed = [
            play_and_report(study, folder, jobs, timeout, fresh, list(map(str, parts or ())))
            for study, folder in zip(studies, folders)
        ]
    raise typer.Exit(1 if any(failed) else 0)


@app.command()
def check(scenario: Files, settings: Settings = None, parts: Parts = None):
    """Tell whether scenarios are valid, and what happens in them when."""
    faults = 0
    for path in scenario:
        try:
            with faults_told():
                tell(path, settings or (), parts or ())
        except typer.Exit as end:
            faults = max(faults, end.exit_code)
    raise typer.Exit(faults)


@app.command()
def kinds(name: Name = None, parts: Parts = None):
    """List what a scenario can name, with parameters, defaults and what each is."""
    with faults_told():
        from driftsim.kinds import listing
        from driftsim.own import load_parts

        load_parts(parts or ())
        print(listing(name))


@app.command()
def plot(
    report: Reports,
    to: To,
    figure: Figure = "curves",
    metric: Metric = None,
    window: Window = None,
    over: Over = None,
    contender: Contenders = None,
    out: Out = Path("reports"),
    parts: Parts = None,
):
    """Plot one figure of reports, side by side if there are several, in a file."""
    with faults_told():
        from driftsim.report.plot import plot

        asked = {"metric": metric, "window": window, "over": over, "contenders": contender}
        path, notes = plot(report, to, figure, out, parts or (), **asked)
        for note in notes:
            print(note, file=sys.stderr)
        print(path)


def tell(path, settings, parts):
    """Print what happens in a scenario."""
    from driftsim.runs import too_many_changes
    from driftsim.study_overview import overview

    study = loaded([path], settings, None, (), parts)[0]
    print(f"{path}: valid")
    print(overview(study, width=min(Console().width, 100)))
    faults = [too_many_changes(variant.scenario.stream) for variant in study.variants]
    for fault in dict.fromkeys(filter(None, faults)):
        print(f"{path}: cannot be run: {fault}")


def loaded(paths, settings, seeds, only, parts):
    """The studies in files; raises `ScenarioError`, also for two with one name."""
    from driftsim.messages import ScenarioError
    from driftsim.own import load_parts
    from driftsim.scenario import load

    load_parts(parts)
    studies = [load(path, settings, seeds, only) for path in paths]
    for note in dict.fromkeys(note for study in studies for note in study.notes):
        print(note, file=sys.stderr)
    for name, count in Counter(study.name for study in studies).items():
        if count > 1:
            twins = [str(path) for path, study in zip(paths, studies) if study.name == name]
            said = f"the results of both would go to '{name}'; run them with another --out each"
            raise ScenarioError(f"{' and '.join(twins)}: {said}")
    return studies


def free(folders):
    """Folders that results can be written to; raises `StoreError`, before any work, if not."""
    from driftsim.store import remove_stale, write_atomically

    for folder in folders:
        write_atomically(folder / "runs" / ".writable", b"").unlink(missing_ok=True)
        remove_stale(folder)
    return folders


@contextmanager
def faults_told():
    """What is wrong with a scenario is told without a traceback, and ends with exit code 2."""
    from driftsim.messages import ScenarioError
    from driftsim.store import StoreError

    try:
        yield
    except (ScenarioError, StoreError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None


def play_and_report(study, folder, jobs, timeout, fresh, parts):
    """Run what is missing and write the report; whether a contender failed."""
    from driftsim.column_overview import mixed_columns
    from driftsim.messages import visible
    from driftsim.runner import play
    from driftsim.runs import lost_traces, missing
    from driftsim.store import Store

    for line in dict.fromkeys(
        line for one in study.variants for line in mixed_columns(one.scenario.stream)
    ):
        print(visible(f"{study.name}: {line}"), file=sys.stderr)
    store = Store(folder / "runs")
    runs = missing(study, store, parts, fresh)
    ended = watched(play(runs, store, jobs, timeout=timeout), runs)
    place = {run.key: i for i, run in enumerate(runs)}
    ended.sort(key=lambda one: place[one.run.key])
    failures = [one for one in ended if one.failure]
    for line in [*failure_lines(failures, store.folder), *note_lines(ended)]:
        print(visible(f"{study.name}: {line}"), file=sys.stderr)
    if gone := lost_traces(study, store, parts, [one.run for one in failures]):
        print(f"{study.name}: {gone}", file=sys.stderr)
    report(study, store, parts, folder, failures)
    return bool(failures or gone)


def failure_lines(failures, folder):
    """What went wrong, a line a run."""
    for one in failures[:MOST_FAILURES]:
        yield f"{one.run.title}: {one.failure}"
    if len(failures) > MOST_FAILURES:
        yield f"… and {len(failures) - MOST_FAILURES:,} more runs failed; see {folder}"


def note_lines(ended):
    """Warnings and the like, each distinct one of a contender once, and the first few of them."""
    notes = {}
    for one in ended:
        notes.setdefault(one.run.name, {}).update(dict.fromkeys(one.notes))
    for name, texts in notes.items():
        yield from (f"{name}: {text}" for text in [*texts][:MOST_NOTES])
        if len(texts) > MOST_NOTES:
            yield f"{name}: … and {len(texts) - MOST_NOTES:,} more notes"


def report(study, store, parts, folder, failures):
    """Write the report, and print the summary and where the page is."""
    from driftsim.report.results import Results
    from driftsim.report.tables import remarks, shown

    results, console = Results(study, store, parts), Console()
    paths = results.write(folder, failures)
    if study.question:
        console.print(f"\n[bold]{escape(study.question)}[/bold]", highlight=False)
    console.print(shown(results, console.width))
    console.print(escape(str(results.verdict())), highlight=False)
    for said in remarks(results):
        console.print(escape(said), highlight=False)
    print(f"{paths[-1]}\n{len(paths) - 1} more files beside it: figures, tables, the scenario")


def watched(events, runs):
    """The runs that have ended; while they go on, bars in a terminal, or now and then a line."""
    from driftsim.runner import Finished

    ended = []
    with Bars(len(runs)) if runs and sys.stderr.isatty() else Lines() as display:
        for event in events:
            if isinstance(event, Finished):
                ended.append(event)
                display.ended(event.run)
            else:
                display.show(event)
    return ended


class Lines:
    """A line on the runs in flight, ever less often."""

    def __init__(self):
        self._begun, self._next = time.monotonic(), SILENCE

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def ended(self, run):
        """Nothing is to be shown of a run that has ended."""

    def show(self, event):
        """Print what is in flight, if it is time to."""
        seconds = time.monotonic() - self._begun
        if seconds < self._next:
            return
        self._next *= 2
        parts = [f"{run.title}, {standing(run, row)}" for run, row in event.rows[:SHOWN]]
        unshown = len(event.rows) - SHOWN
        parts += [f"{unshown:,} more"] if unshown > 0 else []
        parts += [f"{event.waiting:,} waiting"] if event.waiting else []
        print(f"running for {seconds:.0f} s: {'; '.join(parts)}", file=sys.stderr, flush=True)


def standing(run, row):
    """How far a run has come, in words."""
    from driftsim.evaluation.prequential import COMPILING

    if row == COMPILING:
        return "compiling its kernel"
    return f"row {row:,} of {run.stream.length:,}"


class Bars:
    """A bar for all runs, and one for each run in flight."""

    def __init__(self, total):
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[rate]}", justify="right"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=Console(stderr=True),
            transient=True,
        )
        self._whole = self._progress.add_task("runs", total=total, rate=f"0 of {total}")
        self._tasks, self._done, self._total = {}, 0, total

    def __enter__(self):
        self._progress.start()
        return self

    def __exit__(self, *_):
        self._progress.stop()

    def ended(self, run):
        """Count a run as ended, and take its bar away."""
        self._done += 1
        rate = f"{self._done} of {self._total}"
        self._progress.update(self._whole, completed=self._done, rate=rate)
        if run.key in self._tasks:
            self._progress.remove_task(self._tasks.pop(run.key)[0])

    def show(self, event):
        """Move the bars of the runs in flight."""
        from driftsim.evaluation.prequential import COMPILING

        for run, row in event.rows[:SHOWN]:
            if run.key not in self._tasks:
                self._tasks[run.key] = self._begun(run, row), time.monotonic(), row
            task, since, first = self._tasks[run.key]
            if row == COMPILING:
                self._progress.update(task, rate="compiling its kernel")
                continue
            if first == COMPILING:
                since, first = time.monotonic(), row
                self._tasks[run.key] = task, since, first
            seconds = max(time.monotonic() - since, 0.1)
            rate = f"{(row - first) / seconds:,.0f} rows/s" if row > first else f"at row {row:,}"
            self._progress.update(task, completed=row, rate=rate)

    def _begun(self, run, row):
        name = run.name if len(run.name) <= LONGEST else f"{run.name[: LONGEST - 1]}…"
        name = escape(f"  {run._replace(name=name).title}")
        length = run.stream.length
        return self._progress.add_task(name, total=length, completed=max(row, 0), rate="")
