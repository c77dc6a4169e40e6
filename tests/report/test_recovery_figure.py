"""The figure of recovery where settings have one change each."""

import re

import numpy as np
from examples import played

from driftsim.report.figure_data.recoveries import RECOVERED, STAYED, recoveries
from driftsim.report.figure_data.view import View
from driftsim.report.figures import plot_figure
from driftsim.report.figures.recoveries import MARKS
from driftsim.report.page.drawings import drawings
from driftsim.report.page.drawings.recoveries import key_of


def test_a_dot_at_zero_has_another_key_than_one_that_recovered():
    assert key_of(STAYED) != key_of(RECOVERED) and MARKS[STAYED] != MARKS[RECOVERED]


def test_where_rows_have_dates_recoveries_have_times(tmp_path):
    text = """stream:
  length: 1_200
  concepts: {a: sea, b: {kind: sea, threshold: 13}}
  drift: {kind: sudden, at: [500]}
  arrivals: {kind: regular, every: 6h, start: 2024-01-01}
models: {online: {learner: naive_bayes, policy: {kind: periodic, every: 50, memory: 50}}}
evaluation: {warmup: 100, interval: 20}
"""
    results = played(text, "dated", tmp_path)
    (panel,) = recoveries(View(results))
    (rows,) = results.recovery().query("contender == 'online'")["rows"]
    assert panel.unit == "days" and panel.marks["online"].at == rows / 4
    drawn = next(one.svg for one in drawings(results) if one.name == "recovery")
    assert "days to recover" in drawn


def test_settings_with_one_change_each_share_a_matrix(tmp_path):
    thresholds = [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 7, 6]
    text = f"""stream:
  length: 2_000
  concepts: {{a: sea, b: {{kind: sea, threshold: 9}}}}
  drift: {{kind: sudden, at: [1_000]}}
models: {{knows: {{learner: naive_bayes, policy: {{kind: at_drift, memory: 200}}}}}}
sweep: {{stream.concepts.b.threshold: {thresholds}}}
evaluation: {{warmup: 300}}
"""
    results = played(text, "single", tmp_path)
    found = recoveries(View(results))
    assert [one.title for one in found] == ["change at row 1,000"] * 2
    columns = [name for one in found for name in one.columns]
    assert columns == [f"threshold = {one}" for one in thresholds]
    table = results.recovery()
    own = table[table.contender == "knows"].set_index("threshold")["rows"]
    values = np.concatenate([one.values for one in found], axis=1)
    assert values.tolist() == [own[thresholds].tolist()] and own.nunique() > 1
    assert len(plot_figure("recovery", View(results)).axes) == 2
    alone = results.of(
        results.study._replace(variants=results.study.variants[:1]), results.variants[:1]
    )
    [drawn] = [one.svg for one in drawings(alone) if one.name == "recovery"]
    assert float(re.search(r'width="(\d+)"', drawn)[1]) > 600  # a panel as wide as the page
