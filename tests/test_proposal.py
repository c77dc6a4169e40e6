"""Proposals: what `init` guesses of a table, and the scenario that it writes."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from driftsim.cli import app
from driftsim.notation import parsed
from driftsim.proposal import rounded, write_proposal
from driftsim.scenario import load


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
        written = write_proposal(Path("my.csv"), target).read_text()
        document = parsed(written)[0]
        return document["stream"]["concepts"]["my"], document["evaluation"]["warmup"], written

    return proposed


def word(i):
    return "ab"[i * i % 7 < 3]


def test_it_takes_the_column_with_the_name_of_labels_or_the_last_one(proposed):
    assert proposed(rows(y=word, z=lambda i: i % 5))[0]["target"] == "y"
    assert proposed(rows(first=lambda i: i % 5, second=word))[0]["target"] == "second"
    table, _, text = proposed(rows(first=word, second=lambda i: i % 5), "first")
    assert table["target"] == "first" and "the labels: as asked" in text


def test_amounts_are_regression_and_few_whole_numbers_are_classes(proposed):
    assert proposed(rows(y=lambda i: i % 3))[0]["task"] == "classification"
    table, _, text = proposed(rows(y=lambda i: i * 37 % 101))
    assert table["task"] == "regression" and "HoeffdingTreeRegressor" in text


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
    table, _, text = proposed(rows(n=300, at=lambda i: "10/03/2004" if i else "soon", y=word))
    assert "time" not in table


def test_rows_without_a_value_are_kept_and_those_without_a_label_dropped(proposed):
    gaps = {"age": lambda i: "" if i % 9 == 0 else i % 50, "y": word}
    assert proposed(rows(**gaps))[0]["missing"] == "keep"
    unlabelled = {"age": lambda i: i % 50, "y": lambda i: "" if i % 9 == 0 else word(i)}
    assert proposed(rows(**unlabelled))[0]["missing"] == "drop"


def test_the_warm_up_is_a_tenth_or_as_long_as_it_takes_to_see_two_classes(proposed):
    assert proposed(rows(1_000, y=word))[1] == 100
    _, warmup, text = proposed(rows(1_000, y=lambda i: word(i) if i > 150 else "a"))
    assert warmup == 200 and "two classes" in text


def test_what_is_written_asks_a_question_and_can_be_run_at_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.csv").write_text(rows(y=word))
    ended = CliRunner().invoke(app, ["run", "my.csv", "--target", "y", "--jobs", "1"])
    assert ended.exit_code == 0, ended.output
    assert "my.yaml: written" in ended.output and "no change" in ended.output
    assert (tmp_path / "reports" / "my" / "report.html").exists()
    study = load(tmp_path / "my.yaml")
    assert study.question.startswith("How long does a model of my.csv hold")
    assert list(study.variants[0].scenario.models) == [
        "trained once", "retrained", "on drift", "online tree", "no change",
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
    ],
)
def test_what_cannot_be_proposed_is_told_in_a_line(tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.csv").write_text(rows(y=word))
    ended = CliRunner().invoke(app, words)
    assert ended.exit_code == 2 and message in ended.output.replace("\n", " ")
    assert "Traceback" not in ended.output and not list(tmp_path.glob("*.yaml"))


def test_round_numbers_of_rows():
    assert [rounded(n) for n in (1, 7, 19, 49, 99, 250, 4_999)] == [1, 5, 10, 20, 50, 200, 2_000]
