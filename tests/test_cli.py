"""The command line: what it prints, writes and ends with."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from processes import messages
from together import together
from typer.testing import CliRunner

import driftsim
from driftsim.cli import app
from driftsim.report import write

TEXT = """\
# Does it work?
stream:
  length: 2_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}}
  drift: {kind: sudden, at: [1_000]}
models:
  frozen: {learner: majority, policy: static}
  last: {learner: no_change, policy: online}
evaluation: {warmup: 500}
"""
FILES = {
    "alarms.csv",
    "summary.md",
    "recovery.csv",
    "differences.csv",
    "costs.csv",
    "curves.png",
    "summary.csv",
    "scenario.yaml",
    "report.html",
}


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "s.yaml"
    file.write_text(TEXT)
    return file


def invoke(*words):
    """The end of the command line with these words."""
    return CliRunner().invoke(app, [*map(str, words)])


def runs(folder):
    return {path.name: path.stat().st_mtime_ns for path in (folder / "s" / "runs").iterdir()}


def test_a_second_run_redraws_and_a_fresh_one_plays_again(path, tmp_path, request):
    ended = invoke("run", path, "--out", tmp_path, "--jobs", 1)
    assert ended.exit_code == 0, ended.output
    assert {file.name for file in (tmp_path / "s").iterdir()} == FILES | {"runs"}
    assert "Does it work?" in ended.stdout
    for word in ("frozen", "last", "oracle", "majority", "no_change", "kappa"):
        assert word in ended.stdout
    assert str(tmp_path / "s" / "report.html") in ended.stdout
    assert f"{len(FILES) - 1} more files beside it" in ended.stdout
    assert not messages(ended.stderr)
    assert "\x1b" not in ended.output
    assert "\r" not in ended.output

    before = runs(tmp_path)
    for name in FILES:
        (tmp_path / "s" / name).unlink()
    assert invoke("run", path, "--out", tmp_path).exit_code == 0
    assert runs(tmp_path) == before
    assert {file.name for file in (tmp_path / "s").iterdir()} == FILES | {"runs"}

    assert invoke("run", path, "--out", tmp_path, "--figures", "cost,stream").exit_code == 0
    more = {"cost.png", "stream.png"}  # beside curves.png, which shows the same results still
    assert {file.name for file in (tmp_path / "s").iterdir()} == FILES | more | {"runs"}

    request.getfixturevalue("undrawn")
    command = "run", path, "--out", tmp_path, "--jobs", 1
    assert invoke(*command, "--seeds", 2, "--only", "last").exit_code == 0
    assert before.items() <= runs(tmp_path).items()
    assert len(runs(tmp_path)) == len(before) + 2  # the truth and `last`, of the other seed

    assert invoke(*command, "--fresh").exit_code == 0
    after = runs(tmp_path)
    assert all(after[name] > time for name, time in before.items())


def test_what_is_resolved_can_be_run_again(path, tmp_path, undrawn):
    with ThreadPoolExecutor(1) as executor:
        write(driftsim.run(path, out=tmp_path, executor=executor), tmp_path / "s")
    again = tmp_path / "s" / "scenario.yaml"
    assert driftsim.load(again).name == "s"  # whose runs are found
    assert "to run a report again, give " in invoke("run", again.parent).stderr
    slip = invoke("check", path.with_stem(f"{path.stem}z")).stderr
    assert slip.endswith(f"did you mean '{path.name}'?\n")
    again.rename(tmp_path / "again.yaml")
    before = runs(tmp_path)
    (tmp_path / "again").mkdir()
    (tmp_path / "s" / "runs").rename(tmp_path / "again" / "runs")
    ended = invoke("run", tmp_path / "again.yaml", "--out", tmp_path, "--jobs", 1)
    assert ended.exit_code == 0
    assert {file.name for file in (tmp_path / "again" / "runs").iterdir()} == {*before}


@pytest.mark.parametrize("out", ["file/below", "file"])
def test_a_folder_that_cannot_be_written(path, tmp_path, out):
    (tmp_path / "file").write_text("not a folder")
    ended = invoke("run", path, "--out", tmp_path / out)
    assert ended.exit_code == 2
    assert isinstance(ended.exception, SystemExit)
    assert "cannot be written: " in ended.stderr
    assert "choose another --out" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_taken_name_of_the_folder_of_results(path, tmp_path):
    (tmp_path / "s").write_text("not a folder")
    ended = invoke("run", path, "--out", tmp_path)
    assert (ended.exit_code, ended.stderr.count("\n")) == (2, 1)
    assert "cannot be written" in ended.stderr


def test_two_files_of_one_name(path, tmp_path):
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "s.yaml"
    other.write_text(TEXT)
    ended = invoke("run", path, other, "--out", tmp_path / "out")
    assert ended.exit_code == 2
    assert f"{path} and {other}: the results of both would go to 's'" in ended.stderr
    assert not (tmp_path / "out").exists()


def test_one_bad_file_of_two_stops_both(path, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(TEXT.replace("sudden", "suden"))
    ended = invoke("run", path, bad, "--out", tmp_path / "out")
    assert ended.exit_code == 2
    assert f"{bad}:5: stream.drift: no drift is called 'suden'" in ended.stderr
    assert not (tmp_path / "out").exists()


@together(
    "words",
    [
        ["run"],
        ["run", "s.yaml", "--jobs", "0"],
        ["run", "s.yaml", "--jobs", "x"],
        ["run", "s.yaml", "--seeds", "2.5"],
        ["run", "s.yaml", "--nothing"],
        ["nothing"],
        ["check"],
    ],
)
def test_the_command_line_itself_is_checked(words):
    ended = invoke(*words)
    assert ended.exit_code == 2
    assert "Traceback" not in ended.output


@pytest.mark.parametrize(
    ("option", "given", "right"),
    [
        ("--jobs", "abc", "'abc' is not valid; it should be a whole number, 1 or more"),
        ("--jobs", "0", "'0' is not valid; it should be a whole number, 1 or more"),
        ("--timeout", "soon", "'soon' is not valid; it should be a number, 0.1 or more"),
    ],
)
def test_numbers_of_options_are_refused_in_plain_words(option, given, right):
    assert right in " ".join(invoke("run", "s.yaml", option, given).output.split())


def test_check_finds_what_is_not_valid(path, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(TEXT.replace("sudden", "suden"))
    ended = invoke("check", bad, path)
    assert ended.exit_code == 2
    assert f"{path}: valid" in ended.stdout
    assert f"{bad}: valid" not in ended.stdout
    assert f"{bad}:5: stream.drift" in ended.stderr
    assert invoke("check", path).exit_code == 0
    ended = invoke("check", path, "--set", "stream.length=-5")
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bad.yaml", "s.yaml"]


def test_parts_of_ones_own_are_kinds_and_a_module_is_quiet_without_a_terminal(path, tmp_path):
    parts = tmp_path / "mine.py"
    parts.write_text(
        "from driftsim.learners.reference import Majority\n\n\n"
        "class MineAlone(Majority):\n    '''Mine.'''\n"
    )
    options = "--set", "models.frozen.learner=mine_alone"
    (message,) = invoke("check", path, *options).stderr.splitlines()
    assert "no learner is called 'mine_alone'; is it a part of your own? --with FILE" in message
    both = path.with_name("both.yaml")
    both.write_text(TEXT.replace("majority", "mine_alone").replace("no_change", "mine_alone"))
    (message,) = invoke("check", both).stderr.splitlines()
    assert "(likewise models." in message
    assert "MineAlone" not in invoke("kinds").stdout
    assert "mine_alone" in invoke("kinds", "--with", parts).stdout
    command = [sys.executable, "-m", "driftsim", "run", path, *options, "--with", parts]
    command += ["--jobs", "1"]
    env = os.environ | {"TERM": "xterm-256color"}
    ended = subprocess.run(
        [*command, "--out", tmp_path], capture_output=True, text=True, env=env, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    assert not messages(ended.stderr)
    assert all(c.isprintable() or c == "\n" for c in ended.stdout)
    assert "frozen" in ended.stdout


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["check", "-h"], ["kinds", "-h"]])
def test_help_is_quick(words):
    code = (
        "import sys; from driftsim.cli import app; app(sys.argv[1:], standalone_mode=False);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    command = [sys.executable, "-c", code, *words]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    help_, _, modules = printed.rstrip().rpartition("\n")
    assert "Usage" in help_
    heavy = {"sklearn", "river", "pandas", "matplotlib", "pyarrow", "scipy"}
    assert not heavy & {*modules.split()}


def test_a_run_notes_once_that_numbers_became_words(tmp_path, undrawn):
    cells = [*"12-34" * 20]
    (tmp_path / "t.csv").write_text(
        "a,y\n" + "".join(f"{cell},{'pq'[i % 3 == 0]}\n" for i, cell in enumerate(cells))
    )
    written = (
        "# q\nstream: {{concepts: {{a: {{kind: table, path: t.csv{more}}}}}}}\n"
        "models: {{m: {{learner: majority, policy: online}}}}\n"
        "evaluation: {{warmup: 50}}\nsweep: {{evaluation.warmup: [40, 50]}}\n"
    )
    for more, count in (("", 1), (", nominal: [a]", 0)):
        (tmp_path / "s.yaml").write_text(written.format(more=more))
        result = invoke("run", tmp_path / "s.yaml", "--out", tmp_path / "out", "--jobs", 1)
        assert result.exit_code == 0, result.output
        note = "s: a: column 'a' is read as words: 4 of 5 words are numbers, but not '-'; list"
        assert result.stderr.count(note) == count


def test_the_version_is_that_of_the_package():
    from importlib.metadata import version

    assert CliRunner().invoke(app, ["--version"]).output == f"driftsim {version('driftsim')}\n"
