"""`driftsim new`: write a scenario to begin with."""

from pathlib import Path
from shlex import quote
from typing import Annotated, Literal

from typer import Argument, Option

from driftsim.cli.studies import errors_printed

Drifts = Literal[
    "none", "sudden", "gradual", "incremental", "recurring", "seasonal", "random", "markov",
    "schedule", "blip", "nested",
]  # fmt: skip
TO = "The scenario to write. [default: NAME.yaml]"


def new(
    name: Annotated[str, Argument(metavar="NAME", help="A name for the scenario.")],
    drift: Annotated[Drifts, Option(help="How its concept changes.")] = "sudden",
    task: Annotated[
        Literal["classification", "regression"], Option(help="What its labels are.")
    ] = "classification",
    to: Annotated[Path | None, Option(metavar="FILE", help=TO)] = None,
):
    """Write a scenario with comments, which plays in seconds, to be changed into yours."""
    with errors_printed():
        from driftsim.proposal.drift_scenario import write_scenario

        path = write_scenario(name, drift, task, to)
        command = f"driftsim run {quote(str(path))}"
        print(f"{path}: written; `{command}` plays it, and its comments say what is what")
