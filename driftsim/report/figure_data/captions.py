"""Captions: what each figure shows in words, also for readers who do not see it."""

from itertools import groupby
from math import inf, isnan, nan

import numpy as np

from driftsim.durations import Duration
from driftsim.evaluation.metrics import LOWER_IS_BETTER
from driftsim.evaluation.recovery import DID_NOT_FALL, RECOVERED, median
from driftsim.messages import plural, setting_text
from driftsim.report.amounts import listed, title_at_start
from driftsim.report.dates import row_text, stretch_text
from driftsim.report.decision.periods import differ
from driftsim.report.figure_data.costs import ADDED_UP, COSTS, costs, engines
from driftsim.report.figure_data.curves import aims, excess_of
from driftsim.report.figure_data.detections import UNKNOWN, sorted_alarms
from driftsim.report.figure_data.looks import rounded
from driftsim.report.figure_data.periods import memory_text
from driftsim.report.figure_data.recoveries import in_unit, unit_in
from driftsim.report.figure_data.streams import best_errors, best_known, distinct_streams, truths
from driftsim.report.figure_data.sweeps import values_of
from driftsim.report.table import missing
from driftsim.report.variant_results import shared_changes
from driftsim.report.verdict import ranking
from driftsim.report.windows import window_text

MOST_PERIODS = 6  # of a sentence
MOST = 12  # contenders or changes that a caption lists
MOST_SETTINGS = 2  # that a caption describes
HULL = (
    "Only contenders on the edge of the shade, the convex hull, are the best choice at some price."
)
BOUNDED = ", with its interval at 95 %"  # of each period
FRONT = "On the Pareto front, with no contender both cheaper and better"


def some(items, most=MOST):
    """The first of some items, and how many more there are."""
    items = list(items)
    rest = f"and {len(items) - most} more"
    return "; ".join(items[:most] + [rest] * (len(items) > most))


def counted(n, noun):
    """A number of things."""
    number = f"{n:,.0f}" if n >= 1_000 else f"{n:.3g}"
    return f"{number} {noun}{'' if n == 1 else 's'}"


def by_setting(view, describe, scenes=None):
    """The description of each setting, with its title if there are several; of many, the first."""
    scenes = [scene for scene in scenes or view.scenes if scene.played]
    pairs = [(scene.title, describe(view, scene)) for scene in scenes[:MOST_SETTINGS]]
    texts = [f"{title}: {text}" if title else text for title, text in pairs if text]
    if (more := len(scenes) - MOST_SETTINGS) > 0:
        suite = all(one.study.suite for one in view.reports.values())
        texts.append(f"And {plural(more, 'more stream' if suite else 'more setting')}.")
    return " ".join(texts)


def of_each_setting(describe):
    """A caption of a view that describes each of its settings."""
    return lambda view: by_setting(view, describe)


@of_each_setting
def curves(view, scene):
    """Each metric over the whole stream, and at its worst."""
    return " ".join(along(view, scene, metric) for metric in view.metrics)


@of_each_setting
def excess(view, scene):
    """The excess over the whole stream, and at its worst."""
    return along(view, scene, excess_of(scene))


def along(view, scene, metric):
    """A metric of each contender over the whole stream, and in its worst window."""
    curve = view.curves(scene, metric)
    mean = known(view.whole(scene.results, metric))
    names = [name for name in view.names if name in mean]
    if not names:
        return f"{title_at_start(metric)} is not known."
    first, last = (
        row_text(row, scene.dates) for row in (curve["first_row"].min(), curve["last_row"].max())
    )
    windows = windows_in_words(view.over, scene.window)
    own = curve.by("contender")
    values = some(
        f"{name} {rounded(mean[name])}{worst(scene, own[name], metric)}" for name in names
    )
    oracle = mean.get("oracle") if "oracle" not in names else None
    possible = f" The best possible is {rounded(oracle)}." if oracle is not None else ""
    return (
        f"{title_at_start(metric)} from row {first} to {last}, in {windows}. "
        f"Over the whole stream, with the worst window in brackets: {values}.{possible}"
        f"{aim(scene, metric)}{changes(scene)}"
    )


def aim(scene, metric):
    """What the dashed line across a panel is, where there is one."""
    value = aims(scene.variant.scenario).get(metric)
    return "" if value is None else f" The dashed line is the level, {rounded(value)}."


def windows_in_words(over, window):
    """The windows of a curve in words."""
    size = f"windows of {window_text(window)}"
    if isinstance(window, Duration):
        size += ", rounded to whole intervals of the trace"
    windows = {"sliding": f"sliding {size}", "cumulative": "cumulative windows"}
    return (windows | {"faded": f"fading {size}"}).get(over, size)


def known(table):
    """The means of a table that are known, by contender."""
    means = zip(table.values("contender"), table.values("mean"))
    return {name: mean for name, mean in means if not isnan(mean)}


def worst(scene, curve, metric):
    """The worst window of a contender, by its curve; nothing where it is known in none."""
    means, rows = curve["mean"], curve["last_row"]
    if np.isnan(means).all():
        return ""
    place = np.nanargmax(means) if metric in LOWER_IS_BETTER else np.nanargmin(means)
    row = int(rows[place])
    return f" ({rounded(means[place])} up to row {row:,}{on(scene, row)})"


def on(scene, row):
    """The date of a row, within brackets."""
    return f", {scene.dates.text(row)}" if scene.dates else ""


def changes(scene):
    """Where the stream changes, a ramp from its first row to its last; and where it pauses."""
    dates, found = scene.dates, shared_changes(scene.variant.scenario)
    rows = [
        row_text(one.first, dates)
        if one.first == one.last
        else f"{row_text(one.first, dates)} to {row_text(one.last, dates)}"
        for one in found
    ]
    where = "at row" if all(one.first == one.last for one in found) else "over rows"
    text = f" The stream changes {where} {some(rows)}." if rows else ""
    if scene.stream.drift.varies and scene.variant.scenario.evaluation.seeds > 1:
        text += " The stream changes at other rows with each seed: shades are means of the seeds."
    rare = scene.stream.outliers(0)
    if outliers := [stretch_text(one.first, one.stop - 1, dates) for one in rare]:
        text += f" Outliers, which are no change: rows {some(outliers)}."
    if pauses := [dates.between(*hole) for hole in dates.holes] if dates else []:
        text += f" There are no rows from {some(pauses)}."
    return text


@of_each_setting
def recovery(view, scene):
    """How often each contender recovered, and after how many rows or how long."""
    unit, texts = unit_in(view), []
    tables = in_unit(scene, view.recovery(scene), unit).by("contender")
    for name in [name for name in view.names if name in tables]:
        one = tables[name]
        middle = median(one["rows"], one["censored"])
        outcomes = one.values("outcome")
        back, stayed = (outcomes.count(it) for it in (RECOVERED, DID_NOT_FALL))
        more = [f"no clear fall at {stayed:,}"] if stayed else []
        more += [] if isnan(middle) else [f"median {unit.text(middle)}"]
        brackets = f" ({', '.join(more)})" if more else ""
        texts.append(f"{name} from {back:,} of {counted(len(one), 'change')}{brackets}")
    seeds = len({one.seed for one in scene.played})
    over = f", over {seeds} seeds" if seeds > 1 else ""
    if (repeats := scene.variant.scenario.evaluation.repeats_in_all) > 1:
        over += f", {repeats:,} models each" if over else f", over {repeats:,} models each"
    ramp = any(one.first < one.last for one in shared_changes(scene.variant.scenario))
    start = f" {unit.words.capitalize()} count from the start of the ramp." if ramp else ""
    return f"Recovered{over}: {some(texts)}.{start}" if texts else ""


def stream(view):
    """What each stream is like."""
    return by_setting(view, lambda _, scene: stream_of(scene), distinct_streams(view))


def stream_of(scene):
    """The rows, concepts, changes, classes and best possible error of a stream."""
    worlds = truths(scene)
    concepts = list(scene.stream.concepts)
    noun = "concept" if len(concepts) == 1 else "concepts"
    ends = worlds[0]["first_row"][0], worlds[0]["last_row"][-1]
    first, last = (row_text(row, scene.dates) for row in ends)
    text = f"Rows {first} to {last} of the {noun} {listed(concepts)}.{changes(scene)}"
    if not scene.stream.schema.regression:
        sums = sum(one["actual"].sum(axis=0) for one in worlds)
        classes = scene.stream.schema.classes or range(len(sums))
        shares = some(
            f"{name}: {100 * share:.1f} %" for name, share in zip(classes, sums / sums.sum())
        )
        text += f" Shares of the classes: {shares}."
    if best_known(scene):
        errors = best_errors(scene).mean(axis=0)
        low, high = rounded(errors.min()), rounded(errors.max())
        between = low if low == high else f"between {low} and {high}"
        text += f" The best possible error is {between}."
    return text


def cost(view):
    """What contenders cost, and which are on the Pareto front."""
    metric = view.metrics[0]
    texts = []
    for title, one in costs(view, metric).items():
        rows = zip(one.names, one.mean, *one.spent.values())
        values = some(
            f"{name} {rounded(mean)} for {seconds:.2g} CPU seconds, "
            f"{labels:,.0f} labels and {counted(fits, 'training')}"
            for name, mean, seconds, labels, fits in rows
        )
        fronts = {name: [one.names[i] for i in one.front(name, metric)] for name in COSTS}
        best = [f"{listed(names)} for {name}" for name, names in fronts.items()]
        start = f"{title}: " if title else ""
        texts.append(f"{start}{title_at_start(metric)}: {values}. {FRONT}: {some(best)}.")
    hull = [HULL] if texts and metric in ADDED_UP else []
    return " ".join([*texts, *hull, *different(engines(view))])


def different(engines):
    """What contenders ran on, where that differs, since their CPU seconds cannot be compared."""
    groups: dict[str, list] = {}
    for name, engine in engines.items():
        groups.setdefault(engine, []).append(name)
    if len(groups) > 1:
        ran = [f"{engine}: {listed(names)}" for engine, names in groups.items()]
        yield f"CPU seconds of different engines cannot be compared ({some(ran)})."


@of_each_setting
def forgetting(view, scene):
    """The error of each contender on all concepts at the end, and its forgetting."""
    rows = {row["contender"]: row for row in view.table(scene.results, "forgetting").rows()}
    texts = [
        f"{name} has error {rounded(rows[name]['error'])} and "
        f"forgetting {rounded(rows[name]['forgetting'])}"
        for name in view.names
        if name in rows
    ]
    if not texts:
        return ""
    return (
        f"At the end, on fresh rows of every concept: {some(texts)}. Forgetting is how far the "
        "error on concepts that no longer rule is above its lowest."
    )


@of_each_setting
def alarms(view, scene):
    """How many changes each contender found, and how many of its alarms were false."""
    rows = {row["contender"]: row for row in view.table(scene.results, "alarms").rows()}
    texts = []
    for name in sorted_alarms(view, scene):
        one = rows[name]
        if isnan(one["changes"]):
            texts.append(f"{name}: {counted(one['alarms'], 'alarm')}, {UNKNOWN}")
            continue
        false = counted(one["extra"] + one["early"], "false alarm")
        after = f" after {one['to_detection']:,.0f} rows" if one["detected"] else ""
        found = f"{one['detected']:.3g} of {one['changes']:.3g} changes{after}"
        texts.append(f"{name} found {found}, with {false}")
    seeds = len({one.seed for one in scene.played})
    means = f"On average over {seeds} seeds: " if seeds > 1 else ""
    return f"{means}{some(texts)}." if texts else ""


def sweep(view):
    """Where each contender was best and worst."""
    metric, texts = view.metrics[0], []
    for title, results in view.reports.items():
        if not results.swept or missing(view.whole(results, metric)["mean"]).all():
            continue
        tables = view.whole(results, metric).by("contender")
        swept = "; ".join(
            f"{name} = {', '.join(map(setting_text, values))}"
            for name, values in values_of(results).items()
        )
        ends = some(
            f"{name} {best_and_worst(results, tables[name], metric)}"
            for name in view.names
            if name in tables and not missing(tables[name]["mean"]).all()
        )
        start = f"{title}: " if title else ""
        texts.append(f"{start}{title_at_start(metric)} with {swept}. Best and worst: {ends}.")
    return " ".join(texts)


def best_and_worst(results, table, metric):
    """The best and the worst value of a contender, and their settings."""
    rows = [row for row in table.rows() if not isnan(row["mean"])]
    rows.sort(key=lambda row: row["mean"] if metric in LOWER_IS_BETTER else -row["mean"])
    return " and ".join(
        f"{rounded(one['mean'])} at {', '.join(f'{n} = {value(one[n])}' for n in results.swept)}"
        for one in (rows[0], rows[-1])
    )


def value(cell):
    """A swept value in a cell of a frame, as a scenario writes it."""
    return setting_text(cell.item() if hasattr(cell, "item") else cell)


def ranks(view):
    """How contenders rank."""
    return " ".join(
        ranking(table, view.table(one, "pairs"), "stream" if one.study.suite else "setting")
        for one in view.reports.values()
        if len(table := view.table(one, "ranks"))
    )


@of_each_setting
def periods(view, scene):
    """The best period of each learner, those that do not differ from it, and never training."""
    table = view.table(scene.results, "periods")
    currency = scene.variant.scenario.priced.currency
    return " ".join(
        sentence
        for learner, one in table.by("learner").items()
        for sentence in of_periods(learner, [*one.rows()], currency)
    )


def of_periods(learner, rows, currency):
    """What the periods of a learner cost, in sentences."""
    best = next(row for row in rows if row["best"])
    alike = groupby(rows, key=lambda row: (row["memory"], row["best"] or row["tied"]))
    found = [[*own] for (_, tied), own in alike if tied]
    never, bounded = rows[-1], not isnan(best.get("low", nan))
    yield (
        f"{learner}: the mean over all phases of each period{BOUNDED * bounded}. "
        f"{period_in_words(best).capitalize()} costs least, {rounded(best['cost'])} {currency}."
    )
    if not differ(rows):
        yield "Whether other periods cost more is not known."
    elif ties := [own for own in found if own != [best]]:
        listed_ties = some((period_in_words(own[0], own[-1]) for own in ties), MOST_PERIODS)
        yield f"No significant difference: {listed_ties}."
    cost, error = rounded(never["cost"]), rounded(never["error"])
    yield f"Never training again costs {cost}, with an error of {error}."


def period_in_words(row, last=None):
    """A period and its memory; with a last one, all from the one to the other."""
    first, until = (one and one["period"] for one in (row, last))
    if first in (inf, "never"):
        return "never training again"
    unit = "" if isinstance(first, str) else " rows"
    ends = [one if isinstance(one, str) else f"{one:,.0f}" for one in (first, until) if one]
    often = " to ".join(dict.fromkeys(ends))
    return f"every {often}{unit} on {memory_text(row['memory'])}"
