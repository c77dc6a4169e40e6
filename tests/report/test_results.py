"""Results: summaries, curves and traces as frames."""

import numpy as np
import pytest
from examples import played
from scipy import stats

from driftsim.evaluation.compute import CPU_SECONDS, WALL_SECONDS
from driftsim.evaluation.forgetting import lost
from driftsim.evaluation.metrics import METRICS
from driftsim.report import figures, write
from driftsim.report.measures import ALARMS
from driftsim.report.rankings import losses_of
from driftsim.report.results import Results
from driftsim.report.summary_text import summary_table


def test_a_summary_has_a_row_a_contender_and_setting(swept):
    summary = swept.summary()
    assert summary.columns[:5].tolist() == [
        "noise",
        "contender",
        "error",
        "error_low",
        "error_high",
    ]
    assert summary.contender.tolist() == [
        *["bayes & co", "frozen", "oracle", "majority", "no_change"] * 2
    ]
    assert summary.noise.tolist() == [0.0] * 5 + [0.2] * 5
    assert (summary.seeds == 2).all()
    needed = {"excess_error", "accuracy", "kappa", "fits", "labels", *CPU_SECONDS, *WALL_SECONDS}
    assert needed <= set(summary.columns)


def test_a_summary_is_what_the_traces_hold(swept):
    row = swept.summary().set_index(["noise", "contender"]).loc[(0.2, "frozen")]
    played = [
        one for one in swept.traces() if one.contender == "frozen" and one.setting == {"noise": 0.2}
    ]
    errors = []
    for one in played:
        columns = one.trace.columns
        errors.append(1 - columns["correct"].sum() / columns["rows"].sum())
    assert row.error == pytest.approx(np.mean(errors))
    interval = stats.t.interval(0.95, 1, np.mean(errors), stats.sem(errors))
    assert (row.error_low, row.error_high) == pytest.approx(interval)
    assert row.fits == 1 and row.labels == 1000
    assert row.accuracy == pytest.approx(1 - row.error)


def test_the_oracle_has_no_excess_and_the_error_of_the_noise(swept):
    summary = swept.summary().set_index(["noise", "contender"])
    assert summary.loc[(0.2, "oracle")].excess_error == 0
    assert 0.2 <= summary.loc[(0.2, "oracle")].error < 0.25  # and a ramp
    assert (summary.excess_error >= 0).all()


def test_what_cannot_be_known_is_empty(plain):
    summary = plain.summary().set_index("contender")
    assert summary.index.tolist() == ["majority", "bayes", "no_change"]
    assert summary["excess_error"].isna().all()
    assert summary[["error_low", "error_high"]].isna().all().all()  # 46 intervals are too few
    assert np.isnan(summary.loc["no_change"].fits) and summary.loc["bayes"].fits == 0


def test_curves_are_metrics_over_windows(swept):
    curves = swept.curves("kappa", window=170)
    one = curves[(curves.contender == "frozen") & (curves.noise == 0.2)]
    assert one.first_row.tolist()[:3] == [1000, 1200, 1400]  # rounded up to whole intervals
    assert one.last_row.tolist()[-1] == 2999 and len(one) == 10
    played = [p for p in swept.traces() if p.contender == "frozen" and p.setting == {"noise": 0.2}]
    expected = np.mean([METRICS["kappa"](p.over(200)) for p in played], axis=0)
    assert np.allclose(one["mean"], expected)
    assert (one.low <= one["mean"]).all() and (one["mean"] <= one.high).all()
    assert curves[curves.contender == "oracle"]["mean"].isna().all()


@pytest.mark.parametrize(
    "sweep",
    [
        "{stream.drift.at: [[1_200], [1_500]]}",
        "{models.frozen.policy: [static, {kind: periodic, every: 500, memory: 300}]}",
        "{evaluation.labels: [at_once, {kind: delayed, rows: 10}]}",
    ],
)
def test_lists_and_mappings_can_be_swept(sweep, tmp_path):
    text = f"""stream:
  length: 2_000
  concepts: {{a: sea, b: {{kind: sea, threshold: 14}}}}
  drift: {{kind: sudden, at: [1_500]}}
models:
  frozen: {{learner: majority, policy: static}}
sweep: {sweep}
"""
    results = played(text, "lists", tmp_path)
    curves = results.curves()
    assert curves["mean"].notna().all()
    assert len(curves[curves.contender == "frozen"]) == 2 * len(curves) // 8
    figure = figures.curves(results)
    assert all(len(panel.get_legend_handles_labels()[0]) == 2 for panel in figure.axes)
    assert summary_table(results, 100).row_count == 8
    if "policy" in sweep:
        assert write(results, tmp_path / "report")


def test_recovery_has_a_row_for_each_contender_seed_and_change(swept):
    frame = swept.recovery()
    assert len(frame) == 2 * 2 * 5  # settings, seeds, contenders and references
    frozen = frame[(frame.contender == "frozen") & (frame.noise == 0.0)]
    assert frozen.censored.all() and (frozen.depth > 0.2).all() and (frozen.change == 1300).all()
    assert (frozen.outcome == "not recovered").all() and (frozen.level < 0.1).all()
    summed = swept.recovered().set_index(["noise", "contender"])
    assert (
        np.isnan(summed.loc[(0.0, "frozen"), "rows"])
        and summed.loc[(0.0, "frozen"), "censored"] == 2
    )
    oracle = summed.loc[(0.0, "oracle")]
    assert oracle["rows"] == oracle["area"] == 0 and oracle["did_not_fall"] == oracle["changes"]


def test_what_is_swept_has_no_name_that_a_column_has(tmp_path):
    text = """stream:
  length: 1_500
  concepts: {a: sea, b: {kind: sea, threshold: 14}}
  drift: {kind: sudden, at: [1_000]}
models:
  frozen: {learner: majority, policy: static}
evaluation: {warmup: 500, labels: {kind: delayed, rows: 5}}
sweep: {evaluation.labels.rows: [5, 10]}
"""
    results = played(text, "rows", tmp_path)
    assert results.swept == ["labels.rows"]
    assert results.recovered()["labels.rows"].tolist() == [5] * 4 + [10] * 4


def test_regret_is_the_excess_summed(swept, plain):
    frame = swept.regret()
    summary = swept.summary().set_index(["noise", "contender"])
    last = frame[frame.last_row == 2999].set_index(["noise", "contender"])
    for key in [(0.0, "frozen"), (0.2, "bayes & co")]:
        assert last.loc[key, "regret"] == pytest.approx(2000 * summary.loc[key, "excess_error"])
    assert (frame[frame.contender == "oracle"].regret == 0).all()
    assert (frame.groupby(["noise", "contender"]).regret.diff().dropna() >= -1e-9).all()
    assert not len(plain.regret())  # nobody knows


def test_contenders_are_compared_pair_by_pair(swept, plain):
    frame = swept.compare()
    assert len(frame) == 2 and (frame.unit == "seeds").all()
    (one,) = plain.compare().to_dict("records")
    assert {one["better"], one["worse"]} == {"bayes", "majority"}
    assert one["unit"] == "stream" and np.isnan([one["low"], one["high"]]).all()
    error = plain.summary().set_index("contender").error
    assert one["mean"] == pytest.approx(abs(error["bayes"] - error["majority"]))
    assert error[one["better"]] < error[one["worse"]]


def test_an_interval_counts_for_its_rows_in_a_comparison(tmp_path):
    """The first interval is of ten rows, the last of one."""
    text = """stream: {length: 3_001, concepts: {a: {kind: sea, threshold: 8}}}
models:
  follows: {learner: no_change, policy: online}
  frozen: {learner: majority, policy: static}
evaluation: {warmup: 490, interval: 50}
"""
    results = played(text, "uneven", tmp_path)
    (one,) = results.compare().to_dict("records")
    error = results.summary().set_index("contender").error
    apart = error["follows"] - error["frozen"]
    rates = results.curves("error", 50).groupby("contender")["mean"].mean()
    assert abs(rates["follows"] - rates["frozen"] - apart) > 1e-3
    assert one["better"] == "frozen" and one["mean"] == pytest.approx(apart, abs=1e-12)


def test_alarms_stand_beside_detectors_that_see_no_errors(tmp_path):
    text = """# Which policy reacts?
stream:
  length: 6_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 14}}
  drift: {kind: recurring, every: 1_500}
models:
  alarmed:
    learner: sklearn.naive_bayes.GaussianNB
    policy: {kind: on_drift, memory: 200}
  frozen: {learner: sklearn.naive_bayes.GaussianNB, policy: static}
evaluation: {seeds: 2, interval: 10}
"""
    frame = played(text, "alarms", tmp_path).alarms().set_index("contender")
    assert [name.partition(",")[0] for name in frame.index] == ["alarmed"] * 3
    own, *dummies = frame.to_dict("records")
    assert own["changes"] == 3 and own["detected"] >= 2 and own["to_detection"] < 300
    assert all(own["ratio"] > one["ratio"] and own["alarms"] == one["alarms"] for one in dummies)


RAMP = """# When does it alarm?
stream:
  length: 6_000
  concepts: {a: {kind: sea, threshold: 7}, b: {kind: sea, threshold: 14}}
  drift: {kind: recurring, every: 2_010, width: 20}
models:
  retrained:
    learner: sklearn.naive_bayes.GaussianNB
    policy: {kind: on_drift, memory: 100, detector: {kind: adwin, delta: 0.05}}
  restarted:
    learner: river.naive_bayes.GaussianNB
    policy: {kind: online, restart: {kind: ddm}}
evaluation: {seeds: 2, interval: INTERVAL}
"""


def test_the_scores_of_alarms_are_the_same_at_any_interval(tmp_path):
    frames = []
    for interval in (1000, 500, 100, 25):
        results = played(RAMP.replace("INTERVAL", str(interval)), f"every {interval}", tmp_path)
        frames.append(results.alarms())
        for one in results.traces():
            if one.trace.alarms is not None:
                starts = one.trace.columns["first_row"]
                placed = np.searchsorted(starts, one.trace.alarms, side="right") - 1
                counts = np.bincount(placed, minlength=len(starts))
                assert np.array_equal(counts, one.trace.columns["alarms"])
    assert frames[0].set_index("contender").loc["retrained", "detected"] == 2
    assert len(frames[0]) == 6 and all(frame.equals(frames[0]) for frame in frames[1:])


def test_alarms_at_random_are_others_with_each_seed(tmp_path):
    text = RAMP.replace("INTERVAL", "500")
    results = played(text, "seeds", tmp_path)
    same = np.arange(1500, 6000, 700)
    made = [one._replace(trace=one.trace._replace(alarms=same)) for one in results.traces()]
    alone = Results(results.study, runs=[[run for run in made if run.seed == 0]])
    whole = Results(results.study, runs=[made])
    both, first = (one.alarms().set_index("contender") for one in (whole, alone))
    chance, even = "retrained, random alarms", "retrained, periodic alarms"
    assert both.loc[chance, "to_detection"] != first.loc[chance, "to_detection"]
    assert both.loc[even, "to_detection"] == first.loc[even, "to_detection"]


def test_alarms_of_recorded_rows_without_marks_are_not_called_false(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.random(2000)
    y = np.where(np.arange(2000) < 1200, x > 0.5, x <= 0.5).astype(int)
    lines = ["x,class", *(f"{a:.6f},{b}" for a, b in zip(x, y))]
    (tmp_path / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = """stream: {concepts: {rows: {kind: table, path: rows.csv}}}
models:
  wakes: {learner: sklearn.naive_bayes.GaussianNB, policy: {kind: on_drift, memory: 100}}
evaluation: {warmup: 500, interval: 50}
"""
    results = played(text, "unmarked", tmp_path)
    (row,) = results.alarms().to_dict("records")
    assert row["contender"] == "wakes" and row["alarms"] >= 1 and row["seeds"] == 1
    assert all(
        np.isnan(row[name]) for name in ALARMS if name not in ("contender", "alarms", "seeds")
    )
    (panel,) = figures.plot_figure("alarms", figures.View(results)).axes
    words = [text.get_text() for text in panel.texts if text.get_gid() == "found"]
    n = int(row["alarms"])
    assert words == [f"{n} alarm{'s' * (n > 1)}; true or false is unknown"]
    caption = {one.name: one.text for one in figures.plot_all(results)}["alarms"]
    assert "true or false is unknown" in caption and "false alarm" not in caption
    marked = played(text.replace("rows.csv", "rows.csv, marks: [1_200]"), "marked", tmp_path)
    assert marked.alarms().set_index("contender").loc["wakes", "detected"] == 1


def test_recovery_of_recorded_rows_follows_from_marks_and_counted_errors(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.random(3000)
    y = np.where(np.arange(3000) < 2000, x > 0.5, x <= 0.5).astype(int)
    lines = ["x,class", *(f"{a:.6f},{b}" for a, b in zip(x, y))]
    (tmp_path / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = """stream: {concepts: {rows: {kind: table, path: rows.csv, marks: [2_000]}}}
models:
  frozen: {learner: sklearn.naive_bayes.GaussianNB, policy: static}
  retrained:
    learner: sklearn.tree.DecisionTreeClassifier
    policy: {kind: periodic, every: 100, memory: 100}
evaluation: {warmup: 500, interval: 50}
report: {window: 100}
"""
    results = played(text, "marked", tmp_path)
    frame = results.recovery().set_index("contender")
    assert frame.loc["frozen", "censored"] and frame.loc["frozen", "depth"] > 0.8
    assert not frame.loc["retrained", "censored"] and frame.loc["retrained", "rows"] == 200
    assert not len(results.regret()) and results.summary().excess_error.isna().all()
    verdict = str(results.verdict())
    assert "The error of the best possible predictor is not known." in verdict


def test_forgetting_is_known_where_it_was_probed(tmp_path, plain):
    text = """# What is forgotten?
stream:
  length: 6_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 14}}
  drift: {kind: recurring, every: 2_000}
models:
  retrained:
    learner: sklearn.naive_bayes.GaussianNB
    policy: {kind: periodic, every: 200, memory: 200}
  frozen: {learner: sklearn.naive_bayes.GaussianNB, policy: static}
evaluation: {seeds: 2, probe: 400}
"""
    results = played(text, "forgets", tmp_path)
    frame = results.probed()
    assert len(frame) == 2 * 3 * 2
    third = frame[(frame.contender == "retrained") & (frame.phase == 2)].set_index("concept")
    assert third.loc["a", "visit"] == 2 and third.loc["a", "error"] < 0.2 < third.loc["b", "error"]
    own = frame[(frame.contender == "retrained") & (frame.concept == "a")]
    assert own.visit.tolist() == [1, 1, 2] and own.ruling.tolist() == ["a", "b", "a"]
    lasting = results.forgetting().set_index("contender")
    probes = [one.trace.probes for one in results.traces() if one.contender == "retrained"]
    errors = [one.errors[2].tolist() for one in probes]
    assert errors[0] != errors[1] and np.allclose(
        third.loc[["a", "b"], "error"], np.mean(errors, 0)
    )
    means = np.mean([lost(one.errors, one.ruling) for one in probes], axis=0)
    names = ["error", "forgetting", "backward_transfer"]
    assert np.allclose(lasting.loc["retrained", names].astype(float), means)
    assert lasting.loc["retrained", "forgetting"] > 0.3 > 0.1 > lasting.loc["frozen", "forgetting"]
    assert not len(plain.forgetting())
    again = played(text, "forgets", tmp_path).probed()  # from the store
    assert again.equals(frame)


def test_contenders_are_ranked_over_the_settings_of_a_sweep(swept, plain):
    frame = swept.ranks()
    assert frame.contender.tolist() == ["bayes & co", "frozen"] and frame["rank"].tolist() == [1, 2]
    assert (frame.settings == 2).all() and not len(plain.ranks())
    assert "ranks" not in str(swept.verdict())  # two settings are too few


def test_contenders_are_compared_in_pairs_over_the_settings_of_a_sweep(swept, plain):
    (pair,) = swept.rank_pairs().to_dict("records")
    assert (pair["better"], pair["worse"], pair["metric"]) == ("bayes & co", "frozen", "error")
    assert (pair["settings"], pair["wins"], pair["ties"], pair["losses"]) == (2, 2, 0, 0)
    assert pair["p"] == pytest.approx(0.5)  # two of two: as likely as any other of four outcomes
    assert not len(plain.rank_pairs())


def test_settings_can_show_that_two_are_equal_to_within_a_margin(swept):
    variants = []
    for one in swept.study.variants:
        report = one.scenario.report.model_copy(update={"equivalence": 90.0})
        variants.append(one._replace(scenario=one.scenario.model_copy(update={"report": report})))
    results = Results(swept.study._replace(variants=variants), swept.store)
    (pair,) = results.rank_pairs().to_dict("records")
    shares = [pair[name] for name in ("p_better", "p_equal", "p_worse")]
    assert sum(shares) == pytest.approx(1) and shares[1] == 1
    assert results.compare().equivalent.all()


def test_ranks_are_of_means_over_the_seeds(swept):
    names, losses = losses_of(swept.variants, "error")
    errors = swept.summary().set_index(["noise", "contender"])["error"]
    expected = [[errors[noise, name] for name in names] for noise in (0.0, 0.2)]
    assert losses == pytest.approx(np.array(expected))
