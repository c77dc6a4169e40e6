"""Plot: one figure of reports that have been written, in a file."""

from itertools import product
from pathlib import Path

from driftsim.evaluation.metrics import metric_of
from driftsim.parts import guess, line, short
from driftsim.report.amounts import listed
from driftsim.report.figures import KINDS, Shown, draw, picture
from driftsim.report.results import Results
from driftsim.runner import load_parts
from driftsim.scenario import ScenarioError, load
from driftsim.store import Store, StoreError, write_atomically

SUFFIXES = ("png", "svg", "pdf")
WINDOWS = ("tumbling", "sliding", "cumulative", "faded")


class PlotError(ScenarioError):
    """What cannot be plotted: where, what is wrong, and what would be right."""


def plot(paths, to, figure="curves", out="reports", parts=(), **asked):
    """Draw a figure of reports, or of scenarios that have been run; gives its file, and notes.

    `asked` may name a `metric`, a `window`, what windows are `over`, and `contenders`. Raises
    `PlotError`, before any work where it can, for what cannot be plotted.
    """
    suffix = suffix_of(to)
    asked = {name: value for name, value in asked.items() if value}
    check(figure, asked)
    load_parts(parts)
    reports = opened(paths, out, parts)
    check_contenders(reports, asked.get("contenders", ()))
    check_metrics(reports, figure, asked.get("metric"))
    shown = Shown(titled(reports), **asked)
    made = draw(figure, shown)
    if made is None:
        said = f"there is no '{figure}' to draw: {lack(reports, figure, shown)}"
        raise PlotError(line(f"{listed([*reports])}: {said}"))
    try:
        write_atomically(Path(to), picture(made, suffix))
    except StoreError as error:
        raise StoreError(str(error).replace("--out", "--to")) from None
    return to, [f"{runs}, and are left out" for runs in absent(reports, shown.names)]


def suffix_of(path):
    """The kind of a file, by its name."""
    suffix = Path(path).suffix.lower().removeprefix(".")
    if suffix not in SUFFIXES:
        said = f"a figure is no {short(suffix)}" if suffix else "this names no kind of file"
        raise PlotError(line(f"--to {path}: {said}; end it in .png, .svg or .pdf"))
    return suffix


def check(figure, asked):
    """Raise `PlotError` unless there is such a figure, and it heeds what is asked."""
    if figure not in KINDS:
        said = f"no figure is called {short(figure)}; {guess(figure, KINDS)}"
        raise PlotError(line(f"--figure: {said}"))
    over = asked.get("over", "tumbling")
    if over not in WINDOWS:
        raise PlotError(line(f"--over: {short(over)} is no kind of window; {guess(over, WINDOWS)}"))
    if over == "cumulative" and "window" in asked:
        said = "cumulative windows hold all rows so far, and have no other length; leave it out"
        raise PlotError(f"--window: {said}")
    for name in asked:
        option = name.removesuffix("s")
        able = [kind for kind, one in KINDS.items() if option in one.heeds]
        if figure not in able:
            said = f"'{figure}' does not heed it; it is for {', '.join(able)}"
            raise PlotError(f"--{option}: {said}")


def opened(paths, out, parts):
    """The results of each path, by the path: a report's folder, or a scenario that has been run."""
    reports = {}
    for path in map(Path, paths):
        if str(path) in reports:
            raise PlotError(line(f"{path}: this stands twice; give each report once"))
        study, folder = kept(path, Path(out))
        results = found(study, folder, parts)
        if not results.traces():
            said = (
                f"none of its runs stands in {folder / 'runs'} for this scenario, its tables and "
                "this version as they are now"
            )
            raise PlotError(line(f"{path}: {said}; run it, or name the --out of its results"))
        reports[str(path)] = results
    return reports


def found(study, folder, parts):
    """The results of a study: as played with parts of one's own, or else as played without."""
    store = Store(folder / "runs")
    results = Results(study, store, parts)
    return results if results.traces() else Results(study, store)


def kept(path, out):
    """The study of a path, and the folder of its results."""
    if path.is_file() and (path.parent / "runs").is_dir():
        said = f"this is a file of a report; give the folder {path.parent}"
        raise PlotError(line(f"{path}: {said}"))
    if not path.is_dir():
        study = load(path)
        return study, out / study.name
    if not (path / "scenario.yaml").is_file():
        said = "this is no report: it holds no scenario.yaml; give a folder that driftsim run wrote"
        raise PlotError(line(f"{path}: {said}"))
    try:
        return load(path / "scenario.yaml")._replace(name=path.resolve().name), path
    except ScenarioError as error:
        own = " is called " in str(error)
        more = f"\n{path}: if it has parts of your own, name their file with --with" if own else ""
        raise PlotError(f"{error}{more}") from None


def titled(reports):
    """Results by the name of their study, with folders where two have one; a single one by none."""
    if len(reports) == 1:
        return {"": next(iter(reports.values()))}
    names = [results.study.name for results in reports.values()]
    folders = [Path(path).absolute().parent.parts for path in reports]
    for n in range(max(map(len, folders)) + 1):
        titles = ["/".join([*parts[len(parts) - n :], name]) for parts, name in zip(folders, names)]
        if len({*titles}) == len(titles):
            return dict(zip(titles, reports.values()))
    return dict(zip(reports, reports.values()))


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
            said = f"no contender is called {short(name)}; {guess(name, known)}"
            raise PlotError(line(f"--contender: {said}"))


def check_metrics(reports, figure, metric):
    """Raise `PlotError` for a metric that labels do not have, or where there is none to share."""
    schemas = {
        path: results.study.variants[0].scenario.stream.schema for path, results in reports.items()
    }
    for path, schema in schemas.items() if metric else ():
        try:
            metric_of(metric, schema)
        except ValueError as error:
            raise PlotError(line(f"--metric: {path}: {error}")) from None
    measured = figure == "excess" or "metric" in KINDS[figure].heeds
    if measured and len({schema.regression for schema in schemas.values()}) > 1:
        said = "some hold classes and some numbers, which have no metric in common; plot them apart"
        raise PlotError(line(f"{listed([*reports])}: {said}"))
    if "metric" in KINDS[figure].heeds and not Shown(titled(reports), metric).metrics:
        said = "their scenarios name no metric that all of them have; name one with --metric"
        raise PlotError(line(f"{listed([*reports])}: {said}"))


def lack(reports, figure, shown):
    """Why there is nothing to draw: nobody has ended, or nothing is known that would be drawn."""
    ended = {one.contender for results in reports.values() for one in results.traces()}
    if not ended & {*shown.names}:
        return "; ".join(absent(reports, shown.names))
    return KINDS[figure].lacks.format(metric=listed(shown.metrics))


def absent(reports, names):
    """Which runs of contenders have not been played, or have failed."""
    for path, results in reports.items():
        there = {
            (str(one.setting), one.contender, one.seed, one.repeat) for one in results.traces()
        }
        for variant in results.study.variants:
            setting = str(dict(zip(results.swept, variant.setting.values())))
            rules = variant.scenario.evaluation
            runs = [*product(range(rules.seeds), range(rules.repeats))]
            for name in [name for name in variant.scenario.models if name in names]:
                if lost := [run for run in runs if (setting, name, *run) not in there]:
                    about = f"{path}: {variant.title}: " if variant.title else f"{path}: "
                    yield line(f"{about}{len(lost)} of {len(runs)} runs of {name} have not ended")
