"""Repeats: learners trained several times on each stream, of which the seed remains the unit."""

import numpy as np
import pytest

from driftsim.evaluation.metrics import METRICS
from driftsim.report.comparisons import Measurement, difference, scope_of
from driftsim.report.page.packed import packed
from driftsim.report.results import Results
from driftsim.report.variant_results import ContenderResult, TracedRun
from driftsim.runner.runs import runs_of
from driftsim.scenario import Variant


def of(results, name):
    return [one for one in results.traces() if one.contender == name]


def error(one):
    columns = one.trace.columns
    return 1 - columns["correct"].sum() / columns["rows"].sum()


def errors(runs):
    """The mean over three repeats with each of two seeds."""
    return np.reshape([error(one) for one in runs], (2, 3)).mean(axis=1)


def apart(results, ours, theirs):
    variant = results.variants[0]
    scope = scope_of(variant, "error")
    both = (ContenderResult(variant.variant, {}, "", runs) for runs in (ours, theirs))
    return difference(*(Measurement(one, scope) for one in both), scope)


def test_repeats_are_other_learners_on_the_same_rows(crossed):
    assert [(one.seed, one.repeat) for one in of(crossed, "tree")] == [
        (seed, repeat) for seed in (0, 1) for repeat in (0, 1, 2)
    ]
    assert len({error(one) for one in of(crossed, "tree")}) >= 5
    assert len({error(one) for one in of(crossed, "bayes")}) == 2
    truths = {one.seed: one.truth for one in crossed.traces()}
    assert all(one.truth is truths[one.seed] for one in crossed.traces())


def test_the_truth_and_the_first_repeat_do_not_depend_on_how_many_there_are(crossed):
    variant, keys = crossed.study.variants[0], []
    for repeats in (3, 1):
        rules = variant.scenario.evaluation.model_copy(update={"repeats": repeats})
        scenario = variant.scenario.model_copy(update={"evaluation": rules})
        runs = runs_of(Variant({}, scenario))
        keys.append({(run.name, run.seed, run.repeat): run.key for run in runs})
    assert len(keys[0]) == 2 + 2 * 6 and len(keys[1]) == 2 + 2 * 2
    assert keys[1].items() <= keys[0].items()
    assert len({*keys[0].values()}) == len(keys[0])


def test_a_summary_is_of_seeds(crossed):
    row = crossed.summary().set_index("contender").loc["tree"]
    one, other = errors(of(crossed, "tree"))
    assert row.error == pytest.approx((one + other) / 2)
    half = 12.7062 * abs(one - other) / 2  # Student's t of one degree of freedom
    assert row.error_high - row.error == pytest.approx(half, rel=1e-4)
    assert (row.seeds, row.repeats) == (2, 3)
    reference = crossed.summary().set_index("contender").loc["no_change"]
    assert (reference.seeds, reference.repeats) == (2, 1)


def test_a_seed_counts_once_however_many_of_its_repeats_have_ended(crossed):
    gone = {("tree", 0, 1), ("tree", 0, 2)}
    runs = [one for one in crossed.traces() if (one.contender, one.seed, one.repeat) not in gone]
    results = Results(crossed.study, runs=[runs])
    first, *others = map(error, of(results, "tree"))
    row = results.summary().set_index("contender").loc["tree"]
    assert row.error == pytest.approx((first + np.mean(others)) / 2)


def test_a_curve_is_of_seeds(crossed):
    frame = crossed.curves("error", 500).query("contender == 'tree'")
    errors = [METRICS["error"](one.over(500)) for one in of(crossed, "tree")]
    seeds = np.reshape(errors, (2, 3, -1)).mean(axis=1)
    np.testing.assert_allclose(frame["mean"], seeds.mean(axis=0))
    np.testing.assert_allclose(frame["low"], seeds.min(axis=0))
    np.testing.assert_allclose(frame["high"], seeds.max(axis=0))
    assert (frame["seeds"] == 2).all()


def test_a_difference_is_of_seeds(crossed):
    ours, theirs = of(crossed, "tree"), of(crossed, "bayes")
    found, (one, other) = apart(crossed, ours, theirs), errors(ours) - errors(theirs)
    assert found.mean == pytest.approx((one + other) / 2) and found.unit == "seeds"
    assert found.errors[0].df == 1
    assert found.errors[0].se == pytest.approx(abs(one - other) / 2)


def test_a_difference_on_one_stream_is_over_its_repeats(crossed):
    ours, theirs = of(crossed, "tree")[:3], of(crossed, "bayes")[:3]
    several, alone = apart(crossed, ours, theirs), apart(crossed, ours[:1], theirs[:1])
    assert (several.unit, alone.unit) == ("repeats", "stream")
    assert several.mean == pytest.approx(np.mean([*map(error, ours)]) - error(theirs[0]))
    assert alone.mean == pytest.approx(error(ours[0]) - error(theirs[0]))


def test_other_frames_count_seeds(crossed):
    for frame in (crossed.probed(), crossed.forgetting(), crossed.regret(), crossed.alarms()):
        assert len(frame) and (frame["seeds"] == 2).all()
    frame = crossed.recovery()
    assert len(frame.query("contender == 'tree'")) == 6
    assert not frame.duplicated(["contender", "seed", "repeat", "change"]).any()


def test_the_page_has_every_repeat(crossed):
    tallies = packed(crossed, ["tree", "bayes"])
    assert [run[:2] for run in tallies.runs[0] if run[0] == 0] == [(0, 0)] * 3 + [(0, 1)] * 3


def test_values_are_means_over_the_repeats_of_a_seed():
    runs = [
        TracedRun({}, "", seed, trace=value, truth=None, repeat=repeat)
        for seed, repeat, value in [(7, 0, 5.0), (2, 0, 1.0), (2, 1, 3.0)]
    ]
    result = ContenderResult(None, {}, "", runs)
    assert result.per_seed(run.trace for run in result.runs).tolist() == [2.0, 5.0]
    assert result.seeds == [2, 7] and result.keys == [(2, 0), (2, 1), (7, 0)]
