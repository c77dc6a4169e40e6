"""Label check: mistakes in people's own labels are found at load."""

import numpy as np
import pytest

from driftsim import ScenarioError, load
from driftsim.evaluation.labels import NEVER, Labels
from driftsim.kinds import FAMILIES


@pytest.fixture
def refused(tmp_path):
    """Makes `due` that of a kind of labels, and gives the message about a file that names it."""

    def message(due, written="mine", length=1_000):
        type("Mine", (Labels,), {"__module__": __name__, "__doc__": "Mine.", "due": due})
        (tmp_path / "s.yaml").write_text(
            f"stream: {{length: {length}, concepts: {{a: sea}}}}\n"
            "models: {one: {learner: majority, policy: online}}\n"
            f"evaluation: {{warmup: 0, labels: {written}}}\n"
        )
        try:
            load(tmp_path / "s.yaml")
        except ScenarioError as error:
            return str(error).partition("s.yaml:3: evaluation.labels: ")[2]

    yield message
    FAMILIES["labels"].kinds.pop("mine", None)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (lambda self, t, y: t, "it cannot be asked when labels come in: TypeError: "),
        (
            lambda self, t, y, uniforms: t / 0 + y[99],
            "out of bounds for axis 0 with size 13 (test_",
        ),
        (lambda self, t, y, uniforms: 5, "as whole numbers (13,) of int64, not () of int64"),
        (lambda self, t, y, uniforms: t + 0.5, "(13,) of int64, not (13,) of float64"),
        (lambda self, t, y, uniforms: t - 1, "but the label of row 0 comes in after row -1"),
        (
            lambda self, t, y, uniforms: np.where(t == 7, 5, t),
            "none before that of its own row, but the label of row 7 comes in after row 5",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_labels_that_break_their_promise(refused, due, words):
    for written in ("mine", "{kind: delayed, rows: 0, of: mine}"):
        if written == "mine" or "TypeError" in words or "bounds" in words:
            assert words in refused(due, written)


def test_labels_that_keep_it(refused):
    late = lambda self, t, y, uniforms: np.where(y == 1, t + 10, NEVER)  # noqa: E731
    assert refused(late) is None and refused(late, "{kind: share, rate: 0.5, of: mine}") is None
    assert refused(late, length=5) is None
