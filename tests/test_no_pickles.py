"""No pickles: whoever can write into a folder of results cannot have anybody's code run by that."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

import driftsim
from driftsim import Table

COMMANDS = """
import sys
from typer.testing import CliRunner

from driftsim.cli import app

def watched(event, arguments):
    if event == "pickle.find_class":
        raise AssertionError(f"it unpickles {arguments}")

folder = sys.argv[1]
sys.addaudithook(watched)
for words in (
    ["status", f"{folder}/s.yaml", "--out", folder],
    ["run", f"{folder}/s.yaml", "--out", folder],
    ["status", f"{folder}/s"],
    ["plot", f"{folder}/s", "--to", f"{folder}/curves.svg"],
):
    ended = CliRunner().invoke(app, words)
    assert ended.exit_code == 0, ended.output + repr(ended.exception)
"""
STUDY = """\
stream: {length: 2_000, concepts: {a: {kind: sea}}, noise: 0.1}
models:
  bayes: {learner: sklearn.naive_bayes.GaussianNB, policy: online}
  counts: {learner: majority, policy: online}
evaluation: {warmup: 500, predictions: true, probe: 100, seeds: 2}
"""


@pytest.mark.slow
def test_no_command_unpickles_what_lies_in_a_folder_of_results(tmp_path):
    (tmp_path / "s.yaml").write_text(STUDY)
    driftsim.run(tmp_path / "s.yaml", tmp_path, jobs=1)
    runs = tmp_path / "s" / "runs"
    for path in [*runs.iterdir()]:
        for ending in (".pkl", ".pickle", ".joblib"):
            path.with_suffix(ending).write_bytes(pickle.dumps(GaussianNB()))
    words = [sys.executable, "-c", COMMANDS, str(tmp_path)]
    ended = subprocess.run(words, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_folders_of_results_hold_no_pickles(tmp_path):
    """Also where estimators and tables are objects from Python."""
    rows = pd.DataFrame({"x": np.arange(400.0), "y": np.arange(400) % 2})
    model = {"learner": GaussianNB(), "policy": "online"}
    scenario = {
        "stream": {"concepts": {"a": Table(rows, target="y")}},
        "models": {"bayes": model},
        "evaluation": {"warmup": 100},
    }
    driftsim.report.write(driftsim.run(scenario, tmp_path, jobs=1), tmp_path / "report")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= {".parquet", ".yaml", ".html", ".csv", ".md", ".png"}
    assert not [path for path in files if path.read_bytes()[:2] in (b"\x80\x04", b"\x80\x05")]
    assert len(files) > 5
