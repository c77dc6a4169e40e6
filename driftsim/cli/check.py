"""`driftsim check`: whether scenarios are valid, and what happens in them."""

import shutil
from typing import Annotated

import typer
from typer import Option

from driftsim.cli.options import Allow, Files, OnlyStream, Parts, Settings
from driftsim.cli.studies import errors_printed, studies_in


def check(
    scenario: Files,
    settings: Settings = None,
    only_stream: OnlyStream = None,
    severity: Annotated[bool, Option("--severity", help="Estimate severity by learners.")] = False,
    parts: Parts = None,
    allow: Allow = None,
):
    """Check scenarios, and print what happens in them and when."""
    code = 0
    for path in scenario:
        try:
            with errors_printed():
                print_overview(path, settings, only_stream, parts, allow, severity)
        except typer.Exit as end:
            code = max(code, end.exit_code)
    raise typer.Exit(code)


def print_overview(path, settings=None, streams=None, parts=None, allow=None, severity=False):
    """Print what happens in a scenario, and why it cannot be run, if so."""
    from driftsim.overview.study import overview
    from driftsim.runner.runs import too_many_changes

    asked = settings or (), (None, (), streams or ()), parts or (), allow or ()
    study, width = studies_in([path], *asked)[0], min(shutil.get_terminal_size().columns, 100)
    print(f"{path}: valid\n{overview(study, width, severity)}")
    obstacles = [too_many_changes(variant.scenario.stream) for variant in study.variants]
    for obstacle in dict.fromkeys(filter(None, obstacles)):
        print(f"{path}: cannot be run: {obstacle}")
