"""Loading: a scenario file or a dict, read into a study, or refused with its first mistakes."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from driftsim.distinct import distinct
from driftsim.evaluation.trial import Trials
from driftsim.figure_names import figures_of
from driftsim.libraries import checked_packages
from driftsim.messages import ScenarioError
from driftsim.safety import MOST_HELD
from driftsim.scenario.files import checked_name, default_name, from_home, from_source, place_of
from driftsim.scenario.places import Faults, Places, beside_settings, located, renew, with_setting
from driftsim.scenario.python_data import is_data
from driftsim.scenario.report import without_alarms
from driftsim.scenario.scenario import Scenario, written_at
from driftsim.scenario.settings import Marks, Named, assignment, entry_at, keep_only, swept
from driftsim.scenario.study import Study, Variant, title_of
from driftsim.scenario.suites import gather, keep_streams, named_streams, put

MOST_RUNS = 1_000_000  # of one file
MOST_MISTAKES = 20  # of one file that a message names
OF_STUDIES = ("streams", "defaults", "sweep")  # keys of a file beside those of a scenario

Names = Collection[str]


def load(
    source: str | Path | dict[str, Any],
    settings: Iterable[str] = (),
    seeds: int | None = None,
    only: Names = (),
    name: str | None = None,
    allow: Names = (),
    figures: str | None = None,
    only_streams: Names = (),
) -> Study:
    """Read a scenario into a `Study`; raises `ScenarioError` with its first mistakes.

    `source` is a file, or a dict with the same keys, whose values may be parts and other objects.
    `settings` are texts `dotted.path=value` that replace what it says, `seeds` is the number of
    repetitions, `only` the names of the contenders to keep, `only_streams` those of the streams of
    a suite. `name` is the folder of the results,
    by default the file's name or `scenario`. `allow` are packages whose estimators it may name.
    `figures` are those that get pictures: `none`, `all`, or names with commas between them.
    """
    source = from_home(source)
    place, folder = place_of(source)
    asked, document, marks = from_source(source, [*Scenario.model_fields, *OF_STUDIES])
    title = checked_name(name) if name is not None else default_name(source)
    gather(document, marks)
    for setting in settings:
        put(document, marks, *assignment(setting))
    if seeds is not None:
        put(document, marks, "evaluation.seeds", seeds, "--seeds")
    if figures is not None:
        put(document, marks, "report.figures", figures_of(figures), "--figures")
    keep_only(document, only)
    keep_streams(document, only_streams)
    study = resolve(document, marks, place, folder, checked_packages(allow))
    refuse_all([] if only_streams else unplayed(study, marks), place)
    if message := too_much(study.variants):
        raise ScenarioError(f"{place}: {message}")
    return study._replace(name=title, question=asked)


def too_much(variants: Iterable[Variant]) -> str | None:
    """Why the variants of one file cannot be run together, or None."""
    runs, held = 0, dict[Any, int]()
    for scenario in (one.scenario for one in variants):
        rules = scenario.evaluation
        runs += rules.seeds * rules.repeats_in_all * len(scenario.models)
        held |= scenario.held_for_floors
    if runs > MOST_RUNS:
        message = f"{runs:,} runs, but at most {MOST_RUNS:,} are allowed"
        return f"{message}; try fewer settings, seeds, repeats or contenders"
    if (numbers := sum(held.values())) > MOST_HELD:
        message = f"the losses of all settings make {numbers:,} numbers, which are kept in memory"
        return f"{message}; try fewer settings, or a coarser decision.grid"
    return None


def resolve(
    document: dict[str, Any], marks: Marks, place: str, folder: Path, allow: Names = ()
) -> Study:
    """The study of a document, without a name; raises `ScenarioError`."""
    variants, mistakes, notes = list[Variant](), Faults(), list[str]()
    suite, trials, named = "streams" in document, Trials(), set[str]()
    settings = swept(document, marks, named_streams(document))
    own = beside_settings(marks)
    for setting in settings:
        variant, places = with_setting(document, own, setting, marks)
        mistakes.tried += 1
        left_out = dict[str, str]()
        context = {"folder": folder, "trials": trials, "allow": allow}
        context |= {"left_out": left_out} if suite else {}
        try:
            scenario = Scenario.model_validate(variant, context=context)
        except ValidationError as error:
            for one in error.errors():
                mistakes.add(one["loc"], one["msg"], places, title_of(setting))
            if len(mistakes) > MOST_MISTAKES:
                break
            continue
        notes += (renewed := renew(scenario, variant, places))
        named |= {path for path, value in setting.items() if isinstance(value, Named)}
        shown = shown_setting(setting, scenario, variant if renewed else {})
        variants.append(Variant(shown, scenario, left_out))
    refuse_all(mistakes.messages, place)
    study = Study("", "", variants, tuple(dict.fromkeys(notes)), frozenset(named))
    faults = [located(*fault, Places(marks)) for fault in faults_of_all(study)]
    refuse_all([*study.notes, *faults] if faults else [], place)
    return study


def refuse_all(mistakes: list[str], place: str) -> None:
    """Raise `ScenarioError` with the first mistakes of a file, if there are any."""
    if mistakes:
        more = [f"{place}: … and more mistakes"] if len(mistakes) > MOST_MISTAKES else []
        raise ScenarioError("\n".join([*dict.fromkeys(mistakes)][:MOST_MISTAKES] + more))


def faults_of_all(study: Study) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with the variants of a study together: the keys of a place, and a message."""
    if study.notes and len(distinct([one.setting for one in study.variants])) < len(study.variants):
        yield ("sweep",), "an old and a new word for the same value; give each value once"
    first, place = study.variants[0], ("streams",) if study.suite else ("sweep",)
    if message := without_alarms(first.scenario.report.lead, study.contenders.values()):
        yield ("report", "lead"), message
    for one in study.variants:
        if one.scenario.stream.schema.regression != first.scenario.stream.schema.regression:
            message = f"'{first.title}' and '{one.title}' are of different tasks, of which one has"
            yield place, f"{message} classes and one numbers as labels; give each task its own file"
            break


def unplayed(study: Study, marks: Marks) -> list[str]:
    """A message on each contender that can play no stream."""
    first, places = study.variants[0], Places(marks)
    return [
        located(("models", name), f"no stream can be played; {first.title}: {reason}", places)
        for name, reason in first.left_out.items()
        if all(name in one.left_out for one in study.variants)
    ]


def shown_setting(setting: dict[str, Any], scenario: Scenario, renewed: Any) -> dict[str, Any]:
    """A setting as tables and files show it: by names, and objects as they are written out.

    `renewed` is the document where it has got new words in the place of old ones.
    """
    shown = {}
    for path, value in setting.items():
        if isinstance(value, Named):
            shown[path] = value.name
        elif is_data(one := entry_at(renewed, path) if renewed else value):
            shown[path] = one
        else:
            shown[path] = written_at(scenario, path)
    return shown
