"""Policies, memories and labels that are refused: where they stand, and what would be right."""

import pytest
from together import together

from driftsim import ScenarioError, load

NUMBERS = "{kind: linear, features: 2}"
TREE = "sklearn.tree.DecisionTreeClassifier"
NEIGHBOURS = "sklearn.neighbors.KNeighborsClassifier"
LINEAR = "sklearn.linear_model.LinearRegression"


def refusal(folder, learner=TREE, policy="static", labels="at_once", concept="sea", more=""):
    """The message about a scenario that is refused."""
    text = (
        f"stream: {{length: 3_000, concepts: {{a: {concept}}}{more}}}\n"
        f"models:\n  one:\n    learner: {learner}\n    policy: {policy}\n"
        f"evaluation: {{warmup: 1_000, labels: {labels}}}\n"
    )
    path = folder / "s.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        load(path)
    return str(refused.value).removeprefix(f"{path}:")


@pytest.mark.parametrize(
    "detector", ["ddm", "river.drift.binary.HDDM_W", "river.drift.binary.EDDM"]
)
@pytest.mark.parametrize("policy", ["on_drift", "recall"])
def test_a_detector_for_errors_of_0_and_1_on_numbers(tmp_path, detector, policy):
    detector = detector.replace("HDDM_W", "HDDMW")
    policy = f"{{kind: {policy}, memory: 100, detector: {detector}}}"
    message = refusal(tmp_path, LINEAR, policy, concept=NUMBERS)
    assert message.startswith("5: models.one.policy: ")
    assert "is for errors of 0 and 1, and the labels are numbers; use one of adwin" in message


def test_restarting_by_a_detector_for_errors_of_0_and_1_on_numbers(tmp_path):
    learner = "river.linear_model.LinearRegression"
    message = refusal(tmp_path, learner, "{kind: online, restart: ddm}", concept=NUMBERS)
    assert message.startswith("5: models.one.policy: 'ddm' is for errors of 0 and 1")


@together(
    ("policy", "words"),
    [
        (
            "{kind: on_drift, memory: 9, gather: warning}",
            "'adwin' gives no warnings to gather from",
        ),
        ("{kind: on_drift, memory: 9, background: true}", "write gather: warning"),
        (
            "{kind: on_drift, memory: 9, gather: from}",
            "it should be 'after', 'before' or 'warning'",
        ),
        (
            "{kind: on_drift, memory: 90d}",
            "models.one.policy.memory.time: durations and dates need times",
        ),
        (
            "{kind: on_drift, memory: all}",
            "on_drift with memory all needs a number of labels to wait for; write {kind: on_drift, "
            "memory: all, enough: 500}",
        ),
        (
            "{kind: on_drift, memory: since_alarm, gather: before}",
            "holds no label yet at the alarm",
        ),
        (
            "{kind: on_drift, memory: 9, gather: before, enough: 5}",
            "'enough' is for labels gathered",
        ),
        (
            "{kind: periodic, every: 9, memory: since_alarm}",
            "needs alarms, and 'periodic' has none",
        ),
        ("{kind: on_error, memory: 9, window: 9}", "give a threshold, or a rise"),
        ("{kind: on_cost, memory: 9, training: 0}", "0 is not valid; it should be more than 0"),
        ("{kind: on_cost, memory: 9, training: 5, window: 1}", "it should be at least 2"),
        ("{kind: on_cost, memory: 9, training: 5, level: 0.6}", "it should be at most 0.5"),
        ("{kind: on_cost, memory: 9, training: 5, loss: squared}", "loss: squared is for numbers"),
        ("{kind: doubling, first: 900, memory: all}", "write until: 7_200"),
        ("{kind: doubling, first: 9, memory: 5}", "what the memory holds is less than `first`"),
        ("{kind: doubling, first: 9, memory: 5, until: 8}", "`until` is less than `first`"),
        ("{kind: doubling, first: 9, memory: 5, until: 8d}", "both numbers of labels, or both"),
        ("{kind: doubling, first: 9d, memory: 5}", "write until: 72d"),
        ("{kind: budgeted, per: 99, memory: 9}", "`trainings`, or `money`; give one of them"),
        ("{kind: budgeted, per: 99, memory: 9, trainings: 1, money: 9}", "give one of them"),
        ("{kind: budgeted, per: 99, memory: 9, trainings: 1, training: 3}", "leave it out"),
        ("{kind: budgeted, per: 99, memory: 9, money: 9}", "write training: 30"),
        ("{kind: budgeted, per: 99, memory: 9, money: 9, training: 0}", "write training: 30"),
        (
            "{kind: budgeted, per: 99, memory: 9, money: 9, training: {each: 1, per_row: 1}}",
            "a training costs 10, and there is never more than 9",
        ),
        (
            "{kind: budgeted, per: 99, memory: all, enough: 5, money: 9, training: {per_row: 1}}",
            "needs a memory that is a number of labels",
        ),
        ("{kind: budgeted, per: 99, memory: 9, trainings: 1, every: 5}", "no key 'every' here"),
        ("{kind: at_drift, memory: all}", "write {kind: at_drift, memory: 500}"),
        ("{kind: recall, memory: 1}", "give memory a number of them, 2 or more"),
        ("{kind: ensemble, every: 9, memory: 9}", "there is no key 'memory' here"),
        ("{kind: periodic, every: 9, memory: al}", "no memory is called 'al'; did you mean 'all'?"),
        ("{kind: periodic, every: 9, memory: 0}", "0 is not valid; it should be more than 0"),
        (
            "{kind: periodic, every: 9, memory: 0.5}",
            "0.5 is not valid; it should be a whole number",
        ),
        ("{kind: periodic, every: 9, memory: 9, latency: 9}", "with the keys rows, per_row"),
        ("{kind: periodic, every: 9, memory: 9, latency: {}}", "give one of them"),
        (
            "{kind: periodic, every: 9, memory: 9, latency: {rows: 1, per_row: 1}}",
            "give one of them",
        ),
        (
            "{kind: periodic, every: 9, memory: 9, latency: {rows: 2_000}}",
            "would never predict in the 2,000 rows after the warm-up; shorten the latency",
        ),
        (
            "{kind: recall, memory: 100, latency: {per_row: 20}}",
            "deployed 2,000 rows after its training starts would never predict",
        ),
        (
            "{kind: on_error, memory: 9, window: 9, threshold: 30}",
            "the mean of errors of 0 and 1 never passes 30; give a threshold below 1",
        ),
        ("{kind: static, memory: 5}", "there is no key 'memory' here; it takes no parameters"),
        (
            "{kind: periodic, every: 9, memory: chunk, from: modle}",
            "models.one.policy.from: 'modle' is not valid; it should be 'scratch' or 'model'",
        ),
        (
            "{kind: periodic, every: 9, memory: chunk, from: model}",
            "DecisionTreeClassifier cannot go on from a fitted model: it has no partial_fit, no "
            "warm_start and no base model; use from: scratch, or",
        ),
        (
            "{kind: ensemble, every: 9, from: model}",
            "from: model is not for 'ensemble': each member is trained on its own chunk",
        ),
        ("{kind: recall, memory: 9, from: model}", "a new model is to differ from those that are"),
        (
            "{kind: periodic, every: 9, memory: chunk, from: model, latency: {rows: 10}}",
            "so that a chunk of labels is lost; give a latency of at most `every`",
        ),
        (
            "fine_tune",
            "'fine_tune' is no kind of policy; write `from: model` in a policy that retrains",
        ),
        ("{kind: mini_batch, size: 9}", "'mini_batch' needs a learner that learns on"),
        ("{kind: replay, buffer: 9}", "'replay' needs a learner that learns on"),
        ("pretrained_online", "'pretrained_online' needs a learner that learns on"),
    ],
)
def test_policies_that_cannot_be(tmp_path, policy, words):
    message = refusal(tmp_path, policy=policy)
    assert message.startswith(("5: models.one", "3: models.one", "4: models.one")), message
    assert words in message, message


@pytest.mark.parametrize("learner", [NEIGHBOURS, "river.naive_bayes.GaussianNB", "no_change"])
def test_faded_labels_for_a_learner_that_takes_no_weights(tmp_path, learner):
    policy = "{kind: periodic, every: 500, memory: {kind: faded, half_life: 200}}"
    message = refusal(tmp_path, learner, policy)
    assert "'faded' memory needs a learner that takes weights" in message
    assert "does not; give the memory a number of labels" in message


@pytest.mark.parametrize(
    ("learner", "memory", "words"),
    [
        (
            "sklearn.ensemble.HistGradientBoostingClassifier",
            "chunk",
            "its warm_start is valid on the same rows only, since it bins features anew",
        ),
        ("river.naive_bayes.GaussianNB", "{kind: faded, half_life: 9}", "takes weights"),
        (
            "majority",
            "{kind: faded, half_life: 9}",
            "majority learns on without weights; give the memory a number of labels, or chunk",
        ),
    ],
)
def test_learners_that_cannot_go_on_from_a_model(tmp_path, learner, memory, words):
    policy = f"{{kind: periodic, every: 500, memory: {memory}, from: model}}"
    message = refusal(tmp_path, learner, policy)
    assert message.startswith("3: models.one: ") and words in message


def test_a_balanced_buffer_for_numbers(tmp_path):
    policy = "{kind: replay, buffer: 100, keep: balanced}"
    message = refusal(tmp_path, "sklearn.linear_model.SGDRegressor", policy, concept=NUMBERS)
    assert "models.one.policy: a balanced buffer is for classes" in message


def test_probing_recorded_rows(tmp_path):
    text = (
        "stream: {concepts: {a: river.datasets.Phishing}}\n"
        f"models: {{one: {{learner: {TREE}, policy: static}}}}\n"
        "evaluation: {probe: 100}\n"
    )
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="a recorded stream has no fresh rows to probe with"):
        load(tmp_path / "s.yaml")


def test_more_replayed_than_there_are(tmp_path):
    policy = "{kind: replay, buffer: 10, replayed: 1_000}"
    message = refusal(tmp_path, "sklearn.naive_bayes.GaussianNB", policy)
    assert "1,000 rows cannot be replayed of a buffer of 10" in message


def test_changes_of_recorded_rows_are_unknown_and_those_of_drawn_ones_known(tmp_path):
    text = (
        "stream: {concepts: {a: river.datasets.Phishing}}\n"
        f"models: {{one: {{learner: {TREE}, policy: {{kind: at_drift, memory: 100}}}}}}\n"
    )
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="true changes, which are unknown for recorded rows"):
        load(tmp_path / "s.yaml")
    drawn = "length: 2_000, concepts: {a: {kind: moa, stream: SEAGenerator -b}}"
    text = text.replace("concepts: {a: river.datasets.Phishing}", drawn)
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    assert not load(tmp_path / "s.yaml").variants[0].scenario.stream.known


@together(
    ("labels", "words"),
    [
        ("{kind: budget, labels: 20, per: 10}", "20 labels for 10 rows cannot be spent; give 10"),
        (
            "{kind: share, rate: [0.1, 0.2, 0.3]}",
            "3 rates for 2 classes; give one number, or one a",
        ),
        (
            "{kind: share, rate: 1.5}",
            "1.5 is not valid; give a number from 0 to 1, or one for each",
        ),
        ("{kind: share, rate: lots}", "'lots' is not valid; give a number from 0 to 1"),
        ("{kind: random, mean: 0}", "0 is not valid; it should be more than 0"),
        ("{kind: random, mean: 5, law: normal}", "it should be 'geometric', 'uniform' or"),
        ("{kind: batches, every: 0}", "0 is not valid"),
        ("{kind: delayed, rows: 5, of: soon}", "no kind of labels is called 'soon'"),
        ("{kind: delayed, rows: 5, of: {kind: share, rate: [0.5]}}", "1 rates for 2 classes"),
    ],
)
def test_labels_that_cannot_be(tmp_path, labels, words):
    message = refusal(tmp_path, labels=labels)
    assert message.startswith("6: evaluation.labels"), message
    assert words in message, message


def test_a_rate_by_class_for_numbers(tmp_path):
    message = refusal(tmp_path, LINEAR, labels="{kind: share, rate: [0.1, 0.2]}", concept=NUMBERS)
    assert "2 rates for no classes" in message
