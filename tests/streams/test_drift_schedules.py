"""Schedules against what is known of them in closed form."""

from collections import Counter

import numpy as np
import pytest
from examples import played
from pydantic import ValidationError
from together import together

from driftsim import load
from driftsim.evaluation.alarm_scores import detected, starts
from driftsim.messages import ScenarioError
from driftsim.overview.study import change_lines, outlier_lines
from driftsim.report.figure_data.recoveries import recoveries
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings import drawings
from driftsim.rows import Change, Outlier
from driftsim.streams.drifts import Drift
from driftsim.streams.stream import Stream

NAMES = "abc"
DAYS = {"kind": "regular", "every": "1h", "start": "2024-01-01"}
ROTATION = {"a": {"b": 0.5, "c": 0.5}, "b": {"c": 1}, "c": {"a": 0.8, "b": 0.2}}


def drift_of(k=3, **keys):
    return Drift.model_validate(keys).among(NAMES[:k])


def weights(t, k=3, seed=0, **keys):
    return drift_of(k, **keys).weights(np.asarray(t), k, seed)


def stream(length=10_000, k=3, arrivals=None, **drift):
    concepts = {name: {"kind": "sea", "threshold": 7.0 + i} for i, name in enumerate(NAMES[:k])}
    written = {"length": length, "concepts": concepts, "drift": drift}
    return Stream.model_validate(written | ({"arrivals": arrivals} if arrivals else {}))


def refusal(**keys):
    with pytest.raises(ValueError) as error:
        stream(**keys)
    return str(error.value)


def test_a_season_is_a_cosine():
    t = np.arange(2000)
    second = weights(t, 2, kind="seasonal", period=1000, phase=300)[:, 1]
    assert np.allclose(second, (1 - np.cos(2 * np.pi * (t - 300) / 1000)) / 2)
    changes = drift_of(2, kind="seasonal", period=1000).changes(0, 1000, 2, 0)
    assert [*changes] == [Change(1, 250, 500, 0, 1), Change(501, 750, 1000, 1, 0)]
    assert np.allclose(second[[550, 1050]], 0.5)  # where it changes


def test_every_concept_has_the_same_share_of_a_year_of_three_seasons():
    found = weights(np.arange(3 * 1200), kind="seasonal", period=1200)
    assert np.allclose(found.mean(axis=0), 1 / 3)
    assert [weights([t], kind="seasonal", period=1200).argmax() for t in (0, 400, 800)] == [0, 1, 2]
    one = stream(50_000, kind="seasonal", period=1000)
    shares = np.bincount(one.rows(3, 0, 50_000).concept) / 50_000
    assert np.allclose(shares, 1 / 3, atol=4 * np.sqrt(2 / 9 / 50_000))


def test_a_period_that_its_seasons_do_not_divide_leaves_out_no_change():
    drift = drift_of(kind="seasonal", period=1000, phase=200)
    every = drift.changes(0, 10_000, 3, 0)
    assert len(every) == 30 and every[0].before == 2
    cut = [one for start in range(0, 10_000, 1) for one in drift.changes(start, start + 1, 3, 0)]
    assert cut == [*every]
    shares = drift.weights(np.array([one.centre for one in every]), 3, 0)
    assert (shares[np.arange(30), [one.after for one in every]] > 0.5 - 1e-12).all()
    assert all(one.first <= one.centre <= one.last for one in every)


def test_a_season_may_blend_the_concepts():
    one = stream(2000, 2, kind="seasonal", period=2000, between="blend")
    X, y = one.rows(0, 400, 600).X, one.rows(0, 400, 600).y
    threshold = 7 + (1 - np.cos(np.pi * np.arange(400, 600) / 1000)) / 2
    assert np.array_equal(y, X[:, 0] + X[:, 1] > threshold)


@pytest.mark.parametrize(("law", "deviation"), [("exponential", 1.0), ("uniform", 3**-0.5)])
def test_random_changes_come_as_often_as_their_mean_says(law, deviation):
    drift = drift_of(kind="random", mean=200, law=law)
    rows = [one.centre for one in drift.changes(0, 2_000_000, 3, 1)]
    gaps = np.diff([0, *rows])
    assert abs(gaps.mean() - 200) < 4 * 200 * deviation / np.sqrt(len(gaps)) and gaps.min() >= 1
    assert abs(gaps.std() / 200 - deviation) < 0.05
    assert [one.after for one in drift.changes(0, 2_000_000, 3, 1)[:4]] == [1, 2, 0, 1]


def test_random_changes_are_others_with_each_seed_and_the_same_for_each_stretch():
    drift = drift_of(kind="random", mean=300, width=200)  # ramps that overlap
    one, other = (drift.changes(0, 9000, 3, seed) for seed in (0, 1))
    assert [*one] != [*other] and drift.varies
    whole = drift.weights(np.arange(9000), 3, 0)
    assert np.allclose(whole.sum(axis=1), 1) and whole.min() > -1e-12
    pieces = [drift.weights(np.arange(i, i + 900), 3, 0) for i in range(0, 9000, 900)]
    assert np.array_equal(np.concatenate(pieces), whole)
    later = drift.changes(4000, 9000, 3, 0)
    assert [*later] == [change for change in one if change.centre >= 4000]


@pytest.mark.slow
def test_a_markov_chain_comes_to_its_stationary_distribution():
    drift = drift_of(kind="markov", mean=10, law="fixed", transitions=ROTATION)
    rows = 400_000
    shares = drift.weights(np.arange(rows), 3, 0).mean(axis=0)
    # pi P = pi: pi_a = .8 pi_c, pi_b = .5 pi_a + .2 pi_c = .6 pi_c
    assert np.allclose(shares, np.array([0.8, 0.6, 1.0]) / 2.4, atol=0.01)
    pairs = Counter((one.before, one.after) for one in drift.changes(0, rows, 3, 0))
    assert pairs.keys() == {(0, 1), (0, 2), (1, 2), (2, 0), (2, 1)}
    assert abs(pairs[2, 0] / (pairs[2, 0] + pairs[2, 1]) - 0.8) < 0.02


def test_a_markov_chain_without_probabilities_goes_to_any_other_concept():
    drift = drift_of(kind="markov", mean=50)
    assert np.allclose(drift.probabilities(3), (1 - np.eye(3)) / 2)
    lazy = {"a": {"a": 0.9, "b": 0.1}, "b": {"a": 1}}
    drift = drift_of(2, kind="markov", mean=50, law="fixed", transitions=lazy)
    assert all(one.before != one.after for one in drift.changes(0, 10_000, 2, 0))
    ruling = drift.weights(np.arange(10_000), 2, 0)
    assert abs(ruling[:, 0].mean() - 10 / 11) < 0.06


def test_a_schedule_is_as_it_is_written():
    visits = [{"concept": "b", "rows": 700}, {"concept": "a", "until": 800}, {"concept": "c"}]
    drift = drift_of(kind="schedule", visits=visits)
    ruling = drift.weights(np.arange(1000), 3, 0).argmax(axis=1)
    assert ruling.tolist() == [1] * 700 + [0] * 100 + [2] * 200
    twice = [{"concept": "b", "rows": 2}, {"concept": "a", "rows": 1}]
    again = drift_of(2, kind="schedule", visits=twice, repeat=True)
    assert again.weights(np.arange(7), 2, 0).argmax(axis=1).tolist() == [1, 1, 0, 1, 1, 0, 1]
    assert [one.centre for one in again.changes(0, 7, 2, 0)] == [2, 3, 5, 6]


def test_a_blip_is_no_change_and_all_is_as_before_after_it():
    keys = {"at": [300, 700], "width": 50, "of": {"kind": "sudden", "at": [500]}}
    one = stream(1000, kind="blip", to="b", **keys)
    ruling = one.drift.weights(np.arange(1000), 3, 0).argmax(axis=1)
    assert ruling.tolist() == [0] * 300 + [1] * 50 + [0] * 150 + [2] * 200 + [1] * 50 + [2] * 250
    assert [*one.changes(0)] == [Change(500, 500, 500, 0, 2)]
    assert one.outliers(0) == [Outlier(300, 350, 1), Outlier(700, 750, 1)]
    assert stream(1000, 2, kind="blip", at=[300], width=50).outliers(0) == [Outlier(300, 350, 1)]


def test_blips_to_two_concepts():
    inner = {"kind": "blip", "at": [300], "width": 50, "to": "c"}
    one = stream(1000, kind="blip", to="b", at=[700], width=9, of=inner)
    assert one.outliers(0) == [Outlier(300, 350, 2), Outlier(700, 709, 1)]
    ruling = one.drift.weights(np.arange(1000), 3, 0).argmax(axis=1)
    assert ruling.tolist() == [0] * 300 + [2] * 50 + [0] * 350 + [1] * 9 + [0] * 291


def test_dates_and_durations_of_schedules():
    dated = {"length": 24 * 60, "arrivals": DAYS}
    one = stream(**dated, kind="seasonal", period="12d", phase="2024-01-03")
    assert (one.drift.period, one.drift.phase) == (288, 48)
    assert stream(**dated, kind="random", mean="5d", width="1d").drift.mean == 120
    visits = [
        {"concept": "a", "until": "2024-01-11"},
        {"concept": "b", "rows": "2d"},
        {"concept": "c"},
    ]
    assert [one.centre for one in stream(**dated, kind="schedule", visits=visits).changes(0)] == [
        240,
        288,
    ]
    blip = stream(**dated, k=2, kind="blip", at=["2024-02-01"], width="12h")
    assert blip.outliers(0) == [Outlier(744, 756, 1)]
    nested = {"kind": "sudden", "at": ["2024-01-20"]}
    assert stream(**dated, kind="blip", at=[10], width=2, of=nested).changes(0)[0].centre == 456
    daily = [GROUPS[0] | {"drift": {"kind": "recurring", "every": "1d"}}, GROUPS[1]]
    one = stream(**dated, kind="nested", between=nested, groups=daily)
    assert [change.centre for change in one.changes(0)] == [*range(24, 457, 24)]


GROUPS = [
    {"name": "x", "concepts": ["a", "b"], "drift": {"kind": "recurring", "every": 300}},
    {"name": "y", "concepts": ["c"]},
]
THOUSAND = {"kind": "recurring", "every": 1000}
OF_X = [(300, "ab"), (600, "ba"), (900, "ab"), (1000, "bc")]  # until its group leaves


@pytest.mark.parametrize(
    ("waits", "later"),
    [
        (False, [(2000, "ca"), (2100, "ab"), (2400, "ba"), (2700, "ab"), (3000, "bc")]),
        (True, [(2000, "cb"), (2200, "ba"), (2500, "ab"), (2800, "ba"), (3000, "ac")]),
    ],
)
def test_a_drift_within_a_group_goes_on_or_waits_while_another_group_rules(waits, later):
    one = stream(4000, kind="nested", between=THOUSAND, groups=GROUPS, waits=waits)
    changes = [(c.centre, NAMES[c.before] + NAMES[c.after]) for c in one.changes(0)]
    assert changes == OF_X + later
    ruling = one.drift.weights(np.arange(4000), 3, 0).argmax(axis=1)
    assert [*(np.flatnonzero(np.diff(ruling)) + 1)] == [row for row, _ in changes]
    assert [*one.drift.changes(1000, 2200, 3, 0)] == [
        c for c in one.changes(0) if 999 < c.centre < 2200
    ]


def test_a_date_outside_the_stream_is_refused_where_it_stands():
    late = {"kind": "sudden", "at": ["2030-01-01"]}
    groups = [{"concepts": ["a"]}, {"concepts": ["b", "c"], "drift": late}]
    for between, place in ((late, "between.at.0"), (THOUSAND, "groups.1.drift.at.0")):
        with pytest.raises(ValidationError) as caught:
            stream(4000, arrivals=DAYS, kind="nested", between=between, groups=groups)
        assert ".".join(map(str, caught.value.errors()[0]["loc"])) == f"drift.{place}"


def test_nested_drifts_by_chance_are_the_same_in_each_stretch():
    chain = {"kind": "markov", "mean": 800, "transitions": {"x": {"y": 1}, "y": {"x": 1}}}
    inner = {"kind": "random", "mean": 150, "width": 40}
    groups = [GROUPS[0] | {"drift": inner}, GROUPS[1]]
    one = stream(4000, kind="nested", between=chain | {"width": 100}, groups=groups, waits=True)
    whole = one.drift.weights(np.arange(4000), 3, 5)
    assert one.drift.varies and np.allclose(whole.sum(axis=1), 1)
    for start in range(0, 4000, 250):
        rows = np.arange(start, start + 250)
        assert np.array_equal(one.drift.weights(rows, 3, 5), whole[rows])
    assert [*one.changes(5)] != [*one.changes(6)]


@pytest.mark.parametrize("waits", [False, True])
def test_each_change_of_nested_drifts_begins_with_the_concept_before(waits):
    inner = {"kind": "seasonal", "period": 20, "phase": 5}  # with changes where groups change, too
    groups = [{"concepts": ["a"]}, {"concepts": ["b", "c"], "drift": inner}]
    between = {"kind": "recurring", "every": 6, "width": 2}
    changes = stream(600, kind="nested", between=between, groups=groups, waits=waits).changes(0)
    assert {NAMES[one.after] for one in changes} == {*NAMES}
    assert [one.before for one in changes[1:]] == [one.after for one in changes[:-1]]


A, B, C = ({"concept": name, "rows": 1000} for name in NAMES)


@together(
    ("keys", "message"),
    [
        ({"kind": "seasonal", "period": 5}, "a period of 5 is too short for 3 concepts; give 6"),
        ({"kind": "seasonal", "period": 30_000}, "does not come to all of 3 concepts"),
        ({"kind": "random", "mean": 10_000}, "are no less than the stream's 10,000"),
        ({"kind": "random", "mean": 10, "width": 11}, "more than the 10 rows of a mean visit"),
        ({"kind": "random", "mean": 1, "length": 10**9}, "are more than 1,000,000"),
        ({"kind": "markov", "mean": 10, "transitions": {"a": {"d": 1}}}, "no concept 'd'"),
        ({"kind": "markov", "mean": 10, "transitions": ROTATION | {"b": {}}}, "after 'b' sum to 0"),
        ({"kind": "schedule", "visits": [A, B]}, "no visit is to 'c'"),
        ({"kind": "schedule", "visits": [A, B, C]}, "the visits end at row 3,000 of 10,000"),
        ({"kind": "schedule", "visits": [A, {"concept": "b"}, C]}, "visit 2 has no end"),
        (
            {"kind": "schedule", "visits": [A, {"concept": "b", "until": 900}, C]},
            "visit 2 ends at row 900, and begins at 1,000",
        ),
        ({"kind": "schedule", "visits": [A | {"until": 9}]}, "`rows` or `until`"),
        ({"kind": "blip", "at": [5], "width": 2, "to": "d"}, "there is no concept 'd'"),
        ({"kind": "blip", "at": [5], "width": 2}, "only one of 2 concepts is ever in force"),
        ({"kind": "blip", "at": [5, 6], "width": 2, "k": 2}, "and the next one begins before"),
        ({"kind": "blip", "at": [9999], "width": 2, "k": 2}, "the stream ends before that"),
        (
            {"kind": "nested", "between": THOUSAND, "groups": [GROUPS[0]] * 2},
            "'a' is in the groups",
        ),
        (
            {"kind": "nested", "between": THOUSAND, "groups": [{"concepts": ["a"]}, GROUPS[1]]},
            "'b' is in no group",
        ),
        (
            {
                "kind": "nested",
                "between": THOUSAND,
                "groups": [{"concepts": ["a", "b"]}, GROUPS[1]],
            },
            "within group 1, of 10,000 rows: without a drift only one of 2 concepts",
        ),
        (
            {"kind": "nested", "between": {"kind": "recurring", "every": 1}, "groups": GROUPS}
            | {"length": 10**12},
            "a recurring drift within it changes 999,999,999,999 times",
        ),
        ({"kind": "seasonal", "period": "7d"}, "durations and dates need times"),
    ],
)
def test_what_leads_nowhere(keys, message):
    assert message in refusal(**keys)


TEXT = """# Do random changes count with their own seed?
stream:
  length: 4_000
  concepts: {a: {kind: sea, threshold: 6}, b: {kind: sea, threshold: 12}}
  drift: {kind: random, mean: 900, law: uniform}
models:
  on drift: {learner: naive_bayes, policy: {kind: on_drift, memory: 200}}
  at drift: {learner: naive_bayes, policy: {kind: at_drift, memory: 200}}
evaluation: {warmup: 300, seeds: 2}
"""


def test_a_report_of_changes_that_differ_with_the_seed(tmp_path):
    results = played(TEXT, "random", tmp_path)
    one = results.study.variants[0].scenario
    rows = {seed: [c.first for c in one.stream.changes(seed) if c.first >= 325] for seed in (0, 1)}
    assert rows[0] != rows[1]
    found = results.recovery()
    for seed, changes in rows.items():
        assert sorted({*found[found.seed == seed].change}) == changes
    figure = {one.name: one.text for one in drawings(results)}
    assert "The stream changes at other rows with each seed" in figure["curves"]
    assert results.variants[0].phases == [] and "all changes" in str(recoveries(View(results)))
    assert "with the first one" in "\n".join(change_lines(one))


def test_phases_that_differ_with_the_seed_cannot_be_probed(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(TEXT.replace("seeds: 2", "seeds: 2, probe: 100"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="'random' has other phases with each seed"):
        load(path)
    assert load(path, seeds=1).variants[0].scenario.evaluation.probe == 100


def test_alarms_in_a_blip_are_false():
    one = stream(1000, kind="blip", at=[300], width=50, of={"kind": "sudden", "at": [500]})
    changes = starts(one.started_changes(0), 100, 1000)
    found = detected([310, 340, 520], changes, 100, 1000, one.dated)
    assert (found.changes, found.found, found.early, found.delays) == (1, 1, 2, [20])
    assert [*outlier_lines(one)] == ["rows 300 to 349: c, an outlier and no change"]
