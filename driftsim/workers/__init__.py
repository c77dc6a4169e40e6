"""Workers: processes that do one job at a time, and can each be ended alone."""

from driftsim.workers.team import InFlight, Outcome, cores, outcomes
from driftsim.workers.worker import Printed

__all__ = ["InFlight", "Outcome", "Printed", "cores", "outcomes"]
