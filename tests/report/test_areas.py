"""Areas: exact areas under ROC curves in tables, and in pages as far as there is room."""

import pytest
from examples import played
from sklearn.metrics import roc_auc_score

from driftsim.evaluation.metrics import OF_SCORES
from driftsim.report.held import size_of
from driftsim.report.page import packed
from driftsim.report.page.document import page
from driftsim.report.pictures import trace_hash

STUDY = """# Which ranks better?
stream:
  length: 1_300
  concepts: {a: {kind: sea, threshold: 6}, b: {kind: sea, threshold: 9}}
  drift: {kind: sudden, at: [700]}
models:
  online: {learner: naive_bayes, policy: online}
  frozen: {learner: naive_bayes, policy: static}
evaluation: {warmup: 100, interval: 20, scores: exact}
report: {metrics: [roc_auc, roc_auc_ovr of 1, error], window: 200}
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return played(STUDY, "areas", tmp_path_factory.mktemp("areas"))


def test_tables_have_them_with_intervals(results):
    summary = results.summary().set_index("contender")
    for run in results.traces():
        if run.contender in ("online", "frozen"):
            own, rows = summary.loc[run.contender], run.trace.row_scores
            assert own["roc_auc"] == pytest.approx(roc_auc_score(rows.y, rows.values[:, 0]))
            assert own["roc_auc"] == own["roc_auc_ovr of 1"]
            assert own["roc_auc_low"] < own["roc_auc"] < own["roc_auc_high"]
    assert summary["roc_auc"].drop(["online", "frozen"]).isna().all()
    assert results.compare()["mean"].notna().all()
    curve = results.curves("roc_auc", 200, "sliding")
    assert (curve[curve["contender"] == "online"]["seeds"] == 1).all()


def test_the_page_says_where_it_has_no_room_for_them(results, monkeypatch):
    models = [*results.study.variants[0].scenario.models]
    whole = packed.packed(results, models)
    assert {*whole.metrics} >= OF_SCORES and not whole.spared
    monkeypatch.setattr(packed, "LONGEST", 10)
    plain = packed.packed(results, models)
    assert {*plain.spared} == OF_SCORES | {"roc_auc_ovr of 1"} and "error" in plain.metrics
    assert plain.metrics[0] == "error" and len(plain.text) < len(whole.text) / 2
    text = page(results, results.verdict(), ())
    assert "So that this page stays small, roc_auc, roc_auc_ovr of 1," in text
    assert "has no curve here; Python has it, and the tables if asked for." in text


def test_scores_are_part_of_what_a_picture_follows_from(results):
    (trace, other) = (run.trace for run in results.traces()[:2])
    again = trace._replace(columns=trace.columns | {"scores": trace.row_scores.intervals()})
    assert trace_hash(again) == trace_hash(trace)
    swapped = trace._replace(columns=trace.columns | {"scores": other.columns["scores"]})
    assert trace_hash(swapped) != trace_hash(trace)
    assert size_of([trace]) > trace.row_scores.values.nbytes
