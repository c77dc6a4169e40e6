"""Contest: the contenders of one setting, and what can be said of them."""

from functools import cached_property

import numpy as np
import pandas as pd

from driftsim.evaluation.significance import LEAST_INTERVALS
from driftsim.report.amounts import amount, listed, named, seconds, title
from driftsim.report.comparisons import (
    SIGNIFICANCE,
    Comparison,
    Measured,
    corrected,
    mean_of,
    phases_of,
    scope_of,
)
from driftsim.report.verdict.blocks import Block
from driftsim.report.verdict.phrases import (
    among,
    bounds,
    counted,
    degree,
    equality,
    gap,
    plain,
    sized,
    value_of,
    winner,
)

SECONDS = ("fit_seconds", "predict_seconds", "learn_seconds", "online_seconds")
MOST_PHASES = 6  # that are listed one by one
MOST_COMPARED = 100  # phases, beyond which none is looked at
IMBALANCED = 0.9  # share of the largest class, from which an error hides the others
SIMPLE = ("majority", "mean", "no_change")  # references that a contender should beat
LEFT_OUT = "Left out"


class Contest:
    """The contenders of one setting, and what can be said of them."""

    def __init__(self, results, variant, setting, runs):
        self.results, self.scenario, self.setting = results, variant.scenario, setting
        keys = {name: {(one.seed, one.repeat) for one in played} for name, played in runs.items()}
        most = max(keys.values(), key=len)  # the same for all that are compared
        self.runs = {name: played for name, played in runs.items() if keys[name] == most}
        self.gone = [name for name in self.scenario.models if name not in self.runs]

    @property
    def recorded(self):
        """Whether every seed has the same rows."""
        return self.scenario.stream.recorded

    @cached_property
    def comparison(self):
        """The contenders compared in the first of the metrics that is known of any of them."""
        for metric in self.results.metrics:
            found = Comparison(self.runs, scope_of(self.scenario, self.runs, metric))
            if found.order:
                return found

    def blocks(self):
        """The verdict, part by part."""
        c = self.comparison
        yield Block(" ".join([*self.answer(), *self.unknown()]))
        if c.known and len(c.order) > 1:
            yield from map(Block, self.kept_up())
            yield from self.by_phase()
        yield Block(self.distance())
        yield from map(Block, self.unbeaten())
        yield from map(Block, self.hidden())
        yield self.costs()
        yield from map(Block, self.limits())

    def answer(self):
        """Who is best in the metric asked for, by how much, and who cannot be told apart."""
        c = self.comparison
        if len(c.order) == 1:
            value = value_of(c, c.best) + bounds(c, c.best)
            yield f"{self.about()}, {named(c.best)} has {value}."
        elif not c.known:
            yield f"{self.about()}, {named(c.best)} has the {degree(c)}: {plain(c, c.best)}."
            yield f"Nothing can be said about differences: {self.short()}."
        elif tied := c.tied():
            names = [f"{named(name)} ({plain(c, name)})" for name in [c.best, *tied]]
            alike = f"cannot be told apart in {title(c.scope.metric)}"
            yield f"{self.about()}, no contender is clearly best: {listed(names)} {alike}."
            yield f"{named(tied[-1])} has {self.gap(tied[-1])}{among(c, tied[-1])}."
            yield from equality(c, c.order[1:], c.margin(self.scenario))
        else:
            value = plain(c, c.best) + bounds(c, c.best)
            yield f"{self.about()}, {named(c.best)} has the {degree(c)}: {value}."
            yield f"{named(c.order[1])} is next, with {self.gap(c.order[1])}."
            yield from equality(c, c.order[1:], c.margin(self.scenario))
            if (remark := c.pairs[c.best, c.order[1]].remark) and not self.alike:
                yield f"Take care: {remark}."

    def unknown(self):
        """Contenders of which the metric is not known, and a metric that is known of none."""
        c = self.comparison
        if (asked := self.results.first_metric) != c.scope.metric:
            yield f"The {title(asked)} is not known."
        if names := [named(name) for name in c.values if name not in c.order]:
            yield f"The {title(c.scope.metric)} of {listed(names)} is not known."

    def about(self):
        """What the answer is about: learners, or the trained models of one stream."""
        runs = next(iter(self.runs.values()))
        seeds = len({one.seed for one in runs})
        n = len(runs) if self.recorded else len(runs) // seeds
        models = "these trained models" if n == 1 else f"{n} trained models a contender"
        models += " (all the same)" if self.alike else ""
        if self.recorded or seeds == 1:
            return f"On this {'recorded' if self.recorded else 'one'} stream, with {models}"
        return f"Over {seeds} seeds{f', with {models}' if n > 1 else ''}"

    @property
    def alike(self):
        """Whether repeats, of which there are several, are all the same: nothing is random."""
        c = self.comparison
        values = [[*one.values.values()] for one in c.measured.values()]
        values = [np.concatenate(v)[None] if self.recorded else v for v in values]
        return all(len(ones) > 1 and np.ptp(ones) == 0 for each in values for ones in each)

    def gap(self, name):
        """How far one is behind the best; with one stream on its rows, and on others like them."""
        found = gap(self.comparison, name)
        if self.comparison.pairs[self.comparison.best, name].unit == "seeds":
            return found
        return f"{found.replace(' (', ' on these rows (').removesuffix(')')} on rows like these)"

    def short(self):
        """Why intervals cannot be had, and what would give them."""
        rows = next(iter(self.runs.values()))[0].truth.columns["rows"]
        if len(rows) >= LEAST_INTERVALS:
            return next(gap.remark for gap in self.comparison.pairs.values() if not gap.known)
        few = f"{len(rows)} intervals of one stream are too few"
        finer = max(int(rows.sum()) // (2 * LEAST_INTERVALS), 1)
        return f"{few}; evaluation: {{interval: {finer}}} gives more" if finer < rows[0] else few

    def kept_up(self):
        """What a model loses that is trained once; where none is, what the weakest loses."""
        c, models = self.comparison, self.scenario.models
        static = [name for name in c.order if models[name].policy.kind() == "static"]
        others = [name for name in c.order if name not in static]
        if static and others:
            same = [one for one in others if models[one].learner == models[static[0]].learner]
            yield self.against_static(static[0], (same or others)[0], bool(same))
        elif len(c.order) > 2 and c.order[-1] not in c.tied():
            weakest = named(c.order[-1])
            yield f"{weakest} is weakest, with {value_of(c, c.order[-1])}: {gap(c, c.order[-1])}."

    def against_static(self, static, kept, same):
        """Whether keeping a model up to date pays, by the best of those that are kept up."""
        c = self.comparison
        better, worse = sorted((static, kept), key=c.order.index)
        first = f"the static contender {named(static)}"
        rival = f"{named(kept)}, with {'the same' if same else 'another'} learner"
        if not corrected([c])[0][better, worse] < SIGNIFICANCE:
            return (
                f"Whether keeping a model up to date pays is open: {first} and {rival}, "
                "cannot be told apart."
            )
        behind = f"{value_of(c, worse)}, {gap(c, worse, better)} than"
        if better == static:
            return (
                f"Keeping a model up to date does not pay: {rival}, has {behind} {named(static)}."
            )
        pays = "Keeping a model up to date pays: " if same else ""
        text = f"{pays}{first} has {behind} {rival}."
        return text if same else text[0].upper() + text[1:]

    def by_phase(self):
        """Who is best between one change and the next."""
        phases = phases_of(self.scenario.stream, next(iter(self.runs.values()))[0].truth.columns)
        if not 0 < len(phases) <= MOST_COMPARED:
            return
        scope = self.comparison.scope
        found = [Comparison(self.runs, scope.within(rows)) for _, rows in phases]
        best = [winner(one, ps) for one, ps in zip(found, corrected(found))]
        if len(phases) > MOST_PHASES:
            yield Block(counted(best, map(named, self.runs)))
            return
        changes = self.scenario.stream.changes(0)
        wide = any(change.last > change.first + 1 for change in changes)
        ramps = " (a phase runs from the centre of a change to that of the next)" if wide else ""
        items = tuple(f"{name}: {who}" for (name, _), who in zip(phases, best))
        yield Block(f"Best by phase{ramps}:", items)

    def distance(self):
        """How far the best contender is from the best possible predictor."""
        best = self.comparison.best
        numbers = self.scenario.stream.schema.regression
        scope = scope_of(self.scenario, self.runs, "excess_mse" if numbers else "excess_error")
        own = Measured(self.runs[best], scope)
        if not np.isfinite(own.value):
            return "How far this is from the best possible predictor is not known."
        found = mean_of(own, scope)
        far, within = sized(found, scope.metric)
        error = "mean squared error" if numbers else "error"
        return f"The {error} of {named(best)} is {far} above the best possible{within}."

    def unbeaten(self):
        """The simple references that the best contender does not clearly beat."""
        best = self.comparison.best
        for name in SIMPLE:
            runs = [] if name in self.runs else self.results.of(self.setting, name)
            if not runs:
                continue
            c = Comparison({best: self.runs[best], name: runs}, self._comparable(runs))
            tied = c.tied()
            if c.best == best and not (tied and c.known):
                continue
            worse, metric = c.order[-1], title(c.scope.metric)
            other = c.scope.metric != self.comparison.scope.metric
            yield (
                f"{f'In {metric}, no' if other else 'No'} contender {'clearly ' if tied else ''}"
                f"beats {name} (with every label at once, {plain(c, name)} {metric}): "
                f"{named(worse)} has {gap(c, worse)} than {named(c.best)}."
            )

    def _comparable(self, reference):
        """The metric asked for; the error where that is not known of a reference."""
        scope = self.comparison.scope
        if np.isfinite(Measured(reference, scope).value):
            return scope
        plain = "mae" if scope.schema.regression else "error"
        return scope_of(self.scenario, self.runs, plain)

    def hidden(self):
        """What an error hides where nearly all rows are of one class."""
        schema, best = self.scenario.stream.schema, self.comparison.best
        tallies = [one.over() for one in self.runs[best]]
        if schema.regression or "actual" not in tallies[0]:
            return
        actual, right = (sum(one[key][0] for one in tallies) for key in ("actual", "correct"))
        largest, rows = int(np.argmax(actual)), np.sum(actual)
        if actual[largest] < IMBALANCED * rows:
            return
        name = (schema.classes or range(schema.n_classes))[largest]
        share, rest = actual[largest] / rows, rows - actual[largest]
        found = (np.sum(right) - right[largest]) / rest if rest else np.nan
        of_others = f" {named(best)} finds {amount('recall', found)} of the other rows."
        yield (
            f"Error hides much here: {amount('accuracy', share)} of the rows are of class {name}, "
            f"so that always predicting it has {amount('error', 1 - share)} error."
            f"{of_others if rest else ''}"
        )

    def costs(self):
        """What each contender used, as a small table."""
        rows = []
        for name, runs in self.runs.items():
            spent = {
                key: np.mean([np.sum(one.trace.columns.get(key, 0)) for one in runs])
                for key in ("labels", "fits", *SECONDS)
            }
            row = {"contender": name, "labels": f"{spent['labels']:,.0f}"}
            row |= {"trainings": f"{spent['fits']:,.1f}".removesuffix(".0")}
            row |= {"seconds": seconds(sum(spent[key] for key in SECONDS))}
            engine = self.results.engine(self.setting, name, runs)
            rows.append(row | {"runs on": engine.partition(":")[0]})
        n = len(next(iter(self.runs.values())))
        mean = f" (mean of {n} runs)" if n > 1 else ""
        return Block(f"What it took{mean}:", table=pd.DataFrame(rows))

    def limits(self):
        """What is left out, and what one run of each contender cannot show."""
        if self.gone:
            names = listed(map(named, self.gone))
            yield f"{LEFT_OUT}, since runs of theirs are missing or have failed: {names}."
        if len(next(iter(self.runs.values()))) > 1:
            return
        if self.recorded:
            yield (
                "Models trained with other seeds may differ; evaluation: {repeats: 10} shows by "
                "how much."
            )
        else:
            yield "Other streams of this kind would differ; evaluation: {seeds: 10} shows how much."
