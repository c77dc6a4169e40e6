"""Column overview: what `check` prints of a table, in lines that fit."""

import pytest

from driftsim import load
from driftsim.overview.study import overview


def lines(folder, names, rows, width=80, more=""):
    text = "\n".join([",".join(names), *(",".join(map(str, row)) for row in rows)])
    (folder / "t.csv").write_text(text + "\n", encoding="utf-8")
    path = folder / "s.yaml"
    path.write_text(
        f"stream: {{concepts: {{t: {{kind: table, path: t.csv{more}}}}}}}\n"
        "models: {last: {learner: no_change, policy: online}}\n"
        "evaluation: {warmup: 10}\n"
    )
    printed = overview(load(path), width).splitlines()
    return printed[next(i for i, line in enumerate(printed) if "columns of t" in line) :]


ROWS = [
    (i, "pqr"[i % 3], i % 7 / 4, "" if i % 10 == 4 else 5, "no" if i % 4 else "yes")
    for i in range(60)
]


def test_each_column_has_a_line(tmp_path):
    names = ["id", "word", "size", "gaps", "class"]
    assert lines(tmp_path, names, ROWS, more=", missing: whole_table") == [
        "  columns of t, 60 rows:",
        "    id     whole numbers 0 to 59",
        "           ! rises with every row: an identifier, or the time?",
        "    word   3 words: p 33 %, q 33 %, r 33 %",
        "    size   numbers 0 to 1.5",
        "    gaps   whole numbers 5 to 5 (6 missing, 10 %)",
        "           ! one value in all rows: it has no information",
        "    class  the target, 2 words: no 75 %, yes 25 %",
        "    ! missing: whole_table looks ahead: a row gets the mean of rows after it",
        "      too; write missing: {fill: mean}, which learns from the warm-up",
    ]


def test_numbers_are_classes_or_not(tmp_path):
    rows = [(i % 5, i % 2) for i in range(40)]
    assert lines(tmp_path, "xy", rows)[-1] == "    y  the target, 2 words: 0 50 %, 1 50 %"
    printed = lines(tmp_path, "xy", rows, more=", task: regression")
    assert printed[-1] == "    y  the target, whole numbers 0 to 1"


@pytest.mark.parametrize("width", [40, 80])
def test_many_columns_are_counted(tmp_path, width):
    names = [f"the {'long ' * 20}name {j}" for j in range(199)] + ["y"]
    rows = [
        [*((i * j) % 11 / 2 for j in range(1, 199)), "1" if i % 2 else "0", "ab"[i // 30 % 2]]
        for i in range(90)
    ]
    rows = [[*row[:150], i, *row[151:]] for i, row in enumerate(rows)]
    printed = lines(tmp_path, names, rows, width)
    assert max(map(len, printed)) <= width and len(printed) < 120
    whole = " ".join(" ".join(printed).split())
    assert "! rises with every row" in whole  # of column 150
    assert "y the target, 2 words" in whole
    assert "… and 170 more columns" in printed[-1 - printed[-1].startswith("      ")]
    assert printed[0] == "  columns of t, 90 rows:"


def test_levels_are_cut_where_the_line_ends(tmp_path):
    rows = [(f"a word of some length {i % 9}", "xy"[i % 2]) for i in range(90)]
    printed = lines(tmp_path, ["w", "class"], rows, 60)
    assert printed[1].startswith("    w      9 words: a word of some length 0 11 %")
    assert printed[1].endswith(", …") and len(printed[1]) <= 60


def test_data_of_libraries_have_columns_too(tmp_path):
    path = tmp_path / "s.yaml"
    for name, target in [
        ("sklearn.datasets.load_iris", "3 words: setosa 33 %"),
        ("river.datasets.Phishing", "2 words: "),
    ]:
        path.write_text(
            f"stream: {{concepts: {{t: {name}}}}}\n"
            "models: {last: {learner: no_change, policy: online}}\n"
            "evaluation: {warmup: 10}\n"
        )
        assert f"the target, {target}" in " ".join(overview(load(path)).split()).replace(
            "the target the target", "the target"
        )


def test_what_is_left_out_is_told(tmp_path):
    rows = [(f"c{i}", i % 5, i % 7, "xy"[i % 2]) for i in range(40)]
    printed = lines(tmp_path, ["id", "n", "m", "class"], rows, more=", drop: [m]")
    assert printed[1:] == [
        "    id     40 words: c0 2 %, c1 2 %, c10 2 %, c11 2 %, c12 2 %, c13 2 %, …",
        "           ! one word a row: an identifier?",
        "    n      whole numbers 0 to 4",
        "    class  the target, 2 words: x 50 %, y 50 %",
        "    m is left out: dropped",
        "    id is left out: one word a row, an identifier; name it in columns or nominal",
        "      to keep it",
    ]


def test_classes_along_the_rows(tmp_path):
    rows = [(i % 7, "no" if i < 100 or i % 2 else "yes") for i in range(200)]
    printed = lines(tmp_path, ["n", "class"], rows)
    assert printed[3:] == [
        "    share of each class in each tenth of the rows, in %:",
        "      no   █████▄▄▄▄▄  100 100 100 100 100  50  50  50  50  50",
        "      yes       ▄▄▄▄▄    0   0   0   0   0  50  50  50  50  50",
        "    ! one class for long: rows 0 to 99 are all of class 'no'",
        "    ! class 'yes' first comes in row 100, after the warm-up",
    ]


def test_means_along_the_rows(tmp_path):
    printed = lines(
        tmp_path, ["n", "y"], [(i % 7, i) for i in range(100)], 60, ", task: regression"
    )
    assert printed[-2:] == [
        "    mean of the target in each tenth of the rows:",
        "       ▁▂▃▄▅▆▇██  4.5 14.5 24.5 34.5 44.5 54.5 64.5 74.5 84…",
    ]


def test_a_warning_of_the_mean_of_the_whole_table(tmp_path):
    rows = [("" if i % 9 == 4 else i % 5, "xy"[i % 2]) for i in range(40)]
    printed = lines(tmp_path, ["n", "class"], rows, more=", missing: whole_table")
    assert printed[1] == "    n      whole numbers 0 to 4 (4 missing, 10 %)"
    assert printed[3].startswith("    ! missing: whole_table looks ahead: a row gets the mean of")
    assert len(lines(tmp_path, ["n", "class"], rows, more=", missing: {fill: mean}")) == 3


def test_a_table_too_large_is_looked_at_from_its_start(tmp_path, monkeypatch):
    monkeypatch.setattr("driftsim.overview.columns.MOST_CELLS", 100)
    monkeypatch.setattr("driftsim.overview.columns.FIRST", 40)
    rows = [(i % 7, "pq"[i % 2], "no" if i % 2 else "yes") for i in range(200)]
    assert lines(tmp_path, ["n", "w", "class"], rows)[:5] == [
        "  columns of t, 200 rows, of which the first 40:",
        "    n           whole numbers 0 to 6",
        "    w           2 words: p 50 %, q 50 %",
        "                ! a leak? it is equal to the target, but for names",
        "    the target  the target, 2 words: no 50 %, yes 50 %",
    ]


def test_the_first_and_the_last_date(tmp_path):
    rows = [(f"2024-03-{1 + i // 24:02} {i % 24:02}:30", i % 7, "xy"[i % 2]) for i in range(48)]
    printed = lines(tmp_path, ["at", "n", "class"], rows, more=", time: at, zone: Europe/Paris")
    assert "    rows came from 2024-03-01 00:30+01:00 to 2024-03-02 23:30+01:00" in printed
    assert "    at is left out: the time of rows" in printed
