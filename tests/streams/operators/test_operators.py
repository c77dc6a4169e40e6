"""Operators against their definitions: on generated concepts, on tables, and within each other."""

import re
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.evaluation.rules import Rules
from driftsim.scenario.notation import parsed
from driftsim.store.inputs import inputs
from driftsim.streams.concepts import Concept
from driftsim.streams.concepts.rules import Sea
from driftsim.streams.operators.amounts import Statistics
from driftsim.streams.operators.operator import Operator
from driftsim.streams.severity import severity
from driftsim.streams.stream import Stream
from driftsim.streams.world import BLOCK

N = 40_000


def stream(
    after, before="{kind: sea, threshold: 8}", length=N, drift="{kind: sudden, at: [20_000]}"
):
    text = f"concepts: {{a: {before}, b: {after}}}\ndrift: {drift}\n"
    return Stream.model_validate(parsed(text)[0] | ({"length": length} if length else {}))


def refused(after, before="{kind: sea, threshold: 8}"):
    with pytest.raises(ValidationError) as caught:
        stream(after, before)
    [fault] = caught.value.errors()
    return ".".join(map(str, fault["loc"])), fault["msg"]


def concepts(after, **more):
    """Both concepts of a stream, instantiated."""
    return stream(after, **more).instantiated(0).concepts


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A table of numbers and words whose labels follow a logistic rule."""
    rng = np.random.default_rng(3)
    X, regions = rng.standard_normal((N, 3)), rng.integers(0, 3, N)
    y = rng.random(N) < 1 / (1 + np.exp(1 - X @ [2, -1, 0]))
    lines = ["age,income,debt,region,class"]
    for (a, b, c), region, label in zip(X, regions, y):
        word = ("north", "south", "east")[region]
        lines.append(f"{a:.5f},{b:.5f},{c:.5f},{word},{'yes' if label else 'no'}")
    path = tmp_path_factory.mktemp("operators") / "mine.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"{{kind: table, path: {path}}}"


def coefficients(X, y):
    """Those of a logistic regression on the first three columns, and its intercept."""
    X, found = np.c_[X[:, :3], np.ones(len(X))], np.zeros(4)
    for _ in range(8):  # of Newton's steps
        p = 1 / (1 + np.exp(-X @ found))
        found += np.linalg.solve((X.T * (p * (1 - p))) @ X, X.T @ (y - p))
    return found


def drawn(concept, seed=0, n=100_000):
    """Rows of a concept at the first position."""
    return concept.draw(np.random.default_rng(seed), np.zeros(n, np.int64))


def test_labels_that_change_in_half_of_the_rows_half_of_the_time_are_a_quarter_away():
    one, other = concepts("{kind: relabelled, of: a, where: x3 < 5, share: 0.5}")
    X, y = drawn(one)
    p, q = (concept.density(X, np.zeros(len(X))) for concept in (one, other))
    distance = np.abs(p - q).sum(axis=1) / p.sum(axis=1) / 2
    assert abs(distance.mean() - 0.25) < 4 * 0.25 / np.sqrt(len(X))
    assert sorted({*distance.round(12)}) == [0, 0.5]
    X2, y2 = drawn(other)
    assert np.array_equal(X, X2) and abs(np.mean(y2 != y) - 0.25) < 0.006


def test_what_labels_become():
    three = "{kind: gaussians, means: [[0.0], [50.0], [100.0]]}"
    for to, wanted in [("next", [1, 2, 0]), ("2", [2, 2, 2]), ('{"0": 1}', [1, 1, 2])]:
        one, other = concepts(f"{{kind: relabelled, of: a, to: {to}}}", before=three)
        y, y2 = drawn(one)[1], drawn(other)[1]
        assert np.array_equal(y2, np.array(wanted)[y])
    one, other = concepts("{kind: mislabelled, of: a, share: [0.0, 0.5, 0.2]}", before=three)
    y, y2 = drawn(one)[1], drawn(other)[1]
    counts = np.histogram2d(y, y2, bins=3)[0]
    shares = counts / counts.sum(axis=1, keepdims=True)
    assert np.allclose(shares, [[1, 0, 0], [0.25, 0.5, 0.25], [0.1, 0.1, 0.8]], atol=0.01)


def test_columns_that_change_places_take_their_density_with_them():
    one, other = concepts("{kind: swapped, of: a, columns: [x1, x3]}")
    X, y = drawn(one)
    X2, y2 = drawn(other)
    assert np.array_equal(X2[:, [2, 1, 0]], X) and np.array_equal(y, y2)
    t = np.zeros(len(X))
    assert np.array_equal(other.density(X2, t), one.density(X, t))
    permuted = concepts("{kind: permuted, of: a}")[1]
    assert sorted(permuted.state) == [0, 1, 2] and (permuted.state != np.arange(3)).all()


@pytest.mark.parametrize(
    ("operator", "volume"),
    [
        ("kind: shifted, columns: [x1, x2], by: [0.7, -1 sd]", 1),
        ("kind: scaled, columns: [x1], factor: 2.5", 2.5),
        ("kind: scaled, columns: [x1, x2], factor: 0.5", 0.25),
        ("kind: rotated, columns: [x1, x2], angle: 30", 1),
        ("kind: rotated, columns: [x1, x2], angle: -200, centre: [1.0, 2.0]", 1),
    ],
)
@pytest.mark.parametrize("base", ["{kind: gaussians, angle: 20.0}", "{kind: linear, features: 2}"])
def test_columns_that_are_transformed_take_their_density_with_them(operator, volume, base):
    one, other = concepts(f"{{of: a, {operator}}}", before=base)
    X, y = drawn(one)
    X2, y2 = drawn(other)
    assert np.array_equal(y, y2) and not np.allclose(X, X2)
    t = np.zeros(len(X))
    wanted = one.density(X, t) / [volume, *([1, 1] if "linear" in base else [volume])]
    assert np.allclose(other.density(X2, t), wanted)


def test_one_class_moves_alone():
    classes = "{kind: gaussians, means: [[0.0, 0.0], [3.0, 0.0]]}"
    turned = "{kind: gaussians, means: [[0.0, 0.0], [3.0, 2.0]]}"
    after = "{kind: shifted, of: a, columns: [x2], by: 2, classes: [1]}"
    _, other = concepts(after, before=classes)
    X, y = drawn(other)
    assert np.allclose([X[y == c].mean(axis=0) for c in (0, 1)], [[0, 0], [3, 2]], atol=0.02)
    wanted = Concept.model_validate(parsed(turned)[0]).instantiated(np.random.default_rng(0))
    assert np.allclose(other.density(X, np.zeros(len(X))), wanted.density(X, np.zeros(len(X))))


def test_counts_are_met_again_whatever_is_rounded():
    codes = Stream.model_validate(parsed("concepts: {a: text}\nlength: 500")[0])
    name = codes.schema.names[0]
    inside = f"{{kind: scaled, of: a, columns: [{name}], factor: 0.3}}"
    after = f"{{kind: shifted, of: {inside}, columns: [{name}], by: 0.1}}"
    world = stream(after, before="text").instantiated(0)
    block = world.rows(20_000, 20_500)
    assert np.isfinite(world.posterior(block.t, block.X)).all()


def test_covered_columns_tell_nothing():
    of = "of: a, columns: [x1]"
    for what in ("mean", "7.5", "noise"):
        one, other = concepts(f"{{kind: covered, {of}, with: {what}}}")
        X, y = drawn(one)
        X2, y2 = drawn(other)
        assert np.array_equal(X[:, 1:], X2[:, 1:]) and np.array_equal(y, y2)
        assert not other.known and np.isnan(other.density(X, np.zeros(len(X)))).all()
        if what == "noise":
            assert abs(np.corrcoef(X2[:, 0], y2)[0, 1]) < 0.015
            assert abs(X2[:, 0].mean() - 5) < 0.05
        else:
            assert np.allclose(X2[:, 0], 5 if what == "mean" else 7.5, atol=0.05)
    gaps = stream(f"{{kind: covered, {of}, with: missing}}")
    assert gaps.schema.missing == {0}
    assert np.isnan(gaps.rows(0, 20_000, 20_100).X[:, 0]).all()


def cells(schema, gaps=()):
    """Every row of a concept of words alone, with gaps in the place of some columns."""
    sizes = [1 if j in gaps else schema.nominal[j] for j in range(len(schema.names))]
    rows = np.array([*np.ndindex(*sizes)], float)
    rows[:, [*gaps]] = np.nan
    return rows


@pytest.mark.parametrize(
    ("before", "columns", "what"),
    [
        ("{kind: stagger, function: 2}", ["color"], "mean"),
        ("{kind: stagger, function: 1}", ["color", "size"], "noise"),
        ("{kind: stagger, function: 3}", ["size"], "missing"),
        ("{kind: categorical, features: 4, classes: 3, certainty: 0.8}", ["x1", "x3"], "noise"),
    ],
)
def test_covered_columns_of_words_are_summed_over(before, columns, what):
    """Against the probabilities of all rows, one by one, of which some become the same."""
    written = f"{{kind: covered, of: a, columns: [{', '.join(columns)}], with: {what}}}"
    one, other = concepts(written, before=before)
    schema = one.schema
    places = [schema.names.index(name) for name in columns]
    rows = cells(schema)
    t = np.zeros(len(rows), int)
    density = one.density(rows, t)
    share = {tuple(row): p for row, p in zip(rows, density)}
    wanted: dict = {}
    for row, p in share.items():
        for source, q in share.items() if what == "noise" else [(row, np.ones(1))]:
            lost = [*row]
            for j in places:
                lost[j] = source[j] if what == "noise" else np.nan
                if what == "mean":
                    lost[j] = other.state[1][places.index(j)]
            key = tuple(map(str, lost))
            wanted[key] = wanted.get(key, 0) + p * q.sum()
    found = cells(schema, places if what == "missing" else ())
    truth = other.density(found, np.zeros(len(found), int))
    assert other.known and truth.sum() == pytest.approx(1)
    none = np.zeros(schema.n_classes)
    assert np.allclose(truth, [wanted.get(tuple(map(str, row)), none) for row in found])


def test_the_best_answers_where_words_are_covered_err_as_often_as_they_say():
    one = stream("{kind: covered, of: a, columns: [color], with: missing}", "stagger")
    block = one.rows(0, 20_000, N)
    posterior = one.instantiated(0).posterior(block.t, block.X)
    wrong = block.y != posterior.argmax(axis=1)
    assert abs(wrong.mean() - (1 - posterior.max(axis=1)).mean()) < 0.01
    assert (1 - posterior.max(axis=1)).mean() == pytest.approx(1 / 9, abs=0.01)  # small and red
    found = severity(one.instantiated(0), 0, 1, 20_000, 2_000)
    assert found["total_variation_x"] == found["total_variation"] == (1, 0)  # none has no gap
    both = [stream(f"{{kind: covered, of: a, columns: [{c}]}}", "mixed") for c in ("v", "x")]
    assert [each.known for each in both] == [True, False]  # a number
    assert [bool(each.truth_revisions) for each in both] == [True, False]


@pytest.mark.parametrize("more", ["[shape], with: missing", "[color], with: noise"])
def test_words_may_be_covered_where_some_are_missing_already(more):
    gaps = "{kind: covered, of: a, columns: [shape], with: missing}"
    one = stream(f"{{kind: covered, of: {gaps}, columns: {more}}}", "stagger")
    block = one.rows(0, N // 2, N)
    posterior = one.instantiated(0).posterior(block.t, block.X)
    wrong = block.y != posterior.argmax(axis=1)
    assert abs(wrong.mean() - (1 - posterior.max(axis=1)).mean()) < 0.01
    assert one.truth_revisions == {"b": 2}


def test_blurred_columns_have_noise():
    one, other = concepts("{kind: blurred, of: a, columns: [x2], sd: 2}")
    noise = drawn(other)[0] - drawn(one)[0]
    assert not noise[:, [0, 2]].any() and abs(noise[:, 1].std() - 2) < 0.03


def test_a_mixture_is_of_rows_of_each():
    after = "{kind: mixture, of: [a, {kind: sea, threshold: 12}], shares: [0.25, 0.75]}"
    one, other = concepts(after)
    X, y = drawn(one)
    X, y = drawn(other)
    between = (X[:, 0] + X[:, 1] > 8) & (X[:, 0] + X[:, 1] <= 12)
    assert abs(y[between].mean() - 0.25) < 0.01
    posterior = other.density(X, np.zeros(len(X))) * 1000
    assert np.allclose(posterior[between], [0.75, 0.25])


def test_a_mixture_of_numbers_has_their_moments():
    lines = "{kind: linear, features: 2, weights: [3.0, 0.0]}, {kind: linear, features: 2}"
    one, other = concepts(f"{{kind: mixture, of: [{lines}]}}", before="{kind: linear, features: 2}")
    X, y = drawn(one)
    X, y = drawn(other, 1)
    _, mean, variance = other.density(X, np.zeros(len(X))).T
    gap = (y - mean) ** 2 - variance
    assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(len(X))


def test_drift_on_a_table_is_what_was_asked_for(table):
    one = stream("{kind: swapped, of: a, columns: [age, debt]}", table, None)
    before, after = (coefficients(*one.rows(0, *part)[1:3]) for part in ((0, 20_000), (20_000, N)))
    assert np.allclose(before, [2, -1, 0, -1], atol=0.1)
    assert np.allclose(after, [0, -1, 2, -1], atol=0.1)
    where = "{kind: relabelled, of: a, where: 'age > 0.5 and region in [north]', share: 0.8}"
    changed = stream(where, table, None)
    clean = Stream.model_validate(parsed(f"concepts: {{a: {table}}}")[0])
    block, plain = changed.rows(0, 20_000, N), clean.rows(0, 20_000, N)
    assert np.array_equal(block.X, plain.X)
    region = (plain.X[:, 0] > 0.5) & (plain.X[:, 3] == clean.schema.values[3].index("north"))
    assert not (block.y != plain.y)[~region].any()
    assert abs(np.mean((block.y != plain.y)[region]) - 0.8) < 4 * np.sqrt(0.16 / region.sum())
    assert changed.length == N and changed.recorded and not changed.known


def test_what_several_name_is_read_once_and_named_by_its_content(table):
    inside = f"{{kind: relabelled, of: {table}, where: region == north}}"
    one = stream(f"{{kind: shifted, of: {inside}, columns: [age], by: 1 sd}}", table, None)
    plain, shifted = one.instantiated(0).concepts
    assert shifted.base.base is plain
    named = stream("{kind: swapped, of: a, columns: [age, debt]}", table, None).instantiated(0)
    assert named.concepts[1].base is named.concepts[0]
    written = inputs(one, None, Rules(), 0, 0, one.hashes())
    assert "mine.csv" not in str(written) and len({*one.hashes()}) == 1
    random = stream("{kind: relabelled, of: a}", "{kind: random_tree}").instantiated(0).concepts
    assert random[1].base is random[0]


def test_positions_beyond_the_end_of_a_table_are_its_last_row(table):
    one = stream("{kind: relabelled, of: a, share: 0.5}", table, None)
    assert len(one.block(0, 4).y) == N - 4 * BLOCK


def test_marks_and_times_are_those_of_the_table(tmp_path):
    path = tmp_path / "dated.csv"
    days = [f"2024-01-{d:02},{d % 7},{'ab'[d % 2]}" for d in range(1, 31)]
    path.write_text("\n".join(["when,x,class", *days]) + "\n", encoding="utf-8")
    base = f"{{kind: table, path: {path}, time: when, marks: [2024-01-06]}}"
    one = stream("{kind: relabelled, of: a}", base, None, "{kind: sudden, at: [2024-01-11]}")
    assert one.timed and [change.centre for change in one.changes(0)] == [5, 10]
    assert one.drift.at == [10]
    with pytest.raises(ValidationError, match=r"concepts\.a\.marks\.0\n"):  # of `b`, too, but there
        late = base.replace("01-06", "03-01")
        Stream.model_validate(parsed(f"concepts: {{b: {{kind: relabelled, of: a}}, a: {late}}}")[0])
    within = f"{{kind: relabelled, of: {base}}}"
    for nested in (within, f"{{kind: mixture, of: [{within}, {base}]}}"):
        alone = Stream.model_validate(parsed(f"concepts: {{a: {nested}}}")[0])
        assert [change.centre for change in alone.changes(0)] == [5]


def test_marks_count_while_a_concept_is_in_force_that_names_the_table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("x,class\n" + "1,a\n2,b\n" * 20, encoding="utf-8")
    base, other = (
        f"{{kind: table, path: {path}, marks: {marks}}}" for marks in ([10, 20, 30, 35], [5, 33])
    )
    one = stream("{kind: relabelled, of: a}", base, None, "{kind: sudden, at: [20]}")
    found = [(each.centre, each.before, each.after) for each in one.changes(0)]
    assert found == [(10, 0, 0), (20, 0, 1), (30, 1, 1), (35, 1, 1)]  # the one in row 20 is one
    assert one.truth_revisions == {"marks of b": 1}
    mixed = f"{{kind: mixture, of: [a, {other}], drift: {{kind: sudden, at: [32]}}}}"
    one = stream(mixed, base, None, "{kind: sudden, at: [15]}")
    assert [each.centre for each in one.changes(0)] == [10, 15, 20, 30, 32, 33]


@pytest.mark.parametrize(
    ("before", "after"),
    [("share: 0.0", "share: 0.8"), ("share: 0.2, where: x3 < 5", "share: 0.4, where: x3 < 5")],
)
def test_an_incremental_drift_moves_the_numbers_of_an_operator(before, after):
    kind = "{kind: relabelled, of: {kind: sea, threshold: 8}, "
    drift = "{kind: incremental, at: [20_000], width: 40_000}"
    one = stream(f"{kind}{after}}}", f"{kind}{before}}}", drift=drift)
    world = one.instantiated(0)
    block = world.rows(0, N)
    expected = 1 - world.posterior(block.t, block.X).max(axis=1)
    wrong = block.y != world.posterior(block.t, block.X).argmax(axis=1)
    assert abs(np.mean(wrong - expected)) < 4 * np.std(wrong - expected) / np.sqrt(N)


def test_an_incremental_drift_needs_the_same_concept_below():
    tree = "{kind: relabelled, of: {kind: random_tree, depth: 3}, share: %s}"
    drift = "{kind: incremental, at: [20_000], width: 40_000}"
    with pytest.raises(ValidationError, match="cannot blend relabelled"):
        stream(tree % 0.5, tree % 0.1, drift=drift)
    sea = "{kind: relabelled, of: {kind: sea, threshold: %s}}"
    with pytest.raises(ValidationError, match="move 'of' from sea threshold 9 to sea threshold 8"):
        stream(sea % 8, sea % 9, drift=drift)


def test_an_incremental_drift_on_a_table(table):
    kind = f"{{kind: relabelled, of: {table}, share: %s}}"
    drift = "{kind: incremental, at: [20_000], width: 20_000}"
    y = stream(kind % 0.8, kind % 0.0, None, drift).rows(0, 0, N).y
    plain = Stream.model_validate(parsed(f"concepts: {{a: {table}}}")[0]).rows(0, 0, N).y
    changed = (y != plain).reshape(4, -1).mean(axis=1)
    assert np.allclose(changed, [0, 0.2, 0.6, 0.8], atol=0.02)


@together(
    ("after", "place", "message"),
    [
        ("{kind: relabelled, of: b}", "b.of", "'b' is made of 'b'"),
        ("{kind: relabelled, of: {kind: shifted, of: b, columns: [x1], by: 1}}", "b.of", "'b' is"),
        ("{kind: relabelled, of: c}", "b.of", "no concept of the stream and no kind is called 'c'"),
        ("{kind: relabelled, of: a, to: maybe}", "b.to", "no class is called 'maybe'"),
        ('{kind: relabelled, of: a, to: {"0": 5}}', "b.to.0", "no class is called 5"),
        ("{kind: mislabelled, of: a, share: [0.1]}", "b.share", "1 share for 2 classes"),
        ("{kind: shifted, of: a, columns: [x9], by: 1}", "b.columns.0", "no column is called 'x9'"),
        ("{kind: shifted, of: a, columns: [x1], by: 2 sds}", "b.by", "write a number, or '2 sd'"),
        ("{kind: shifted, of: a, columns: [x1], by: [1, 2]}", "b.by", "2 amounts for 1 columns"),
        ("{kind: swapped, of: a, columns: [x1, x1]}", "b.columns.1", "stands twice"),
        ("{kind: rotated, of: a, columns: [x1, x2], angle: 3, centre: [1.0]}", "b.centre", "1 val"),
        ("{kind: covered, of: a, columns: [x1], with: red}", "b.with", "'red' is no value of"),
        ("{kind: blurred, of: a, columns: [x1], sd: -1}", "b.sd", "at least 0"),
        ("{kind: mixture, of: [a, sine]}", "b.of", "must agree on columns"),
        ("{kind: mixture, of: [a, a], shares: [0.5, 0.6]}", "b", "sum to 1.1"),
        ("{kind: mixture, of: [a, b]}", "b.of", "'b' is made of 'b'"),
        ("{kind: mixture, of: a}", "b.of", "a is not valid; it should be a list"),
        ("{kind: mislabelled, of: a, share: 1.5}", "b.share", "1.5 is no share; give a number"),
        ("{kind: relabelled, of: a, to: [1]}", "b.to", "is no class; write next, a class, or {"),
        ("{kind: shifted, of: a, columns: [x1], by: 1e400 sd}", "b.by", "is no amount; write a"),
        ("{kind: without, of: a, classes: [true]}", "b.classes.0", "true is no class; give its"),
        ("{kind: covered, of: a, columns: [x1], with: null}", "b.with", "null is no value; give"),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(after, place, message):
    found, text = refused(after)
    assert found == f"concepts.{place}" and message in text


def test_labels_that_are_numbers_and_columns_of_words_are_refused():
    assert "its labels are numbers" in refused("{kind: relabelled, of: a}", "{kind: linear}")[1]
    after = "{kind: shifted, of: a, columns: [size], by: 1}"
    assert "has words, not numbers" in refused(after, "stagger")[1]
    after = "{kind: swapped, of: a, columns: [size, color]}"
    assert "hold different values" in refused(after, "stagger")[1]


def test_a_name_comes_before_a_kind_and_is_written_as_a_name():
    text = (
        "concepts: {sea: {kind: sea, threshold: 12}, b: {kind: relabelled, of: sea}}\nlength: 900"
    )
    one = Stream.model_validate(parsed(text)[0] | {"drift": {"kind": "sudden", "at": [300]}})
    assert one.instantiated(0).concepts[1].base.threshold == 12
    assert one.model_dump(serialize_as_any=True)["concepts"]["b"]["of"] == "sea"
    assert Stream.model_validate(one.model_dump(serialize_as_any=True)) == one
    alone = Concept.model_validate({"kind": "relabelled", "of": "sea"})
    assert alone.of.threshold == 8


def test_the_example_in_the_docs_drifts_a_table(table):
    page = (Path(__file__).parents[3] / "docs" / "operators.md").read_text(encoding="utf-8")
    text = re.findall(r"```yaml\n(.*?)```", page, re.S)[0]
    written = parsed(text.replace("{kind: table, path: mine.csv}", table))[0]["stream"]
    one = Stream.model_validate(written)
    assert one.length == N and len(one.changes(0)) == 2


def test_an_operator_learns_from_the_warm_up_what_its_table_does(tmp_path):
    rows = [f"{'' if i % 5 == 0 else i % 7},{'xyz'[i % 3]},{'ab'[i % 2]}" for i in range(600)]
    path = tmp_path / "gaps.csv"
    path.write_text("\n".join(["size,word,class", *rows]) + "\n", encoding="utf-8")
    gaps = f"{{kind: table, path: {path}, missing: {{fill: mean}}, levels: 2}}"
    inside = "{kind: shifted, of: a, columns: [size], by: 1 sd}"
    after = f"{{kind: relabelled, of: {inside}, where: word == x and size > q0.5}}"
    one = stream(after, gaps, None, "{kind: sudden, at: [300]}")
    assert [*one.unlearned(0)] and not [*one.unlearned(100)]
    plain, other = one.instantiated(0, 100).concepts
    X, y = plain.draw(np.random.default_rng(0), np.arange(600))
    X2, y2 = other.draw(np.random.default_rng(0), np.arange(600))
    assert np.allclose(X2[:, 0] - X[:, 0], X[:, 0].std()) and 0 < np.mean(y != y2) < 0.3
    with pytest.raises(ValidationError, match="learn from the warm-up is not known"):
        stream("{kind: tilted, of: a, column: size, by: 1}", gaps, None)


def test_statistics_of_a_table_that_memory_does_not_hold_are_refused(table):
    one = stream("{kind: relabelled, of: a}", table, None).instantiated(0).concepts[0]

    class Large:
        in_memory, rows, schema, ready = False, N, one.schema, True

    with pytest.raises(ValueError, match="its statistics are not computed"):
        Statistics(Large()).sd(0)
    for kind, more in (("tilted", "column: age, by: 1.0"), ("without", "classes: ['no']")):
        operator = Concept.model_validate(parsed(f"{{kind: {kind}, of: sea, {more}}}")[0])
        with pytest.raises(ValidationError, match="its rows cannot be selected"):
            operator.over([Large()], np.random.default_rng(0))


def test_of_may_mean_anything_in_a_concept_of_ones_own():
    class Own(Sea):
        """As sea, of something."""

        of: str = "nothing"

    text = "concepts: {a: {kind: own, of: something else}}\nlength: 900"
    assert Stream.model_validate(parsed(text)[0]).concepts["a"].of == "something else"


def test_an_operator_of_ones_own_is_known_where_it_has_a_density():
    class Mirrored(Operator):
        """All columns with the opposite sign."""

        def resolved(self, bases, rng):
            return self, None

        def drawn(self, one, rng, t):
            X, y = one.base.draw(rng, t)
            return -X, y

    class Exact(Mirrored):
        """The same, with its density."""

        def joint(self, one, X, t):
            return one.base.density(-X, t)

    assert not stream("{kind: mirrored, of: a}").known and stream("{kind: exact, of: a}").known


@together(
    "after",
    [
        "{kind: shifted, of: a, columns: [x1], by: 1 sd}",
        "{kind: tilted, of: a, column: x1, by: 1}",
        "{kind: covered, of: a, columns: [x1]}",
        "{kind: relabelled, of: a, where: x1 > q0.5}",
    ],
)
def test_a_column_without_values_has_no_mean(after):
    gaps = "{kind: covered, of: sea, columns: [x1], with: missing}"
    with pytest.raises(ValidationError, match="column 'x1' has no values, and so no mean"):
        stream(after, gaps)


def test_gaps_change_places_with_their_columns():
    gaps = "{kind: covered, of: sea, columns: [x1], with: missing}"
    one = stream(f"{{kind: swapped, of: {gaps}, columns: [x1, x2]}}", before=gaps)
    assert one.schema.missing == {0, 1}
    assert np.isnan(one.rows(0, 30_000, 30_100).X).all(axis=0).tolist() == [False, True, False]


def test_operators_of_operators_of_operators():
    def nested(n):
        concept = {"kind": "sea"}
        for _ in range(n):
            concept = {"kind": "relabelled", "of": concept}
        return Stream.model_validate({"length": 100, "concepts": {"a": concept}})

    assert np.array_equal(nested(40).block(0, 0).y, nested(0).block(0, 0).y)
    with pytest.raises(ValidationError, match="more than 50 concepts are made of each other"):
        nested(400)


def test_concepts_that_are_made_of_too_many():
    def made(**concepts):
        drift = {"kind": "recurring", "every": 1}
        return Stream.model_validate({"length": 1000, "concepts": concepts, "drift": drift})

    chain = {f"c{i}": {"kind": "relabelled", "of": f"c{i - 1}"} for i in range(1, 60)}
    with pytest.raises(ValidationError, match="more than 50 concepts are made of each other"):
        made(c0="sea", **chain)
    many = {"kind": "mixture", "of": ["b"] * 100}
    with pytest.raises(ValidationError, match="it is made of 10,100 concepts, more than 1,000"):
        made(a="sea", b={"kind": "mixture", "of": ["a"] * 100}, c=many)
