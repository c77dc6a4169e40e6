"""Drills: whatever dies in the middle of a study, nothing is lost and nothing is left behind."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from drills import COUNTED, RUNS, Drill, other_numpy, undisturbed, wait_for
from processes import messages, session

from driftsim import load
from driftsim.own import load_parts
from driftsim.runner.futures import REFUSED
from driftsim.runner.playing import Finished, play
from driftsim.runner.runs import missing
from driftsim.store import Store

pytestmark = pytest.mark.slow
# Programs that run another one under a limit, which end where they are not permitted to set it.
HEEDING = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]  # root, like other users
SMALL_DISK = """
mount -t tmpfs -o size=1m tmpfs "$OUT"
head -c 800k /dev/zero > "$OUT/filler"
"$@"
code=$?
cp -r "$OUT/s" "$KEPT"
exit $code
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The study that nothing has befallen."""
    return undisturbed(tmp_path_factory.mktemp("whole"))


def test_a_client_that_is_killed_again_and_again(tmp_path, whole):
    rng, drill, kept = random.Random(1), Drill(tmp_path), {}
    for _ in range(4):
        kill(drill, drill.begin("--jobs", "2"), after=rng.randint(2, 6), delay=rng.random() * 0.1)
        kept, before = drill.kept, kept
        assert before.items() <= kept.items()
    assert drill.mended().play("--jobs", "2")[0] == 0
    assert kept.items() <= drill.kept.items()
    drill.check(whole, again=4 * 2)


def kill(drill, client, after, delay=0.0):
    """Kill a client once it has started so many runs of contenders, after a delay in seconds."""
    wait_for(lambda: drill.begun(client) >= after or client.poll() is not None)
    time.sleep(delay)
    client.send_signal(signal.SIGKILL)
    client.communicate()
    wait_for(lambda: not session(client.pid))  # its workers end with it


def test_one_of_two_shares_is_killed(tmp_path, whole):
    drill = Drill(tmp_path, takes=0.3)
    one, other = (drill.begin("--jobs", "1", "--share", f"{i}/2") for i in (1, 2))
    kill(drill, one, after=3)
    assert "share 2/2 has ended; once all have" in other.communicate(timeout=300)[0]
    missing = RUNS - len(drill.kept)
    assert 0 < missing < RUNS // 2 and other.returncode == 0
    assert drill.status()[0] == (
        f"s: 36 runs: {RUNS - missing} done, 0 running, 0 failed, {missing} missing"
    )
    assert drill.mended().play("--jobs", "1")[0] == 0
    drill.check(whole, again=1)


def test_two_clients_in_one_folder(tmp_path, whole):
    """Neither knows of the other: a run may be played by both, and its trace is the same."""
    drill = Drill(tmp_path, takes=0.02)
    both = [drill.begin("--jobs", "1") for _ in range(2)]
    printed = [messages(one.communicate(timeout=300)[1]) for one in both]
    assert (printed, [one.returncode for one in both]) == (["", ""], [0, 0])
    drill.check(whole, again=COUNTED)
    assert max(drill.starts.values()) <= 2


def test_a_full_disk(tmp_path, whole):
    """A small disk of its own, where this process may mount one; else small files only."""
    drill, kept = Drill(tmp_path, takes=0), tmp_path / "kept"
    own = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    if permitted(*own, "mount", "-t", "tmpfs", "tmpfs", tmp_path):
        drill.out.mkdir()
        words = ["env", f"OUT={drill.out}", f"KEPT={kept}", "sh", "-c", SMALL_DISK, "sh"]
        code, _, printed = drill.play("--jobs", "1", before=[*own, *words])
        shutil.move(kept, drill.out / "s")
    else:
        code, _, printed = drill.play("--jobs", "1", before=["prlimit", "--fsize=8000"])
    (line,) = messages(printed).splitlines()
    assert (code, line.startswith(f"{drill.runs}/")) == (2, True)
    assert line.endswith("; make room there, or choose another --out")
    assert 0 < len(drill.kept) < RUNS and not drill.strays()
    assert drill.play("--jobs", "1")[0] == 0
    drill.check(whole, again=1)


def permitted(*words):
    """Whether a program that sets a limit may do so."""
    return subprocess.run(words, capture_output=True).returncode == 0


def test_a_folder_that_is_made_read_only(tmp_path, whole):
    drill = Drill(tmp_path, takes=0.3)
    before = HEEDING if os.geteuid() == 0 else ()
    client = drill.begin("--jobs", "1", before=before)
    wait_for(lambda: drill.begun() > 2)
    drill.runs.chmod(0o500)
    printed = messages(client.communicate(timeout=300)[1])
    assert (client.returncode, printed.count("\n"), printed.startswith(str(drill.runs))) == (
        2,
        1,
        True,
    )
    advice = "; see that you may write there, or choose another --out\n"
    assert printed.endswith(f": cannot be written: permission denied{advice}")
    code, _, printed = drill.play("--jobs", "1", before=before)
    assert code == 2 and printed.endswith(advice)
    drill.runs.chmod(0o700)
    assert drill.mended().play("--jobs", "1")[0] == 0
    drill.check(whole, again=1)


def test_a_clock_that_is_set_back(tmp_path, whole):
    """By a day: all that has been written before is of tomorrow."""
    drill = Drill(tmp_path)
    client = drill.begin("--jobs", "1")
    wait_for(lambda: drill.begun() > 4)
    other = drill.runs / "playing.word.other-host.1.unfinished"
    other.write_text('{"host": "other", "process": 1, "rows": {}, "waiting": 5}')
    tomorrow = time.time() + 86_400
    for path in drill.runs.iterdir():
        os.utime(path, (tomorrow, tomorrow))
    kept = drill.kept
    kill(drill, client, after=5)
    assert drill.status()[1].startswith("  process 1 on other has reported 86,")
    assert drill.mended().play("--jobs", "1")[0] == 0
    assert kept.items() <= drill.kept.items()
    assert drill.strays() == [other]  # its process may be alive
    other.unlink()
    drill.check(whole, again=1)


def test_a_poisonous_run_among_hundred(tmp_path, whole):
    deadly, all_of_it = min(whole.starts), ["--jobs", "2", "--seeds", "34", "--share", "1/1"]
    drill = Drill(tmp_path, takes=0, deadly=deadly)
    code, _, printed = drill.play(*all_of_it)
    assert (code, messages(printed).count("\n")) == (1, 1)
    assert printed.endswith(
        ": the process that ran it crashed before its first prediction (exit code 7)\n"
    )
    assert len(drill.kept) == 101 and not drill.strays()
    assert {run for run, n in drill.starts.items() if n > 1} == {deadly}
    assert drill.mended().play(*all_of_it)[0] == 0
    assert len(drill.kept) == 102 and drill.starts.total() == 70
    drill.check_traces(whole)


def test_an_executor_that_a_poisonous_run_breaks(tmp_path, whole, monkeypatch):
    drill = Drill(tmp_path, takes=0, deadly=min(whole.starts))
    for name, value in drill.environment.items():
        monkeypatch.setenv(name, value)
    load_parts([drill.parts])
    study, store = load(drill.path), Store(drill.runs)
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        events = [*play(missing(study, store, [str(drill.parts)]), store, executor=executor)]
    failures = Counter(one.failure for one in events if isinstance(one, Finished))
    assert failures == {None: len(drill.kept), REFUSED: RUNS - len(drill.kept)}
    code, _, printed = drill.play("--jobs", "1", "--share", "1/1")
    assert (code, messages(printed).count("\n"), "(exit code 7)" in printed) == (1, 1, True)
    assert len(drill.kept) == RUNS - 1
    assert drill.mended().play("--jobs", "1")[0] == 0
    drill.check(whole, again=4)


def test_a_process_of_another_version_plays_runs_of_other_names(tmp_path, whole):
    """As the share of a machine with another numpy does."""
    drill = Drill(tmp_path, takes=0)
    assert drill.play("--jobs", "1", "--share", "1/2")[0] == 0
    before = ["env", *(f"{name}={value}" for name, value in other_numpy(tmp_path).items())]
    assert drill.play("--jobs", "1", "--share", "2/2", before=before)[0] == 0
    assert len(drill.kept) == RUNS
    assert drill.status()[0] == "s: 36 runs: 18 done, 0 running, 0 failed, 18 missing"
    assert drill.play("--jobs", "1")[0] == 0
    assert len(drill.kept) == RUNS + 18
    drill.check_traces(whole)
