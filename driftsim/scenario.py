"""Scenarios: what a YAML file says, checked and resolved."""

import itertools
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    WrapValidator,
    field_validator,
    model_validator,
)

from driftsim.adaptation.policies import Policy
from driftsim.durations import Duration, Period, or_duration
from driftsim.evaluation.decision.plans import Plan, faults_of, numbers_of, plans_of
from driftsim.evaluation.decision.prices import PriceList, Prices
from driftsim.evaluation.decision.settings import Decision
from driftsim.evaluation.label_check import labels_violation
from driftsim.evaluation.metrics import OF_PROBABILITIES, OF_SCORES, metric_of, metrics_of
from driftsim.evaluation.prequential import Contender
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.trial import Trials
from driftsim.figure_names import checked_figures, figures_of, listed_figures
from driftsim.learners.learner import Learner
from driftsim.libraries import checked_packages
from driftsim.messages import ScenarioError, line, refusal, setting_text
from driftsim.parts import (
    Name,
    Number,
    Position,
    Strict,
    distinct,
    dumped,
    renaming,
    renewals,
)
from driftsim.python_data import copied, is_data, paths, plain
from driftsim.safety import MOST_HELD, beyond_memory
from driftsim.scenario_files import checked_name, default_name, from_file
from driftsim.scenario_times import known_to_tables, of_times, rows_of_warmup, too_late
from driftsim.settings import Marks, apply, assign, entry_at, keep_only, shortest, swept
from driftsim.streams.stream import Stream

MOST_RUNS = 1_000_000  # of one file
MOST_MISTAKES = 20  # of one file that a message names
IN_PYTHON = "in the scenario"  # where the parts of a dict stand

Mistakes = Iterator[tuple[Any, ...]]  # the keys of a place, then what is wrong there, or None
Names = Collection[str]
Figures = Annotated[
    list[str], BeforeValidator(listed_figures), AfterValidator(checked_figures)
]  # or `all`


class Evaluation(Rules):
    """The rules of the evaluation of every contender, and how often it is run."""

    warmup: Annotated[Position, WrapValidator(or_duration)] = 1_000  # or a duration, at first
    seeds: Annotated[int, Field(gt=0, le=100_000)] = 1  # of the stream: 0, 1, 2, …
    repeats: Annotated[int, Field(gt=0, le=1_000)] = 1  # of a contender, with other learner seeds


class Report(Strict):
    """What the report shows of the results."""

    metrics: Annotated[list[str], Field(min_length=1)] | None = None  # error, or mae
    window: Period | None = None  # rows, or time, per point of a curve; ten intervals by default
    equivalence: Annotated[Number, Field(gt=0)] | None = None  # points, or percent of an error
    figures: Figures = ["curves"]  # that are pictures beside the page, too


class Scenario(Strict):
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
        return known_to_tables(document)

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
        runs = self.evaluation.seeds * self.evaluation.repeats
        return numbers_of(self.plans, self.stream, self.evaluation, runs)

    @property
    def window(self) -> int | Duration:
        """Rows per point of a curve, whole intervals; or so much time."""
        window = self.report.window or 10 * self.interval
        if isinstance(window, Duration):
            return window
        return -(-window // self.interval) * self.interval

    @model_validator(mode="after")
    def _can_be_run(self, info: ValidationInfo) -> "Scenario":
        trials = (info.context or {}).get("trials") or Trials()
        mistakes = itertools.chain(
            self._of_rules(), self._of_contenders(), self._of_metrics(), self._of_decision()
        )
        for *place, message in mistakes:
            if message:
                raise refusal(message, *place)
        for name, contender in self.models.items():
            if message := trials.incompatibility(self.stream, contender, self.evaluation):
                raise refusal(message, "models", name, "learner")
        return self

    def _of_rules(self) -> Mistakes:
        """What the rules ask for and the stream cannot give."""
        rules, schema, length = self.evaluation, self.stream.schema, self.stream.length
        if rules.warmup >= length:
            message = (
                f"a warm-up of {rules.warmup:,} rows leaves none of the {length:,} rows to score"
            )
            yield "evaluation", "warmup", f"{message}; shorten it"
        if rules.probabilities and schema.regression:
            message = "in regression labels have no probabilities; leave this out"
            yield "evaluation", "probabilities", message
        if rules.scores and schema.n_classes != 2:
            yield "evaluation", "scores", "scores are for two classes; leave them out"
        if rules.confusion and schema.regression:
            yield "evaluation", "confusion", "numbers are not confused as classes are; leave it out"
        if rules.probe and self.stream.recorded:
            message = "a recorded stream has no fresh rows to probe with; leave this out"
            yield "evaluation", "probe", message
        yield from of_times(rules.labels, self.stream, "evaluation", "labels")
        yield "evaluation", "labels", labels_violation(rules.labels, self.stream)
        yield from self.stream.unlearned(rules.warmup)
        if isinstance(self.report.window, Duration):
            yield "report", "window", self.stream.undated
        yield from beyond_memory(rules, self.stream, self.interval)

    def _of_contenders(self) -> Mistakes:
        """What the contenders need and the stream or the rules do not give."""
        rows = self.stream.length - self.evaluation.warmup
        asked = (True,) if self.evaluation.probable else ()
        for name, one in self.models.items():
            policy, learner = ("models", name, "policy"), ("models", name, "learner")
            yield *policy, self._unknown_to(one.policy, one.learner.trained)
            yield from of_times(one.policy, self.stream, *policy)
            yield *policy, "memory", too_late(one.policy, self.evaluation.labels)
            yield *learner, self._unknown_posterior(one.learner)
            yield *learner, one.learner.untaken_gaps(self.stream.schema)
            yield *policy, one.policy.incompatibility(self.stream.schema, rows)
            yield *learner, one.at_work[0].incompatibility(self.stream.schema, *asked)

    def _unknown_to(self, policy: Policy, trained: bool) -> str | None:
        if not self.evaluation.warmup and not policy.starts_cold and not trained:
            return (
                f"'{policy.kind()}' needs a warm-up to train on, "
                "and evaluation.warmup is 0; only 'online' starts cold"
            )
        if policy.knows == "changes" and not self.stream.known and not self.stream.changes(0):
            return (
                f"'{policy.kind()}' needs the true changes, which are unknown for recorded rows; "
                "give the table marks: [row, …] if you know some, or leave this policy out"
            )
        return None

    def _unknown_posterior(self, learner: Learner) -> str | None:
        unknown = [name for name, one in self.stream.concepts.items() if not one.known]
        if learner.sees != "posterior" or not unknown:
            return None
        return (
            f"'{learner.kind()}' needs the probability of every label, which is unknown for the "
            f"rows of '{unknown[0]}'; use a concept with a density, or leave this learner out"
        )

    def _of_metrics(self) -> Mistakes:
        """Why metrics cannot be drawn."""
        for i, metric in enumerate(self.metrics):
            place = "report", "metrics", i
            try:
                metric_of(metric, self.stream.schema)
            except ValueError as error:
                yield *place, str(error)
            if metric in OF_PROBABILITIES and not self.evaluation.probable:
                yield *place, f"'{metric}' needs probabilities; set evaluation.probabilities: true"
            if metric in OF_SCORES and not self.evaluation.scores:
                yield *place, f"'{metric}' needs scores; set evaluation.scores: 64"
            if metric in self.metrics[:i]:
                yield *place, f"'{metric}' stands twice; give it once"

    def _of_decision(self) -> Mistakes:
        """What prices and schedules ask for and the stream cannot give."""
        if self.prices:
            faults = self.prices.faults(self.stream.schema, self.evaluation.confusion)
            yield from (("prices", *fault) for fault in faults)
        yield from of_times(self.decision, self.stream, "decision")
        runs, plans = self.evaluation.seeds * self.evaluation.repeats, self.plans
        for fault in faults_of(plans, self.stream, self.evaluation, runs):
            yield "decision", *fault
        for one in (contender for plan in plans for contender in plan.periodic):
            yield "decision", "memories", too_late(one.policy, self.evaluation.labels)


class Variant(NamedTuple):
    """A scenario with one setting of its file's sweep."""

    setting: dict[str, Any]  # dotted path: value
    scenario: Scenario

    @property
    def title(self) -> str:
        """The setting in words, empty without a sweep."""
        values = zip(shortest(list(self.setting)), self.setting.values())
        return ", ".join(f"{name} = {setting_text(value)}" for name, value in values)


class Study(NamedTuple):
    """The question of a scenario file: a scenario, or one for each setting of its sweep."""

    name: str
    question: str  # the comment the file opens with
    variants: list[Variant]
    notes: tuple[str, ...] = ()  # on what its file writes in old words, a line each

    @property
    def swept(self) -> list[str]:
        """The dotted paths that differ between the variants."""
        return list(self.variants[0].setting)


def load(
    source: str | Path | dict[str, Any],
    settings: Iterable[str] = (),
    seeds: int | None = None,
    only: Names = (),
    name: str | None = None,
    allow: Names = (),
    figures: str | None = None,
) -> Study:
    """Read a scenario into a `Study`; raises `ScenarioError` with its first mistakes.

    `source` is a file, or a dict with the same keys, whose values may be parts and other objects.
    `settings` are texts `dotted.path=value` that replace what it says, `seeds` is the number of
    repetitions, `only` the names of the contenders to keep. `name` is the folder of the results,
    by default the file's name or `scenario`. `allow` are packages whose estimators it may name.
    `figures` are those that get pictures: `none`, `all`, or names with commas between them.
    """
    if isinstance(source, dict):
        place, folder, asked = IN_PYTHON, Path(), ""
        document = plain(source)
        marks = dict.fromkeys([(), ("sweep",), *paths(document)], IN_PYTHON)
    else:
        place, folder = str(source), Path(source).parent
        asked, document, marks = from_file(Path(source), [*Scenario.model_fields, "sweep"])
    title = checked_name(name) if name is not None else default_name(source)
    for setting in settings:
        apply(document, marks, setting)
    if seeds is not None:
        assign(document, marks, "evaluation.seeds", seeds, "--seeds")
    if figures is not None:
        assign(document, marks, "report.figures", figures_of(figures), "--figures")
    keep_only(document, only)
    variants, notes = resolve(document, marks, place, folder, checked_packages(allow))
    if message := too_much(variants):
        raise ScenarioError(f"{place}: {message}")
    return Study(title, asked, variants, notes)


def too_much(variants: Iterable[Variant]) -> str | None:
    """Why the variants of one file cannot be run together, or None."""
    runs, held = 0, dict[Any, int]()
    for _, scenario in variants:
        rules = scenario.evaluation
        runs += rules.seeds * rules.repeats * len(scenario.models)
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
) -> tuple[list[Variant], tuple[str, ...]]:
    """Each variant of a document, and notes on its old words; raises `ScenarioError`."""
    variants, mistakes, notes = list[Variant](), list[str](), list[str]()
    context = {"folder": folder, "trials": Trials(), "allow": allow}
    settings = swept(document, marks)
    own = {path: mark for path, mark in marks.items() if path[:1] != ("sweep",)}
    for setting in settings:
        variant, places = with_setting(document, own, setting, marks)
        try:
            scenario = Scenario.model_validate(variant, context=context)
        except ValidationError as error:
            mistakes += [located(one["loc"], one["msg"], places) for one in error.errors()]
            if len(mistakes) > MOST_MISTAKES:
                break
            continue
        if renewed := renew(scenario, variant, places):
            notes += renewed
            setting = {target: entry_at(variant, target) for target in setting}
        variants.append(Variant(as_data(setting, scenario), scenario))
    if mistakes:
        more = [f"{place}: … and more mistakes"] if len(mistakes) > MOST_MISTAKES else []
        raise ScenarioError("\n".join([*dict.fromkeys(mistakes)][:MOST_MISTAKES] + more))
    notes = [*dict.fromkeys(notes)]
    if notes and len(distinct([one.setting for one in variants])) < len(variants):
        message = "an old and a new word for the same value; give each value once"
        raise ScenarioError("\n".join([*notes, f"{marks['sweep',]}: sweep: {message}"]))
    return variants, tuple(notes)


def with_setting(document, marks, setting, swept):
    """A copy of a document with the values of a setting, `swept` where marked, and its marks."""
    variant, places = copied(document), dict(marks)
    for target, value in setting.items():
        assign(variant, places, target, value, swept["sweep", target])
    return variant, places


def as_data(setting: dict[str, Any], scenario: Scenario) -> dict[str, Any]:
    """A setting as a scenario file writes it: its objects as they are written out."""
    objects = [path for path, value in setting.items() if not is_data(value)]
    if not objects:
        return setting
    written = dumped(scenario)
    return setting | {path: entry_at(written, path) for path in objects}


def study_of(scenario: Scenario, name: str = "scenario") -> Study:
    """A study of a scenario that was built in Python."""
    return Study(checked_name(name), "", [Variant({}, scenario)])


def renew(scenario: Scenario, document: dict[str, Any], marks: Marks) -> list[str]:
    """Replace the old words in a document by the new ones; returns a note on each."""
    notes = []
    for path, old, new in renewals(scenario, document):
        *above, name = map(str, path)
        entry_at(document, ".".join(above))[name] = new
        notes.append(located(path, renaming(old, new), marks))
    return notes


def located(path: Iterable[str | int], message: str, marks: Marks) -> str:
    """A message on what stands at a path, with its file and line."""
    unseen = "[key]", "[word]", "[mapping]"  # of pydantic, and of `form_of`
    words = tuple(str(word) for word in path if word not in unseen)
    where = next(marks[words[:n]] for n in range(len(words), -1, -1) if words[:n] in marks)
    return line(f"{where}: {'.'.join(words) + ': ' if words else ''}{message}", most=1_000)
