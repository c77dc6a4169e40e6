"""A report that is there and unchanged is printed again, and nothing is read for it."""

import pytest
from rich.console import Console
from typer.testing import CliRunner

from driftsim.cli import app
from driftsim.report import printed, unchanged
from driftsim.report.verdict import Block
from driftsim.store import Store

TEXT = """# Does it pay?
stream: {length: 600, concepts: {a: {kind: sea, threshold: 8}}}
models: {first: {learner: majority, policy: online}, second: {learner: majority, policy: static}}
evaluation: {warmup: 100, seeds: 2}
report: {figures: [curves]}
"""

FAILING = """from driftsim.learners.learner import Learner


class Fails(Learner):
    \"\"\"Never starts.\"\"\"

    def engine(self, schema):
        return "compiled"  # so that it is not tried before it is played

    def start(self, schema, seed, probabilities=False):
        raise ArithmeticError("as it does")
"""


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTSIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(TEXT)
    assert run().exit_code == 0
    return tmp_path / "reports" / "s"


@pytest.fixture
def loaded(monkeypatch):
    """The keys of the traces that have been read."""
    keys, load = [], Store.load
    monkeypatch.setattr(Store, "load", lambda self, run: keys.append(run.key) or load(self, run))
    return keys


def run(*words):
    return CliRunner().invoke(app, ["run", "s.yaml", *words])


def state(folder):
    """The bytes of each file of a report, and when it was written."""
    files = [path for path in folder.iterdir() if path.is_file()]
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_nothing_is_read_nor_written_where_nothing_has_changed(study, loaded):
    before, first = state(study), run()
    assert (first.exit_code, loaded, state(study)) == (0, [], before)
    assert "Does it pay?" in first.stdout and "report.html\n" in first.stdout
    (study.parent.parent / "cache" / "reports").rename(study.parent / "elsewhere")
    assert run().stdout == first.stdout and len(loaded) == 6  # without the note all is read again
    assert {name: own for name, (own, _) in state(study).items()} == {
        name: own for name, (own, _) in before.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["report.html", "summary.csv", "curves.png"])
def test_a_file_that_is_gone_or_edited_is_written_again(study, loaded, name):
    path = study / name
    whole = path.read_bytes()
    if name == "summary.csv":
        path.write_bytes(whole[:-1])
    else:
        path.unlink()
    assert run().exit_code == 0
    assert loaded and path.read_bytes() == whole


def test_a_picture_of_other_results_goes(study, loaded):
    (study / "sweep.png").write_bytes((study / "curves.png").read_bytes()[:-20])
    assert run().exit_code == 0
    assert loaded and not (study / "sweep.png").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [["--set", "report.window=100"], ["--figures", "none"], ["--seeds", "1"]]
)
def test_another_scenario_has_another_report(study, loaded, words):
    before = state(study)
    assert run(*words).exit_code == 0
    assert loaded and state(study).keys() | {"curves.png"} == before.keys()
    assert state(study)["scenario.yaml"] != before["scenario.yaml"]
    del loaded[:]
    assert run().exit_code == 0 and loaded
    assert state(study)["scenario.yaml"][0] == before["scenario.yaml"][0]


def test_a_table_that_another_scenario_had_goes(study):
    assert run("--set", "prices.mistake=2").exit_code == 0
    assert (study / "wrong_prices.csv").exists()
    (study / "floor.csv").write_text("of another scenario")
    assert run().exit_code == 0
    assert not {"wrong_prices.csv", "floor.csv"} & state(study).keys()
    assert state(study).keys() - {"curves.png"} == {
        *("summary.csv", "summary.md", "recovery.csv", "alarms.csv", "differences.csv"),
        *("costs.csv", "scenario.yaml", "report.html"),
    }


def test_another_terminal_or_other_code_has_the_report_made_again(study, loaded, monkeypatch):
    monkeypatch.setenv("COLUMNS", "61")
    assert run().exit_code == 0 and loaded
    del loaded[:]
    monkeypatch.setattr(unchanged, "code_identity", lambda: "other code")
    assert run().exit_code == 0 and loaded


def test_traces_that_were_played_again_or_damaged_are_read(study, loaded):
    assert run("--fresh").exit_code == 0 and loaded
    path = next((study / "runs").glob("*.parquet"))
    whole = path.read_bytes()
    path.write_bytes(whole[:99] + bytes([whole[99] ^ 1]) + whole[100:])
    ended = run()
    assert ended.exit_code == 2 and "it is damaged" in ended.stderr
    path.unlink()
    assert run().exit_code == 0 and path.exists()


@pytest.mark.slow
def test_a_report_with_failed_runs_is_made_again(study, loaded):
    own = study.parent.parent / "own.py"
    own.write_text(FAILING)
    (study.parent.parent / "s.yaml").write_text(
        TEXT.replace("majority, policy: static", "fails, policy: static")
    )
    (note,) = (study.parent.parent / "cache" / "reports").iterdir()
    before, ended = note.read_bytes(), run("--with", "own.py")
    assert ended.exit_code == 1 and "failed" in (study / "summary.md").read_text()
    assert loaded and note.read_bytes() == before


def test_of_very_many_settings_the_first_are_printed_and_what_is_over_all(monkeypatch):
    monkeypatch.setattr(printed, "MOST_BLOCKS", 3)
    blocks, console = [Block(f"setting {i}") for i in range(5)], Console(width=80)

    def shown(n):
        with console.capture() as captured:
            printed.print_blocks(blocks[:n], console)
        return captured.get().split("\n\n")

    assert [one.strip() for one in shown(3)] == ["setting 0", "setting 1", "setting 2"]
    more = "… and 2 more settings: see summary.md"
    assert [one.strip() for one in shown(5)] == ["setting 0", "setting 1", more, "setting 4"]
