"""New scenarios: what `new` writes is valid, has comments, and never replaces a file."""

from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from driftsim.cli import app
from driftsim.cli.new import Drifts
from driftsim.proposal.drift_scenario import CONCEPTS, OUTLINES, scenario_text, write_scenario
from driftsim.scenario import load
from driftsim.scenario.notation import parsed
from driftsim.streams.drifts import Drift

TUTORIAL = Path(__file__).resolve().parents[1] / "docs" / "tutorials" / "paper.md"


def new(*words):
    return CliRunner().invoke(app, ["new", *map(str, words)])


def test_the_command_offers_every_outline_and_each_is_of_a_drift():
    assert [*get_args(Drifts)] == [*OUTLINES]
    assert {*OUTLINES} <= {*Drift.kinds}


@pytest.mark.parametrize("drift", OUTLINES)
def test_each_scenario_loads_and_is_of_its_drift_and_task(drift, tmp_path):
    for task in CONCEPTS:
        path = write_scenario("s", drift, task, tmp_path / f"{task}.yaml")
        study = load(path)
        stream = study.variants[0].scenario.stream
        assert stream.drift.kind() == drift
        assert stream.schema.regression == (task == "regression")
        assert study.question.endswith("?") and "yaml-language-server" not in study.question
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("# yaml-language-server: $schema=")
        assert max(map(len, lines[1:])) <= 100
        assert study.contenders.keys() == {"trained once", "retrained", "on drift", "online"}


def test_the_comments_that_can_be_opened_are_valid():
    text = scenario_text("sudden", "classification")
    for key in ("labels", "prices"):
        assert f"# {key}:" in text
        text = text.replace(f"# {key}:", f"{key}:")
    assert load(parsed(text)[0]).variants[0].scenario.priced.given


def test_new_writes_once_and_says_what_to_do_next(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = new("mine", "--drift", "gradual")
    assert first.exit_code == 0 and first.output.startswith("mine.yaml: written; `driftsim run")
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    again = new("mine.yaml", "--task", "regression")
    assert again.exit_code == 2 and again.output.startswith("mine.yaml: is there already; ")
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == text
    assert new("mine", "--to", "yours.yaml").exit_code == 0
    assert new("a/b").output.startswith("'a/b': this cannot be the name of a scenario")
    slip = new("mine", "--drift", "suden")
    assert slip.exit_code == 2 and "did you mean 'sudden'?" in slip.output
    assert new("mine", "--task", "regresion").output.startswith(
        "--task regresion: there is no task"
    )
    spaced = new("two words").output
    assert "`driftsim run 'two words.yaml'` plays it" in spaced
    for words in (["--to", "x.txt"], ["--to", "no/x.yaml"], ["--to", f"{'x' * 300}.yaml"]):
        refused = new("x", *words)
        assert refused.exit_code == 2 and refused.output.count("\n") == 1, refused.output


@pytest.mark.slow
def test_a_new_scenario_plays(tmp_path, undrawn):
    path = write_scenario("s", "recurring", "classification", tmp_path / "s.yaml")
    short = ["--set", "stream.length=9_000", "--seeds", "1", "--jobs", "1", "--out", str(tmp_path)]
    played = CliRunner().invoke(app, ["run", str(path), *short])
    assert played.exit_code == 0 and "on drift" in played.output, played.output


def test_a_suite_is_that_of_the_tutorial(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert new("study", "--suite").exit_code == 0
    text = (tmp_path / "study.yaml").read_text(encoding="utf-8").partition("\n")[2]
    assert f"```yaml\n{text}```" in TUTORIAL.read_text(encoding="utf-8")
    study = load(tmp_path / "study.yaml")
    assert (len(study.variants), len(study.contenders)) == (8, 10)
    slip = new("other", "--suite", "--drift", "gradual")
    assert slip.exit_code == 2 and slip.output.startswith("--suite: its streams have drifts")
