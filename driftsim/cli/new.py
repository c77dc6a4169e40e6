"""`driftsim new`: write a scenario to begin with."""

from pathlib import Path
from shlex import quote
from typing import Annotated, Literal, get_args

from typer import Argument, Option

from driftsim.cli.completion import among
from driftsim.cli.studies import errors_printed, print_line

Drifts = Literal[
    "none", "sudden", "gradual", "incremental", "recurring", "seasonal", "random", "markov",
    "schedule", "blip", "nested",
]  # fmt: skip
Tasks = Literal["classification", "regression"]
OF_STREAMS = "Ten learners over eight streams, in the place of one drift."
TO = "The scenario to write. [default: NAME.yaml]"


def one_of(names: tuple[str, ...], about: str):
    """An option that takes one of some names, of which a slip is refused with a guess."""
    *others, last = names
    words = f"{about}: {', '.join(others)} or {last}."
    return Option(metavar="NAME", help=words, autocompletion=among(names))


def new(
    name: Annotated[str, Argument(metavar="NAME", help="A name for the scenario.")],
    drift: Annotated[str, one_of(get_args(Drifts), "How its concept changes")] = "sudden",
    task: Annotated[str, one_of(get_args(Tasks), "What its labels are for")] = "classification",
    suite: Annotated[bool, Option("--suite", help=OF_STREAMS)] = False,
    to: Annotated[Path | None, Option(metavar="FILE", help=TO)] = None,
):
    """Write a scenario with comments, which plays in seconds, to be changed into yours."""
    with errors_printed():
        from driftsim.json_schema.files import write_beside
        from driftsim.messages import ScenarioError
        from driftsim.proposal.drift_scenario import write_scenario
        from driftsim.proposal.suite_scenario import write_suite

        if suite and (drift, task) != ("sudden", "classification"):
            what = "its streams have drifts and labels of their own"
            raise ScenarioError(f"--suite: {what}; leave out --drift and --task")
        path = write_suite(name, to) if suite else write_scenario(name, drift, task, to)
        command = f"driftsim run {quote(str(path))}"
        print_line(f"{path}: written; `{command}` plays it, and its comments say what is what")
        if schema := write_beside(path):
            print_line(f"{schema}: written for editors, which then complete, explain and check it")
