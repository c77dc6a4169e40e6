"""Contest: the contenders of one variant, and what their comparison shows."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.evaluation.significance import LEAST_INTERVALS
from driftsim.report.amounts import amount, listed, named, seconds, title
from driftsim.report.comparisons import (
    SIGNIFICANCE,
    Comparison,
    Scope,
    bounds_of,
    compared,
    corrected,
    measured,
    scope_of,
)
from driftsim.report.measures import alarm_rows
from driftsim.report.table import Table
from driftsim.report.variant_results import ContenderResult, VariantResults, shared_changes
from driftsim.report.verdict.blocks import Block
from driftsim.report.verdict.marks import marks_to_name, undecided_costs
from driftsim.report.verdict.money import TAKEN_ALONE
from driftsim.report.verdict.phrases import (
    alike,
    among,
    bounds,
    counted,
    degree,
    distance,
    equivalence,
    holm_of,
    plain,
    sized,
    value_of,
    winner,
)
from driftsim.report.verdict.simple import uneven

MOST_PHASES = 6  # that are listed one by one
MOST_COMPARED = 100  # phases, beyond which none is compared
IMBALANCED = 0.9  # share of the largest class, from which an error hides the others
AFTER_ALARMS = ("on_drift", "on_error", "on_shift")  # policies that do nothing without one
SIMPLE = ("majority", "mean", "no_change")  # references that a contender should beat


class Contest:
    """The contenders of one variant, and what their comparison shows.

    Only those with the most seeds and repeats are compared. The metric is the first of `metrics`
    that is known of any of them.
    """

    def __init__(self, variant: VariantResults, metrics: Sequence[str]):
        self.variant, self.scenario = variant, variant.scenario
        self.asked, self.results = metrics[0], variant.complete
        self.first = next(iter(self.results.values()))
        found = (compared(variant, self.results, metric) for metric in metrics)
        self.comparison = next(one for one in found if one.order)

    @property
    def recorded(self) -> bool:
        """Whether every seed has the same rows."""
        return self.scenario.stream.recorded

    def blocks(self, before_costs: Iterable[Block] = ()) -> Iterator[Block]:
        """The verdict, part by part, with some more parts before the costs."""
        c = self.comparison
        yield Block(" ".join(self.answer()))
        yield from map(Block, self.scored())
        yield from map(Block, self.silent())
        if c.known and len(c.order) > 1 and not c.same:
            yield from map(Block, self.static_or_weakest())
            yield from self.by_phase()
        yield Block(self.excess())
        yield from map(Block, self.references())
        yield from map(Block, self.imbalance())
        yield from before_costs
        yield self.costs()
        yield from map(Block, [*self.left_out(), *self.limits()])

    def in_setting(self) -> Block:
        """The answer in one setting of a sweep, on which rows, and who is left out of it."""
        parts = [*self.answer(), *self.scored(), *self.left_out()]
        return Block(" ".join([f"{self.variant.title}:", *parts]))

    def answer(self) -> Iterator[str]:
        """Which contender is best, by how much, and which do not differ significantly from it."""
        c = self.comparison
        if len(c.order) == 1:
            value = value_of(c, c.best) + bounds(c, c.best)
            yield f"{self.about()}, {named(c.best)} has {value}."
        elif c.same:
            every = "both" if len(c.order) == 2 else f"all {len(c.order):,}"
            value = f"{title(c.scope.metric)}: {plain(c, c.best)}"
            yield f"{self.about()}, {every} contenders have the same {value}."
        elif not c.known:
            yield f"{self.about()}, {named(c.best)} has the {degree(c)}: {plain(c, c.best)}."
            yield f"Whether the contenders differ is not known: {self.too_short()}."
        elif tied := c.tied():
            yield from self.tie(tied)
        else:
            yield from self.win()
        yield from self.unknown()

    def tie(self, tied: list[str]) -> Iterator[str]:
        """That some contenders do not differ significantly from the best."""
        c, last = self.comparison, tied[-1]
        yield f"{self.about()}, no contender is clearly best: {alike(c, tied)}."
        among_all = among(c, last)
        yield f"{named(last)} has {self.distance(last, bool(among_all))}{among_all}."
        yield from equivalence(c, c.order[1:], c.margin(self.scenario))

    def win(self) -> Iterator[str]:
        """That one contender is best, and how far the next is behind."""
        c, second = self.comparison, self.comparison.order[1]
        value = plain(c, c.best) + bounds(c, c.best)
        yield f"{self.about()}, {named(c.best)} has the {degree(c)}: {value}."
        yield f"{named(second)} is next, with {self.distance(second)}."
        yield from equivalence(c, c.order[1:], c.margin(self.scenario))
        if (remark := c.pairs[c.best, second].remark) and not self.alike:
            yield f"Caution: {remark}."

    def scored(self) -> Iterator[str]:
        """On which rows models are scored, where they are not all."""
        if words := self.scenario.evaluation.protocol.rows_scored:
            columns = [run.columns for run in self.first.runs]
            n = round(np.mean([one["scored"].sum() for one in columns]))
            rows = f"{n:,} of {columns[0]['rows'].sum():,} rows"
            yield f"Each model is scored only on {words}: {rows}."

    def silent(self) -> Iterator[str]:
        """Which contenders were to be retrained after alarms, and had none."""
        models, values = self.scenario.models, self.comparison.measured
        static = [name for name in self.results if models[name].policy.kind() == "static"]
        for name, result in self.results.items():
            fired = any(len(alarm_rows(run)) for run in result.runs)
            if fired or models[name].policy.kind() not in AFTER_ALARMS:
                continue
            same = (
                one for one in static
                if models[one].learner == models[name].learner
                and np.array_equal(values[one].values, values[name].values)
            )  # fmt: skip
            equal = [f", so it equals {named(one)}" for one in [*same][:1]]
            yield f"{named(name)} never raised an alarm{''.join(equal)}."

    def unknown(self) -> Iterator[str]:
        """That the metric asked for is not known at all, or not of some contenders."""
        c = self.comparison
        if self.asked != c.scope.metric:
            yield f"The {title(self.asked)} is not known."
        if names := [named(name) for name in c.values if name not in c.order]:
            yield f"The {title(c.scope.metric)} of {listed(names)} is not known."

    def about(self) -> str:
        """What the answer is about: learners, or the trained models of one stream."""
        seeds, runs = len(self.first.seeds), len(self.first.runs)
        n = runs if self.recorded else runs // seeds
        models = "these trained models" if n == 1 else f"{n} trained models a contender"
        models += " (all the same)" if self.alike else ""
        if self.recorded or seeds == 1:
            return f"On this {'recorded' if self.recorded else 'one'} stream, with {models}"
        return f"Over {seeds} seeds{f', with {models}' if n > 1 else ''}"

    @cached_property
    def alike(self) -> bool:
        """Whether there are several repeats and all are the same: nothing is random."""
        for one in self.comparison.measured.values():
            groups = np.array([0 if self.recorded else seed for seed, _ in one.keys])
            for group in {*groups.tolist()}:
                values = one.values[groups == group]
                if len(values) == 1 or np.ptp(values) != 0:
                    return False
        return True

    def distance(self, name: str, alone: bool = False) -> str:
        """How far one is behind the best; with one stream on its rows, and on others like them.

        `alone` marks an interval that excludes zero only as long as no others are compared.
        """
        found = distance(self.comparison, name)
        found = f"{found.removesuffix(')')}{TAKEN_ALONE})" if alone else found
        if self.comparison.pairs[self.comparison.best, name].unit == "seeds":
            return found
        on_others = f"{',' * alone} on rows like these)"
        return f"{found.replace(' (', ' on these rows (').removesuffix(')')}{on_others}"

    def too_short(self) -> str:
        """Why intervals cannot be computed, and what would give them."""
        c, scored = self.comparison, self.scenario.evaluation.protocol.partial
        rows = c.measured[c.best].rows
        if len(rows) >= LEAST_INTERVALS:
            return next(one.remark for one in c.pairs.values() if not one.known)
        intervals = f"intervals {'with scored rows ' * scored}of one stream"
        few = f"{len(rows)} {intervals} are too few"
        finer = max(int(rows.sum()) // (2 * LEAST_INTERVALS), 1)
        return f"{few}; evaluation: {{interval: {finer}}} gives more" if finer < rows[0] else few

    def static_or_weakest(self) -> Iterator[str]:
        """What a model loses that is trained once; where none is, what the weakest loses."""
        c, models = self.comparison, self.scenario.models
        able = [name for name in c.order if not models[name].knows]
        static = [name for name in able if models[name].policy.kind() == "static"]
        others = [name for name in able if name not in static]
        if static and others:
            same = [one for one in others if models[one].learner == models[static[0]].learner]
            yield self.pays(static[0], (same or others)[0], bool(same))
        elif len(c.order) > 2 and c.order[-1] not in c.tied():
            weakest = c.order[-1]
            behind = f"{value_of(c, weakest)}: {distance(c, weakest)}"
            yield f"{named(weakest)} is weakest, with {behind}."

    def pays(self, static: str, rival: str, same: bool) -> str:
        """Whether updating a model pays, by the best contender that is updated."""
        c = self.comparison
        better, worse = sorted((static, rival), key=c.order.index)
        first = f"the static contender {named(static)}"
        second = f"{named(rival)}, with {'the same' if same else 'another'} learner"
        priced = self.scenario.prices is not None  # then costs decide whether it pays
        if not corrected([c])[0][better, worse] < SIGNIFICANCE:
            alike = f"{first} and {second}, do not differ significantly"
            if priced:
                return f"In {title(c.scope.metric)}, costs aside, {alike}{holm_of(c)}."
            return f"Whether keeping a model up to date pays is not known: {alike}."
        behind = f"{value_of(c, worse)}, {distance(c, worse, better)} than"
        if better == static and priced:
            return f"{second}, has {behind} {first}."
        if better == static:
            return (
                f"Keeping a model up to date does not pay: {second}, has {behind} {named(static)}."
            )
        text = f"{first} has {behind} {second}."
        if same and not priced:
            return f"Keeping a model up to date pays: {text}"
        return text[0].upper() + text[1:]

    def by_phase(self) -> Iterator[Block]:
        """Which contender is best between one change and the next."""
        phases = self.variant.phases
        if not 0 < len(phases) <= MOST_COMPARED:
            return
        scope = self.comparison.scope
        scopes = (scope._replace(intervals=phase.intervals) for phase in phases)
        found = [Comparison(self.results, one) for one in scopes]
        best = [winner(one, ps) for one, ps in zip(found, corrected(found))]
        if len(phases) > MOST_PHASES:
            yield Block(counted(best, map(named, self.results)))
            return
        changes = shared_changes(self.scenario)
        gradual = any(change.last > change.first + 1 for change in changes)
        ramps = " (a phase runs from the centre of one change to that of the next)" * gradual
        items = tuple(f"{phase.name}: {who}" for phase, who in zip(phases, best))
        yield Block(f"Best by phase{ramps}:", items)

    def excess(self) -> str:
        """How far the best contender is from the best possible predictor."""
        best, regression = self.comparison.best, self.scenario.stream.schema.regression
        scope = scope_of(self.variant, "excess_mse" if regression else "excess_error")
        own = measured(self.results[best], scope)
        error = "mean squared error" if regression else "error"
        if not np.isfinite(own.value):
            return f"The {error} of the best possible predictor is not known."
        size, interval = sized(own.mean, scope.metric, bounds_of(own.mean, scope))
        return f"The {error} of {named(best)} is {size} above the best possible{interval}."

    def references(self) -> Iterator[str]:
        """The simple references that the best contender does not clearly beat.

        None where models are to lower a cost that differs by class, as this raises their error.
        """
        if uneven(self.variant):
            return
        best = self.comparison.best
        for name in SIMPLE:
            result = self.variant.results.get(name)
            if name in self.results or result is None:
                continue
            c = Comparison({best: self.results[best], name: result}, self._comparable(result))
            tied = c.tied()
            if c.best == best and not (tied and c.known):
                continue
            worse, metric = c.order[-1], title(c.scope.metric)
            behind = f"{named(worse)} has {distance(c, worse)} than {named(c.best)}"
            if c.same:
                behind = f"{named(best)} has the same"
            none = "No" if c.scope.metric == self.comparison.scope.metric else f"In {metric}, no"
            yield (
                f"{none} contender {'clearly ' if tied else ''}beats {name} "
                f"(with every label at once, {plain(c, name)} {metric}): "
                f"{behind}."
            )

    def _comparable(self, reference: ContenderResult) -> Scope:
        """The metric of the comparison; the error where that is not known of a reference."""
        scope = self.comparison.scope
        if np.isfinite(measured(reference, scope).value):
            return scope
        return scope_of(self.variant, "mae" if scope.schema.regression else "error")

    def imbalance(self) -> Iterator[str]:
        """What an error hides where nearly all rows are of one class."""
        schema, best = self.scenario.stream.schema, self.comparison.best
        totals = self.results[best].totals
        if schema.regression or "actual" not in totals:
            return
        actual, correct = (totals[name].sum(axis=0) for name in ("actual", "correct"))
        largest, rows = int(np.argmax(actual)), int(actual.sum())
        if actual[largest] < IMBALANCED * rows:
            return
        name = (schema.classes or range(schema.n_classes or 0))[largest]
        share, others = actual[largest] / rows, rows - actual[largest]
        found = amount("recall", (correct.sum() - correct[largest]) / max(others, 1))
        yield (
            f"The classes are imbalanced: {amount('accuracy', share)} of the rows are of class "
            f"{name}, so always predicting it has {amount('error', 1 - share)} error."
            + (f" {named(best)} predicts {found} of the other rows correctly." if others else "")
        )

    def costs(self) -> Block:
        """What each contender used, as a small table."""
        rows = []
        for name, result in self.results.items():
            spent = {
                key: np.mean([np.sum(run.trace.columns.get(key, 0)) for run in result.runs])
                for key in ("labels", "fits", *CPU_SECONDS)
            }
            row = {"contender": name, "labels": f"{spent['labels']:,.0f}"}
            row |= {"trainings": f"{spent['fits']:,.1f}".removesuffix(".0")}
            row |= {"CPU seconds": seconds(sum(spent[key] for key in CPU_SECONDS))}
            rows.append(row | {"runs on": result.engine.partition(":")[0]})
        n = len(self.first.runs)
        return Block(
            f"What each used{f' (mean of {n} runs)' * (n > 1)}:", table=Table.of_rows(rows, rows[0])
        )

    def left_out(self) -> Iterator[str]:
        """Which contenders are left out."""
        if gone := [named(name) for name in self.scenario.models if name not in self.results]:
            yield f"Left out, because runs are missing or have failed: {listed(gone)}."

    def limits(self) -> Iterator[str]:
        """What would make intervals narrower, and what one run of each contender cannot show."""
        yield from self.without_marks()
        if len(self.first.runs) > 1:
            return
        if self.recorded:
            yield (
                "Where training is random, models with other seeds differ: evaluation: "
                "{repeats: 10} shows by how much. {protocol: cross_validation} shows models "
                "trained on other labels."
            )
        else:
            seeds = "evaluation: {seeds: 10} shows by how much"
            yield f"Results on other streams of this kind may differ; {seeds}."

    def without_marks(self) -> Iterator[str]:
        """What marks to name, where contenders do not differ, if not beside their costs."""
        c, asked = self.comparison, marks_to_name(self.variant)
        if asked and c.known and c.order and c.tied() and not undecided_costs(self.variant):
            yield asked
