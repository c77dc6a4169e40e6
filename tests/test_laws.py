"""The laws of the design, over every kind present and to come."""

import numpy as np
import pytest
from examples import EXAMPLES, FEW, ONE_EACH, cut, predictions, rows_of, sea_stream

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import Labels, Uniforms, arrivals
from driftsim.evaluation.prequential import Contender, evaluate, truth
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner, Model
from driftsim.parts import dumped, identity
from driftsim.rows import Arrival, Labelled
from driftsim.streams.compatibility import is_numeric
from driftsim.streams.concepts import Concept
from driftsim.streams.drifts import Drift
from driftsim.streams.stream import Stream
from driftsim.streams.world import BLOCK, blended

STATIC, ONLINE = (Policy.model_validate(kind) for kind in ("static", "online"))
AT_ONCE, LATE = (Labels.model_validate(kind) for kind in FEW)
MAJORITY = Learner.model_validate("majority")
FAMILIES = list(EXAMPLES)


def stream_of(concept, drift="none", length=2400):
    """A stream of one concept, or of two of a kind where the drift wants them."""
    drift = Drift.model_validate(drift)
    names = "a" if drift.kind() == "none" else "ab"
    length = concept.instantiated(np.random.default_rng(0)).rows or length
    concepts = dict.fromkeys(names, concept)
    return Stream.model_validate({"length": length, "concepts": concepts, "drift": drift})


# 1. Parts never change.


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.kind())
def test_parts_survive_a_round_trip_and_cannot_be_changed(family, tmp_path):
    from examples import built

    for part in (built(family, spec, lambda: tmp_path) for spec in EXAMPLES[family]):
        assert family.model_validate(part.model_dump(serialize_as_any=True)) == part
        # the key of a run is a hash of this text, in which 0 is not 0.0
        assert identity(family.model_validate(dumped(part))) == identity(part)
        field = next(iter(type(part).model_fields), "anything")
        with pytest.raises(ValueError):
            setattr(part, field, 1)


def test_running_a_contender_leaves_its_parts_alone(learner, policy):
    stream = sea_stream(900)
    before = dumped(learner), dumped(policy)
    predictions(stream, learner, policy, AT_ONCE)
    assert (dumped(learner), dumped(policy)) == before


# 2. A block depends on stream, seed and position only.


def test_a_block_depends_on_stream_seed_and_position_only(concept, drift):
    if drift.blends and not concept.blends:
        pytest.skip("cannot be blended")
    if drift.kind() == "blip" and getattr(concept, "waits", False):
        pytest.skip("its drift would wait for ever")
    if concept.rows or concept.instantiated(np.random.default_rng(0)).rows:
        stream = stream_of(concept)
    else:
        stream = stream_of(concept, drift, length=BLOCK + 2400)
    one, two = stream.instantiated(5), stream.instantiated(5)
    last = (stream.length - 1) // BLOCK
    blocks = [one.block(b) for b in range(last + 1)]
    assert all(np.array_equal(a, b) for a, b in zip(blocks[last], two.block(last)))  # drawn first
    assert not last or not np.array_equal(blocks[0].X[:50], blocks[last].X[:50])
    first, stop = 100, last * BLOCK + 150  # across the blocks, where there are some
    whole = [np.concatenate(column) for column in zip(*blocks)]
    for a, b in zip(whole, two.rows(first, stop)):
        assert np.array_equal(a[first:stop], b)


def test_a_blend_is_at_each_row_the_concept_that_rules_it(concept):
    if not concept.blends:
        pytest.skip("cannot be blended")
    one = concept.instantiated(np.random.default_rng(0))
    numbers = moved(one.description)
    if not numbers:
        pytest.skip("has no numbers that move")
    other = one.moved(numbers)  # with what was drawn for it besides
    t, rules = np.arange(601), np.arange(601) % 2
    between = blended([one, other], np.eye(2)[rules])
    draws = [part.draw(np.random.default_rng(2), t) for part in (one, other, between)]
    (X, y), (X2, y2), (X3, y3) = draws
    assert np.allclose(X3, np.where(rules[:, None], X2, X))
    assert np.allclose(y3, np.where(rules, y2, y))
    densities = [part.density(X3, t) for part in (one, other, between)]
    wanted = np.where(rules[:, None], densities[1], densities[0])
    assert np.allclose(densities[2], wanted, equal_nan=True)
    assert not (np.array_equal(X, X2) and np.array_equal(y, y2))
    names = {"a": concept, "b": Concept.model_validate(concept.model_dump() | numbers)}
    drift = {"kind": "incremental", "at": [300], "width": 400}
    stream = Stream.model_validate({"length": 600, "concepts": names, "drift": drift})
    assert len(stream.block(0, 0).y) == 600


def moved(concept):
    """Other values for as many numbers of a concept as may have them."""
    others = {}
    for name in type(concept).model_fields:
        value = getattr(concept, name)
        for factor in (-1, 0.75, 1.25) if value not in (None, []) and is_numeric(value) else ():
            other = {name: scaled(value, factor)}
            try:
                Concept.model_validate(concept.model_dump() | others | other)
            except ValueError:  # of a number that has to stay within bounds
                continue
            if other[name] != value:
                others |= other
                break
    return others


def scaled(value, factor):
    """Numbers times a factor; a list backwards where it is -1."""
    if isinstance(value, list):
        return value[::-1] if factor == -1 else [scaled(one, factor) for one in value]
    return value * factor


def test_another_seed_draws_other_rows(concept):
    stream = stream_of(concept)
    if "recorded" in str(getattr(concept, "order", "")):
        assert np.array_equal(stream.block(1, 0).X, stream.block(2, 0).X)
    else:
        assert not np.array_equal(stream.block(1, 0).X, stream.block(2, 0).X)


def test_a_longer_stream_begins_with_the_same_rows():
    short, long = sea_stream(2400, noise=0.2), sea_stream(30_000, noise=0.2)
    assert np.array_equal(short.block(0, 0).X, long.block(0, 0).X[:2400])


def test_rows_are_shared_by_no_concepts_and_no_visits():
    stream = sea_stream(6000, drift={"kind": "recurring", "every": 500})
    assert len(np.unique(stream.rows(0, 0, 6000).X[:, 0])) == 6000


def test_noise_leaves_features_alone():
    clean, noisy = (sea_stream(noise=noise).rows(0, 0, 2400) for noise in (0.0, 0.3))
    assert np.array_equal(clean.X, noisy.X)
    assert 0.25 < np.mean(clean.y != noisy.y) < 0.35


def test_the_same_seed_gives_the_same_predictions(learner):
    stream = sea_stream(900)
    for policy in (STATIC, ONLINE)[: 1 + learner.learns_on]:
        one, two = (predictions(stream, learner, policy, LATE) for _ in range(2))
        assert np.array_equal(one, two)


# 3. How the stream is cut never shows.


def test_how_the_stream_is_cut_never_shows(learner, policy, labels, size):
    stream = sea_stream(600)
    whole = predictions(stream, learner, policy, labels, warmup=300)
    assert len(whole) == 300
    assert np.array_equal(whole, predictions(stream, learner, policy, labels, size, warmup=300))


def test_cutting_an_arrival_keeps_its_order(stream, labels):
    _, rows = rows_of(stream, MAJORITY, 600)
    for arrival in arrivals(cut(rows, 500), labels, 0):
        whole = events(arrival)
        for n in (0, 1, 10, len(arrival.t)):
            head, tail = arrival.before_row(n)
            assert events(head) + events(tail) == whole
            assert len(head.t) == n
        for m in range(1, len(arrival.due_t) + 1, 97):
            head, tail = arrival.up_to_label(m)
            assert events(head) + events(tail) == whole
            assert len(head.due_t) == m == head.due_by[-1]


def events(arrival):
    """Predictions and labels of an arrival, in order."""
    came, learned = [], 0
    for i, due in enumerate(arrival.due_by):
        came += [("label", t) for t in arrival.due_t[learned:due]]
        learned = due
        came += [("row", arrival.t[i])] if i < len(arrival.t) else []
    return came


# 4. No prediction uses a label that comes in after it.


def test_no_prediction_uses_a_label_that_comes_in_after_it(learner, policy, labels):
    row, warmup, stream = 400, 150, sea_stream(500)

    def corrupt(t, y):
        return np.where(t >= row, t // 3 % 2, y)

    _, rows = rows_of(stream, learner, warmup)
    came = []
    for y in (rows.y, corrupt(rows.t, rows.y)):
        for arrival in arrivals([rows._replace(y=y)], labels, 0):
            came += [*first_after(arrival, row)]
    first = min(came)
    assert first > row
    clean = predictions(stream, learner, policy, labels, warmup=warmup)
    other = predictions(stream, learner, policy, labels, warmup=warmup, change=corrupt)
    assert np.array_equal(clean[: first - warmup], other[: first - warmup])


def first_after(arrival, row):
    """The rows of an arrival that are predicted after the label of some row has come in."""
    late = np.flatnonzero(arrival.due_t >= row)
    return arrival.t[arrival.due_by[:-1] > late[0]] if len(late) else []


def test_labels_come_in_once_each_and_after_their_row(stream, labels):
    _, rows = rows_of(stream, MAJORITY, 600)
    seen, came = set(), []
    for arrival in arrivals(cut(rows, 77), labels, 0):
        for kind, t in events(arrival):
            if kind == "row":
                seen.add(t)
            else:
                assert t in seen
                came.append(t)
    assert len(set(came)) == len(came)
    due = labels.due(rows.t, rows.y, Uniforms(0))
    assert sorted(came) == rows.t[due < 2400].tolist()


# 5. Nothing predicts pure noise.


@pytest.mark.parametrize("labels", FEW, indirect=True, ids=["at_once", "late"])
def test_nothing_predicts_coin_tosses(learner, policy, labels):
    """Among thousands of trials one may be far from chance; a leak is so on a longer stream too."""
    assert luck(learner, policy, labels, 1500) < 4 or luck(learner, policy, labels, 8000) < 4


def luck(learner, policy, labels, length):
    """How far from half of the coin tosses are predicted right, in standard errors."""
    coin = sea_stream(length, noise=0.5)
    predicted = predictions(coin, learner, policy, labels, warmup=500)
    right = np.mean(predicted == coin.rows(0, 500, length).y)
    return abs(right - 0.5) / (0.5 / np.sqrt(length - 500))


# 6. A compiled loop equals predict-then-learn.


def test_the_fused_loop_equals_predict_then_learn(learner, labels):
    stream = sea_stream(400)
    history, rows = rows_of(stream, learner, 150)
    fused, plain = (learner.start(stream.schema, 0).fit(history) for _ in range(2))
    for arrival in arrivals(cut(rows, 130), labels, 0):
        expected = Model.test_then_train(plain, arrival)
        assert np.array_equal(fused.test_then_train(arrival), expected)
    assert np.array_equal(fused.predict(rows.X), plain.predict(rows.X))


def test_an_untrained_model_predicts_class_0(learner, stream):
    none, X = empty(stream), np.zeros((5, len(stream.schema.names)))
    for model in (learner.start(stream.schema, 2), learner.start(stream.schema, 2).fit(none)):
        assert not model.predict(X).any()
        assert len(model.predict(X[:0])) == 0


def test_fitting_and_copying_leave_a_model_alone(learner, stream):
    history, rows = rows_of(stream, learner, 600)
    model = learner.start(stream.schema, 2).fit(history)
    before, copy = model.predict(rows.X), model.copy()
    fitted = model.fit(rows)
    assert fitted is not model or learner.sees == "posterior"
    if learner.learns_on:
        copy.learn(rows.part(slice(0, 300)))
    assert np.array_equal(model.predict(rows.X), before)
    assert model.size() > 0


def test_probabilities_are_those_of_the_labels(learner, stream):
    if learner.incompatibility(stream.schema, probabilities=True):
        pytest.skip("what it predicts is no probability")
    history, rows = rows_of(stream, learner, 600)
    plain, probable = (
        learner.start(stream.schema, 2, asked).fit(history) for asked in (False, True)
    )
    predicted = probable.predict(rows.X)
    assert predicted.shape == (1800, 2) and np.allclose(predicted.sum(axis=1), 1)
    assert np.array_equal(predicted.argmax(axis=1), plain.predict(rows.X))
    untrained = learner.start(stream.schema, 2, True)
    if learner.sees == "X":
        assert not untrained.predict(rows.X).argmax(axis=1).any()
    assert untrained.predict(rows.X[:0]).shape == (0, 2)
    (arrival,) = arrivals([rows.part(slice(0, 300))], AT_ONCE, 0)
    if learner.learns_on:
        fused, naive = probable.copy(), probable.copy()
        one, two = fused.test_then_train(arrival), Model.test_then_train(naive, arrival)
        assert np.abs(one - two).max() <= 1e-12


def test_predicting_no_rows_is_allowed(learner, stream):
    history, rows = rows_of(stream, learner, 600)
    model = learner.start(stream.schema, 2).fit(history)
    labels_only = Arrival(rows.t[:0], rows.X[:0], *rows.part(slice(20)), np.array([20]))
    if learner.learns_on:
        assert len(model.test_then_train(labels_only)) == 0


def empty(stream):
    d = len(stream.schema.names)
    return Labelled(np.empty(0, np.int64), np.empty((0, d)), np.empty(0, np.int64))


# 7. A drift's weights sum to one, do not depend on where a block starts, agree with its changes.


def test_weights_sum_to_one_wherever_they_start(drift):
    k, drift = (1 if drift.kind() == "none" else 2), drift.among("ab")
    weights = drift.weights(np.arange(2400), k, 0)
    assert weights.shape == (2400, k)
    assert weights.min() >= 0 and np.allclose(weights.sum(axis=1), 1)
    assert np.array_equal(weights[1234:], drift.weights(np.arange(1234, 2400), k, 0))


def test_weights_agree_with_changes(drift):
    k, drift = (1 if drift.kind() == "none" else 2), drift.among("ab")
    weights = drift.weights(np.arange(2400), k, 0)
    for first, stop, concept in drift.outliers(0, 2400, k, 0):
        assert (weights[first:stop, concept] == 1).all()
        weights[first:stop] = weights[first - 1]  # no change: as it was, and will be
    ruling, start = 0, 0
    leak = 0.12 if getattr(drift, "ramp", "") == "moa" else 0  # it never quite ends
    changes = drift.changes(0, 2400, k, 0)
    for change in changes:
        assert change.first <= change.centre <= change.last
        assert change.before == ruling
        assert (weights[start : change.first, ruling] >= 1 - leak).all()
        inside = weights[change.first : change.last, change.after]
        assert (inside > 0).all() and (inside < 1).all() and (np.diff(inside) >= 0).all()
        ruling, start = change.after, change.last
    assert (weights[start:, ruling] >= 1 - leak).all()
    assert drift.changes(1200, 1201, k, 0) == [c for c in changes if c.centre == 1200]


# 8. In every row, no answer has an expected error below the oracle's.


def test_no_answer_beats_the_oracle(drift, policy, learner):
    if drift.kind() == "none":
        pytest.skip("the streams of the other drifts hold it too")
    stream = sea_stream(1500, drift=dumped(drift), noise=0.1)
    contender = Contender(learner=learner, policy=policy)
    rules = Rules(warmup=400, interval=1)
    trace = evaluate(stream, contender, rules).columns
    world = truth(stream, rules).columns
    assert (trace["expected_error"] >= world["bayes_error"]).all()
    wrong = trace["rows"].sum() - trace["correct"].sum()
    luck = (wrong - trace["expected_error"].sum()) / np.sqrt(1100 * 0.25)
    assert abs(luck) < 4  # a label that was seen early looks like luck


def test_the_posterior_is_calibrated(concept):
    if not concept.known or concept.instantiated(np.random.default_rng(0)).schema.regression:
        pytest.skip("nobody knows it, or it is of a number: see test_regression.py")
    stream = stream_of(concept, length=40_000).model_copy(update={"noise": 0.1})
    world = stream.instantiated(1)
    block = world.rows(0, 40_000)
    posterior = world.posterior(block.t, block.X)
    assert np.allclose(posterior.sum(axis=1), 1)
    wrong = block.y != posterior.argmax(axis=1)
    expected = 1 - posterior.max(axis=1)
    assert abs(np.mean(wrong - expected)) < 4 * np.std(wrong - expected) / 200


# 9. A contender's trace does not change when others join or leave: see test_runner.py.
# 10. Probes never show; static, and periodic with `every` past the end, do not depend on labels.


@pytest.mark.parametrize("labels", FEW, indirect=True, ids=["at_once", "late"])
def test_what_is_asked_in_between_changes_no_trace(learner, policy, labels):
    contender = Contender(learner=learner, policy=policy)
    stream = sea_stream(600, {"kind": "recurring", "every": 100})
    rules = Rules(labels=labels, warmup=200, interval=50, predictions=True)
    asked = rules, rules.model_copy(update={"probe": 30})
    plain, probed = (evaluate(stream, contender, one) for one in asked)
    assert plain.probes is None and probed.probes.errors.shape == (4, 2)
    assert probed.probes.rows.tolist() == [299, 399, 499, 599]
    assert probed.probes.ruling.tolist() == [0, 1, 0, 1]
    assert np.array_equal(plain.predictions, probed.predictions)
    early = ["rows_trained"] if getattr(policy, "restart", None) else []  # by up to 64 rows
    for name, column in plain.columns.items():
        if "seconds" not in name and name not in ["model_bytes", *early]:
            assert np.array_equal(column, probed.columns[name]), name


@pytest.mark.parametrize("learner", ONE_EACH, indirect=True, ids=["sklearn", "river"])
def test_who_never_learns_does_not_depend_on_labels(stream, learner, labels):
    never = Policy.model_validate({"kind": "periodic", "every": 10**9, "memory": 1})
    expected = predictions(stream, learner, STATIC, AT_ONCE)
    for policy in (STATIC, never):
        assert np.array_equal(predictions(stream, learner, policy, labels), expected)


def test_concepts_draw_rows_of_their_schema(concept):
    settled = concept.instantiated(np.random.default_rng(0))
    t = np.arange(150)
    X, y = settled.draw(np.random.default_rng(0), t)
    schema = settled.schema
    assert X.shape == (150, len(schema.names)) and X.dtype == np.float64
    density = settled.density(X, t)
    if schema.regression:
        assert y.dtype == np.float64 and density.shape == (150, 3)
    else:
        assert y.dtype == np.int64 and set(np.unique(y)) <= set(range(schema.n_classes))
        assert density.shape == (150, schema.n_classes)
    assert concept.known or np.isnan(density).all()
    for column, size in schema.nominal.items():
        assert set(np.unique(X[:, column])) <= set(range(size))


def test_only_references_know_the_truth():
    assert [kind.kind() for kind in Learner.kinds.values() if kind.sees == "posterior"] == [
        "oracle"
    ]
    assert [kind.kind() for kind in Policy.kinds.values() if kind.knows] == ["at_drift"]
