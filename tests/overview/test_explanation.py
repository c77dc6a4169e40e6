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
    "memory: 500. The newest labels that have come in",
    "detector: ddm. DDM (Gama et al. 2004): the error rate",
    "grace 40: errors seen before it may fire",
    "labels of its own: delayed",
    "rows 50: between a row and its label",
    "learner: hoeffding_tree, the same as that of second",
    "error: The share of rows predicted wrong. The report ranks by it.",
    "kappa: Cohen's kappa",
    "Each point of a curve covers 500 rows.",
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


MOVING = """\
streams:
  turning:
    concepts: {a: {kind: hyperplane, speed: 0.01}}
  drawn:
    concepts: {a: {kind: hyperplane, features: 10}, b: {kind: hyperplane, features: 10}}
    drift: {kind: recurring, every: 1_000}
    evaluation: {labels: {kind: delayed, rows: 70}}
  written:
    length: 500
    concepts: {pages: river.datasets.Phishing}
  rarer:
    concepts: {a: sea, b: {kind: prior, of: a, shares: {1: 0.9}}, c: sea}
    irrelevant: 2
    balance: [0.7, 0.3]
    drift: {kind: recurring, every: 1_500}
defaults: {length: 6_000}
models: {m: {learner: naive_bayes, policy: {kind: monitor, detector: adwin}}}
evaluation: {warmup: 100}
report: {lead: alarms}
"""


def test_what_changes_without_a_drift_and_what_streams_do_not_share_is_said(tmp_path):
    (tmp_path / "s.yaml").write_text(MOVING, encoding="utf-8")
    said = explanation(load(tmp_path / "s.yaml"), 10_000)
    names = ("turning", "drawn", "written", "rarer")
    turning, drawn, written, rarer = (said.partition(f"  {name}:\n")[2] for name in names)
    assert "this one moves by itself" in turning and "labels: at_once" in turning
    assert "with other random numbers than 'a'" in drawn and "rows 70: between a row" in drawn
    assert "drift: unknown. The rows were recorded" in written and "No drift" not in said
    assert "shares {1: 0.9}: " in rarer and "the same as 'a'" in rarer
    assert "Of the features, 2 without information (uniform noise)." in rarer
    assert "shares of the classes are 0.7, 0.3" in rarer
    assert "recurring, every 1,500\n" in rarer  # what `every` is was said above
    assert said.count("The first 100 rows are the warm-up") == 1
    assert "is known on some of the streams" in said and "The report begins with this." in said


def test_marks_of_recorded_rows_are_what_is_known():
    pages = {"kind": "river.datasets.Phishing", "marks": [600]}
    models = {"m": {"learner": "majority", "policy": "online"}}
    said = explanation(load({"stream": {"concepts": {"pages": pages}}, "models": models}), 10_000)
    assert "drift: known where it is marked" in said and "row 600: marked" in said


def test_intervals_and_means_are_said_of_regression():
    said = explanation(load(SCENARIOS / "intervals.yaml"), 10_000)
    assert "prediction intervals: conformal." in said and "The mean of each label is known" in said


@pytest.mark.parametrize("name", ["suites/schedules", "intervals"])
def test_shipped_scenarios_are_explained(name):
    study = load(SCENARIOS / f"{name}.yaml")
    said = explanation(study)
    assert all(f"\n  {contender}\n" in said for contender in study.contenders)
    if study.suite:
        assert all(f"\n  {one.setting['stream']}:\n" in said for one in study.variants)
