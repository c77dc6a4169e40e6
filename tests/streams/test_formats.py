"""Formats: what is guessed of files, what is set, and what is refused rather than guessed."""

import bz2
import gzip
import io
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet
from pydantic import ValidationError

from driftsim.streams.table import Table
from driftsim.streams.tables.typed import has_zone, moments

PLAIN = "a,b,y\n1.5,u,0\n2.5,v,1\n"


@pytest.fixture
def table(tmp_path):
    """Writes files, and gives the table of the first of them, or of `path`."""

    def write(files, **params):
        files = files if isinstance(files, dict) else {"t.csv": files}
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name).write_bytes(data)
        context = {"folder": str(tmp_path)}
        return Table.model_validate({"path": next(iter(files)), **params}, context=context)

    return write


def read(table):
    return table.instantiated(np.random.default_rng(0))


def features(table):
    return read(table).X.tolist()


def notes(table):
    return "; ".join(table.record().notes)


def error(table):
    with pytest.raises(ValueError) as caught:
        read(table)
    return str(caught.value).removeprefix(f"{table.place}: ")


class TestText:
    @pytest.mark.parametrize("separator", [",", ";", "\t", "|", " "])
    def test_separator(self, table, separator):
        given = table(PLAIN.replace(",", separator))
        assert features(given) == [[1.5, 0], [2.5, 1]]
        assert ("separator" in notes(given)) == (separator != ",")
        assert notes(table(PLAIN.replace(",", separator), separator=separator)) == ""

    def test_any_other_separator_is_set(self, table):
        assert features(table(PLAIN.replace(",", ":"), separator=":")) == [[1.5, 0], [2.5, 1]]
        assert "'a:b:y' is its only column; write separator:" in error(table("a:b:y\n1:2:0\n"))
        with pytest.raises(ValidationError, match="'xy' is no separator; write one sign"):
            table(PLAIN, separator="xy")

    def test_runs_of_blanks(self, table):
        assert features(table(" 1.5   2  0\n 3.5 4   1\n")) == [[1.5, 2], [3.5, 4]]

    def test_rows_that_can_be_cut_in_two_ways(self, table):
        text = "a;b,c,y\n1;x,2,0\n2;z,3,1\n"
        assert error(table(text)) == (
            "its rows can be cut in several ways; write separator: ';' or separator: ','"
        )
        assert len(features(table(text, separator=","))[0]) == 2
        torn = '"New York" "1,5"\n"a b" "2,5"\n"c" "3,5"\n'
        assert "in several ways" in error(table(torn))
        blanks = "1,5 2\n3,5 4\n5,5 6\n"
        assert "in several ways; write separator: ',' or separator: ' '" in error(table(blanks))
        assert "can be a fraction" not in notes(table(blanks, separator=" "))

    def test_decimal_comma(self, table):
        text = "a;b;y\n1,5;2;0\n-2,25;3;1\n3;?;1\n"
        given = table(text, missing="drop")
        assert features(given) == [[1.5, 2], [-2.25, 3]]
        assert "separator ';', decimal ','" in notes(given)
        assert features(table('a,b,y\n"1,5",2,0\n"2,5",3,1\n', decimal=",")) == [[1.5, 2], [2.5, 3]]

    def test_what_may_be_thousands_is_not_guessed(self, table):
        text = "a;y\n1,234;0\n5,678;1\n"
        assert error(table(text)) == (
            "'1,234' can be a fraction or thousands; write decimal: ',' or decimal: '.'"
        )
        assert features(table(text, decimal=",")) == [[1.234], [5.678]]
        assert "a number with a comma in it" in error(table(text, decimal="."))
        mixed = "a;b;y\n1,5;2.5;0\n2,5;3.5;1\n"
        assert error(table(mixed)).startswith("it holds '1,5' and '2.5'; write decimal: ")
        assert "row 0 (line 2) has '2.5' in column 'b', a number with a point" in error(
            table(mixed, decimal=",")
        )
        assert read(table(mixed, decimal=",", nominal=["b"])).schema.values == {1: ("2.5", "3.5")}

    def test_thousands_are_read_where_a_column_has_them_clearly(self, table):
        rows = [f"{i}.{i:03},5;{i % 2}" for i in range(1, 40)]
        given = table("a;y\n" + "\n".join(["999,5;0", "12;1", ";0", *rows]), missing="drop")
        assert features(given)[:3] == [[999.5], [12], [1001.5]]
        numbers = ["1,234.5", "-1,234,567", "12", "1,234", *(f"{i}" for i in range(30))]
        text = "a;y\n" + "\n".join(f"{one};{i % 2}" for i, one in enumerate(numbers))
        given = table(text, decimal=".")
        assert features(given)[:4] == [[1234.5], [-1234567], [12], [1234]]
        mixed = table("a;y\n" + "\n".join([*rows, "1.000;0", "1000,5;1"]), decimal=",")
        assert "a number with a point" in error(mixed)
        spaced = table("a;y\n" + "\n".join(f"{i} 000,5;{i % 2}" for i in range(40)), decimal=",")
        assert "plainly in the file, such as 1234,5, or" in error(spaced)

    def test_a_point_far_down_in_a_file_with_commas(self, table):
        rows = [f"{i},5;{i % 2}" for i in range(3_000)] + ["7.500;1"]
        given = table("a;y\n" + "\n".join(rows))
        assert "row 3000 (line 3,002) has '7.500' in column 'a', a number with a" in error(given)

    def test_quotes(self, table):
        given = table("a,b,y\n1,'x, y',0\n2,'z',1\n")
        assert read(given).schema.values == {1: ("x, y", "z")}
        assert 'quote "\'"' in notes(given)
        apostrophes = table("a,b,y\n1,'x',0\n2,'z',1\n", quote="")
        assert read(apostrophes).schema.values == {1: ("'x'", "'z'")}

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_encoding(self, table, encoding):
        given = table("a,ü,y\n1,ß,0\n2,€,1\n".encode(encoding))
        assert read(given).schema.values == {1: ("ß", "€")}
        assert read(given).schema.names == ("a", "ü")
        assert ("encoding" in notes(given)) == (encoding in ("utf-16", "cp1252"))

    def test_an_encoding_that_is_set(self, table):
        given = table("a,b,y\n1,ż,0\n2,ł,1\n".encode("cp1250"), encoding="cp1250")
        assert read(given).schema.values == {1: ("ł", "ż")} and notes(given) == ""
        wrong = table("a,b,y\n1,ż,0\n".encode("cp1250"), encoding="utf-8")
        assert error(wrong) == (
            "byte 8 is no text in UTF-8; save the file in UTF-8, or give its encoding"
        )
        damaged = "a,ü,y\n1,ß,0\n".encode() + b"2,\xdf,1\n"
        assert error(table(damaged)).startswith("byte 16 is no text in UTF-8; save the file")
        big = table(b"\xfe\xff" + PLAIN.encode("utf-16-be"), encoding="utf-16")
        assert features(big) == [[1.5, 0], [2.5, 1]]
        assert "character 1 is no text" in error(table("a,y\n1,0\n".encode("utf-16-le")))
        with pytest.raises(ValidationError, match="'utf-9' is no encoding"):
            table(PLAIN, encoding="utf-9")

    def test_dates_times_and_truths_stay_words(self, table):
        rows = [f"2020-01-0{1 + i % 3},12:0{i % 2},{i % 2 > 0},{i % 2}" for i in range(30)]
        values = read(table("d,t,b,y\n" + "\n".join(rows))).schema.values
        assert values[1:] if isinstance(values, tuple) else values[0][0] == "2020-01-01"
        assert (values[1], values[2]) == (("12:00", "12:01"), ("False", "True"))

    def test_hexadecimal_cells_are_words(self, table):
        rows = "".join(f"0x1{i % 3},{i % 2}\n" for i in range(9))
        assert read(table("a,y\n" + rows)).schema.values == {0: ("0x10", "0x11", "0x12")}

    def test_lines_of_old_macintoshes(self, table):
        assert features(table(PLAIN.replace("\n", "\r"))) == [[1.5, 0], [2.5, 1]]
        assert error(table("a,y\r1,0\r2\r")).startswith("row 1 (line 3) has 1 cells")

    def test_lines_above_the_header(self, table):
        given = table("measured in 2020\na,b,y\n1,2,0\n2,3,1\n")
        assert error(given) == (
            "its first line is 'measured in 2020', above rows of 3 cells; take out what stands "
            "above the names of the columns"
        )

    def test_words_far_down_turn_a_column_of_numbers_into_words(self, table):
        rows = [f"{i % 5},{i % 2}" for i in range(40_000)] + [
            f"{'abcde'[i % 5]},1" for i in range(9_000)
        ]
        assert read(table("a,y\n" + "\n".join(rows))).schema.values == {0: tuple("01234abcde")}


class TestHeader:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("5.1,3,x\n4.9,3,z\n", ("x1", "x2")),
            ("5,3,0\n4,3,1\n", ("x1", "x2")),
            ("p,x,e\np,z,e\nx,x,p\ne,x,p\n" + "x,x,p\ne,z,e\n", ("x1", "x2")),
            ("2020-01-01,1,0\n2020-01-02,2,1\n2020-01-02,3,1\n", ("x1", "x2")),
            ("a,b,y\np,q,r\np,s,t\n", ("a", "b")),
            ("0,1,y\n5,3,0\n4,3,1\n", ("0", "1")),
            ("a,?,y\n5,3,0\n4,3,1\n", ("a", "?")),
            ("1stFlrSF,x,y\n5,3,0\n4,3,1\n", ("1stFlrSF", "x")),
        ],
    )
    def test_is_guessed(self, table, text, names):
        given = table(text)
        assert read(given).schema.names == names
        assert ("no header: the columns are x1 to x3" in notes(given)) == (names[0] == "x1")

    @pytest.mark.parametrize(
        ("text", "about"),
        [
            ("0,1,2\n5,3,0\n4,3,1\n", "holds '0', a number or a name; write header: true if "),
            ("id,2019,y\n5,3,0\n4,3,1\n", "holds 'id' and '2019', both above numbers; write"),
            ("a,b\na,c\nd,e\n", "holds 'b', above words; write header: true if it names"),
            ("9,7\n1.5,0\n2.5,1\n", "holds '9', a number or a name; write header: true"),
            (
                "land,2019,2020\nA,3,0\nB,3,1\n",
                "holds '2019', a number or a name; write header: true",
            ),
        ],
    )
    def test_is_not_guessed_where_it_can_be_either(self, table, text, about):
        assert about in error(table(text))
        assert len(features(table(text, header=True))) == 2
        nominal = [f"x{j + 1}" for j in range(text.split()[0].count(",") + 1)]
        assert len(features(table(text, header=False, nominal=nominal))) == 3

    def test_row_labels(self, table):
        frame = pd.DataFrame({"x": [0.1, 0.2], "y": ["a", "b"]})
        for text in (frame.to_csv(), '"x","y"\n"1",0.1,"a"\n"2",0.2,"b"\n'):
            given = table(text)
            assert (read(given).schema.names, features(given)) == (("x",), [[0.1], [0.2]])
            assert notes(given) == (
                "the first column has no name: it is read as row labels, and left out"
            )

    def test_what_is_no_row_label(self, table):
        text = "x,y\n1,5,0\n1,6,1\n2,7,1\n"  # decimal commas
        assert error(table(text)) == "row 0 (line 2) has 3 cells in 2 columns; give it one a column"
        rows = "".join(f"{i},5,0\n" for i in range(600))
        assert "no row labels, as some are equal" in error(table(f"x,y\n{rows}599,5,0\n"))

    def test_separators_at_the_ends(self, table):
        assert features(table("a,b,y\n1,2,0,\n2,3,1,\n")) == [[1, 2], [2, 3]]
        assert features(table("a,b,y,\n1,2,0,\n2,3,1,\n")) == [[1, 2], [2, 3]]
        some = table("a,b,y\n1,2,0\n2,3,1,\n3,4,1, \n")
        assert features(some) == [[1, 2], [2, 3], [3, 4]]
        assert "2 rows with a separator at the end" in notes(some)
        assert "row 1 (line 3) has 4 cells" in error(table("a,b,y\n1,2,0\n2,3,1,5\n3,4,1,\n"))
        assert "column 3 of 4 has no name" in error(table("a,b,,y\n1,2,,0\n2,3,,1\n"))


class TestPacked:
    PACKED = {
        "t.csv.gz": gzip.compress(PLAIN.encode()),
        "t.csv.bz2": bz2.compress(PLAIN.encode()),
        "t.csv.zst": pa.compress(PLAIN.encode(), "zstd", asbytes=True),
        "t.csv": gzip.compress(PLAIN.encode()),  # by its content
        "t.gz": gzip.compress(PLAIN.encode()) + gzip.compress(b"3.5,v,1\n"),
    }

    @pytest.mark.parametrize("name", PACKED)
    def test_is_known_by_its_content(self, table, name):
        assert features(table({name: self.PACKED[name]}))[:2] == [[1.5, 0], [2.5, 1]]

    def test_a_typed_file(self, table):
        data = io.BytesIO()
        parquet.write_table(pa.table({"a": [1, 2], "y": [0, 1]}), data)
        assert features(table({"t.parquet.gz": gzip.compress(data.getvalue())})) == [[1], [2]]

    def test_zip(self, table):
        def zipped(*names):
            data = io.BytesIO()
            with zipfile.ZipFile(data, "w") as archive:
                for name in names:
                    archive.writestr(name, PLAIN)
            return data.getvalue()

        assert len(features(table({"t.zip": zipped("read.me", "in/t.csv")}))) == 2
        assert len(features(table({"t.zip": zipped("anything")}))) == 2
        assert error(table({"t.zip": zipped("a.csv", "b.csv")})) == (
            "it holds a.csv, b.csv; a .zip should hold one table"
        )
        assert error(table({"t.zip": zipped()})).startswith("it holds no file; a .zip should")

    def test_damaged(self, table):
        half = gzip.compress(PLAIN.encode() * 99)[:40]
        assert error(table({"t.csv.gz": half})).startswith("it cannot be unpacked (")
        assert error(table({"t.zip": b"PK\x03\x04" + half})).startswith("it cannot be unpacked (")


class TestSeveralFiles:
    def test_in_order(self, table):
        files = {"b.csv": "a,y\n1,0\n2,1\n", "a.csv": "y,a\n1,3\n"}
        given = table(files, path=["b.csv", "a.csv"])
        assert features(given) == [[1], [2], [3]]
        assert [path.rpartition("/")[2] for path in given.files] == ["b.csv", "a.csv"]
        assert len(given.hashes()) == 2

    @pytest.mark.parametrize("path", [["a.csv", "a.csv"], ["a.csv", "*.csv"]])
    def test_a_file_that_is_named_twice(self, table, path):
        with pytest.raises(ValidationError, match=r"a\.csv' is named twice; name each file once"):
            table({"a.csv": "a,y\n1,0\n2,1\n"}, path=path)

    def test_an_edit_of_any_file_is_seen(self, table, tmp_path):
        given = table({"a.csv": "a\n1\n", "b.csv": "a\n2\n"}, path=["a.csv", "b.csv"])
        text = "y\n0\n1\n"
        (tmp_path / "y.csv").write_text(text)
        given = Table(**dict(given) | {"labels": str(tmp_path / "y.csv")})
        seen = [given.hashes()]
        for name, edited in {"b.csv": "a\n3\n", "y.csv": text[::-1]}.items():
            (tmp_path / name).write_text(edited)
            seen.append(given.hashes())
        assert [[*map(str.__ne__, seen[i].values(), seen[i + 1].values())] for i in (0, 1)] == [
            [False, True, False],
            [False, False, True],
        ]

    def test_pattern(self, table):
        files = {f"part{i}.csv": f"a,y\n{i},{i % 2}\n" for i in (10, 2, 1)}
        assert features(table(files, path="part*.csv")) == [[1], [2], [10]]
        with pytest.raises(ValidationError, match=r"no file is called like 'q\*.csv'"):
            table(files, path="q*.csv")

    @pytest.mark.parametrize("path", [[], 3, ["t.csv", 3], None])
    def test_what_is_no_path(self, table, path):
        with pytest.raises(ValidationError, match="is no path; give that of a file, or a list"):
            table(PLAIN, path=path)

    def test_other_columns(self, table):
        files = {"a.csv": "a,y\n1,0\n", "b.csv": "b,y\n1,0\n"}
        assert error(table(files, path=["a.csv", "b.csv"])) == (
            "b.csv: it lacks the column 'a', which a.csv has; it has a column 'b', which a.csv "
            "does not have; give files of one table"
        )

    def test_a_bad_cell_is_named_by_its_file(self, table):
        files = {"a.csv": "a,y\n1,0\n2,1\n", "b.csv": "a,y\n3,0\n\n4,1\nx,1\n"}
        given = table(files, path=["a.csv", "b.csv"], numeric=["a"])
        assert error(given).startswith("row 4 (b.csv, line 5) has 'x' in column 'a'")

    def test_kinds_that_differ(self, table):
        files = {"a.csv": "a,b,y\n1,01,0\n2,02,1\n", "b.csv": "a,b,y\n2.5,u,1\n"}
        found = read(table(files, path=["a.csv", "b.csv"]))
        assert found.X[:, 0].tolist() == [1, 2, 2.5]
        assert found.schema.values == {1: ("01", "02", "u")}

    def test_typed_files(self, tmp_path):
        for name, words in (("a", ["u", "v"]), ("b", ["v", "w"])):
            cells = pa.array(words).dictionary_encode()
            columns = {"w": cells, "n": pa.array([1, 2], "int8" if name == "a" else "float32")}
            parquet.write_table(pa.table(columns | {"y": [0, 1]}), tmp_path / f"{name}.parquet")
        found = read(Table(path=str(tmp_path / "*.parquet")))
        assert found.schema.values == {0: ("u", "v", "w")}
        assert found.X.tolist() == [[0, 1], [1, 2], [1, 1], [2, 2]]


class TestLabels:
    X = "1.5,0\n2.5,1\n3.5,1\n"

    def test_are_a_file_of_their_own(self, table):
        given = table({"X.csv": self.X, "y.csv": "q\np\nq\n"}, labels="y.csv")
        assert (read(given).y.tolist(), features(given)) == (
            [1, 0, 1],
            [[1.5, 0], [2.5, 1], [3.5, 1]],
        )
        assert [path.rpartition("/")[2] for path in given.files] == ["X.csv", "y.csv"]

    def test_one_of_several_columns(self, table):
        files = {"X.csv": self.X, "y.csv": "id,late\n1,no\n2,yes\n3,no\n"}
        assert read(table(files, labels="y.csv", target="late")).y.tolist() == [0, 1, 0]
        assert "y.csv: it has several columns; write target: and one of id, late" in error(
            table(files, labels="y.csv")
        )

    def test_of_other_rows(self, table):
        given = table({"X.csv": self.X, "y.csv": "p\nq\n"}, labels="y.csv", header=False)
        assert error(given).startswith("y.csv: it has 2 rows, and the table 3; give a label for ")

    def test_bad_ones_are_named_by_their_line(self, table):
        files = {"X.csv": self.X, "y.csv": "late\n1\n2\nx\n"}
        given = table(files, labels="y.csv", task="regression", header=None)
        assert "row 2 (line 4) has 'x' in column 'late'" in error(given)


class TestArff:
    HEAD = "@attribute a numeric\n@attribute b {no,yes}\n@attribute c {p,q}\n@data\n"

    def test_sparse_rows(self, table):
        text = "% made by hand\n" + self.HEAD + "{0 1.5, 2 q}\n\n% none\n{}\n{1 yes,2 'q'}, {3}\n"
        given = table({"t.arff": text})
        assert features(given) == [[1.5, 0], [0, 0], [0, 1]]
        assert read(given).y.tolist() == [1, 0, 1]
        assert "the weights of 1 row are left out: each counts once" in notes(given)

    @pytest.mark.parametrize(
        ("row", "about"),
        [
            ("{1 maybe}", "row 1 (line 6) has 'maybe' in column 'b', which does not declare it"),
            ("{7 yes}", "row 1 (line 6) names column 7; there are 0 to 2"),
            ("{yes}", "row 1 (line 6) is '{yes}', among sparse rows; write {place value, …}"),
            ("1,yes,q", "row 1 (line 6) is '1,yes,q', among sparse rows"),
            ("{0 x}", "row 1 (line 6) has 'x' in column 'a', which should hold numbers"),
        ],
    )
    def test_sparse_faults(self, table, row, about):
        assert error(table({"t.arff": f"{self.HEAD}{{0 1}}\n{row}\n"})).startswith(about)

    def test_weights(self, table):
        given = table({"t.arff": self.HEAD + "1,no,p,{2}\n2,yes,q, {0.5}\n"})
        assert features(given) == [[1, 0], [2, 1]]
        assert notes(given) == "the weights of 2 rows are left out: each counts once"

    @pytest.mark.parametrize(
        ("form", "cell", "seconds"),
        [
            ("", "2020-01-02T03:04:05", 1577934245),
            ("'yyyy-MM-dd'", "2020-01-02", 1577923200),
            ('"yyyy-MM-dd HH:mm:ss"', '"2020-01-02 03:04:05"', 1577934245),
            ('"dd MMM yy, HH:mm:ss.SSS"', '"02 Jan 20, 03:04:05.250"', 1577934245.25),
            ("\"yyyy-MM-dd'T'HH:mm:ssZ\"", "2020-01-02T03:04:05+0100", 1577930645),
        ],
    )
    def test_dates(self, table, form, cell, seconds):
        head = f"@attribute d date {form}\n@attribute y {{0,1}}\n@data\n"
        given = table({"t.arff": f"{head}{cell},0\n?,1\n{cell},1\n"}, missing="drop")
        assert features(given) == [[seconds]] * 2
        found, null = moments(given.sheet().cells[0])
        assert (found[0], null.tolist()) == (seconds * 1_000_000, [False, True, False])

    def test_cells_between_blanks(self, table):
        assert features(table({"t.arff": self.HEAD + "1 no\tp\n2  yes q\n"})) == [[1, 0], [2, 1]]


class TestTyped:
    def test_every_type_that_holds_a_number_a_word_a_truth_or_a_time(self, tmp_path):
        zone, at = "Europe/Berlin", datetime(2020, 1, 2, 3, 4, 5)
        columns = {
            "half": pa.array(np.array([1.5, 2], np.float16)),
            "decimal": pa.array([Decimal("1.25"), None], pa.decimal128(9, 2)),
            "wide": pa.array([Decimal("1.25"), Decimal(3)], pa.decimal256(60, 2)),
            "large": pa.array([2**60, 7], pa.uint64()),
            "null": pa.array([None, None]),
            "view": pa.array(["b", "a"], pa.string_view()),
            "codes": pa.DictionaryArray.from_arrays([1, 0], [10, 20]),
            "day": pa.array([date(1970, 1, 2), date(2020, 1, 2)]),
            "day64": pa.array([date(1970, 1, 2), None], pa.date64()),
            "at": pa.array([at, None], pa.timestamp("ms")),
            "utc": pa.array([at, at], pa.timestamp("ns", zone)),
            "clock": pa.array([time(0, 1), time(1)], pa.time32("s")),
            "long": pa.array([timedelta(minutes=1), timedelta(0)], pa.duration("us")),
            "y": [True, False],
        }
        feather.write_feather(pa.table(columns), tmp_path / "t.feather")
        found = Table(path=str(tmp_path / "t.feather"), missing="keep").record()
        seconds = [86_400, 1577923200], 1577934245
        assert {c.name: c.codes[~c.missing].tolist() for c in found.columns} == {
            **{"half": [1.5, 2], "decimal": [1.25], "wide": [1.25, 3], "large": [2.0**60, 7]},
            **{"null": [], "view": [1, 0], "codes": [20, 10], "day": seconds[0]},
            **{"day64": [86_400], "at": [seconds[1]], "utc": [seconds[1]] * 2},
            **{"clock": [60, 3600], "long": [60, 0], "y": [1, 0]},
        }

    def test_exact_moments(self):
        at = pa.array([1_600_000_000_123_456_789, None], pa.timestamp("ns", "UTC"))
        found, null = moments(at)
        assert (found[0], null.tolist()) == (1_600_000_000_123_456, [False, True])
        assert has_zone(at) and not has_zone(at.cast(pa.timestamp("ns")))
        assert moments(pa.array([-1], pa.timestamp("ns")))[0].tolist() == [-1]
        assert moments(pa.array([1, 2])) is None

    @pytest.mark.parametrize("ordered", [True, False])
    def test_categories_keep_their_order(self, tmp_path, ordered):
        sizes = pd.Categorical(["S", "L", "S"], ["S", "M", "L"], ordered=ordered)
        frame = pd.DataFrame({"size": sizes, "y": [0, 1, 1]})
        frame.to_parquet(tmp_path / "t.parquet")
        found = read(Table(path=str(tmp_path / "t.parquet")))
        assert (found.schema.values, found.X.tolist()) == ({0: ("S", "M", "L")}, [[0], [2], [0]])

    @pytest.mark.parametrize(
        "cells",
        [
            [[1], [2]],
            [{"a": 1}, {"a": 2}],
            [b"1", b"2"],
            pa.array([[("a", 1)]] * 2, pa.map_("string", "int8")),
        ],
    )
    def test_other_types_are_dropped_or_refused(self, tmp_path, cells):
        parquet.write_table(
            pa.table({"odd": cells, "x": [1, 2], "y": [0, 1]}), tmp_path / "t.parquet"
        )
        given = Table(path=str(tmp_path / "t.parquet"))
        assert "column 'odd' is of " in error(given) and "; write drop: [odd]" in error(given)
        assert features(Table(path=given.path, drop=["odd"])) == [[1], [2]]

    @pytest.mark.parametrize("kind", ["file", "stream", "feather"])
    def test_arrow_files(self, tmp_path, kind):
        data = pa.table({"a": [1.5, 2], "y": ["u", "v"]})
        path = tmp_path / "t.arrow"
        if kind == "feather":
            feather.write_feather(data, path, compression="lz4")
        else:
            new = ipc.new_file if kind == "file" else ipc.new_stream
            with new(path, data.schema) as writer:
                writer.write_table(data)
        assert features(Table(path=str(path))) == [[1.5], [2]]

    def test_rubbish_is_no_arrow(self, table):
        assert error(table({"t.arrow": b"abc"})).startswith("the file cannot be read as Arrow (")


class TestArrays:
    X, y = np.array([[1.5, 2], [3, 4], [5, 6]]), np.array([0, 1, 1])

    def test_of_features_and_labels(self, tmp_path):
        np.savez(tmp_path / "t.npz", X=self.X, y=self.y)
        found = read(Table(path=str(tmp_path / "t.npz")))
        assert (found.X.tolist(), found.y.tolist()) == (self.X.tolist(), [0, 1, 1])
        assert found.schema.names == ("x1", "x2")

    def test_of_both(self, tmp_path):
        np.save(tmp_path / "t.npy", np.column_stack([self.X, self.y]))
        np.savez_compressed(tmp_path / "t.npz", np.column_stack([self.X, self.y]))
        records = np.array([(1, "u", 0), (2, "v", 1)], [("a", "i4"), ("w", "U1"), ("y", "i4")])
        np.save(tmp_path / "r.npy", records)
        for name in ("t.npy", "t.npz"):
            assert read(Table(path=str(tmp_path / name))).X.tolist() == self.X.tolist()
        assert read(Table(path=str(tmp_path / "r.npy"))).schema.values == {1: ("u", "v")}

    def test_faults(self, tmp_path):
        def why(**arrays):
            np.savez(tmp_path / "t.npz", **arrays)
            return error(Table(path=str(tmp_path / "t.npz")))

        assert why(X=self.X, y=self.y[:2]) == "y should be one label for each row of X"
        assert why(a=self.X, b=self.y) == (
            "it holds a (3, 2), b (3,); it should hold X and y, or one table"
        )
        assert "shape (2, 2, 2) is no table" in why(a=np.zeros((2, 2, 2)))
        assert "it holds Python objects" in why(a=np.array([[{}, 1]], object))
        (tmp_path / "t.npy").write_bytes(b"rubbish")
        assert error(Table(path=str(tmp_path / "t.npy"))).startswith("it does not begin as numpy's")


def test_a_run_is_the_same_wherever_its_files_are(tmp_path):
    from driftsim.evaluation.rules import TruthRules
    from driftsim.store.inputs import inputs
    from driftsim.streams.stream import Stream

    found = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        (folder / "X.csv").write_text(TestLabels.X)
        (folder / "y.csv").write_text("q\np\nq\n")
        concept = {"kind": "table", "path": str(folder / "X.csv"), "labels": str(folder / "y.csv")}
        stream = Stream.model_validate({"concepts": {"a": concept}})
        found.append(inputs(stream, None, TruthRules(), 0, 0, stream.hashes()))
    assert found[0] == found[1] and str(tmp_path) not in str(found[0])
