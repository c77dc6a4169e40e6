"""Packed: the tallies of a study as one compressed text, from which the page draws.

docs/design.md ("The tallies of the page") describes the format; unpack.js reads it.
"""

import base64
import zlib
from functools import partial
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.trace import LABEL_EXTREMES, LABEL_MOMENTS, MOST_INTERVALS
from driftsim.report.page.tallies import (
    ALWAYS,
    BY_ROW,
    available,
    needed,
    of_contender,
    of_part,
    of_truth,
    passed,
    retrainings,
)

MOST = 5_000_000  # characters of the text
SPARING = 8  # the text is hardly ever so many times smaller than its arrays
LONGEST = 2 * MOST_INTERVALS  # of a run whose rows can be weighed window by window
STEPS = (1, 2, 5)  # and ten, a hundred, … times as many intervals are merged into one
EXACT = (*LABEL_MOMENTS, *LABEL_EXTREMES)  # what counts is how far they lie apart
UNSIGNED = ("u1", "u2", "u4")


class Packed(NamedTuple):
    """What the page computes its curves from."""

    metrics: list[str]  # that it can compute from it
    spared: list[str]  # that would take more room than there is
    merged: int  # intervals to one
    columns: list  # name, type and length of each array, in their order
    kinds: list  # of runs: the names and widths of their columns
    runs: list  # of each setting, as they were packed: contender (None: truth), seed and kind
    text: str  # the arrays, byte by byte of their entries, compressed, in base64


def packed(results, models):
    """All tallies; where they are too large, those the metrics asked for need, merged if need be.

    `models` are the names of all contenders.
    """
    variants = results.variants
    kept = set().union(*(one.part("available", available) for one in variants))
    offered = {name: one for name, one in results.metrics.items() if needed([one]) <= kept}
    asked = [results.metrics[name] for name in results.study.variants[0].scenario.metrics]
    wanted = needed([*asked, *[*offered.values()][:1]])
    fewer = {name: one for name, one in offered.items() if needed([one]) <= wanted}
    longest = max((one.part("intervals", intervals) for one in variants), default=1)
    few_rows = longest <= LONGEST and rows_in(results.whole) <= SPARING * MOST
    for metrics, factor in attempts(offered, fewer, few_rows):
        most = MOST if factor < longest else np.inf
        if least_bytes(results.whole, factor) > SPARING * most:
            continue
        if made := Packing(variants, models, metrics, factor).packed(most):
            return made._replace(spared=[name for name in offered if name not in metrics])


def attempts(offered, fewer, few_rows):
    """Metrics, and how many intervals are merged to one, in the order in which they are tried.

    Those that need an entry for each row come first, where rows are few.
    """
    by_row = {name for name, one in offered.items() if needed([one]) & {*BY_ROW}}
    if by_row and few_rows:
        yield from ((offered, 1), (fewer, 1))
    offered, fewer = (
        {name: one for name, one in metrics.items() if name not in by_row}
        for metrics in (offered, fewer)
    )
    yield offered, 1
    yield from ((fewer, step * 10**power) for power in range(9) for step in STEPS)


def rows_in(study) -> int:
    """How many entries the rows of all runs of a study have, where each one is kept."""
    return sum(
        (one.stream.length - one.evaluation.warmup)
        * one.evaluation.seeds
        * one.evaluation.repeats_in_all
        * len(one.models)
        * (one.stream.schema.n_classes or 1)
        for one in (variant.scenario for variant in study.variants)
    )


def intervals(one) -> int:
    """How many intervals the runs of a variant have; 1 where none has ended."""
    return len(one.runs[0].truth.columns["rows"]) if one.runs else 1


def least_bytes(study, factor) -> int:
    """How many bytes the arrays of all runs of a study take at least: one for each entry."""
    return sum(map(partial(least_of, factor), (one.scenario for one in study.variants)))


def least_of(factor, scenario) -> int:
    """That of one setting: what is always kept of contenders, and the labels of the truth."""
    rules, stream = scenario.evaluation, scenario.stream
    entries = -(-(stream.length - rules.warmup) // (scenario.interval * factor))
    contenders = len(scenario.models) * rules.repeats + 1
    return rules.seeds * contenders * entries * (stream.schema.n_classes or 1)


class Packing:
    """The tallies that some metrics need, with so many intervals merged into one."""

    def __init__(self, variants, models, metrics, factor):
        self._models, self._metrics, self._factor = models, metrics, factor
        self._wanted = needed(metrics.values()) | ALWAYS
        self._arrays, self._kinds = {}, {}
        key = "packed", factor, *sorted(self._wanted)
        kept = (one.part(key, self._tallies) for one in variants)
        self._runs = [[self._put(*run) for run in runs] for runs in kept]

    def packed(self, most):
        """All that was put; None where it takes more characters than `most`."""
        columns = {name: narrow(name, np.concatenate(all)) for name, all in self._arrays.items()}
        if sum(column.nbytes for column in columns.values()) > SPARING * most:
            return None
        content = b"".join(map(planes, columns.values()))
        text = base64.b64encode(zlib.compress(content)).decode()
        if len(text) > most:
            return None
        layout = [[name, column.dtype.str[1:], len(column)] for name, column in columns.items()]
        kinds = [*self._kinds]
        return Packed([*self._metrics], [], self._factor, layout, kinds, self._runs, text)

    def _tallies(self, one):
        """The truth of each seed of a variant, then every run: contender, seed and columns of each.

        The dates, where there are some, are with the first truth.
        """
        with_retrainings = set()
        truths = {run.seed: self._merged(run.truth) for run in one.runs}
        for i, (seed, truth) in enumerate(truths.items()):
            own = passed(truth, one.dates) if one.dates and not i else {}
            yield None, seed, compact(of_truth(truth) | own)
        for run in one.runs:
            if run.contender in one.scenario.models:
                trace = self._merged(run.trace)
                columns = of_contender(truths[run.seed], trace)
                wanted = self._wanted | {*of_part(trace)}
                columns = {name: columns[name] for name in columns if name in wanted}
                if run.contender not in with_retrainings:
                    columns |= retrainings(trace)
                    with_retrainings.add(run.contender)
                yield run.contender, run.seed, compact(columns)

    def _merged(self, trace):
        return trace.over(self._factor * trace.interval).columns

    def _put(self, contender, seed, columns):
        """Put columns after those of other runs; gives contender, seed and number of the kind."""
        for name, column in columns.items():
            self._arrays.setdefault(name, []).append(column.T.ravel())
        kind = tuple((name, column[0].size) for name, column in columns.items())
        place = None if contender is None else self._models.index(contender)
        return place, seed, self._kinds.setdefault(kind, len(self._kinds))


def compact(columns):
    """The same columns, whole numbers in the smallest type that keeps them."""
    return {name: of_least_bytes(column) for name, column in columns.items()}


def of_least_bytes(column):
    """The same numbers; whole ones in the smallest type that keeps them."""
    if column.dtype.kind == "f" or column.min(initial=0) < 0:
        return column.copy()
    fitting = (kind for kind in UNSIGNED if column.max(initial=0) <= np.iinfo(kind).max)
    return column.astype(next(fitting, column.dtype))


def narrow(name, column):
    """The same numbers in the smallest type that keeps them."""
    if column.dtype.kind == "f":
        most = np.abs(column[np.isfinite(column)]).max(initial=0)
        return column.astype("<f8" if name in EXACT or most > 1e37 else "<f4")
    kind = next((one for one in UNSIGNED if column.max(initial=0) <= np.iinfo(one).max), "f8")
    return column.astype(f"<{kind}")


def planes(column):
    """The first bytes of all numbers, then the second ones, …: so they compress better."""
    return column.view(np.uint8).reshape(len(column), -1).T.tobytes()
