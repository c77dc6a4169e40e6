"""Drift scenarios: a scenario of a chosen drift and task, with comments, as `new` writes it."""

import textwrap
from pathlib import Path
from typing import NamedTuple

from driftsim.messages import ScenarioError, guess, line, short
from driftsim.proposal.writing import WIDEST, write_named


class Outline(NamedTuple):
    """What a scenario says of its drift."""

    question: str  # about the contenders, whichever they are
    concepts: tuple[str, ...]  # their names
    notes: tuple[str, ...]  # on the drift, and on the numbers in it
    drift: str  # as YAML


OUTLINES = {
    "none": Outline(
        "Nothing changes. What does it cost to be ready for a drift that never comes?",
        ("calm",),
        ("No drift: the one concept stays in force.",),
        "none",
    ),
    "sudden": Outline(
        "One sudden drift. What does a model lose that is trained once, and who recovers soonest?",
        ("before", "after"),
        ("From row 10,000 on, all rows are of the next concept.",),
        "{kind: sudden, at: [10_000]}",
    ),
    "gradual": Outline(
        "A gradual drift. Who keeps up while more and more rows are of the new concept?",
        ("before", "after"),
        ("Around row 10,000, for 4,000 rows, more and more rows are of the next concept.",),
        "{kind: gradual, at: [10_000], width: 4_000}",
    ),
    "incremental": Outline(
        "An incremental drift: the boundary itself moves. How often must a model be renewed?",
        ("before", "after"),
        (
            "Around row 10,000, for 8,000 rows, the numbers of the concept move to those of the",
            "next one, so that both must be of one kind.",
        ),
        "{kind: incremental, at: [10_000], width: 8_000}",
    ),
    "recurring": Outline(
        "Two concepts return again and again. Does it pay to forget?",
        ("summer", "winter"),
        ("The next concept after every 4,000 rows; `width: 500` would make each change gradual.",),
        "{kind: recurring, every: 4_000}",
    ),
    "seasonal": Outline(
        "Seasons: the shares of two concepts swing to and fro. Who follows them?",
        ("summer", "winter"),
        ("Each concept has its peak once in 8,000 rows; halfway between, each has half the rows.",),
        "{kind: seasonal, period: 8_000}",
    ),
    "random": Outline(
        "Changes at random times, other ones with each seed. Who needs no timetable?",
        ("before", "after"),
        ("A change after 4,000 rows on average, to the next concept in a cycle.",),
        "{kind: random, mean: 4_000}",
    ),
    "markov": Outline(
        "Three concepts in random order. Does a model help that has seen them all?",
        ("low", "middle", "high"),
        ("A change after 3,000 rows on average, to any other concept, as likely.",),
        "{kind: markov, mean: 3_000}",
    ),
    "schedule": Outline(
        "A schedule: long calm, a short visit elsewhere, and back. Who loses what they knew?",
        ("usual", "special"),
        ("Which concept rules for how many rows; the last one stays to the end.",),
        """
    kind: schedule
    visits: [{concept: usual, rows: 9_000}, {concept: special, rows: 3_000}, {concept: usual}]""",
    ),
    "blip": Outline(
        "A few rows of another concept, which is no drift. Who takes it for one?",
        ("usual", "outlier"),
        ("From row 10,000 on, 500 rows are of the last concept; then all is as it was.",),
        "{kind: blip, at: [10_000], width: 500}",
    ),
    "nested": Outline(
        "Day and night alternate, and one day all is different. Who sees which change?",
        ("day", "night", "new day", "new night"),
        (
            "Within each group the concepts alternate after every 2,000 rows; at row 10,000 the",
            "second group takes the place of the first.",
        ),
        """
    kind: nested
    between: {kind: sudden, at: [10_000]}
    groups:
      - {concepts: [day, night], drift: {kind: recurring, every: 2_000}}
      - {concepts: [new day, new night], drift: {kind: recurring, every: 2_000}}""",
    ),
}
CONCEPTS = {  # by task: what they are, and each in turn
    "classification": (
        "SEA: of three features x1, x2, x3 in 0..10, the label is whether x1 + x2 is above a "
        "threshold.",
        [f"{{kind: sea, threshold: {threshold}}}" for threshold in (8, 12, 5, 15)],
    ),
    "regression": (
        "The label is the sum of three normal features, each times its weight, and some noise.",
        [
            f"{{kind: linear, features: 3, weights: {weights}, noise: 0.5}}"
            for weights in ("[1, 2, 0]", "[2, 0, 1]", "[0, 1, 2]", "[1, -1, 1]")
        ],
    ),
}
NOISE = {
    "classification": "  noise: 0.05  # the share of labels that are replaced by a wrong one\n"
}
LEARNERS = {  # by task: of those that are retrained, and of the one that learns on
    "classification": (
        "{kind: sklearn.tree.DecisionTreeClassifier, max_depth: 5}",
        "hoeffding_tree",
    ),
    "regression": (
        "sklearn.linear_model.LinearRegression",
        """
      kind: pipeline
      steps: [river.preprocessing.StandardScaler, river.linear_model.LinearRegression]""",
    ),
}
DETECTORS = {"classification": "adwin", "regression": "river.drift.KSWIN"}
METRICS = {
    "classification": "[error, kappa]  # the first one ranks; `driftsim kinds metric` lists all",
    "regression": "[mae, rmse]  # the first one ranks; `driftsim kinds metric` lists all",
}
MONEY = {"classification": "mistake", "regression": "absolute_error"}
TEXT = """\
stream:
  length: 20_000  # rows
  # {about}
  concepts:  # by names of your own
{concepts}
{notes}
  drift: {drift}
{noise}models:  # the contenders: each a learner, and a policy that keeps it up to date
  trained once:
    learner: &model {learner}
    policy: static
  retrained:  # by a clock: after every 2,000 rows, on the last 2,000 labels
    learner: *model
    policy: {{kind: periodic, every: 2_000, memory: 2_000}}
  on drift:  # after an alarm that its errors have risen, on the 1,000 labels that then come in
    learner: *model
    policy: {{kind: on_drift, detector: {detector}, memory: 1_000}}
  online:  # learns each label once, as it comes in
    learner: {online}
    policy: online
evaluation:
  warmup: 1_000  # rows that all are first trained on, and that are not scored
  seeds: 5  # the stream is drawn so often, with other rows; intervals are over these
  # labels: {{kind: delayed, rows: 500}}  # in real life the truth comes late; here at once
report:
  metrics: {metrics}
# With prices, the report says what to do, and what it costs and saves:
# prices: {{{loss}: 1, training: 100}}
"""


def scenario_text(drift: str, task: str) -> str:
    """A scenario of a kind of drift and a task, as YAML with comments."""
    outline, (about, concepts) = OUTLINES[drift], CONCEPTS[task]
    named = [f"    {name}: {one}" for name, one in zip(outline.concepts, concepts)]
    learner, online = LEARNERS[task]
    question = textwrap.wrap(outline.question, WIDEST - 2)
    text = TEXT.format(
        about=about,
        concepts="\n".join(named),
        notes="\n".join(f"  # {note}" for note in outline.notes),
        drift=outline.drift,
        noise=NOISE.get(task, ""),
        learner=learner,
        detector=DETECTORS[task],
        online=online,
        metrics=METRICS[task],
        loss=MONEY[task],
    )
    return "".join(f"# {row}\n" for row in question) + text.replace(": \n", ":\n")


def write_scenario(name: str, drift: str, task: str, to: Path | None = None) -> Path:
    """Write a new scenario of a kind of drift and a task, and return its path.

    By default it is called after its name, and is written into the current folder. Raises
    `ScenarioError` for a name or a drift that there is not, and for a file that is there already.
    """
    for given, known, what in ((drift, OUTLINES, "drift"), (task, CONCEPTS, "task")):
        if given not in known:
            message = f"there is no {what} {short(given)} to begin with"
            raise ScenarioError(line(f"--{what} {given}: {message}; {guess(given, known)}"))
    return write_named(name, scenario_text(drift, task), to)
