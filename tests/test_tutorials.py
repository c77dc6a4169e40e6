"""The tutorials: what a reader types there does what their pages say."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftsim.cli import app

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "tutorials"
pytestmark = pytest.mark.slow


def blocks(page, language):
    text = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def invoke(*words):
    """What the command line prints, each space and line break as one space."""
    ended = CliRunner().invoke(app, [*map(str, words)])
    assert ended.exit_code == 0, ended.output
    return flat(ended.output)


def flat(text):
    return " ".join(text.split())


def test_own_parts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parts = Path("my_parts.py")
    parts.write_text("\n\n".join(blocks("own_parts", "python")), encoding="utf-8")
    scenarios = zip(("first", "detour", "rush"), blocks("own_parts", "yaml"), strict=True)
    for name, scenario in scenarios:
        Path(f"{name}.yaml").write_text(scenario, encoding="utf-8")
    kinds, check, table = blocks("own_parts", "text")
    assert flat(kinds) in invoke("kinds", "disc", "--with", parts)
    assert flat(check) in invoke("check", "first.yaml", "--with", parts)
    command = [sys.executable, "-m", "driftsim", "run", "first.yaml", "detour.yaml", "rush.yaml"]
    settings = {"capture_output": True, "text": True}
    done = subprocess.run([*command, "--with", parts, "--jobs", "1"], **settings)
    assert done.returncode == 0, done.stderr
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert {*table.splitlines()} <= {*lines}
    phases = flat(done.stdout.partition("Who copes")[2])
    assert "large (rows 5,000 to 6,999): 'on a streak'" in phases
    assert "small (rows 7,000 to 9,999): 'trained once'" in phases
    summary = Path("reports/rush/summary.csv").read_text(encoding="utf-8")
    assert "online" in summary and "oracle" not in summary  # of a simulation the truth is unknown


def test_a_paper(tmp_path, monkeypatch):
    """With three contenders, and two streams."""
    monkeypatch.chdir(tmp_path)
    few = ["--only-stream", "sea", "--only-stream", "stagger", "--jobs", "1"]
    few += ["--only", "majority", "--only", "naive Bayes", "--only", "random forest"]
    typed = [shlex.split(one) for one in "".join(blocks("paper", "sh")).splitlines()]
    said = {}
    for program, command, *rest in typed:
        assert program == "driftsim"
        said[command] = invoke(command, *rest, *(few if command == "run" else []))
    assert flat(blocks("paper", "text")[0]) in said["check"]
    row = blocks("paper", "tex")[0].split(" & ")[:3]
    assert " & ".join(row) in Path("study.tex").read_text(encoding="utf-8")
    assert Path("ranks.pdf").exists() and Path("figures/curves.pdf").exists()
    if shutil.which("pdflatex"):
        packages, paper = blocks("paper", "tex")[1].split("\n", 1)
        whole = f"\\documentclass{{article}}{packages}\\begin{{document}}{paper}\\end{{document}}"
        Path("paper.tex").write_text(whole, encoding="utf-8")
        command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "paper.tex"]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert "Overfull" not in printed  # nothing is wider than the text


def test_your_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    proposal, marks, labels, prices = blocks("your_table", "yaml")
    columns, words, answer, *decision = blocks("your_table", "text")
    subprocess.run([sys.executable, FOLDER / "orders.py", "orders.csv"], check=True)
    with Path("orders.csv").open() as file:
        (shown,) = blocks("your_table", "csv")
        assert [next(file), next(file)] == shown.splitlines(keepends=True)
    assert flat(columns) in invoke("init", "orders.csv", "--target", "returned")
    path = Path("orders.yaml")
    modeline, _, written = path.read_text(encoding="utf-8").partition("\n")
    assert modeline.startswith("# yaml-language-server") and written == proposal
    assert flat(words) in invoke("explain", path)
    changed = proposal
    for key, block in (("marks", marks), ("labels", labels)):
        comment = next(row for row in proposal.splitlines() if row.strip().startswith(f"# {key}"))
        changed = changed.replace(f"{comment}\n", block)
    path.write_text(changed, encoding="utf-8")
    command = [sys.executable, "-m", "driftsim", "run", path]
    settings = {"check": True, "capture_output": True, "text": True}
    done = subprocess.run(command, **settings)
    text = flat(done.stdout)
    assert "Keeping a model up to date pays" in text and "(6.4 to 16.9) than 'on alarm'" in text
    for line in answer.splitlines():
        assert line in done.stdout
    path.write_text(changed + prices, encoding="utf-8")
    done = subprocess.run(command, **settings)
    assert "0 of 2 runs done (2 of the floor)" in done.stderr  # nothing else is played again
    assert all(flat(part) in flat(done.stdout) for part in decision)
