"""United reports: the settings of several as streams of one suite, with all their contenders."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from driftsim.evaluation.prequential import Contender
from driftsim.messages import ScenarioError, line
from driftsim.parts import identity
from driftsim.report.amounts import listed
from driftsim.report.held import Held
from driftsim.report.results import Results
from driftsim.report.variant_results import TracedRun, VariantResults
from driftsim.scenario import Scenario


def common_metric(reports: Mapping[str, Results], metric: str | None) -> str:
    """The metric to show of some reports, by default the first that all of them ask for.

    Raises `ScenarioError` where they have no such metric in common.
    """
    tasks = {one.study.variants[0].scenario.stream.schema.regression for one in reports.values()}
    if len(tasks) > 1:
        fault = "classification and regression have no metric in common; write a table of each"
        raise ScenarioError(line(f"{listed([*reports])}: {fault}"))
    leading = [*dict.fromkeys(one.first_metric for one in reports.values())]
    if metric is None and len(leading) > 1:
        fault = f"they lead with different metrics, {listed(leading)}; name one with --metric"
        raise ScenarioError(line(f"{listed([*reports])}: {fault}"))
    return metric or leading[0]


def united(reports: Mapping[str, Results]) -> list[VariantResults]:
    """The settings of some reports, by their names, each as a stream that has a name.

    The contenders of reports on the very same stream, by the same rules, stand in one row. Streams
    of one name that differ have the names of their reports before theirs, and contenders after.
    """
    groups = dict[tuple[str, str], dict[str, VariantResults]]()
    for report, results in reports.items():
        for one in results.variants:
            title = one.title or results.study.name
            groups.setdefault((title, played_on(one.scenario)), {})[report] = one
    counts, names = Counter(title for title, _ in groups), names_in(reports)
    held = Held()  # for all of them together
    return [
        joined(title if counts[title] == 1 else f"{', '.join(own)}: {title}", own, names, held)
        for (title, _), own in groups.items()
    ]


def names_in(reports: Mapping[str, Results]) -> dict[str, dict[str, str]]:
    """The name of each contender of each report among those of all reports."""
    every = {report: definitions(results) for report, results in reports.items()}
    return {
        report: {
            name: name if all(one.get(name, found) == found for one in every.values())
            else f"{name} ({report})"
            for name, found in own.items()
        }
        for report, own in every.items()
    }  # fmt: skip


def definitions(results: Results) -> dict[str, set[str]]:
    """What each contender of a report is, under any of its settings."""
    found = dict[str, set[str]]()
    for one in results.variants:
        for name, model in one.scenario.models.items():
            found.setdefault(name, set()).add(identity(model))
    return found


def played_on(scenario: Scenario) -> str:
    """A text that only scenarios share whose contenders play the same rows by the same rules."""
    return identity(scenario.stream) + identity(scenario.evaluation)


def joined(
    name: str,
    parts: Mapping[str, VariantResults],
    names: Mapping[str, Mapping[str, str]],
    held: Held,
) -> VariantResults:
    """The results of a stream from some reports, by their names, as those of one stream.

    `names` are those of contenders among all reports; of one that several have, the first counts.
    """
    first, models = next(iter(parts.values())), dict[str, Contender]()
    taken = dict[str, dict[str, str]]()  # of each report: its own names, and those among all
    for report, one in parts.items():
        known = {own: names[report][own] for own in one.scenario.models}
        taken[report] = {own: shown for own, shown in known.items() if shown not in models}
        models |= {shown: one.scenario.models[own] for own, shown in taken[report].items()}
    setting = {"stream": name}
    scenario = first.scenario.model_copy(update={"models": models})
    variant = first.variant._replace(setting=setting, scenario=scenario)
    runs = partial(runs_in, parts, taken)
    return VariantResults(variant, setting, runs, first.dates, held=held)


def runs_in(
    parts: Mapping[str, VariantResults], taken: Mapping[str, Mapping[str, str]]
) -> Iterator[TracedRun]:
    """The runs of contenders of some reports, by the names that they have together."""
    for report, one in parts.items():
        for run in one.runs:
            if run.contender in taken[report]:
                yield run._replace(contender=taken[report][run.contender])


def contenders_of(reports: Sequence[Results], variants: Sequence[VariantResults]) -> list[str]:
    """The names of all contenders of some reports, in order, then those they have when united."""
    own = [name for one in reports for name in one.study.contenders]
    return [*dict.fromkeys([*own, *(name for one in variants for name in one.scenario.models)])]
