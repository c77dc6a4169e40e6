"""Proposals: a scenario for a table, as text whose comments give the reason for each guess."""

import os.path
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from shlex import join

from driftsim.json_schema.files import modeline
from driftsim.messages import ScenarioError, first_fault, line, visible
from driftsim.proposal.table_guesses import Contents, Guess, rounded
from driftsim.proposal.writing import WIDEST, write_new
from driftsim.scenario.notation import yaml_line

QUESTION = (
    "How long does a model of {name} hold: is it enough to train it once, should it be retrained "
    "on a schedule or after an alarm, or should it learn online?"
)
PRICES = """\
# With prices, the report begins with what to do, and what it costs and saves: docs/decision.md
# prices: {{currency: EUR, {loss}: 1, training: 100}}
"""
OF_CLASSES = """\
# Where some mistakes cost more than others, a `cost_sensitive` learner predicts what is cheapest.
"""
MARKS = "an example: write where you know of a change"
HEAD = """
# A first proposal. Each guess has its reason: correct what is wrong, then check this file again.
stream:
  concepts:
    {concept}:
      kind: table
"""
MODELS = """\
models:
  trained once:
    learner: &model {kind: sklearn.ensemble.HistGradientBoosting{What}, max_iter: 50}
    policy: static
  retrained:  # {times} times, on the last labels
    learner: *model
    policy: {kind: periodic, every: {every}, memory: {memory}}
  on alarm:  # the model's errors have changed: on the first labels of later rows, then on more
    learner: *model
    policy: {kind: doubling, first: {first}, until: {labels}{detector}}
  online tree:  # learns each label once, as it comes in
    learner: {tree}
    policy: online
"""


def proposed(paths: Sequence[Path], folder: Path, target: str | None = None) -> str:
    """The text of a scenario for the table in some files, to be written into `folder`.

    `target` is the column of labels; guessed where not given. Raises `ValueError` for a table that
    cannot be read, or that holds nothing to learn from.
    """
    files = [os.path.relpath(path, folder) for path in paths]
    found = Contents(files if len(files) > 1 else files[0], folder, target)
    name = visible(paths[0].name) + f" and {len(paths) - 1} more" * (len(paths) > 1)
    question = textwrap.wrap(QUESTION.format(name=name), WIDEST - 2)
    head = "".join(f"# {row}\n" for row in question)
    head += HEAD.format(concept=yaml_line(concept_name(paths)))
    lines = [line for guess in found.guesses() for line in commented(guess, 6)]
    lines.append(f"      # marks: {found.marks()}  # {MARKS}")
    lines += [models_text(found), "evaluation:", *commented(found.warm_up(), 2)]
    lines += found.late_labels()
    lines.append(f"report: {{metrics: [{', '.join(found.metrics)}]}}")
    priced = PRICES.format(loss="absolute_error" if found.regression else "mistake")
    return head + "\n".join([*lines, priced]) + OF_CLASSES * (not found.regression)


def concept_name(paths: Sequence[Path]) -> str:
    """A name for the concept of a table in some files, and for its scenario."""
    stems = [path.name.split(".")[0] for path in paths]
    common = stems[0]
    if len(stems) > 1 or "*" in common:  # what all names begin with, but for numbers
        same = [len({*letters}) == 1 for letters in zip(*stems, strict=False)]
        common = common[: [*same, False].index(False)].rstrip("0123456789*?_- ")
    return "".join(c if c.isalnum() or c in "_-" else "_" for c in common) or "table"


def models_text(found: Contents) -> str:
    """The contenders, each with a learner for the task."""
    schedule = found.schedule()
    detector = ", detector: river.drift.KSWIN" if found.regression else ""
    tree = "hoeffding_tree"
    if found.regression:  # linear models in its leaves go astray where columns have other scales
        tree = "{kind: river.tree.HoeffdingTreeRegressor, leaf_prediction: mean}"
    given = {
        "What": "Regressor" if found.regression else "Classifier",
        "tree": tree,
        "every": schedule.every,
        "memory": schedule.memory,
        "first": f"{max(rounded(schedule.labels / 10), 1):_}",
        "labels": f"{schedule.labels:_}",
        "times": f"about {schedule.times}",
        "detector": detector,
    }
    text = MODELS
    for name, value in given.items():
        text = text.replace(f"{{{name}}}", value)
    return text.rstrip()


def commented(guess: Guess, indent: int) -> Iterator[str]:
    """A key with its reason behind it, or above it where the line would be too long."""
    value = f"{guess.value:_}" if type(guess.value) is int else yaml_line(guess.value)
    entry, reasons = f"{' ' * indent}{guess.key}: {value}", guess.reason.split("\n")
    if len(reasons) == 1 and len(entry) + len(guess.reason) + 4 <= WIDEST:
        yield f"{entry}  # {guess.reason}"
    else:
        begin = f"{' ' * indent}# "
        for reason in reasons:
            yield from textwrap.wrap(
                reason, WIDEST, initial_indent=begin, subsequent_indent=f"{begin}  "
            )
        yield entry


def write_proposal(
    tables: Sequence[Path], target: str | None = None, to: Path | None = None
) -> Path:
    """Write a scenario for a table, in a file or several, and return the path of the scenario.

    By default it has the name of the table, and is written into the current folder. Raises
    `ScenarioError` for a table that cannot be read, and for a file that is there already.
    """
    path = to or Path(f"{concept_name(tables)}.yaml")
    names = " ".join(map(str, tables))
    try:
        return write_new(
            path,
            lambda: modeline(path) + proposed(tables, path.absolute().parent, target),
            f"driftsim init {join(map(str, tables))} --to FILE",
        )
    except ValueError as error:
        raise ScenarioError(line(f"{names}: {first_fault(error)}")) from None
