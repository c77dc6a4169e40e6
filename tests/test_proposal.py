"""Proposals: what `init` guesses of a table, and the scenario that it writes."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from driftsim import user_cache
from driftsim.cli import app
from driftsim.proposal.scenario_text import concept_name, write_proposal
from driftsim.proposal.table_guesses import rounded
from driftsim.scenario import load
from driftsim.scenario.notation import parsed
from driftsim.streams.tables.large import stored


def rows(n=200, **columns):
    """A table as CSV: a column of numbers, and what functions of the row give."""
    rng = np.random.default_rng(0)
    x = [f"{value:.3f}" for value in rng.normal(size=n)]
    lines = [",".join(["x", *columns])]
    lines += [",".join([x[i], *(str(f(i)) for f in columns.values())]) for i in range(n)]
    return "\n".join(lines) + "\n"


@pytest.fixture
def proposed(tmp_path, monkeypatch):
    """The table of a scenario that `init` writes for a CSV file, its warm-up, and its text."""
    monkeypatch.chdir(tmp_path)

    def proposed(text, target=None):
        (tmp_path / "my.csv").write_text(text)
        (tmp_path / "my.yaml").unlink(missing_ok=True)
        written = write_proposal([Path("my.csv")], target).read_text()
        document = parsed(written)[0]
        return document["stream"]["concepts"]["my"], document["evaluation"]["warmup"], written

    return proposed


def word(i):
    return "ab"[i * i % 7 < 3]


def test_it_takes_the_column_with_the_name_of_labels_or_the_last_one(proposed):
    assert proposed(rows(y=word, z=lambda i: i % 5))[0]["target"] == "y"
    assert proposed(rows(first=lambda i: i % 5, second=word))[0]["target"] == "second"
    assert proposed(rows(y=word))[2].startswith("# yaml-language-server: $schema=driftsim.")
    table, _, text = proposed(rows(first=word, second=lambda i: i % 5), "first")
    assert table["target"] == "first" and "the labels: as asked" in text


def test_amounts_are_regression_and_few_whole_numbers_are_classes(proposed):
    assert proposed(rows(y=lambda i: i % 3))[0]["task"] == "classification"
    table, _, text = proposed(rows(y=lambda i: i * 37 % 101))
    assert table["task"] == "regression"
    assert "learner: {kind: river.tree.HoeffdingTreeRegressor, leaf_prediction: mean}" in text


def test_it_drops_identifiers_and_constants_and_says_why(proposed):
    columns = {"order": lambda i: f"A{i:04}", "unit": lambda i: "EUR", "y": word}
    table, _, text = proposed(rows(**columns))
    assert table["drop"] == ["order", "unit"]
    assert "# order: one word a row" in text and "# unit: one value in all rows" in text


def day(i):
    return f"2024-{1 + i // 28:02}-{1 + i % 28:02} 10:00"


def test_dates_become_the_time_of_rows_and_the_periods_of_trainings(proposed):
    table, _, text = proposed(rows(n=300, at=day, paid=lambda i: day(i + 9), y=word))
    assert (table["time"], table["drop"]) == ("at", ["paid"]) and "sort" not in table
    assert "from 2024-01-01 to 2024-11-20" in text
    assert "policy: {kind: periodic, every: 1w, memory: 30d}" in text
    assert "# labels: {kind: delayed, time: {column: paid}}" in text
    table, _, _ = proposed(rows(n=300, at=lambda i: day(i ^ 1), y=word))
    assert (table["time"], table["sort"]) == ("at", True)
    table, _, text = proposed(rows(n=300, at=lambda i: day(i) if i else "soon", y=word))
    assert "time" not in table and "read as words, but some cells are none that is known" in text
    table, _, text = proposed(rows(n=300, at=lambda i: day(i) if i else "", y=word))
    assert "time" not in table and "read as words, but not in every row" in text
    birth = {"born": lambda i: day(300 - i), "at": day, "y": word}
    table, _, text = proposed(rows(n=300, **birth))
    assert (table["time"], table["drop"]) == (
        "at",
        ["born"],
    ) and "# labels: {kind: delayed, time: 7d}" in text


def test_the_format_of_dates_is_found_where_it_has_to_be_given(proposed):
    def ambiguous(i):
        return f"{1 + i // 30:02}/{1 + i % 30 // 3:02}/2024"  # the month first

    table, _, text = proposed(rows(n=300, at=ambiguous, y=word))
    assert table["time"] == {"column": "at", "format": "%m/%d/%Y"} and "sort" not in table
    assert "; the month comes first, as rows" in text
    table, _, text = proposed(rows(n=300, at=lambda i: ambiguous(299 - i), y=word))
    assert table["time"]["format"] == "%d/%m/%Y" and "the day comes first, which is a gue" in text
    written = {"at": lambda i: f"{1 + i // 30:02}-Mar-24 10:{i % 30:02}", "y": word}
    table, _, text = proposed(rows(n=300, **written))
    assert table["time"]["format"] == "%d-%b-%y %H:%M" and "guess" not in text.split("time:")[1]


def test_rows_without_a_value_are_kept_and_those_without_a_label_dropped(proposed):
    gaps = {"age": lambda i: "" if i % 9 == 0 else i % 50, "y": word}
    assert proposed(rows(**gaps))[0]["missing"] == "keep"
    unlabelled = {"age": lambda i: i % 50, "y": lambda i: "" if i % 9 == 0 else word(i)}
    table, _, text = proposed(rows(**unlabelled))
    assert table["unlabelled"] == "drop" and "missing" not in table
    assert "23 rows without a label" in text and "path: my.csv  # 200 rows" in text
    table, _, _ = proposed(rows(**gaps | {"y": unlabelled["y"]}))
    assert (table["unlabelled"], table["missing"]) == ("drop", "keep")


def test_a_stray_cell_is_no_value_and_other_notations_are_left_out(proposed):
    def price(i):
        return "-" if i % 80 == 7 else "NA" if i % 50 == 9 else f"{i * 7 % 31 + 0.25}"

    table, _, text = proposed(rows(price=price, y=word))
    assert table["missing_values"] == ["-", "NA"] and "drop" not in table
    assert "# price: '-' in a column of numbers: read as no value" in text
    table, _, text = proposed(rows(price=lambda i: f"{i * 7 % 199}.5 €", y=word))
    assert table["drop"] == ["price"] and "missing_values" not in table
    assert "# price: not read: row 0 (line 2) has '0.5 €'" in text
    lines = [line for line in text.splitlines() if "$schema=" not in line]  # a path of any length
    assert max(map(len, lines)) <= 100


def test_what_teaches_nothing_and_leaks_are_dropped_unless_nothing_else_is_left(proposed):
    def leak(i):
        return "ab".index(word(i)) + i % 4 / 10

    table, _, text = proposed(rows(note=lambda i: "", score=leak, y=word))
    assert table["drop"] == ["note", "score"] and "# note: no value in any row" in text
    lines = [f"{leak(i)},{word(i)}" for i in range(200)]
    assert "drop" not in proposed("\n".join(["score,y", *lines]))[0]


def test_the_warm_up_is_a_tenth_or_as_long_as_it_takes_to_see_two_classes(proposed):
    assert proposed(rows(1_000, y=word))[1] == 100
    _, warmup, text = proposed(rows(1_000, y=lambda i: word(i) if i > 150 else "a"))
    assert warmup == 200 and "two classes" in text


@pytest.mark.slow
def test_what_is_written_asks_a_question_and_can_be_run_at_once(tmp_path, monkeypatch, undrawn):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.csv").write_text(rows(y=word))
    ended = CliRunner().invoke(app, ["run", "my.csv", "--target", "y", "--jobs", "1"])
    assert ended.exit_code == 0, ended.output
    assert "my.yaml: written" in ended.output and ended.output.count("\nno_change ") == 1
    assert (tmp_path / "reports" / "my" / "report.html").exists()
    study = load(tmp_path / "my.yaml")
    assert study.question.startswith("How long does a model of my.csv hold")
    assert list(study.variants[0].scenario.models) == [
        "trained once", "retrained", "on alarm", "online tree",
    ]  # fmt: skip


def test_a_file_that_is_there_stays_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.csv").write_text(rows(y=word))
    (tmp_path / "my.yaml").write_text("mine")
    ended = CliRunner().invoke(app, ["init", "my.csv"])
    assert ended.exit_code == 2 and "my.yaml: is there already; " in ended.output
    assert (tmp_path / "my.yaml").read_text() == "mine"
    ended = CliRunner().invoke(app, ["init", "my.csv", "--to", "other.yaml"])
    assert ended.exit_code == 0 and "other.yaml: valid" in ended.output, ended.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["init", "none.csv"], "none.csv: there is no such file"),
        (["init", "my.csv", "--target", "yy"], "there is no column 'yy'; did you mean 'y'?"),
        (["init", "my.txt.yaml"], "my.txt.yaml: 'my.txt.yaml' is no table; its name should end"),
        (["init", "my.csv", "--to", "s.txt"], "s.txt: is no name for a scenario; let it end in"),
        (["check", "my.csv"], "; for a table, driftsim init writes one"),
        (["run", "my.txt.yaml", "--target", "y"], "--target is for tables"),
        (["init", "last.csv"], "the target 'at' (the last column) holds dates, which no model"),
        (["init", "my.csv", "--target", "one"], "the target 'one' is '7' in all rows"),
    ],
)
def test_what_cannot_be_proposed_is_told_in_a_line(tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.csv").write_text(rows(y=word, one=lambda i: 7))
    (tmp_path / "last.csv").write_text(rows(at=day))
    ended = CliRunner().invoke(app, words)
    assert ended.exit_code == 2 and message in ended.output.replace("\n", " ")
    assert "Traceback" not in ended.output and not list(tmp_path.glob("*.yaml"))


def test_several_files_are_one_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for year in (2023, 2024):
        Path(f"sales_{year}.csv").write_text(rows(100, y=word))
    ended = CliRunner().invoke(app, ["init", "sales_2023.csv", "sales_2024.csv"])
    assert ended.exit_code == 0 and "sales.yaml: valid" in ended.output, ended.output
    table = parsed(Path("sales.yaml").read_text())[0]["stream"]["concepts"]["sales"]
    assert table["path"] == ["sales_2023.csv", "sales_2024.csv"]
    names = ["2023.csv"], ["2023.csv", "2024.csv"], ["part-*.csv"], ["a b.csv.gz"]
    found = [concept_name([*map(Path, some)]) for some in names]
    assert found == ["2023", "table", "part", "a_b"]


def test_of_a_large_table_the_times_and_the_number_of_all_rows_count(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(user_cache.HOME, str(tmp_path / "cache"))
    monkeypatch.setattr(stored, "MOST_CELLS", 100)
    monkeypatch.setattr(stored, "LOOKED_AT", 50)
    x = np.random.default_rng(0).normal(size=300)
    days = np.datetime64("2024-01-01T08:30:00.25") + np.arange(300) * np.timedelta64(1, "D")
    frame = pa.table({"at": days, "x": x, "y": [*map(word, range(300))]})
    parquet.write_table(frame, "my.parquet", row_group_size=60)
    text = write_proposal([Path("my.parquet")]).read_text()
    assert "# 300 rows, 3 columns" in text and "from 2024-01-01 to 2024-10-26" in text
    backwards = frame.take(np.r_[:200, 299:199:-1])
    parquet.write_table(backwards, "not.parquet", row_group_size=60)
    text = write_proposal([Path("not.parquet")]).read_text()
    assert "drop: [at]  # at: dates that are not in order" in text and "time:" not in text


def test_round_numbers_of_rows():
    assert [rounded(n) for n in (1, 7, 19, 49, 99, 250, 4_999)] == [1, 5, 10, 20, 50, 200, 2_000]
