"""United reports: the table of several is that of one study with all that they have."""

import csv
import hashlib
import re

import numpy as np
import pytest
from examples import played
from typer.testing import CliRunner

from driftsim.cli import app

STREAMS = {"calm": "noise: 0.05", "noisy": "noise: 0.2", "moderate": "noise: 0.1"}
MODELS = {name: f"{{learner: {name}, policy: online}}" for name in ("majority", "naive_bayes")}
MODELS |= {"frozen": "{learner: naive_bayes, policy: static}"}
SUITE = """# Which?
streams: {STREAMS}
defaults: {length: 500, concepts: {a: {kind: sea, threshold: 8}}}
models: {MODELS}
evaluation: {warmup: 100, seeds: 3}
"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The folder of the report of a study of some streams and models, which is played once."""
    folder, known = tmp_path_factory.mktemp("united"), {}

    def report(name, streams=tuple(STREAMS), models=MODELS, more=""):
        if name not in known:
            listed = ", ".join(f"{one}: {{{STREAMS[one]}}}" for one in streams)
            suite = SUITE.replace("STREAMS", listed) + more
            text = suite.replace("MODELS", ", ".join(f"{k}: {v}" for k, v in models.items()))
            results = played(text, name, folder)
            known[name] = results.store.folder.parent
            (known[name] / "scenario.yaml").write_text(results.scenario_text, encoding="utf-8")
        return known[name]

    return report


def written(folders, to, *more):
    """What `driftsim table` writes of reports, or its message."""
    ended = CliRunner().invoke(app, ["table", *map(str, folders), "--to", str(to), *more])
    return to.read_text(encoding="utf-8") if ended.exit_code == 0 else ended.output


def some(*names):
    return {name: MODELS[name] for name in names}


@pytest.mark.slow
def test_reports_of_other_contenders_or_streams_make_the_table_of_all(reports, tmp_path):
    whole = written([reports("whole")], tmp_path / "t.csv")
    assert "mean rank" in whole
    by_models = (
        reports("first", models=some("majority")),
        reports("second", models=some("naive_bayes", "frozen")),
    )
    by_streams = reports("one", streams=["calm"]), reports("two", streams=["noisy", "moderate"])
    for halves in (by_models, by_streams):
        assert written(halves, tmp_path / "t.csv") == whole


def test_what_no_report_has_is_a_dash_and_not_ranked(reports, tmp_path):
    few = reports("few", ["calm"], some("majority", "frozen"))
    others = reports("two", streams=["noisy", "moderate"])
    table = written([few, others], tmp_path / "t.md")
    head, _, *rows = (line.strip("| ").split(" | ") for line in table.splitlines()[:6])
    assert head == ["majority", "frozen", "naive_bayes"]
    assert [row[0] for row in rows] == ["calm", "noisy", "moderate", "mean rank"]
    assert [row[3] == "–" for row in rows] == [True, False, False, True]
    assert not any("–" in row[1:3] for row in rows)
    assert "few: driftsim run few/scenario.yaml" in table and "run two/scenario.yaml" in table
    assert table.count("Scenario with every default: ") == 2


def test_the_command_of_a_table_works_where_it_was_written(reports, tmp_path, monkeypatch):
    few = reports("few", ["calm"], some("majority", "frozen"))
    monkeypatch.chdir(few.parent)
    for path in (few, "few"):
        first, *_ = written([path], tmp_path / "t.tex").splitlines()
        assert first == "% driftsim run few/scenario.yaml --out ."
    monkeypatch.chdir(few)
    first, *_ = written(["../few"], tmp_path / "t.tex").splitlines()
    assert first == "% driftsim run ../few/scenario.yaml --out .."


def test_the_hash_of_a_report_is_that_of_its_scenario_file(reports, tmp_path):
    few = reports("few", ["calm"], some("majority", "frozen"))
    text = (few / "scenario.yaml").read_bytes()
    known = f"Scenario with every default: {hashlib.sha256(text).hexdigest()[:16]}."
    assert known in written([few], tmp_path / "a.md")
    (few / "scenario.yaml").write_bytes(text.replace(b"- curves\n", b"- curves\n  - stream\n"))
    assert (few / "scenario.yaml").read_bytes() != text
    assert known in written([few], tmp_path / "b.md")
    (few / "scenario.yaml").write_bytes(text)


def test_a_stream_under_several_protocols_is_said_to_count_for_each(reports, tmp_path, monkeypatch):
    few = reports("few", ["calm"], some("majority", "frozen"))
    folds = SUITE.replace("seeds: 3", "seeds: 3, protocol: {kind: split, folds: 2}")
    monkeypatch.setitem(globals(), "SUITE", folds)
    split = reports("split", ["calm"], some("majority", "frozen"))
    table = written([few, split], tmp_path / "t.md")
    assert "1 stream in 2 rows, as reports differ in evaluation: a mean rank counts" in table


def test_names_that_mean_two_things_are_told_apart(reports, tmp_path, monkeypatch):
    few = reports("few", ["calm"], some("majority", "frozen"))
    monkeypatch.setitem(STREAMS, "calm", "noise: 0.3")
    other = reports("other", ["calm"], {"frozen": MODELS["majority"]})
    head, *rows = csv.reader(written([few, other], tmp_path / "t.csv").splitlines())
    names = [name for name in (*head, *(row[0] for row in rows)) if "±" not in name]
    assert {"few: calm", "other: calm"} < {*names}
    assert {"frozen (few)", "frozen (other)", "majority"} < {*names}
    assert len(names) == 6  # with the metric


def test_settings_of_a_sweep_are_named_once(reports, tmp_path):
    few = reports("few", ["calm"], some("majority", "frozen"))
    text = SUITE.replace("STREAMS", f"noisy: {{{STREAMS['noisy']}}}")
    text = text.replace("MODELS", f"majority: {MODELS['majority']}").replace("seeds: 3", "seeds: 1")
    played(f"{text}sweep: {{evaluation.warmup: [100, 200]}}", "swept", tmp_path)
    asked = [few, tmp_path / "swept.yaml"]
    table = written(asked, tmp_path / "t.csv", "--out", str(tmp_path / "out"))
    rows = [row[0] for row in csv.reader(table.splitlines())]
    assert {"calm", "noisy, warmup = 100", "noisy, warmup = 200"} < {*rows}


def test_after_the_value_stands_the_interval_or_the_deviation(reports, tmp_path):
    whole, halves = reports("whole"), {}
    for option, words in (("--std", "standard deviation over seeds"), ("--interval", "at 95 %")):
        head, *rows = csv.reader(written([whole], tmp_path / "t.csv", option).splitlines())
        at = head.index("frozen ±")
        halves[option] = np.array([float(row[at]) for row in rows[:3]])
        assert words in written([whole], tmp_path / "t.tex", option)
        assert f"± {rows[0][at]} |" in written([whole], tmp_path / "t.md", option)
    wider = 4.302653 / np.sqrt(3)  # the quantile of t with two degrees of freedom
    assert halves["--interval"] == pytest.approx(wider * halves["--std"], abs=0.02)


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("kappa", "report: {metrics: [kappa]}", "they lead with different metrics, error and kap"),
        ("again", None, "this is given twice; give each report once"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_line(reports, tmp_path, name, more, words):
    one = reports("few", ["calm"], some("majority", "frozen"))
    other = one if more is None else reports(name, ["calm"], some("majority"), more)
    message = written([one, other], tmp_path / "t.md")
    assert words in message and message.count("\n") == 1
    if more:
        assert "calm" in written([one, other], tmp_path / "t.md", "--metric", "error")


def test_other_tasks_are_refused(reports, tmp_path):
    text = """stream: {length: 500, concepts: {a: friedman}}
models: {mean: {learner: mean, policy: online}}
evaluation: {warmup: 100}
"""
    played(text, "numbers", tmp_path)
    few = reports("few", ["calm"], some("majority", "frozen"))
    asked = [few, tmp_path / "numbers.yaml"]
    message = written(asked, tmp_path / "t.md", "--out", str(tmp_path / "out"))
    assert "classification and regression have no metric in common; write a table of" in message


def test_a_report_of_another_version_is_refused(reports, tmp_path, monkeypatch):
    few = reports("few", ["calm"], some("majority", "frozen"))
    monkeypatch.setattr("driftsim.store.inputs.FORMAT", 999)
    message = written([few], tmp_path / "t.md")
    wanted = r"^\S+few: its runs are of another version, with format 999 in the place of \d+ here"
    assert re.match(wanted, message) and message.count("\n") == 1
