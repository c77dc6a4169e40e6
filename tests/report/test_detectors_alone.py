"""Detectors alone: studies in which alarms change nothing, and the page about them."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from examples import played
from rich.console import Console

import driftsim
from driftsim.report.amounts import number
from driftsim.report.page.drawings import drawings
from driftsim.report.printed import print_results
from driftsim.report.suite_parts import suite_parts

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "detectors_alone.md").read_text(encoding="utf-8")
SUITE = """# Which detector?
streams:
  steps:
    concepts: {low: {kind: coin, share: 0.1}, high: {kind: coin, share: 0.5}}
    drift: {kind: sudden, at: [1_500]}
  none: {concepts: {always: {kind: coin, share: 0.1}}}
defaults: {length: 2_500, drift: none}
models:
  hddm_w: {learner: majority, policy: {kind: monitor, detector: hddm_w}}
  never: {learner: majority, policy: {kind: monitor, detector: no_alarms}}
  clock: {learner: majority, policy: {kind: monitor, detector: {kind: fixed_alarms, every: 199}}}
evaluation: {warmup: 500, seeds: 3}
report: {lead: alarms, tolerance: 300}
"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    return played(SUITE, "signals", tmp_path_factory.mktemp("signals"))


def test_dummies_have_the_scores_that_follow_from_their_alarms(suite):
    rows = suite.detectors().set_index("contender")
    never, clock, found = rows.loc["never"], rows.loc["clock"], rows.loc["hddm_w"]
    assert (never.alarms, never.recall, never.f1, never.false_per_10_000) == (0, 0, 0, 0)
    assert never.covering == (0.5 + 1) / 2  # half of the stream with a step, all of the other
    assert clock.alarms == 2_000 // 199 and clock.false_unchanged == 10
    assert clock.delay == 500 + 6 * 199 - 1_500  # its sixth alarm is the first after the step
    assert (clock.recall, clock.precision) == (1, 1 / 20)
    assert clock.f1 == pytest.approx(2 / 21) and found.f1 > clock.f1
    assert clock.between_false == pytest.approx(4_000 / 19)


def test_where_contenders_have_the_same_errors_the_report_is_of_alarms_alone(suite):
    (alarms,) = suite_parts(suite)
    assert "ranks" not in [one.name for one in drawings(suite)]
    assert alarms.answer[0].text.startswith("Over 2 streams, by F1 within 300 rows, hddm_w is")
    texts = [block.text for block in suite.verdict()]
    assert "steps: Over 3 seeds, all 3 contenders have the same error: " in " ".join(texts)
    assert number(1e-15, 1e-16, least=1) == "0.0"  # such as an excess that is rounding alone
    console = Console(width=80)
    with console.capture() as captured:
        print_results(suite, console)
    assert "by F1 within 300 rows, hddm_w is the best" in " ".join(captured.get().split())
    assert "error in %" not in captured.get() and "mean rank" not in captured.get()


def test_an_invented_series_in_the_form_of_tcpd_is_read_as_the_page_says(tmp_path, monkeypatch):
    """A step of five standard deviations after 28 of 100 values; one annotator sees another."""
    monkeypatch.chdir(tmp_path)
    y = np.random.default_rng(0).normal(0, 100, 100).round() + np.where(
        np.arange(100) < 28, 1100, 600
    )
    series = [{"label": "V1", "type": "float", "raw": y.tolist()}]
    about = {"name": "nile", "n_obs": 100, "n_dim": 1, "time": {"index": [*range(100)]}}
    Path("nile.json").write_text(json.dumps(about | {"series": series}))
    marked = {"nile": {"6": [28], "7": [28, 90], "8": []}, "other": {"6": [3]}}
    Path("annotations.json").write_text(json.dumps(marked))
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    namespace: dict = {}
    exec(block, namespace)
    results = namespace["results"]
    assert [one.title[-1] for one in results.variants] == ["6", "7", "8"]
    counts = results.alarms().set_index(["stream", "contender"])
    assert counts.changes.xs("cusum", level=1).tolist() == [1, 2, 0]
    assert counts.extra["annotator 8", "every 10"] + counts.early["annotator 8", "every 10"] == 8
    rows = results.detectors().set_index("contender")
    assert rows.loc["cusum", "recall"] == 2 / 3 and rows.loc["never", "covering"] > 0.5
    assert rows.loc["cusum", "f1"] > rows.loc["every 10", "f1"]


@pytest.mark.slow
def test_a_line_of_the_table_of_signals_is_what_the_suite_gives(tmp_path):
    path = ROOT / "scenarios" / "suites" / "signals.yaml"
    results = driftsim.run(driftsim.load(path, only=["cusum", "clock"]), out=tmp_path)
    for row in results.detectors().to_dict("records"):
        line = next(one for one in PAGE.splitlines() if one.startswith(f"| `{row['contender']}` |"))
        cells = [cell.strip() for cell in line.split("|")[2:-1]]
        values = (f"{100 * row['recall']:.0f} %", f"{row['precision']:.2f}", f"{row['f1']:.2f}")
        assert cells[:4] == [*values, f"{row['delay']:,.0f}"]
