"""Axes and marks of figures that use their room, and mislead nobody."""

import numpy as np
import pytest
from invented_studies import made

from driftsim.report.figure_data.curves import without_rounding
from driftsim.report.figure_data.sweeps import Slice
from driftsim.report.figures import View, plot_figure
from driftsim.report.figures.price_lines import turn_from_next
from driftsim.report.figures.sweeps import shifts_of


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    return View(made(tmp_path_factory.mktemp("axes"), 3, {}))


def test_an_excess_of_rounding_is_none():
    assert without_rounding(np.array([3e-17, -3e-17, 1e-3])).tolist() == [0, 0, 1e-3]


def test_what_is_counted_has_whole_ticks_and_a_plain_name(view):
    panel = plot_figure("cost", view).axes[2]
    assert panel.get_xlabel() == "trainings"
    assert all(tick == round(tick) for tick in panel.get_xticks())


def test_bars_of_costs_have_the_marks_of_their_contenders(view):
    panel = plot_figure("total_cost", view).axes[0]
    marks = {line.get_color() for line in panel.lines if line.get_gid() == "mark"}
    assert marks == {look.colour for look in view.looks.values()}


def test_severities_that_are_nearly_alike_stand_close_together():
    one = Slice("", "", [0.061, 0.062], [], False, {}, "", measured=True)
    low, high = one.ends
    assert high - low == pytest.approx(0.3 * 0.062) and low < 0.061 < 0.062 < high
    assert one._replace(places=[0.1, 0.5]).ends == (0.1, 0.5)
    assert one._replace(places=[0.061, 0.062], measured=False).ends == (0.061, 0.062)


def test_prices_side_by_side_turn_from_one_another(view):
    panel = plot_figure("curves", view).axes[0]
    texts = [panel.text(x, 0.1, " 72.4 ") for x in (3_000, 3_050)]
    turn_from_next(texts)
    assert [text.get_ha() for text in texts] == ["right", "left"] and set(texts) <= {*panel.texts}


def test_marks_at_one_severity_stand_side_by_side(view):
    panel = plot_figure("curves", view).axes[0]
    places = [move.transform((0, 0))[0] for move in shifts_of(panel, 3)]
    assert np.diff(places) == pytest.approx([5 / 72 * panel.figure.dpi] * 2)
    assert shifts_of(panel, 0) == []
