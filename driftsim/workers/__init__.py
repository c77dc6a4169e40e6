"""Workers: processes that do one job at a time, each of which can be ended alone."""

from driftsim.workers.team import Outcome, Standing, cores, done
from driftsim.workers.worker import Printed

__all__ = ["Outcome", "Printed", "Standing", "cores", "done"]
