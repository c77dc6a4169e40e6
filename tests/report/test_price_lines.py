"""The figure of prices: its lines, who is the cheapest where, and what is said of it."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from priced_studies import CLOCK, PRICES, every, study_of

from driftsim.report.figure_data import cost_captions
from driftsim.report.figure_data.cost_captions import price
from driftsim.report.figure_data.price_lines import price_lines
from driftsim.report.figure_data.view import View
from driftsim.report.figures import plot_figure
from driftsim.report.page.drawings import DRAWN, svg_of
from driftsim.report.page.drawings import price_lines as drawing


def contest(prices=None, seeds=4, more=()):
    """240 wrong rows and 12 trainings, 360 and 3, 600 and none: they cross at 13.3 and at 80."""
    plans = {"often": (CLOCK, 4, 5), "rare": (CLOCK, 6, 20), "static": ("static", 10, 0)}
    plans |= dict(more)
    extra = (-1, 1, 0, 0)[:seeds] if seeds > 1 else (0,)
    models = {
        name: (policy, [traced(wrong + (n == 5) * more, n) for more in extra])
        for name, (policy, wrong, n) in plans.items()
    }
    return study_of(models, prices)


def traced(wrong, n):
    return {"wrong": wrong, "fits": every(n, n - 1) if n else 0}


def test_lines_are_those_of_the_table():
    (one,) = price_lines(View(contest()))
    assert [*one.lines] == ["often", "rare", "static"] and one.unit == "mistakes"
    assert np.allclose(one.lines["often"], 240 + 12 * one.prices)
    assert [name for name, *_ in one.cheapest] == ["often", "rare", "static"]
    assert [at.price for at in one.crossings] == pytest.approx([120 / 9, 80])
    first, second = one.crossings
    assert first.low < first.price < first.high and second.low == pytest.approx(second.high)
    assert one.prices[0] < 120 / 9 < 80 < one.prices[-1]
    assert np.allclose(one.envelope[[0, -1]], [240 + 12 * one.prices[0], 600])


def test_contenders_that_are_chosen_are_compared_among_themselves():
    (one,) = price_lines(View(contest(), contenders=["often", "static"]))
    assert [name for name, *_ in one.cheapest] == ["often", "static"]
    assert [at.price for at in one.crossings] == [30]
    assert not price_lines(View(contest(), contenders=["often"]))


def test_who_knows_the_changes_has_a_line_and_is_not_among_the_cheapest():
    results = contest(more={"knowing": ({"kind": "at_drift", "memory": 500}, 1, 60)})
    (one,) = price_lines(View(results))
    assert "knowing" in one.lines and one.knowing == ["knowing"]
    assert [name for name, *_ in one.cheapest] == ["often", "rare", "static"]
    assert np.all(one.envelope > one.lines["knowing"]) and one.limits[0] < 60
    assert "knowing, with knowledge of the changes, is left out" in price(View(results))


def test_the_axis_holds_the_given_price():
    (one,) = price_lines(View(contest(PRICES | {"training": 4_000})))
    assert one.unit == "EUR" and one.prices[0] < one.given == 4_000 < one.prices[-1]
    figure = plot_figure("price", View(contest(PRICES)))
    assert "given" in " ".join(text.get_text() for text in figure.axes[0].texts)


def test_the_caption_says_who_is_the_cheapest_from_which_price_to_which():
    words = price(View(contest()))
    found = re.fullmatch(
        r"The cheapest by the price of a training, in mistakes: "
        r"often up to 13\.3 \((.*) to (.*)\); "
        r"rare from 13\.3 \(\1 to \2\) to 80 \(80 to 80\); static from 80 \(80 to 80\)\. Bands .*",
        words,
    )
    assert found and float(found[1]) < 13.3 < float(found[2])
    assert "static from 80. Bands" in price(View(contest(seeds=2)))


def test_nothing_is_drawn_where_one_is_the_cheapest_at_every_price():
    models = {"static": ("static", [{"wrong": 4}] * 3), "often": (CLOCK, [traced(6, 5)] * 3)}
    view = View(study_of(models, None))
    assert plot_figure("price", view) is None and DRAWN["price"](view) is None
    assert price(view) == ""


def test_a_drawing_has_a_line_each_a_band_each_and_lines_end_inside_its_panel():
    root = ElementTree.fromstring(svg_of(DRAWN["price"](View(contest())), "price"))
    of = {name: [] for name in ("line", "interval", "envelope")}
    for one in root.iter():
        for name in of.keys() & one.get("class", "").split():
            of[name].append(one)
    assert [len(of[name]) for name in ("line", "interval", "envelope")] == [3 + 3, 2, 1]
    frame = next(one.get("d") for one in root.iter() if one.get("class") == "frame")
    top, bottom = (float(n) for n in re.findall(r"[MV](?:[\d.]+ )?([\d.]+)", frame))
    for one in of["line"][3:]:
        heights = [float(y) for y in re.findall(r" ([\d.]+)", one.get("d"))]
        assert min(heights) >= top - 0.1 and max(heights) <= bottom + 0.1


@pytest.mark.parametrize(("share", "below"), [(0.9, False), (1.1, True)])
def test_why_a_contender_is_below_the_floor_is_said_where_one_is(monkeypatch, share, below):
    (one,) = price_lines(View(contest()))
    floored = one._replace(floor=share * one.envelope)
    monkeypatch.setattr(cost_captions, "price_lines", lambda view: [floored])
    assert cost_captions.below_floor(None) == (cost_captions.BELOW if below else "")


def test_a_floor_is_a_line_of_its_own_with_a_name():
    (one,) = price_lines(View(contest()))
    floored = one._replace(floor=0.9 * one.envelope)
    assert floored.limits[0] < one.limits[0]
    box = drawing.Box(50, 20, 500, 200)
    parts = [*drawing.panel(View(contest()), box, floored, True)]
    assert sum('class="line thin"' in part for part in parts) == 1
