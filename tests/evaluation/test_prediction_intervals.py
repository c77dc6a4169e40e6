"""Prediction intervals: margins by hand, in closed form, and beside MOA (in capymoa 0.11)."""

import math

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.evaluation.prediction_intervals import PredictionInterval, Sum, scale_of
from driftsim.messages import ScenarioError
from driftsim.scenario import load

KINDS = ("normal", "adaptive", "conformal", "adaptive_conformal")


def kind_of(**spec):
    return PredictionInterval.model_validate(spec)


def margins(kind, errors):
    """The margin before each error, all labels at once, and the one after the last."""
    margin, found = kind.start(), []
    for error in errors:
        found.append(margin.margin())
        margin.learn(error, found[-1])
    return np.array([*found, margin.margin()])


def test_normal_margins_are_z_times_the_root_mean_square_of_the_last_errors():
    z = 1.959963984540054
    found = margins(kind_of(kind="normal", memory=2), [3.0, -4.0, 12.0])
    assert np.isnan(found[0])
    assert found[1:] == pytest.approx([3 * z, z * math.sqrt(12.5), z * math.sqrt(80)])


def test_a_sum_forgets_a_number_without_its_rounding():
    sums = Sum(3)
    for number in (1e200, 0.1, 0.2, 0.3):
        sums.add(number)
    assert (sums.n, sums.total()) == (3, pytest.approx(0.6))


def test_a_conformal_margin_is_the_error_of_its_rank():
    kind = kind_of(kind="conformal", level=0.75, memory=4)
    found = margins(kind, [4.0, -1.0, 3.0, 2.0, 9.0, 9.0])
    # of n errors the one of rank ceil(0.75 (n + 1)): the third of three, the fourth of four
    assert np.isnan(found[:3]).all()
    assert found[3:].tolist() == [4, 4, 9, 9]


def test_a_conformal_memory_has_to_suffice_for_its_level():
    assert margins(kind_of(kind="conformal", memory=19), np.arange(19.0))[-1] == 18
    with pytest.raises(ValidationError, match="takes 19 labels or more"):
        kind_of(kind="conformal", memory=18)


def test_the_level_of_adaptive_conformal_margins_follows_what_is_outside():
    kind = kind_of(kind="adaptive_conformal", level=0.5, gamma=0.5, memory=4)
    margin = kind.start()
    for error in (1.0, 2.0, 3.0, 4.0):
        margin.learn(error, math.nan)
    assert margin.margin() == 3  # of rank ceil(5 / 2)
    margin.learn(9.0, 3.0)  # outside: 1 - level falls from 0.5 to 0.25
    assert margin.margin() == 9  # 2, 3, 4, 9: rank ceil(5 * 0.75)
    margin.learn(10.0, 9.0)  # outside: it falls to 0
    assert margin.margin() == math.inf
    for error, expected in ((1.0, 10), (1.0, 9), (1.0, 1), (0.5, -math.inf)):  # inside: it rises
        margin.learn(error, math.inf)
        assert margin.margin() == expected


@pytest.mark.parametrize("kind", KINDS)
def test_normal_errors_are_inside_as_often_as_the_level_says(kind):
    errors = np.random.default_rng(0).normal(0, 2, 20_000)
    found = margins(kind_of(kind=kind, level=0.9), errors)[1_000:-1]
    assert np.mean(np.abs(errors[1_000:]) <= found) == pytest.approx(0.9, abs=0.01)
    assert 2 * found.mean() == pytest.approx(2 * 1.6448536 * 2, rel=0.015)  # 2 z times their sd


def test_adaptive_conformal_margins_keep_their_level_whatever_the_errors_do():
    gamma, level, errors = 0.05, 0.9, np.random.default_rng(1).normal(size=1_500)
    errors[500:] *= np.geomspace(1, 1e6, 1_000)  # the last errors always say too little
    kind = kind_of(kind="adaptive_conformal", level=level, gamma=gamma, memory=50)
    found = margins(kind, errors)[:-1]
    known = ~np.isnan(found)
    outside = np.mean((np.abs(errors) > found)[known])
    bound = (level + gamma) / (gamma * known.sum())  # Gibbs & Candès (2021), proposition 4.1
    assert abs(outside - (1 - level)) <= bound
    assert np.isinf(found[known]).any()
    fixed = margins(kind_of(kind="conformal", level=level, memory=50), errors)[:-1]
    assert abs(np.mean((np.abs(errors) > fixed)[known]) - (1 - level)) > bound


@together(
    ("covered", "scale"),
    [
        # those of MOA's AdaptivePredictionInterval at 0.95 and a limit of 0.1
        (95, 1), (100, 0.1), (98.52, 0.7594014356836996), (95.01, 0.9996043366023066),
        (94.82, 1.0417050007204085), (82, 18),
    ],
)  # fmt: skip
def test_adaptive_margins_are_scaled_as_in_moa(covered, scale):
    assert scale_of(covered, 95, 0.1) == pytest.approx(scale, rel=1e-12)


@together(
    ("spec", "message"),
    [
        ("mve", "'mve' is no kind of prediction interval; write normal"),
        ("{kind: normal, level: 95}", "evaluation.prediction_intervals.level: 95"),
        ("{kind: conformal, level: 0}", "evaluation.prediction_intervals.level: 0"),
        ("{kind: conformal, level: 0.9995}", "takes 1,999 labels or more; a memory of 1,000"),
        ("{kind: adaptive_conformal, gamma: 0}", "evaluation.prediction_intervals.gamma: 0"),
    ],
)
def test_a_mistake_in_a_scenario_is_one_line(tmp_path, spec, message):
    assert message in refused(tmp_path, spec=spec)


def refused(folder, concept="friedman", learner="mean", spec="null", metrics="[mae]"):
    (folder / "x.yaml").write_text(
        "stream: {length: 2_000, concepts: {a: " + concept + "}}\n"
        "models: {one: {learner: " + learner + ", policy: online}}\n"
        "evaluation: {prediction_intervals: " + spec + "}\n"
        "report: {metrics: " + metrics + "}\n",
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError) as error:
        load(folder / "x.yaml")
    return str(error.value)


def test_classes_have_no_intervals(tmp_path):
    found = refused(tmp_path, "sea", "majority", "normal", "[error]")
    assert "evaluation.prediction_intervals: intervals are around numbers" in found


def test_metrics_of_intervals_need_intervals_and_one_that_ranks(tmp_path):
    found = refused(tmp_path, metrics="[mae, coverage]")
    assert "'coverage' needs intervals; set evaluation.prediction_intervals" in found
    found = refused(tmp_path, spec="normal", metrics="[coverage, mae]")
    assert "'coverage' does not say by itself which contender is better" in found
