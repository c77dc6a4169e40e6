"""The figure of recovery over the severity of changes, against the tables it is made of."""

from examples import played

from driftsim.evaluation.recovery import median
from driftsim.report.figure_data.kinds import KINDS
from driftsim.report.figure_data.severities import grouped, severity
from driftsim.report.figure_data.view import View
from driftsim.report.figures import plot_figure
from driftsim.report.page.drawings import drawings

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


def test_many_severities_share_a_few_places():
    places = grouped([i / 100 for i in range(1, 41)])
    assert len({*places.values()}) == 8 and places[0.01] == places[0.05] == 0.03
