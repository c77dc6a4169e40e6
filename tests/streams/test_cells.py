"""Cells: a column of numbers stays one, or is refused by the cell that is none."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from pydantic import ValidationError

import driftsim.streams  # noqa: F401  (its kinds)
from driftsim.scenario.notation import parsed
from driftsim.streams.concepts import Concept
from driftsim.streams.table import Table

PANDAS = "#N/A;#N/A N/A;#NA;-1.#IND;-1.#QNAN;-NaN;-nan;1.#IND;1.#QNAN;<NA>;N/A;NA;NULL;NaN;None"
MARKERS = [*PANDAS.split(";"), "n/a", "nan", "null", "", "?"]
STRAYS = ["-", "missing", "1.5%", "1,5", "$3", "TRUE", "3 km", "#REF!", "1 000", "−5", "'3'", "0x1"]


@pytest.fixture
def table(tmp_path):
    """Writes columns as text into a file of some kind, and gives it as a table."""

    def write(suffix, cells, **params):
        path = tmp_path / f"t{suffix}"
        if suffix == ".parquet":
            parquet.write_table(pa.table(cells), path)
        else:
            rows = [
                ",".join(f'"{cell}"' for cell in row) for row in zip(*cells.values(), strict=True)
            ]
            names, kind = list(cells), "string" if suffix == ".arff" else None
            head = [f"@attribute {name} {kind}" for name in names] + ["@data"]
            head = head if kind else [",".join(names)]
            path.write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")
        return Table(path=str(path), **params)

    return write


def read(table):
    return table.instantiated(np.random.default_rng(0))


def error(table):
    with pytest.raises(ValueError) as caught:
        read(table)
    return str(caught.value).removeprefix(f"{table.path}: ")


def numbers(*others, n=40):
    """Cells of n numbers, with others in between."""
    return [*(f"{i / 8}" for i in range(n // 2)), *others, *(f"{-i}" for i in range(n // 2))]


def labels(n):
    return ["pq"[i % 2] for i in range(n)]


@pytest.mark.parametrize("suffix", [".csv", ".arff", ".parquet"])
class TestOneStrayCell:
    @pytest.mark.parametrize("cell", STRAYS)
    def test_is_refused_by_row_line_cell_and_column(self, table, suffix, cell):
        given = table(suffix, {"x": numbers(cell), "y": labels(41)})
        line = {".csv": " (line 22)", ".arff": " (line 24)", ".parquet": ""}[suffix]
        assert error(given) == (
            f"row 20{line} has {cell!r} in column 'x', where 40 of 41 cells are numbers; correct "
            "it; or list it under missing_values (instead of the usual markers) if it means that "
            "there is no value; or write nominal: [x] if the column holds words"
        )

    def test_is_a_word_where_the_column_is_nominal(self, table, suffix):
        given = table(suffix, {"x": numbers("-"), "y": labels(41)}, nominal=["x"])
        assert "-" in read(given).schema.values[0]

    @pytest.mark.parametrize("cell", ["-", "missing", "-999", "-999.0"])
    def test_may_stand_for_no_value(self, table, suffix, cell):
        columns = {"x": numbers(cell), "y": labels(41)}
        found = read(table(suffix, columns, missing="drop", missing_values=[cell]))
        assert found.X.ravel().tolist() == [float(x) for x in numbers()]

    @pytest.mark.parametrize("cell", MARKERS)
    def test_the_markers_of_pandas_stand_for_no_value(self, table, suffix, cell):
        columns = {"x": numbers(cell), "w": [*labels(20), cell, *labels(20)], "y": labels(41)}
        assert "row 20 " in error(table(suffix, columns))
        assert "has no value in column 'x'" in error(table(suffix, columns))
        found = read(table(suffix, columns, missing="drop"))
        assert len(found.y) == 40 and found.schema.values == {1: ("p", "q")}

    def test_in_a_target(self, table, suffix):
        given = table(suffix, {"x": numbers("3"), "y": numbers("z")}, task="regression")
        assert "has 'z' in column 'y', which should hold numbers" in error(given)
        columns = {"x": numbers(), "y": [*(["0", "1"] * 10), "x", *(["1", "0"] * 9), "1"]}
        assert "has 'x' in column 'y', where 39 of 40 cells" in error(table(suffix, columns))
        found = read(table(suffix, columns, nominal=["y"]))
        assert found.schema.classes == ("0", "1", "x")

    def test_a_target_of_numbers_may_hold_no_words(self, table, suffix):
        columns = {"x": numbers(), "y": [*["3"] * 20, *["low"] * 20]}
        assert "has 'low' in column 'y', which should" in error(
            table(suffix, columns, task="regression")
        )


class TestWhichColumnsAreOfNumbers:
    @pytest.mark.parametrize(
        ("cells", "refused"),
        [
            (["1", "2", "3", "w"], True),  # all but one
            (["1", "2", "w"], False),  # too few to tell
            ([*"0123", "3+"] * 20, False),  # levels
            ([*"123456789"] * 10 + ["none"], True),  # 90 of 91 cells
            (numbers(*["unknown"] * 30), True),  # 39 of 40 different ones
            ([f"{i}" for i in range(60)] + [f"C{i}" for i in range(20)], False),  # identifiers
            ([f"{i}" for i in range(97)] + [f"C{i}" for i in range(3)], True),
            ([f"{i % 7}" for i in range(94)] + ["a"] * 6, False),
            ([f"{i % 7}" for i in range(95)] + ["a"] * 5, True),
            (["a", "b", "1"] * 9, False),
            (["?", "NA", "v", "w"], False),
        ],
    )
    def test_nearly_all_cells_or_different_cells(self, table, cells, refused):
        given = table(
            ".csv", {"x": cells, "y": labels(len(cells))}, missing="whole_table", columns=["x"]
        )
        if refused:
            assert "cells are numbers; correct it" in error(given)
        else:
            assert 0 in read(given).schema.values

    @pytest.mark.parametrize(
        ("form", "what"),
        [
            ("{},5", "a comma in it"),
            ("{},234", "a comma in it"),
            ("1.{:03},50", "a comma in it"),
            ("{} 000", "blanks or apostrophes in it"),
            ("{}\u00a0000", "blanks or apostrophes in it"),
            ("{}'000", "blanks or apostrophes in it"),
            ("{}.5%", "a percent sign"),
            ("{} %", "a percent sign"),
            ("${},000.50", "a sign of a currency"),
            ("{} €", "a sign of a currency"),
            ("'{}.5'", "quotes around it"),
            ("−{}", "another dash than the minus sign"),
            ("({})", "brackets around it"),
            ("<{}", "a sign before it"),
            ("{}.5D+02", "a D before its exponent"),
            ("{}.5 km/h", "a unit"),
            ("{}kg", "a unit"),
        ],
    )
    def test_numbers_in_another_notation_are_refused(self, table, form, what):
        cells = [form.format(i) for i in range(30)]
        for some in (cells, cells + [f"{i}" for i in range(100)]):
            given = table(".csv", {"x": some, "y": labels(len(some))})
            assert f"has {cells[0]!r} in column 'x', a number with {what}; write" in error(given)
        found = read(table(".csv", {"x": cells, "y": labels(30)}, nominal=["x"]))
        assert set(found.schema.values[0]) == set(cells)
        few = [form.format(i) for i in range(3)] * 10
        assert len(read(table(".csv", {"x": few, "y": labels(30)})).schema.values[0]) == 3

    @pytest.mark.parametrize(
        "form", ["2020-01-{:02}", "12:{:02}", "A{}", "{}-{}", "10.0.{}.1", "{}a{}", "x {}"]
    )
    def test_words_with_digits_are_words(self, table, form):
        cells = [form.format(i, i) for i in range(30)]
        given = table(".csv", {"x": cells, "y": labels(30)}, columns=["x"])
        assert len(read(given).schema.values[0]) == 30

    def test_units_that_differ_are_words(self, table):
        cells = [f"{i}{'AB'[i % 2]}" for i in range(30)]
        given = table(".csv", {"x": cells, "y": labels(30)}, columns=["x"])
        assert len(read(given).schema.values[0]) == 30

    @pytest.mark.parametrize("cell", ["+5", ".5", "5.", "1e3", "1E-3", " 7 ", "\u00a07"])
    def test_what_is_a_number(self, table, cell):
        found = read(table(".csv", {"x": numbers(cell), "y": labels(41)}))
        assert found.X[20, 0] == float(cell)

    @pytest.mark.parametrize(
        ("name", "written"),
        [("x", "[x]"), ("a: b", "['a: b']"), ("it's [m]", "['it''s [m]']"), ("null", "['null']")],
    )
    def test_the_way_out_is_written_as_yaml_reads_it(self, table, name, written):
        cells = {name: numbers("-"), "y": labels(41)}
        assert f"write nominal: {written} if" in error(table(".csv", cells))
        assert parsed(f"nominal: {written}")[0] == {"nominal": [name]}


class TestLines:
    def test_a_row_may_begin_far_down(self, table, tmp_path):
        given = table(".csv", {"x": ["1"], "y": ["0"]})
        text = '\ufeff"x",y\r\n\r\n1,"p\nq"\r\n\r\n2,p\r\n3,p\r\nn.d.,p\r\n'
        (tmp_path / "t.csv").write_bytes(text.encode())
        assert error(given).startswith("row 3 (line 8) has 'n.d.' in column 'x'")

    def test_comments_count(self, table, tmp_path):
        given = table(".arff", {"x": ["1"], "y": ["0"]})
        text = "% a\n@attribute x real\n@attribute y {p}\n\n@data\n% b\n1,p\n%\n\nn.d.,p\n"
        (tmp_path / "t.arff").write_text(text)
        assert error(given).startswith("row 1 (line 10) has 'n.d.' in column 'x'")


class TestMissingValues:
    def test_of_ones_own_take_the_place_of_the_others(self, table):
        columns = {"x": ["None", "a", "-"], "y": ["0", "1", "0"]}
        found = read(table(".csv", columns, missing="drop", missing_values=["-"]))
        assert found.schema.values == {0: ("None", "a")}
        assert "row 2 (line 4) has no value in column 'x'" in error(
            table(".csv", {"x": ["None", "a", ""], "y": ["0", "1", "0"]}, missing_values=[])
        )

    def test_numbers_of_a_typed_column(self, table):
        columns = {"x": pa.array([1, -999, 3], pa.int32()), "y": ["p", "q", "p"]}
        found = read(table(".parquet", columns, missing="whole_table", missing_values=["-999"]))
        assert found.X.ravel().tolist() == [1, 2, 3]

    def test_of_declared_words(self, tmp_path):
        path = tmp_path / "t.arff"
        path.write_text("@attribute x {unknown,a,NA}\n@attribute y {0,1}\n@data\nunknown,0\nNA,1\n")
        assert read(Table(path=str(path))).X.tolist() == [[0], [2]]
        given = Table(path=str(path), missing_values=["unknown"])
        assert error(given).startswith("row 0 (line 4) has no value in column 'x'")

    def test_as_yaml_writes_them(self, tmp_path):
        table = {"kind": "table", "path": str(tmp_path / "t.csv")}
        part = Concept.model_validate(table | {"missing_values": [-999, 0.5, "-"]})
        assert part.missing_values == ["-999", "0.5", "-"]
        assert Concept.model_validate(part.model_dump()) == part
        for markers, message in [
            ([None], "write it in quotes: 'null'"),
            ([True], "text"),
            ("-", "list"),
        ]:
            with pytest.raises(ValidationError, match=message):
                Concept.model_validate(table | {"missing_values": markers})
