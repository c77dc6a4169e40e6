"""Workers: each job is done, or ends alone."""

import os
import pickle
import signal
import subprocess
import sys
import time

import pytest

from driftsim.workers import Outcome, outcomes
from driftsim.workers.team import remove_stale_folders
from driftsim.workers.worker import KEPT, Printed


def add(one, other, report):
    report(1)
    return one + other


def print_much(lines, report):
    for i in range(lines):
        print("line", i)
    os.write(2, b"at the end\n")
    os.close(1)
    os.close(2)


def die(code, report):
    os._exit(code)


def kill_itself(report):
    report(7)
    os.kill(os.getpid(), signal.SIGKILL)


def hang(path, report):
    """Never ends, and begins a process that never ends either."""
    report(3)
    process = subprocess.Popen(["sleep", "1000"])
    with open(path, "w") as file:
        file.write(f"{process.pid} ")
    while True:
        time.sleep(1)


def wander(folder, report):
    os.environ["WANDERED"] = "yes"
    os.chdir(folder)


def variable(name, report):
    return os.environ.get(name), os.getcwd()


def temporary(report):
    import tempfile

    return tempfile.mkdtemp()


def own_number(report):
    return os.getpid()


def finished(*jobs, most=1, **options):
    """How jobs end, in their order."""
    tasks = [pickle.dumps((function, given)) for function, *given in jobs]
    ended = [event for event in outcomes(tasks, most, **options) if isinstance(event, Outcome)]
    return sorted(ended, key=lambda one: one.job)


def test_jobs_return_their_values():
    ended = finished((add, 1, 2), (add, [3], [4]), (add, "a", "b"), most=2)
    assert [one.value for one in ended] == [3, [3, 4], "ab"]
    assert not any(one.crash or one.moved or one.printed.lines for one in ended)


@pytest.mark.slow
def test_a_process_that_dies_takes_no_other_job_with_it():
    ended = finished((add, 1, 1), (die, 3), (kill_itself,), (add, 2, 2), most=2)
    assert [one.value for one in ended] == [2, None, None, 4]
    assert [one.crash for one in ended] == [None, "exit code 3", "SIGKILL", None]
    assert ended[2].progress == 7


@pytest.mark.parametrize(("last", "processes"), [(False, 1), (True, 2)])
def test_a_process_does_no_other_job_after_its_last(last, processes):
    ended = finished((own_number,), (own_number,), last=lambda value: last)
    assert len({one.value for one in ended}) == processes
    assert not any(one.crash for one in ended)


@pytest.mark.skipif(os.name != "posix", reason="a process group is ended")
@pytest.mark.slow
def test_a_job_that_hangs_is_ended_with_what_it_has_started(tmp_path):
    file = tmp_path / "pid"
    started = time.monotonic()
    late, other = finished((hang, str(file)), (add, 1, 1), limit=1)
    assert 1 < time.monotonic() - started < 30
    assert (late.overdue, late.crash, late.progress) == (True, None, 3)
    assert other.value == 2
    assert ends(int(file.read_text()))


def ends(process):
    """Whether a process ends within seconds; one that nobody waits for counts as ended."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            with open(f"/proc/{process}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_what_a_job_prints_is_kept_apart_and_counted():
    quiet, loud, after = finished((add, 1, 1), (print_much, 20_000), (print_much, 1))
    assert (quiet.printed.lines, loud.printed.lines) == (0, 20_001)
    assert loud.printed.text.startswith("line 0\nline 1\n")
    assert loud.printed.text.endswith("line 19999\nat the end\n")
    assert "bytes left out]" in loud.printed.text
    assert after.printed.text == "line 0\nat the end\n"


def test_printed_keeps_the_beginning_and_the_end():
    printed = Printed()
    for piece in (b"a" * KEPT, b"b" * 10, b"c" * KEPT):
        printed.add(piece)
    assert printed.text == "a" * KEPT + "\n[10 bytes left out]\n" + "c" * KEPT
    assert printed.lines == 1  # which has no end


def test_a_job_finds_the_folder_and_the_environment_as_they_were(tmp_path):
    moved, after = finished((wander, str(tmp_path)), (variable, "WANDERED"))
    assert moved.moved == str(tmp_path)
    assert after.value == (None, os.getcwd())
    assert after.moved is None


def test_what_jobs_leave_in_the_temporary_folder_goes():
    (one,) = finished((temporary,))
    assert one.value
    assert not os.path.exists(one.value)
    assert not os.path.exists(os.path.dirname(one.value))


def test_each_worker_has_one_thread():
    (one,) = finished((variable, "OPENBLAS_NUM_THREADS"))
    assert one.value[0] == "1"


@pytest.mark.slow
def test_folders_of_dead_processes_are_swept_and_those_of_others_kept(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = [f"driftsim-{dead.pid}-x", f"driftsim-{os.getpid()}-x", "driftsim-x", "other"]
    for name in names:
        (tmp_path / name).mkdir()
    remove_stale_folders(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])
