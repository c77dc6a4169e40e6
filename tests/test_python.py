"""driftsim from Python: dicts, objects, and where they are played."""

import re
import subprocess
import sys

import numpy as np
import pytest

import driftsim
from driftsim.adaptation.policies.policy import Static
from driftsim.messages import ScenarioError
from driftsim.report.figure_data.kinds import KINDS

ADAPTED = {"kind": "periodic", "every": 500, "memory": 500}


def dict_of(**models):
    return {
        "stream": {"length": 2_000, "concepts": {"a": "sea", "b": {"kind": "sea", "threshold": 12}},
                   "drift": {"kind": "sudden", "at": (1_000,)}},
        "models": models,
        "evaluation": {"warmup": np.int64(500)},
    }  # fmt: skip


def traces(results):
    """Every trace but for its seconds, by the title of its run."""
    return {
        (one.contender, one.seed): {
            name: repr(column.tolist())
            for name, column in one.trace.columns.items()
            if not name.endswith("seconds")
        }
        for one in results.traces()
    }


def test_a_dict_is_the_file_with_the_same_keys(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        "stream: {length: 2_000, concepts: {a: sea, b: {kind: sea, threshold: 12}},\n"
        "         drift: {kind: sudden, at: [1_000]}}\n"
        "models: {a: {learner: majority, policy: static}}\nevaluation: {warmup: 500}\n"
    )
    given = dict_of(a={"learner": "majority", "policy": Static()})
    (mine,), (written,) = driftsim.load(given).variants, driftsim.load(path).variants
    assert mine.scenario == written.scenario
    assert given["evaluation"]["warmup"] == 500 and given["stream"]["drift"]["at"] == (1_000,)


def test_paths_may_begin_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "t.csv").write_text("x,y\n" + "1,a\n2,b\n" * 10)
    (tmp_path / "s.yaml").write_text(
        "stream: {concepts: {t: {kind: table, path: ~/t.csv}}}\n"
        "models: {last: {learner: no_change, policy: online}}\nevaluation: {warmup: 0}\n"
    )
    results = driftsim.run("~/s.yaml", out="~/kept", jobs=1)
    assert results.study.name == "s" and (tmp_path / "kept" / "s" / "runs").is_dir()


def test_mistakes_of_a_dict_are_named_by_their_paths():
    given = dict_of(a={"learner": "majorty", "policy": "static"})
    with pytest.raises(ScenarioError) as caught:
        driftsim.load(given)
    where = "in the scenario: models.a.learner: no learner is called 'majorty'"
    assert str(caught.value).startswith(where)
    with pytest.raises(ScenarioError, match=re.escape("in the scenario: sweep.a: 3 is not valid")):
        driftsim.load(given | {"sweep": {"a": 3}})


def test_a_study_has_the_name_it_is_given(tmp_path):
    given = dict_of(a={"learner": "majority", "policy": "static"})
    results = driftsim.run(given, out=tmp_path, jobs=1, name="first try")
    assert (tmp_path / "first try" / "runs").is_dir() and results.study.name == "first try"
    assert driftsim.load(given).name == "scenario"
    with pytest.raises(ScenarioError, match="name 'a/b' cannot be the name of a scenario"):
        driftsim.load(given, name="a/b")


def test_check_gives_what_the_command_prints():
    shown = driftsim.check(dict_of(a={"learner": "majority", "policy": "static"}))
    assert "2,000 rows of 3 features and 2 classes" in shown and "row 1,000: a → b" in shown


@pytest.mark.slow
def test_in_this_process_and_in_others_the_traces_are_the_same(tmp_path):
    tree = {"learner": "sklearn.tree.DecisionTreeClassifier", "policy": ADAPTED}
    models = {"a": {"learner": "sklearn.naive_bayes.GaussianNB", "policy": "online"}, "b": tree}
    here = driftsim.run(dict_of(**models), out=tmp_path / "here", jobs=1)
    there = driftsim.run(dict_of(**models), out=tmp_path / "there", jobs=2)
    assert traces(here) == traces(there) and len(traces(here)) == 5
    kept = [sorted(p.name for p in (tmp_path / w).rglob("*.parquet")) for w in ("here", "there")]
    assert kept[0] == kept[1]


def test_progress_is_silent_where_nobody_sees_it(tmp_path, capsys):
    given = dict_of(a={"learner": "majority", "policy": "static"})
    driftsim.run(given, out=tmp_path, jobs=1)
    assert capsys.readouterr() == ("", "")
    driftsim.run(given, out=tmp_path, jobs=1, fresh=True, progress=True)
    assert "2 of 2 runs ended" in capsys.readouterr().err


MINE = """
import numpy as np
from driftsim.learners.learner import Learner, Model

FACTOR = 2

class Threshold(Learner):
    '''A threshold.'''

    at: float = 9.0

    def start(self, schema, seed, probabilities=False):
        return ThresholdModel(self.at)

class ThresholdModel(Model):
    def __init__(self, at):
        self.at = at

    def fit(self, rows, weight=None):
        return self

    def learn(self, rows):
        pass

    def predict(self, X):
        return (X[:, :FACTOR].sum(axis=1) <= self.at).astype(np.int64)
"""
STUDY = """
import driftsim
stream = {"length": 2_000, "concepts": {"a": "sea"}}
models = {"mine": {"learner": Threshold(at=8.0), "policy": "static"}}
for jobs in (1, 2):
    given = {"stream": stream, "models": models}
    results = driftsim.run(given, out=f"OUT/{jobs}", jobs=jobs)
    trace = next(one for one in results.traces() if one.contender == "mine").trace
    columns = {n: repr(c.tolist()) for n, c in trace.columns.items() if not n.endswith("seconds")}
    print(sorted(run.key for _, run in results.runs()), sorted(columns.items()))
"""


def script(tmp_path, code):
    """What a script prints, one that is not read from a file, like the cells of a notebook."""
    code = code.replace("OUT", str(tmp_path))
    ended = subprocess.run([sys.executable, "-"], input=code, capture_output=True, text=True)
    assert ended.stderr == ""
    return ended.stdout.splitlines()


@pytest.mark.slow
def test_a_class_of_a_cell_is_played_by_others_and_again_when_it_is_edited(tmp_path):
    study = STUDY.replace("(1, 2)", "(1,)")
    edits = f"FACTOR = 1\n{study}", MINE.replace("<= self.at", "> self.at") + study
    here, there, constant, method = script(tmp_path, MINE + STUDY + "\n" + "\n".join(edits))
    assert here == there
    names = [{*re.findall(r"'([0-9a-f]{20})'", line)} for line in (here, constant, method)]
    assert len(set.intersection(*names)) == 1  # the truth
    assert len(set.union(*names)) == 4


def test_results_show_themselves_and_plot_their_figures(tmp_path):
    given = dict_of(**{"<b>": {"learner": "majority", "policy": "static"}})
    results = driftsim.run(given, out=tmp_path, jobs=1)
    shown = results._repr_html_()
    assert "&lt;b&gt;" in shown and "<b>" not in shown and "<table" in shown and "oracle" in shown
    assert "<p>What each used:</p>" in shown and "<svg" in shown
    figure = results.plot("curves", metric="kappa", window=500)
    assert [line.get_label() for line in figure.axes[0].get_lines()] and figure._repr_png_()[
        1:4
    ] == b"PNG"
    (alternative,) = re.findall('<img [^>]*alt="([^"]*)" src="data:image/png', figure._repr_html_())
    assert alternative == KINDS["curves"].title and "screen" in figure._repr_html_()
    for asked, words in [
        (("curve",), "no figure is called 'curve'; did you mean 'curves'?"),
        (("ranks",), "nothing to plot: it needs a sweep"),
    ]:
        with pytest.raises(ValueError, match=re.escape(words)):
            results.plot(*asked)
    for figure, options, words in [
        ("recovery", {"metric": "kappa"}, "'recovery' takes no 'metric'"),
        ("curves", {"contenders": "<c>"}, "no contender is called '<c>'; did you mean '<b>'?"),
        ("curves", {"window": 0}, "a window of 0 rows is not valid; give a whole number from 1"),
    ]:
        with pytest.raises(ValueError, match=re.escape(words)):
            results.plot(figure, **options)
    for window in (0, -5, 2.5):
        with pytest.raises(ValueError, match=f"a window of {window} rows is not valid"):
            results.curves("error", window)


def test_bars_of_a_notebook_come_after_a_while_and_go(monkeypatch):
    pytest.importorskip("IPython")
    from IPython import display

    from driftsim import progress
    from driftsim.runner.runs import runs_of

    shown = []

    class Place:
        update = staticmethod(lambda texts, raw: shown.append(texts))

    monkeypatch.setattr(display, "display", lambda *one, **_: [shown.append(*one), Place()][1])
    study = driftsim.load(dict_of(**{"<b>": {"learner": "majority", "policy": "static"}}))
    runs = [*runs_of(study.variants[0], ())]  # of the truth, and of the contender
    event = progress.Progress(rows=[(runs[1], 1_000)], waiting=0)
    with progress.CellBars(runs) as bars:
        bars.show(event)
        assert not shown  # a study may end before anybody looks
        bars._next = 0.0
        bars.end(runs[0])
        bars.show(event)
    assert '<progress value="1.5" max="2"' in shown[0]["text/html"]
    assert "&lt;b&gt;, seed 0, row 1,000 of" in shown[0]["text/html"] and "<b>" not in str(shown)
    assert shown[0]["text/plain"] == "1 of 2 runs ended" and shown[-1]["text/html"] == ""
