"""Ranking: how contenders rank over the settings of a sweep, in words."""

from driftsim.evaluation.significance import LEAST_SETTINGS
from driftsim.report.amounts import listed, named, number, title
from driftsim.report.comparisons import SIGNIFICANCE
from driftsim.report.table import Table


def ranking(ranks: Table) -> str:
    """The mean ranks over the settings of a sweep in words, and what they show."""
    rows = [*ranks.rows()]
    first = rows[0]
    means = listed(f"{named(one['contender'])} ({one['rank']:.1f})" for one in rows)
    apart = [one["contender"] for one in rows if one["rank"] - first["rank"] > first["critical"]]
    if first["streams"] < LEAST_SETTINGS:
        shown = f"Fewer than {LEAST_SETTINGS} different streams are too few for a test."
    elif first["p"] > SIGNIFICANCE:
        p = number(first["p"], digits=2)
        shown = f"They do not differ significantly ({first['test']}, p = {p})."
    elif apart:
        names = listed(map(named, apart))
        shown = f"{named(first['contender'])} ranks better than {names}."
    else:
        shown = f"{named(first['contender'])} does not differ significantly from the next."
    over = f"over {first['settings']:,} settings"
    return f"Mean ranks by {title(first['metric'])} {over}: {means}. {shown}"
