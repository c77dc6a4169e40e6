"""Detectors: tell from a model's errors that the concept has changed."""

from driftsim.adaptation.detectors.detector import Alarm, Detector, KernelDetector
from driftsim.adaptation.detectors.of_river import Adwin, Ddm, OfRiver, alarm_of_object

__all__ = ["Adwin", "Alarm", "Ddm", "Detector", "KernelDetector", "OfRiver", "alarm_of_object"]
