"""Phrases: what a comparison shows of contenders, in a few words."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from driftsim.evaluation.significance import Difference
from driftsim.report.amounts import amount, as_percent, interval, listed, named, points, title
from driftsim.report.comparisons import Comparison, Pair, bounds_of

TOO_SHORT, UNKNOWN = "too short to tell", "not known"


def degree(c: Comparison) -> str:
    """What the best value of a comparison is: the lowest error."""
    return f"{'lowest' if c.scope.sign > 0 else 'highest'} {title(c.scope.metric)}"


def plain(c: Comparison, name: str, beside: Sequence[str] = ()) -> str:
    """A value with its unit, as precise as the most precise of those that stand `beside` it."""
    ends = [c.means[one] for one in beside or [name]]
    halves = [(one.high - one.low) / 2 for one in ends]
    half = min((one for one in halves if one > 0), default=math.nan)
    return amount(c.scope.metric, c.means[name].mean, half)


def bounds(c: Comparison, name: str) -> str:
    """The interval of a value in brackets, where it is known."""
    found = c.means[name]
    return f" ({interval(c.scope.metric, *bounds_of(found, c.scope))} at 95 %)" * found.known


def value_of(c: Comparison, name: str) -> str:
    """A value with the name of its metric: 2.8 % error, a kappa of 0.94."""
    metric = title(c.scope.metric)
    if as_percent(c.scope.metric):
        return f"{plain(c, name)} {metric}"
    return f"{'an' if metric[0].lower() in 'aeio' else 'a'} {metric} of {plain(c, name)}"


def distance(c: Comparison, name: str, better: str | None = None) -> str:
    """How far one is behind a better one, the best by default: 0.4 points more (0.3 to 0.5)."""
    word = "more" if c.scope.sign > 0 else "less"
    size, bounds = sized(c.pairs[better or c.best, name], c.scope.metric, word=word)
    return f"{size} {word}{bounds}"


def sized(
    difference: Difference,
    metric: str,
    bounds: tuple[float, float] | None = None,
    word: str = "",
) -> tuple[str, str]:
    """A difference with its unit, and its interval, or other `bounds`, in brackets.

    The `word` after it may be more or less.
    """
    if not difference.known:
        return points(metric, difference.mean), ""
    low, high = bounds or difference.interval()
    half = (high - low) / 2
    return points(metric, difference.mean, half), f" ({interval(metric, low, high, word)})"


def alike(c: Comparison, tied: Sequence[str]) -> str:
    """Which contenders do not differ significantly from the best, and who lies between and does.

    Where a difference varies less than others, it may be significant though it is smaller.
    """
    nearest = c.order[: c.order.index(tied[-1]) + 1]
    values = {name: plain(c, name, nearest) for name in nearest}
    shown = {name: f"{named(name)} ({value})" for name, value in values.items()}
    metric = title(c.scope.metric)
    if len(c.pairs) == 1:
        return f"{shown[c.best]} and {shown[tied[0]]} do not differ significantly in {metric}"
    verb = "does" if len(tied) == 1 else "do"
    text = f"{named(c.best)} has the {degree(c)} ({values[c.best]}), from which "
    text += f"{listed(shown[name] for name in tied)} {verb} not differ significantly "
    text = f"{text.rstrip()}{holm_of(c)}"
    between = [shown[one] for one in nearest[1:-1] if one not in tied]
    if between:
        text += f"; {listed(between)}, between them, {'does' if len(between) == 1 else 'do'}"
    return text


def holm_of(c: Comparison) -> str:
    """For how many pairs p-values are corrected, in brackets, if for more than one."""
    return f" (Holm's correction for {len(c.pairs)} pairs)" if len(c.pairs) > 1 else ""


def among(c: Comparison, name: str) -> str:
    """Why an interval that excludes zero is not significant, where one does."""
    if not c.pairs[c.best, name].distinguishable:
        return ""
    return f", which is not significant among {len(c.pairs)} comparisons"


def equivalence(c: Comparison, names: Sequence[str], margin: float | None) -> Iterator[str]:
    """Which contenders are equal to the best to within the margin that does not matter.

    Then which may not be, of those that do not differ significantly from the best.
    """
    if margin is None:
        return
    equal = [worse for _, worse in c.equivalent([(c.best, name) for name in names], margin)]
    within = f"equal to {named(c.best)} to within {points(c.scope.metric, margin)}"
    if equal:
        yield f"{listed(map(named, equal))} {'is' if len(equal) == 1 else 'are'} {within}."
    if rest := [named(name) for name in c.tied() if name not in equal]:
        yield f"Whether {listed(rest)} {'is' if len(rest) == 1 else 'are'} {within} is not known."


def winner(c: Comparison, adjusted: Mapping[Pair, float]) -> str:
    """Who is best in a phase, in words."""
    if len(c.order) < 2:
        return UNKNOWN
    if not c.known:
        return TOO_SHORT
    tied = c.tied(adjusted)
    return f"tie of {listed(map(named, [c.best, *tied]))}" if tied else named(c.best)


def counted(best: Sequence[str], names: Iterable[str]) -> str:
    """How often each contender was best in many phases."""
    wins = {name: best.count(name) for name in names}
    short = best.count(TOO_SHORT) + best.count(UNKNOWN)
    wins |= {"no contender clearly": len(best) - short - sum(wins.values()), TOO_SHORT: short}
    counts = listed(f"{name} in {n}" for name, n in wins.items() if n)
    return f"Best in the {len(best)} phases between changes: {counts}."
