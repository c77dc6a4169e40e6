"""What the commands import: only what they need, as imports are most of what a short one takes."""

import subprocess
import sys

import pytest

HEAVY = "river", "sklearn", "scipy", "pandas", "matplotlib", "numba", "pyarrow", "rich.console"
FREE = {  # commands, and what they do not import
    "--help": {*HEAVY, "numpy", "pydantic", "yaml"},
    "check": {*HEAVY},
    "run": {"river", "sklearn", "scipy.special", "scipy.stats", "pandas", "matplotlib"},
}
STUDY = """\
stream: {length: 3_000, concepts: {a: sea}, noise: 0.1}
models:
  tree: {learner: river.tree.HoeffdingTreeClassifier, policy: online}
  counts: {learner: majority, policy: online}
"""
PLAYED = """
import sys
from driftsim.__main__ import main

for command in sys.argv[1:]:
    sys.argv = ["driftsim", *command.split()]
    try:
        main()
    except SystemExit as end:
        print("@", end.code, *sys.modules)
"""


def imported(*commands):
    """The modules that commands leave imported, played in one process one after another."""
    played = [sys.executable, "-c", PLAYED, *commands]
    ended = subprocess.run(played, capture_output=True, text=True, encoding="utf-8", check=True)
    lines = [line.split() for line in ended.stdout.splitlines() if line.startswith("@ ")]
    assert [code for _, code, *_ in lines] == ["0"] * len(commands), ended.stdout + ended.stderr
    return [set(modules) for _, _, *modules in lines]


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def test_commands_that_run_nothing_import_little(scenario):
    of_help, of_check = imported("--help", f"check {scenario}")
    assert "typer" in of_help and not of_help & FREE["--help"]
    assert "numpy" in of_check and not of_check & FREE["check"]


def test_a_run_of_compiled_contenders_imports_no_other_library(scenario):
    [of_run] = imported(f"run {scenario} --figures none --out {scenario.parent}")
    assert "driftsim.report" in of_run and not of_run & FREE["run"]


def test_a_run_imports_matplotlib_only_to_draw_a_picture_that_is_not_there(scenario, tmp_path):
    run = f"run {scenario} --only counts --jobs 1 --out {tmp_path}"
    without, drawn = imported(f"{run} --figures none", run)
    assert "matplotlib" not in without and "matplotlib" in drawn
    (again,) = imported(run)
    assert not again & {"matplotlib", "pandas"} and (tmp_path / "study" / "curves.png").exists()
