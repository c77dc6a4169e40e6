"""Explanations: what `explain` says of a study, in plain words, and each part once."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftsim.cli import app
from driftsim.overview.explanation import explanation
from driftsim.scenario import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"
TEXT = """\
# Which one?
stream:
  length: 9_000
  concepts:
    a: sea
    b: {kind: shifted, of: a, by: 2 sd, columns: [x1]}
  drift: {kind: sudden, at: [5_000]}
  noise: 0.1
models:
  first: &one
    learner: hoeffding_tree
    policy: {kind: on_drift, memory: 500, detector: {kind: ddm, grace: 40}}
  second:
    learner: {kind: hoeffding_tree, grace_period: 100}
    policy: online
    labels: {kind: delayed, rows: 50}
  third:
    learner: {kind: hoeffding_tree, grace_period: 100}
    policy: {kind: periodic, every: 1_000, memory: 500}
evaluation: {seeds: 3}
report: {metrics: [error, kappa], window: 500}
prices: {mistake: 2, training: 10}
sweep: {stream.noise: [0.1, 0.2]}
"""
SAID = [
    "Which one?",
    "9,000 rows of 3 features and 2 classes.",
    "The share 0.1 of the labels is replaced by a wrong one.",
    "concept a: sea. SEA (Street & Kim 2001): whether two of three uniform features sum to above",
    "of: a, another concept of the stream",
    "row 5,000: a → b",
    "at 5,000: the first row of each next concept",
    "The first 1,000 rows are the warm-up",
    "labels: at_once. Each label comes in before the next row is predicted.",
    "3 contenders on the same rows.",
    "memory: 500. The last labels that have come in",
    "detector: ddm. DDM (Gama et al. 2004): the error rate",
    "grace 40: errors seen before it may fire",
    "labels of its own: delayed",
    "rows 50: between a row and its label",
    "learner: hoeffding_tree, the same as that of second",
    "error: The share of rows predicted wrong. The report ranks by it.",
    "kappa: Cohen's kappa",
    "A point of a curve is 500 rows.",
    "the best possible predictor",
    "Alarms are compared with the true changes",
    "All is repeated with 3 seeds, each time with other rows",
    "Prices in mistakes: mistake 2, training 10. The report says what to do.",
    "All of this is played for stream.noise = 0.1, 0.2; above is the first setting.",
]


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_all_that_happens_is_said_and_each_meaning_once(scenario):
    said = explanation(load(scenario), 10_000)
    for text in SAID:
        assert said.count(text) == 1, (text, said)
    assert said.count("Hoeffding tree (Domingos & Hulten 2000)") == 1
    assert [line for line in said.splitlines() if line and not line.startswith(" ")] == [
        "Which one?", "What happens", "What is compared", "What is measured",
    ]  # fmt: skip


def test_it_is_the_same_each_time_and_fits_the_terminal(scenario, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    first, again = (CliRunner().invoke(app, ["explain", str(scenario)]) for _ in range(2))
    assert first.exit_code == 0 and first.output == again.output
    assert max(map(len, first.output.splitlines())) <= 60
    monkeypatch.setenv("COLUMNS", "300")
    assert (
        max(map(len, CliRunner().invoke(app, ["explain", str(scenario)]).output.splitlines()))
        <= 100
    )


def test_a_mistake_is_its_line(scenario):
    scenario.write_text(TEXT.replace("on_drift", "on_drfit"), encoding="utf-8")
    refused = CliRunner().invoke(app, ["explain", str(scenario)])
    assert refused.exit_code == 2 and refused.output.startswith(f"{scenario}:12: ")


@pytest.mark.parametrize("name", ["suites/schedules", "intervals"])
def test_shipped_scenarios_are_explained(name):
    study = load(SCENARIOS / f"{name}.yaml")
    said = explanation(study)
    assert all(f"\n  {contender}\n" in said for contender in study.contenders)
    if study.suite:
        assert all(f"\n  {one.setting['stream']}:\n" in said for one in study.variants)
