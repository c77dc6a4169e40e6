"""Clusters: the files for Slurm and Kubernetes do what they say, as seen without either."""

import os
import runpy
import shlex
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import yaml
from distributed.cli import dask_scheduler, dask_worker

FOLDER = Path(__file__).parent.parent / "docs" / "clusters"
SBATCH = """\
#!/bin/sh
# Runs a job here, as Slurm would elsewhere.
cp "$1" job.sh
setsid sh job.sh > job.log 2>&1 < /dev/null &
echo "Submitted batch job $!"
"""
SCANCEL = """\
#!/bin/sh
kill -- "-$1"
"""
STUDY = """\
stream: {length: 1_500, concepts: {a: sea}}
models:
  counts: {learner: majority, policy: online}
evaluation: {warmup: 500}
"""


def options(command, words):
    """What a command of Dask takes its words to say; fails where it would refuse them."""
    return command.main.make_context(command.__name__, [*words]).params


def seconds(text):
    """A wall time such as 04:00:00."""
    hours, minutes, rest = map(int, text.split(":"))
    return 3_600 * hours + 60 * minutes + rest


def slurm(monkeypatch, folder):
    monkeypatch.setenv("HOME", str(folder))
    return runpy.run_path(str(FOLDER / "slurm.py"))


@pytest.mark.skipif(os.name != "posix", reason="Slurm is for Linux")
def test_jobs_of_slurm_hold_workers_of_one_thread_that_leave_in_time(tmp_path, monkeypatch):
    script = slurm(monkeypatch, tmp_path)
    with script["cluster"]() as cluster:
        lines = cluster.job_script().splitlines()
        keys = [*(tmp_path / ".driftsim-tls").iterdir()]
        assert len(keys) == 3 and not any(key.stat().st_mode & 0o077 for key in keys)
        address = cluster.scheduler_address
    _, words = lines[-1].split(" -m distributed.cli.dask_worker ")
    found = options(dask_worker, shlex.split(words))
    assert (found["nthreads"], int(found["n_workers"])) == (1, script["JOB"]["cores"])
    assert address.startswith("tls://") and found["scheduler"] == address
    assert not found["dashboard"]
    latest = float(found["lifetime"][:-1]) + float(found["lifetime_stagger"][:-1])  # minutes
    assert latest * 60 < seconds(script["JOB"]["walltime"])
    for wanted in ("-p normal", "--cpus-per-task=8", "-t 04:00:00"):
        assert f"#SBATCH {wanted}" in lines


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Slurm is for Linux")
def test_a_study_is_played_by_jobs_of_slurm(tmp_path):
    """There is none: its commands are replaced by two that run jobs here."""
    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o700)
    (tmp_path / "s.yaml").write_text(STUDY)
    text = (FOLDER / "slurm.py").read_text().replace('s": 8,', 's": 2,')
    assert text.count(": 2,") == 2
    (tmp_path / "slurm.py").write_text(text)
    place = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "slurm.py", "s.yaml"],
        cwd=tmp_path,
        env=os.environ | place | {"PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert ended.returncode == 0, ended.stderr
    assert "counts" in ended.stdout
    assert (tmp_path / "reports" / "s" / "report.html").exists()
    assert "dask_worker tls://" in (tmp_path / "job.sh").read_text()


@pytest.mark.any_version
def test_the_pods_of_kubernetes_are_a_scheduler_and_workers_of_one_thread():
    text = (FOLDER / "kubernetes.yaml").read_text(encoding="utf-8")
    cluster, scaler = yaml.safe_load_all(text)
    name = cluster["metadata"]["name"]
    assert (cluster["kind"], scaler["kind"]) == ("DaskCluster", "DaskAutoscaler")
    assert scaler["spec"]["cluster"] == name
    scheduler, worker = cluster["spec"]["scheduler"], cluster["spec"]["worker"]
    [first], [second] = scheduler["spec"]["containers"], worker["spec"]["containers"]
    assert first["image"] == second["image"]
    assert (first["args"][:2], second["args"][:2]) == (["dask", "scheduler"], ["dask", "worker"])
    assert {"scheduler", "worker"} <= entry_points(group="dask_cli").names
    port = options(dask_scheduler, first["args"][2:])["port"] or 8786
    found = options(dask_worker, second["args"][2:])
    assert found["nthreads"] == 1 and not found["dashboard"]
    assert found["name"] == "$(DASK_WORKER_NAME)"  # by which the operator knows its pods
    service = scheduler["service"]
    assert service["type"] == "ClusterIP"
    assert service["selector"] == {
        "dask.org/cluster-name": name,
        "dask.org/component": "scheduler",
    }
    names = {one["name"]: one["containerPort"] for one in first["ports"]}
    assert {one["targetPort"]: one["port"] for one in service["ports"]} == names
    assert names["tcp-comm"] == port
    mounts = {one["name"]: one["mountPath"] for one in second["volumeMounts"]}
    assert {one["name"]: one["value"] for one in second["env"]} == {
        "DRIFTSIM_CACHE": mounts["cache"]
    }
    assert f"kubectl port-forward service/{name}-scheduler {port}" in text
