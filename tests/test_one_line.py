"""Streams and studies in one line: rows as a DataFrame, and a learner over a stream."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from together import together

import driftsim
from driftsim.messages import ScenarioError
from driftsim.one_line import models_of

STREAM = {
    "length": 2_000,
    "concepts": {"a": "sea", "b": {"kind": "sea", "threshold": 12}},
    "drift": {"kind": "sudden", "at": [1_000]},
}


def test_a_frame_holds_the_rows_of_the_stream():
    stream = driftsim.stream(STREAM)
    assert stream == driftsim.load({"stream": STREAM, "models": {
        "a": {"learner": "majority", "policy": "static"}}}).variants[0].scenario.stream  # fmt: skip
    frame, block = stream.frame(900, 1_100, seed=3), stream.rows(3, 900, 1_100)
    assert [*frame] == ["x1", "x2", "x3", "label", "concept", "p(0)", "p(1)"]
    assert frame.index.tolist() == block.t.tolist() and frame.index.name == "row"
    np.testing.assert_array_equal(frame[["x1", "x2", "x3"]], block.X)
    np.testing.assert_array_equal(frame["label"], block.y)
    assert frame["concept"].tolist() == ["a"] * 100 + ["b"] * 100
    pd.testing.assert_frame_equal(frame, stream.instantiated(3).frame().loc[900:1_099])
    assert not frame.equals(stream.frame(900, 1_100, seed=4))
    assert [*stream.frame(5, 5)] == [*frame] and not len(stream.frame(2_000))


def test_a_severity_that_is_asked_for_is_found():
    after = {"kind": "sea", "threshold": {"from": "a", "disagreement": 0.2}}
    stream = driftsim.stream(STREAM | {"concepts": {"a": "sea", "b": after}})
    assert 10 < stream.concepts["b"].threshold < 12


def test_the_posterior_is_certain_but_for_noise():
    frame = driftsim.stream(STREAM).frame(seed=1)
    np.testing.assert_array_equal(frame["p(1)"], frame["label"])  # 0 or 1
    np.testing.assert_array_equal(frame["p(0)"] + frame["p(1)"], 1)
    noisy = driftsim.stream(STREAM | {"noise": 0.1}).frame(seed=1)
    assert np.allclose(noisy["p(1)"], np.where(frame["p(1)"] == 1, 0.9, 0.1))
    numbers = driftsim.stream("friedman", length=50).frame()
    assert [*numbers][-2:] == ["mean(label)", "variance(label)"]
    assert np.allclose(numbers["variance(label)"], 1)


def test_names_of_classes_and_values_stand_in_a_frame(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    home = ["rented", "owned"] * 30
    given = pd.DataFrame({"debt": range(60), "home": home, "paid": ["no", "yes", "yes"] * 20})
    frame = driftsim.stream(given).frame()
    assert [*frame] == ["debt", "home", "label", "concept"]  # nobody knows P(y | x)
    assert frame["home"].tolist() == home and frame["label"].tolist() == ["no", "yes", "yes"] * 20
    given.to_csv("paid.csv", index=False)
    read = driftsim.stream("paid.csv").frame()
    assert read["label"].tolist() == frame["label"].tolist()
    clash = driftsim.stream(given.rename(columns={"debt": "label"}))
    with pytest.raises(ValueError, match="a feature is called 'label', as another column is"):
        clash.frame()
    words = "rows 10 to 61 are not in a stream of 60; give first"
    with pytest.raises(ValueError, match=words) as refused:
        clash.frame(10, 61)
    assert len(refused.value._render_traceback_()) == 1


def test_rows_that_have_times_have_dates_in_a_frame():
    hourly = {"kind": "regular", "every": "1h", "start": "2024-01-31"}
    frame = driftsim.stream(STREAM | {"arrivals": hourly}).frame(23, 25)
    assert [*frame][3:5] == ["date", "label"]
    assert [*map(str, frame["date"])] == ["2024-01-31 23:00:00", "2024-02-01 00:00:00"]
    when = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-02"])
    table = driftsim.Table({"x": [1, 2, 3], "when": when, "y": [0, 1, 0]}, target="y", time="when")
    read = driftsim.stream(table).frame()
    assert [*read] == ["x", "date", "label", "concept"]
    assert [*read["date"]] == [*when]


def test_evaluate_is_the_run_of_the_same_scenario(tmp_path):
    path = tmp_path / "evaluate.yaml"
    path.write_text(
        "stream: {length: 2_000, concepts: {a: sea, b: {kind: sea, threshold: 12}},\n"
        "         drift: {kind: sudden, at: [1_000]}}\n"
        "models: {majority: {learner: majority, policy: online}}\n"
        "evaluation: {warmup: 500, seeds: 2}\nreport: {metrics: [kappa]}\n"
    )
    driftsim.run(path, out=tmp_path / "run", jobs=1)
    about = {"warmup": 500, "seeds": 2, "metrics": ["kappa"], "out": tmp_path / "one", "jobs": 1}
    results = driftsim.evaluate(STREAM, "majority", **about)
    again = driftsim.evaluate(driftsim.stream(STREAM), {"majority": "majority"}, "online", **about)
    assert results.scenario_text == again.scenario_text
    assert results.scenario_text == driftsim.run(path, out=tmp_path / "run").scenario_text
    kept = [contents(tmp_path / where) for where in ("run", "one")]
    assert kept[0] == kept[1] and len(kept[0]) == 4  # with the truth


def contents(folder: Path):
    """The traces in a folder by their names, but for the seconds that they took."""
    return {
        one.name: pd.read_parquet(one).filter(regex="^(?!.*seconds)").to_csv()
        for one in folder.rglob("*.parquet")
    }


def test_learners_get_the_policy_that_is_given_or_learn_online():
    from river.naive_bayes import GaussianNB

    assert models_of("naive_bayes", None, ()) == {
        "naive_bayes": {"learner": "naive_bayes", "policy": "online"}
    }
    several = models_of({"mine": GaussianNB(), "b": {"kind": "knn"}}, None, ())
    assert [one["policy"] for one in several.values()] == ["online"] * 2
    own = {"learner": "majority", "policy": "static"}
    assert models_of({"a": own, "b": "majority"}, "online", ())["a"] == own
    [name] = models_of("river.tree.HoeffdingTreeClassifier", None, ())
    assert name == "HoeffdingTreeClassifier"


@together(
    ("given", "words"),
    [
        (("see", "majority"), "driftsim.evaluate: stream.concepts.see: no concept is called 'see'"),
        (("sea", "majorty"), "driftsim.evaluate: models.majorty.learner: no learner is called"),
        (("sea", "majority", "onlin"), "no policy is called 'onlin'; did you mean 'online'?"),
        (("sea", {}), "driftsim.evaluate: learner: no learner is given; give one or more"),
        (("sea", ["majority"]), "a list has no names for its learners; give a dict of names to"),
        (("not_there.csv", "majority"), "not_there.csv: there is no such file"),
        (({"a": "sea"}, "majority"), "{a: sea} is no stream; give one with 'concepts', or a"),
        (
            ("sea", {"a": "sklearn.tree.DecisionTreeClassifier"}),
            "policy of 'a': DecisionTreeClassifier is trained on many rows at once; say when",
        ),
    ],
)
def test_mistakes_are_named_by_their_place(given, words):
    with pytest.raises(ScenarioError, match=re.escape(words)) as refused:
        driftsim.evaluate(*given)
    shown = refused.value._render_traceback_()  # by notebooks
    assert shown == [f"ScenarioError: {refused.value}"]


def test_mistakes_of_keywords_are_named_by_their_place():
    with pytest.raises(ScenarioError, match="there is no keyword 'warmpu'; did you mean 'warmup'"):
        driftsim.evaluate("sea", "majority", warmpu=3)
    with pytest.raises(ScenarioError, match="no keyword 'polcy'; did you mean 'policy'"):
        driftsim.evaluate("sea", "majority", polcy="online")
    with pytest.raises(ScenarioError, match=r"driftsim\.stream: stream\.noise: 2 is not valid"):
        driftsim.stream(STREAM | {"noise": 2})
    with pytest.raises(ScenarioError, match="length: this stream has its own; leave it out"):
        driftsim.stream(STREAM, length=3)
    sweep = {"stream": STREAM, "models": {"a": {"learner": "majority", "policy": "static"}},
             "sweep": {"stream.noise": [0.1, 0.2]}}  # fmt: skip
    with pytest.raises(ScenarioError, match=r"has 2 streams or settings .*; give one of .variants"):
        driftsim.stream(driftsim.load(sweep))
    assert driftsim.stream(driftsim.load(sweep).variants[1]).noise == 0.2


def test_evaluate_takes_a_learner_with_another_one_in_it():
    learner = {"kind": "cost_sensitive", "learner": "majority", "mistake": {"0": 1, "1": 2}}
    own = {"learner": learner, "policy": "online"}
    assert models_of(learner, "online", ()) == {"cost_sensitive": own}
    assert models_of({"own": learner}, "online", ()) == {"own": own}
    assert models_of({"learner": learner}, "online", ()) == {"cost_sensitive": own}
