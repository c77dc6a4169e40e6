"""Drawings: figures of the page show the numbers of the tables, whole and legible."""

import re
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise, product
from math import nan
from xml.etree import ElementTree

import numpy as np
import pytest
from examples import played
from invented_studies import NAMES, NOISES, made
from priced_studies import ALARMS, CLOCK, PRICES, every, study_of
from scipy.optimize import isotonic_regression

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.report.figure_data.costs import COSTS, Costs
from driftsim.report.figure_data.kinds import belongs
from driftsim.report.figure_data.label_placement import (
    ascending,
    free_box,
    in_turn,
    needs_line,
    passes,
)
from driftsim.report.figure_data.looks import SHADES, look_of, shade
from driftsim.report.figure_data.price_lines import Crossing, PriceLines
from driftsim.report.figure_data.view import View
from driftsim.report.figures import PLOTS, plot_figure
from driftsim.report.figures import costs as costs_of_matplotlib
from driftsim.report.page.drawings import DRAWN, KINDS, costs, drawings, lines, price_lines, svg_of
from driftsim.report.page.drawings.costs import cost_scale, cost_ticks
from driftsim.report.page.drawings.date_ticks import date_ticks
from driftsim.report.page.drawings.matrices import Matrix, tiled
from driftsim.report.page.drawings.panels import NARROW, WIDE, Box
from driftsim.report.page.drawings.scales import Scale, decade_ticks, even_ticks, from_zero
from driftsim.report.page.drawings.svg import line_path, text, text_width, traced
from driftsim.report.results import Results
from driftsim.store import Store

PRICED = {
    "never": ("static", [{"wrong": 31 + i} for i in range(3)]),
    "clock": (CLOCK, [{"wrong": 12 + i, "fits": every(10), "labels": 90} for i in range(3)]),
    "alarms": (ALARMS, [{"wrong": 20, "fits": every(20), "labels": 95 + i} for i in range(3)]),
}
SVG = "{http://www.w3.org/2000/svg}"
NUMBER = r"-?[\d.]+"


@cache
def drawn(results):
    """The drawings of a study."""
    return [*drawings(results)]


class Seen:
    """A drawing as a reader sees it: its elements, and the values at places of its axes."""

    def __init__(self, name, results, **options):
        self.root = ElementTree.fromstring(
            svg_of(DRAWN[name](View(results, **options), WIDE), name)
        )

    def of_class(self, name):
        """The elements with a class."""
        return [one for one in self.root.iter() if name in one.get("class", "").split()]

    def value(self, y, nth=0):
        """The value at a height, by the labels of the nth axis of values."""
        axes, marks = [[]], [one for one in self.of_class("grid")]
        heights = [float(re.findall(NUMBER, one.get("d"))[1]) for one in marks]
        labels = {
            float(one.get("y")): float(one.text.replace(",", ""))
            for one in self.root.iter(f"{SVG}text")
            if one.get("text-anchor") == "end" and re.fullmatch(r"-?[\d,.]+", one.text or "")
        }
        for one, other in pairwise([*heights, -1e9]):
            axes[-1].append(one)
            if other > one:
                axes.append([])
        low, high = axes[nth][0], axes[nth][-1]
        share = (np.asarray(y) - low) / (high - low)
        return labels[low] + share * (labels[high] - labels[low])

    def row(self, x):
        """The row at a place, by the labels of the first axis of rows."""
        marks = [float(re.findall(NUMBER, one.get("d"))[0]) for one in self.of_class("tick")]
        words = [
            one.text
            for one in self.root.iter(f"{SVG}text")
            if one.get("text-anchor") == "middle" and re.fullmatch(r"[\d,.]+", one.text or "")
        ]
        ends = [float(one.replace(",", "")) for one in words[:2]]
        return ends[0] + (np.asarray(x) - marks[0]) / (marks[1] - marks[0]) * (ends[1] - ends[0])


def places(path):
    """The corners of a path (n, 2)."""
    found, place = [], [0.0, 0.0]
    for sign, numbers in re.findall("([MLHVhvlm])([^a-zA-Z]*)", path.get("d")):
        given = [float(one) for one in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers)]
        axes = {"h": [0], "v": [1]}.get(sign.lower(), [0, 1])
        for axis, one in zip(axes, given, strict=True):
            place[axis] = place[axis] + one if sign.islower() else one
        found.append([*place])
    return np.array(found)


@pytest.mark.parametrize("name", ["curves", "excess"])
def test_lines_go_through_the_values_of_the_curves(odd, name):
    metric = "error" if name == "curves" else "excess_error"
    seen, frame = Seen(name, odd, metric=metric), odd.curves(metric)
    paths = [one for one in seen.of_class("line") if "A" not in one.get("d")]
    shown = {one.get("stroke"): one for one in reversed(paths) if len(places(one)) > 2}
    for i, contender in enumerate(odd.study.variants[0].scenario.models):
        own = frame[frame.contender == contender]
        corners = places(shown[look_of(i).colour])
        assert np.allclose(seen.value(corners[::2, 1]), own["mean"], atol=0.002)
        assert np.allclose(seen.row(corners[::2, 0]), own["first_row"], atol=3)
        assert np.allclose(seen.row(corners[1::2, 0]), own["last_row"] + 1, atol=3)


def test_bands_reach_from_the_least_to_the_greatest(odd):
    seen, frame = Seen("curves", odd, metric="error"), odd.curves("error")
    for i, contender in enumerate(odd.study.variants[0].scenario.models):
        own = frame[frame.contender == contender]
        (band,) = [one for one in seen.of_class("band") if one.get("fill") == look_of(i).colour]
        corners = places(band)[:, 1]
        half = len(corners) // 2
        assert np.allclose(seen.value(corners[:half:2]), own["low"], atol=0.002)
        assert np.allclose(seen.value(corners[half:][::-1][::2]), own["high"], atol=0.002)


def test_points_stand_at_what_contenders_cost(odd):
    seen, summary = Seen("cost", odd), odd.summary().set_index("contender")
    names = list(odd.study.variants[0].scenario.models)
    marks = [one for one in seen.root.iter(f"{SVG}path") if one.get("transform")]
    found = np.array([re.findall(NUMBER, one.get("transform")) for one in marks], float)
    assert len(found) == len(COSTS) * len(names)
    for i in range(len(COSTS)):
        own = found[i * len(names) : (i + 1) * len(names)]
        assert np.allclose(seen.value(own[:, 1], i), summary.error[names], atol=0.002)
        seconds = summary[list(CPU_SECONDS)].sum(axis=1)
        spent = (seconds, summary["labels"], summary["fits"])[i]
        order = np.argsort(spent[names].to_numpy(), kind="stable")
        assert (np.diff(own[order, 0]) > -0.02).all()  # places are written to a hundredth


@pytest.fixture(scope="module")
def priced():
    """Costs of three contenders in two settings, with intervals over three seeds."""
    return study_of(PRICED, settings=[{"stream.noise": noise} for noise in (0.0, 0.1)])


def test_bars_are_as_long_as_their_shares(priced):
    seen, costs = Seen("total_cost", priced), priced.costs()
    costs = costs[costs.contender.isin([*PRICED])]  # without references
    bars = [one for one in seen.of_class("part") if float(one.get("x")) > 40]
    parts = np.array([[float(one.get(name)) for name in ("x", "width", "y")] for one in bars])
    ends = np.column_stack([seen.row(parts[:, 0]), seen.row(parts[:, 0] + parts[:, 1])])
    whiskers = [places(one) for one in seen.of_class("whisker")]
    dots = {one.get("fill") for one in seen.root.iter() if one.tag.endswith("circle")}
    assert dots == {View(priced).looks[name].colour for name in ("clock", "alarms", "never")}
    rows = costs.sort_values(["noise", "cost"], kind="stable")
    shown = [(0.0, name) for name in ("clock", "alarms", "never")]
    assert [*zip(rows.noise, rows.contender)] == shown + [(0.1, name) for _, name in shown]
    for row, y in zip(rows.itertuples(), np.unique(parts[:, 2])):
        own = ends[parts[:, 2] == y]
        shares = [value for value in (row.mistakes, row.labels, row.training) if value]
        assert np.allclose(np.diff(own, axis=1).ravel(), shares, atol=3)
        assert np.allclose(own[1:, 0], own[:-1, 1], atol=3) and abs(own[-1, 1] - row.cost) < 3
    for row, corners in zip(rows.itertuples(), whiskers):
        assert np.allclose(seen.row(corners[:2, 0]), [row.low, row.high], atol=5)


def test_costs_so_far_go_through_those_of_the_table(priced):
    seen, frame = Seen("cost_so_far", priced), priced.costs(along=True)
    lines = [one for one in seen.of_class("line") if len(places(one)) > 2]
    for i, contender in enumerate(PRICED):
        own = frame[(frame.contender == contender) & (frame.noise == 0.0)]
        corners = places(next(one for one in lines if one.get("stroke") == look_of(i).colour))
        assert np.allclose(seen.value(corners[:, 1]), np.r_[0, own.cost], atol=5)
        assert np.allclose(seen.row(corners[:, 0]), np.r_[1_000, own.last_row + 1], atol=10)


def test_costs_are_drawn_where_there_are_prices_or_where_they_are_asked_for(priced):
    def of_costs(**document):
        figures = ("total_cost", "cost_so_far")
        view = View(study_of(PRICED, **document))
        return [name for name in figures if belongs(name, view)]

    both = ["total_cost", "cost_so_far"]
    assert of_costs() == both and of_costs(prices=None) == []
    assert of_costs(prices=None, report={"figures": "all"}) == []
    assert of_costs(prices=None, report={"figures": ["total_cost"]}) == ["total_cost"]


def test_of_very_many_contenders_the_cheapest_have_bars():
    many = {f"contender {i}": (CLOCK, [{"wrong": 20 + i % 60}] * 2) for i in range(60)}
    view = View(study_of(many))
    drawing = svg_of(DRAWN["total_cost"](view), "total_cost")
    assert drawing.count('class="cost"') == 40 and "(the 40 cheapest of 60)" in drawing
    assert_legible(ElementTree.fromstring(drawing), "total_cost")


def test_costs_in_several_currencies_are_not_drawn_to_one_scale(priced):
    other = study_of(PRICED, PRICES | {"currency": "USD"})
    view = View({"one": study_of(PRICED), "other": other})
    assert DRAWN["cost_so_far"](view) is None and PLOTS["cost_so_far"](view) is None
    assert DRAWN["total_cost"](view) is not None


def test_drawings_of_costs_are_legible_and_their_captions_name_all(priced):
    one = study_of(PRICED)
    for results, name in product((priced, one), ("total_cost", "cost_so_far")):
        view = View(results)
        for layout in (WIDE, NARROW):
            drawn_so = svg_of(DRAWN[name](view, layout), name, layout)
            assert_legible(ElementTree.fromstring(drawn_so), name)
        caption = KINDS[name].describe(view)
        assert "EUR" in caption and all(contender in caption for contender in PRICED)


def test_shares_are_stacked_up_to_one(odd):
    seen = Seen("stream", odd)
    truths = [one.truth.over(100).columns for one in odd.traces() if one.contender == "_under"]
    shares = sum(one["concept"] for one in truths) / sum(one["rows"] for one in truths)[:, None]
    parts = [one for one in seen.of_class("part") if one.tag == f"{SVG}path"]
    for i, top in enumerate(np.cumsum(shares, axis=1).T):
        corners = places(parts[i])[:, 1]
        half = corners[len(corners) // 2 :][::-1][::2]
        assert np.allclose(seen.value(half), top, atol=0.01)


def test_recoveries_stand_at_their_rows(odd):
    seen = Seen("recovery", odd)
    panels = plot_figure("recovery", View(odd)).axes
    middles = [
        line.get_xdata()[0]
        for panel in panels
        for line in panel.lines
        if line.get_gid() == "median"
    ]
    marks = [
        float(re.findall(NUMBER, one.get("transform"))[0])
        for one in seen.root.iter(f"{SVG}path")
        if one.get("transform") and float(re.findall(NUMBER, one.get("transform"))[1]) > 1
    ][: len(middles)]
    half = len(middles) // 2
    assert np.allclose(seen.row(marks[:half]), middles[:half], atol=3)


def test_alarms_stand_at_their_rows_above_or_below_their_line(odd):
    seen = Seen("alarms", odd)
    (panel,) = plot_figure("alarms", View(odd)).axes
    (lane, *_) = seen.of_class("lane")
    middle = places(lane)[0][1]
    for kind, above in (("hit", True), ("false", False)):
        wanted = [line for line in panel.lines if line.get_gid() == kind and len(line.get_xdata())]
        rows = sorted(row for line in wanted for row in line.get_xdata()[::3])
        drawn = [one for one in seen.of_class("mark") if "ink" not in one.get("class")]
        corners = np.concatenate([places(one)[::2] for one in drawn])
        own = corners[(corners[:, 1] < middle) == above]
        assert np.allclose(sorted(seen.row(own[:, 0])), rows, atol=3)


def test_cells_hold_their_numbers_and_a_frame_their_concept(odd):
    seen, frame = Seen("forgetting", odd), odd.probed()
    contenders = frame[frame.contender.isin(odd.study.variants[0].scenario.models)]
    assert [one.text for one in seen.of_class("number")] == [f"{e:.2f}" for e in contenders.error]
    fills = [one.get("fill") for one in seen.of_class("cell")]
    assert fills == [shade(error / contenders.error.max()) for error in contenders.error]
    assert len(seen.of_class("framed")) == (contenders.ruling == contenders.concept).sum()


def test_sweeps_and_ranks_stand_at_their_values(settings):
    seen, frame = Seen("sweep", settings), settings.curves("error", 10_000)
    shown = {one.get("stroke"): one for one in reversed(seen.of_class("line"))}
    for i, contender in enumerate(settings.study.variants[0].scenario.models):
        own = frame[frame.contender == contender]
        assert np.allclose(
            seen.value(places(shown[look_of(i).colour])[:, 1]), own["mean"], atol=0.002
        )
    seen, ranks = Seen("ranks", settings), settings.ranks()
    rule = places(seen.of_class("rule")[0])[:, 0]
    starts = [places(one)[0][0] for one in seen.of_class("rank")]
    last = max(np.ceil(ranks["rank"].max()), 2)
    found = 1 + (np.array(starts) - rule[0]) / (rule[1] - rule[0]) * (last - 1)
    assert np.allclose(found, ranks["rank"], atol=0.01)


def test_every_figure_that_there_is_something_for(odd, swept, plain, settings):
    others = "price", "periods"
    always = {name for name, kind in KINDS.items() if not kind.of_prices and not kind.if_asked}
    names = [name for name in KINDS if name in always.difference(others)]
    assert [*KINDS] == [*DRAWN] == [*PLOTS]
    assert [one.name for one in drawn(odd) if one.name in names] == names[:-2]
    assert [one.name for one in drawn(swept) if one.name in names] == [*names[:5], *names[-2:]]
    assert [one.name for one in drawn(plain) if one.name in names] == ["curves", "stream", "cost"]
    assert [one.name for one in drawn(settings) if one.name in names] == names


SLOW = [pytest.param(one, marks=pytest.mark.slow) for one in (30, "30 swept")]


@pytest.fixture(params=["odd", "swept", "plain", "settings", 10, *SLOW])
def study(request, tmp_path):
    """Studies of all kinds, also crowded ones."""
    name = request.param
    if name in ("odd", "swept", "plain", "settings"):
        return request.getfixturevalue(name)
    return made(tmp_path, 30 if name != 10 else 10, *([{}] if isinstance(name, int) else NOISES))


def boxes(root):
    """What each level text takes up, by an estimate, with its words."""
    for one in root.iter(f"{SVG}text"):
        if "rotate" in one.get("transform", ""):
            continue
        small = {"small": 11, "tiny": 10, "number": 11}
        size = next((small[name] for name in one.get("class", "").split() if name in small), 12)
        x, y = float(one.get("x")), float(one.get("y"))
        width = text_width(one.text, size) * 0.9  # which is rather more than it takes
        left = x - {"middle": width / 2, "end": width}.get(one.get("text-anchor"), 0)
        y += 0.35 * size if one.get("dy") else 0
        yield one.text, np.array([left, y - 0.75 * size, left + width, y + 0.1 * size])


def layouts(one):
    """The drawings of a figure in all layouts."""
    return ElementTree.fromstring(f"<figure>{one.svg}</figure>")


def assert_legible(root, name):
    """No text overlaps another, or leaves the drawing."""
    words, areas = zip(*boxes(root))
    starts, ends = np.hsplit(np.array(areas), 2)
    edge = float(root.get("width")), float(root.get("height"))
    outside = (starts <= -3) | (ends >= np.add(edge, 3))
    assert not outside.any(), (name, words[outside.any(axis=1).argmax()])
    shared = np.minimum(ends[:, None], ends) - np.maximum(starts[:, None], starts)
    for i, j in np.argwhere(np.triu((shared > 1).all(axis=2), 1)):
        pytest.fail(f"{name}: {words[i]!r} overlaps {words[j]!r}")


def test_no_text_overlaps_another_or_leaves_the_drawing(study):
    for one in drawn(study):
        for root in layouts(one):
            assert_legible(root, f"{one.name}, {root.get('class')}")


def test_figures_fit_on_a_telephone_and_keep_the_size_of_their_texts(study):
    for one in drawn(study):
        wide, narrow = layouts(one)
        assert ("for-wide" in wide.get("class")) and ("for-narrow" in narrow.get("class"))
        matrix = any("cell" in node.get("class", "") for node in narrow.iter())
        assert matrix or float(narrow.get("width")) <= NARROW.width, one.name
        words = [{node.text for node in root.iter(f"{SVG}text")} for root in (wide, narrow)]
        names = {name for name in NAMES if name in words[0]}
        assert names <= words[1], one.name


def test_captions_take_at_most_two_lines():
    for name, kind in KINDS.items():
        assert text_width(kind.brief, 14.4) < 2 * 46 * 16, name  # which are wider than they are


def test_numbers_of_figures_are_those_of_the_tables(odd):
    shown = {one.name: one.numbers for one in drawn(odd)}
    assert [name for name, one in shown.items() if one] == [
        "curves", "price", "excess", "recovery", "stream", "cost", "forgetting", "alarms",
    ]  # fmt: skip
    whole = {row[0][0]: row[2][0] for _, row in shown["curves"].rows if row[1][0] == "error"}
    errors = odd.summary().set_index("contender").error
    assert {name: float(text) for name, text in whole.items()} == pytest.approx(
        errors[[*whole]].to_dict(), abs=1e-4
    )
    worst = odd.curves("error").groupby("contender")["mean"].max()
    own = {row[0][0]: float(row[3][0]) for _, row in shown["curves"].rows if row[1][0] == "error"}
    assert own == pytest.approx(worst[[*own]].to_dict(), abs=1e-3)


def test_prices_at_which_the_cheapest_changes_do_not_cover_each_other():
    crossings = [Crossing(price, nan, nan) for price in (70.0, 72.0, 400.0)]
    one = PriceLines("", "EUR", np.array([1.0, 1000]), {}, [], [], crossings, 0)
    x = Scale(1, 1000, 0, 300, np.log10)
    found = [*boxes(ElementTree.fromstring(
        f'<g xmlns="{SVG[1:-1]}">{"".join(price_lines.crossings(Box(0, 0, 300, 200), one, x))}</g>'
    ))]  # fmt: skip
    assert [words for words, _ in found] == ["70", "72", "400"]
    assert all(one[2] <= other[0] for (_, one), (_, other) in pairwise(found))


def test_errors_of_rounding_are_no_scale():
    assert lines.value_range(np.array([0, 6e-17]), True) == (0, 0.1)


def test_the_title_of_an_axis_stands_beside_costs_of_many_digits():
    view = View(study_of(PRICED, PRICES | {"mistake": 5_000, "training": 150_000}))
    for name in ("cost_so_far", "price"):
        svg = svg_of(DRAWN[name](view, WIDE), name)
        words, areas = zip(*boxes(ElementTree.fromstring(svg)))
        starts = [area[0] for text, area in zip(words, areas) if text.endswith(",000,000")]
        title = 12 + 3  # pixels, from its baseline on
        assert starts and min(starts) > title


def test_matrices_have_room_for_their_titles():
    title, values = "noise = 0.0, memory = 1000, every = 250", np.ones((2, 1))
    one = Matrix(title, values, [["1"], ["1"]], ["a", "b"], ["2,000"], "first row of the change")
    svg = svg_of(tiled([one] * 6, 0, 1), "recovery")
    assert_legible(ElementTree.fromstring(svg), "matrices")
    heads = re.findall('class="head">([^<]*)<', svg)
    assert heads[:3] == ["noise = 0.0,", "memory = 1000,", "every = 250"]


def test_costs_have_several_ticks():
    box = Box(0, 0, 262, 100)
    for spent in ([0.0014, 0.0084, 0.0059], [1e3, 1.9e4, 2e4], [1e5, 1e6], [1, 10], [3.0, 3.0]):
        ticks = cost_ticks(np.array(spent), cost_scale(np.array(spent), box))
        room = 262 / max(text_width(one.text) + 6 for one in ticks)
        assert 1 < len(ticks) <= room or len({*spent}) == 1


def test_names_are_written_as_they_are_and_ids_differ(odd):
    ids = []
    for one in drawn(odd):
        root = layouts(one)
        assert all(each.get("role") == "img" for each in root)
        assert one.svg.count(f'aria-describedby="figure-{one.name}-text"') == len(root) == 2
        ids += [node.get("id") for node in root.iter() if node.get("id")]
        texts = {node.text for node in root.iter(f"{SVG}text")}
        wanted = {"alarms": NAMES[2:], "stream": ("$a_1$", "b<&>", "ü^{2}")}.get(one.name, NAMES)
        assert texts >= {*wanted}, one.name
        assert not any(node.tag.endswith(("script", "image", "style")) for node in root.iter())
    assert len(ids) == len({*ids}) and all(one.startswith("figure-") for one in ids)


def test_what_no_xml_can_hold_is_replaced():
    made = text("a\x1b[31m<b>&\ud800", 1, 2, "end", fill='"><script>')
    node = ElementTree.fromstring(made)
    assert node.text == "a\ufffd[31m<b>&\ufffd" and node.get("fill") == '"><script>'


def test_contenders_that_failed_are_left_out(odd, tmp_path):
    store = Store(tmp_path / "runs")
    failed = [*drawings(Results(odd.study, store))]
    assert [one.name for one in failed] == ["curves"] and "every run failed" in failed[0].svg
    for _, run in odd.runs():
        if run.name != "_under":
            store.save(run, odd.store.load(run))
    assert not any("_under" in one.svg for one in drawings(Results(odd.study, store)))


def test_lines_are_broken_where_nothing_is_known():
    x, nan = np.arange(5.0), np.nan
    assert line_path(x, np.array([1, nan, 2, 3, 3.0]), True) == ("M0 1h1M2 2h1v1h1")
    assert line_path(x, np.array([1, nan, 2, 3, nan]), False) == "M0 1m-1.5 0h3M2 2l1 1"


def test_paths_are_short_and_add_up_no_errors():
    assert traced([(0.04, -0.04), (0.46, 10), (0.46, 10), (100, 9.04)]) == "M0 0l.5 10h0l99.5-1"
    walk = np.random.default_rng(0).normal(size=(500, 2)).cumsum(axis=0)
    path = ElementTree.Element("path", d=traced(walk))
    assert np.abs(places(path) - walk).max() < 0.0501


def test_ticks_are_round_and_lie_within_their_scale():
    assert [one.text for one in even_ticks(0, 0.43, 5)] == ["0.0", "0.1", "0.2", "0.3", "0.4"]
    assert [one.text for one in even_ticks(-3, 3.3, 1)] == ["-2", "0", "2"]
    assert [one.text for one in even_ticks(0, 10, 1)] == ["0", "10"]
    assert [one.text for one in even_ticks(900, 20_000, 4)] == [
        "5,000",
        "10,000",
        "15,000",
        "20,000",
    ]
    assert [one.text for one in decade_ticks([0.002, 4])] == ["0.001", "0.01", "0.1", "1", "10"]
    assert [one.value for one in decade_ticks([1, 40])] == pytest.approx([1, 3, 10, 30, 100, 300])
    scale = Scale(0, 100, 0, 100, from_zero(1))
    assert np.allclose(scale([0, 1, 10, 100]), np.array([0, 0.5, 1.5, 2.5]) / 2.5 * 100)


def test_shades_go_from_the_lightest_to_the_darkest():
    assert [shade(0), shade(0.5), shade(1), shade(7)] == [*SHADES, SHADES[2]]


def test_neighbours_out_of_order_are_pooled_as_isotonic_regression_does():
    rng = np.random.default_rng(0)
    for n in (1, 2, 7, 40):
        values = rng.normal(size=n).round(1)
        assert np.allclose(ascending(values), isotonic_regression(values).x)


def test_a_box_finds_room_beside_its_mark_or_above_all():
    free = free_box((50, 50), 20, 10, [(45, 45, 55, 55)], (0, 0, 100, 100))
    assert free[0] >= 55 and free[1] < 50 < free[3]
    above = free_box((50, 50), 20, 10, [(-1, -1, 101, 101)], (0, 0, 100, 100))
    assert above[1] >= 101


def test_a_line_to_a_name_passes_no_other_mark():
    above = [(40, 55, 60, 100), (0, 0, 45, 100), (55, 0, 100, 100), (30, 0, 70, 45)]
    assert free_box((50, 50), 4, 4, [], (0, 0, 100, 100), others=[(57, 50)])[0] < 56
    only = free_box((50, 50), 4, 4, above[1:], (0, 0, 100, 100), others=[(50, 50), (50, 53)])
    assert only[1] > 50  # where there is no other way, past it
    crossed = passes(np.zeros(2), np.array([[10, 0], [0, 10]]), [(5, 1), (0, 0)], 4)
    assert crossed.tolist() == [True, False]


def test_a_line_leads_to_names_that_may_seem_to_be_of_another_mark():
    marks = {"own": (0, 0), "other": (10, 0)}
    assert needs_line("own", (5, -2, 8, 2), marks, near=7)  # between both
    assert not needs_line("own", (-20, -2, -5, 2), marks, near=7)
    assert needs_line("own", (-40, -2, -25, 2), marks, near=7)
    assert in_turn({"high": (3, 9), "left": (1, 0), "low": (3.1, 2)}) == ["low", "high", "left"]


@pytest.mark.parametrize("known", [2, 0])
def test_costs_that_are_not_known_have_no_points(odd, known, monkeypatch):
    seconds = np.r_[np.ones(known), np.full(3 - known, nan)]
    spent = dict(zip(COSTS, [seconds, np.ones(3), np.zeros(3)]))
    own = {"": Costs([*View(odd).names][:3], np.array([0.1, 0.2, 0.3]), spent)}
    for module in (costs, costs_of_matplotlib):
        monkeypatch.setattr(module, "costs", lambda view, metric: own)
    first = plot_figure("cost", View(odd)).axes[0]
    assert sum(one.get_gid() == "point" for one in first.lines) == known
    assert ("not known" in [one.get_text() for one in first.texts]) == (not known)
    drawing = svg_of(DRAWN["cost"](View(odd)), "cost")
    assert drawing.count("data-tip") == known + 6
    assert drawing.count("not known") == (not known)


DATED = """stream:
  length: {length}
  arrivals: {{kind: regular, every: {every}, start: {start}}}
  concepts: {{a: sea}}
models: {{last: {{learner: no_change, policy: online}}}}
evaluation: {{warmup: 100}}
"""


@pytest.mark.parametrize(
    ("every", "start", "texts"),
    [
        ("1d", "2020-01-01", ["Jul", "2021", "Jul", "2022", "Jul"]),
        ("1h", "2024-02-20", ["4 Mar", "18 Mar", "1 Apr"]),
        ("1min", "2024-02-28", ["03:00", "06:00", "09:00", "12:00", "15:00"]),
        ("1s", "2024-02-28T23:55:00", ["29 Feb", "00:05", "00:10"]),
        ("10ms", "2024-02-28", ["00:00:02", "00:00:04", "00:00:06", "00:00:08"]),
    ],
)
def test_ticks_are_round_dates_at_their_rows(tmp_path, every, start, texts):
    results = played(DATED.format(length=1_000, every=every, start=start), "dated", tmp_path)
    dates = results.variants[0].dates
    found = date_ticks(dates, 5)
    assert [one.text for one in found] == texts
    for one in found:
        moment = datetime.fromtimestamp(float(dates.at(one.value)) / 1e6, UTC)
        assert moment.second % 2 == moment.microsecond == 0
    drawn = {one.text for one in Seen("curves", results).root.iter(f"{SVG}text")}
    assert {one.text for one in date_ticks(dates, 10)} & drawn
