"""Words: what each figure shows, for those who do not see it."""

from math import isnan

from driftsim.evaluation.metrics import LOWER_IS_BETTER
from driftsim.evaluation.recovery import DID_NOT_FALL, RECOVERED, TOO_SHORT, median
from driftsim.messages import plain
from driftsim.report.amounts import listed
from driftsim.report.figures.costs import COSTS, engines, foremost, priced
from driftsim.report.figures.detections import UNKNOWN, rung
from driftsim.report.figures.lines import excess_of
from driftsim.report.figures.stream import distinct, known, over
from driftsim.report.figures.style import numbers
from driftsim.report.figures.sweeps import values_of
from driftsim.report.verdict import ranking

MOST = 12  # contenders or changes that are told of
MOST_SETTINGS = 4


def told(items, most=MOST):
    """Some of many, and how many more there are."""
    items = list(items)
    more = f"and {len(items) - most} more"
    return "; ".join(items[:most] + [more] * (len(items) > most))


def counted(n, noun):
    """A number of things."""
    return f"{n:,.3g} {noun}{'' if n == 1 else 's'}"


def each(view, tell, scenes=None):
    """What is told of each setting, named where there are several; not of every one of many."""
    scenes = [scene for scene in scenes or view.scenes if scene.played]
    said = [(scene.title, tell(scene)) for scene in scenes[:MOST_SETTINGS]]
    named = [f"{title}: {words}" if title else words for title, words in said if words]
    more = f"And {len(scenes) - MOST_SETTINGS} settings more."
    return " ".join(named + [more] * (len(scenes) > MOST_SETTINGS))


def curves(view):
    """What the curves show."""
    return each(view, lambda scene: " ".join(along(view, scene, one) for one in view.metrics))


def excess(view):
    """What the curves of the excess show."""
    return each(view, lambda scene: along(view, scene, excess_of(scene)))


def along(view, scene, metric):
    """How a metric went along a stream."""
    curve = scene.of(view.curves(scene.results, metric))
    mean = scene.of(view.whole(scene.results, metric)).set_index("contender")["mean"].dropna()
    names = [name for name in view.names if name in mean.index]
    if not names:
        return f"Nothing is known of {metric.replace('_', ' ')}."
    first, last = curve["first_row"].min(), curve["last_row"].max()
    windows = f"in windows of {view.window or scene.results.window:,} rows"
    kind = {"tumbling": windows, "sliding": f"{windows} that slide", "cumulative": "from the start"}
    ways = kind.get(view.over, f"{windows} that fade")
    said = told(f"{name} {numbers(mean[name])}{worst(curve, name, metric)}" for name in names)
    oracle = mean.get("oracle") if "oracle" not in names else None
    possible = f" The best possible is {numbers(oracle)}." if oracle is not None else ""
    return (
        f"{metric.replace('_', ' ').capitalize()} from row {first:,} to {last:,}, {ways}; "
        f"as a whole, and at worst: {said}.{possible}{changed(scene)}"
    )


def worst(curve, name, metric):
    """Where a contender was worst."""
    one = curve[curve["contender"] == name].dropna(subset=["mean"])
    at = one.loc[one["mean"].idxmax() if metric in LOWER_IS_BETTER else one["mean"].idxmin()]
    return f" ({numbers(at['mean'])} up to row {at['last_row']:,})"


def changed(scene):
    """Where the stream changes."""
    rows = [f"{change.centre:,}" for change in scene.stream.changes(0)]
    return f" The stream changes at row {told(rows)}." if rows else ""


def recovery(view):
    """How contenders came back."""
    return each(view, lambda scene: recovered(view, scene))


def recovered(view, scene):
    """How often each contender came back, and after how long."""
    frame, said = scene.of(view.frame(scene.results, "recovery", view.window)), []
    frame = frame[frame["outcome"] != TOO_SHORT]
    for name in [name for name in view.names if (frame["contender"] == name).any()]:
        one = frame[frame["contender"] == name]
        middle = median(one["rows"], one["censored"])
        after = "" if isnan(middle) else f", in the median after {middle:,.0f} rows"
        back, stayed = (int((one["outcome"] == it).sum()) for it in (RECOVERED, DID_NOT_FALL))
        unharmed = f", and did not fall at {stayed:,}" if stayed else ""
        said.append(f"{name} from {back:,} of {len(one):,}{unharmed}{after}")
    seeds = len({one.seed for one in scene.played})
    many = f"changes, each with {seeds} seeds" if seeds > 1 else "changes"
    return f"Of the {many}, contenders came back: {told(said)}." if said else ""


def stream(view):
    """What the stream is like."""
    return each(view, lambda scene: described(view, scene), distinct(view))


def described(view, scene):
    """Rows, concepts, changes, classes and the least possible error."""
    worlds = over(view, scene)
    rows = f"Rows {worlds[0]['first_row'][0]:,} to {worlds[0]['last_row'][-1]:,}"
    names = listed(list(scene.stream.concepts))
    said = f"{rows} of {names}.{changed(scene)}"
    if not scene.stream.schema.regression:
        sums = sum(one["actual"].sum(axis=0) for one in worlds)
        classes = scene.stream.schema.classes or range(len(sums))
        shares = told(f"{name} {share:.1%}" for name, share in zip(classes, sums / sums.sum()))
        said += f" Shares of the classes: {shares}."
    if known(scene):
        name = "bayes_error" if "bayes_error" in worlds[0] else "bayes_squared_error"
        errors = sum(one[name] / one["rows"] for one in worlds) / len(worlds)
        low, high = numbers(errors.min()), numbers(errors.max())
        between = low if low == high else f"between {low} and {high}"
        said += f" The least possible error is {between}."
    return said


def cost(view):
    """What contenders cost, and who is beaten by nobody."""
    metric = view.metrics[0]
    said = []
    for title, frame in priced(view, metric).items():
        words = told(
            f"{name} {numbers(one['mean'])} for {one['seconds']:.2g} seconds, "
            f"{one['labels']:,.0f} labels and {counted(one['fits'], 'fit')}"
            for name, one in frame.iterrows()
        )
        lower = metric in LOWER_IS_BETTER
        front = {name: frame.index[foremost(frame[name], frame["mean"], lower)] for name in COSTS}
        best = [f"{listed(names)} for {name}" for name, names in front.items()]
        start = f"{title}: " if title else ""
        said.append(f"{start}{metric.replace('_', ' ')}: {words}. Beaten by nobody: {told(best)}.")
    return " ".join([*said, *different(engines(view))])


def different(engines):
    """What contenders ran on, where that differs, so that their seconds are not alike."""
    groups = {}
    for name, engine in engines.items():
        groups.setdefault(engine, []).append(name)
    if len(groups) > 1:
        ran = [f"{engine}: {listed(names)}" for engine, names in groups.items()]
        yield f"Seconds of different engines are not alike ({told(ran)})."


def forgetting(view):
    """What is forgotten."""
    return each(view, lambda scene: forgotten(view, scene))


def forgotten(view, scene):
    """What each contender no longer knows at the end."""
    frame = scene.of(view.frame(scene.results, "forgetting")).set_index("contender")
    said = [
        f"{name} errs {numbers(frame.loc[name, 'error'])}, and "
        f"{numbers(frame.loc[name, 'forgetting'])} more than it once did"
        for name in view.names
        if name in frame.index
    ]
    return f"On fresh rows of every concept, at the end: {told(said)}." if said else ""


def alarms(view):
    """What alarms found."""
    return each(view, lambda scene: heard(view, scene))


def heard(view, scene):
    """How many changes each contender found, and what else rang."""
    frame = scene.of(view.frame(scene.results, "alarms")).set_index("contender")
    said = []
    for name in rung(view, scene):
        one = frame.loc[name]
        if isnan(one["changes"]):
            said.append(f"{name}: {counted(one['alarms'], 'alarm')}, {UNKNOWN}")
            continue
        false = one["extra"] + one["early"]
        after = f" after {one['to_detection']:,.0f} rows" if one["detected"] else ""
        found = f"{one['detected']:.3g} of {one['changes']:.3g} changes{after}"
        said.append(f"{name} found {found}, with {counted(false, 'false alarm')}")
    return f"{told(said)}." if said else ""


def sweep(view):
    """Where each contender was best and worst."""
    metric, said = view.metrics[0], []
    for title, results in view.reports.items():
        frame = view.whole(results, metric) if results.swept else None
        if frame is None or not frame["mean"].notna().any():
            continue
        swept = "; ".join(
            f"{name}: {', '.join(map(plain, values))}"
            for name, values in values_of(results).items()
        )
        words = told(
            f"{name} {extremes(results, frame[frame['contender'] == name], metric)}"
            for name in view.names
            if frame.loc[frame["contender"] == name, "mean"].notna().any()
        )
        start = f"{title}: " if title else ""
        said.append(f"{start}{metric.replace('_', ' ')} over {swept}. Best and worst: {words}.")
    return " ".join(said)


def extremes(results, frame, metric):
    """The best and the worst of a contender, and where."""
    ordered = frame.dropna(subset=["mean"]).sort_values("mean", ascending=metric in LOWER_IS_BETTER)
    ends = [ordered.iloc[0], ordered.iloc[-1]]
    return " and ".join(
        f"{numbers(one['mean'])} at {', '.join(f'{n} = {said(one[n])}' for n in results.swept)}"
        for one in ends
    )


def said(value):
    """A value of a setting, out of a frame."""
    return plain(value.item() if hasattr(value, "item") else value)


def ranks(view):
    """How contenders rank."""
    frames = [view.frame(one, "ranks") for one in view.reports.values()]
    return " ".join(ranking(frame) for frame in frames if len(frame))
