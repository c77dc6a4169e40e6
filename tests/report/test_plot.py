"""Plot: a figure of reports from the command line, and the message where there is none."""

from pathlib import Path

import pytest
from examples import played
from typer.testing import CliRunner

from driftsim.cli import app
from driftsim.report.figures import KINDS, View, image, plot_figure
from driftsim.report.pictures import shown_results
from driftsim.report.plot import plot
from driftsim.report.results import Results
from driftsim.runner.runs import runs_of
from driftsim.scenario import load
from driftsim.scenario.resolved import resolved
from driftsim.store import Store

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
ONE = """# Who keeps up?
stream:
  length: 2_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}}
  drift: {kind: sudden, at: [1_000]}
models:
  frozen: {learner: river.naive_bayes.GaussianNB, policy: static}
  last: {learner: no_change, policy: online}
evaluation: {warmup: 500, interval: 20}
"""
OTHER = ONE.replace("frozen", "kept").replace("threshold: 12", "threshold: 20")
NUMBERS = """stream: {length: 1_000, concepts: {a: {kind: linear, features: 2}}}
models: {mean: {learner: mean, policy: online}}
evaluation: {warmup: 100}
"""
OWN = """
from driftsim.adaptation.policies import Policy


class Sleepy(Policy):
    \"\"\"Train once, and never look again.\"\"\"

    def run(self, model, history, arrivals, rng):
        model = model.fit(history)
        for arrival in arrivals:
            yield model.predict(arrival.X)
"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """A folder of reports: two alike, one of numbers, and a folder that is none."""
    folder = tmp_path_factory.mktemp("reports")
    for name, text in {"one": ONE, "other": OTHER, "numbers": NUMBERS}.items():
        results = played(text, name, folder)
        kept(results, folder / "out" / name)
    (folder / "out" / "none").mkdir()
    return folder / "out"


def kept(results, folder):
    """Keep of a report what `plot` needs."""
    (folder / "scenario.yaml").write_text(resolved(results.study), encoding="utf-8")


def invoke(*words):
    """The end of `driftsim plot` with these words."""
    return CliRunner().invoke(app, ["plot", *map(str, words)])


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_a_report_is_plotted_as_its_figure(reports, tmp_path, suffix):
    to = tmp_path / "new" / f"figure.{suffix}"
    ended = invoke(reports / "one", "--to", to, "--figure", "recovery")
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, f"{to}\n", "")
    study = load(reports.parent / "one.yaml")
    results = Results(study, Store(reports / "one" / "runs"))
    assert to.read_bytes() == image(
        plot_figure("recovery", View(results)), suffix, shown_results(results)
    )


def test_a_scenario_that_has_been_run_is_its_report(reports, tmp_path):
    one, two = tmp_path / "one.svg", tmp_path / "two.svg"
    more = ("--metric", "kappa", "--window", 200, "--over", "sliding", "--contender", "last")
    assert invoke(reports / "one", "--to", one, *more).exit_code == 0
    ended = invoke(reports.parent / "one.yaml", "--out", reports, "--to", two, *more)
    assert ended.exit_code == 0, ended.stderr
    assert one.read_bytes() == two.read_bytes()
    assert b">kappa<" in one.read_bytes() and b"frozen" not in one.read_bytes()


@pytest.mark.slow
def test_reports_are_compared_side_by_side(reports, monkeypatch):
    figures = {}
    for name in KINDS:
        monkeypatch.setattr(
            "driftsim.report.plot.plot_figure",
            lambda *two: figures.setdefault(two[0], plot_figure(*two)),
        )
        if name not in ("sweep", "ranks", "forgetting", "alarms", "severity", "price", "periods"):
            plot([reports / "one", reports / "other"], reports / "x.svg", name)
    panels = figures["curves"].axes
    assert [panel.get_title() for panel in panels] == ["one", "other"]
    assert panels[0].get_ylim() == panels[1].get_ylim()
    (legend,) = figures["curves"].legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["frozen", "last", "kept", "oracle (best possible)"]
    colours = [{line.get_label(): line.get_color() for line in panel.lines} for panel in panels]
    assert colours[0]["last"] == colours[1]["last"]
    assert len({colours[0]["frozen"], colours[0]["last"], colours[1]["kept"]}) == 3
    assert len(figures["stream"].axes) == 6


def test_reports_of_one_name_are_titled_by_their_paths(reports, tmp_path):
    (tmp_path / "again").mkdir()
    other = tmp_path / "again" / "one"
    other.symlink_to(reports / "one")
    ended = invoke(reports / "one", other, "--to", tmp_path / "x.svg")
    assert ended.exit_code == 0, ended.stderr
    svg = (tmp_path / "x.svg").read_bytes()
    assert b">out/one<" in svg and b">again/one<" in svg


def test_help_names_every_figure():
    assert all(name in invoke("--help").stdout for name in KINDS)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["{one}", "--to", "x.jpg"], "--to x.jpg: 'jpg' is no format of a figure; end it in .png"),
        (["{one}", "--to", "x"], "--to x: this has no suffix; end it in .png"),
        (["{one}", "--figure", "curve"], "no figure is called 'curve'; did you mean 'curves'?"),
        (["{one}", "--metric", "kapa"], "one: no metric is called 'kapa'; did you mean 'kappa'?"),
        (["{one}", "--metric", "mae"], "one: 'mae' is not for these labels; choose from error"),
        (["{one}", "--metric", "log_loss"], "one: 'log_loss' needs probabilities; set evaluation."),
        (["{one}", "--contender", "froze"], "is called 'froze'; did you mean 'frozen'?"),
        (["{one}", "--over", "slidin"], "'slidin' is no kind of window; did you mean 'sliding'?"),
        (["{one}", "--figure", "ranks", "--metric", "error"], "it; curves, cost, sweep do"),
        (["{one}", "--figure", "stream", "--contender", "last"], "'stream' does not take it"),
        (["{one}", "--figure", "sweep"], "nothing to plot as 'sweep': the scenario has no"),
        (["{one}", "--figure", "ranks"], "it needs a sweep of two settings"),
        (["{one}", "--figure", "forgetting"], "write evaluation: {probe: 500}, and run it again"),
        (["{one}", "--figure", "alarms"], "nothing to plot as 'alarms': there was no alarm"),
        (["{numbers}", "--figure", "recovery"], "no known change has rows before it"),
        (["{none}"], "none: this folder is no report: it has no scenario.yaml; give a folder that"),
        (["{nowhere}"], "nowhere: there is neither a report nor a scenario of this name; give a"),
        (["{one}.yaml"], "one.yaml: there is neither a report nor a scenario of this name"),
        (["{one}", "{one}"], "one: this is given twice; give each report once"),
        (["{one}", "{numbers}"], "have no metric in common; plot them apart"),
        (["{one}", "--over", "cumulative", "--window", "100"], "--window: cumulative windows hold"),
        (["{one}", "--figure", "cost", "--over", "tumbling"], "--over: 'cost' does not take it"),
        (["{one}/scenario.yaml"], "this is a file of a report; give the folder"),
        (["{one}", "--with", "x.py"], "--with x.py: there is no such Python file"),
    ],
)  # fmt: skip
def test_what_cannot_be_plotted_is_refused(reports, tmp_path, words, message):
    names = {name: reports / name for name in ("one", "other", "numbers", "none", "nowhere")}
    to = [] if "--to" in words else ["--to", tmp_path / "x.svg"]
    ended = invoke(*(word.format(**names) for word in words), *to)
    assert ended.exit_code == 2 and not ended.stdout
    assert message in ended.stderr and "Traceback" not in ended.stderr
    assert ended.stderr.count("\n") == 1 and not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_refused(reports, tmp_path):
    (tmp_path / "file").write_text("")
    ended = invoke(reports / "one", "--to", tmp_path / "file" / "x.svg")
    assert ended.exit_code == 2 and "another --to" in ended.stderr


def test_runs_that_are_missing_are_named(tmp_path):
    results = played(ONE, "gone", tmp_path)
    folder = tmp_path / "out" / "gone"
    kept(results, folder)
    for _, run in results.runs():
        if run.name == "last":
            (folder / "runs" / f"{run.key}.parquet").unlink()
    ended = invoke(folder, "--to", tmp_path / "x.svg")
    assert ended.exit_code == 0
    assert ended.stderr == f"{folder}: 1 of 1 runs of last have not ended, and are left out\n"
    assert b">frozen<" in (tmp_path / "x.svg").read_bytes()
    ended = invoke(folder, "--to", tmp_path / "y.svg", "--contender", "last")
    assert ended.exit_code == 2
    reason = "nothing to plot as 'curves'"
    assert ended.stderr == f"{folder}: {reason}: {folder}: 1 of 1 runs of last have not ended\n"
    for path in (folder / "runs").iterdir():
        path.unlink()
    ended = invoke(folder, "--to", tmp_path / "y.svg")
    assert ended.exit_code == 2 and not (tmp_path / "y.svg").exists()
    assert "holds no run of this scenario" in ended.stderr


def test_unknown_kinds_may_be_own_parts(tmp_path):
    (tmp_path / "scenario.yaml").write_text(ONE.replace("policy: static", "policy: drowsy"))
    ended = invoke(tmp_path, "--to", tmp_path / "x.svg")
    fault, hint = ended.stderr.splitlines()
    assert ended.exit_code == 2 and "no policy is called 'drowsy'" in fault
    assert hint == f"{tmp_path}: if it has parts of your own, name their file with --with"


@pytest.mark.slow
def test_a_report_with_own_parts_is_plotted_with_them(tmp_path, undrawn):
    (tmp_path / "own.py").write_text(OWN)
    path = tmp_path / "own.yaml"
    path.write_text(ONE.replace("policy: static", "policy: sleepy"))
    words = ["run", path, "--out", tmp_path, "--jobs", 1, "--with", tmp_path / "own.py"]
    ended = CliRunner().invoke(app, [*map(str, words)])
    assert ended.exit_code == 0, ended.output
    ended = invoke(tmp_path / "own", "--to", tmp_path / "x.svg", "--with", tmp_path / "own.py")
    assert ended.exit_code == 0, ended.stderr
    ended = invoke(tmp_path / "own", "--to", tmp_path / "y.svg")
    assert ended.exit_code == 2 and "holds no run of this scenario" in ended.stderr
    kept(played(ONE, "plain", tmp_path), tmp_path / "out" / "plain")
    both = [tmp_path / "own", tmp_path / "out" / "plain", "--with", tmp_path / "own.py"]
    ended = invoke(*both, "--to", tmp_path / "z.svg")
    assert ended.exit_code == 0, ended.stderr


TABLE = """stream: {concepts: {rows: {kind: table, path: data/a.csv, marks: [200]}}}
models: {m: {learner: majority, policy: {kind: periodic, every: 50, memory: 40}}}
evaluation: {warmup: 50}
sweep:
  stream.concepts.rows.path: [data/a.csv, data/b.csv]
  models.m.policy: [static, {kind: on_drift, memory: 20}]
  models.m.learner: [majority, {kind: sklearn.tree.DecisionTreeClassifier, max_depth: 2}]
"""


@pytest.mark.slow
def test_the_scenario_of_a_report_finds_the_runs_of_that_which_was_run(tmp_path):
    (tmp_path / "data").mkdir()
    for name in "ab":
        rows = [f"{i % 7},{i % 3},{i % 2}" for i in range(500)]
        (tmp_path / "data" / f"{name}.csv").write_text("\n".join([f"x,{name},y", *rows]))
    (tmp_path / "table.yaml").write_text(TABLE)
    for path in [tmp_path / "table.yaml", *SCENARIOS.rglob("*.yaml")]:
        study = load(path, seeds=1)
        again = tmp_path / "report" / path.stem / "scenario.yaml"
        again.parent.mkdir(parents=True, exist_ok=True)
        again.write_text(resolved(study), encoding="utf-8")
        assert keys(load(again)) == keys(study), path
        assert load(again).question == study.question


def keys(study):
    """The keys of every run of a study."""
    return [run.key for variant in study.variants for run in runs_of(variant)]


@pytest.mark.slow
def test_all_figures_are_plotted_into_a_folder(reports, tmp_path):
    to = tmp_path / "figures"
    ended = invoke(reports / "one", "--all", "--to", to, "--window", 200, "--contender", "frozen")
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, f"{to}\n", "")
    names = {path.stem for path in to.iterdir()}
    assert names == {"curves", "excess", "recovery", "stream", "cost"}
    assert {path.suffix for path in to.iterdir()} == {".pdf"}
    alone = tmp_path / "stream.pdf"
    invoke(reports / "one", "--to", alone, "--figure", "stream", "--window", 200)
    assert alone.read_bytes() == (to / "stream.pdf").read_bytes()


@pytest.mark.parametrize(
    ("to", "more", "words"),
    [
        ("all.pdf", [], "this is a file; with --all name a folder"),
        ("all", ["--figure", "cost"], "--figure: every figure is plotted with --all"),
        ("all", ["--window", "0"], "--window: '0' is not valid"),
    ],
)
def test_all_figures_without_a_folder_are_refused(reports, tmp_path, to, more, words):
    ended = invoke(reports / "one", "--all", "--to", tmp_path / to, *more)
    assert ended.exit_code == 2 and words in ended.stderr and ended.stderr.count("\n") == 1
