"""Measures: recovery, regret, alarms and forgetting of a contender, as rows of tables."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from driftsim.evaluation.alarm_scores import (
    Detection,
    at_random,
    detected,
    ends,
    f1,
    periodic,
    precision,
)
from driftsim.evaluation.forgetting import lost
from driftsim.evaluation.moments import Moments
from driftsim.evaluation.recovery import (
    DID_NOT_FALL,
    NOT_RECOVERED,
    QUARTILES,
    RECOVERED,
    TOO_SHORT,
    median,
    quantiles,
    recoveries,
)
from driftsim.evaluation.trace import Probes, all_over_scored, scored_rows
from driftsim.report.table import Row
from driftsim.report.variant_results import Columns, ContenderResult, TracedRun
from driftsim.report.windows import Window, rows_in
from driftsim.scenario import Scenario
from driftsim.streams.seeds import of_repeat

TOLERANCE = 0.02  # of the excess, within which a contender has recovered; see `unit_of`
RECOVERY = [
    "contender", "seed", "repeat", "change", "date", "outcome", "level", "depth", "rows",
    "censored", "area", "window", "tolerance", "standard_error",
]  # fmt: skip
OUTCOMES = {  # how often each came: the columns of a summary of recoveries
    "recovered": RECOVERED,
    "did_not_fall": DID_NOT_FALL,
    "censored": NOT_RECOVERED,
    "too_short": TOO_SHORT,
}
MEANS = ("level", "depth", "area", "standard_error")
OF_ALL_CHANGES = ["contender", "rows", "changes", *OUTCOMES, *MEANS]
REGRET = ["contender", "last_row", "last_date", "regret", "low", "high", "seeds"]
ALARMS = [
    "contender", "alarms", "changes", "detected", "missed", "to_detection", "delay", "delay_q1",
    "delay_q3", "normalized_delay", "extra", "early", "false_per_10_000", "between_false",
    "precision", "recall", "f1", "covering", "ratio", "seeds",
]  # fmt: skip
COUNTED = (  # in each run
    "alarms", "changes", "found", "missed", "extra", "early", "rows", "between_false", "covering",
    "ratio",
)  # fmt: skip
PERIODIC, RANDOM = ", periodic alarms", ", random alarms"  # after the name of a contender
PROBED = [
    "contender", "phase", "last_row", "last_date", "ruling", "visit", "concept", "error", "seeds",
]  # fmt: skip
FORGETTING = ["contender", "error", "forgetting", "backward_transfer", "seeds"]


def recovery(
    result: ContenderResult, window: Window, tolerance: float = TOLERANCE
) -> Iterator[Row]:
    """A row for each seed, repeat and change: how deep the contender fell, and for how long.

    The loss is the excess over the best possible; where that is not known, the error itself.
    Windows have `window` rows (those of so much time, in the mean), or more where noise asks for
    it. `tolerance` is of the loss; for regression in units of the variance of the labels, or of
    their standard deviation where the best possible is not known.
    """
    window = rows_in(window, result.dates)
    for run in result.runs:
        columns, changes = with_scores(run.columns), result.stream.started_changes(run.seed)
        own = max(round(window / all_over_scored(run.columns)), 1)
        label = result.label | {"seed": run.seed, "repeat": run.repeat}
        for one in recoveries(columns, loss(columns), changes, own, tolerance, unit_of(columns)):
            more = {"change": one.first, "censored": one.censored}
            yield label | one._asdict() | more | result.dated(change=one.first)


def with_scores(columns: Columns) -> Columns:
    """The columns of the intervals in which rows are scored."""
    if (scored := scored_rows(columns)).all():
        return columns
    return {name: column[scored > 0] for name, column in columns.items()}


def recovered(result: ContenderResult, rows: Sequence[Row]) -> Iterator[Row]:
    """One row: the median rows to recover, of those that `recovery` gives, and their outcomes.

    The median counts censored recoveries, those that were not followed to their end, as longer
    than they were followed (Kaplan & Meier 1958), and those that did not fall as 0; NaN where
    fewer than half are known to have recovered. Phases too short to judge are left out. The
    others are means. No row without changes.
    """
    if not rows:
        return
    judged = [row for row in rows if row["outcome"] != TOO_SHORT]
    times = median([row["rows"] for row in judged], [row["censored"] for row in judged])
    outcomes = Counter(row["outcome"] for row in rows)
    counts = {name: outcomes[outcome] for name, outcome in OUTCOMES.items()}
    means = {name: known_mean([row[name] for row in rows]) for name in MEANS}
    yield result.label | {"rows": times, "changes": len(rows)} | counts | means


def known_mean(values: list[float]) -> float:
    """The mean of the values that are known; NaN where none is."""
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else np.nan


def unit_of(columns: Columns) -> Callable[[slice], float] | None:
    """The unit of a tolerance of the loss, over some intervals; None: shares of rows.

    For regression the variance of the labels, or where the loss is an absolute error its root.
    """
    if "y_mean" not in columns:
        return None
    labels = Moments(scored_rows(columns), *(columns[name] for name in ("y_mean", "y_spread")))

    def unit(intervals):
        whole = labels.part(intervals).over(np.zeros(1, int))
        variance = float(whole.spread[0] / whole.n[0])
        return variance if excess(columns) is not None else np.sqrt(variance)

    return unit


def regret(result: ContenderResult) -> dict[str, np.ndarray] | None:
    """The loss beyond the best possible, summed up to each interval; None where it is not known.

    Dynamic regret: columns (n,) of the mean over seeds, its least and greatest. Where only some
    rows are scored, theirs stands for that of all.
    """
    excesses = []
    for columns in (run.columns for run in result.runs):
        if (known := excess(columns)) is None:
            return None
        excesses.append(known * all_over_scored(columns))
    sums = np.cumsum(result.per_seed(excesses), axis=1)
    bounds = {"regret": sums.mean(axis=0), "low": sums.min(axis=0), "high": sums.max(axis=0)}
    last = result.runs[0].truth.columns["last_row"]
    return {"last_row": last} | result.dated(last_row=last) | bounds


def alarms(result: ContenderResult) -> Iterator[Row]:
    """A row of how the alarms of a contender match the true changes, over the seeds.

    None of one that cannot raise any. Then rows of two blind detectors, which see no errors and
    have as many alarms: at even distances, and at random. Where no change is known, all but the
    number of alarms is NaN, and the blind detectors are left out.
    """
    fired = any(len(alarm_rows(run)) for run in result.runs)
    model = result.scenario.models.get(result.contender)
    if not fired and not (model and model.policy.raises_alarms):
        return
    first, stop = rows_of(result.runs[0])
    detectors: dict[str, Callable[[TracedRun], np.ndarray]] = {
        "": alarm_rows,
        PERIODIC: lambda run: periodic(len(alarm_rows(run)), first, stop),
        RANDOM: lambda run: at_random(
            len(alarm_rows(run)), first, stop, of_repeat(run.seed, run.repeat)
        ),
    }
    of_detectors = model.policy.detectors if model else []
    about = {
        "seeds": len(result.seeds),
        "dummy": any(one.dummy for one in of_detectors),
        "tolerance": result.scenario.report.tolerance,
    }
    for words, rows in detectors.items():
        found = [detection(result.scenario, run, rows(run)) for run in result.runs]
        label = result.setting | {"contender": f"{result.contender}{words}"}
        row = label | detections(result, found) | about
        yield row | {"normalized_delay": normalized(row)}
        if not fired or all(np.isnan(one.changes) for one in found):
            return


def detection(scenario: Scenario, run: TracedRun, alarms: np.ndarray) -> Detection:
    """How alarms at some rows (m,) compare with the changes of the stream of a run.

    Where any row of a record is marked, also one before the first scored row, others are known not
    to be changes.
    """
    (first, stop), stream = rows_of(run), scenario.stream
    changes, tolerance = stream.started_changes(run.seed), scenario.report.tolerance
    over, known = ends(changes, first, stop), stream.dated or (stream.recorded and bool(changes))
    late = {} if tolerance is None else {at: end + tolerance for at, end in over.items()}
    return detected(alarms, sorted(over), first, stop, known, late)


def rows_of(run: TracedRun) -> tuple[int, int]:
    """The first scored row of a run, and the row after the last."""
    columns = run.truth.columns
    return int(columns["first_row"][0]), int(columns["last_row"][-1]) + 1


def detections(result: ContenderResult, found: Sequence[Detection]) -> Row:
    """The means over seeds of what was detected in each run, and the delays over all runs.

    `delays` are those of detected changes, and `waited` the rows for which the missed ones went
    without an alarm.
    """
    delays = [delay for one in found for delay in one.delays]
    waited = [rows for one in found for rows in one.waited]
    values = {name: result.per_seed(getattr(one, name) for one in found) for name in COUNTED}
    means = {name: float(np.mean(each)) for name, each in values.items()}
    return means | {
        "detected": means["found"],
        "to_detection": float(np.mean(delays)) if delays else np.nan,
        "delays": delays,
        "waited": waited,
        **quartiles(delays, waited),
        **shares(means),
    }


def shares(row: Row) -> Row:
    """How many alarms and changes belong to one another, of counts or of means of them."""
    changes, false = row["changes"], row["extra"] + row["early"]
    return {
        "precision": precision(row["found"], row["alarms"]),
        "recall": row["found"] / changes if changes else np.nan,
        "f1": f1(row["found"], row["alarms"], changes),
        "false_per_10_000": 10_000 * false / row["rows"],
    }


def normalized(row: Row) -> float:
    """The mean delay as a share of the tolerance; NaN without one."""
    return row["to_detection"] / row["tolerance"] if row["tolerance"] else np.nan


def quartiles(delays: Sequence[float], waited: Sequence[float]) -> Row:
    """The median and the quartiles of rows from a change to its alarm.

    Changes that were missed count as longer than they were waited for; NaN where fewer than a
    quarter, half or three quarters are known to have been detected by then.
    """
    censored = [False] * len(delays) + [True] * len(waited)
    found = quantiles([*delays, *waited], censored, QUARTILES)
    return dict(zip(("delay_q1", "delay", "delay_q3"), found))


def alarm_rows(run: TracedRun) -> np.ndarray:
    """The rows (m,) of the alarms of a run: the row that is predicted next after each."""
    return np.empty(0, np.int64) if run.trace.alarms is None else run.trace.alarms


def probed(result: ContenderResult) -> Iterator[Row]:
    """A row for each phase and concept: the error on fresh rows of the concept after the phase.

    Means over seeds. `visit` counts how often the concept of the phase has ruled. No rows where
    runs were not probed.
    """
    probes = probes_of(result)
    if not probes:
        return
    names, visits = list(result.stream.concepts), Counter[int]()
    errors = result.per_seed(one.errors for one in probes).mean(axis=0)
    for phase, (last, ruling) in enumerate(zip(probes[0].rows, probes[0].ruling)):
        visits[ruling] += 1
        label = result.label | {"phase": phase, "last_row": last, "ruling": names[ruling]}
        label |= {"visit": visits[ruling], "seeds": len(result.seeds)} | result.dated(last_row=last)
        for name, error in zip(names, errors[phase]):
            yield label | {"concept": name, "error": error}


def probes_of(result: ContenderResult) -> list[Probes]:
    """The probes of each run; empty where some run was not probed."""
    probes = [run.trace.probes for run in result.runs if run.trace.probes is not None]
    return probes if len(probes) == len(result.runs) else []


def forgetting(result: ContenderResult) -> Iterator[Row]:
    """One row: what a contender has lost, at the end, of concepts that ruled before.

    `error` is the mean on all concepts; `forgetting` how much higher it is than at its lowest
    after an earlier phase (Chaudhry et al. 2018); `backward_transfer` how much lower than after
    the last phase that the concept ruled (Lopez-Paz & Ranzato 2017): means over the concepts
    that do not rule at the end, and over seeds. No row where runs were not probed.
    """
    if probes := probes_of(result):
        means = result.per_seed(lost(one.errors, one.ruling) for one in probes).mean(axis=0)
        named = dict(zip(FORGETTING[1:4], means.tolist()))
        yield result.label | named | {"seeds": len(result.seeds)}


def excess(columns: Columns) -> np.ndarray | None:
    """The loss of each interval (n,) beyond the best possible, or None where that is not known."""
    if "excess_squared_error" in columns:
        return columns["excess_squared_error"]
    if "expected_error" in columns and "bayes_error" in columns:
        return np.maximum(columns["expected_error"] - columns["bayes_error"], 0)  # but rounding
    return None


def loss(columns: Columns) -> np.ndarray:
    """The loss of each interval (n,): the excess where known, else wrong rows or absolute error."""
    if (known := excess(columns)) is not None:
        return known
    if "absolute_error" in columns:
        return columns["absolute_error"]
    return scored_rows(columns) - columns["correct"].sum(axis=1)
