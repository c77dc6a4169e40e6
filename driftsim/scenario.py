"""Scenarios: what a YAML file says, checked and resolved."""

import itertools
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import (
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from driftsim.distinct import distinct
from driftsim.durations import Duration
from driftsim.evaluation.decision.plans import Plan, faults_of, numbers_of, plans_of
from driftsim.evaluation.decision.prices import PriceList, Prices
from driftsim.evaluation.decision.settings import Decision
from driftsim.evaluation.metrics import metric_of, metrics_of
from driftsim.evaluation.prequential import Contender
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.trial import Trials
from driftsim.figure_names import figures_of
from driftsim.libraries import checked_packages
from driftsim.messages import ScenarioError, refusal, setting_text
from driftsim.notebook_html import ShownInNotebooks, html_of
from driftsim.parts import Name, Strict, dumped
from driftsim.python_data import is_data
from driftsim.safety import MOST_HELD, beyond_memory
from driftsim.scenario_checks import (
    faults_of_rules,
    obstacle,
    obstacles,
    refuse_first,
    unranked,
    untallied,
)
from driftsim.scenario_evaluation import Evaluation, faults_of_evaluation, unplannable
from driftsim.scenario_files import checked_name, default_name, from_home, from_source, place_of
from driftsim.scenario_places import Faults, Places, beside_settings, located, renew, with_setting
from driftsim.scenario_report import Report, without_alarms
from driftsim.scenario_severity import with_requested
from driftsim.scenario_times import known_to_tables, of_times, rows_of_warmup, too_late
from driftsim.settings import Marks, Named, assignment, entry_at, keep_only, shortest, swept
from driftsim.streams.stream import Stream
from driftsim.suites import gather, keep_streams, named_streams, put

MOST_RUNS = 1_000_000  # of one file
MOST_MISTAKES = 20  # of one file that a message names
OF_STUDIES = ("streams", "defaults", "sweep")  # keys of a file beside those of a scenario

Mistakes = Iterator[tuple[Any, ...]]  # the keys of a place, then what is wrong there, or None
Names = Collection[str]


class Scenario(ShownInNotebooks, Strict):
    """A stream, the contenders that run on it, and the rules of their evaluation."""

    stream: Stream
    models: Annotated[dict[Name, Contender], Field(min_length=1)]
    evaluation: Evaluation = Evaluation()
    report: Report = Report()
    prices: Prices | None = None  # of mistakes, labels and trainings; of no run's hash
    decision: Decision = Decision()

    @model_validator(mode="before")
    @classmethod
    def _columns_of_labels_are_no_features(cls, document: Any) -> Any:
        return with_requested(known_to_tables(document))

    @field_validator("evaluation")
    @classmethod
    def _warms_up_rows(cls, evaluation: Evaluation, info: ValidationInfo) -> Evaluation:
        if "stream" not in info.data:
            return evaluation
        warmup = rows_of_warmup(evaluation.warmup, info.data["stream"])
        return evaluation.model_copy(update={"warmup": warmup})

    @property
    def interval(self) -> int:
        """Rows to an entry of a trace."""
        return self.evaluation.interval_of(self.stream)

    @property
    def rules(self) -> Rules:
        """The rules of each run."""
        return self.evaluation.narrowed(Rules).model_copy(update={"interval": self.interval})

    @property
    def metrics(self) -> list[str]:
        """The metrics of the report, or the main metric of the task."""
        return self.report.metrics or [next(iter(metrics_of(self.stream.schema)))]

    @property
    def priced(self) -> PriceList:
        """The prices of this stream; without any a mistake costs 1."""
        return PriceList(self.prices, self.stream.schema)

    @property
    def plans(self) -> list[Plan]:
        """The models whose losses are computed for the floor, learner by learner."""
        return plans_of(self.decision, self.models, self.stream, self.evaluation.warmup)

    @property
    def held_for_floors(self) -> dict[tuple[str, ...], int]:
        """How many numbers the losses of each memory are, by all that they follow from."""
        runs = self.evaluation.seeds * self.evaluation.repeats_in_all
        return numbers_of(self.plans, self.stream, self.evaluation, runs)

    @property
    def window(self) -> int | Duration:
        """Rows per point of a curve, whole intervals; or so much time."""
        window = self.report.window or max(10 * self.interval, self.evaluation.protocol.period)
        if isinstance(window, Duration):
            return window
        return -(-window // self.interval) * self.interval

    @model_validator(mode="after")
    def _can_be_run(self, info: ValidationInfo) -> "Scenario":
        context = info.context or {}
        trials, left_out = context.get("trials") or Trials(), context.get("left_out")
        refuse_first(self._of_rules())
        kept = self if left_out is None else self._without(left_out, trials)
        mistakes = (kept._of_contenders(), kept._of_metrics(), kept._of_decision())
        refuse_first(itertools.chain(*mistakes, kept._of_trials(trials)))
        return kept

    def _without(self, left_out: dict[str, str], trials: Trials) -> "Scenario":
        """This scenario without what cannot play its stream; `left_out` gets the reasons."""
        about = self.stream, self.evaluation, trials
        found = {name: obstacle(one, *about) for name, one in self.models.items()}
        left_out |= {name: reason for name, reason in found.items() if reason}
        if len(left_out) == len(self.models):
            reasons = (f"{name}: {reason}" for name, reason in left_out.items())
            raise refusal(f"no contender can play this stream: {' | '.join(reasons)}", "stream")
        return self.model_copy(update={
            "models": {name: one for name, one in self.models.items() if name not in left_out}
        })  # fmt: skip

    def _of_rules(self) -> Mistakes:
        """What the rules ask for and the stream cannot give."""
        yield from faults_of_rules(self.evaluation, self.stream)
        if isinstance(self.report.window, Duration):
            yield "report", "window", self.stream.undated
        yield from beyond_memory(self.evaluation, self.stream, self.interval)
        faults = faults_of_evaluation(self.evaluation, self.models.values(), self.stream)
        yield from (("evaluation", *fault) for fault in faults)

    def _of_contenders(self) -> Mistakes:
        """What the contenders need and the stream or the rules do not give."""
        for name, one in self.models.items():
            for place in obstacles(one, self.stream, self.evaluation):
                yield "models", name, *place

    def _of_trials(self, trials: Trials) -> Mistakes:
        """How contenders fail on a few rows."""
        for name, one in self.models.items():
            failure = trials.incompatibility(self.stream, one, self.evaluation)
            yield "models", name, "learner", failure

    @property
    def asks(self) -> bool:
        """Whether any contender asks for labels."""
        return any(one.under(self.evaluation).query for one in self.models.values())

    def _of_metrics(self) -> Mistakes:
        """Why metrics cannot be drawn."""
        for i, metric in enumerate(self.metrics):
            place = "report", "metrics", i
            try:
                metric_of(metric, self.stream.schema)
            except ValueError as error:
                yield *place, str(error)
            yield *place, untallied(metric, self.evaluation, self.stream.schema, self.asks)
            yield *place, None if i else unranked(metric)
            if metric in self.metrics[:i]:
                yield *place, f"'{metric}' stands twice; give it once"

    def _of_decision(self) -> Mistakes:
        """What prices and schedules ask for and the stream cannot give."""
        if self.prices:
            faults = self.prices.faults(self.stream.schema, self.evaluation.confusion)
            yield from (("prices", *fault) for fault in faults)
        yield from of_times(self.decision, self.stream, "decision")
        runs, plans = self.evaluation.seeds * self.evaluation.repeats_in_all, self.plans
        yield "decision", unplannable(self.evaluation, self.models) if plans else None
        for fault in faults_of(plans, self.stream, self.evaluation, runs):
            yield "decision", *fault
        for one in (contender for plan in plans for contender in plan.periodic):
            yield "decision", "memories", too_late(one.policy, self.evaluation.labels)


class Variant(NamedTuple):
    """A scenario with one setting of its file's sweep, or with one stream of its suite."""

    setting: dict[str, Any]  # dotted path: value, or its name where it has one
    scenario: Scenario
    left_out: dict[str, str] = {}  # why contenders of a suite cannot play this stream, by name

    @property
    def title(self) -> str:
        """The setting in words, empty without a sweep; a stream of a suite is its name."""
        return title_of(self.setting)


def title_of(setting: dict[str, Any]) -> str:
    """A setting in words; a value that has a name is that, and a stream of a suite its name."""
    values = [one.name if isinstance(one, Named) else one for one in setting.values()]
    return ", ".join(
        value if (name, type(value)) == ("stream", str) else f"{name} = {setting_text(value)}"
        for name, value in zip(shortest(list(setting)), values)
    )


class Study(NamedTuple):
    """The question of a scenario file: a scenario, or one for each setting of its sweep."""

    name: str
    question: str  # the comment the file opens with
    variants: list[Variant]
    notes: tuple[str, ...] = ()  # on what its file writes in old words, a line each
    named: frozenset[str] = frozenset()  # of the dotted paths that differ, those of named values

    def _repr_html_(self) -> str:
        return html_of(self)

    @property
    def swept(self) -> list[str]:
        """The dotted paths that differ between the variants."""
        return list(self.variants[0].setting)

    @property
    def suite(self) -> bool:
        """Whether it is of streams that have names."""
        return "stream" in self.named

    @property
    def contenders(self) -> dict[str, Contender]:
        """All contenders in order, each as it is in the first variant that it plays in."""
        found, order = dict[str, Contender](), list[str]()
        for models in (one.scenario.models for one in self.variants):
            place = 0
            for name, contender in models.items():
                if name not in found:
                    found[name] = contender
                    order.insert(place, name)
                place = order.index(name) + 1
        return {name: found[name] for name in order}


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


def written_at(scenario: Scenario, path: str) -> Any:
    """What a scenario file writes at a dotted path; None of a contender that is left out."""
    head, _, rest = path.partition(".")
    if head == "models" and rest.partition(".")[0] not in scenario.models:
        return None
    return entry_at(dumped(scenario), path)


def study_of(scenario: Scenario, name: str = "scenario") -> Study:
    """A study of a scenario that was built in Python."""
    return Study(checked_name(name), "", [Variant({}, scenario)])
