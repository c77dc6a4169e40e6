"""Selections: what is kept of generated rows, and that no row of a table comes twice."""

import numpy as np
import pytest
from examples import predictions
from pydantic import ValidationError

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import Labels
from driftsim.learners.learner import Learner
from driftsim.scenario.notation import parsed
from driftsim.streams.stream import Stream

N = 40_000
HALF = "{kind: sudden, at: [10_000]}"


def stream(text):
    return Stream.model_validate(parsed(text)[0])


def two(base, after, drift=HALF, length=""):
    return stream(f"concepts: {{a: {base}, b: {after}}}\ndrift: {drift}\n{length}")


def coefficients(X, y):
    """Those of a logistic regression, and its intercept."""
    X, found = np.c_[X, np.ones(len(X))], np.zeros(X.shape[1] + 1)
    for _ in range(8):  # of Newton's steps
        p = 1 / (1 + np.exp(-X @ found))
        found += np.linalg.solve((X.T * (p * (1 - p))) @ X, X.T @ (y - p))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a table of a logistic rule, and one of coin tosses among four classes."""
    folder, rng = tmp_path_factory.mktemp("selections"), np.random.default_rng(3)
    X = rng.standard_normal((N, 2))
    y = rng.random(N) < 1 / (1 + np.exp(1 - X @ [2, -1]))
    rows = [f"{a:.6f},{b:.6f},{'yes' if c else 'no'}" for (a, b), c in zip(X, y)]
    coins = [f"{a:.6f},{b:.6f},{'abcd'[c]}" for (a, b), c in zip(X, rng.integers(0, 4, N))]
    for name, lines in (("mine", rows), ("coins", coins[:12_000])):
        text = "\n".join(["age,income,class", *lines]) + "\n"
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    towns, tosses = rng.integers(0, 12, (6_000, 2)), rng.integers(0, 4, 6_000)
    ages = rng.standard_normal(6_000)
    words = [f"t{a},t{b},{c:.2f},{'abcd'[d]}" for (a, b), c, d in zip(towns, ages, tosses)]
    lines = "\n".join(["town,road,age,class", *words]) + "\n"
    (folder / "words.csv").write_text(lines, encoding="utf-8")
    return folder


@pytest.fixture
def table(folder):
    return f"{{kind: table, path: {folder / 'mine.csv'}}}"


def rows_of(one):
    """All rows of a stream, and of its table where each has come from."""
    world = one.instantiated(0)
    place = world.concepts[0].place
    block = world.rows(0, one.length)
    assert (np.diff(place) > 0).all() and len(place) == one.length  # none twice, in their order
    return block, place


def test_more_of_a_class_moves_the_intercept_alone(table):
    one = two(table, '{kind: prior, of: a, shares: {"yes": 0.1}}')
    block, place = rows_of(one)
    assert np.array_equal(place[:10_000], np.arange(10_000)) and 27_000 < one.length < 34_000
    before, after = block.part(slice(10_000)), block.part(slice(10_000, None))
    assert abs(after.y.mean() - 0.1) < 0.01
    share = before.y.mean()
    shift = np.log(0.1 / 0.9) - np.log(share / (1 - share))
    first, second = coefficients(before.X, before.y), coefficients(after.X, after.y)
    assert np.allclose(second - first, [0, 0, shift], atol=0.15)


def test_a_tilt_moves_a_column_and_no_coefficient(table):
    block, _ = rows_of(two(table, "{kind: tilted, of: a, column: age, by: 1}"))
    before, after = block.part(slice(10_000)), block.part(slice(10_000, None))
    assert abs(before.X[:, 0].mean()) < 0.04 and abs(after.X[:, 0].mean() - 0.94) < 0.05
    assert abs(after.X[:, 1].mean()) < 0.05
    assert np.allclose(coefficients(after.X, after.y), [2, -1, -1], atol=0.2)
    down, _ = rows_of(two(table, "{kind: tilted, of: a, column: age, by: -1}"))
    assert abs(down.X[10_000:, 0].mean() + 0.94) < 0.05


@pytest.mark.parametrize(
    "after",
    [
        "{kind: prior, of: a, shares: [0.1, 0.2, 0.3, 0.4]}",
        "{kind: tilted, of: a, column: age, by: -0.8}",
        "{kind: without, of: a, classes: [d]}",
        "{kind: prior, of: {kind: tilted, of: a, column: age, by: 0.5}, shares: {a: 0.5}}",
        "{kind: relabelled, of: {kind: without, of: a, classes: [d]}, share: 0.5}",
        "{kind: prior, of: {kind: swapped, of: a, columns: [age, income]}, shares: {b: 0.6}}",
    ],
)
@pytest.mark.parametrize("drift", ["recurring, every: 1_000, width: 600", "sudden, at: [2_000]"])
def test_no_row_comes_twice_so_that_coin_tosses_stay_unknown(folder, after, drift):
    one = two(f"{{kind: table, path: {folder / 'coins.csv'}}}", after, f"{{kind: {drift}}}")
    block, place = rows_of(one)
    learner = Learner.model_validate({"kind": "knn", "n_neighbors": 1, "window_size": 500})
    policy = Policy.model_validate({"kind": "periodic", "every": 250, "memory": 500})
    found = predictions(one, learner, policy, Labels.model_validate("at_once"))
    y, ruling = block.y[600:], block.concept[600:]
    hits, chance = found == y, 0.0
    for concept in (0, 1):  # each with its own shares of the classes
        rows = ruling == concept
        shares = [np.bincount(each[rows], minlength=4) / rows.sum() for each in (found, y)]
        chance += rows.mean() * (shares[0] @ shares[1])
    assert abs(hits.mean() - chance) < 4 * np.sqrt(0.25 / len(y))
    other = one.instantiated(1)
    assert np.array_equal(other.concepts[0].place, place)  # as records are for every seed
    assert np.array_equal(other.block(0).X, block.X[:8192])


SELECTING = [
    "{kind: prior, of: a, shares: [0.1, 0.2, 0.3, 0.4]}",
    "{kind: tilted, of: a, column: age, by: 1}",
    "{kind: without, of: a, classes: [d]}",
    "{kind: resumed, of: a}",
    "{kind: without, of: {kind: split, of: a, to: {d: e}, where: town == t1}, classes: [d]}",
    "{kind: mixture, of: [a, {kind: swapped, of: a, columns: [town, road]}],"
    " drift: {kind: recurring, every: 300}, waits: true}",
]


@pytest.mark.parametrize("after", SELECTING)
def test_coin_tosses_stay_unknown_where_rows_are_words(folder, after):
    """Rows are few: a row that came twice would have itself as its nearest neighbour."""
    before = f"{{kind: table, path: {folder / 'words.csv'}}}"
    if "split" in after:  # all concepts have its classes
        before, after = (
            f"{{kind: split, of: {before}, to: {{d: e}}, where: town == t1}}",
            ("{kind: without, of: a, classes: [d]}"),
        )
    one = two(before, after, "{kind: recurring, every: 500, width: 300}")
    block = one.rows(0, 0, one.length)
    learner = Learner.model_validate({"kind": "knn", "n_neighbors": 1, "window_size": 500})
    policy = Policy.model_validate({"kind": "periodic", "every": 250, "memory": 500})
    found = predictions(one, learner, policy, Labels.model_validate("at_once"))
    y, chance = block.y[600:], 0.0
    for concept in (0, 1):
        rows = block.concept[600:] == concept
        shares = [np.bincount(each[rows], minlength=5) / rows.sum() for each in (found, y)]
        chance += rows.mean() * (shares[0] @ shares[1])
    assert abs((found == y).mean() - chance) < 4 * np.sqrt(0.25 / len(y))


def test_generated_rows_are_drawn_again():
    sea = "{kind: sea, threshold: 8}"
    y = (
        two(sea, "{kind: prior, of: a, shares: [0.9, 0.1]}", length="length: 50_000")
        .rows(0, 10_000, 50_000)
        .y
    )
    assert abs(y.mean() - 0.1) < 0.01
    normal = "{kind: linear, features: 2, weights: [1.0, 0.0]}"
    one = two(normal, "{kind: tilted, of: a, column: x1, by: 1}", length="length: 50_000")
    block = one.rows(0, 10_000, 50_000)
    assert abs(block.X[:, 0].mean() - 0.94) < 0.04 and one.known
    three = "{kind: gaussians, means: [[0.0], [5.0], [9.0]]}"
    hidden = two(
        "{kind: without, of: {kind: mixture, of: [b, b]}, classes: [1]}",
        three,
        length="length: 20_000",
    )
    assert {*hidden.rows(0, 0, 10_000).y} == {0, 2} and {*hidden.rows(0, 10_000, 20_000).y} == {
        0,
        1,
        2,
    }


def test_densities_of_what_is_kept_sum_to_one():
    gaussians = "{kind: gaussians, separation: 2.0}"
    grid = (np.arange(-120, 120) + 0.5) / 20
    X = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    for after, shares in [
        ("{kind: prior, of: a, shares: [0.8, 0.2]}", [0.8, 0.2]),
        ("{kind: tilted, of: a, column: x2, by: 0.7}", [0.5, 0.5]),
        ("{kind: without, of: a, classes: [0]}", [0, 1]),
    ]:
        [_, other] = two(gaussians, after, length="length: 20_000").instantiated(0).concepts
        mass = other.density(X, np.zeros(len(X))).sum(axis=0) / 400
        assert np.allclose(mass, shares, atol=0.01)


@pytest.mark.parametrize(
    ("after", "place", "message"),
    [
        ("{kind: prior, of: a, shares: [0.5, 0.4]}", "b.shares", "no shares of 2 classes that sum"),
        ('{kind: prior, of: a, shares: {"yes": 0.5, "no": 0.6}}', "b.shares", "the shares sum to"),
        ("{kind: prior, of: a, shares: {maybe: 0.5}}", "b.shares", "no class is called 'maybe'"),
        ("{kind: tilted, of: a, column: class, by: 1}", "b.column", "no column is called"),
        ('{kind: without, of: a, classes: ["yes", "no"]}', "b.classes", "no rows are left"),
        ("{kind: prior, of: {kind: relabelled, of: a, share: 0.5}, shares: [0.5, 0.5]}", "b.of",
         "what 'relabelled' draws is not known"),
        ("{kind: mixture, of: [a, {kind: without, of: a, classes: [\"no\"]}]}", "b.of",
         "has several"),
    ],
)  # fmt: skip
def test_what_cannot_be_selected_is_refused_where_it_stands(table, after, place, message):
    with pytest.raises(ValidationError) as caught:
        two(table, after)
    [fault] = caught.value.errors()
    assert ".".join(map(str, fault["loc"])) == f"concepts.{place}" and message in fault["msg"]


def test_next_to_no_rows_that_are_kept_are_refused():
    inside = "{kind: tilted, of: sea, column: x1, by: 10}"
    two("sea", inside, length="length: 20_000")
    for name in ("x2", "x3"):
        inside = f"{{kind: tilted, of: {inside}, column: {name}, by: 10}}"
    with pytest.raises(ValidationError, match="it keeps less than 1% of the rows it draws"):
        two("sea", inside, length="length: 20_000")


def test_a_table_whose_rows_have_places_of_their_own_is_refused(folder, table):
    after = "{kind: prior, of: a, shares: [0.5, 0.5]}"
    for drift, message in [
        ("{kind: random, mean: 9_000}", "changes at other rows with each seed"),
        ("{kind: incremental, at: [10_000]}", "cannot blend"),
        ("{kind: sudden, at: [90_000]}", "lies outside the stream"),
    ]:
        with pytest.raises(ValidationError, match=message):
            two(table, after, drift)
    shuffled = table.replace("}", ", order: shuffled}")
    with pytest.raises(ValidationError, match="shuffled rows come in another order with each seed"):
        two(shuffled, after)
    assert two(shuffled, "{kind: resumed, of: a}").length == N
    permuted = "{kind: tilted, of: {kind: permuted, of: a}, column: age, by: 1}"
    with pytest.raises(ValidationError, match="'permuted' takes columns in another order"):
        two(table, permuted)
    with pytest.raises(ValidationError, match="has only"):
        two(table, after, length="length: 40_000")


@pytest.fixture
def dated(tmp_path):
    """A table of 300 days with gaps, whose labels are known two days later."""
    path = tmp_path / "dated.csv"
    days = np.datetime64("2024-01-01") + np.arange(300)
    rows = [f"{d},{d + 2},{'' if i % 7 == 3 else i},{'abc'[i % 3]}" for i, d in enumerate(days)]
    path.write_text("\n".join(["when,known,x,class", *rows]) + "\n", encoding="utf-8")
    return f"{{kind: table, path: {path}, time: when, label_time: known, missing: {{fill: mean}}}}"


FEWER = "{kind: without, of: a, classes: [c]}"


def test_selected_rows_have_their_own_times(dated):
    one = two(dated, FEWER, "{kind: sudden, at: [100]}")
    assert one.length == 233 and one.timed and one.undated is None
    place = np.r_[0:100, [t for t in range(100, 300) if t % 3 < 2]][:233]
    clock = one.clock(0)
    rows, day = np.arange(233), 86_400_000_000
    moments = clock.when(rows)
    assert np.array_equal((moments - moments[0]) // day, place)
    assert clock.position(clock.moment(150)) == 150
    assert (clock.label_times(rows) - moments == 2 * day).all()
    assert np.array_equal(one.instantiated(0, 50).clock.when(rows), moments)
    with pytest.raises(ValidationError, match="follows from the rows at which the drift changes"):
        two(dated, FEWER, "{kind: sudden, at: [2024-03-01]}")


def test_marks_are_where_their_rows_come(dated):
    marked = dated.replace("}}", "}, marks: [50, 2024-07-01]}")  # days 50 and 182, a `c`
    everywhere = stream(f"concepts: {{a: {{kind: without, of: {marked}, classes: [c]}}}}")
    assert [one.centre for one in everywhere.changes(0)] == [34, 122]  # of 50 and 183
    one = two(marked, "{kind: resumed, of: a}", "{kind: sudden, at: [100]}")
    assert [(c.centre, c.before) for c in one.changes(0)] == [(50, 0), (100, 0), (182, 1)]


def test_rows_are_selected_before_their_gaps_are_filled(dated):
    one = two(dated, FEWER, "{kind: sudden, at: [100]}")
    assert [*one.unlearned(0)] and not [*one.unlearned(80)]
    world = one.instantiated(0, 80)
    block = world.rows(0, one.length)
    known = [t for t in range(80) if t % 7 != 3]  # of the table: all before the end of the warm-up
    gaps = world.concepts[0].place % 7 == 3
    assert np.allclose(block.X[gaps, 0], np.mean(known)) and gaps.sum() > 20
    assert (block.y[100:] < 2).all() and np.array_equal(block.y[~gaps], block.X[~gaps, 0] % 3)
    with pytest.raises(ValidationError, match="learn from the warm-up is not known"):
        two(dated, "{kind: tilted, of: a, column: x, by: 1}", "{kind: sudden, at: [100]}")
    other, drift = "{kind: gaussians, means: [[0.0], [2.0], [4.0]]}", "{kind: sudden, at: [40]}"
    late = two(other, f"{{kind: resumed, of: {dated}}}", drift, "length: 200")
    [(*_, reason)] = late.unlearned(80)
    assert "come after it" in reason
