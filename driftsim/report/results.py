"""Results: the traces of a study as tables that pandas people can go on with."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from driftsim.evaluation.metrics import METRICS
from driftsim.evaluation.trace import Trace
from driftsim.runner import runs_of
from driftsim.scenario import shortest

SUMMED = ("fits", "labels", "rows_trained", "alarms")
SECONDS = ("fit_seconds", "predict_seconds", "learn_seconds", "online_seconds")
REFERENCES = ("oracle", "majority", "no_change")  # that stand in every summary unasked
CONFIDENCE = 0.95
SUMMARY = [
    "contender", "error", "error_low", "error_high", "excess_error", "accuracy", "kappa",
    "log_loss", "brier", "fits", "labels", "rows_trained", "alarms", *SECONDS, "model_bytes",
    "seeds",
]  # fmt: skip
CURVES = ["contender", "first_row", "last_row", "mean", "low", "high", "seeds"]
TAKEN = {*SUMMARY, *CURVES}  # names of columns, which those of swept paths must not repeat


class Played(NamedTuple):
    """A contender's finished run, with the truth about its stream."""

    setting: dict  # what is swept: dotted path to value
    contender: str
    seed: int
    trace: Trace
    truth: Trace

    def over(self, window=None):
        """The columns of both, over windows, or as one over the whole stream."""
        merged = [t.over(window) if window else t.total() for t in (self.truth, self.trace)]
        return merged[0].columns | merged[1].columns


class Results:
    """All that is known of a study that has been run."""

    def __init__(self, study, store, parts=()):
        self.study, self.store, self._parts = study, store, tuple(parts)
        self._traces = None

    def traces(self):
        """Every finished run, as a list of `Played`."""
        if self._traces is None:
            self._traces = list(self._load())
        return self._traces

    def summary(self):
        """A row a contender, and a column for each swept path; means over the seeds.

        `error_low` and `error_high` bound the mean error over seeds, by Student's t at 95 %.
        A cell that cannot be known is NaN: bounds from one seed, excess without a known truth.
        The rows `oracle`, `majority` and `no_change` tell how the references would have done,
        each with every label before the row.
        """
        rows = []
        for setting, contender, played in self._grouped():
            tallies = [one.over() for one in played]
            rows.append(setting | {"contender": contender} | summed_up(tallies))
        return pd.DataFrame(rows, columns=[*self.swept, *SUMMARY])

    def curves(self, metric="error", window=None):
        """A metric over the stream: a row for each contender and window.

        The mean over seeds, its least and greatest, and the rows `first_row` … `last_row` of
        each window, which is rounded up to whole intervals. NaN where the metric is undefined.
        """
        frames = []
        for setting, contender, played in self._grouped():
            tallies = [one.over(window or self.window) for one in played]
            values = np.array([METRICS[metric](tally) for tally in tallies])
            frame = pd.DataFrame(
                {"contender": contender}
                | {name: tallies[0][name] for name in ("first_row", "last_row")}
                | {"mean": values.mean(axis=0)}
                | {"low": values.min(axis=0), "high": values.max(axis=0), "seeds": len(values)}
            )
            frames.append(frame.assign(**setting) if setting else frame)
        whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
        return whole.reindex(columns=[*self.swept, *CURVES])

    def write(self, folder, failures=()):
        """Write figures, tables and the page into a folder; gives their paths, the page last."""
        from driftsim.report.page import write

        return write(self, folder, failures)

    @property
    def swept(self):
        """Names of the swept paths, as columns of the tables."""
        return shortest(self.study.swept, taken=TAKEN)

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
                yield Played(setting, run.name, run.seed, trace, truths[variant.title, run.seed])

    def _grouped(self):
        """The finished runs of each contender under each setting, contenders first."""
        for variant in self.study.variants:
            setting = dict(zip(self.swept, variant.setting.values()))
            for name in [*variant.scenario.models, *references(variant.scenario)]:
                played = [
                    one for one in self.traces() if one.setting == setting and one.contender == name
                ]
                if played:
                    yield setting, name, played


def references(scenario):
    """The references that stand beside the contenders, unless one goes by the name."""
    known = scenario.stream.known and scenario.evaluation.truth
    return [
        name for name in REFERENCES if name not in scenario.models and (known or name != "oracle")
    ]


def reference(name, truth):
    """The trace that a reference would leave, as far as the truth tells."""
    columns = {key: truth.columns[key] for key in ("first_row", "last_row", "rows")}
    rows = truth.columns["rows"]
    if name == "oracle":
        columns |= {"expected_error": truth.columns["bayes_error"]}
        columns |= {"correct": (rows - truth.columns["bayes_error"])[:, None]}
    else:
        columns |= {"correct": truth.columns[f"{name}_correct"][:, None]}
        if f"{name}_expected_error" in truth.columns:
            columns |= {"expected_error": truth.columns[f"{name}_expected_error"]}
    return Trace(columns, truth.interval)


def summed_up(tallies):
    """The row of a summary that whole-stream tallies, one a seed, come to."""
    means = {
        name: float(np.mean([metric(tally)[0] for tally in tallies]))
        for name, metric in METRICS.items()
    }
    for name in (*SUMMED, *SECONDS, "model_bytes"):
        values = [tally[name][0] for tally in tallies if name in tally]
        means[name] = float(np.mean(values)) if values else np.nan
    low, high = bounds([float(METRICS["error"](tally)[0]) for tally in tallies])
    return means | {"error_low": low, "error_high": high, "seeds": len(tallies)}


def bounds(values):
    """Between what the mean of independent values lies, by Student's t; NaN for one value."""
    n = len(values)
    if n < 2:
        return np.nan, np.nan
    half = stdtrit(n - 1, 0.5 + CONFIDENCE / 2) * np.std(values, ddof=1) / np.sqrt(n)
    return float(np.mean(values) - half), float(np.mean(values) + half)
