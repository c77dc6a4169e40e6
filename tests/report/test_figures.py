"""Figures: what is drawn, and the same bytes each time."""

import numpy as np

from driftsim.report.figures import curves
from driftsim.report.page import pictures


def lines(panel):
    return {line.get_label(): line for line in panel.lines if line.get_label()[0] != "_"}


def test_a_panel_for_each_setting_and_metric(swept):
    figure = curves(swept)
    panels = [panel for panel in figure.axes if panel.axison]
    assert len(panels) == 6
    assert {panel.get_title() for panel in panels} == {"noise = 0.0", "noise = 0.2"}
    first = lines(panels[0])
    assert list(first) == ["bayes & co", "frozen", "oracle (the best possible)"]
    assert panels[0].get_ylim() == panels[1].get_ylim()
    frame = swept.curves("error")
    expected = frame[(frame.contender == "frozen") & (frame.noise == 0.0)]["mean"]
    assert np.allclose(first["frozen"].get_ydata()[:-1], expected)


def test_retrainings_are_ticked(swept):
    panel = curves(swept).axes[0]
    ticked = [
        line for line in panel.lines if line.get_gid() == "retrained" and len(line.get_xdata())
    ]
    assert [line.get_xdata().tolist() for line in ticked] == [[1500, 2000, 2500]]


def test_recorded_data_have_no_oracle(plain):
    assert list(lines(curves(plain).axes[0])) == ["majority", "bayes"]


def test_the_same_results_give_the_same_bytes_and_text_stays_text(swept):
    one, two = (pictures(curves(swept)) for _ in range(2))
    assert one == two
    assert b"bayes &amp; co" in one["svg"] and b"<text" in one["svg"]
    assert one["png"][:4] == b"\x89PNG"
