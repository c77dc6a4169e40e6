"""The command line: `driftsim run scenarios/*.yaml`."""

import shutil
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

app = typer.Typer(
    name="driftsim",
    help="Which learner wins on a stream that changes, when, and at what cost.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Argument, Option = typer.Argument, typer.Option
Texts: TypeAlias = list[str] | None
MANY = "Can be repeated."
FIGURES = (
    "curves, total_cost, cost_so_far, periods, price, excess, recovery, severity, stream, cost, "
    "memory, forgetting, alarms, sweep or ranks."
)
CLUSTER = "Run on a Dask cluster: tcp://HOST:PORT, tls://HOST:PORT, or local:N to try one."
AFTER = "What stands after ±: the spread over seeds, or half the interval at 95 %."
OVER = "tumbling, sliding, cumulative or faded. [default: tumbling]"

Files = Annotated[list[Path], Argument(metavar="SCENARIO", help="Scenarios, as YAML files.")]
Played = Annotated[
    list[Path], Argument(metavar="SCENARIO|TABLE", help="Scenarios, or tables of your own.")
]
Out = Annotated[Path, Option(metavar="FOLDER", help="The folder for reports.")]
Set = Option("--set", metavar="PATH=VALUE", help=f"Change a value: stream.noise=0.1. {MANY}")
Settings = Annotated[Texts, Set]
Seeds = Annotated[
    int | None, Option(metavar="N", help="How many seeds to run, instead of evaluation.seeds.")
]
Only = Annotated[Texts, Option(metavar="NAME", help=f"Run this contender only. {MANY}")]
OnlyStream = Annotated[Texts, Option(metavar="NAME", help=f"Keep this stream only. {MANY}")]
Jobs = Annotated[
    int | None, Option(min=1, metavar="N", help="Most processes at a time. [default: one per core]")
]
Limit = Option(min=0.1, metavar="SECONDS", help="End a run that takes longer, as failed.")
Timeout = Annotated[float | None, Limit]
Pictures = Annotated[
    str | None,
    Option("--figures", metavar="NAMES", help="Pictures beside the page: none, all, or a,b,c."),
]
On = Annotated[str | None, Option(metavar="CLUSTER", help=CLUSTER)]
Shared = Annotated[
    str | None,
    Option(metavar="I/N", help="Play only the I-th of N shares of the runs, and write no report."),
]
Fresh = Annotated[bool, Option("--fresh", help="Run everything again.")]
With = Option("--with", metavar="FILE", help=f"A Python file with your own parts. {MANY}")
Parts = Annotated[list[Path] | None, With]
Trust = Option(
    "--allow", metavar="PACKAGE", help=f"A package whose estimators scenarios may name. {MANY}"
)
Allow = Annotated[Texts, Trust]
Reports = Annotated[list[Path], Argument(metavar="REPORT", help="Reports, or scenarios.")]
To = Annotated[Path, Option(metavar="FILE", help="A .png, .svg or .pdf; a folder with --all.")]
Every = Annotated[bool, Option("--all", help="Plot every figure of a report, each as a PDF.")]
Figure = Annotated[str, Option(metavar="NAME", help=FIGURES)]
Metric = Annotated[str | None, Option(metavar="METRIC", help="Instead of the scenario's metrics.")]
Window = Annotated[str | None, Option(metavar="N", help="Rows, or a time (1w), per point.")]
Over = Annotated[str | None, Option(metavar="WINDOWS", help=OVER)]
Contenders = Annotated[Texts, Option(metavar="NAME", help=f"Plot this contender only. {MANY}")]
Target = Annotated[
    str | None, Option(metavar="NAME", help="The column of labels of a table. [default: guessed]")
]
Tables = Annotated[
    list[Path], Argument(metavar="TABLE...", help="A table, such as a CSV file; or its files.")
]
Into = Annotated[
    Path | None, Option("--to", metavar="FILE", help="The scenario to write. [default: TABLE.yaml]")
]
Kind = Argument(metavar="FAMILY|KIND", help="One of them, or the path of a library's class.")
Name = Annotated[str | None, Kind]


def print_version(asked: bool):
    """Print the version of driftsim and end, if that is asked for."""
    if asked:
        from importlib.metadata import version

        print(f"driftsim {version('driftsim')}")
        raise typer.Exit


Version = Option("--version", is_eager=True, callback=print_version, help="Print the version.")


@app.callback(help=app.info.help)
def driftsim(version: Annotated[bool, Version] = False):
    """The options of the command itself."""


@app.command()
def run(
    scenario: Played,
    out: Out = Path("reports"),
    target: Target = None,
    settings: Settings = None,
    seeds: Seeds = None,
    only: Only = None,
    only_stream: OnlyStream = None,
    jobs: Jobs = None,
    timeout: Timeout = None,
    on: On = None,
    share: Shared = None,
    fresh: Fresh = False,
    figures: Pictures = None,
    parts: Parts = None,
    allow: Allow = None,
):
    """Run what is missing, then write the report. A table gets a scenario first, as by init."""
    with errors_printed():
        scenario = [scenario_of(one, target) for one in scenario]
        asked = settings or (), (seeds, only or (), only_stream or ())
        part = share_of(share)
        if on is not None:
            from driftsim.runner.playing import check_choice

            check_choice(jobs, None, timeout, on)
        studies = studies_in(scenario, *asked, parts or (), allow or (), figures)
        folders = folders_in(out, studies)
        how = (jobs, timeout, on), fresh, list(map(str, parts or ())), part
        failed = [run_study(study, folder, *how) for study, folder in zip(studies, folders)]
    raise typer.Exit(1 if any(failed) else 0)


@app.command(short_help="Write a scenario for a table.")
def init(table: Tables, target: Target = None, to: Into = None):
    """Write a scenario for a table, with the reason for each guess, and check it."""
    with errors_printed():
        print_overview(proposal_for(table, target, to))


@app.command()
def check(
    scenario: Files,
    settings: Settings = None,
    only_stream: OnlyStream = None,
    severity: Annotated[bool, Option("--severity", help="Estimate severity by learners.")] = False,
    parts: Parts = None,
    allow: Allow = None,
):
    """Check scenarios, and print what happens in them and when."""
    code = 0
    for path in scenario:
        try:
            with errors_printed():
                print_overview(path, settings, only_stream, parts, allow, severity)
        except typer.Exit as end:
            code = max(code, end.exit_code)
    raise typer.Exit(code)


@app.command()
def kinds(name: Name = None, parts: Parts = None, allow: Allow = None):
    """List what a scenario can name. With a name: its parameters, their defaults, an example."""
    with errors_printed():
        from driftsim.kinds import listing
        from driftsim.libraries import checked_packages
        from driftsim.own import load_parts

        load_parts(parts or ())
        print(listing(name, checked_packages(allow or ())))


@app.command()
def plot(
    report: Reports,
    to: To,
    figure: Figure = "curves",
    metric: Metric = None,
    window: Window = None,
    over: Over = None,
    contender: Contenders = None,
    only_stream: OnlyStream = None,
    every: Every = False,
    out: Out = Path("reports"),
    parts: Parts = None,
    allow: Allow = None,
):
    """Plot one figure of a report, or of several, or all of them."""
    with errors_printed():
        from driftsim.report.plot import plot

        asked = {"metric": metric, "window": window, "over": over, "contenders": contender}
        asked |= {"streams": only_stream}
        path, notes = plot(report, to, figure, out, parts or (), allow or (), every, **asked)
        for note in notes:
            print(note, file=sys.stderr)
        print(path)


@app.command()
def table(
    report: Reports,
    to: Annotated[Path, Option(metavar="FILE", help="The file: .tex, .md, .csv or .html.")],
    metric: Metric = None,
    digits: Annotated[int | None, Option(metavar="N", help="Places after the point.")] = None,
    std: Annotated[bool | None, Option("--std/--interval", help=AFTER)] = None,
    plain: Annotated[bool, Option("--plain", help="Leave out what stands after ±.")] = False,
    out: Out = Path("reports"),
    parts: Parts = None,
    allow: Allow = None,
):
    """Write streams by contenders of a report, or of several, with the best in bold."""
    with errors_printed():
        from driftsim.report.written_tables import write_table

        asked = {"metric": metric, "digits": digits, "std": std, "plain": plain}
        path, notes = write_table(report, to, out, parts or (), allow or (), **asked)
        for note in notes:
            print(note, file=sys.stderr)
        print(path)


@app.command(short_help="Show how far studies are.")
def status(
    report: Reports,
    out: Out = Path("reports"),
    settings: Settings = None,
    seeds: Seeds = None,
    only: Only = None,
    only_stream: OnlyStream = None,
    parts: Parts = None,
    allow: Allow = None,
):
    """Show how many runs of a study are done, running, failed and missing, on any machine."""
    with errors_printed():
        from driftsim.overview.status import status_lines, status_of
        from driftsim.own import load_parts
        from driftsim.report.folders import stored_study
        from driftsim.store import Store

        load_parts(parts or ())
        names = {"only": only or (), "only_streams": only_stream or ()}
        changes = {"settings": settings or (), "seeds": seeds} | names
        for path in report:
            study, folder = stored_study(path, out, allow or (), **changes)
            found = status_of(study, Store(folder / "runs"), list(map(str, parts or ())))
            print("\n".join(status_lines(study, found)))


def scenario_of(path, target):
    """The path of a scenario; for a table, one is written first."""
    from driftsim.messages import ScenarioError

    if path.suffix.lower() not in (".yaml", ".yml"):
        from driftsim.streams.tables.files import is_table

        if is_table(str(path)):
            return proposal_for([path], target)
    if target is not None:
        raise ScenarioError(f"{path}: --target is for tables; a scenario names the target itself")
    return path


def proposal_for(tables, target, to=None):
    """Write a scenario for a table in some files; returns its path."""
    from driftsim.proposal.scenario_text import write_proposal

    path = write_proposal(tables, target, to)
    print(f"{path}: written; read its comments, and change what is wrong")
    return path


def print_overview(path, settings=None, streams=None, parts=None, allow=None, severity=False):
    """Print what happens in a scenario, and why it cannot be run, if so."""
    from driftsim.overview.study import overview
    from driftsim.runner.runs import too_many_changes

    asked = settings or (), (None, (), streams or ()), parts or (), allow or ()
    study, width = studies_in([path], *asked)[0], min(shutil.get_terminal_size().columns, 100)
    print(f"{path}: valid\n{overview(study, width, severity)}")
    obstacles = [too_many_changes(variant.scenario.stream) for variant in study.variants]
    for obstacle in dict.fromkeys(filter(None, obstacles)):
        print(f"{path}: cannot be run: {obstacle}")


def studies_in(paths, settings, kept, parts, allow, figures=None):
    """The studies in files; raises `ScenarioError`, also for two with one name."""
    from driftsim.messages import ScenarioError
    from driftsim.own import load_parts
    from driftsim.scenario import load

    load_parts(parts)
    seeds, only, streams = kept
    more = {"allow": allow, "figures": figures, "only_streams": streams}
    studies = [load(path, settings, seeds, only, **more) for path in paths]
    for note in dict.fromkeys(note for study in studies for note in study.notes):
        print(note, file=sys.stderr)
    for name, count in Counter(study.name for study in studies).items():
        if count > 1:
            same = [str(path) for path, study in zip(paths, studies) if study.name == name]
            cause = f"the results of both would go to '{name}'; run them with another --out each"
            raise ScenarioError(f"{' and '.join(same)}: {cause}")
    return studies


def folders_in(out, studies):
    """The folders of reports, made before any work; raises `StoreError` where that fails."""
    from driftsim.report.folders import writable

    return writable([out / study.name for study in studies])


@contextmanager
def errors_printed():
    """Print errors of scenarios and of files without a traceback, and exit with code 2."""
    from driftsim.atomic import StoreError
    from driftsim.messages import ScenarioError

    try:
        yield
    except (ScenarioError, StoreError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None


def share_of(text):
    """The share of the runs that is asked for; None for all of them."""
    if text is not None:
        from driftsim.runner.sharing import Share

        return Share.parse(text)


def run_study(study, folder, where, fresh, parts, share):
    """Play what is missing, and write the report of it all; returns whether a run failed."""
    from driftsim.messages import visible
    from driftsim.overview.notices import failure_lines, note_lines, notices
    from driftsim.runner.runs import all_runs, lost_traces
    from driftsim.store import Listing, Store

    for line in dict.fromkeys(notices(study)):
        print(visible(f"{study.name}: {line}"), file=sys.stderr)
    store = Store(folder / "runs")
    every, held = [*all_runs(study, parts)], Listing(store)
    runs = [run for run in every if fresh or run not in held]
    if share:
        runs = share.among(every, runs)
    ended = played(runs, store, *where) if runs else []
    failures = [one for one in ended if one.failure]
    for line in [*failure_lines(failures, store.folder), *note_lines(ended)]:
        print(visible(f"{study.name}: {line}"), file=sys.stderr)
    if share:
        print_share(study, store, parts, share)
        return bool(failures)
    if runs and (lost := lost_traces(study, store, parts, [one.run for one in failures])):
        print(f"{study.name}: {lost}", file=sys.stderr)
    print_report(study, store, parts, folder, failures, every, bool(runs))
    return bool(failures or (runs and lost))


def print_share(study, store, parts, share):
    """Print that a share has been played, how far the study is, and how to get its report."""
    from driftsim.overview.status import status_lines, status_of

    report = "once all have, run it without --share for the report"
    print(f"{study.name}: share {share} has ended; {report}")
    print("\n".join(status_lines(study, status_of(study, store, parts))))


def played(runs, store, jobs, timeout, on):
    """Play runs, and show meanwhile how far they are; returns how they have ended."""
    from driftsim.progress import finished
    from driftsim.runner.playing import play

    return finished(play(runs, store, jobs, None, timeout, False, on), runs)


def print_report(study, store, parts, folder, failures, runs, played):
    """Write the report unless it is there and unchanged; print the summary and the page's path."""
    from rich.console import Console

    from driftsim.report.results import Results
    from driftsim.report.unchanged import ReportNote

    results, console = Results(study, store, parts), Console()
    note = None if failures else ReportNote(results, runs, folder, parts, console)
    printed = note.printed() if note and not played else None
    if printed is None:
        from driftsim.report.printed import written

        paths, printed = written(results, folder, failures, console)
        if note:
            note.keep(paths, printed)
    for line in printed.notes:
        print(line, file=sys.stderr)
    print(printed.text, end="")
