"""The figure of recovery over the severity of changes, against the tables it is made of."""

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from examples import played
from matplotlib.collections import LineCollection

from driftsim import ScenarioError, load
from driftsim.evaluation.recovery import median
from driftsim.report.figure_data.kinds import KINDS, why_empty
from driftsim.report.figure_data.severities import grouped, severity
from driftsim.report.figure_data.view import View
from driftsim.report.figures import plot_figure
from driftsim.report.page.drawings import drawings
from driftsim.scenario.resolved import resolved

TEXT = """# Is a severe change longer felt?
stream:
  length: 4_000
  concepts:
    before: {kind: sea, threshold: 8}
    after: {kind: sea, threshold: 10}
  drift: {kind: sudden, at: [2_000]}
models:
  frozen: {learner: naive_bayes, policy: static}
  on drift: {learner: naive_bayes, policy: {kind: on_drift, memory: 300}}
sweep: {stream.concepts.after.threshold: [11, 16]}
evaluation: {seeds: 2, warmup: 300}
report: {figures: FIGURES}
"""


def loaded(folder, text):
    path = folder / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_rows_to_recover_over_the_severity(tmp_path):
    results = played(TEXT.replace("FIGURES", "[severity]"), "severe", tmp_path)
    view = View(results)
    [one] = severity(view)
    # P(sum <= t): .32 for 8, .595 for 11, .92 for 16
    assert [abs(x - y) < 0.03 for x, y in zip(one.places, (0.275, 0.6))] == [True, True]
    table = results.recovery()
    own = table[(table.contender == "on drift") & (table["threshold"] == 16)]
    assert one.lines["on drift"].mean[-1] == median(own.rows, own.censored)
    assert "frozen" not in one.lines and "never of frozen" in KINDS["severity"].describe(view)
    assert "figure-severity" in "".join(each.svg for each in drawings(results))
    panel = plot_figure("severity", view).axes[0]
    assert panel.get_ylabel() == "rows to recover" and panel.get_ylim()[0] <= 0
    assert panel.get_xlabel().endswith("\nno mark where most had not recovered: frozen")
    assert panel.get_xlim()[1] < 0.7


def test_no_line_joins_the_changes_of_different_streams(tmp_path):
    text = """streams:
  mild: {concepts: {a: sea, b: {kind: sea, threshold: 9}}, drift: &then {kind: sudden, at: [1_000]}}
  severe: {concepts: {a: sea, b: {kind: sea, threshold: 16}}, drift: *then}
defaults: {length: 2_000}
models: {knows: {learner: naive_bayes, policy: {kind: at_drift, memory: 300}}}
evaluation: {warmup: 300}
report: {figures: [severity]}
"""
    results = played(text, "suite", tmp_path)
    [one] = severity(View(results))
    assert not one.joined and len(one.places) == 2
    [line] = [
        it for it in plot_figure("severity", View(results)).axes[0].lines if it.get_marker() == "o"
    ]
    assert line.get_linestyle() == "None"
    [drawn] = [each.svg for each in drawings(results) if each.name == "severity"]
    assert 'class="line"' not in drawn


def test_changes_that_are_all_as_severe_have_no_such_figure(tmp_path):
    text = TEXT.replace("FIGURES", "all").replace("[11, 16]", "[11]")
    results = played(text, "alike", tmp_path)
    assert severity(View(results)) is None
    assert "severity" not in [one.name for one in drawings(results)]


def test_the_measure_is_the_one_that_is_asked_for(tmp_path):
    """P(sum <= t): .32 for 8, .595 for 11, .92 for 16; Hellinger is the root where y follows x."""
    text = TEXT.replace("FIGURES", "FIGURES, severity: hellinger")
    results = played(text.replace("FIGURES", "[severity]"), "h", tmp_path)
    [one] = severity(View(results))
    assert one.name == "Hellinger distance of the change" and not one.spans
    assert [abs(x - y) < 0.03 for x, y in zip(one.places, (sqrt(0.275), sqrt(0.6)))] == [True] * 2
    panel = results.plot("severity", severity="disagreement").axes[0]
    assert panel.get_xlabel().startswith("share of rows whose best answers change")
    with pytest.raises(ValueError, match=r"no measure of severity is called 'helinger'; did you"):
        results.plot("severity", severity="helinger")
    with pytest.raises(ScenarioError, match=r"report.severity: no measure of severity is called"):
        loaded(tmp_path, text.replace("FIGURES", "all").replace("hellinger", "much"))


def test_by_default_it_is_the_one_that_a_concept_is_asked_for_by(tmp_path):
    text = TEXT.replace("FIGURES", "[severity]").replace("[11, 16]", "ASKED")
    asked = [f"{{from: before, disagreement: {one}}}" for one in (0.2, 0.5)]
    study = loaded(tmp_path, text.replace("ASKED", f"[{', '.join(asked)}]"))
    assert {one.scenario.report.severity for one in study.variants} == {"disagreement"}
    assert load(tmp_path / "s.yaml").variants == study.variants
    (tmp_path / "again.yaml").write_text(resolved(study), encoding="utf-8")
    again = load(tmp_path / "again.yaml")  # where no severity is asked for any more
    assert [one.scenario for one in again.variants] == [one.scenario for one in study.variants]


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """A table of SEA's thresholds 8, 9 and 18, and its generator with two of them and back."""
    folder, rng = tmp_path_factory.mktemp("suite"), np.random.default_rng(0)
    X = rng.uniform(0, 10, (3_000, 2))
    y = X.sum(axis=1) > np.repeat([8, 9, 18], 1_000)
    pd.DataFrame(X, columns=["a", "b"]).assign(y=y.astype(int)).to_csv(
        folder / "t.csv", index=False
    )
    text = f"""streams:
  written down:
    concepts: {{t: {{kind: table, path: {folder / "t.csv"}, marks: [1_000, 2_000], target: y}}}}
  drawn:
    length: 3_000
    concepts: {{a: sea, b: {{kind: sea, threshold: 9}}, c: {{kind: sea, threshold: 18}}}}
    drift: {{kind: sudden, at: [1_000, 2_000]}}
models: {{knows: {{learner: naive_bayes, policy: {{kind: at_drift, memory: 300}}}}}}
evaluation: {{warmup: 300}}
report: {{figures: [severity]}}
"""
    return played(text, "mixed", folder)


@pytest.mark.slow
def test_what_is_estimated_has_a_panel_of_its_own_with_intervals(suite):
    """P(sum <= t): .32 for 8, .405 for 9, .98 for 18: an error of .085 and one of .575."""
    view = View(suite)
    estimated, known = severity(view)
    assert estimated.name == "total variation at least, estimated"
    assert known.name == "total variation of the change" and not known.spans
    for x, wanted in zip(estimated.places, (0.085, 0.575)):
        low, high = estimated.spans[x]
        assert abs(x - wanted) < 0.12 and 0.02 < high - x < 0.08 and low <= x
    first, _ = plot_figure("severity", view).axes
    [spans] = [one for one in first.collections if isinstance(one, LineCollection)][:1]
    assert len(spans.get_segments()) == 2
    [drawn] = [each.svg for each in drawings(suite) if each.name == "severity"]
    assert drawn.count('class="range"') == 2 * len(["wide", "narrow"])
    caption = KINDS["severity"].describe(view)
    assert "an estimate by learners, with its interval at 95 %, apart from" in caption


def test_what_cannot_be_estimated_is_said_to_be_left_out(suite):
    view = View(suite, severity="disagreement")
    [one] = severity(view)
    assert one.name == "share of rows whose best answers change"
    assert (
        KINDS["severity"]
        .describe(view)
        .endswith(" 2 of 4 changes are not shown: their disagreement is not known.")
    )
    assert why_empty("severity", view).startswith("all changes are as severe by disagreement, or")


def test_many_severities_share_a_few_places():
    places = grouped([i / 100 for i in range(1, 41)])
    assert len({*places.values()}) == 8 and places[0.01] == places[0.05] == 0.03
