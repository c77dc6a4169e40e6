"""Pipelines: `{kind: pipeline, steps: [river.preprocessing.StandardScaler, …]}`."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from driftsim.learners.delegate import Delegate
from driftsim.learners.estimator import Estimator
from driftsim.learners.river import River
from driftsim.messages import flow, short


class Pipeline(Delegate):
    """One step after another: transformers, and at last a classifier or a regressor."""

    steps: Annotated[list[Any], Field(min_length=1)]  # by path; all of river, or none

    @property
    def whole(self) -> River | Estimator:
        """The learner of the library that the steps come from."""
        paths = [step.get("kind") if isinstance(step, dict) else step for step in self.steps]
        libraries = set()
        for path in paths:
            if not isinstance(path, str):
                raise ValueError(f"{short(path)} is no step; name a part of scikit-learn or river")
            libraries.add(path.partition(".")[0])
        if libraries == {River.package}:
            whole = River.of_steps(self.steps)
            return whole if self._compiled else whole.uncompiled()
        if River.package not in libraries and all(map(Estimator.holds, paths)):
            return Estimator.of_steps(self.steps, self._allowed)
        raise ValueError(
            f"the steps come from {' and '.join(sorted(libraries))}; they should all be of "
            "sklearn, or all of river (libraries with the interface of sklearn go with sklearn)"
        )

    @property
    def title(self):
        return f"the pipeline of {', '.join(map(flow, self.steps))}"

    @model_validator(mode="after")
    def _fit_together(self):
        self.whole  # noqa: B018  raises what is wrong with the steps
        return self
