"""What the commands import: only what they need, as imports are most of what a short one takes."""

import subprocess
import sys

import pytest

CLUSTER = "dask", "distributed"
HEAVY = "river", "sklearn", "scipy", "pandas", "matplotlib", "numba", "pyarrow", "rich.console"
FREE = {  # commands, and what they do not import
    "--help": {*HEAVY, *CLUSTER, "numpy", "pydantic", "yaml"},
    "check": {*HEAVY, *CLUSTER},
    "run": {"river", "sklearn", "scipy.special", "scipy.stats", "pandas", "matplotlib", *CLUSTER},
}
STUDY = """\
stream: {length: 3_000, concepts: {a: sea}, noise: 0.1}
models:
  tree: {learner: river.tree.HoeffdingTreeClassifier, policy: online}
  counts: {learner: majority, policy: online}
"""
RETRAINED = """\
stream: {length: 3_000, concepts: {a: sea}, noise: 0.1}
models:
  tree:
    learner: {kind: sklearn.tree.DecisionTreeClassifier, max_depth: 3}
    policy: {kind: periodic, every: 1_000, memory: {kind: faded, half_life: 200}}
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


def test_each_command_imports_only_what_it_needs(scenario, tmp_path):
    (retrained := tmp_path / "retrained.yaml").write_text(RETRAINED, encoding="utf-8")
    run = f"run {scenario} --jobs 1 --out {tmp_path}"
    of_help, of_check, of_run, drawn, _ = imported(
        "--help", f"check {scenario}", f"{run} --figures none", run, f"check {retrained}"
    )
    assert "typer" in of_help and not of_help & FREE["--help"]
    assert "numpy" in of_check and not of_check & FREE["check"]
    assert "driftsim.report" in of_run and not of_run & FREE["run"]
    assert "matplotlib" in drawn and (tmp_path / "study" / "curves.png").exists()
    checked, again = imported(f"check {retrained}", run)
    assert "driftsim.report" in again and not again & FREE["run"]
    assert "driftsim.learners.estimator" in checked and not checked & FREE["check"]
