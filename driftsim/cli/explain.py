"""`driftsim explain`: what a scenario does, in plain words."""

import shutil

from driftsim.cli.options import Allow, Files, OnlyStream, Parts, Settings
from driftsim.cli.studies import errors_printed, studies_in

WIDEST = 100  # characters of a line


def explain(
    scenario: Files,
    settings: Settings = None,
    only_stream: OnlyStream = None,
    parts: Parts = None,
    allow: Allow = None,
):
    """Say in plain words what happens, what is compared, and what will be measured."""
    with errors_printed():
        from driftsim.overview.explanation import explanation

        asked = settings or (), (None, (), only_stream or ()), parts or (), allow or ()
        width = min(shutil.get_terminal_size().columns, WIDEST)
        print("\n\n".join(explanation(study, width) for study in studies_in(scenario, *asked)))
