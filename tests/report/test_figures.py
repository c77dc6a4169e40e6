"""Figures: what they show, that it can be read, and the same bytes each time."""

from functools import cache
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest
from examples import played, sea_stream
from invented_studies import NAMES, NOISES, made
from matplotlib.colors import rgb_to_hsv, same_color, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from priced_studies import CLOCK, every, study_of

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.evaluation.recovery import median
from driftsim.report.figure_data.captions import counted
from driftsim.report.figure_data.curves import curve_of
from driftsim.report.figure_data.label_placement import spread
from driftsim.report.figure_data.looks import COLOURS, FAINT, look_of
from driftsim.report.figure_data.recoveries import (
    MEDIAN_OF_ALL,
    RANGE,
    SOME_OF_ALL,
    Recovered,
    RecoveryMatrix,
    RecoveryPanel,
    note_of,
    occurring,
    recovered,
)
from driftsim.report.figure_data.view import fair_sizes
from driftsim.report.figures import KINDS, View, curves, image, plot_all, plot_figure
from driftsim.report.figures.costs import set_scale
from driftsim.report.figures.image_files import numbered
from driftsim.report.figures.label_placement import stretches
from driftsim.report.figures.lines import lone
from driftsim.report.figures.matrices import (
    CELL,
    label_cells,
    legible,
    plot_matrix,
    tiled,
)
from driftsim.report.figures.panels import mark_changes
from driftsim.report.figures.recoveries import MARKS
from driftsim.report.figures.style import styled
from driftsim.report.measures import alarm_rows
from driftsim.report.results import Results
from driftsim.report.table import Table
from driftsim.scenario import Scenario
from driftsim.store import Store


@cache
def all_of(results):
    """Every figure of some results, plotted once for all tests that only look at them."""
    return [*plot_all(results)]


def lines(panel):
    """The lines of a panel that have a name."""
    return {line.get_label(): line for line in panel.lines if line.get_label()[:6] != "_child"}


def tagged(panel, name):
    """What of a panel is tagged by a name."""
    return [one for one in [*panel.lines, *panel.texts] if one.get_gid() == name]


def test_a_value_without_a_known_neighbour_is_alone():
    nan = np.nan
    assert lone(np.array([1.0, nan, 2, 3, nan, 4])).tolist() == [0, 5]
    assert lone(np.array([1.0])).tolist() == [0] and not len(lone(np.array([1.0, 2])))


def test_every_figure_that_there_is_something_for(odd, swept, plain, settings):
    others = "price", "periods"
    always = {name for name, kind in KINDS.items() if not kind.of_prices and not kind.if_asked}
    names = [name for name in KINDS if name in always.difference(others)]
    assert [one.name for one in all_of(odd) if one.name in names] == names[:-2]
    assert [one.name for one in all_of(swept) if one.name in names] == [*names[:5], *names[-2:]]
    assert [one.name for one in all_of(plain) if one.name in names] == ["curves", "stream", "cost"]
    assert [one.name for one in all_of(settings) if one.name in names] == names


def test_costs_are_those_of_the_table():
    wrong = {"never": ("static", 31), "clock": (CLOCK, 12)}
    models = {name: (policy, [{"wrong": n + i, "fits": every(10)} for i in range(3)])
              for name, (policy, n) in wrong.items()}  # fmt: skip
    results = study_of(models)
    costs, along = results.costs().set_index("contender"), results.costs(along=True)
    bars, courses = (plot_figure(name, View(results)) for name in ("total_cost", "cost_so_far"))
    (panel,), order = bars.axes, ["clock", "never"]
    ends = np.array([bar.get_x() + bar.get_width() for bar in panel.patches]).reshape(-1, 2)
    shares = costs.loc[order, ["mistakes", "labels", "training"]]
    assert np.allclose(ends, shares.cumsum(axis=1).T)
    assert [text.get_text() for text in panel.get_yticklabels()] == order
    words = [text.get_text().split()[0] for text in tagged(panel, "cost")]
    assert words == [f"{cost:,.0f}" for cost in costs.cost[order]]
    ticks = [text.get_text() for text in courses.axes[0].get_yticklabels()]
    assert "1,000" in ticks
    for name in models:
        line = lines(courses.axes[0])[name]
        assert np.allclose(line.get_ydata()[1:], along[along.contender == name].cost)


def test_a_panel_for_each_setting_and_metric(swept):
    figure = curves(swept)
    panels = [panel for panel in figure.axes if panel.axison]
    assert len(panels) == 6
    assert {panel.get_title() for panel in panels} == {"noise = 0.0", "noise = 0.2"}
    first = lines(panels[0])
    assert list(first) == ["bayes & co", "frozen", "oracle (best possible)"]
    assert panels[0].get_ylim() == panels[1].get_ylim()
    frame = swept.curves("error")
    expected = frame[(frame.contender == "frozen") & (frame.noise == 0.0)]["mean"]
    assert np.allclose(first["frozen"].get_ydata()[:-1], expected)


@pytest.mark.parametrize("over", ["sliding", "cumulative", "faded"])
def test_curves_over_other_windows_stand_at_their_ends(odd, over):
    panel = plot_figure("curves", View(odd, metric="kappa", window=200, over=over)).axes[0]
    frame = odd.curves("kappa", 200, over)
    for name in NAMES:
        own = frame[frame.contender == name]
        assert np.allclose(lines(panel)[name].get_ydata(), own["mean"], equal_nan=True)
        assert np.allclose(lines(panel)[name].get_xdata(), own["last_row"] + 1)


def test_retrainings_are_ticked(swept):
    ticked = tagged(curves(swept).axes[0], "retrained")
    assert [line.get_xdata().tolist() for line in ticked] == [[1500, 2000, 2500]]


def test_recorded_data_have_no_oracle(plain):
    assert list(lines(curves(plain).axes[0])) == ["majority", "bayes"]


def test_of_many_contenders_a_panel_shows_some_and_the_others_faintly(many):
    n = len(many.study.variants[0].scenario.models)
    figure = curves(many)
    shown = [[name for name in lines(panel) if "oracle" not in name] for panel in figure.axes]
    assert len(figure.axes) == (1 if n == 10 else 3)
    for panel, names in zip(figure.axes, shown):
        coloured = [
            name for name in names if not same_color(lines(panel)[name].get_color(), "#bbb")
        ]
        assert len(names) == n and len(coloured) == 10
        named = {text.get_text() for text in tagged(panel, "name")}
        assert named == {*coloured, "oracle (best possible)"}


def test_the_excess_is_that_of_the_api(odd):
    panel = plot_figure("excess", View(odd)).axes[0]
    frame = odd.curves("excess_error")
    for name in NAMES:
        own = frame[frame.contender == name]["mean"]
        assert np.allclose(lines(panel)[name].get_ydata()[:-1], own)


def test_recoveries_are_medians_and_those_not_followed_to_their_end_are_open(odd):
    panels, frame = plot_figure("recovery", View(odd)).axes, odd.recovery()
    pooled = (MEDIAN_OF_ALL, SOME_OF_ALL)
    assert keyed_by(panels[0]) == [one for one in MARKS if one not in pooled][2:]
    contenders = list(odd.study.variants[0].scenario.models)
    changes = sorted(frame.change.unique())
    assert [panel.get_title() for panel in panels] == [
        f"ramp from row {row:,} to {row + 200:,}" for row in changes
    ]
    for panel, change in zip(panels, changes):
        marks = {int(mark.get_ydata()[0]): mark for mark in tagged(panel, "median")}
        for place, name in enumerate(contenders):
            one = frame[(frame.contender == name) & (frame.change == change)]
            middle = median(one.rows, one.censored)
            lost = np.isnan(middle)
            assert marks[place].get_xdata()[0] == (one.rows.max() if lost else middle)
            assert same_color(marks[place].get_markerfacecolor(), "white") == lost
        arrows = len(tagged(panel, "arrow"))
        judged = frame[(frame.change == change) & frame.contender.isin(contenders)]
        assert arrows == judged.groupby("contender").censored.any().sum()
    assert frame.censored.any() and not frame.censored.all()


def keyed_by(panel):
    """What the legend of the figure of a panel says of marks."""
    return [text.get_text() for text in panel.figure.legends[0].get_texts()]


def test_with_one_seed_the_legend_does_not_mention_seeds(odd):
    every = odd.tables.recovery(odd.window)
    firsts = {(one["contender"], one["change"]): one for one in reversed([*every.rows()])}
    one_seed = Table.of_rows(firsts.values(), every)
    assert keys(one_seed) == [*MARKS][:2] + [*MARKS][-1:]
    back = {one["contender"]: one for one in one_seed.rows() if one["outcome"] == "recovered"}
    assert keys(Table.of_rows(back.values(), every)) == ["recovered"]


def keys(table):
    """What the marks of some recoveries mean."""
    panels = [
        {name: recovered(name, one) for name, one in change.by("contender").items()}
        for change in table.by("change").values()
    ]
    return occurring([RecoveryPanel(None, "", marks) for marks in panels])


def test_marks_of_all_changes_are_medians_of_changes_and_seeds():
    one = Recovered("a", 0.0, 90.0, 40.0, False, 90.0, 0.1, False, 6)
    panels = [RecoveryPanel(None, "", {"a": one}, pooled=True)]
    assert occurring(panels) == [MEDIAN_OF_ALL, RANGE, SOME_OF_ALL]


def test_a_cell_of_a_change_that_was_not_judged_is_empty():
    values, censored = np.array([[np.nan, 1200.0, 800.0]]), np.array([[False, True, False]])
    matrix = RecoveryMatrix("", values, censored, ["a"], ["1", "2", "3"], "", True)
    assert matrix.words == [["", "> 1,200", "800"]]
    note = "most seeds had not recovered when the next change came, or the stream ended"
    assert note_of([matrix], 30) == f">: {note}" and note_of([matrix], 2) == f"hatched: {note}"


@pytest.mark.slow
def test_recoveries_from_many_changes_are_a_matrix(many):
    longer = View(many, window=50)
    assert len(plot_figure("recovery", longer).axes) == 3
    frame = many.recovery().dropna(subset=["rows"])  # changes that were judged
    settings = View({f"report {i}": many for i in range(4)})
    cells = [text.get_text() for text in tagged(plot_figure("recovery", settings).axes[0], "cell")]
    contenders = list(many.study.variants[0].scenario.models)
    expected = []
    for name in contenders:
        for change in sorted(frame.change.unique()):
            one = frame[(frame.contender == name) & (frame.change == change)]
            middle = median(one.rows, one.censored)
            expected.append(f"> {one.rows.max():,.0f}" if np.isnan(middle) else f"{middle:,.0f}")
    assert cells == expected


def test_the_stream_is_that_of_the_truth(odd):
    panels = plot_figure("stream", View(odd)).axes
    assert len(panels) == 3
    truths = [one.truth.over(100).columns for one in odd.traces() if one.contender == "_under"]
    assert panels[2].get_ylim()[0] < 0  # so that an error of zero is seen
    best = np.mean([one["bayes_error"] / one["rows"] for one in truths], axis=0)
    assert np.allclose(panels[2].lines[-1].get_ydata()[:-1], best)
    for panel, name in zip(panels, ("concept", "actual")):
        stack = [part for part in panel.collections if part.get_gid() == name]
        shares = sum(one[name] for one in truths) / sum(one["rows"] for one in truths)[:, None]
        assert len(stack) == shares.shape[1]
        lowest = stack[0].get_paths()[0].vertices[:, 1].max()
        assert lowest == pytest.approx(shares[:, 0].max())
    legend = [text.get_text() for text in panels[0].get_legend().get_texts()]
    assert legend == ["ü^{2}", "b<&>", "$a_1$"]


def test_streams_in_several_rows_have_titles_at_every_fact_and_their_own_legends(tmp_path):
    text = """streams:
  one:
    concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 9}}
    drift: {kind: sudden, at: [500]}
  two: {concepts: {only: led}}
  three: {concepts: {only: {kind: agrawal, function: 5}}}
  four: {concepts: {only: river.datasets.Phishing}}
  five: {concepts: {only: {kind: agrawal, function: 6}}}
defaults: {length: 1_200}
models: {frozen: {learner: majority, policy: static}}
evaluation: {warmup: 100}
"""
    panels = plot_figure("stream", View(played(text, "rows", tmp_path))).axes
    shown = [panel for panel in panels if panel.axison]
    assert [panel.get_title() for panel in shown] == ["one", "two", "three", "four", "five"] * 3
    said = [text.get_text() for panel in shown for text in panel.texts]
    assert said == ["one concept: only"] * 4 + ["unknown"]
    named = [i for i, panel in enumerate(shown) if panel.get_legend()]
    assert named == [0, 5, 6, 7, 8, 9]


def test_a_curve_ends_before_a_last_window_of_few_rows():
    ends = {"first_row": [0, 100, 200], "last_row": [99, 199, 209], "seeds": [1, 1, 1]}
    table = Table(ends | {key: [0.3, 0.2, 0.0] for key in ("mean", "low", "high")})
    assert curve_of("a", table, steps=True).mean.tolist() == [0.3, 0.2, 0.2]
    assert curve_of("a", table, steps=True).x.tolist() == [0, 100, 200]
    assert curve_of("a", table, steps=False).mean.tolist() == [0.3, 0.2, 0.0]
    longer = table.with_columns({"last_row": [99, 199, 224]})
    assert curve_of("a", longer, steps=True).x.tolist() == [0, 100, 200, 225]


def test_costs_are_those_of_the_summary(odd):
    panels, summary = plot_figure("cost", View(odd)).axes, odd.summary().set_index("contender")
    seconds = summary[list(CPU_SECONDS)].sum(axis=1)
    for panel, cost in zip(panels, (seconds, summary["labels"], summary["fits"])):
        points = [(mark.get_xdata()[0], mark.get_ydata()[0]) for mark in tagged(panel, "point")]
        names = list(odd.study.variants[0].scenario.models)
        assert np.allclose(points, [(cost[name], summary.error[name]) for name in names])
        (front,) = tagged(panel, "front")
        beaten = [any(x <= a and y <= b and (x, y) != (a, b) for x, y in points) for a, b in points]
        kept = {point for point, lost in zip(points, beaten) if not lost}
        assert set(zip(front.get_xdata(), front.get_ydata())) == kept


def test_between_powers_of_ten_there_are_no_other_ticks():
    panel = Figure().subplots()
    panel.scatter([1e-4, 1e-2, 14], [0, 1, 2])
    set_scale(panel, np.array([1e-4, 1e-2, 14]))
    texts = [label.get_text() for label in panel.get_xticklabels(which="both")]
    assert texts and not any("$" in text for text in texts)


def test_names_keep_off_the_front(many):
    for panel in plot_figure("cost", View(many)).axes:
        (front,) = tagged(panel, "front")
        boxes = stretches(panel, front)
        for name in tagged(panel, "name"):
            box = name.get_window_extent()
            assert not any(Bbox.intersection(box, other) for other in boxes)


def test_cells_keep_their_size_beside_long_names():
    figure, panels = tiled([(3, 2)] * 4, ["a"] * 4, "phase")
    for panel in panels:
        plot_matrix(panel, np.ones((3, 2)), [["1", "1"]] * 3, 1)
        label_cells(panel, ["winter", "n" * 44], ["1", "2 " + "n" * 44, "3"])
    areas = [panel.get_position() for panel in legible(figure, panels).axes]
    for area in areas:
        cell = np.array([area.width, area.height]) * figure.get_size_inches() / (2, 3)
        assert (0.9 * np.array(CELL) < cell).all() and (cell < 2.5 * np.array(CELL)).all()


def test_forgetting_stands_in_every_cell(odd):
    panels, frame = plot_figure("forgetting", View(odd)).axes, odd.probed()
    for panel, name in zip(panels, NAMES):
        one = frame[frame.contender == name]
        cells = [text.get_text() for text in tagged(panel, "cell")]
        assert cells == [f"{error:.2f}" for error in one.error]
        ruled = one[one.ruling == one.concept].reset_index()
        framed = [patch.get_xy() for patch in panel.patches]
        assert [(x, y) for x, y in framed] == [(i, i) for i in range(len(ruled))]


def test_alarms_stand_above_the_line_where_they_found_a_change(odd):
    (panel,), frame = plot_figure("alarms", View(odd)).axes, odd.alarms().set_index("contender")
    name = "größer 模型 %"
    assert [text.get_text() for text in panel.get_yticklabels()] == [name]
    rows = np.concatenate([alarm_rows(one) for one in odd.traces() if one.contender == name])
    hits, false = (
        np.concatenate([line.get_xdata()[::3] for line in tagged(panel, kind)])
        for kind in ("hit", "false")
    )
    assert sorted([*hits, *false]) == sorted(rows)
    assert len(hits) == 2 * frame.detected[name] > 0
    lane = {kind: tagged(panel, kind)[0].get_ydata() for kind in ("hit", "false")}
    assert np.nanmax(lane["hit"]) < 0  # above the middle: rows are counted downwards
    assert not len(lane["false"]) or np.nanmin(lane["false"]) > 0


def test_one_thing_swept_is_a_curve_and_two_are_a_map(settings, tmp_path):
    panel = plot_figure("sweep", View(settings)).axes[0]
    frame = settings.curves("error", 10_000)
    for name, line in lines(panel).items():
        one = frame[frame.contender == name]
        assert np.allclose(line.get_xdata(), one.noise) and np.allclose(
            line.get_ydata(), one["mean"]
        )

    pairs = [
        {"stream.noise": a, "models.contender 1.policy.memory": b}
        for a in (0.0, 0.1)
        for b in (5, 9)
    ]
    two = made(tmp_path, 2, *pairs)
    panels = plot_figure("sweep", View(two)).axes
    frame = two.curves("error", 10_000)
    for panel, name in zip(panels, ("contender 0", "contender 1")):
        cells = [text.get_text() for text in tagged(panel, "cell")]
        assert cells == [f"{mean:.3f}" for mean in frame[frame.contender == name]["mean"]]
        assert (panel.get_title(), panel.get_xlabel()) == (name, "memory")


@pytest.mark.slow
def test_many_settings_share_the_room_with_other_reports(odd, tmp_path):
    noises = [{"stream.noise": i / 100} for i in range(26)]
    shown = View({"many": made(tmp_path, 2, *noises), "odd": odd}, metric="error")
    titles = [scene.title for scene in shown.scenes]
    assert len(titles) == 24 and titles[-1] == "odd"
    assert titles[-2] == "many, noise = 0.22 (and 3 more, not shown)"
    assert {*NAMES} < {*shown.names}
    assert "odd" in [panel.get_title() for panel in plot_figure("cost", shown).axes]
    assert fair_sizes([2, 30, 30], 24) == [2, 11, 11] and fair_sizes([1] * 30, 24) == [1] * 30


def test_matrices_that_are_not_shown_are_counted(odd, monkeypatch):
    monkeypatch.setattr("driftsim.report.figure_data.probes.MOST_TABLES", 2)
    titles = [panel.get_title() for panel in plot_figure("forgetting", View(odd)).axes]
    assert len(titles) == 2 and "(and 2 more, not shown)" in titles[-1].replace("\n", " ")


def test_ranks_are_joined_with_their_names_and_with_equal_ranks(settings):
    (panel,), frame = plot_figure("ranks", View(settings)).axes, settings.ranks()
    low, high = panel.get_xlim()
    led = sorted(line.get_xdata()[0] * (high - low) + low for line in tagged(panel, "rank"))
    assert np.allclose(led, sorted(frame["rank"]))
    critical, ranks = frame.critical[0], np.array(sorted(frame["rank"]))
    for bar in tagged(panel, "alike"):
        first, last = bar.get_xdata()
        joined = ranks[(ranks >= first) & (ranks <= last)]
        assert len(joined) > 1 and joined[-1] - joined[0] <= critical
    joined = [bar.get_xdata() for bar in tagged(panel, "alike")]
    for one, other in combinations(ranks, 2):
        alike = any(first <= one and other <= last for first, last in joined)
        assert alike == (other - one <= critical)
    (bar,) = tagged(panel, "critical")
    assert np.ptp(bar.get_xdata()) == pytest.approx(min(critical, high - low))


SLOW = [pytest.param(one, marks=pytest.mark.slow) for one in (30, "10 swept", "30 swept")]


@pytest.fixture(params=["odd", "swept", "plain", "settings", 10, *SLOW])
def study(request, tmp_path):
    """Studies of all kinds."""
    name = request.param
    if name in ("odd", "swept", "plain", "settings"):
        return request.getfixturevalue(name)
    return (
        made(tmp_path, name, {})
        if isinstance(name, int)
        else made(tmp_path, int(name[:2]), *NOISES)
    )


@pytest.mark.slow
def test_no_text_overlaps_another_or_the_edge(study):
    for one in all_of(study):
        with styled():
            one.figure.draw_without_rendering()
            texts = list(visible(one.figure))
            boxes = np.array([text.get_window_extent().extents for text in texts])
        for i, box in enumerate(boxes):
            others = boxes[i + 1 :]
            shared = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
            overlapping = np.flatnonzero((shared > 1).all(axis=1))  # pixels
            words = [texts[i + 1 + j].get_text() for j in overlapping]
            assert not words, f"{one.name}: {texts[i].get_text()!r} overlaps {words}"
        assert (boxes[:, :2] > -2).all(), one.name
        assert (boxes[:, 2:] < one.figure.bbox.max + 2).all(), one.name


def visible(figure):
    """Every text of a figure that is seen, those of ticks beyond a scale left out."""
    ticks = {}
    for panel in figure.axes:
        for axis in (panel.xaxis, panel.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                ticks[tick.label1] = low <= tick.get_loc() <= high and panel.axison
                ticks[tick.label2] = False
    for text in figure.findobj(Text):
        seen = text.get_visible() and text.get_text().strip()
        axes = text.axes
        if seen and ticks.get(text, True) and (axes is None or axes.axison or text in axes.texts):
            yield text


@pytest.mark.slow
def test_contenders_keep_their_looks_in_every_figure(odd):
    names = list(odd.study.variants[0].scenario.models)
    only = View(odd, contenders=names[1:])
    for name in ("curves", "excess"):
        drawn = lines(plot_figure(name, only).axes[0])
        assert names[0] not in drawn
        assert all(drawn[one].get_color() == COLOURS[names.index(one)] for one in names[1:])
    points = tagged(plot_figure("cost", only).axes[0], "point")
    assert [point.get_color() for point in points] == [*COLOURS[1:4]]
    both = plot_figure("curves", View({"one": odd, "other": odd}, metric="error")).axes
    assert [lines(panel)[names[0]].get_color() for panel in both] == [COLOURS[0]] * 2


def test_contenders_differ_without_colour():
    looks = [look_of(i) for i in range(50)]
    assert len(set(map(str, looks))) == 50
    for one, other in combinations(looks, 2):
        if one.colour == other.colour:
            assert one.dashes != other.dashes and one.marker != other.marker


def test_ten_contenders_differ_in_hue_where_their_dashes_are_the_same():
    looks = [look_of(i) for i in range(10)]
    for one, other in combinations(looks, 2):
        if one.dashes == other.dashes:
            between = abs(np.subtract(*(rgb_to_hsv(to_rgb(it.colour)) for it in (one, other))))
            assert min(between[0], 1 - between[0]) > 1 / 9 or between[1] > 0.4, (one, other)


def test_samples_beside_lines_have_their_dashes(odd):
    panel = curves(odd).axes[0]
    patterns = [str(one._dash_pattern) for one in tagged(panel, "sample")]
    own = {str(line._dash_pattern) for line in lines(panel).values()}
    assert len(set(patterns)) > 2 and set(patterns) == own


def test_colours_are_seen_on_white():
    for colour in (*COLOURS, FAINT):
        tones = np.array(to_rgb(colour))
        linear = np.where(tones <= 0.04045, tones / 12.92, ((tones + 0.055) / 1.055) ** 2.4)
        contrast = 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)
        assert contrast >= (4.5 if colour == FAINT else 3), colour


@pytest.mark.slow
def test_the_same_results_give_the_same_bytes(odd, settings):
    kinds = [one.name for one in all_of(odd)]
    swept = [name for name in KINDS if name not in (*kinds, "periods", "memory")]
    for results, names in ((odd, kinds), (settings, swept)):
        for name in names:
            assert [image(plotted(name, results), "svg")] == bytes_of(name, results, ["svg"]), name
    one, two = (bytes_of("stream", odd, ["png", "pdf"]) for _ in range(2))
    assert one == two
    assert [file[:4] for file in one] == [b"\x89PNG", b"%PDF"]


def test_clips_have_the_same_ids_wherever_they_lie():
    one, other = (
        numbered(b'<path clip-path="url(#%b)"/><clipPath id="%b"/>' % (name, name), "curves")
        for name in (b"p70c6bdae5b", b"pdef0604465")
    )
    assert one == other and one.count(b"curves-clip-0") == 2


def plotted(name, results):
    """A figure, of those that other tests look at where it is among them."""
    of_all = (one.figure for one in all_of(results) if one.name == name)
    return next(of_all, None) or plot_figure(name, View(results))


def bytes_of(name, results, suffixes):
    """The files of a figure, plotted anew."""
    figure = plot_figure(name, View(results))
    return [image(figure, suffix) for suffix in suffixes]


def test_text_stays_text_and_names_are_written_as_they_are(odd):
    ids = []
    for one in all_of(odd):
        svg = image(one.figure, "svg").decode()
        assert "20" + "26-" not in svg and "$x^2$ & " not in svg
        tree = ElementTree.fromstring(svg)
        ids += [node.get("id") for node in tree.iter() if node.get("id")]
        texts = {"".join(node.itertext()).strip() for node in tree.iter() if "text" in node.tag}
        wanted = {"alarms": NAMES[2:], "stream": ("$a_1$", "b<&>", "ü^{2}")}.get(one.name, NAMES)
        assert texts >= {*wanted}, one.name
    assert len(ids) == len({*ids})  # so that a page can hold all of them


def test_large_numbers_of_things_are_whole():
    numbers = [counted(n, "change") for n in (1, 2.25, 1234, 1_234_567)]
    assert numbers == ["1 change", "2.25 changes", "1,234 changes", "1,234,567 changes"]


def test_captions_name_contenders_and_numbers(odd, settings, plain):
    for results in (odd, settings, plain):
        for one in all_of(results):
            assert one.title and one.text.endswith("."), one.name
            assert "nan" not in one.text and "np." not in one.text, one.text
    texts = {one.name: one.text for one in all_of(odd)}
    summary = odd.summary().set_index("contender")
    for name in NAMES:
        assert f"{name} {summary.error[name]:.3g}" in texts["curves"] + texts["cost"]
    alarms = odd.alarms().set_index("contender").loc["größer 模型 %"]
    assert f"found {alarms.detected:.3g} of 2 changes" in texts["alarms"]


@pytest.mark.slow
def test_contenders_that_failed_are_left_out(odd, tmp_path):
    store = Store(tmp_path / "runs")
    results = Results(odd.study, store)
    assert [one.name for one in plot_all(results)] == ["curves"]  # which says that every run failed
    for _, run in odd.runs():
        if run.name != "_under":
            store.save(run, odd.store.load(run))
    results = Results(odd.study, store)
    for one in plot_all(results):
        assert b"_under" not in image(one.figure, "svg")
        assert "_under" not in one.text


def test_labels_are_spread_as_little_as_need_be():
    wanted = np.array([0.5, 0.5, 0.9, 0.1])
    placed = spread(wanted, 0.1)
    assert np.allclose(placed, [0.45, 0.55, 0.9, 0.1])
    crowd = spread(np.full(11, 0.5), 0.1)
    assert np.allclose(sorted(crowd), np.arange(11) / 10)
    ends = spread(np.array([0.0, 0.0, 1.0, 1.0]), 0.1)
    assert np.allclose(ends, [0.0, 0.1, 0.9, 1.0])


def test_changes_too_many_to_be_seen_apart_have_no_lines():
    panel = Figure().subplots()
    many = marked(panel, {"kind": "recurring", "every": 5})
    assert len(many.changes(0)) > 400
    assert not panel.lines
    marked(panel, {"kind": "random", "mean": 200}, seeds=2)  # at other rows with each seed
    assert not panel.lines
    few = marked(panel, {"kind": "recurring", "every": 200})
    assert len(panel.lines) == len(few.changes(0)) > 0


def marked(panel, drift, seeds=1):
    """A stream with some drift, whose changes are marked in a panel."""
    models = {"m": {"learner": "majority", "policy": "static"}}
    rules = {"seeds": seeds}
    one = Scenario(stream=sea_stream(drift=drift), models=models, evaluation=rules)
    mark_changes(panel, one)
    return one.stream


def test_captions_say_that_seconds_of_different_engines_cannot_be_compared(swept, tmp_path):
    alike = next(one for one in all_of(swept) if one.name == "cost")
    assert "different engines" not in alike.text
    text = """stream: {length: 2_000, concepts: {a: sea}}
models:
  frozen: {learner: sklearn.naive_bayes.GaussianNB, policy: static}
  online: {learner: majority, policy: online}
"""
    view = View(played(text, "engines", tmp_path))
    words = "cannot be compared (scikit-learn: frozen; numpy: online)"
    assert words in KINDS["cost"].describe(view)
    assert plot_figure("cost", view).axes[0].get_xlabel() == "CPU seconds, of different engines"


def test_the_stream_is_drawn_of_each_setting_that_has_another(tmp_path):
    text = """stream:
  length: 3_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}}
  drift: {kind: gradual, at: [2_000], width: 10}
models:
  frozen: {learner: majority, policy: static}
sweep: {stream.drift.width: [10, 1_000], models.frozen.policy: [static, online]}
"""
    figure = plot_figure("stream", View(played(text, "ramps", tmp_path)))
    titles = [panel.get_title() for panel in figure.axes if panel.get_title()]
    assert len(titles) == 2 and {"width = 10", "width = 1000"} <= {
        part for title in titles for part in title.split(", ")
    }
