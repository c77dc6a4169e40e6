"""Packed: the tallies of a study as one compressed text, from which the page draws.

docs/measures.md ("The tallies of the page") describes the format; unpack.js reads it.
"""

import base64
import zlib
from itertools import chain
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.trace import LABEL_MOMENTS
from driftsim.report.page.tallies import (
    ALWAYS,
    available,
    needed,
    of_contender,
    of_truth,
    passed,
    retrainings,
)

MOST = 5_000_000  # characters of the text
SPARING = 8  # the text is hardly ever so many times smaller than its arrays
STEPS = (1, 2, 5)  # and ten, a hundred, … times as many intervals are merged into one
EXACT = LABEL_MOMENTS  # seven digits of a mean would not do: how far means lie apart is what counts
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
    kept = available(variants, models)
    offered = {name: one for name, one in results.metrics.items() if needed([one]) <= kept}
    asked = [results.metrics[name] for name in results.study.variants[0].scenario.metrics]
    wanted = needed([*asked, *[*offered.values()][:1]])
    fewer = {name: one for name, one in offered.items() if needed([one]) <= wanted}
    firsts = [one.runs[0] for one in variants if one.runs]
    longest = max((len(run.truth.columns["rows"]) for run in firsts), default=1)
    merging = (step * 10**power for power in range(9) for step in STEPS)
    for metrics, factor in chain([(offered, 1)], ((fewer, factor) for factor in merging)):
        most = MOST if factor < longest else np.inf
        if made := Packing(variants, models, metrics, factor).packed(most):
            return made._replace(spared=[name for name in offered if name not in metrics])


class Packing:
    """The tallies that some metrics need, with so many intervals merged into one."""

    def __init__(self, variants, models, metrics, factor):
        self._models, self._metrics, self._factor = models, metrics, factor
        self._wanted = needed(metrics.values()) | ALWAYS
        self._arrays, self._kinds = {}, {}
        self._runs = [list(self._put_all(one.runs, one.dates)) for one in variants]

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

    def _put_all(self, runs, dates):
        """Put the truth of each seed, then every run; gives contender, seed and kind of each.

        The dates, where there are some, are with the first truth.
        """
        with_retrainings = set()
        truths = {run.seed: self._merged(run.truth) for run in runs}
        for i, (seed, truth) in enumerate(truths.items()):
            own = passed(truth, dates) if dates and not i else {}
            yield None, seed, self._put(of_truth(truth) | own)
        for run in runs:
            if run.contender in self._models:
                trace = self._merged(run.trace)
                columns = of_contender(truths[run.seed], trace)
                columns = {name: columns[name] for name in columns if name in self._wanted}
                if run.contender not in with_retrainings:
                    columns |= retrainings(trace)
                    with_retrainings.add(run.contender)
                yield self._models.index(run.contender), run.seed, self._put(columns)

    def _merged(self, trace):
        return trace.over(self._factor * trace.interval).columns

    def _put(self, columns):
        """Put columns after those of other runs; gives the number of the kind of run they are."""
        for name, column in columns.items():
            self._arrays.setdefault(name, []).append(column.T.ravel())
        kind = tuple((name, column[0].size) for name, column in columns.items())
        return self._kinds.setdefault(kind, len(self._kinds))


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
