"""Partly scored: reports of runs that are scored on some of the rows, against sums by hand."""

import numpy as np
import pytest

import driftsim
from driftsim.report import write
from driftsim.report.comparisons import compared, scope_of
from driftsim.report.decision.cost_measurement import cost_comparison
from driftsim.report.verdict.contest import Contest
from driftsim.scenario import load

SETS = {"kind": "holdout", "every": 150, "rows": 50}
STUDY = {
    "stream": {
        "length": 6_000,
        "concepts": {"a": {"kind": "sea", "threshold": 8}, "b": {"kind": "sea", "threshold": 11}},
        "drift": {"kind": "sudden", "at": [3_000]},
        "noise": 0.1,
    },
    "models": {
        "static": {"learner": "naive_bayes", "policy": "static"},
        "online": {"learner": "naive_bayes", "policy": "online"},
    },
    "evaluation": {"warmup": 400, "interval": 50, "protocol": SETS},
}


def study_of(folder, **more):
    return driftsim.run(STUDY | more, out=folder, jobs=1, progress=False)


def rules(**more):
    return STUDY["evaluation"] | more


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("sets"))


def columns_of(results, name):
    (one,) = (run for run in results.traces() if run.contender == name)
    return one.columns


def test_curves_have_gaps_where_no_row_is_scored(sets):
    curve = sets.curves("error", 50)
    own = curve[curve["contender"] == "static"]
    tested = own[own["first_row"] % 200 == 150]
    columns = columns_of(sets, "static")
    wrong = (columns["scored"] - columns["correct"].sum(axis=1))[columns["scored"] > 0]
    assert tested["mean"].tolist() == pytest.approx((wrong / 50).tolist())
    assert own["mean"].isna().sum() == len(own) - len(tested) > 0
    assert curve[curve["contender"] == "oracle"]["mean"].isna().sum() == len(own) - len(tested)


def test_a_window_covers_a_test_set_unless_another_is_asked_for():
    assert load(STUDY).variants[0].scenario.window == 500
    longer = STUDY | {"evaluation": rules(protocol=SETS | {"every": 1_000})}
    assert load(longer).variants[0].scenario.window == 1_050
    assert load(longer | {"report": {"window": 100}}).variants[0].scenario.window == 100
    folds = {"kind": "cross_validation", "folds": 80, "tested": "held_out"}
    every = folds | {"tested": "every_row"}
    for protocol, window in ((folds, 800), (every, 500)):
        own = STUDY | {"evaluation": rules(protocol=protocol)}
        assert load(own).variants[0].scenario.window == window


def test_a_report_may_have_curves_of_gaps_alone(tmp_path):
    protocol = {"kind": "cross_validation", "folds": 5, "tested": "held_out"}
    few = STUDY["stream"] | {"length": 600, "drift": {"kind": "sudden", "at": [500]}}
    asked = {"stream": few, "report": {"window": 2}}
    results = study_of(tmp_path, evaluation=rules(protocol=protocol, interval=1), **asked)
    write(results, tmp_path / "report")
    curve = results.curves()
    assert curve.loc[curve["contender"] == "online", "mean"].isna().all()
    assert results.summary()["error"].notna().all()


def test_references_are_scored_on_the_same_rows(sets):
    summary = sets.summary().set_index("contender")
    rows = load(STUDY).variants[0].scenario.stream.instantiated(0, 400).rows(0, 6_000)
    t = np.arange(550, 6_000)
    t = t[(t - 400) % 200 >= 150]
    last = np.mean(rows.y[t - 1] != rows.y[t])
    assert summary.loc["no_change", "error"] == pytest.approx(last)
    online = summary.loc["online"]
    assert online["kappa_temporal"] == pytest.approx((last - online["error"]) / last)
    assert summary.loc["oracle", "error"] == pytest.approx(0.1)


def test_intervals_rest_on_the_intervals_with_scored_rows(sets):
    (one,) = sets.variants
    static = compared(one, one.contenders, "error").measured["static"]
    assert static.series.shape == (1, 28) and static.scope.phases.tolist() == [0, 13]
    columns = columns_of(sets, "static")
    each = (columns["scored"] - columns["correct"].sum(axis=1))[columns["scored"] > 0] / 50
    assert static.series[0] == pytest.approx(each)
    assert static.rows.tolist() == [50] * 28
    second = scope_of(one, "error")._replace(intervals=one.phases[1].intervals)
    assert len(second.kept) == 15 and "28 intervals with scored rows" in str(sets.verdict())


def test_mistakes_are_estimated_for_all_rows_from_those_that_are_scored(tmp_path):
    prices = {"currency": "EUR", "mistake": 2.0, "label": 0.1}
    results = study_of(tmp_path, prices=prices, evaluation=rules(truth=False))
    columns, costs = columns_of(results, "online"), results.costs().set_index("contender")
    wrong = (columns["scored"] - columns["correct"].sum(axis=1)).sum()
    assert costs.loc["online", "mistakes"] == pytest.approx(2.0 * wrong * 4)
    assert costs.loc["online", "labels"] == pytest.approx(0.1 * (6_000 - 1_400))
    online = cost_comparison(results.variants[0]).measured["online"]
    assert online.series.mean() == pytest.approx(costs.loc["online", "cost"])
    mean = 2.0 * wrong * 4 + 0.1 * (400 + 50 * 112)  # of mistakes, where no row is scored
    assert online.series[0][columns["scored"] == 0] == pytest.approx(mean)
    write(results, tmp_path / "report")
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert page.count("Mistakes are estimated for all rows") >= 2
    assert "Each model is scored only on test sets of 50 rows" in page
    setting = Contest(results.variants[0], ["error"]).in_setting()
    assert "Each model is scored only on test sets of 50 rows" in setting.text


def test_areas_are_over_the_scores_of_scored_rows(tmp_path):
    exact = rules(scores="exact", predictions=True, interval=25)
    results = study_of(tmp_path, evaluation=exact, report={"metrics": ["roc_auc"]})
    (run,) = (one for one in results.traces() if one.contender == "online")
    rows = run.trace.row_scores
    assert (rows.t == np.flatnonzero((np.arange(5_600) % 200) >= 150) + 400).all()
    assert ((rows.values[:, 0] > 0.5) == run.trace.predictions[rows.t - 400]).all()
    low, high = rows.values[rows.y == 0, 0], rows.values[rows.y == 1, 0]
    wins = (high[:, None] > low).mean() + (high[:, None] == low).mean() / 2
    summary = results.summary().set_index("contender").loc["online"]
    assert summary["roc_auc"] == pytest.approx(wins)
    curve = results.curves("roc_auc", 25)
    own = curve[curve["contender"] == "online"]
    assert own["mean"].isna().sum() == 224 - 56
    assert summary["roc_auc_low"] < wins < summary["roc_auc_high"]


def test_regret_is_estimated_for_all_rows(sets):
    regret = sets.regret()
    own = regret[regret["contender"] == "online"]["regret"].to_numpy()
    columns = columns_of(sets, "online")
    excess = columns["expected_error"] - columns["bayes_error"]
    assert own == pytest.approx(4 * np.cumsum(excess))


def test_a_phase_without_a_test_set_is_not_known(tmp_path):
    seldom = rules(protocol={"kind": "holdout", "every": 2_700, "rows": 1_500}, interval=25)
    results = study_of(tmp_path, evaluation=seldom)
    text = str(results.verdict())
    assert "a (rows 400 to 2,999): not known" in text
    assert "b (rows 3,000 to 5,999): tie of online and static" in text
    assert not len(results.recovery())  # the change is before the first row that is scored


def test_each_fold_is_compared_on_the_rows_held_out_from_it(tmp_path):
    protocol = {"kind": "cross_validation", "folds": 5, "tested": "held_out"}
    results = study_of(tmp_path, evaluation=rules(protocol=protocol))
    runs = [one for one in results.traces() if one.contender == "online"]
    scored = [run.trace.columns["scored"] for run in runs]
    assert (np.sum(scored, axis=0) == runs[0].trace.columns["rows"]).all()
    errors = [
        1 - one.trace.columns["correct"].sum() / one.trace.columns["scored"].sum() for one in runs
    ]
    summary = results.summary().set_index("contender")
    assert summary.loc["online", "error"] == pytest.approx(np.mean(errors))
    every = study_of(tmp_path, evaluation=rules(protocol=protocol | {"tested": "every_row"}))
    whole = every.summary().set_index("contender")
    majority = summary.loc["majority", "error"]
    assert majority == pytest.approx(whole.loc["majority", "error"], abs=1e-3)  # the same rows
    assert abs(np.mean(errors) - whole.loc["online", "error"]) < 0.01
    text = str(results.verdict())
    assert "Each model is scored only on rows whose labels it is not given: 1,120 of 5,600" in text
