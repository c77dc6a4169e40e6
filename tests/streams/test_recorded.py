"""Recorded concepts: what is read, and what is refused, and why."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from pydantic import ValidationError

import driftsim.streams  # noqa: F401  (its kinds)
from driftsim import load
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.streams.concepts import Concept
from driftsim.streams.stream import Stream
from driftsim.streams.table import Table

ARFF = """% made by hand
@RELATION outdoors

@Attribute 'the sky' {sunny, 'partly, cloudy', "rain"}
@attribute temp REAL
@attribute wind{strong,weak}
@attribute note string

@attribute play {yes,no}
@DATA
sunny, 20.5, weak, b, yes
% in between
'partly, cloudy',18,strong,a,no

rain,?,weak,a,no
"""


def rng():
    return np.random.default_rng(0)


@pytest.fixture
def written(tmp_path):
    """Writes a file, and gives what it holds as a table."""

    def write(text, name="t.csv", **params):
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).write_bytes(data)
        return Table(path=str(tmp_path / name), **params)

    return write


@pytest.fixture
def stored(tmp_path):
    """Writes a Parquet file, and gives what it holds as a table."""

    def write(columns, **params):
        table = columns if isinstance(columns, pa.Table) else pa.table(columns)
        parquet.write_table(table, tmp_path / "t.PARQUET")
        return Table(path=str(tmp_path / "t.PARQUET"), **params)

    return write


def error(table):
    """Why a table cannot be read, without the path that it begins with."""
    with pytest.raises(ValueError) as caught:
        table.instantiated(rng())
    path, _, reason = str(caught.value).partition(": ")
    assert path == table.path
    return reason


def why(value, **context):
    """Why a concept is refused at load."""
    with pytest.raises(ValidationError) as caught:
        Concept.model_validate(value, **context)
    return caught.value.errors()[0]["msg"]


class TestCsv:
    def test_numbers_and_words(self, written):
        found = written("a,color,y\n1,red,no\n2.5,blue,yes\n-1e3,red,no\n").instantiated(rng())
        assert found.X.tolist() == [[1, 1], [2.5, 0], [-1000, 1]]
        assert found.y.tolist() == [0, 1, 0]
        assert (found.X.dtype, found.y.dtype) == (np.float64, np.int64)
        assert found.schema.names == ("a", "color")
        assert found.schema.nominal == {1: 2}
        assert found.schema.values == {1: ("blue", "red")}
        assert (found.schema.n_classes, found.schema.classes) == (2, ("no", "yes"))
        assert found.rows == 3

    def test_target_by_name(self, written):
        found = written("y,a,b\n1,5,6\n0,7,8\n", target="y").instantiated(rng())
        assert found.X.tolist() == [[5, 6], [7, 8]]
        assert found.y.tolist() == [1, 0]

    def test_numbers_as_labels_are_in_their_order(self, written):
        found = written("a,y\n0,10\n0,9\n0,-1\n0,9.0\n").instantiated(rng())
        assert found.schema.classes == ("-1", "9", "10")
        assert found.y.tolist() == [2, 1, 0, 1]

    def test_truths_as_labels(self, written):
        found = written("a,y\n0,True\n1,False\n").instantiated(rng())
        assert (found.y.tolist(), found.schema.classes) == ([1, 0], ("False", "True"))

    def test_numbers_as_codes(self, written):
        found = written("a,y\n10,0\n9,1\n2.5,1\n10,0\n", nominal=["a"]).instantiated(rng())
        assert found.X[:, 0].tolist() == [2, 1, 0, 2]
        assert found.schema.values == {0: ("2.5", "9", "10")}

    def test_numbers_as_codes_of_classes(self, written):
        found = written("a,y\n1,0.5\n2,0.25\n", nominal=["y"]).instantiated(rng())
        assert (found.y.tolist(), found.schema.classes) == ([1, 0], ("0.25", "0.5"))

    def test_quotes_blanks_and_ends_of_lines(self, written):
        text = '\ufeff"a, b" , c ,y\r\n"x, ""z""", 1 ,u\r\n\r\n" w\n",2,v'
        found = written(text, name="t.CSV").instantiated(rng())
        assert found.schema.names == ("a, b", "c")
        assert found.schema.values == {0: ("w", 'x, "z"')}
        assert found.X.tolist() == [[1, 1], [0, 2]]

    def test_one_long_row(self, written):
        word = "x" * 3_000_000  # longer than a block of pyarrow
        found = written(f"a,y\n{word},1\nz,0\n").instantiated(rng())
        assert found.schema.values == {0: (word, "z")}

    def test_ragged(self, written):
        assert error(written("a,y\n1,2\n\n3\n")).startswith("row 1 (line 4) has 1 cells in 2 col")
        assert error(written("a,y\n1,2\n3,4\n1,2,3\n")).startswith(
            "row 2 (line 4) has 3 cells in 2 columns"
        )

    def test_open_quote(self, written):
        text = 'a,y\n1,2\n3,"4\n5,6\n7,8\n'
        assert error(written(text)) == "row 1 (line 3) opens a quote that is never closed; close it"

    @pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "a,y\n", "a,y"])
    def test_no_rows(self, written, text):
        assert error(written(text)) == "it has no rows; a table needs a header and rows below it"

    @pytest.mark.parametrize("end", ["  \n", "\r\n \r\n\r\n", "\n   "])
    def test_blank_lines_at_the_end(self, written, end):
        assert written("a,y\n1,0\n2,1\n" + end).instantiated(rng()).X.tolist() == [[1], [2]]

    def test_names(self, written):
        assert error(written("a,b, a\n1,2,3\n")).startswith("2 columns are called 'a'; give ")
        assert error(written("a,,y\n0,1,1\n")).startswith("column 2 of 3 has no name; name it, ")

    def test_one_column(self, written):
        assert error(written("a:y\n1:2\n")).startswith("'a:y' is its only column; write separator:")
        arff = written("@attribute y numeric\n@data\n1\n", name="t.arff")
        assert error(arff) == "'y' is its only column; add features"

    def test_rubbish(self, written):
        assert error(written(b"\x89PNG\r\n\xff\x00")).startswith("byte 0 is no text in UTF-8; save")
        assert error(written(b"a,y\n1,\x00\n")).startswith("character 6 is no text; save")
        assert "its header is not valid" in error(written("a" * 200_000))

    def test_any_bytes_are_read_or_refused_by_value_error(self, written):
        bytes_, refused = np.random.default_rng(1), 0
        for name in ["t.csv", "t.arff", "t.parquet"]:
            for size in range(1, 100):
                content = bytes_.bytes(size) if size % 2 else b'@,{"\n' * size
                try:
                    written(content, name).instantiated(rng())
                except ValueError:
                    refused += 1
        assert refused == 3 * 99


class TestArff:
    def test_all_kinds_of_attributes(self, written):
        found = written(ARFF, "t.ARFF", missing="whole_table").instantiated(rng())
        assert found.schema.names == ("the sky", "temp", "wind", "note")
        assert found.schema.values == {
            0: ("sunny", "partly, cloudy", "rain"),
            2: ("strong", "weak"),
            3: ("a", "b"),
        }
        assert found.schema.nominal == {0: 3, 2: 2, 3: 2}
        assert found.X.tolist() == [[0, 20.5, 1, 1], [1, 18, 0, 0], [2, 19.25, 1, 0]]
        assert (found.y.tolist(), found.schema.classes) == ([1, 0, 0], ("no", "yes"))

    def test_ends_of_lines_do_not_matter(self, written):
        ours = written(ARFF, "t.arff", missing="drop").instantiated(rng())
        theirs = written(ARFF.replace("\n", "\r\n"), "t.arff", missing="drop").instantiated(rng())
        assert ours.schema == theirs.schema
        assert ours.X.tolist() == theirs.X.tolist() == [[0, 20.5, 1, 1], [1, 18, 0, 0]]

    def test_values_that_do_not_occur_count_in_features_not_in_labels(self, written):
        text = "@attribute a {p,q,r}\n@attribute y {10,9,8}\n@data\nr,10\np,9\n"
        found = written(text, "t.arff").instantiated(rng())
        assert (found.X.tolist(), found.schema.nominal) == ([[2], [0]], {0: 3})
        assert (found.y.tolist(), found.schema.classes) == ([1, 0], ("9", "10"))

    def test_declared_words_are_never_missing(self, written):
        text = "@attribute a {NA,EU}\n@attribute y {0,1}\n@data\nNA,0\nEU,1\n"
        assert written(text, "t.arff").instantiated(rng()).X.tolist() == [[0], [1]]

    def test_quotes(self, written):
        text = """@attribute "it's" {'don\\'t', "a b"}\n@attribute y {0,1}\n@data\n"""
        single = written(text + "'don\\'t',0\n'a b' , 1\n", "t.arff").instantiated(rng())
        double = written(text + '"don\'t",0\n "a b",1\n', "t.arff").instantiated(rng())
        assert single.schema.names == double.schema.names == ("it's",)
        assert single.schema.values == double.schema.values == {0: ("don't", "a b")}
        assert single.X.tolist() == double.X.tolist() == [[0], [1]]

    @pytest.mark.parametrize(
        "kind, row, reason",
        [
            (
                "{p,quit}",
                "quiet",
                "row 1 (line 5) has 'quiet' in column 'a', which does not declare it; did ",
            ),
            (
                "numeric",
                "1.5.2",
                "row 1 (line 5) has '1.5.2' in column 'a', which should hold numbers",
            ),
            ("numeric", "p,1", "row 1 (line 5) has 3 cells in 2 columns; "),
            ("numeric", "{1 0}", "row 0 (line 4) is '1,0', among sparse rows; write {place "),
            (
                "date yyyy",
                "x",
                "row 0 (line 4) has '1' in column 'a', which should hold dates as '%Y'",
            ),
            ("date kk", "1", "the attribute 'a' has dates of the format 'kk', of which 'kk' is "),
            (
                "relational",
                "1",
                "the attribute 'a' is relational, rows within a row; leave it out",
            ),
            ("{p,", "1", "the attribute 'a' is of type '{p,'; it should be "),
            ("", "1", "'@attribute a' is not valid in its header; write @attribute name numeric"),
        ],
    )
    def test_faults(self, written, kind, row, reason):
        first = "p" if kind[:1] == "{" else "1"
        text = f"@attribute a {kind}\n@attribute y {{0,1}}\n@data\n{first},0\n{row},1\n"
        assert error(written(text, "t.arff")).startswith(reason)

    def test_header(self, written):
        assert error(written("@relation r\n", "t.arff")).startswith("there is no line @data; ")
        assert error(written("@attrbute a real\n@data\n1\n", "t.arff")).startswith(
            "'@attrbute a real'"
        )
        assert error(written("@data\n1\n", "t.arff")).startswith("it has no rows; ")
        assert error(written("@attribute a real\n@data\n%\n", "t.arff")).startswith(
            "it has no rows; "
        )


class TestParquet:
    def test_types(self, stored):
        columns = {
            "whole": pa.array([1, None, 3], pa.int32()),
            "float": [0.5, float("nan"), 1.5],
            "word": ["b", "a", "b"],
            "category": pa.array(["v", "u", "v"]).dictionary_encode(),
            "truth": [True, False, True],
            "large": pa.array(["1", "?", "2"], pa.large_string()),
            "y": [True, True, False],
        }
        found = stored(columns, missing="whole_table").instantiated(rng())
        assert found.X.T.tolist() == [
            *[[1, 2, 3], [0.5, 1, 1.5], [1, 0, 1], [0, 1, 0], [1, 0, 1], [1, 1.5, 2]]
        ]
        assert found.schema.values == {2: ("a", "b"), 3: ("v", "u"), 4: ("false", "true")}
        assert (found.y.tolist(), found.schema.classes) == ([1, 1, 0], ("false", "true"))

    def test_row_labels_of_pandas_are_no_column(self, tmp_path):
        frame = pd.DataFrame({"a": [1, 2], "y": [0, 1]}, index=[7, 5])
        frame.to_parquet(tmp_path / "t.parquet")
        found = Table(path=str(tmp_path / "t.parquet")).instantiated(rng())
        assert (found.schema.names, found.y.tolist()) == (("a",), [0, 1])

    def test_faults(self, written, stored):
        rubbish = error(written("a,y\n1,2\n", "t.parquet"))
        assert rubbish.startswith("the file cannot be read as Parquet (")
        assert error(written("", "t.parquet")).startswith("the file cannot be read as Parquet (")
        lists = stored({"a b": [[1], [2]], "y": [0, 1]})
        assert error(lists).startswith("column 'a b' is of list<")
        assert error(lists).endswith(
            "; it should hold numbers, words, truths or times; write drop: ['a b']"
        )
        assert lists.model_copy(update={"drop": ["a b"], "target": "y"})
        assert error(stored(pa.table({}))).startswith("it has no rows; ")
        assert error(stored({"a": pa.array([], "int8"), "y": pa.array([], "int8")})).startswith(
            "it has"
        )
        twice = pa.Table.from_arrays([pa.array([1, 2])] * 2, ["a", "a"])
        assert error(stored(twice)).startswith("2 columns are called 'a'")


class TestPath:
    def test_begins_at_the_scenario_file(self, written, tmp_path):
        written("a,y\n1,0\n2,1\n")
        for given in ["t.csv", str(tmp_path / "t.csv")]:
            table = Table.model_validate({"path": given}, context={"folder": str(tmp_path)})
            assert table.path == str(tmp_path / "t.csv")
            assert table.files == [table.path]

    def test_begins_at_the_scenario_file_in_a_stream(self, written, tmp_path):
        written("a,y\n1,0\n2,1\n")
        stream = {"concepts": {"a": {"kind": "table", "path": "t.csv"}}}
        assert Stream.model_validate(stream, context={"folder": str(tmp_path)}).length == 2

    def test_begins_in_the_current_directory_elsewhere(self):
        assert Table(path="x/../t.csv").path == os.path.join(os.getcwd(), "t.csv")

    @pytest.mark.parametrize("path", ["", "t", "t.md", "t.gzip", ".csv"])
    def test_suffix(self, path):
        reason = f"{path!r} is no table; its name should end in .csv, .tsv, "
        assert reason in why({"kind": "table", "path": path})

    def test_faults(self, written, tmp_path):
        written("", "harvest.csv")
        missing = Table(path=str(tmp_path / "harvst.csv"))
        assert error(missing) == "there is no such file; did you mean 'harvest.csv'?"
        nowhere = Table(path=str(tmp_path / "data" / "harvest.csv"))
        assert error(nowhere).startswith(
            "there is no such folder; paths begin at the scenario file"
        )
        assert error(Table(path=str(tmp_path / f"{'x' * 300}.csv"))).startswith(
            "there is no such file"
        )
        assert error(Table(path=str(tmp_path / "\0.csv"))).startswith("there is no such file")

    def test_a_directory_with_the_name_of_a_table(self, tmp_path):
        (tmp_path / "t.csv").mkdir()
        reason = "this is a directory; give the path of a file"
        assert error(Table(path=str(tmp_path / "t.csv"))) == reason

    def test_an_empty_folder(self, tmp_path):
        reason = "there is no such file; there is no other table in its folder"
        assert error(Table(path=str(tmp_path / "t.csv"))) == reason

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_unreadable(self, written):
        table = written("a,y\n1,0\n2,1\n")
        os.chmod(table.path, 0)
        assert error(table).startswith("the file cannot be read (Permission denied)")


class TestMissing:
    @pytest.mark.parametrize("cell", ["", "?", "NA", "NaN", "nan", "null", " ? "])
    @pytest.mark.parametrize("others", [("1", "4"), ("p", "q")])
    def test_refused(self, written, cell, others):
        table = written(f"b,a,y\n0,{others[0]},0\n0,{others[1]},1\n0,{cell},1\n")
        assert error(table) == (
            "row 2 (line 4) has no value in column 'a'; fill it in, or write missing: "
            "drop, missing: keep or missing: {fill: mean}"
        )

    def test_mean_and_most_frequent_value(self, written):
        text = "a,b,y\n1,p,0\n,q,1\n3,?,1\n8,q,0\n"
        found = written(text, missing="whole_table").instantiated(rng())
        assert found.X.tolist() == [[1, 0], [4, 1], [3, 1], [8, 1]]

    def test_mean_of_codes_is_a_code(self, written):
        text = "a,y\n5,0\nNA,1\n9,1\n9,0\n"
        found = written(text, missing="whole_table", nominal=["a"]).instantiated(rng())
        assert found.X[:, 0].tolist() == [0, 1, 1, 1]
        assert found.schema.values == {0: ("5", "9")}

    def test_mean_of_nothing(self, written):
        reason = "column 'a' is empty; leave it out: drop: [a]"
        assert error(written("a,b,y\n,1,0\n,2,1\n", missing="whole_table")) == reason

    def test_drop(self, written):
        text = "a,b,y\n1,p,0\n,q,1\n3,q,\n8,q,1\n"
        found = written(text, missing="drop").instantiated(rng())
        assert (found.X.tolist(), found.y.tolist()) == ([[1, 0], [8, 1]], [0, 1])

    def test_drop_of_all(self, written):
        reason = "no row has a value in every column; write missing: {fill: mean}"
        assert error(written("a,b,y\n,1,0\n1,,1\n", missing="drop")) == reason

    @pytest.mark.parametrize("missing", ["refuse", "whole_table"])
    @pytest.mark.parametrize("names", [("0", "1"), ("p", "q")])
    def test_label(self, written, missing, names):
        table = written(f"y,a\n{names[0]},1\n,2\n{names[1]},3\n", target="y", missing=missing)
        assert error(table).startswith("row 1 (line 3) has no label in column 'y'; write it in, or")
        assert "unlabelled: drop" in error(table)

    def test_rows_without_a_label_are_left_out_alone(self, written):
        text = "a,y\n1,0\n,\n,1\n8,\n9,1\n"
        found = written(text, missing="keep", unlabelled="drop").instantiated(rng())
        assert np.array_equal(found.X.ravel(), [1, np.nan, 9], equal_nan=True)
        assert found.y.tolist() == [0, 1, 1] and found.schema.missing == {0}
        refused = error(written(text, unlabelled="drop"))
        assert refused.startswith("row 2 (line 4) has no value in column 'a'"), refused


class TestTarget:
    def test_unknown(self, written):
        reason = "there is no column 'lable'; did you mean 'label'?"
        assert error(written("a,label\n1,0\n2,1\n", target="lable")) == reason

    def test_unknown_nominal(self, written):
        reason = "there is no column 'b'; choose from a, y"
        assert error(written("a,y\n1,0\n2,1\n", nominal=["b"])) == reason

    def test_one_class(self, written):
        reason = "the target 'y' has 1 distinct value(s), 'no' …; choose one of 2 to 1,000 classes"
        assert error(written("a,y\n1,no\n2,no\n")) == reason

    @pytest.mark.parametrize("prefix", ["", "w"])
    def test_most_classes(self, written, prefix):
        def rows(n):
            return "a,y\n" + "".join(f"1,{prefix}{i}\n" for i in range(n))

        assert written(rows(1000)).instantiated(rng()).schema.n_classes == 1000
        assert error(written(rows(1001))).startswith("the target 'y' has 1,001 distinct value(s)")

    def test_regression(self, written):
        assert error(written("a,y\n1,1\n2,2.5\n")).startswith(
            "the target 'y' holds 2.5: numbers are regression; write task: regression"
        )

    @pytest.mark.parametrize("cell", ["inf", "-Infinity", "1e400"])
    def test_infinite(self, written, cell):
        assert error(written(f"a,y\n1,0\n{cell},1\n")).startswith(
            "row 1 (line 3) of column 'a' is infinite"
        )
        assert error(written(f"a,y\n1,0\n1,{cell}\n")).startswith(
            "row 1 (line 3) of column 'y' is infinite"
        )


class TestOrder:
    rows = "a,y\n" + "".join(f"{i},{i % 2}\n" for i in range(50))

    def test_shuffled(self, written):
        table = written(self.rows, order="shuffled")
        found, again = table.instantiated(rng()), table.instantiated(rng())
        other = table.instantiated(np.random.default_rng(1))
        assert found.X.tolist() == again.X.tolist() != other.X.tolist()
        assert sorted(found.X[:, 0]) == list(range(50)) != found.X[:, 0].tolist()
        assert (found.X[:, 0] % 2 == found.y).all()

    def test_draw_clips_at_the_end(self, written):
        found = written(self.rows).instantiated(rng())
        X, y = found.draw(rng(), np.array([0, 49, 50, 8191]))
        assert (X[:, 0].tolist(), y.tolist()) == ([0, 49, 49, 49], [0, 1, 1, 1])

    def test_what_it_is_to_a_stream(self, written):
        table = written(self.rows, marks=[3, 20])
        found = table.instantiated(rng())
        assert (found.known, found.rows, found.description) == (False, 50, table)
        assert np.isnan(found.density(found.X, np.arange(50))).all()
        assert found.density(found.X, np.arange(50)).shape == (50, 2)
        assert table.schema == found.schema
        assert table.draw(rng(), np.arange(50))[0].tolist() == found.X.tolist()

    def test_marks(self, written):
        assert (
            error(written(self.rows, marks=[3, 50]))
            == "there is no row 50 to mark; rows are 0 … 49"
        )
        table = {"kind": "table", "path": "t.csv"}
        assert "should ascend, and name no row twice" in why(table | {"marks": [5, 5]})
        assert "should ascend, and name no row twice" in why(table | {"marks": [5, 4]})
        assert "no moment to mark" in why(table | {"marks": [5], "order": "shuffled"})

    def test_stream(self, written):
        table = {"kind": "table", "path": written(self.rows).path, "marks": [7]}
        stream = Stream.model_validate({"concepts": {"a": table}})
        block = stream.block(0, 0)
        assert (stream.length, stream.known) == (50, False)
        assert block.X[:, 0].tolist() == list(range(50))
        assert [change.centre for change in stream.changes(0)] == [7]

    def test_a_faulty_table_is_refused_at_load(self, written):
        table = {"kind": "table", "path": written("a,y\n1,0\n2\n").path}
        with pytest.raises(ValidationError, match=r"t\.csv: row 1 \(line 3\) has 1 cells"):
            Stream.model_validate({"concepts": {"a": table}})


class TestLibraries:
    @pytest.mark.parametrize(
        "path, shape, classes",
        [
            ("river.datasets.Phishing", (1250, 9), ("false", "true")),
            ("river.datasets.Bananas", (5300, 2), ("false", "true")),
            ("sklearn.datasets.load_iris", (150, 4), ("setosa", "versicolor", "virginica")),
            ("sklearn.datasets.load_digits", (1797, 64), tuple("0123456789")),
            ("sklearn.datasets.load_wine", (178, 13), ("class_0", "class_1", "class_2")),
            ("sklearn.datasets.load_breast_cancer", (569, 30), ("malignant", "benign")),
        ],
    )
    def test_what_ships(self, path, shape, classes):
        found = Concept.model_validate(path).instantiated(rng())
        assert (found.X.shape, found.schema.classes) == (shape, classes)
        assert found.schema.n_classes == len(np.unique(found.y)) == len(classes)
        assert len(found.schema.names) == shape[1]

    def test_images(self):
        found = Concept.model_validate("river.datasets.ImageSegments").instantiated(rng())
        assert found.X.shape == (2310, 18)
        assert found.schema.classes[found.y[0]] == "path"
        assert (found.schema.names[0], found.X[0, 0]) == ("region-centroid-col", 218)

    def test_rows_are_those_of_the_library(self):
        from sklearn.datasets import load_breast_cancer

        found = Concept.model_validate("sklearn.datasets.load_breast_cancer").instantiated(rng())
        X, y = load_breast_cancer(return_X_y=True)
        assert (found.X == X).all() and (found.y == y).all()

    def test_order_and_marks(self):
        iris = {"kind": "sklearn.datasets.load_iris", "order": "shuffled"}
        assert np.diff(Concept.model_validate(iris).instantiated(rng()).y).min() < 0
        marked = Concept.model_validate({"kind": "sklearn.datasets.load_iris", "marks": [50, 100]})
        assert [
            c.centre for c in Stream.model_validate({"concepts": {"a": marked}}).changes(0)
        ] == [50, 100]
        with pytest.raises(ValueError, match="load_iris: there is no row 150 to mark"):
            marked.model_copy(update={"marks": [150]}).instantiated(rng())

    def test_they_are_known_by_the_version_of_their_library(self):
        for path in ("river.datasets.Phishing", "sklearn.datasets.load_iris"):
            shipped = Concept.model_validate(path)
            assert shipped.library and shipped.files == [] and shipped.hashes() == {}

    @pytest.mark.parametrize(
        "path, choice",
        [
            ("river.datasets.Elec2", "choose from Bananas, ImageSegments, Phishing"),  # remote
            ("river.datasets.TrumpApproval", "choose from Bananas"),  # regression
            ("river.datasets.SolarFlare", "choose from Bananas"),  # several targets
            ("river.datasets.synth.SEA", "choose from"),  # generated
            ("river.datasets.base.FileDataset", "choose from"),
            ("river.datasets.Phish", "did you mean 'Phishing'?"),
            ("river.datasets.nowhere.Phishing", "choose from river.datasets.…"),
            ("sklearn.datasets.fetch_openml", "choose from load_breast_cancer, load_digits"),
            ("sklearn.datasets.make_blobs", "choose from load_breast_cancer"),
            ("sklearn.datasets.load_diabetes", "did you mean"),  # regression
            ("sklearn.datasets.load_linnerud", "did you mean"),
            ("sklearn.datasets.load_svmlight_file", "choose from"),
            ("sklearn.datasets.iris", "did you mean 'load_iris'?"),
        ],
    )
    def test_what_does_not_ship(self, path, choice):
        reason = why(path)
        assert reason.startswith(f"{path!r} ") or f", {path!r} " in reason
        assert choice in reason
        assert "neither downloaded nor generated" in reason

    def test_parameters_are_refused(self):
        assert "no key 'n_class'" in why({"kind": "sklearn.datasets.load_digits", "n_class": 3})
        assert "no key 'seed'" in why({"kind": "river.datasets.Phishing", "seed": 3})


def test_round_trip(written):
    table = written("a,y\n1,0\n2,1\n", target="y", missing="drop", nominal=["a"], marks=[1])
    river = Concept.model_validate({"kind": "river.datasets.Phishing", "marks": [600]})
    sklearn = Concept.model_validate({"kind": "sklearn.datasets.load_wine", "order": "shuffled"})
    for part in [table, river, sklearn]:
        assert Concept.model_validate(part.model_dump(serialize_as_any=True)) == part
    assert river.model_dump(exclude_unset=True) == {
        "kind": "river.datasets.Phishing",
        "marks": [600],
    }


def test_libraries_are_imported_when_needed():
    code = (
        "import sys, driftsim.streams\n"
        "print(sorted({'pandas', 'pyarrow', 'river', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


class TestNumbers:
    def test_labels_are_numbers_where_that_is_the_task(self, written):
        table = written("a,y\n1,2.5\n2,3.5\n3,-1\n", task="regression")
        recording = table.instantiated(np.random.default_rng(0))
        assert recording.schema.regression and recording.y.tolist() == [2.5, 3.5, -1.0]
        assert np.isnan(recording.density(recording.X, np.arange(3))).all()

    @pytest.mark.filterwarnings("ignore::FutureWarning")
    def test_the_old_words_of_a_task_work_with_a_note(self, written, tmp_path):
        for old, new in (("numbers", "regression"), ("classes", "classification")):
            assert written("a,y\n1,0\n2,1\n", task=old).task == new
        (tmp_path / "old.yaml").write_text(
            "stream: {concepts: {a: {kind: table, path: t.csv, task: numbers}}}\n"
            "models: {m: {learner: mean, policy: online}}\nevaluation: {warmup: 1}\n"
        )
        (note,) = load(tmp_path / "old.yaml").notes
        assert "'numbers' is now called 'regression'" in note

    def test_words_are_no_numbers(self, written):
        reason = "row 0 (line 2) has 'u' in column 'y', which should hold numbers"
        assert error(written("a,y\n1,u\n2,v\n", task="regression")).startswith(reason)
        text = "@attribute a real\n@attribute y {u,v}\n@data\n1,u\n2,v\n"
        assert "'u', which is no number" in error(written(text, "t.arff", task="regression"))

    def test_numbers_as_classes_are_refused_with_the_way_out(self, written):
        assert "write task: regression" in error(written("a,y\n1,2.5\n2,3.5\n"))

    def test_regressors_play_over_them(self, tmp_path):
        rows = "\n".join(f"{x},{2 * x}" for x in range(200))
        path = tmp_path / "t.csv"
        path.write_text(f"x,y\n{rows}\n")
        concept = {"kind": "table", "path": str(path), "task": "regression"}
        stream = Stream.model_validate({"concepts": {"a": concept}})
        learner = "sklearn.linear_model.LinearRegression"
        contender = Contender.model_validate({"learner": learner, "policy": "static"})
        columns = evaluate(stream, contender, Rules(warmup=50)).total().columns
        assert columns["absolute_error"][0] < 1e-6 and "excess_squared_error" not in columns


class TestTwoTables:
    def test_tables_that_mean_other_things_by_their_codes_are_refused(self, tmp_path):
        (tmp_path / "a.csv").write_text("x,c\n" + "a,DOWN\nb,UP\n" * 50)
        (tmp_path / "b.csv").write_text("x,c\n" + "a,no\nb,yes\n" * 50)
        (tmp_path / "d.csv").write_text("z,c\n" + "a,DOWN\nb,UP\n" * 50)
        for other, message in (("b", "names of classes"), ("d", "names of columns")):
            concepts = {
                name: {"kind": "table", "path": str(tmp_path / f"{name}.csv")}
                for name in ("a", other)
            }
            with pytest.raises(ValidationError, match=message):
                Stream.model_validate(
                    {"length": 10, "concepts": concepts, "drift": {"kind": "sudden", "at": [5]}}
                )
