"""The command itself: CPU seconds of whole processes, and what they import.

The study is one compiled Hoeffding tree over rows of SEA, which takes .02 s once all is in memory.
Each round plays every command once, so that what slows a machine slows all of them; a row has the
medians of the rounds, of the seconds and of the ratios. MOA's own command line on the same kind of
stream stands beside them where there are Java and its jar, which the package capymoa brings.
"""

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LOOKED_FOR = (
    *("river", "sklearn", "scipy", "scipy.stats", "pandas", "matplotlib", "numba", "pyarrow"),
    *("pydantic", "typer", "rich"),
)
STUDY = """\
stream: {{length: {rows}, concepts: {{a: sea}}, noise: 0.1}}
models:
  tree: {{learner: river.tree.HoeffdingTreeClassifier, policy: online}}
"""
LOOP = (
    "EvaluatePrequential -l trees.HoeffdingTree -s (generators.SEAGenerator -n 10) "
    "-i {rows} -f 10000"
)
NUMPY, MOA = "python -c 'import numpy'", "MOA: EvaluatePrequential"
FIRST = "driftsim run, first on a machine"  # after which all of its kernels are on the disk
GOALS = {  # CPU seconds on an idle machine, and times MOA's
    "driftsim --help": (0.2, None),
    "driftsim check": (0.5, None),
    FIRST: (6.0, None),
    "driftsim run": (None, 2.0),
    "driftsim run, nothing to do": (1.2, None),
    "driftsim run --figures none": (None, 1.5),
    "driftsim run --figures none, nothing to do": (0.7, None),
}


def taken(command, **variables):
    """CPU seconds of a process and its children, wall-clock seconds, and what it imports."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, env=os.environ | variables
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        errors.seek(0)
        text = errors.read()
    assert not process.returncode, f"{command}: {text}"
    return used.ru_utime + used.ru_stime, wall, imported(text)


def imported(text):
    """The packages among those looked for that a process reports to have imported."""
    lines = [line for line in text.splitlines() if line.startswith("import time:")]
    names = {line.rsplit("|", 1)[-1].strip() for line in lines}
    return [one for one in LOOKED_FOR if one in names]


class Study:
    """The commands over one study, in a folder whose caches are its own."""

    def __init__(self, folder, rows):
        self.folder, self.scenario = folder, folder / "sea.yaml"
        self.scenario.write_text(STUDY.format(rows=rows), encoding="utf-8")
        caches = {"DRIFTSIM_CACHE": folder / "kernels", "MPLCONFIGDIR": folder / "fonts"}
        self.caches = {name: str(path) for name, path in caches.items()}
        helped = subprocess.run(self.driftsim("run", "--help"), capture_output=True, text=True)
        self.pictures = {"run": []}
        if "--figures" in helped.stdout:
            self.pictures["run --figures none"] = ["--figures", "none"]

    def driftsim(self, *words):
        return [sys.executable, "-m", "driftsim", *words]

    def run(self, *options):
        return self.driftsim("run", str(self.scenario), "--out", str(self.folder / "out"), *options)

    def first(self, **variables):
        """The first run on a machine: kernels are compiled, fonts are found."""
        for path in (*self.caches.values(), self.folder / "out"):
            shutil.rmtree(path, ignore_errors=True)
        return taken(self.run(), **self.caches, **variables)

    def all(self, **variables):
        """The seconds and imports of each command, by its name."""
        settings = self.caches | variables
        yield NUMPY, taken([sys.executable, "-c", "import numpy"], **settings)
        yield "driftsim --help", taken(self.driftsim("--help"), **settings)
        yield "driftsim check", taken(self.driftsim("check", str(self.scenario)), **settings)
        for name, options in self.pictures.items():
            shutil.rmtree(self.folder / "out", ignore_errors=True)
            yield f"driftsim {name}", taken(self.run(*options), **settings)
            yield f"driftsim {name}, nothing to do", taken(self.run(*options), **settings)


def moa(given, rows):
    """MOA's command line, or None where there is no Java or no jar."""
    if not (java := shutil.which("java")):
        return print("No Java here: nothing of MOA is measured.")
    if not (jar := given or jar_of_capymoa()):
        return print("No jar of MOA (--jar, or pip install capymoa): nothing of it is measured.")
    return [java, "-cp", str(jar), "moa.DoTask", LOOP.format(rows=rows)]


def jar_of_capymoa():
    """The jar within the installed package, which is not imported: that would start Java."""
    found = importlib.util.find_spec("capymoa")
    jar = Path(found.origin).parent / "jar" / "moa.jar" if found and found.origin else None
    return jar if jar and jar.is_file() else None


def printed(name, rounds):
    """The row of a command: medians over the rounds in which it was played."""
    played = [one for one in rounds if name in one]

    def median(value):
        return statistics.median(map(value, played))

    cpu, wall = (median(lambda one, i=i: one[name][i]) for i in (0, 1))
    columns = f"{name:46}{cpu:>7.2f}{wall:>7.2f}{median(lambda o: o[name][0] / o[NUMPY][0]):>8.1f}"
    columns += f"{median(lambda o: o[name][0] / o[MOA][0]):>7.2f}" if MOA in played[0] else " " * 7
    seconds, times = GOALS.get(name, (None, None))
    goal = f"≤ {seconds} s" if seconds else f"≤ {times} × MOA" if times else ""
    print(f"{columns}   {goal}".rstrip())


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--jar", help="MOA's jar, where capymoa is not installed here")
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--first", type=int, default=1, help="rounds that begin with a first run")
    given = asked.parse_args()
    theirs = moa(given.jar, given.rows)
    with tempfile.TemporaryDirectory() as folder:
        study, rounds = Study(Path(folder), given.rows), []
        for i in range(max(given.rounds, 1)):
            first = {FIRST: study.first()} if i < max(given.first, 1) else {}
            rounds.append(first | dict(study.all()) | ({MOA: taken(theirs)} if theirs else {}))
        print(f"{'CPU and wall-clock seconds, × numpy, × MOA':46}{'CPU':>7}{'wall':>7}", end="")
        print(f"{'× numpy':>8}{'× MOA' if theirs else '':>7}   goal")
        for name in (NUMPY, *GOALS, MOA):
            if name in rounds[0]:
                printed(name, rounds)
        print(f"\nwhat the process itself imports, of {', '.join(LOOKED_FOR)}")
        for name, (_, _, packages) in study.all(PYTHONPROFILEIMPORTTIME="1"):
            print(f"{name:46} {', '.join(packages) or 'none'}")


if __name__ == "__main__":
    main()
