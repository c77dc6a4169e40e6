"""Completion: the names that a shell completes, as a shell asks for them."""

import os
import subprocess
import sys
from pathlib import Path

from driftsim.cli import completion
from driftsim.evaluation.metrics import METRICS
from driftsim.figure_names import FIGURES
from driftsim.kinds import FAMILIES
from driftsim.parts import Imported

QUICKSTART = Path(__file__).parents[1] / "scenarios" / "quickstart.yaml"


def completed(words, *more):
    """What bash completes after some words."""
    count = len(words.replace("\\ ", "").split()) - 1 + words.endswith(" ")
    env = {"_DRIFTSIM_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(count)}
    code = (
        "import sys; from driftsim.cli import app;"
        "sys.argv[0] = 'driftsim';"
        "import atexit; atexit.register(lambda: print('@', *sys.modules));"
        "app(prog_name='driftsim')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | env, capture_output=True, text=True
    )
    found, _, modules = ended.stdout.partition("@ ")
    heavy = {"sklearn", "river", "numpy"} & {*modules.split()}
    assert heavy <= {*more}, (words, heavy)
    return found.split("\n")


def test_a_shell_completes_kinds_metrics_figures_and_contenders():
    assert "adwin" in completed("driftsim kinds ad")
    assert "kappa_m" in completed("driftsim table x --metric kap")
    assert "curves,alarms" in completed("driftsim run x --figures curves,al")
    found = completed(f"driftsim run {QUICKSTART} --seeds 3 --only re", "numpy")
    assert "retrained" in found and "frozen" not in found
    decision = QUICKSTART.with_name("decision.yaml")
    words = f"driftsim run {decision} --only every\\ 5"
    assert completed(words, "numpy")[0] == "every\\ 500\\ rows"
    assert completed("driftsim new x --drift sud")[0] == "sudden"


def test_blanks_are_escaped_for_bash_outside_of_quotes(monkeypatch):
    assert completion.escaped("train once") == "train once"  # other shells do it themselves
    monkeypatch.setenv("_DRIFTSIM_COMPLETE", "complete_bash")
    for words, found in {"x tr": "train\\ once", 'x "tr': "train once"}.items():
        monkeypatch.setenv("COMP_WORDS", words)
        assert completion.escaped("train once") == found


def test_every_name_is_known():
    known = {name for name, _ in completion.kinds("")}
    for family, parts in FAMILIES.items():
        own = {name for name, kind in parts.kinds.items() if not issubclass(kind, Imported)}
        assert own <= known and family in known
    assert known >= {*METRICS, "metric"}
    assert [*completion.figures("")] == [*FIGURES]
    assert "sklearn.svm.SVC" in {name for name, _ in completion.kinds("sklearn.")}
