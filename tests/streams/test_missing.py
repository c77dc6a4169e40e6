"""Missing values: what stands in their place, and that it never comes from later rows."""

import numpy as np
import pytest
from pydantic import ValidationError

import driftsim.streams  # noqa: F401  (its kinds)
from driftsim.streams.concepts import Concept
from driftsim.streams.stream import Stream
from driftsim.streams.table import Table
from driftsim.streams.tables.missing import running_mean, running_median, running_most_frequent

TEXT = "a,w,y\n1,p,0\n,q,1\n4,q,1\n1,,0\n9,q,1\n,p,0\n"


@pytest.fixture
def table(tmp_path):
    """Writes a CSV file, and gives what a scenario says of it."""

    def write(text=TEXT, **params):
        (tmp_path / "t.csv").write_text(text)
        return {"kind": "table", "path": str(tmp_path / "t.csv")} | params

    return write


def world(table, warmup):
    return Stream.model_validate({"concepts": {"t": table}}).instantiated(0, warmup)


def rows(table, warmup=0):
    """The features of all rows, and the schema."""
    found = world(table, warmup)
    return found.rows(0, found.stream.length).X.tolist(), found.schema


def error(table, warmup=0):
    with pytest.raises(ValueError) as caught:
        rows(table, warmup)
    return str(caught.value)


def filled(table, warmup=0):
    """The values in the place of the missing ones of TEXT: of a, w, a."""
    X, schema = rows(table, warmup)
    assert not schema.missing
    return [X[1][0], X[3][1], X[5][0]]


class TestFill:
    @pytest.mark.parametrize(
        ("fill", "warmup", "expected"),
        [
            ("mean", 3, [2.5, 1, 2.5]),
            ("median", 5, [2.5, 1, 2.5]),
            ("mean", 5, [3.75, 1, 3.75]),
            ("most_frequent", 5, [1, 1, 1]),
            ("most_frequent", 3, [1, 1, 1]),
            ("mean", 1, [1, 0, 1]),
            ("mean", 100, [3.75, 1, 3.75]),
        ],
    )
    def test_is_learned_from_the_warm_up(self, table, fill, warmup, expected):
        assert filled(table(missing={"fill": fill}), warmup) == expected
        given = table(missing={"fill": fill, "from": "warmup"})
        assert filled(given, warmup) == expected

    @pytest.mark.parametrize(
        ("fill", "expected"),
        [
            ("mean", [1, 1, 3.75]),
            ("median", [1, 1, 2.5]),
            ("most_frequent", [1, 1, 1]),
        ],
    )
    def test_may_run_along_the_stream(self, table, fill, expected):
        for warmup in (0, 4):
            assert filled(table(missing={"fill": fill, "from": "past"}), warmup) == expected

    def test_before_any_value_is_zero_or_the_first_word(self, table):
        text = "a,w,y\n,,0\n3,q,1\n,p,1\n"
        X, schema = rows(table(text, missing={"fill": "mean", "from": "past"}))
        assert (X, schema.values) == ([[0, 0], [3, 1], [3, 0]], {1: ("p", "q")})

    def test_is_of_the_rows_in_their_order_in_the_stream(self, table):
        text = "a,n,y\n,3,0\n5,2,1\n7,1,0\n"
        for of in ("past", "warmup"):
            given = table(text, missing={"fill": "mean", "from": of}, order={"by": "n"})
            assert rows(given, 2)[0] == [[7, 1], [5, 2], [6, 3]]

    def test_a_number(self, table):
        X, schema = rows(table(missing={"fill": -1}))
        assert [X[1][0], X[5][0]] == [-1, -1]
        assert (schema.values[1], X[3][1]) == (("p", "q", "-1"), 2)

    def test_a_word(self, table):
        X, schema = rows(table(missing={"fill": "unknown"}, nominal=["a"]))
        assert schema.values == {0: ("1", "4", "9", "unknown"), 1: ("p", "q", "unknown")}
        assert [X[1][0], X[3][1]] == [3, 2]
        X, schema = rows(table(missing={"fill": "q"}, drop=["a"]))
        assert (schema.values, X[3]) == ({0: ("p", "q")}, [1])
        assert "column 'a' holds numbers, which 'unknown' cannot fill; give a number, mean," in (
            error(table(missing={"fill": "unknown"}))
        )

    def test_nothing_to_learn(self, table):
        text = "a,b,y\n1,,0\n1,,1\n1,3,0\n"
        assert error(table(text, missing={"fill": "mean"}), 2).endswith(
            "column 'b' has no value in the 2 rows of the warm-up to fill later ones with; make "
            "it longer, write from: past, or leave it out: drop: [b]"
        )
        assert "is learned from the warm-up" in error(table(missing={"fill": "mean"}), 0)

    @pytest.mark.parametrize(
        ("fill", "message"),
        [
            ({"fill": "meen"}, "'meen' is no statistic; did you mean 'mean'"),
            ({"fill": "mode"}, "'mode' is no statistic; did you mean 'most_frequent'"),
            ({"fill": 0, "from": "past"}, "0 is the same in all rows; leave out from: past"),
            ({"fill": "mean", "from": "future"}, "'future' is not valid; it should be 'warmup' or"),
            ({"fil": "mean"}, "no key 'fil'"),
            (
                "fill",
                "'fill' is not valid; choose from drop, keep, refuse, whole_table, {fill",
            ),
        ],
    )
    def test_what_is_refused_at_load(self, table, fill, message):
        with pytest.raises(ValidationError, match=message.replace("(", r"\(")):
            Concept.model_validate(table(missing=fill))

    def test_is_written_as_it_is_read(self, table):
        for missing in [{"fill": "mean"}, {"fill": 3, "from": "warmup"}, "keep", "drop"]:
            part = Concept.model_validate(table(missing=missing, order={"by": "a"}))
            assert Concept.model_validate(part.model_dump(serialize_as_any=True)) == part


FILLS = [
    *({"fill": fill, "from": of} for fill in ("mean", "median", "most_frequent")
      for of in ("warmup", "past")),
    {"fill": 7}, "keep",
]  # fmt: skip


class TestNeverFromTheFuture:
    N, WARMUP = 60, 20

    def cells(self):
        rng = np.random.default_rng(3)
        numbers, words = rng.integers(0, 6, self.N), rng.integers(0, 4, self.N)
        gaps = rng.random((2, self.N)) < 0.3
        return [
            ["" if gap else str(x) for x, gap in zip(numbers, gaps[0])],
            ["" if gap else "pqrs"[x] for x, gap in zip(words, gaps[1])],
        ]

    def written(self, table, columns, missing):
        lines = [f"{a},{w},{i % 2}" for i, (a, w) in enumerate(zip(*columns))]
        text = "\n".join(["a,w,y", *lines, "1,p,0", "1,q,0", "1,r,0", "1,s,0"])  # all words occur
        return np.array(rows(table(text, missing=missing), self.WARMUP)[0])

    @pytest.mark.parametrize("missing", FILLS, ids=str)
    def test_a_later_cell_changes_no_earlier_row(self, table, missing):
        columns = self.cells()
        first = self.written(table, columns, missing)
        changed = 0
        for row in (self.WARMUP, 31, 47):
            for j, cell in [(0, "99"), (0, ""), (1, "s"), (1, "")]:
                other = [[*cells] for cells in columns]
                other[j][row:] = [cell] * len(other[j][row:])
                X = self.written(table, other, missing)
                assert np.array_equal(first[:row], X[:row], equal_nan=True)
                changed += not np.array_equal(first, X, equal_nan=True)
        assert changed == 12

    def test_the_whole_table_does_look_ahead(self, table):
        columns = self.cells()
        other = [[*columns[0][:-1], "99"], columns[1]]
        first, second = (self.written(table, one, "whole_table") for one in (columns, other))
        assert not np.array_equal(first[:20], second[:20])


@pytest.mark.parametrize("seed", range(3))
def test_running_statistics_equal_those_of_each_part(seed):
    rng = np.random.default_rng(seed)
    codes = np.where(rng.random(80) < 0.3, np.nan, rng.integers(0, 5, 80))
    for i in range(80):
        present = codes[: i + 1][~np.isnan(codes[: i + 1])].tolist()
        expected, most = 0.0, 0
        for place, value in enumerate(present):
            if (times := present[: place + 1].count(value)) > most:
                expected, most = value, times
        assert running_most_frequent(codes)[i] == expected
        assert np.isclose(running_mean(codes)[i], np.mean(present) if present else 0)
        assert running_median(codes)[i] == (np.median(present) if present else 0)


@pytest.mark.parametrize("missing", FILLS, ids=str)
def test_any_block_alone_has_the_same_rows(table, missing):
    rng = np.random.default_rng(0)
    cells = [f"{'' if rng.random() < 0.2 else i % 11},{i % 2}" for i in range(10_000)]
    found = world(table("\n".join(["a,y", *cells]), missing=missing), 50)
    whole = found.rows(0, 10_000).X
    assert np.array_equal(found.block(1).X, whole[8192:], equal_nan=True)
    assert np.array_equal(found.rows(9_000, 9_100).X, whole[9_000:9_100], equal_nan=True)


class TestKeep:
    def test_missing_values_are_nan(self, table):
        X, schema = rows(table(missing="keep"))
        assert np.isnan(X).tolist()[1] == [True, False] and np.isnan(X).sum() == 3
        assert (schema.missing, schema.names) == ({0, 1}, ("a", "w"))

    def test_an_empty_column_is_nan(self, table):
        X, schema = rows(table("a,b,y\n,1,0\n,2,1\n", missing="keep"))
        assert np.isnan(X)[:, 0].all() and schema.missing == {0}

    def test_of_one_of_two_tables(self, tmp_path):
        (tmp_path / "a.csv").write_text("x,c\n" + "1,no\n2,yes\n" * 50)
        (tmp_path / "b.csv").write_text("x,c\n" + "1,no\n,yes\n" * 50)
        concepts = {n: {"kind": "table", "path": str(tmp_path / f"{n}.csv"), "missing": "keep"}
                    for n in "ab"}  # fmt: skip
        drift = {"kind": "sudden", "at": [5]}
        stream = Stream.model_validate({"length": 10, "concepts": concepts, "drift": drift})
        assert stream.schema.missing == stream.instantiated(0).schema.missing == {0}


class TestEmptyColumn:
    text = "c: d,x,y\n,1,0\n,2,1\n"

    @pytest.mark.parametrize(
        "missing", ["refuse", "drop", "whole_table", {"fill": "mean"}, {"fill": 0}]
    )
    def test_is_refused_by_name(self, table, missing):
        reason = "column 'c: d' is empty; leave it out: drop: ['c: d']"
        with pytest.raises(ValidationError) as caught:
            rows(table(self.text, missing=missing), 1)
        assert reason in str(caught.value)
        assert rows(table(self.text, missing=missing, drop=["c: d"]), 1)[0] == [[1], [2]]


class TestLabels:
    @pytest.mark.parametrize("missing", ["refuse", "keep", {"fill": "mean"}, {"fill": 0}])
    def test_are_never_made_up(self, table, missing):
        text = "a,y\n1,0\n2,\n3,1\n"
        assert "row 1 (line 3) has no label in column 'y'; write it in, or leave such rows out" in (
            error(table(text, missing=missing), 1)
        )
        assert rows(table(text, missing="drop"))[0] == [[1], [3]]

    @pytest.mark.parametrize("missing", ["refuse", "keep", "drop", "whole_table", {"fill": 0}])
    def test_a_target_without_any(self, table, missing):
        assert "the target 'y' has no value in any row; choose another target" in (
            error(table("a,y\n1,\n2,?\n3,NA\n", missing=missing))
        )


class TestLevels:
    text = "w,n,y\n" + "".join(f"{w},{i},{i % 2}\n" for i, w in enumerate("abbccdaaaaaa"))

    def test_the_most_frequent_of_the_warm_up_stay(self, table):
        X, schema = rows(table(self.text, levels=2), 6)
        assert (schema.values, schema.nominal) == ({0: ("b", "c", "other")}, {0: 3})
        assert [x[0] for x in X] == [2, 0, 0, 1, 1, 2, *[2] * 6]

    def test_ties_stay_in_their_order_and_what_is_new_may_keep_its_code(self, table):
        X, schema = rows(table(self.text, levels=3), 2)
        assert schema.values == {0: ("a", "b", "c", "other")}
        assert [x[0] for x in X][:6] == [0, 1, 1, 2, 2, 3]

    def test_without_them_each_value_has_a_code_wherever_it_comes(self, table):
        assert rows(table(self.text), 2)[1].values == {0: ("a", "b", "c", "d")}
        assert rows(table(self.text, levels=4), 2)[1].values == {0: ("a", "b", "c", "d")}

    def test_a_value_that_is_called_so(self, table):
        text = self.text.replace("a,", "other,")
        assert rows(table(text, levels=2), 12)[1].values == {0: ("b", "c", "other")}

    def test_later_rows_change_nothing(self, table):
        one = rows(table(self.text, levels=2), 6)[0][:6]
        other = "w,n,y\n" + "".join(f"{w},{i},{i % 2}\n" for i, w in enumerate("abbccdddddda"))
        assert rows(table(other, levels=2), 6)[0][:6] == one

    def test_the_stream_knows_how_many_there_are(self, table):
        stream = Stream.model_validate({"concepts": {"t": table(self.text, levels=2)}})
        assert (stream.schema.nominal, stream.schema.values) == ({0: 3}, {})

    def test_missing_ones_stay_missing(self, table):
        X, schema = rows(table("w,y\na,0\n,1\nb,0\nc,1\nc,1\n", levels=1, missing="keep"), 5)
        assert [x[0] for x in X][:1] + [x[0] for x in X][2:] == [1, 1, 0, 0]
        assert np.isnan(X[1][0]) and schema.values == {0: ("c", "other")}


class TestOrder:
    text = "x,n,w,y\n0,2,b,0\n1,1,a,1\n2,2,c,0\n3,-5,a,1\n"

    def test_ties_stay_in_the_order_of_the_file(self, table):
        X, schema = rows(table(self.text, order={"by": "n"}))
        assert ([x[0] for x in X], schema.names) == ([3, 1, 0, 2], ("x", "n", "w"))

    def test_the_column_need_not_be_a_feature(self, table):
        for given in [{"drop": ["n"]}, {"columns": ["x", "w"]}]:
            X, schema = rows(table(self.text, order={"by": "n"}, **given))
            assert ([x[0] for x in X], schema.names) == ([3, 1, 0, 2], ("x", "w"))

    def test_what_has_no_order(self, table):
        assert "column 'w' holds words, such as 'a', which have no order in time; order" in (
            error(table(self.text, order={"by": "w"}))
        )
        assert "there is no column 'm'; choose from" in error(table(self.text, order={"by": "m"}))
        given = table("x,n,y\n1,3,0\n,,1\n2,,0\n3,4,1\n", order={"by": "n"}, drop=["n"])
        given |= {"missing": "drop"}
        assert "row 2 (line 4) has no value in column 'n', by which rows are ordered" in error(
            given
        )

    def test_what_is_not_an_order(self, table):
        for order, message in [("by", "be 'recorded' or 'shuffled'"), ({"on": "n"}, "no key 'on'")]:
            with pytest.raises(ValidationError, match=message):
                Table.model_validate({k: v for k, v in table(order=order).items() if k != "kind"})
