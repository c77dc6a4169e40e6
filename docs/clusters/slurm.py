"""Plays a study on a Slurm cluster: `python slurm.py study.yaml`, on a login node.

Needs `.venv/bin/pip install '.[dask]' dask-jobqueue` in a checkout that the nodes see, too. Jobs
come as there are runs to play, up to MOST, and go when there are none. What is finished is kept:
call it again after anything has gone wrong.
"""

import os
import sys

from dask_jobqueue import SLURMCluster
from distributed import Client, Security

import driftsim

MOST = 16  # jobs at a time
JOB = {
    "queue": "normal",  # the partition
    "cores": 8,
    "processes": 8,  # one for each core: a run takes one
    "memory": "32GB",  # of all of them
    "walltime": "04:00:00",
    # A worker leaves before its job is ended; what it was playing then is played again.
    "worker_extra_args": ["--lifetime", "230m", "--lifetime-stagger", "5m", "--no-dashboard"],
    "local_directory": "${TMPDIR:-/tmp}",
    "log_directory": os.path.expanduser("~/driftsim-logs"),
}
PRIVATE = os.path.expanduser("~/.driftsim-tls")  # for a key of this one study, read by its jobs


def cluster():
    """Workers that Slurm starts; others of the network can neither read nor join."""
    os.makedirs(PRIVATE, 0o700, exist_ok=True)
    security = Security.temporary()
    return SLURMCluster(
        **JOB,
        security=security,
        shared_temp_directory=PRIVATE,
        scheduler_options={"dashboard_address": None},
    )


if __name__ == "__main__":
    with cluster() as workers, Client(workers) as client:
        workers.adapt(minimum_jobs=0, maximum_jobs=MOST, interval="10s", wait_count=6)
        for scenario in sys.argv[1:]:
            results = driftsim.run(scenario, on=client)
            driftsim.report.write(results, f"reports/{results.study.name}")
            print(results.verdict())
