"""`driftsim run`: play what is missing of studies, then write their reports."""

from pathlib import Path

import typer

from driftsim.cli.init import proposal_for
from driftsim.cli.options import (
    Allow,
    Fresh,
    Jobs,
    On,
    Only,
    OnlyStream,
    Out,
    Parts,
    Pictures,
    Played,
    Seeds,
    Settings,
    Shared,
    Target,
    Timeout,
    Watch,
)
from driftsim.cli.studies import errors_printed, print_message, studies_in
from driftsim.cli.watching import watch


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
    again: Watch = False,
):
    """Run what is missing, then write the report. A table gets a scenario first, as by init."""
    with errors_printed():
        scenario = [scenario_of(one, target) for one in scenario]
        part, where = share_of(share), place_of(jobs, timeout, on)
    files, kept = list(map(str, parts or ())), (seeds, only or (), only_stream or ())
    asked = settings or (), kept, files, allow or (), figures
    how = where, fresh, files, part
    if not again:
        raise typer.Exit(play(scenario, out, asked, how))
    watch([*scenario, *map(Path, files)], lambda note: play(scenario, out, asked, how, note))


def play(scenarios, out, asked, how, note=None) -> int:
    """Play what is missing of scenarios, and write their reports; returns the exit code.

    Calls `note` with the paths of the tables that they name.
    """
    try:
        with errors_printed():
            studies = studies_in(scenarios, *asked)
            if note:
                note(tables_of(studies))
            folders = folders_in(out, studies)
            failed = [run_study(study, folder, *how) for study, folder in zip(studies, folders)]
    except typer.Exit as end:  # of a mistake, which is printed
        return end.exit_code
    return 1 if any(failed) else 0


def tables_of(studies):
    """The paths of the tables that studies read."""
    streams = [one.scenario.stream for study in studies for one in study.variants]
    concepts = [concept for stream in streams for concept in stream.concepts.values()]
    return [path for concept in concepts for path in concept.files]


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


def folders_in(out, studies):
    """The folders of reports, made before any work; raises `StoreError` where that fails."""
    from driftsim.report.folders import writable

    return writable([out / study.name for study in studies])


def place_of(jobs, timeout, on):
    """Where and how runs are played; raises `ScenarioError` for what no cluster can do."""
    if on is not None:
        from driftsim.runner.playing import check_choice

        check_choice(jobs, None, timeout, on)
    return jobs, timeout, on


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
        print_message(visible(f"{study.name}: {line}"))
    store = Store(folder / "runs")
    every, held = [*all_runs(study, parts)], Listing(store)
    runs = [run for run in every if fresh or run not in held]
    if share:
        runs = share.among(every, runs)
    ended = played(runs, store, *where) if runs else []
    failures = [one for one in ended if one.failure]
    for line in [*failure_lines(failures, store.folder), *note_lines(ended)]:
        print_message(visible(f"{study.name}: {line}"))
    if share:
        print_share(study, store, parts, share)
        return bool(failures)
    if runs and (lost := lost_traces(study, store, parts, [one.run for one in failures])):
        print_message(f"{study.name}: {lost}")
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
        print_message(line)
    print(printed.text, end="")
