"""Student monitor: what a student that mimics the model in force can see, and what it cannot."""

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.naive_bayes import GaussianNB
from test_policies import OnFirstError, run

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Model
from driftsim.learners.reference import MeanModel
from driftsim.rows import Alarm, Event, Schema
from driftsim.streams.stream import Stream

SINE = {"kind": "sine"}
LEFT, RIGHT = ({"kind": "tilted", "of": SINE, "column": "x", "by": by} for by in (-4.0, 4.0))
SEEDS = range(3)


class Rule(Model):
    """Answers 0, and 1 where the feature is 30 or more, whatever it is trained on."""

    def __init__(self):
        self.log = []

    def fit(self, rows, weight=None):
        self.log.append(rows.t.tolist())
        return self

    def predict(self, X):
        return (X[:, 0] >= 30) * 1.0

    def learn(self, rows):
        raise AssertionError("it is trained, and learns nothing on")


def on_student(**given):
    return Policy.model_validate({"kind": "on_student", "memory": 5} | given)


def played(y=None, delay=0, size=7, **given):
    """What a scripted policy yields whose student answers with the mean of what it has seen."""
    policy = on_student(**given).model_copy(update={"detector": OnFirstError()})
    return run(policy, delay, size, y, [MeanModel(0.0, 0)], Rule())


def rows_before_alarms(given):
    """The rows predicted before each alarm, counted from row 10."""
    places = [i for i, one in enumerate(given) if isinstance(one, Alarm)]
    return [10 + sum(len(one) for one in given[:i] if not isinstance(one, Event)) for i in places]


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize("delay", [0, 4, 1_000])
def test_it_fires_at_the_first_row_that_the_student_answers_otherwise(size, delay):
    """All answers were 0 in training, and are 1 from row 30 on, whenever labels come in."""
    _, log, given = played(delay=delay, size=size)
    assert rows_before_alarms(given)[0] == 31
    trained = [[*range(10)], [31, 32, 33, 34, 35]]  # of which all answers are 1: no more alarms
    assert log == (trained if delay < 9 else trained[:1])
    assert len(rows_before_alarms(given)) == 1


def test_labels_alone_change_nothing():
    """Alarms and answers are the same on other labels of the same rows."""
    answers = [played(y, gather="before")[0] for y in (None, np.arange(60) * -1.0)]
    alarms = [rows_before_alarms(played(y)[2]) for y in (None, np.arange(60) * -1.0)]
    assert alarms[0] == alarms[1] == [31]
    assert answers[0].tolist() == answers[1].tolist()


def test_a_clock_gives_the_student_the_rows_of_each_new_model():
    _, log, given = played(every=24)
    assert log == [[*range(10)], [31, 32, 33, 34, 35]]
    _, log, given = played(every=15)  # before row 25, on the rows 20 … 24: still all 0
    assert log == [[*range(10)], [*range(20, 25)], [31, 32, 33, 34, 35], [*range(46, 51)]]
    assert rows_before_alarms(given) == [31]


def traces(concepts, drift="none", learner="naive_bayes", length=8_000, labels="at_once", **given):
    """A trace for each of some seeds."""
    stream = Stream.model_validate({"length": length, "concepts": concepts, "drift": drift})
    policy = {"kind": "on_student", "memory": 1_000, "detector": "adwin"} | given
    contender = Contender.model_validate({"learner": learner, "policy": policy})
    rules = Rules.model_validate({"warmup": 1_000, "labels": labels})
    return [evaluate(stream, contender, rules, seed) for seed in SEEDS]


SHIFT = {"concepts": {"a": RIGHT, "b": LEFT}, "drift": {"kind": "sudden", "at": [4_000]}}


def test_rows_from_where_the_student_has_seen_none_are_an_alarm():
    """P(y | x) stays as it is: where x was near 1, it is near 0 from row 4,000 on."""
    for trace in traces(**SHIFT):
        assert len(trace.alarms) and 4_000 < trace.alarms[0] < 4_300


def test_alarms_come_as_soon_with_labels_that_never_do():
    alarms = [one.alarms[0] for one in traces(**SHIFT)]
    late = traces(labels={"kind": "delayed", "rows": 100_000}, **SHIFT)
    assert [one.alarms.tolist() for one in late] == [[row] for row in alarms]


def test_a_change_of_labels_alone_is_invisible():
    """The classes change places from row 4,000 on, with the same rows."""
    swapped = {"kind": "relabelled", "of": RIGHT, "to": {"0": 1, "1": 0}}
    change = {"concepts": {"a": RIGHT, "b": swapped}, "drift": {"kind": "sudden", "at": [4_000]}}
    for trace in traces(**change):
        assert not len(trace.alarms)


@pytest.mark.parametrize("learner", ["knn", "hoeffding_tree"])
def test_coins_raise_no_alarm(learner):
    """Models answer by chance, and so differ from their students at a constant rate."""
    coin = {"a": {"kind": "coin", "share": 0.5}}
    assert not sum(len(trace.alarms) for trace in traces(coin, learner=learner, length=12_000))


def test_a_student_counts_as_time_and_no_training():
    (trace, *_) = traces({"a": RIGHT})
    (plain, *_) = traces({"a": RIGHT}, kind="on_drift")
    assert trace.columns["fits"].sum() == plain.columns["fits"].sum() == 1
    assert trace.columns["rows_trained"].sum() == plain.columns["rows_trained"].sum()
    assert trace.columns["labels"].sum() == 1_000  # those of the warm-up
    assert size(trace) == 2 * size(plain)


def size(trace):
    return np.nanmax(trace.columns["model_bytes"])


def test_any_learner_is_a_student():
    for student in ("hoeffding_tree", "sklearn.tree.DecisionTreeClassifier"):
        trace = traces(**SHIFT, student=student, detector="page_hinkley")[0]
        assert trace.alarms[0] > 4_000


def test_a_student_that_learns_nothing_from_rows_is_refused():
    with pytest.raises(ValidationError, match="'oracle' does not learn from rows"):
        on_student(student="oracle")
    policy = {"kind": "on_student", "memory": 5}
    with pytest.raises(ValidationError, match="learns from features, and oracle is given none"):
        Contender.model_validate({"learner": "oracle", "policy": policy | {"student": "knn"}})
    trained = GaussianNB().fit(np.arange(20.0)[:, None], np.arange(20) % 2)
    with pytest.raises(ValidationError, match="GaussianNB is trained already; give it another"):
        Contender.model_validate({"learner": trained, "policy": policy})
    assert Contender.model_validate({"learner": trained, "policy": policy | {"student": "knn"}})
    reason = on_student(student="mean").incompatibility(Schema(("x",)), 100)
    assert reason.startswith("its student cannot learn: ")


def test_it_is_found_by_the_name_of_its_paper():
    with pytest.raises(ValidationError, match="'studd' is no kind of policy; write on_student"):
        Policy.model_validate({"kind": "studd", "memory": 5})
