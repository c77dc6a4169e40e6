"""The application: its commands, in the order of its help, and the options of its own."""

import re
from typing import Annotated

import typer
from typer.core import TyperCommand

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
    epilog="`driftsim new first` writes a scenario, and `driftsim run first.yaml` plays it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


TYPE = re.compile(r" <[^<>]*>$")  # of Python, behind the name of an argument
RANGE = re.compile(r" +\[[\d.<=>]*x[\d.<=>]*\]$")  # of numbers, behind the help of an option


class Command(TyperCommand):
    """A command whose help has names and words alone, no types and no ranges."""

    def format_options(self, ctx, formatter):
        """Write the arguments, and then the options."""
        listed: dict[str, list] = {"argument": [], "option": []}
        for one in self.get_params(ctx):
            if record := one.get_help_record(ctx):
                name, words = record
                listed[one.param_type_name].append((TYPE.sub("", name), RANGE.sub("", words)))
        for title, records in zip(("Arguments", "Options"), listed.values()):
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


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


SHORT_HELP = {  # where the first sentence of a command is too long for the list of commands
    new.new: "Write a scenario to begin with.",
    init.init: "Write a scenario for a table.",
    explain.explain: "Say in plain words what scenarios do.",
    schema.schema: "Print a JSON Schema of scenarios, for editors.",
    table.table: "Write streams by contenders as LaTeX, Markdown, HTML or CSV.",
    status.status: "Show how far studies are.",
    studio.studio: "Turn a scenario by hand in a browser.",
}
for command in (
    run.run, new.new, init.init, check.check, explain.explain, kinds.kinds, schema.schema,
    plot.plot, table.table, status.status, studio.studio,
):  # fmt: skip
    app.command(cls=Command, short_help=SHORT_HELP.get(command))(command)
