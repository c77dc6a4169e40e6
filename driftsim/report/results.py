"""Results: the traces of a study as tables that pandas people can go on with."""

from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd

from driftsim.evaluation.metrics import metric_of, metrics_of
from driftsim.evaluation.scores import scores_of
from driftsim.evaluation.trace import Trace
from driftsim.messages import guess
from driftsim.report.comparisons import (
    DIFFERENCES,
    Measured,
    bounds_of,
    differences,
    mean_of,
    scope_of,
)
from driftsim.report.measures import (
    COLUMNS,
    TOLERANCE,
    alarms,
    forgetting,
    probed,
    recovered,
    recovery,
    regret,
)
from driftsim.report.rankings import PAIRS, RANKS, rank_pairs, ranks
from driftsim.report.seeds import by_seed, repeats_in, seeds_in, with_each_seed
from driftsim.report.verdict import SECONDS, verdict
from driftsim.runs import runs_of
from driftsim.scenario import shortest

UNHEARD = ("labels_after_end", "labels_never")
SUMMED = ("fits", "fits_skipped", "labels", *UNHEARD, "rows_trained", "alarms")
COSTS = [*SUMMED, *SECONDS, "compile_seconds", "model_bytes", "seeds", "repeats"]
CURVES = ["contender", "first_row", "last_row", "mean", "low", "high", "seeds"]


class Played(NamedTuple):
    """A contender's finished run, with the truth about its stream."""

    setting: dict  # what is swept: dotted path to value
    contender: str
    seed: int
    trace: Trace
    truth: Trace
    repeat: int = 0  # of the learner, on the stream of the seed

    @property
    def columns(self):
        """The columns of both."""
        return self.truth.columns | self.trace.columns

    def within(self, intervals):
        """The same of some consecutive intervals, a slice."""
        return self._replace(
            **{name: getattr(self, name).within(intervals) for name in ("trace", "truth")}
        )

    def over(self, window=None):
        """The columns of both, over windows, or as one over the whole stream."""
        merged = [t.over(window) if window else t.total() for t in (self.truth, self.trace)]
        return merged[0].columns | merged[1].columns

    def along(self, over, window):
        """The columns of both along the stream, over windows of some kind."""
        made = {
            "tumbling": lambda trace: trace.over(window),
            "sliding": lambda trace: trace.sliding(window),
            "cumulative": lambda trace: trace.cumulative(),
            "faded": lambda trace: trace.faded((window - 1) / (window + 1)),
        }
        if over not in made:
            raise ValueError(f"{over!r} is no kind of window; {guess(over, made)}")
        return made[over](self.truth).columns | made[over](self.trace).columns


class Results:
    """All that is known of a study that has been run."""

    def __init__(self, study, store, parts=()):
        self.study, self.store, self._parts = study, store, tuple(parts)
        self._traces = self._groups = None

    def traces(self):
        """Every finished run, as a list of `Played`."""
        if self._traces is None:
            self._traces = list(self._load())
        return self._traces

    def summary(self):
        """A row a contender, and a column for each swept path; means over the seeds,
        with each of which over the repeats.

        Each metric that is asked for has bounds at 95 %, such as `error_low` and `error_high`:
        over stream seeds, or, with one stream, of these trained models on rows like these. A cell
        that cannot be known is NaN, such as the excess without a known truth. The rows of the
        references, such as `oracle` and `no_change`, are how they would have done, each with every
        label before the row. `engine` is `compiled`, or the library that a contender runs on.
        """
        rows = []
        for setting, contender, played in self.grouped():
            variant = self.variant(setting)
            about = setting | {"contender": contender} | averaged(played, self.metrics)
            for name in self.asked:
                scope = scope_of(variant.scenario, {contender: played}, name)
                low, high = bounds_of(mean_of(Measured(played, scope), scope), scope)
                about |= {f"{name}_low": low, f"{name}_high": high}
            rows.append(about | {"engine": self.engine(setting, contender, played)})
        costs = [name for name in COSTS if name != "repeats" or self.repeats > 1]
        return pd.DataFrame(rows, columns=[*self.swept, *self.measures, *costs, "engine"])

    def curves(self, metric=None, window=None, over="tumbling"):
        """A metric (the foremost if not given) over the stream: a row a contender and window.

        The mean over seeds, the least and the greatest with one of them (with each a mean over
        its repeats), and the rows `first_row` … `last_row` of
        each window, which is rounded up to whole intervals. NaN where the metric is undefined.
        `over` tells what the windows are: `tumbling`, one after the other; `sliding`, one that
        ends with each interval; `cumulative`, all rows so far; or `faded`, all rows so far, a
        row counting less the longer it is past, as much as to be worth `window` rows together.
        """
        schema = self.study.variants[0].scenario.stream.schema
        measure, frames = metric_of(metric or next(iter(self.metrics)), schema), []
        for setting, contender, played in self.grouped():
            asked = over, window or self.window
            values = with_each_seed(played, lambda one: measure(one.along(*asked)))  # noqa: B023
            rows = played[0].along(*asked)
            frame = pd.DataFrame(
                {"contender": contender}
                | {name: rows[name] for name in ("first_row", "last_row")}
                | {"mean": values.mean(axis=0)}
                | {"low": values.min(axis=0), "high": values.max(axis=0), "seeds": len(values)}
            )
            for name, value in setting.items():
                frame[name] = [value] * len(frame)
            frames.append(frame)
        whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
        return whole.reindex(columns=[*self.swept, *CURVES])

    def recovery(self, window=None, tolerance=TOLERANCE):
        """How each contender came through each change, with each seed.

        Windows have `window` rows, or more where noise asks for it. `tolerance` is of the excess;
        for numbers in units of the variance of the labels (of their standard deviation where the
        best possible is not known). See docs/measures.md.
        """
        return recovery(self, window, tolerance)

    def recovered(self, window=None, tolerance=TOLERANCE):
        """A row a contender: its median recovery, and how often it came to which outcome."""
        return recovered(self, window, tolerance)

    def regret(self):
        """The loss beyond the best possible, summed along the stream."""
        return regret(self)

    def alarms(self):
        """Alarms against the true changes, beside those of detectors that hear nothing."""
        return alarms(self)

    def compare(self):
        """Each two contenders: how much better one is, and whether they can be told apart."""
        return differences(self)

    def ranks(self):
        """The mean rank of each contender over the settings of a sweep, and what they tell."""
        return ranks(self)

    def rank_pairs(self):
        """Each two contenders over the settings of a sweep: wins, and whether they differ."""
        return rank_pairs(self)

    def verdict(self):
        """What the study shows, in sentences that its figures carry: `print` it."""
        return verdict(self)

    def probed(self):
        """The error on fresh rows of each concept after each phase, where they were probed."""
        return probed(self)

    def forgetting(self):
        """What each contender has lost, at the end, of concepts that ruled before."""
        return forgetting(self)

    def changes(self, setting, seed):
        """The changes of the stream of a setting, also those under way at its end."""
        return self.variant(setting).scenario.stream.begun(seed)

    def dated(self, setting):
        """Whether nothing but the changes changes the stream of a setting, as far as is known."""
        return self.variant(setting).scenario.stream.dated

    def engine(self, setting, contender, played=()):
        """What the models of a contender run on, in runs of it; nothing for a reference."""
        scenario = self.variant(setting).scenario
        found = scenario.models.get(contender)
        if any("outgrown" in one.trace.columns for one in played):
            return "river, not compiled: it has outgrown its kernel"
        return found.engine(scenario.stream.schema) if found else ""

    def variant(self, setting):
        """The variant of a setting."""
        settings = [dict(zip(self.swept, one.setting.values())) for one in self.study.variants]
        return self.study.variants[settings.index(setting)]

    def write(self, folder, failures=()):
        """Write figures, tables and the page into a folder; gives their paths, the page last."""
        from driftsim.report.page import write

        return write(self, folder, failures)

    @property
    def swept(self):
        """Names of the swept paths, as columns of the tables."""
        return shortest(
            self.study.swept,
            taken={
                *self.measures,
                *COSTS,
                "engine",
                *CURVES,
                *COLUMNS,
                *DIFFERENCES,
                *RANKS,
                *PAIRS,
            },
        )

    @property
    def metrics(self):
        """The metrics asked for, the first of them first, and all others that the labels have."""
        scenario = self.study.variants[0].scenario
        schema = scenario.stream.schema
        return {name: metric_of(name, schema) for name in [*scenario.metrics, *metrics_of(schema)]}

    @property
    def first_metric(self):
        """The metric that tables, verdict and page lead with: the first one asked for."""
        return next(iter(self.metrics))

    @property
    def asked(self):
        """The metrics that the report asks for."""
        return self.study.variants[0].scenario.metrics

    @property
    def measures(self):
        """The columns of a summary that tell how right a contender was."""
        bounded = {name: (name, f"{name}_low", f"{name}_high") for name in self.asked}
        return ["contender", *chain(*(bounded.get(name, (name,)) for name in self.metrics))]

    @property
    def repeats(self):
        """How often contenders are played on each stream, with other learner seeds."""
        return max(one.scenario.evaluation.repeats for one in self.study.variants)

    @property
    def window(self):
        """Rows per point of a curve."""
        return self.study.variants[0].scenario.window

    def runs(self):
        """Every run of the study, with its variant."""
        for variant in self.study.variants:
            for run in runs_of(variant, self._parts):
                yield variant, run

    def _load(self):
        truths, loaded = {}, {}
        for variant, run in self.runs():
            if run not in self.store:
                continue
            trace = loaded.get(run.key) or self.store.load(run)
            loaded[run.key] = trace
            setting = dict(zip(self.swept, variant.setting.values()))
            if run.contender is None:
                truths[variant.title, run.seed] = trace
                for name in references(variant.scenario):
                    yield Played(setting, name, run.seed, reference(name, trace), trace)
            elif (variant.title, run.seed) in truths:
                truth = truths[variant.title, run.seed]
                yield Played(setting, run.name, run.seed, trace, truth, run.repeat)

    def contests(self):
        """Each setting with finished runs: its variant, the setting, and the contenders' runs."""
        for variant in self.study.variants:
            setting = dict(zip(self.swept, variant.setting.values()))
            found = {name: self.of(setting, name) for name in variant.scenario.models}
            if runs := {name: played for name, played in found.items() if played}:
                yield variant, setting, runs

    def grouped(self):
        """The finished runs of each contender under each setting, contenders first."""
        for variant in self.study.variants:
            setting = dict(zip(self.swept, variant.setting.values()))
            for name in [*variant.scenario.models, *references(variant.scenario)]:
                if played := self.of(setting, name):
                    yield setting, name, played

    def of(self, setting, contender):
        """The finished runs of a contender, or a reference, under a setting."""
        if self._groups is None:
            self._groups = {}
            for one in self.traces():
                key = str(one.setting), one.contender
                self._groups.setdefault(key, []).append(one)
        return self._groups.get((str(setting), contender), [])


def references(scenario):
    """The references that stand beside the contenders unasked, unless one goes by the name."""
    scores = scores_of(scenario.stream.schema)
    names = ["oracle"] if scenario.stream.known and scenario.evaluation.truth else []
    names += [kind.kind() for kind in scores.references]
    return [name for name in names if name not in scenario.models]


def reference(name, truth):
    """The trace that a reference would leave, as far as the truth tells."""
    columns = {key: truth.columns[key] for key in ("first_row", "last_row", "rows")}
    if name == "oracle":
        return Trace(columns | best(truth.columns), truth.interval)
    own = {key: column for key, column in truth.columns.items() if key.startswith(f"{name}_")}
    columns |= {key.removeprefix(f"{name}_"): column for key, column in own.items()}
    if "correct" in columns:
        columns["correct"] = columns["correct"][:, None]
    return Trace(columns, truth.interval)


def best(truth):
    """What is expected of the best possible predictor."""
    if "bayes_error" in truth:
        bayes = truth["bayes_error"]
        return {"expected_error": bayes, "correct": (truth["rows"] - bayes)[:, None]}
    bayes = truth["bayes_squared_error"]
    return {"squared_error": bayes, "excess_squared_error": np.zeros(len(bayes))}


def averaged(played, metrics):
    """The metrics and costs of a contender over whole streams, means over its seeds."""
    tallies, seeds = [one.over() for one in played], [one.seed for one in played]
    means = {
        name: float(np.mean(by_seed(seeds, [metric(tally)[0] for tally in tallies])))
        for name, metric in metrics.items()
    }
    for name in COSTS:
        costs = [(seed, tally[name][0]) for seed, tally in zip(seeds, tallies) if name in tally]
        means[name] = float(np.mean(by_seed(*zip(*costs)))) if costs else np.nan
    return means | {"seeds": seeds_in(played), "repeats": repeats_in(played)}
