"""The application: its commands, in the order of its help, and the options of its own."""

from typing import Annotated

import typer

from driftsim.cli import (
    check,
    explain,
    init,
    kinds,
    new,
    plot,
    run,
    schema,
    status,
    studio,
    table,
)

app = typer.Typer(
    name="driftsim",
    help="Which learner wins on a stream that changes, when, and at what cost.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def print_version(asked: bool):
    """Print the version of driftsim and end, if that is asked for."""
    if asked:
        from importlib.metadata import version

        print(f"driftsim {version('driftsim')}")
        raise typer.Exit


Version = typer.Option(
    "--version", is_eager=True, callback=print_version, help="Print the version."
)


@app.callback(help=app.info.help)
def driftsim(version: Annotated[bool, Version] = False):
    """The options of the command itself."""


app.command()(run.run)
app.command(short_help="Write a scenario to begin with.")(new.new)
app.command(short_help="Write a scenario for a table.")(init.init)
app.command()(check.check)
app.command(short_help="Say in plain words what scenarios do.")(explain.explain)
app.command()(kinds.kinds)
app.command(short_help="Print a JSON Schema of scenarios, for editors.")(schema.schema)
app.command()(plot.plot)
app.command()(table.table)
app.command(short_help="Show how far studies are.")(status.status)
app.command(short_help="Turn a scenario by hand in a browser.")(studio.studio)
