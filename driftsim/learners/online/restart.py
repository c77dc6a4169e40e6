"""Models that begin anew when their errors change: `{kind: drift_restart}`."""

import numpy as np

from driftsim.adaptation.detectors import Ddm, Detector, KernelDetector
from driftsim.learners.online.kernel_learner import member_states
from driftsim.learners.online.meta_learner import MetaLearner


class DriftRestart(MetaLearner):
    """A model that a new one replaces when a detector of changes in its errors fires.

    As in MOA's DriftDetectionMethodClassifier (Gama et al. 2004): the detector is given whether the
    model in force is wrong about a row, before that learns it. While it warns, a model in the
    background learns each row too, begun anew at the first warning after a row without; when it
    fires, that one takes over. A detector without warnings has one that has learned nothing.
    The detectors are driftsim's: of MOA's own, DDM fires at the same rows (but for changes within
    its first 31), EDDM and ADWIN at others.
    """

    detector: Detector = Ddm()  # of the errors of the model in force

    @property
    def libraries(self):
        library = self.detector.library
        return tuple(dict.fromkeys((*super().libraries, *([library] if library else []))))

    def incompatibility(self, schema, probabilities=False):
        reason = super().incompatibility(schema, probabilities)
        return reason or self.detector.incompatibility(schema) or self.detector.unheld(self.title)

    def states(self, members, schema, seed):
        from driftsim.kernels.online.random_numbers import random_states
        from driftsim.kernels.online.restart import drift_restart

        assert isinstance(self.detector, KernelDetector)
        of_model, of_detector = map(int, random_states(seed, 2))
        model = member_states(self.learner, schema, of_model)
        detector = self.detector.states(1, np.random.default_rng(of_detector))
        return drift_restart(members, schema.n_classes, model, detector)
