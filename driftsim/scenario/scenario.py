"""The scenario: a stream, the contenders that run on it, and the rules of their evaluation."""

import itertools
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator, model_validator

from driftsim.durations import Duration
from driftsim.evaluation.decision.plans import Plan, faults_of, numbers_of, plans_of
from driftsim.evaluation.decision.prices import PriceList, Prices
from driftsim.evaluation.decision.settings import Decision
from driftsim.evaluation.metrics import metric_of, metrics_of
from driftsim.evaluation.prequential import Contender
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.trial import Trials
from driftsim.messages import refusal
from driftsim.notebook_html import ShownInNotebooks
from driftsim.parts import Name, Strict, dumped
from driftsim.safety import beyond_memory
from driftsim.scenario.checks import (
    faults_of_rules,
    obstacle,
    obstacles,
    refuse_first,
    unranked,
    untallied,
)
from driftsim.scenario.evaluation import Evaluation, faults_of_evaluation, unplannable
from driftsim.scenario.report import Report
from driftsim.scenario.settings import entry_at
from driftsim.scenario.severity import with_requested
from driftsim.scenario.times import known_to_tables, of_times, rows_of_warmup, too_late
from driftsim.streams.stream import Stream

Mistakes = Iterator[tuple[Any, ...]]  # the keys of a place, then what is wrong there, or None


class Scenario(ShownInNotebooks, Strict):
    """A stream, the contenders that run on it, and the rules of their evaluation."""

    stream: Stream
    models: Annotated[  # contenders, by names of your own
        dict[Name, Contender], Field(min_length=1)
    ]
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
            about = self.stream, one, self.evaluation
            yield "models", name, "learner", trials.incompatibility(*about)
            yield "models", name, "policy", trials.policy_incompatibility(*about)

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


def written_at(scenario: Scenario, path: str) -> Any:
    """What a scenario file writes at a dotted path; None of a contender that is left out."""
    head, _, rest = path.partition(".")
    if head == "models" and rest.partition(".")[0] not in scenario.models:
        return None
    return entry_at(dumped(scenario), path)
