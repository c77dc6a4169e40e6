"""Parts: kinds are found by being defined, and unknown ones refused with a guess."""

import numpy as np
import pytest
from examples import EXAMPLES
from pydantic import ValidationError

from driftsim.adaptation.detectors import Adwin, Detector
from driftsim.adaptation.memories import Memory
from driftsim.adaptation.policies import Policy
from driftsim.adaptation.policies.on_alarm import OnDrift
from driftsim.adaptation.policies.policy import Static
from driftsim.evaluation.labels import Labels
from driftsim.kinds import listing
from driftsim.learners.learner import Learner, Model
from driftsim.libraries import assembled, imported
from driftsim.messages import ScenarioError
from driftsim.own import load_parts
from driftsim.parts import described, identity
from driftsim.rows import Schema
from driftsim.scenario.places import renewals
from driftsim.streams.concepts import Concept
from driftsim.streams.concepts.rules import Sea
from driftsim.streams.drifts import Drift


def test_a_part_is_written_bare_or_with_parameters():
    assert Concept.model_validate("sea") == Sea()
    assert Concept.model_validate({"kind": "sea", "threshold": 9.0}) == Sea(threshold=9.0)
    assert Concept.model_validate(Sea()) == Sea()
    assert Sea(threshold=9.0).model_dump() == {"kind": "sea", "threshold": 9.0}


def test_parts_nest():
    policy = Policy.model_validate({"kind": "on_drift", "memory": 5, "detector": "ddm"})
    assert policy.detector.kind() == "ddm"
    assert OnDrift.kind() == "on_drift"
    assert Drift.model_validate("none").kind() == "none"


def test_a_class_becomes_a_kind_by_being_defined():
    class Silent(Detector):
        """Never an alarm."""

        def start(self, rng):
            return lambda errors: None

    assert Detector.model_validate("silent") == Silent()


@pytest.mark.parametrize("once", [1, 2])
def test_a_kind_that_a_test_defines_is_gone_after_it(once):
    assert "passing" not in Detector.kinds and "half_done" not in Detector.unfinished
    type("Passing", (Adwin,), {"__module__": "mine"})
    type("HalfDone", (Detector,), {"__module__": "mine"})
    assert "passing" in Detector.kinds and "half_done" in Detector.unfinished


@pytest.fixture
def loud():
    """A policy with words that were renamed."""

    class Loud(Static):
        """A policy with a volume."""

        renamed_values = {"volume": {"piano": "soft", "forte": "loud"}}

        volume: str = "soft"
        others: list[Policy] = []

    return Loud


def test_a_renamed_value_is_translated_where_it_is_given(loud):
    with pytest.warns(
        FutureWarning, match="loud.volume: 'forte' is now called 'loud'; the old word works for"
    ):
        found = Policy.model_validate({"kind": "loud", "volume": "forte"})
    with pytest.warns(FutureWarning, match="'piano' is now called 'soft'"):
        assert loud(volume="piano") == loud() == Policy.model_validate("loud")
    assert loud(volume="mezzo").volume == "mezzo"
    assert found == loud(volume="loud") and identity(found) == identity(loud(volume="loud"))
    with pytest.raises(ValidationError, match="it should be a text"):
        loud(volume=["forte"])


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_renamed_values_are_found_where_they_are_written(loud):
    written = {"kind": "loud", "volume": "forte", "others": [{"kind": "loud", "volume": "piano"}]}
    assert [*renewals(Policy.model_validate(written), written)] == [
        (("volume",), "forte", "loud"),
        (("others", 0, "volume"), "piano", "soft"),
    ]
    assert not [*renewals(loud(), "loud")]


@pytest.mark.parametrize(
    ("family", "old", "new"),
    [
        (Concept, "settled", "instantiated"),
        (Drift, "fault", "incompatibility"),
        (Labels, "fault", "incompatibility"),
        (Learner, "fault", "incompatibility"),
        (Policy, "fault", "incompatibility"),
        (Policy, "told", "knows"),
        (Policy, "hears", "monitors_errors"),
        (Detector, "cold", "needs_compiling"),
        (Detector, "load", "compile"),
        (Model, "cold", "needs_compiling"),
        (Model, "load", "compile"),
        (Static, "told", "knows"),
    ],
)
def test_a_class_that_defines_a_renamed_member_is_refused(family, old, new):
    for member in (True, lambda self: None):
        with pytest.raises(TypeError, match=f"Mine.{old} is now called '{new}'; rename it"):
            type("Mine", (family,), {"__module__": "mine", old: member})
        mixed_in = type("Mixin", (), {old: member})
        with pytest.raises(TypeError, match=f"Mine.{old} is now called '{new}'; rename it"):
            type("Mine", (mixed_in, family), {"__module__": "mine"})


@pytest.mark.parametrize(
    ("family", "lacking"),
    [
        (Concept, "draw and schema; define them"),
        (Drift, "changes, incompatibility and weights; define them"),
        (Learner, "start; define it"),
        (Policy, "run; define it"),
        (Memory, "start; define it"),
        (Detector, "start; define it"),
        (Labels, "due; define it"),
    ],
    ids=lambda one: one if isinstance(one, str) else one.kind(),
)
def test_a_class_that_lacks_something_is_refused_with_what_it_lacks(family, lacking):
    assert family in EXAMPLES
    type("Bare", (family,), {"__module__": "mine", "__doc__": "Nothing."})
    for written in ("bare", {"kind": "bare", "size": 3}):
        with pytest.raises(ValidationError) as error:
            family.model_validate(written)
        right = f"'bare' is not a {family.kind()} yet: its class Bare lacks {lacking}"
        assert error.value.errors()[0]["msg"].endswith(right)
    with pytest.raises(ScenarioError, match=right):
        listing("bare")


def test_a_class_is_a_kind_once_nothing_is_missing():
    class Half(Concept):
        """No schema."""

        def draw(self, rng, t):
            return np.zeros((len(t), 1)), np.zeros(len(t), np.int64)

    assert "half" not in Concept.kinds and not Half.known

    class Half(Half):
        """All there."""

        schema = Schema(("x",))

    assert Concept.model_validate("half") == Half()


def test_no_class_takes_the_name_of_a_kind_of_driftsim():
    with pytest.raises(TypeError, match="driftsim already has a kind 'sea'; rename Sea"):
        type("Sea", (Concept,), {"__module__": "mine"})
    assert Concept.kinds["sea"] is Sea


def test_classes_that_kinds_share_are_no_kinds():
    with pytest.raises(ValidationError, match="no concept is called 'rule'"):
        Concept.model_validate("rule")


@pytest.mark.parametrize(
    ("family", "written", "message"),
    [
        (Drift, "suden", "no drift is called 'suden'; did you mean 'sudden'?"),
        (Concept, {"kind": "sea", "treshold": 8.0}, "no key 'treshold' here; did you mean 'thres"),
        (Drift, {"kind": "sudden"}, "'at' is missing"),
        (Concept, {"threshold": 8.0}, "does not name a concept"),
        (Concept, 7, "does not name a concept"),
        (Concept, {"kind": "sea", "threshold": "8"}, "a number"),
        (Concept, {"kind": "sea", "threshold": True}, "a number"),
        (Concept, {"kind": "sea", "threshold": float("inf")}, "finite number"),
        (Policy, {"kind": "mini_batch", "size": 0}, "more than 0"),
        (Policy, {"kind": "mini_batch", "size": 2.5}, "whole number"),
        (Learner, "os.system", "no learner is called 'os.system'"),
        (Learner, "builtins.eval", "no learner is called"),
        (Learner, "sklearn.os.system", "does not exist"),
        (Learner, "sklearn.tree.DecisionTreeClasifier", "did you mean 'DecisionTreeClassifier'?"),
        (Learner, "sklearn.decomposition.PCA", "predicts nothing"),
        (Learner, {"kind": "sklearn.svm.SVC", "path": "x"}, "no key 'path'"),
        (Detector, "river.drift.KSWN", "did you mean 'KSWIN'?"),
        (Detector, "river.tree.HoeffdingTreeClassifier", "no detector is called"),
    ],
)
def test_what_is_not_known_is_refused_with_a_guess(family, written, message):
    with pytest.raises(ValidationError) as error:
        family.model_validate(written)
    assert message in str(error.value)


def test_imported_classes_stay_in_their_package():
    def anything(found):
        return True

    assert imported("sklearn.tree.DecisionTreeClassifier", ["sklearn"], anything)
    for path in (
        "sklearn.utils.os.system",
        "sklearn._config.os",
        "sklearn.np.array",
        "os.path.join",
    ):
        with pytest.raises(ValueError):
            imported(path, ["sklearn"], anything)


def test_assembled_makes_the_objects_that_are_named():
    made = []

    def make(path, params):
        made.append((path, params))
        return path.upper()

    written = {"a": [1, "river.x"], "b": {"kind": "river.y", "z": {"kind": "river.w"}}, "c": "word"}
    whole = assembled(written, ["river"], make)
    assert whole == {"a": [1, "RIVER.X"], "b": "RIVER.Y", "c": "word"}
    assert made == [("river.x", {}), ("river.w", {}), ("river.y", {"z": "RIVER.W"})]


def test_a_part_is_described_by_the_first_sentence_of_its_class():
    assert described(Sea()).startswith("SEA (Street & Kim 2001): ")


def test_a_file_that_defines_a_renamed_member_is_refused_with_its_line(tmp_path):
    file = tmp_path / "mine.py"
    lines = [
        "from driftsim.streams.concepts import Concept",
        "class Old(Concept):",
        "    def settled(self, rng): return self",
    ]
    file.write_text("\n".join(lines))
    with pytest.raises(ScenarioError) as error:
        load_parts([file])
    message = "TypeError: Old.settled is now called 'instantiated'; rename it"
    assert str(error.value).startswith(f"{file}:2: {message}")
