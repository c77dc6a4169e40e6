"""Retraining where a student no longer mimics the model in force: STUDD."""

from pydantic import model_validator

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.detectors.of_river import PageHinkley
from driftsim.adaptation.error_monitor import ErrorMonitor
from driftsim.adaptation.policies.on_alarm import ByDetector, OnAlarm, alarm_trigger
from driftsim.adaptation.student_monitor import StudentMonitor
from driftsim.learners.learner import Learner


class OnStudent(ByDetector, OnAlarm):
    """Retrain where a student no longer mimics the model in force, without any labels.

    STUDD (Cerqueira et al. 2022): a student is trained on the rows that the model in force was
    trained on, with that model's predictions as labels. The detector monitors how far the two
    are apart on each row. It fires where rows come that the student has not learned to answer as
    the model does; a change of labels alone, on rows as before, is invisible to it.
    """

    monitors_errors = False

    detector: Detector = PageHinkley()  # of how far the student is from the model
    student: Learner | None = None  # none: the learner of the contender

    def student_of(self, learner):
        return self.student or learner

    def incompatibility(self, schema, rows):
        reason = super().incompatibility(schema, rows)
        if reason or self.student is None:
            return reason
        reason = self.student.untaken_gaps(schema) or self.student.incompatibility(schema)
        return reason and f"its student cannot learn: {reason}"

    def run(self, model, history, arrivals, rng, student=None):
        return super().run(model, history, arrivals, rng, student or model)

    def trigger(self, history, memory, rng, student):
        errors = ErrorMonitor(self.detector, rng, self.falls, self.cooldown, self.clock)
        return alarm_trigger(self, StudentMonitor(student, errors), history, memory)

    @model_validator(mode="after")
    def _has_a_student(self):
        if self.student and (self.student.sees != "X" or self.student.trained):
            raise ValueError(
                f"'{self.student.title}' does not learn from rows, so that it is no student; "
                "name another learner, such as naive_bayes"
            )
        return self
