"""Watching: `run --watch` plays again when a file has been saved, and rests in between."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from driftsim.cli.run import tables_of
from driftsim.cli.watching import state, wait, watch
from driftsim.scenario import load

TEXT = """\
stream: {length: 2_000, concepts: {a: tide}, noise: 0.1}
models: {counts: {learner: majority, policy: online}}
"""
PARTS = """\
from driftsim.streams.concepts.rules import Sea


class Tide(Sea):
    threshold: float = 3.0
"""
MOST = 60  # seconds for one turn


def test_files_that_are_saved_are_noticed_once_they_rest(tmp_path):
    path = tmp_path / "a.yaml"
    seen = state(path)
    path.write_text("a")
    started = time.monotonic()
    wait({path: seen})
    assert 0.1 < time.monotonic() - started < 5
    assert state(path) != seen and state(path) == state(path)


def test_tables_that_are_noted_are_watched_also_after_a_mistake(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    table, plays = tmp_path / "t.csv", []

    def play(note):
        plays.append(table.write_text(f"x,y\n{len(plays)},0\n"))  # as if saved while it plays
        if len(plays) == 3:
            raise KeyboardInterrupt
        if len(plays) == 1:
            note(["t.csv"])  # the second time, a mistake keeps it from getting there
            table.write_text("x,y\n7,0\n8,1\n")

    with pytest.raises(KeyboardInterrupt):
        watch([tmp_path / "s.yaml"], play)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["watching s.yaml, t.csv: played again when saved; Ctrl-C ends"] * 2


def test_the_tables_of_a_study_are_those_that_its_concepts_read(tmp_path):
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{i},{i % 2}\n" for i in range(40)))
    (tmp_path / "s.yaml").write_text(
        "stream: {concepts: {a: {kind: table, path: t.csv}}}\n"
        "models: {counts: {learner: majority, policy: online}}\nevaluation: {warmup: 5}\n"
    )
    assert [*map(Path, tables_of([load(tmp_path / "s.yaml")]))] == [tmp_path / "t.csv"]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.slow
def test_a_study_is_played_again_when_it_is_saved_and_ctrl_c_ends_it(tmp_path):
    (tmp_path / "s.yaml").write_text(TEXT)
    (tmp_path / "parts.py").write_text(PARTS)
    command = [sys.executable, "-m", "driftsim", "run", "s.yaml", "--watch", "--with", "parts.py"]
    with subprocess.Popen(
        [*command, "--figures", "none", "--jobs", "1"], cwd=tmp_path, text=True,
        encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:  # fmt: skip
        try:
            first = turn(process)
            before = cpu_seconds(process.pid)
            time.sleep(0.4)
            assert cpu_seconds(process.pid) - before < 0.08  # it rests
            (tmp_path / "s.yaml").write_text(TEXT.replace("online", "onlne"))
            mistake = turn(process)
            (tmp_path / "s.yaml").write_text(TEXT)
            back = turn(process)
            (tmp_path / "parts.py").write_text(PARTS.replace("3.0", "17.0"))
            other = turn(process)
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=MOST)
            assert process.returncode == 128 + signal.SIGINT
        finally:
            process.kill()
    assert error(first) == error(back) != error(other)
    assert [line.startswith("s.yaml:2: models.counts.policy: ") for line in mistake] == [True]
    assert rest == "stopped; what has ended is kept: the same command continues from there\n"


def turn(process):
    """The lines that are printed until it watches again."""
    lines = []
    for line in process.stdout:
        if line.startswith("watching s.yaml, parts.py: "):
            return lines
        lines.append(line)
    raise AssertionError("".join(lines))


def error(lines):
    """The error in a summary."""
    (row,) = [line.split() for line in lines if line.startswith("counts ")][:1]
    return row[1]


def cpu_seconds(process):
    """The CPU time of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
