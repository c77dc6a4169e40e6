"""Ranking: how contenders rank over the settings of a sweep or the streams of a suite, in words."""

from collections.abc import Iterator, Sequence

import numpy as np

from driftsim.evaluation.significance import LEAST_SETTINGS
from driftsim.messages import plural
from driftsim.report.amounts import listed, named, number, title
from driftsim.report.comparisons import SIGNIFICANCE
from driftsim.report.rankings import EQUAL, losses_by_stream, ranked_names
from driftsim.report.table import Row, Table
from driftsim.report.variant_results import VariantResults

NEXT = 3  # contenders that are named beside the first
ONE_WORLD = "Settings of one world are no independent data sets."
MOST = 10  # contenders, up to which Nemenyi's test compares each two


def ranking(ranks: Table, pairs: Table, of: str = "setting") -> str:
    """The mean ranks over the settings of a sweep, or over streams, in words: what they show."""
    rows = [*ranks.rows()]
    means = listed(map(with_rank, rows))
    over = f"over {plural(rows[0]['settings'], of)}"
    shown = " ".join([*of_tests(rows, pairs), *([ONE_WORLD] if of == "setting" else [])])
    return f"Mean ranks by {title(rows[0]['metric'])} {over}: {means}. {shown}"


def with_rank(row: Row) -> str:
    """A contender and its mean rank."""
    return f"{named(row['contender'])} ({row['rank']:.2f})"


def of_tests(rows: Sequence[Row], pairs: Table) -> Iterator[str]:
    """What mean ranks show: which contenders the first one ranks better than, if that is known."""
    first = rows[0]
    name, p = named(first["contender"]), number(first["p"], digits=2)
    better, test = worse_than_first(rows, pairs)
    if first["streams"] < LEAST_SETTINGS:
        yield f"Fewer than {LEAST_SETTINGS} different streams are too few for a test."
    elif first["p"] > SIGNIFICANCE:
        yield f"The contenders do not differ significantly ({first['test']}, p = {p})."
    elif better:
        yield f"{name} ranks better than {listed(map(named, better))}{test}."
    elif len(rows) > MOST:
        yield f"The contenders differ significantly ({first['test']}, p = {p})."
        yield f"That {name} ranks better than any one of them is not significant{test}."
    else:
        yield f"{name} does not differ significantly from the next."
    if EQUAL[0] in pairs:
        yield from probabilities(first["contender"], rows[1]["contender"], pairs)


def worse_than_first(rows: Sequence[Row], pairs: Table) -> tuple[list[str], str]:
    """The contenders that the first one ranks significantly better than, and by which test.

    By the critical difference of ranks, which is wide for many contenders: for these by pairs.
    """
    first = rows[0]
    if len(rows) <= MOST:
        critical = first["critical"]
        return [r["contender"] for r in rows if r["rank"] - first["rank"] > critical], ""
    found = [
        one["worse"] if one["better"] == first["contender"] else one["better"]
        for one in pairs.rows()
        if first["contender"] in (one["better"], one["worse"]) and one["p"] < SIGNIFICANCE
    ]
    return found, " (Wilcoxon's signed-rank tests, with Holm's correction)"


def probabilities(first: str, second: str, pairs: Table) -> Iterator[str]:
    """How probable it is that the first is better than the second by more than the margin."""
    for one in pairs.rows():
        if {first, second} == {one["better"], one["worse"]}:
            p = dict(zip(EQUAL, (one[name] for name in EQUAL)))
            if one["better"] != first:
                p[EQUAL[0]], p[EQUAL[2]] = p[EQUAL[2]], p[EQUAL[0]]
            better, equal, worse = (f"{100 * p[name]:.0f} %" for name in EQUAL)
            yield (
                f"On another such stream, {named(first)} is better than {named(second)} by more "
                f"than report.equivalence with a probability of {better}, practically equal with "
                f"{equal}, and worse with {worse} (Bayesian signed-rank test)."
            )


def over_streams(variants: Sequence[VariantResults], ranks: Table, pairs: Table) -> tuple[str, str]:
    """The answer over the streams of a suite: who ranks best, then how certain that is."""
    rows, first = [*ranks.rows()], next(ranks.rows())
    best = [named(one["contender"]) for one in rows if np.isclose(one["rank"], first["rank"])]
    others = rows[len(best) :][:NEXT]
    means = f"{first['rank']:.2f}{f', before {listed(map(with_rank, others))}' if others else ''}."
    over, by = f"Over {plural(first['settings'], 'stream')}", f"by {title(first['metric'])}"
    has = f"{listed(best)} {'has' if len(best) == 1 else 'share'} the best mean rank"
    if first["streams"] < LEAST_SETTINGS:
        answer = f"{over}, too few for a test, {has} {by}: {means}"
    elif len(best) == 1 and ranks_better(rows, pairs):
        answer = f"{over}, {has} {by}: {means}"
    else:
        answer = f"{over}, no contender is clearly best {by}: {has}, {means}"
    return answer, " ".join([*of_tests(rows, pairs), *reservations(variants, ranks)])


def ranks_better(rows: Sequence[Row], pairs: Table) -> bool:
    """Whether the first contender ranks significantly better than some other."""
    return rows[0]["p"] <= SIGNIFICANCE and bool(worse_than_first(rows, pairs)[0])


def reservations(variants: Sequence[VariantResults], ranks: Table) -> Iterator[str]:
    """What is not in the ranks, and what makes their test doubtful."""
    first = next(ranks.rows())
    names = ranked_names(variants, first["metric"])
    knowing, absent = dict[str, None](), dict[str, None]()
    for models in (one.scenario.models for one in variants):
        out = [name for name in models if name not in names]
        knowing |= dict.fromkeys(name for name in out if models[name].knows)
        absent |= dict.fromkeys(name for name in out if not models[name].knows)
    if knowing:
        yield f"{listed(map(named, knowing))}: not ranked, knowing what nobody does."
    if absent:
        yield f"{listed(map(named, absent))}: not ranked, for want of some streams."
    every = losses_by_stream(variants, names, first["metric"])
    if lost := [str(stream) for stream, found in every.items() if not np.isfinite(found).all()]:
        yield f"{listed(lost)}: left out of the ranks, since not all contenders have ended there."
    if first["streams"] < first["settings"]:
        yield "Some of the streams have the same rows, and are no independent data sets."
