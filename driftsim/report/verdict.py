"""The verdict: what a study has shown, in words that its figures carry."""

import numpy as np

from driftsim.report.measures import counted, difference, excess
from driftsim.report.seeds import seeds_in

SECONDS = ("fit_seconds", "predict_seconds", "learn_seconds", "online_seconds")
MOST_PHASES = 6  # that are told one by one


def verdict(results):
    """Sentences, one a paragraph: who erred least, where, by how much, and what is not known."""
    told = [results.study.question] if results.study.question else []
    for variant in results.study.variants:
        setting = dict(zip(results.swept, variant.setting.values()))
        played = {
            name if " " not in name else f"'{name}'": runs_of(results, setting, name)
            for name in variant.scenario.models
        }
        rules = variant.scenario.evaluation
        all_ = rules.seeds * rules.repeats
        whole = {name: runs for name, runs in played.items() if len(runs) == all_}
        if whole:
            said = list(sentences(results, variant, setting, whole))
            if gone := [name for name in played if name not in whole]:
                said.append(f"Left out, since not all of its seeds have ended: {listed(gone)}.")
            told += [f"{variant.title}: {said[0]}"] if results.swept else said
    return [*told, *by_rank(results.ranks())]


def by_rank(frame):
    """How contenders rank over the settings of a sweep."""
    if not len(frame):
        return
    listing = listed([f"{one.contender} ({one.rank:.2g})" for one in frame.itertuples()])
    first = frame.iloc[0]
    apart = frame[frame["rank"] - first["rank"] > first["critical"]]
    if first["p"] > 0.05:
        said = f"they cannot be told apart (Friedman, p = {first['p']:.2g})"
    elif len(apart):
        said = f"{first['contender']} is told apart from {listed(list(apart['contender']))}"
    else:
        said = f"{first['contender']} is not told apart from the next"
    yield (
        f"Over {first['settings']:,} settings the mean ranks are {listing}; {said}: ranks "
        f"further apart than {first['critical']:.2g} are (Nemenyi, 95 %)."
    )


def runs_of(results, setting, name):
    """The finished runs of a contender, or a reference, under a setting."""
    return [one for one in results.traces() if one.setting == setting and one.contender == name]


def sentences(results, variant, setting, played):
    """The verdict on one setting."""
    numbers = variant.scenario.stream.schema.regression
    yield overall(played, numbers)
    if phases := phases_of(results, variant, setting):
        yield by_phase(played, phases, numbers)
    yield from distance(results, setting, played, numbers)
    yield cost(played)
    if seeds_in(next(iter(played.values()))) == 1:
        others = "; evaluation: {seeds: 10} would tell of others like it"
        yield (
            "All of this is told by one stream, and holds for it only"
            f"{'' if variant.scenario.stream.recorded else others}."
        )


def overall(played, numbers, rows=slice(None)):
    """Who erred least, by how much less than the next, and who cannot be told apart from it."""
    errors = {name: np.mean([rate(one, rows) for one in runs]) for name, runs in played.items()}
    best, *others = sorted(errors, key=errors.get)
    if not others:
        return f"{best} errs {amount(errors[best], numbers)}."
    apart = {name: difference(played[name], played[best], rows) for name in others}
    alike = [name for name in others if not apart[name].distinguishable]
    if alike:
        named = listed([f"{name} ({amount(errors[name], numbers)})" for name in [best, *alike]])
        if unknown := [apart[name].remark for name in alike if not apart[name].known]:
            return f"{named} cannot be told apart: {unknown[0]}."
        widest = max(apart[name].high for name in alike)
        return (
            f"{named} cannot be told apart: what one errs less than another may be nothing, "
            f"or up to {points(widest, numbers)} (95 %, {unit(apart[alike[0]], played)})."
        )
    following = others[0]
    low, high = (points(value, numbers, False) for value in apart[following].interval())
    return (
        f"{best} errs least, {amount(errors[best], numbers)}: "
        f"{points(apart[following].mean, numbers)} less than {following}, the next "
        f"({low} to {high} at 95 %, {unit(apart[following], played)})."
    )


def by_phase(played, phases, numbers):
    """Who erred least between one change and the next."""
    told = [(name, winners(played, rows)) for name, rows in phases]
    if len(told) > MOST_PHASES:
        wins = {name: sum(who == [name] for _, who in told) for name in played}
        ahead = [f"{name} in {n}" for name, n in wins.items() if n]
        open_ = sum(len(who) > 1 for _, who in told)
        said = listed([*ahead, f"in {open_} the best cannot be told apart"] if open_ else ahead)
        return f"Of the {len(told)} phases between changes, least erred: {said}."
    said = [f"in {name} {listed(who)}{' alike' * (len(who) > 1)}" for name, who in told]
    return f"Phase by phase, least errs {'; '.join(said)}."


def winners(played, rows):
    """The contender that errs least, and those that cannot be told apart from it."""
    errors = {name: np.mean([rate(one, rows) for one in runs]) for name, runs in played.items()}
    best = min(errors, key=errors.get)
    alike = [
        name
        for name in played
        if name != best and not difference(played[name], played[best], rows).distinguishable
    ]
    return [best, *alike]


def phases_of(results, variant, setting):
    """The stretches between changes, by name and intervals; none where nothing changes."""
    stream = variant.scenario.stream
    changes, names = stream.changes(0), list(stream.concepts)
    columns = next(one.truth for one in results.traces() if one.setting == setting).columns
    edges = np.searchsorted(columns["first_row"], [change.centre for change in changes])
    edges = [0, *edges.tolist(), len(columns["rows"])]
    rulers = [names[changes[0].before], *(names[one.after] for one in changes)] if changes else []
    told = []
    for ruler, start, stop in zip(rulers, edges, edges[1:]):
        if stop > start:
            first, last = columns["first_row"][start], columns["last_row"][stop - 1]
            told.append((f"{ruler} (rows {first:,} to {last:,})", slice(start, stop)))
    return told if len(told) > 1 else []


def distance(results, setting, played, numbers):
    """How far the best is from the best possible, and who does not beat the references."""
    errors = {name: np.mean([rate(one) for one in runs]) for name, runs in played.items()}
    best = min(errors, key=errors.get)
    excesses = [excess(one.truth.columns | one.trace.columns) for one in played[best]]
    if all(one is not None for one in excesses):
        rows = played[best][0].truth.columns["rows"].sum()
        beyond = np.mean([one.sum() / rows for one in excesses])
        what = f"a mean squared error of {beyond:.4g}" if numbers else points(beyond, False)
        yield f"{best} is {what} away from the best possible."
    else:
        yield "How far that is from the best possible nobody knows here."
    for reference in ("majority", "mean", "no_change"):
        runs = runs_of(results, setting, reference) if reference not in played else []
        theirs = np.mean([rate(one) for one in runs]) if runs else np.inf
        if theirs <= errors[best]:
            yield (
                f"Nobody beats {reference}, which errs {amount(theirs, numbers)}, "
                "with every label at once."
            )


def cost(played):
    """What each contender used."""
    told = []
    for name, runs in played.items():
        labels, fits, *seconds = (
            np.mean([one.trace.columns[key].sum() for one in runs])
            for key in ("labels", "fits", *SECONDS)
        )
        fitted = f"{fits:,.3g} fit{'' if fits == 1 else 's'}"
        told.append(f"{name} {labels:,.0f} labels, {fitted} and {sum(seconds):.2g} s")
    each = " a seed" if len(next(iter(played.values()))) > 1 else ""
    return f"What it took{each}: {'; '.join(told)}."


def rate(one, rows=slice(None)):
    """The mean loss of a run, over some intervals."""
    lost = counted(one.truth.columns | one.trace.columns)[rows]
    return lost.sum() / one.truth.columns["rows"][rows].sum()


def amount(error, numbers):
    """An error in words."""
    return f"by {error:.4g} on average" if numbers else f"in {100 * error:.2f} % of the rows"


def points(difference, numbers, named=True):
    """A difference of errors in words."""
    if numbers:
        return f"{difference:.4g}"
    return f"{100 * difference:.2f}{' points' if named else ''}"


def unit(apart, played):
    """What an interval is over."""
    seeds = seeds_in(next(iter(played.values())))
    return f"over {seeds} seeds" if apart.unit == "seeds" else "this stream only"


def listed(names):
    """Names as a sentence has them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
