"""Severity against what is known of pairs of concepts in closed form."""

from math import erf, exp, sqrt

import numpy as np
import pandas as pd
import pytest
from examples import played

from driftsim.overview.severities import severity_lines
from driftsim.rows import Schema
from driftsim.streams.severity import MEASURES, severities, severity
from driftsim.streams.severity_of_records import farthest, of_codes, of_values, record_severities
from driftsim.streams.stream import Stream


def stream_of(before, after, **more):
    concepts = {"before": before, "after": after}
    drift = {"kind": "sudden", "at": [1000]}
    return Stream.model_validate({"length": 2000, "concepts": concepts, "drift": drift} | more)


def found(before, after, n=50_000, **more):
    return severity(stream_of(before, after, **more).instantiated(0), 0, 1, 1000, n)


def near(estimate, value):
    return abs(estimate.value - value) < 4 * estimate.se and estimate.se < 0.01


def sea(threshold):
    return {"kind": "sea", "threshold": threshold}


def test_two_thresholds_of_sea_with_noise():
    """36 % of rows lie between thresholds of 8 and 12; of their labels noise turns 5 % back."""
    one = found(sea(8), sea(12), n=200_000, noise=0.05)
    assert near(one["total_variation"], 0.324) and one["total_variation"].se < 0.001
    assert near(one["hellinger"], sqrt(0.36 * (1 - 2 * sqrt(0.95 * 0.05))))  # .4506
    assert one["total_variation_x"] == (0, 0)
    assert near(one["total_variation_y"], 0.324) and near(one["stale_loss"], 0.324)
    assert near(one["total_variation_y_given_x"], 0.324) and near(one["disagreement"], 0.36)


def test_features_that_move_without_their_labels():
    """N(0, 1) becomes N(1, 1) in both classes: all answers are equally good, before and after."""
    means = [{"kind": "gaussians", "means": [[m], [m]]} for m in (0.0, 1.0)]
    one = found(*means)
    assert near(one["total_variation_x"], erf(0.5 / sqrt(2)))
    assert near(one["total_variation"], erf(0.5 / sqrt(2)))
    assert near(one["hellinger"], sqrt(1 - exp(-1 / 8)))
    assert one["disagreement"].value == 0 and one["stale_loss"].value < 1e-9
    assert one["total_variation_y_given_x"].value < 1e-9


def test_what_is_between_concepts_is_the_same_both_ways_but_for_what_is_stale():
    stream = stream_of("rbf", {"kind": "rbf", "centroids": 20}, irrelevant=2)
    world = stream.instantiated(3)
    there, back = severity(world, 0, 1, 1000), severity(world, 1, 0, 1000)
    for name in [name for name in MEASURES if name != "stale_loss"]:
        assert abs(there[name].value - back[name].value) < 1e-9
    least, both = there["total_variation_x"].value, there["total_variation"].value
    assert 0 < least < both < 1
    assert there["hellinger"].value ** 2 <= both <= sqrt(2) * there["hellinger"].value


def test_numbers_as_labels_have_a_stale_loss():
    one = found({"kind": "level", "level": 0.0}, {"kind": "level", "level": 3.0})
    assert one["stale_loss"] == (9, 0) and one["total_variation_x"] == (0, 0)
    assert np.isnan(one["total_variation"].value)


def test_of_recorded_rows_the_shares_of_labels_are_known(tmp_path):
    rows = pd.DataFrame({"a": range(400), "y": ["no"] * 150 + ["no", "yes"] * 125})
    table = {"kind": "table", "path": str(tmp_path / "t.csv"), "target": "y", "marks": [150]}
    rows.to_csv(tmp_path / "t.csv", index=False)
    stream = Stream.model_validate({"concepts": {"t": table}})
    [(change, one, moved)] = record_severities(stream, 0)
    assert change.centre == 150 and one["total_variation_y"].value == 0.5
    assert np.isnan(one["total_variation"].value) and moved[:2] == ("a", (1, 0))
    words = "around row 150: total variation of y 0.50; of the features, 'a' changes most: by 1.00"
    assert [*severity_lines(stream)] == [f"{words} (0.09 by chance)"]


def test_the_feature_that_changes_most_does_so_beyond_chance():
    """Of 200 words many differ in any 300 rows; a number that moves by half of its sd does more."""
    rng, schema = np.random.default_rng(0), Schema(("w", "a", "b"), {0: 200}, 2)
    found = []
    for shift in [0] * 20 + [0.5]:
        X = np.column_stack([rng.integers(0, 200, 600), rng.normal(size=(600, 2))])
        X[:300, 2] += shift
        found.append(farthest(X[:300], X[300:], schema))
    assert found[-1].feature == "b" and 0.06 < found[-1].chance < 0.08
    words = [one for one in found if one.feature == "w"]
    assert words and all(abs(one.distance.value - one.chance) < 0.06 for one in words)


def test_how_far_columns_of_two_sets_of_rows_are_apart():
    """Events that one can count by hand; a missing value is one of them."""
    before, after = np.array([1.0, 2, 3, np.nan]), np.array([2.0, 3, 4, 5, 6])
    assert of_values(before, after).value == pytest.approx(0.35)  # up to 3
    assert of_codes(np.array([0.0, 0, 1]), np.array([1.0, np.nan])).value == pytest.approx(2 / 3)


TEXT = """# How severe?
stream:
  length: 2_900
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}}
  drift: {kind: recurring, every: 1_000, width: 100}
models: {m: {learner: naive_bayes, policy: online}}
evaluation: {warmup: 300, seeds: 2}
"""


def test_results_have_a_row_for_each_change_as_recovery_has(tmp_path):
    results = played(TEXT, "severe", tmp_path)
    table = results.severity()
    assert table[["seed", "change", "before", "after"]].values.tolist() == [
        [seed, *one] for seed in (0, 1) for one in ((950, "a", "b"), (1950, "b", "a"))
    ]
    assert {one for name in MEASURES for one in (name, f"{name}_se")} < {*table}
    joined = results.recovery().merge(table, on=["seed", "change"])
    assert (
        len(joined) == 4 * joined.contender.nunique()
        and (abs(joined.total_variation - 0.36) < 0.01).all()
    )


def test_check_says_how_severe_changes_are():
    lines = [*severity_lines(stream_of(sea(8), sea(12)))]
    words = "before → after: total variation 0.3"
    assert len(lines) == 1 and lines[0].startswith(words) and "(x 0.00, y 0.3" in lines[0]
    reason = "not known, as the probabilities of rows of {} are not; --severity estimates it"
    [line] = severity_lines(stream_of("digits", "digits"))
    assert line == "before → after: " + reason.format("'before' and 'after'")
    moving = {"kind": "moa", "stream": "HyperplaneGenerator -t 0.1"}
    [line] = severity_lines(stream_of(moving, moving | {"stream": "HyperplaneGenerator"}))
    where = "before → after, around row 1,000: "
    assert line == where + reason.format("'before'")
    [line] = severity_lines(stream_of("make_classification", "make_classification"))
    assert "total variation 1.00 (x 1.00, y 0.0" in line and "cannot be compared" in line


def test_concepts_that_are_the_same_and_that_share_nothing():
    same = found(sea(8), sea(8))
    assert all(one.value == 0 for name, one in same.items() if name != "total_variation_y")
    assert near(same["total_variation_y"], 0)
    means = [{"kind": "gaussians", "means": [[m], [m + 2]]} for m in (-1.0, 90.0)]
    apart = found(*means)
    assert apart["total_variation"].value == pytest.approx(1)
    assert apart["hellinger"].value == pytest.approx(1)


def test_the_results_of_recorded_rows_name_the_feature_that_changes_most(tmp_path):
    words = ["red", "red", "red", "blue", "blue"] * 40 + [
        "red",
        "blue",
        "blue",
        "blue",
        "blue",
    ] * 40
    rows = {"a": [0, 1] * 200, "w": words, "y": ["no", "yes", "yes", "no"] * 100}
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    table = f"{{kind: table, path: {tmp_path / 't.csv'}, target: y, marks: [200]}}"
    text = f"stream: {{concepts: {{t: {table}}}}}\n{TEXT[TEXT.index('models') :]}"
    results = played(text.replace("300", "50"), "recorded", tmp_path)
    row = results.severity().to_dict("records")[0]
    assert (row["change"], row["feature"], row["total_variation_y"]) == (200, "w", 0)
    assert row["feature_distance"] == pytest.approx(0.4) and np.isnan(row["labels_changed"])
    estimated = results.severity(estimates=True).to_dict("records")[0]
    assert (estimated["change"], estimated["stale_learner_loss"]) == (200, 0)  # y is known by a
    assert 0.6 < estimated["two_sample_accuracy_x"] < 0.8  # .7 by the word
    assert "stale_learner_loss" not in row


def test_results_know_the_severity_of_operators_on_named_concepts(tmp_path):
    text = """
    stream:
      length: 3_000
      concepts:
        a: {kind: sea, threshold: 8}
        b: {kind: sea, threshold: 10}
        c: {kind: shifted, of: b, columns: [x1], by: 2 sd}
      drift: {kind: sudden, at: [1_000, 2_000]}
    models: {never: {learner: majority, policy: static}}
    evaluation: {warmup: 100, seeds: 2}
    """
    found = played(text, "named", tmp_path).severity()
    assert not found["total_variation"].isna().any()
    assert len(found) == 4


SEA_OF_MOA = "generators.SEAGenerator -p 5"


def of_moa(line, length=4_000):
    concepts = {"moa": {"kind": "moa", "stream": line}}
    return Stream.model_validate({"length": length, "concepts": concepts})


def test_changes_within_a_stream_of_moa_are_between_those_that_it_is_composed_of():
    """STAGGER's functions 1 and 2 differ on 16 of 27 rows, 2 and 3 on 13."""
    inner = "ConceptDriftStream -s (STAGGERGenerator -f 2) -d (STAGGERGenerator -f 3) -p 1000 -w 9"
    nested = of_moa(f"ConceptDriftStream -s STAGGERGenerator -d ({inner}) -p 2001 -w 50")
    (first, one), (second, other) = severities(nested, 0)
    assert (first.centre, second.centre) == (2_000, 2_999)
    for name in ("total_variation", "disagreement", "stale_loss"):
        assert near(one[name], 16 / 27) and near(other[name], 13 / 27)
    noisy = of_moa(f"ConceptDriftStream -s ({SEA_OF_MOA}) -d ({SEA_OF_MOA} -f 4 -i 2) -p 900")
    ((_, found),) = severities(noisy, 0)  # of thresholds of 8 and 9.5
    wanted = (9.5**2 - 8**2) / 200
    assert near(found["disagreement"], wanted) and near(found["total_variation"], 0.9 * wanted)
    again = of_moa(
        "RecurrentConceptDriftStream -s STAGGERGenerator -d (STAGGERGenerator -f 2) -p 901 -w 9 "
        "-x 500 -y 700 -z 2"
    )
    assert [near(one["disagreement"], 16 / 27) for _, one in severities(again, 0)] == [True] * 4


def test_check_says_how_far_changes_within_a_stream_go_and_of_which_it_is_not_known():
    line = f"ConceptDriftStream -s ({SEA_OF_MOA}) -d ({SEA_OF_MOA} -f 2%s) -p 501 -w 100"
    [text] = severity_lines(of_moa(line % "", 1_000))
    assert text.startswith("moa, around row 500: total variation 0.0")
    [text] = severity_lines(of_moa(line % " -b", 1_000))
    assert text == (
        "moa, around row 500: not known, as the probabilities of rows of 'moa, row 500' are not; "
        "--severity estimates it"
    )
    concepts = {"a": {"kind": "moa", "stream": line % ""}, "b": {"kind": "relabelled", "of": "a"}}
    drift = {"kind": "sudden", "at": [300]}
    made = Stream.model_validate({"length": 1_000, "concepts": concepts, "drift": drift})
    assert [*severity_lines(made)][1] == (  # whose change is that of what it is made of
        "b, around row 500: not known, as the distribution of rows of 'b' changes along the stream;"
        " --severity estimates it"
    )


def test_how_far_a_concept_moves_by_itself_is_between_its_first_row_and_its_last():
    """A line through the middle of a square that turns by 45 degrees passes over a quarter."""
    turning = {"kind": "hyperplane", "features": 2, "weights": [1, 0], "speed": 0.01}
    stream = Stream.model_validate({"length": 4_501, "concepts": {"turning": turning}})
    found = severity(stream.instantiated(0), 0, 0, 0, 50_000, until=4_500)
    assert near(found["total_variation"], 0.25) and near(found["disagreement"], 0.25)
    [text] = severity_lines(stream)
    words = "turning moves by itself, from the first row to the last: total variation 0.2"
    assert text.startswith(words)
