"""Stream forms: from which the page computes intervals along one stream, at any prices."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from driftsim.evaluation.significance.forms import about_forms, forms_of
from driftsim.report.comparisons import Scope

MOST = 150_000  # numbers of all forms of a page
ALONE = -1  # in the place of the other of two

Amounts = Mapping[str, np.ndarray]  # of each quantity what each interval (r, n) contributes


class StreamForms(NamedTuple):
    """The forms of one setting: of single contenders, and of the differences of two."""

    about: dict[str, Any]
    values: np.ndarray  # (m,) one form after another, all of a pair together


def stream_forms(
    series: Sequence[Amounts | None],
    compared: Sequence[int],
    static: Sequence[int | None],
    scope: Scope,
    room: int,
) -> StreamForms | None:
    """The forms of contenders and references, by their places; None where they have no room.

    `series` are None for those that lack runs, `compared` the places of those that are compared,
    and `static` those of the ones that each is compared with. Pairs with references are left out
    where there is no room for them.
    """
    known = {i: own for i, own in enumerate(series) if own is not None}
    first = next(iter(known.values()), None)
    if first is None:
        return None
    r, n = next(iter(first.values())).shape
    about = about_forms(scope.phases.tolist(), n, r)
    names = [name for name in first if any(own[name].any() for own in known.values())]
    size = (len(scope.phases) + 5) * len(names) * (len(names) + 1) // 2
    needed, more = [*pairs(known, compared, static)], [*beside(known, compared, len(static))]
    if about is None or not names or len(needed) * size > room:
        return None
    chosen = needed + more * ((len(needed) + len(more)) * size <= room)
    stacked = {i: np.stack([own[name] for name in names], axis=1) for i, own in known.items()}
    zero = 0 * next(iter(stacked.values()))
    found = [forms_of(stacked[i] - stacked.get(j, zero), scope.phases.tolist()) for i, j in chosen]
    about |= {"quantities": names, "pairs": chosen, "forms": len(found[0])}
    return StreamForms(about, np.concatenate([one.ravel() for one in found]).astype("<f4"))


def pairs(known, compared, static) -> Iterator[tuple[int, int]]:
    """Each contender alone, each two that are compared, and each with its static one."""
    contenders = [i for i in known if i < len(static)]
    yield from ((i, ALONE) for i in contenders)
    both = {*combinations(sorted(compared), 2)}
    with_static = ((i, static[i]) for i in contenders)
    both |= {(min(i, j), max(i, j)) for i, j in with_static if j is not None and j in known}
    yield from sorted(both)


def beside(known, compared, n: int) -> Iterator[tuple[int, int]]:
    """Each reference alone, and with each contender that is compared."""
    references = [i for i in known if i >= n]
    yield from ((i, ALONE) for i in references)
    yield from ((j, i) for i in references for j in compared)
