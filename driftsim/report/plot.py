"""Plot: one figure of one or several written reports as a file, or all of them in a folder."""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from driftsim.atomic import StoreError, write_atomically
from driftsim.durations import Duration
from driftsim.messages import ScenarioError, first_fault, guess, line, short
from driftsim.own import load_parts
from driftsim.report.amounts import listed
from driftsim.report.figure_data.kinds import why_empty
from driftsim.report.figures import KINDS, View, belongs, image, plot_figure
from driftsim.report.folders import stored_study
from driftsim.report.pictures import shown_results
from driftsim.report.results import Results
from driftsim.report.variant_results import metric_fault
from driftsim.report.windows import WINDOWS, Window, window_fault
from driftsim.store import Store
from driftsim.streams.severity import checked_measure

NUMBER = re.compile(r"\s*-?[\d_]+\s*")
SUFFIXES = ("png", "svg", "pdf")


class PlotError(ScenarioError):
    """What cannot be plotted: where, what is wrong, and what would be right."""


def plot(
    paths: Sequence[str | Path],
    to: str | Path,
    figure: str = "curves",
    out: str | Path = "reports",
    parts: Sequence[str | Path] = (),
    allow: Sequence[str] = (),
    every: bool = False,
    **options: Any,
) -> tuple[str | Path, list[str]]:
    """Plot a figure of reports, or of scenarios that have been run; gives its file and notes.

    With `every`, all figures that there are something to show for are plotted, as PDF files in
    the folder `to`. `options` may hold a `metric`, a `window`, what windows are `over`, a measure
    of `severity`, `contenders`, and those `streams` of suites that are shown. Raises `PlotError`,
    where possible before any work, for what cannot be plotted.
    """
    suffix = check_folder(to, figure) if every else suffix_of(to)
    options = {name: value for name, value in options.items() if value}
    streams = options.pop("streams", ())
    if "window" in options:
        options["window"] = window_of(options["window"])
    check(figure, options, every)
    load_parts(parts)
    reports = only_streams(opened(paths, out, parts, allow), streams)
    check_reports(reports, figure, options)
    view = View(titled(reports), **options)
    if every:
        for name, one in every_figure(reports, options):
            write(Path(to, f"{name}.{suffix}"), image(one, suffix, mark_of(reports)))
    elif (plotted := plot_figure(figure, view)) is None:
        reason = f"nothing to plot as '{figure}': {why_nothing(reports, figure, view)}"
        raise PlotError(line(f"{listed([*reports])}: {reason}"))
    else:
        write(Path(to), image(plotted, suffix, mark_of(reports)))
    return to, [f"{runs}, and are left out" for runs in missing(reports, view.names)]


def every_figure(reports, options) -> Iterator[tuple[str, Figure]]:
    """Each figure that reports have something to show for, with those options that it takes."""
    views: dict[tuple, View] = {}  # so that figures with the same options compute tables once
    for name, kind in KINDS.items():
        taken = tuple(one for one in options if one.removesuffix("s") in kind.options)
        if taken not in views:
            views[taken] = View(titled(reports), **{one: options[one] for one in taken})
        view = views[taken]
        if belongs(name, view) and (plotted := plot_figure(name, view)):
            yield name, plotted


def write(path: Path, content: bytes):
    """Write a figure to a file; raises `StoreError`, which names the option, if it cannot be."""
    try:
        write_atomically(path, content)
    except StoreError as error:
        raise StoreError(str(error).replace("--out", "--to")) from None


def mark_of(reports):
    """What a picture of a single report shows; of several, nothing is written of it."""
    return shown_results(next(iter(reports.values()))) if len(reports) == 1 else ""


def suffix_of(path):
    """The format of a file, by its name."""
    suffix = Path(path).suffix.lower().removeprefix(".")
    if suffix not in SUFFIXES:
        fault = f"{short(suffix)} is no format of a figure" if suffix else "this has no suffix"
        raise PlotError(line(f"--to {path}: {fault}; end it in .png, .svg or .pdf"))
    return suffix


def check_folder(path, figure):
    """The format of all figures; raises `PlotError` where they cannot be written to a folder."""
    if figure != "curves":
        raise PlotError("--figure: every figure is plotted with --all; leave one of them out")
    if Path(path).suffix.lower().removeprefix(".") in SUFFIXES or Path(path).is_file():
        raise PlotError(line(f"--to {path}: this is a file; with --all name a folder"))
    return "pdf"


def window_of(text):
    """A window of rows or of time, as a command line writes it."""
    if NUMBER.fullmatch(str(text)):
        window: Window = int(text)
    else:
        try:
            window = Duration.of(text)
        except ValueError as error:
            message = first_fault(error)
            raise PlotError(line(f"--window: {message}, or a number of rows")) from None
    if (window.amount if isinstance(window, Duration) else window) < 1:
        raise PlotError(line(f"--window: {short(str(text))} is not valid; give more than 0"))
    return window


def check(figure, options, every=False):
    """Raise `PlotError` unless there is such a figure, and it, or one of all, takes the options."""
    if figure not in KINDS:
        fault = f"no figure is called {short(figure)}; {guess(figure, KINDS)}"
        raise PlotError(line(f"--figure: {fault}"))
    over = options.get("over", "tumbling")
    if over not in WINDOWS:
        raise PlotError(line(f"--over: {short(over)} is no kind of window; {guess(over, WINDOWS)}"))
    if over == "cumulative" and "window" in options:
        raise PlotError("--window: cumulative windows hold all rows so far; leave it out")
    if "severity" in options:
        try:
            checked_measure(options["severity"])
        except ValueError as error:
            raise PlotError(line(f"--severity: {error}")) from None
    for name in options:
        option = name.removesuffix("s")
        able = [kind for kind, one in KINDS.items() if option in one.options]
        do = "does" if len(able) == 1 else "do"
        if figure not in able and not every:
            raise PlotError(f"--{option}: '{figure}' does not take it; {', '.join(able)} {do}")


def opened(paths, out, parts, allow):
    """The results of each path, by the path: a report's folder, or a scenario that has been run."""
    reports = {}
    for path in map(Path, paths):
        if str(path) in reports:
            raise PlotError(line(f"{path}: this is given twice; give each report once"))
        study, folder = stored_study(path, Path(out), allow)
        results = stored_results(study, folder, parts)
        if not results.traces():
            raise PlotError(line(f"{path}: {no_run(folder / 'runs')}"))
        reports[str(path)] = results
    return reports


def no_run(folder):
    """Why a folder holds no run of a scenario, and what to do."""
    if versions := Store(folder).other_versions():
        return f"its runs are of another version, with {versions} here; run it again"
    fault = "holds no run of this scenario with its tables and this version of driftsim"
    return f"{folder} {fault} as they are now; run it, or name the --out of its results"


def stored_results(study, folder, parts):
    """The results of a study: as played with the user's own parts, or else as played without."""
    store = Store(folder / "runs")
    results = Results(study, store, parts)
    return results if results.traces() else Results(study, store)


def titled(reports):
    """Results by the name of their study, with folders if names repeat; a single one by none."""
    if len(reports) == 1:
        return {"": next(iter(reports.values()))}
    names = [results.study.name for results in reports.values()]
    folders = [Path(path).absolute().parent.parts for path in reports]
    for n in range(max(map(len, folders)) + 1):
        titles = ["/".join([*parts[len(parts) - n :], name]) for parts, name in zip(folders, names)]
        if len({*titles}) == len(titles):
            return dict(zip(titles, reports.values()))
    return dict(zip(reports, reports.values()))


def only_streams(reports, names):
    """Results by path with some streams of their suites; raises `PlotError` where none is there."""
    known = {one.setting.get("stream"): None for each in reports.values() for one in each.variants}
    for name in names:
        if name not in known:
            fault = f"no stream has this name; {guess(name, [one for one in known if one])}"
            raise PlotError(f"{line(f'--only-stream {name}')}: {fault}")
    if not names:
        return reports
    kept = {path: on_streams(results, names) for path, results in reports.items()}
    return {path: results for path, results in kept.items() if results.variants}


def on_streams(results, names):
    """Results on some streams of a suite."""
    kept = [one for one in results.variants if one.setting.get("stream") in names]
    return results.of(results.study._replace(variants=[one.variant for one in kept]), kept)


def check_reports(reports, figure, options):
    """Raise `PlotError` for options of which reports have nothing to show."""
    check_contenders(reports, options.get("contenders", ()))
    check_metrics(reports, figure, options.get("metric"))
    check_window(reports, options)


def check_contenders(reports, names):
    """Raise `PlotError` for a contender that no report has."""
    known = {
        name: None
        for results in reports.values()
        for variant in results.study.variants
        for name in variant.scenario.models
    }
    for name in names:
        if name not in known:
            fault = f"no contender is called {short(name)}; {guess(name, known)}"
            raise PlotError(line(f"--contender: {fault}"))


def check_metrics(reports, figure, metric):
    """Raise `PlotError` for a metric that labels do not have, or without a common metric."""
    schemas = {
        path: results.study.variants[0].scenario.stream.schema for path, results in reports.items()
    }
    if metric:
        for path, results in reports.items():
            if fault := metric_fault(results.variants, metric):
                raise PlotError(line(f"--metric: {path}: {fault}"))
    measured = figure == "excess" or "metric" in KINDS[figure].options
    if measured and len({schema.regression for schema in schemas.values()}) > 1:
        fault = "classification and regression have no metric in common; plot them apart"
        raise PlotError(line(f"{listed([*reports])}: {fault}"))
    if "metric" in KINDS[figure].options and not View(titled(reports), metric).metrics:
        fault = "their scenarios have no metric in common; name one with --metric"
        raise PlotError(line(f"{listed([*reports])}: {fault}"))


def check_window(reports, options):
    """Raise `PlotError` for windows of time that a report has not."""
    if "window" not in options:
        return
    over = options.get("over", "tumbling")
    for path, results in reports.items():
        for variant in results.variants:
            if fault := window_fault(over, options["window"], variant.dates):
                raise PlotError(line(f"--window: {path}: {fault}"))


def why_nothing(reports, figure, view):
    """Why there is nothing to plot: no run has ended, or what the figure shows is not known."""
    ended = {one.contender for results in reports.values() for one in results.traces()}
    if not ended & {*view.names}:
        return "; ".join(missing(reports, view.names))
    return why_empty(figure, view)


def missing(reports, names):
    """Which runs of contenders have not been played, or have failed."""
    for path, results in reports.items():
        for variant in results.variants:
            rules = variant.scenario.evaluation
            runs = [*product(range(rules.seeds), range(rules.repeats_in_all))]
            for name in [name for name in variant.scenario.models if name in names]:
                result = variant.results.get(name)
                if lost := {*runs} - {*(result.keys if result else ())}:
                    where = f"{path}: {variant.title}: " if variant.title else f"{path}: "
                    yield line(f"{where}{len(lost)} of {len(runs)} runs of {name} have not ended")
