"""The reference of the command line: each command with its options, as `--help` lists them."""

from collections.abc import Iterator

import typer
from parameter_tables import cell, table

from driftsim.cli import app

HEAD = """# The command line

`driftsim COMMAND --help` prints the same. A mistake ends with a message that says where it is and
what would be right, and with the exit code 2; a study whose runs have failed ends with 1."""


def page() -> str:
    """The page of the command line."""
    commands = typer.main.get_command(app).commands
    return "\n\n".join([HEAD, *(text for one in commands for text in section(commands[one]))])


def section(command) -> Iterator[str]:
    """A command: what it does, and its arguments and options."""
    yield f"## driftsim {command.name}"
    yield cell(command.help or "")
    rows = [
        f"| {names(one)} | {cell(one.help)} | {value(one)} |"
        for one in command.params
        if getattr(one, "help", None) and not getattr(one, "hidden", False)
    ]
    yield table(("option", "what it does", "default"), rows)


def names(option) -> str:
    """An option as it is written, with the name of its value."""
    metavar = getattr(option, "metavar", None)
    if option.param_type_name == "argument":
        return f"`{metavar or option.name.upper()}`"
    return f"`{', '.join(option.opts)}{f' {metavar}' if metavar else ''}`"


def value(option) -> str:
    """The default of an option, if it has one."""
    shown = option.default not in (None, False, ()) and not callable(option.default)
    return f"`{option.default}`" if shown else ""
