"""The decision: what to do by the prices of a scenario, in sentences on its tables."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from driftsim.adaptation.policies import Policy
from driftsim.report.amounts import listed, named
from driftsim.report.comparisons import SIGNIFICANCE, corrected
from driftsim.report.decision.cost_measurement import ESTIMATED, possible_comparison
from driftsim.report.decision.costs import OVER_STATIC, costs, static_of
from driftsim.report.variant_results import VariantResults
from driftsim.report.verdict.floors import FloorWords
from driftsim.report.verdict.marks import marks_to_name, undecided_costs
from driftsim.report.verdict.money import ROUNDING, bounded, difference, in_time, money
from driftsim.report.verdict.simple import blind, dearer, simpler
from driftsim.report.windows import every_text

ACTIONS = {  # of policies, by their kinds
    "static": "Do not retrain",
    "periodic": "Retrain {every}",
    "on_drift": "Retrain when a detector raises an alarm",
    "on_error": "Retrain when the error has risen",
    "on_shift": "Retrain when features have shifted",
    "on_student": "Retrain when a student no longer mimics the model",
    "at_drift": "Retrain at every change",
    "online": "Learn every label as it comes in",
    "pretrained_online": "Learn every label as it comes in",
    "mini_batch": "Learn labels batch by batch",
    "replay": "Learn labels batch by batch, together with past rows",
    "on_cost": "Retrain once errors have cost as much as a training",
    "doubling": "Retrain at ages that double after an alarm",
    "budgeted": "Retrain within a budget, where errors rise most",
}
MOST_APART = 3  # contenders whose differences from the cheapest are in a sentence
KNOWN = {"changes": "every change beforehand"}


class Advice:
    """What to do by the costs of the contenders of a variant; the figures are those of `costs`."""

    def __init__(self, one: VariantResults):
        self.scenario, self.variant = one.scenario, one
        self.rows = {row["contender"]: row for row in costs(one)}
        self.best = next((name for name, row in self.rows.items() if row["best"]), "")
        self.tied = [name for name, row in self.rows.items() if row["tied"]]
        self.tied.sort(key=lambda name: self.rows[name]["cost"])
        self.currency = one.scenario.priced.currency

    @cached_property
    def floors(self) -> FloorWords:
        """What floors and periods say, beside the cheapest contender."""
        return FloorWords(self.variant, self.best)

    def blocks(self) -> Iterator[str]:
        """What to do, and then what floors say, and what is not known; none without costs."""
        if self.best:
            lead, *rest = self.answer()
            yield " ".join([lead, *self.without_marks(), *rest])
            yield from simpler(self.variant)
            yield from dearer(self.variant)
            if more := " ".join(self.details()):
                yield more

    def answer(self) -> Iterator[str]:
        """What to do, what that costs and saves, and what costs the same."""
        if not self.best:
            return
        name, cost = named(self.best), self.priced(self.best, self.span)
        found = f"{cost}{self.saved(self.best)}"
        if better := self.floors.better:
            yield f"{self.floors.action(better)}: {self.floors.cost_of(better)}."
            yield from self.floors.same(better)
        elif (does := self.blind(self.best)) and not self.clearest:
            yield f"No model is worth it: {name}, which {does}, costs least, {found}."
            yield from self.same(self.floors.same_about())
        elif len(self.possible) == 1:
            yield f"{name} costs {found}."
            yield from self.same(self.floors.same_about())
        elif self.equal:
            yield f"{listed(map(named, self.possible))} cost the same: {cost}."
        elif not self.known:
            yield f"{name} costs least, {found}; whether others cost more is not known."
        elif self.clearest:
            only = f"{self.alone()}; {self.certain()}"
            yield f"Keep a model up to date: {name} costs least, {found}{only}."
            yield self.rivals()
        elif self.open:
            yield f"Whether to retrain is not known: {name} costs least, {found}."
            yield from self.same(self.floors.same_about())
        else:
            yield f"{self.action(self.best)}: {found}."
            yield from self.same(self.floors.same_about())
            yield from self.runner_up()

    def without_marks(self) -> Iterator[str]:
        """What marks to name of a table, where costs do not differ significantly."""
        if undecided_costs(self.variant) and (asked := marks_to_name(self.variant)):
            yield asked

    def details(self) -> Iterator[str]:
        """What contenders, periods and floors cost beside that, and what is not known."""
        if self.floors.better:
            yield f"Of the contenders, {named(self.best)} costs least: {self.priced(self.best)}."
            yield from self.same()
        else:
            yield from self.floors.best_period()
        yield from self.floors.shorter()
        yield from self.floors.beyond(bool(self.saved(self.best)) and not self.open)
        yield from self.forewarned()
        yield from self.limits()

    def certain(self) -> str:
        """Who costs significantly less than all that are trained once, where the cheapest does not.

        Then it pays to keep a model up to date, only not how is known.
        """
        if not self.clearest:
            return ""
        less = self.saved(self.clearest).removeprefix(", ")
        return f"{self.with_cost(self.clearest)} costs significantly less: {less}"

    @cached_property
    def clearest(self) -> str:
        """The one that most clearly costs less than all that are static; none if the cheapest does.

        None either where nobody does.
        """
        if not self.open:
            return ""
        pairs = corrected([possible_comparison(self.variant)])[0]
        static = [name for name in self.possible if self.is_static(name)]
        worst = {
            name: [pairs.get((name, other), 1.0) for other in static]
            for name in self.tied
            if not self.is_static(name) and not self.blind(name)
        }
        clear = {name: max(ps) for name, ps in worst.items() if all(p < SIGNIFICANCE for p in ps)}
        return min(clear, key=lambda name: clear[name], default="")

    def rivals(self) -> str:
        """That it is not known which of those kept up to date costs least, and how they differ."""
        names = [name for name in self.tied if not self.is_static(name)]
        if apart := self.apart(names):
            return f"Which of them costs least is not known: {apart}."
        every = listed(map(self.with_cost, [self.best, *names]))
        return f"Which of {every} costs least is not known."

    @property
    def possible(self) -> list[str]:
        """The contenders that are compared: none that lacks runs, or knows what nobody does."""
        models, complete = self.scenario.models, self.variant.complete
        return [name for name in complete if not models[name].knows] or [*complete]

    @property
    def known(self) -> bool:
        """Whether it is known of any cost how far it may be off, or that one is higher."""
        higher = {*self.possible} - {self.best, *self.tied}
        return bool(higher) or not np.isnan(self.rows[self.best]["low"])

    @property
    def equal(self) -> bool:
        """Whether all that are compared cost the same."""
        every = [self.rows[name]["cost"] for name in self.possible]
        return not self.known and np.allclose(every, every[0], rtol=ROUNDING, atol=0)

    @property
    def open(self) -> bool:
        """Whether retraining and not retraining do not differ significantly in cost."""
        return len({self.is_static(name) for name in (self.best, *self.tied)}) > 1

    def action(self, name: str) -> str:
        """What a contender does, in words, with its name."""
        contender = self.scenario.models[name]
        words = action(contender.policy)
        query = contender.under(self.scenario.evaluation).query
        if words and query is not None and not self.is_static(name):
            words += f", asking for {100 * query.budget:.3g} % of the labels"
        return f"{words} ({named(name)})" if words else f"Use {named(name)}"

    def blind(self, name: str) -> str:
        """What the learner of a contender does, if it sees no features; else empty."""
        return blind(self.scenario.models[name].learner)

    def is_static(self, name: str) -> bool:
        """Whether a contender is trained once."""
        return self.scenario.models[name].policy.kind() == "static"

    @property
    def span(self) -> str:
        """In what time contenders cost so much, where rows have dates."""
        return in_time(self.variant)

    def priced(self, name: str, span: str = "") -> str:
        """What a contender costs, with its bounds."""
        row = self.rows[name]
        cost = money(row["cost"], row["low"], row["high"])
        return f"{cost} {self.currency}{span}{bounded(row['low'], row['high'], ' at 95 %')}"

    def with_cost(self, name: str) -> str:
        """A contender with what it costs in brackets."""
        return f"{named(name)} ({money(self.rows[name]['cost'])})"

    def saved(self, name: str) -> str:
        """What one saves against a contender that is trained once, where there is one."""
        row, static = self.rows[name], static_of(self.variant, name)
        if static is None or not row.get("over_static", np.nan) > 0:
            return ""
        models = self.scenario.models
        same = models[static.contender].learner == models[name].learner
        whose = "" if same else ", with another learner"
        saved, low, high = (row[each] for each in OVER_STATIC)
        alone = name == self.best and bool(self.among(static.contender))
        less = difference(saved, low, high, "less", alone)
        return f", {less} than never retraining ({named(static.contender)}{whose})"

    def same(self, periods: Sequence[str] = ()) -> Iterator[str]:
        """Which periods and contenders do not cost significantly more than the cheapest.

        Of a few contenders how much more they cost, with the interval of each difference.
        """
        if apart := self.apart(self.tied):
            alike = "".join(f"{one} do not cost significantly more; " for one in periods)
            yield f"{alike}{apart}, which is not significant{self.among(*self.tied)}."
            return
        names = [*periods, *map(self.with_cost, self.tied)]
        do = "do" if periods or len(names) > 1 else "does"
        if names:
            yield f"{listed(names)} {do} not cost significantly more{self.among(*self.tied)}."

    def apart(self, names: Sequence[str]) -> str:
        """How much more some contenders cost than the cheapest; empty if many, or not known."""
        pairs = possible_comparison(self.variant).pairs
        gaps = [pairs[self.best, name] for name in names]
        if not 0 < len(gaps) <= MOST_APART or not all(one.known for one in gaps):
            return ""
        alone = [bool(self.among(name)) for name in names]
        more = [difference(g.mean, *g.interval(), "more", own) for g, own in zip(gaps, alone)]
        verbs = ["costs ", *[""] * (len(more) - 1)]
        return listed(
            f"{self.with_cost(n)} {verb}{one}" for n, verb, one in zip(names, verbs, more)
        )

    def alone(self) -> str:
        """That what the cheapest saves is not significant, where its interval excludes zero."""
        static = static_of(self.variant, self.best)
        among = self.among(static.contender) if static else ""
        return f", which is not significant{among}" if among else ""

    def among(self, *names: str) -> str:
        """Among how many comparisons, where the difference from one alone would be significant."""
        pairs = possible_comparison(self.variant).pairs
        tied = [name for name in names if name in self.tied]
        several = len(pairs) > 1 and any(pairs[self.best, name].distinguishable for name in tied)
        return f" among {len(pairs)} comparisons" if several else ""

    def evidence(self) -> str:
        """What the costs rest on, in words."""
        seeds = self.rows[self.best]["seeds"]
        if self.scenario.stream.recorded:
            return "this recorded stream"
        return "this one stream" if seeds == 1 else f"{seeds} seeds"

    def runner_up(self) -> Iterator[str]:
        """Where it costs least not to retrain, how much more the cheapest costs that does."""
        rest = [name for name in self.possible if not self.is_static(name)]
        if not rest or not self.is_static(self.best) or self.tied or not self.known:
            return
        name = min(rest, key=lambda one: self.rows[one]["cost"])
        row, static = self.rows[name], static_of(self.variant, name)
        if static is None or static.contender != self.best:
            return
        saved, low, high = (row[each] for each in OVER_STATIC)
        more = difference(-saved, -high, -low, "more")
        yield f"{named(name)}, the cheapest that is kept up to date, costs {more}."

    def forewarned(self) -> Iterator[str]:
        """What contenders cost that know the changes, where that is less."""
        for name in self.variant.complete:
            less = self.rows[name]["cost"] < self.rows[self.best]["cost"]
            if name not in self.possible and less:
                what = KNOWN.get(self.scenario.models[name].knows, "the world")
                yield f"{named(name)}, which knows {what}, costs {self.priced(name)}."

    def limits(self) -> Iterator[str]:
        """What the costs rest on, and what they do not show."""
        if self.scenario.priced.prices.hour > 0:
            yield "CPU time is that of this machine."
        if self.scenario.evaluation.protocol.partial:
            yield ESTIMATED
        result = self.variant.results[self.best]
        if len(result.seeds) == 1 or self.scenario.stream.recorded:
            models = " and these trained models" if len(result.runs) == 1 else ""
            yield f"These are costs of {self.evidence()}{models}; those of others are not known."


def action(policy: Policy) -> str:
    """What a policy does, as advice; empty for kinds that have no words of their own."""
    words = ACTIONS.get(policy.kind(), "")
    if getattr(policy, "tunes", False):
        words = words.replace("Retrain", "Train the model in force further")
    if words and getattr(policy, "restart", None) is not None:
        words += ", and start anew after an alarm"
    every = getattr(policy, "every", None)
    return words.format(every=every_text(every)) if every is not None else words
