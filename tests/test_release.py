"""A release: the wheel and the sdist are valid, and work in an environment of their own."""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = "driftsim/report/page/"
pytestmark = pytest.mark.slow


def output(*command, cwd):
    """What a command prints; fails with all that it printed if it fails."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    output(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """A folder away from the checkout, with an environment in which only the wheel is installed."""
    folder = tmp_path_factory.mktemp("away")
    venv.create(folder / "env", with_pip=True)
    wheel = next(built.glob("*.whl"))
    output(folder / "env/bin/python", "-m", "pip", "install", "--quiet", wheel, cwd=folder)
    return folder


def test_the_index_would_take_both(built):
    checked = output(
        sys.executable, "-m", "twine", "check", "--strict", *built.iterdir(), cwd=built
    )
    assert checked.count("PASSED") == 2


def test_both_hold_all_files_of_the_package(built):
    package = ROOT / "driftsim"
    files = {f"driftsim/{path.relative_to(package)}" for path in package.rglob("*.*")}
    files = {name for name in files if "__pycache__" not in name}
    assert {"driftsim/py.typed", PAGE + "templates/page.html", PAGE + "page.css"} <= files
    assert files <= set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert files | {"tests/test_release.py", "README.md", "LICENSE"} <= names


def test_a_study_runs_away_from_the_checkout(installed):
    driftsim = installed / "env/bin/driftsim"
    where = "import driftsim; print(driftsim.__file__)"
    where = output(installed / "env/bin/python", "-c", where, cwd=installed)
    assert Path(where.strip()).is_relative_to(installed / "env")
    assert "threshold" in output(driftsim, "kinds", "sea", cwd=installed)
    (installed / "quick.yaml").write_text((ROOT / "scenarios/quickstart.yaml").read_text())
    shown = output(driftsim, "run", "quick.yaml", "--seeds", "2", cwd=installed)
    assert "excess error" in shown and "reports/quick/report.html" in shown
    page = (installed / "reports/quick/report.html").read_text()
    assert "<svg" in page and "quick.yaml" in page
