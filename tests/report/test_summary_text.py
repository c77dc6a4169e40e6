"""The summary for the terminal, and remarks on it."""

import io

import numpy as np
import pytest
from examples import played
from rich.console import Console
from typer.testing import CliRunner

from driftsim.cli import app
from driftsim.report.printed import print_blocks, print_results
from driftsim.report.summary_text import fitting, left_out, readable, remarks, summary_table
from driftsim.report.verdict import Block


def printed(results, width):
    console = Console(file=io.StringIO(), width=width)
    console.print(summary_table(results, width))
    return console.file.getvalue()


def test_a_narrow_terminal_has_fewer_columns_not_fewer_digits(swept):
    wide, narrow = printed(swept, 120), printed(swept, 60)
    assert "labels" in wide.splitlines()[0] and "labels" not in narrow.splitlines()[0]
    assert "no room" not in wide and "no room for fits, labels, " in narrow
    assert "summary.csv" in narrow
    for text in (wide, narrow):
        assert "…" not in text and "bayes & co" in text
        assert max(map(len, text.splitlines())) <= 120


def test_contenders_have_dots_of_their_colours_where_a_terminal_has_colours(swept):
    def shown(**terminal):
        console = Console(file=io.StringIO(), width=100, **terminal)
        print_results(swept, console)
        return console.file.getvalue()

    plain = shown(color_system=None)
    colourful = shown(force_terminal=True, color_system="truecolor")
    assert "●" not in plain and "\x1b[38;2;0;114;178m● \x1b[0m" in colourful
    assert "±: half the interval at 95 %; oracle: the best possible" in " ".join(plain.split())


def test_a_list_is_indented_and_blocks_stand_apart():
    console = Console(file=io.StringIO(), width=20)
    print_blocks([Block("By phase:", ("first: all are alike",)), Block("The end.")], console)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert lines == ["", "By phase:", "- first: all are", "  alike", "", "The end."]


def test_metrics_that_were_asked_for_go_last():
    asked = ["roc_auc", "kappa", "recall of 1"]
    names = ["contender", "roc_auc", "±", "kappa", "recall of 1", "error", "log_loss", "labels"]
    rows = [{name: "0.1234" for name in names} | {"contender": "a" * 12}]
    shown = {n: fitting(asked, names, rows, ["contender"], n) for n in (200, 58, 50, 42, 30)}
    assert shown[200] == names and shown[58] == names[:6]
    assert [shown[width] for width in (50, 42, 30)] == [names[:5], names[:4], names[:3]]
    assert left_out(names[5:7]).startswith("no room for error, log loss: ") and not left_out([])


def test_long_names_lose_their_middle_and_numbers_nothing(odd):
    for width in (120, 80, 28):
        text, errors = printed(odd, width), odd.summary().error
        assert text.count("…") == (1 if width > 40 else 3) and "{x}" in text and "hole" in text
        assert all(f"{error:.4f}" in text for error in errors)
        assert max(map(len, text.splitlines())) <= width
    (costs,) = [str(one) for one in odd.verdict() if one.table is not None]
    assert "{x} of a name t…" in costs and max(map(len, costs.splitlines())) < 80


@pytest.mark.slow
def test_missing_probabilities_are_remarked(tmp_path):
    text = """stream: {length: 3_000, concepts: {a: {kind: sea, threshold: 8}}, noise: 0.3}
models:
  bayes:
    learner: sklearn.naive_bayes.GaussianNB
    policy: {kind: online, restart: {kind: ddm, alarm: 1.5, warning: 1.0}}
evaluation: {probabilities: true}
"""
    results = played(text, "missing", tmp_path)
    own = next(one for one in results.traces() if one.contender == "bayes")
    rows = int(own.trace.columns["missing_probabilities"].sum())
    found = [text for text in remarks(results) if text.startswith("bayes gave no probabilities of")]
    assert rows and found and f" {rows:,} rows" in found[0]
    assert np.isnan(results.summary().set_index("contender").log_loss["bayes"])


def test_values_as_people_read_them():
    assert readable("error", 0.12345) == "0.1235" or readable("error", 0.12345) == "0.1234"
    assert readable("error", float("nan")) == ""
    assert readable("labels", 12345.0) == "12,345"
    assert readable("noise", 0.2) == "0.2" and readable("memory", 2000) == "2,000"
    assert readable("fit_cpu_seconds", 0.00123) == "0.0012"
    assert readable("CPU seconds", 2.1e-5) == "0.000021"
    assert readable("CPU seconds", 3.14159) == "3.14"
    assert readable("contender", "x") == "x" and readable("on", True) == "true"


def test_a_study_without_any_result_says_so(tmp_path):
    part, scenario = tmp_path / "unfinished.py", tmp_path / "s.yaml"
    part.write_text("""\
import numpy as np
import pytest

from driftsim.rows import Schema
from driftsim.streams.concepts import Concept


class Unfinished(Concept):
    schema = Schema(("x",))

    def draw(self, rng, t):
        if max(t) >= 100:
            raise ValueError("no more rows")
        return rng.random((len(t), 1)), np.asarray(t) % 2
""")
    scenario.write_text("""\
stream: {length: 400, concepts: {a: unfinished}}
models: {frozen: {learner: majority, policy: static}}
evaluation: {warmup: 200}
""")
    words = ["run", str(scenario), "--with", str(part), "--out", str(tmp_path), "--jobs", "1"]
    ended = CliRunner().invoke(app, words)
    assert ended.exit_code == 1 and isinstance(ended.exception, SystemExit)
    assert ended.stdout.startswith("No run has a result: there is nothing to compare.\n")
