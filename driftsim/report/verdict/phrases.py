"""Phrases: what a comparison shows of contenders, in a few words."""

from driftsim.report.amounts import amount, as_percent, interval, listed, named, points, title
from driftsim.report.comparisons import bounds_of


def degree(c):
    """What the best value of a comparison is: the lowest error."""
    return f"{'lowest' if c.scope.sign > 0 else 'highest'} {title(c.scope.metric)}"


def plain(c, name):
    """A value with its unit."""
    found = c.mean_of(name)
    return amount(c.scope.metric, found.mean, (found.high - found.low) / 2)


def bounds(c, name):
    """The interval of a value in brackets, where it is known."""
    found = c.mean_of(name)
    return f" ({interval(c.scope.metric, *bounds_of(found, c.scope))} at 95 %)" * found.known


def value_of(c, name):
    """A value with the name of its metric: 2.8 % error, a kappa of 0.94."""
    metric = title(c.scope.metric)
    if as_percent(c.scope.metric):
        return f"{plain(c, name)} {metric}"
    return f"{'an' if metric[0].lower() in 'aeio' else 'a'} {metric} of {plain(c, name)}"


def gap(c, name, better=None):
    """How far one is behind a better one, the best by default: 0.4 points more (0.3 to 0.5)."""
    behind = c.pairs[better or c.best, name]
    size, within = sized(behind, c.scope.metric)
    return f"{size} {'more' if c.scope.sign > 0 else 'less'}{within}"


def sized(difference, metric):
    """A difference with its unit, and its interval in brackets."""
    if not difference.known:
        return points(metric, difference.mean), ""
    half = (difference.high - difference.low) / 2
    within = f" ({interval(metric, difference.low, difference.high)})"
    return points(metric, difference.mean, half), within


def among(c, name):
    """Why an interval that excludes zero does not decide, where one does."""
    if not c.pairs[c.best, name].distinguishable:
        return ""
    return f", which is not enough among {len(c.pairs)} comparisons"


def equality(c, names, margin):
    """Who is equal to the best to within the margin that does not matter, and who may not be.

    May not be: of those that cannot be told apart from the best.
    """
    if margin is None:
        return
    tied = c.tied()
    equal = [pair[1] for pair in c.equivalent([(c.best, name) for name in names], margin)]
    within = f"equal to {named(c.best)} to within {points(c.scope.metric, margin)}"
    if equal:
        yield f"{listed(map(named, equal))} {'is' if len(equal) == 1 else 'are'} {within}."
    if rest := [named(name) for name in tied if name not in equal]:
        yield f"Whether {listed(rest)} {'is' if len(rest) == 1 else 'are'} {within} is open."


def winner(c, adjusted):
    """Who is best in a phase, in words."""
    if len(c.order) < 2:
        return "not known"
    if not c.known:
        return "too short to tell"
    tied = c.tied(adjusted)
    return f"tie of {listed(map(named, [c.best, *tied]))}" if tied else named(c.best)


def counted(best, names):
    """How often each was best in many phases."""
    ahead = {name: best.count(name) for name in names}
    short = best.count("too short to tell") + best.count("not known")
    rest = {"no contender clearly": len(best) - short - sum(ahead.values())}
    said = [f"{name} in {n}" for name, n in (ahead | rest).items() if n]
    said += [f"too short to tell in {short}"] if short else []
    return f"Best in the {len(best)} phases between changes: {listed(said)}."
