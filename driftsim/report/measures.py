"""Measures: recovery, regret, alarms and forgetting, as frames."""

from collections import Counter

import numpy as np
import pandas as pd

from driftsim.evaluation.alarm_scores import at_random, detected, periodic, starts
from driftsim.evaluation.forgetting import lost
from driftsim.evaluation.moments import Moments
from driftsim.evaluation.recovery import (
    DID_NOT_FALL,
    NOT_RECOVERED,
    RECOVERED,
    TOO_SHORT,
    median,
    recoveries,
)
from driftsim.report.seeds import by_seed, seeds_in, with_each_seed
from driftsim.streams.stream import of_repeat

TOLERANCE = 0.02  # of the excess, within which a contender has recovered; see `unit_of`
RECOVERY = [
    "contender", "seed", "repeat", "change", "outcome", "level", "depth", "rows", "censored",
    "area", "window", "tolerance", "standard_error",
]  # fmt: skip
OUTCOMES = {  # how often each came: the columns of a summary of recoveries
    "recovered": RECOVERED,
    "did_not_fall": DID_NOT_FALL,
    "censored": NOT_RECOVERED,
    "too_short": TOO_SHORT,
}
OF_ALL_CHANGES = [
    "contender", "rows", "changes", *OUTCOMES, "level", "depth", "area", "standard_error",
]  # fmt: skip
REGRET = ["contender", "last_row", "regret", "low", "high", "seeds"]
ALARMS = [
    "contender", "alarms", "changes", "detected", "missed", "to_detection", "delay",
    "extra", "early", "between_false", "ratio", "seeds",
]  # fmt: skip
PROBED = ["contender", "phase", "last_row", "ruling", "visit", "concept", "error", "seeds"]
FORGETTING = ["contender", "error", "forgetting", "backward_transfer", "seeds"]
COLUMNS = {*RECOVERY, *OF_ALL_CHANGES, *REGRET, *ALARMS, *PROBED, *FORGETTING}


def recovery(results, window=None, tolerance=TOLERANCE):
    """A row for each contender, seed, repeat and change: how deep it fell, and how long it took.

    The loss is the excess over the best possible; where that is not known, the error itself.
    `tolerance` is of that; for numbers in units of the variance of the labels, or of their
    standard deviation where the best possible is not known.
    """
    rows = []
    for setting, contender, played in results.grouped():
        for one in played:
            columns = one.truth.columns | one.trace.columns
            changes = results.changes(setting, one.seed)
            asked = changes, window or results.window, tolerance, unit_of(columns)
            about = {"contender": contender, "seed": one.seed, "repeat": one.repeat}
            rows += [
                setting | about | it._asdict() | {"change": it.first, "censored": it.censored}
                for it in recoveries(columns, loss(columns), *asked)
            ]
    names = [name for name in RECOVERY if name != "repeat" or results.repeats > 1]
    return pd.DataFrame(rows, columns=[*results.swept, *names])


def recovered(results, window=None, tolerance=TOLERANCE):
    """A row a contender: the median rows to recover over seeds and changes, and their outcomes.

    The median counts those that were not followed to their end as longer than they were followed
    (Kaplan & Meier 1958), and those that did not fall as 0; NaN where fewer than half are known
    to have recovered. Phases too short to judge are left out. The others are means.
    """
    frame, rows = recovery(results, window, tolerance), []
    names = [*results.swept, "contender"]
    keys = [str(key) for key in frame[names].to_numpy().tolist()]  # lists may be swept, too
    for _, group in frame.groupby(keys, sort=False):
        about = group.iloc[0][names].to_dict()
        judged = group[group["outcome"] != TOO_SHORT]
        ended = {"rows": median(judged["rows"], judged["censored"]), "changes": len(group)}
        counts = {name: int((group["outcome"] == one).sum()) for name, one in OUTCOMES.items()}
        means = {name: group[name].mean() for name in ("level", "depth", "area", "standard_error")}
        rows.append(about | ended | counts | means)
    return pd.DataFrame(rows, columns=[*results.swept, *OF_ALL_CHANGES])


def unit_of(columns):
    """In what a tolerance of the loss is, over some intervals; None: shares of rows.

    For numbers the variance of the labels, or where the loss is an absolute error its root.
    """
    if "y_mean" not in columns:
        return None
    labels = Moments(*(columns[name] for name in ("rows", "y_mean", "y_spread")))

    def unit(intervals):
        whole = labels.part(intervals).over(np.zeros(1, int))
        variance = float(whole.spread[0] / whole.n[0])
        return variance if excess(columns) is not None else np.sqrt(variance)

    return unit


def regret(results):
    """A row for each contender and interval: the loss beyond the best possible, summed so far.

    Dynamic regret: the mean over seeds, its least and greatest. No rows without a known truth.
    """
    frames = []
    for setting, contender, played in results.grouped():
        if excess(played[0].truth.columns | played[0].trace.columns) is None:
            continue
        excesses = with_each_seed(played, lambda one: excess(one.truth.columns | one.trace.columns))
        sums = np.cumsum(excesses, axis=1)
        frame = pd.DataFrame(
            {"contender": contender, "last_row": played[0].truth.columns["last_row"]}
            | {"regret": sums.mean(axis=0), "low": sums.min(axis=0), "high": sums.max(axis=0)}
            | {"seeds": len(sums)}
        )
        for name, value in setting.items():
            frame[name] = [value] * len(frame)
        frames.append(frame)
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return whole.reindex(columns=[*results.swept, *REGRET])


def alarms(results):
    """A row for each contender that rang: its alarms against the true changes, over the seeds.

    Below each stand two detectors that see no errors and ring as often: at even distances, and at
    random. `delay` is the median of rows from a change to its alarm, those that were missed
    counting as longer than until the next change. Where nobody knows of any change, all but the
    number of alarms is NaN, and the contender stands alone.
    """
    rows = []
    for setting, contender, played in results.grouped():
        models = results.study.variants[0].scenario.models
        if contender in models and any(len(alarm_rows(one)) for one in played):
            rows += _beside_blind(results, setting, contender, played)
    return pd.DataFrame(rows, columns=[*results.swept, *ALARMS])


def _beside_blind(results, setting, contender, played):
    """The rows of one contender."""
    first, stop = rows_of(played[0])
    made = {
        "": lambda one: alarm_rows(one),
        ", if it rang evenly": lambda one: periodic(len(alarm_rows(one)), first, stop),
        ", if it rang at random": lambda one: at_random(
            len(alarm_rows(one)), first, stop, of_repeat(one.seed, one.repeat)
        ),
    }
    for words, rows in made.items():
        found = [detection(results, one, rows(one)) for one in played]
        seeds = {"seeds": seeds_in(played)}
        yield setting | {"contender": f"{contender}{words}"} | alarmed(played, found) | seeds
        if all(np.isnan(one.changes) for one in found):
            return


def detection(results, one, alarms):
    """How alarms at some rows compare with the changes of the stream of a run."""
    changes, known = results.changes(one.setting, one.seed), results.dated(one.setting)
    first, stop = rows_of(one)
    return detected(alarms, starts(changes, first, stop), first, stop, known)


def rows_of(one):
    """The first scored row of a run, and the row after the last."""
    columns = one.truth.columns
    return int(columns["first_row"][0]), int(columns["last_row"][-1]) + 1


def alarmed(played, told):
    """What the `Detection`s of runs come to."""
    delays = [delay for one in told for delay in one.delays]
    waited = [rows for one in told for rows in one.waited]
    cut = [False] * len(delays) + [True] * len(waited)
    seeds = [one.seed for one in played]
    means = {
        name: float(np.mean(by_seed(seeds, [getattr(one, name) for one in told])))
        for name in ("alarms", "changes", "missed", "extra", "early", "between_false", "ratio")
    }
    return means | {
        "detected": float(np.mean(by_seed(seeds, [one.found for one in told]))),
        "to_detection": float(np.mean(delays)) if delays else np.nan,
        "delay": median(delays + waited, cut),
    }


def alarm_rows(one):
    """The rows (m,) of the alarms of a run: those predicted next when they rang."""
    return np.empty(0, np.int64) if one.trace.alarms is None else one.trace.alarms


def probed(results):
    """A row for each contender, phase and concept: its error on fresh rows of it after the phase.

    Means over seeds. `visit` counts how often the concept that rules the phase has ruled.
    """
    rows = []
    for setting, contender, played in results.grouped():
        names = list(results.variant(setting).scenario.stream.concepts)
        told = [one.trace.probes for one in played]
        if any(one is None for one in told):
            continue
        errors = with_each_seed(played, lambda one: one.trace.probes.errors).mean(axis=0)
        visits = Counter()
        for phase, (last, ruling) in enumerate(zip(told[0].rows, told[0].ruling)):
            visits[ruling] += 1
            about = {"contender": contender, "phase": phase, "last_row": last}
            about |= {"ruling": names[ruling], "visit": visits[ruling], "seeds": seeds_in(played)}
            rows += [
                setting | about | {"concept": name, "error": error}
                for name, error in zip(names, errors[phase])
            ]
    return pd.DataFrame(rows, columns=[*results.swept, *PROBED])


def forgetting(results):
    """A row a contender: what it has lost, at the end, of concepts that ruled before.

    `error` is the mean on all concepts; `forgetting` how much higher it is than at its lowest
    after an earlier phase (Chaudhry et al. 2018); `backward_transfer` how much lower than after
    the last phase that the concept ruled (Lopez-Paz & Ranzato 2017): means over the concepts
    that do not rule at the end, and over seeds.
    """
    rows = []
    for setting, contender, played in results.grouped():
        if all(one.trace.probes is not None for one in played):
            means = with_each_seed(
                played, lambda one: lost(one.trace.probes.errors, one.trace.probes.ruling)
            ).mean(axis=0)
            named = dict(zip(FORGETTING[1:4], means.tolist()))
            rows.append(setting | {"contender": contender} | named | {"seeds": seeds_in(played)})
    return pd.DataFrame(rows, columns=[*results.swept, *FORGETTING])


def excess(columns):
    """The loss of each interval beyond the best possible, or None where that is not known."""
    if "excess_squared_error" in columns:
        return columns["excess_squared_error"]
    if "expected_error" in columns and "bayes_error" in columns:
        return np.maximum(columns["expected_error"] - columns["bayes_error"], 0)  # but rounding


def counted(columns):
    """The loss of each interval: wrong rows, or for numbers the absolute error."""
    if "absolute_error" in columns:
        return columns["absolute_error"]
    return columns["rows"] - columns["correct"].sum(axis=1)


def loss(columns):
    """The excess where it is known, else the loss itself."""
    known = excess(columns)
    return counted(columns) if known is None else known
