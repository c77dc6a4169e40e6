"""Rising ADWIN: fires only where the mean of the errors has risen, as within MOA's ensembles."""

from typing import NamedTuple

from driftsim.kernels.adwin import Adwin, adwin, adwin_reset
from driftsim.kernels.detector_loop import ALARM, STABLE, register_detector
from driftsim.kernels.loop import compiled
from driftsim.kernels.online.bagging import has_risen


class RisingAdwin(NamedTuple):
    """ADWIN windows (Bifet & Gavaldà 2007), of which cuts after a fall are no alarms."""

    windows: Adwin


def rising_adwin(members, delta=0.002) -> RisingAdwin:
    """Empty windows."""
    return RisingAdwin(adwin(members, delta))


@compiled
def rising_update(s, m, error):
    return ALARM if has_risen(s.windows, m, error) else STABLE


@compiled
def rising_reset(s, m):
    adwin_reset(s.windows, m)


register_detector(RisingAdwin, update=rising_update, reset=rising_reset)
