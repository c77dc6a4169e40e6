"""Selections: which columns of a table are features, and what is refused."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from pydantic import ValidationError

import driftsim.streams  # noqa: F401  (its kinds)
from driftsim.streams.concepts import Concept
from driftsim.streams.table import Table

WIDE = "a: b,#1,w,y\n1,5,u,no\n2,6,v,yes\n3,7,u,no\n"


@pytest.fixture
def written(tmp_path):
    """Writes a CSV file, and gives it as a table."""

    def write(text, **params):
        (tmp_path / "t.csv").write_text(text)
        return Table(path=str(tmp_path / "t.csv"), **params)

    return write


def read(table):
    return table.instantiated(np.random.default_rng(0))


def error(table):
    with pytest.raises(ValueError) as caught:
        read(table)
    return str(caught.value).removeprefix(f"{table.path}: ")


class TestColumns:
    def test_those_named_are_read_in_the_order_of_the_file(self, written):
        found = read(written(WIDE, columns=["#1", "a: b"]))
        assert (found.schema.names, found.X.tolist()) == (("a: b", "#1"), [[1, 5], [2, 6], [3, 7]])
        assert found.schema.classes == ("no", "yes")

    def test_those_dropped_are_not_read_at_all(self, written):
        found = read(written(WIDE.replace("7,", "N/A?,"), drop=["#1", "w"]))
        assert (found.schema.names, found.X.tolist()) == (("a: b",), [[1], [2], [3]])

    def test_any_column_can_be_the_target(self, written):
        found = read(written(WIDE, columns=["a: b"], target="w"))
        assert (found.schema.names, found.y.tolist()) == (("a: b",), [0, 1, 0])

    @pytest.mark.parametrize("key", ["columns", "drop", "nominal", "numeric"])
    def test_unknown(self, written, key):
        assert error(written(WIDE, **{key: ["#1", "a:b"]})) == (
            "there is no column 'a:b'; did you mean 'a: b'?"
        )

    def test_none_left(self, written):
        for given in [{"columns": []}, {"columns": ["y"]}, {"drop": ["a: b", "#1", "w"]}]:
            assert error(written(WIDE, **given)).startswith(
                "no features are left beside the target 'y'; "
            )

    def test_the_target_dropped(self, written):
        assert error(written(WIDE, drop=["y"])).startswith("drop names the target 'y'; choose")

    def test_both(self, written):
        with pytest.raises(ValidationError, match="columns and drop exclude each other; give"):
            written(WIDE, columns=["w"], drop=["#1"])

    def test_of_shipped_data(self):
        wine = {"kind": "sklearn.datasets.load_wine", "columns": ["ash", "hue"]}
        assert read(Concept.model_validate(wine)).schema.names == ("ash", "hue")
        cars = Concept.model_validate(
            {
                "kind": "river.datasets.Phishing",
                "drop": ["is_popular"],
                "nominal": ["age_of_domain"],
            }
        )
        found = read(cars).schema
        assert "is_popular" not in found.names
        assert found.values == {found.names.index("age_of_domain"): ("0", "1")}


class TestColumnsThatAreNotWanted:
    def test_a_column_of_dates_can_stay_or_go(self, tmp_path):
        when = pa.array([1_704_067_200_000_000, 1_704_070_800_000_000], pa.timestamp("us"))
        given = pa.table({"x": [1.5, 2.5], "when": when, "y": ["a", "b"]})
        parquet.write_table(given, tmp_path / "t.parquet")
        path = str(tmp_path / "t.parquet")
        assert read(Table(path=path)).X.tolist() == [[1.5, 1_704_067_200], [2.5, 1_704_070_800]]
        assert read(Table(path=path, drop=["when"])).X.tolist() == [[1.5], [2.5]]

    def test_a_first_column_without_a_name_labels_rows(self, written):
        table = written(",x,n,y\n0,0.1,3,a\n1,0.2,4,b\n2,0.3,5,b\n")
        assert read(table).schema.names == ("x", "n")

    def test_columns_that_sum_to_the_target(self, written):
        text = "hour,casual,registered,cnt\n0,3,13,16\n1,8,32,40\n"
        given = {"task": "regression", "drop": ["casual", "registered"]}
        assert read(written(text, **given)).X.tolist() == [[0], [1]]


@pytest.mark.parametrize("cell", ["N/A", "NULL", "None", "-", "missing", "1.5%"])
class TestOneStrayCell:
    cells = [f"{i * 37 % 1009 / 8}" for i in range(2000)]

    def text(self, cell):
        cells = [*self.cells[:1500], cell, *self.cells[1501:]]
        return "\n".join(["x,y", *(f"{x},{'mp'[i % 2]}" for i, x in enumerate(cells))])

    def test_is_refused_with_its_line(self, written, cell):
        assert f"row 1500 (line {1502:,}) has " in error(written(self.text(cell)))

    def test_is_filled_where_it_is_listed(self, written, cell):
        given = {"missing": {"fill": "mean", "from": "past"}, "missing_values": [cell]}
        found = read(written(self.text(cell), **given))
        expected = [*map(float, self.cells)]
        expected[1500] = np.mean(expected[:1500])
        assert np.allclose(found.X[:, 0], expected) and not found.schema.nominal


class TestIdentifiers:
    rows = "id,x,y\n" + "".join(f"c{i},{i % 3},{i % 2}\n" for i in range(20))

    def test_are_left_out(self, written):
        table = written(self.rows)
        assert read(table).schema.names == ("x",)
        assert list(table.record().left_out) == ["id"]
        assert table.record().left_out["id"].startswith("one word a row, an identifier; name it")

    @pytest.mark.parametrize(
        "given", [{"columns": ["id", "x"]}, {"nominal": ["id"]}, {"target": "id"}]
    )
    def test_are_kept_where_they_are_named(self, written, given):
        assert "id" in read(written(self.rows, **given)).schema.names + ("id",) * (
            "target" in given
        )

    def test_of_few_rows_or_with_a_word_twice_are_none(self, written):
        few = "".join(self.rows.splitlines(keepends=True)[:20])
        assert read(written(few)).schema.names == ("id", "x")
        assert read(written(self.rows + "c3,1,1\n")).schema.names == ("id", "x")

    def test_no_features_beside_them(self, written):
        text = "\n".join(
            line.replace(",", ";", 1).split(";")[0] + "," + line[-1]
            for line in self.rows.splitlines()
        )
        assert error(written(text)).startswith("no features are left: [id] hold")


class TestCasts:
    def test_a_cell_that_is_no_number(self, written):
        text = "x,y\n1,0\nred,1\n3,0\nblue,1\n"
        assert read(written(text)).schema.values == {0: ("1", "3", "blue", "red")}
        assert error(written(text, numeric=["x"])).startswith(
            "row 1 (line 3) has 'red' in column 'x', which should hold numbers; correct it; or list"
        )
        found = read(
            written(text, numeric=["x"], missing_values=["red", "blue"], missing="whole_table")
        )
        assert found.X.tolist() == [[1], [2], [3], [2]]

    def test_declared_words_as_numbers(self, tmp_path):
        path = tmp_path / "t.arff"
        path.write_text("@attribute x {10,2,few}\n@attribute y {0,1}\n@data\n2,0\n10,1\nfew,1\n")
        assert error(Table(path=str(path), numeric=["x"])).startswith(
            "row 2 (line 6) has 'few' in column 'x', which should hold numbers"
        )
        path.write_text("@attribute x {10,2,few}\n@attribute y {0,1}\n@data\n2,0\n10,1\n")
        found = read(Table(path=str(path), numeric=["x"]))
        assert (found.X.tolist(), found.schema.nominal) == ([[2], [10]], {})

    def test_both(self, written):
        with pytest.raises(ValidationError, match="'w' is nominal and numeric; list it once"):
            written(WIDE, nominal=["w"], numeric=["a: b", "w"])
