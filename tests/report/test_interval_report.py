"""Prediction intervals in a report: the summary, the level across figures, and an own kind."""

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from examples import played
from matplotlib import pyplot as plt
from rich.console import Console

from driftsim.evaluation.prediction_intervals import PredictionInterval
from driftsim.report import rankings
from driftsim.report.benchmarks import benchmark_rows
from driftsim.report.figure_data import captions
from driftsim.report.figure_data.view import View
from driftsim.report.figures import plot_figure
from driftsim.report.page.drawings import DRAWN, svg_of
from driftsim.report.summary_text import brief, summary_table

STUDY = """stream:
  length: 1_500
  concepts: {a: {kind: level, level: 0.0}, b: {kind: level, level: 0.0, noise: 3.0}}
  drift: {kind: sudden, at: [800]}
models:
  mean: {learner: mean, policy: online}
  last: {learner: no_change, policy: online}
evaluation:
  warmup: 100
  seeds: 2
  interval: 25
  prediction_intervals: {kind: conformal, level: 0.8, memory: 100}
report: {metrics: [interval_score, coverage, interval_width], window: 100}
"""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "intervals.md"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return played(STUDY, "intervals", tmp_path_factory.mktemp("intervals"))


def test_a_summary_has_coverage_and_widths(results):
    table = brief(results)
    assert {"interval_score", "±", "coverage", "interval_width"} <= {*table}
    summary = results.summary().set_index("contender")
    assert summary.coverage["mean"] == pytest.approx(0.8, abs=0.03)
    assert summary.coverage_low["mean"] < summary.coverage["mean"] < summary.coverage_high["mean"]
    # no row between them: the last label is off by the noise of two rows, the mean by that of one
    ratio = summary.interval_width["last"] / summary.interval_width["mean"]
    assert ratio == pytest.approx(np.sqrt(2), rel=0.1)
    assert summary.interval_score["mean"] < summary.interval_score["last"]


def test_coverage_falls_at_the_change_and_comes_back(results):
    curve = results.curves("coverage", 100).query("contender == 'mean'").set_index("first_row")
    assert curve["mean"].loc[800] < 0.65 < 0.72 < curve["mean"].loc[1_100:].min()


def test_a_narrow_terminal_keeps_the_first_metric(results):
    for width, names in ((100, {"coverage", "interval width"}), (44, set())):
        console = Console(file=io.StringIO(), width=width)
        console.print(summary_table(results, width))
        head = console.file.getvalue().splitlines()[0]
        found = {one for one in ("coverage", "interval width") if one in head}
        assert "interval score" in head and found == names and "…" not in head


def test_nobody_is_best_in_coverage(results):
    (one,) = results.variants
    for metric, ranks in (("interval_score", [1, 2]), ("coverage", [np.nan, np.nan])):
        rows = [*benchmark_rows(one, metric)]
        assert [row["rank"] for row in rows] == pytest.approx(ranks, nan_ok=True)
        assert [row["best"] for row in rows] == [metric == "interval_score", False]
    assert len(rankings.ranks([one, one], "coverage")) == 0


def test_figures_have_a_line_at_the_level(results):
    view = View(results, metric="coverage")
    root = ElementTree.fromstring(svg_of(DRAWN["curves"](view), "curves"))
    (aim,) = (one for one in root.iter() if one.get("class") == "aim")
    y = float(re.findall(r"[\d.]+", aim.get("d"))[1])
    labels = {
        float(one.text): float(one.get("y"))
        for one in root.iter()
        if re.fullmatch(r"\d\.\d+", one.text or "") and one.get("text-anchor") == "end"
    }
    assert y == pytest.approx(labels[0.8], abs=5)  # texts stand a little below their lines
    figure = plot_figure("curves", view)
    assert any(line.get_ydata() == [0.8, 0.8] for line in figure.axes[0].lines)
    plt.close(figure)
    assert "The dashed line is the level, 0.8." in captions.curves(view)
    other = svg_of(DRAWN["curves"](View(results, metric="interval_width")), "curves")
    assert 'class="aim"' not in other


def test_the_own_kind_of_the_docs_works():
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    try:
        exec(block, {"__name__": "own_intervals"})
        margin = PredictionInterval.model_validate("widest").start()
        for error in (1.0, -3.0, 2.0):
            margin.learn(error, margin.margin())
        assert margin.margin() == 3
    finally:
        del PredictionInterval.kinds["widest"]


def test_the_scenario_of_the_docs_ships():
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    ships = PAGE.parents[1] / "scenarios" / "intervals.yaml"
    assert block == ships.read_text(encoding="utf-8")
