"""Studies: scenario files that commands read, and mistakes in them, printed as a line each."""

import shutil
import sys
import textwrap
from collections import Counter
from contextlib import contextmanager
from typing import TextIO

import typer


def studies_in(paths, settings, kept, parts, allow, figures=None):
    """The studies in files; raises `ScenarioError`, also for two with one name."""
    from driftsim.messages import ScenarioError
    from driftsim.own import load_parts
    from driftsim.scenario import load

    load_parts(parts)
    seeds, only, streams = kept
    more = {"allow": allow, "figures": figures, "only_streams": streams}
    studies = [load(path, settings, seeds, only, **more) for path in paths]
    for note in dict.fromkeys(note for study in studies for note in study.notes):
        print_message(note)
    for name, count in Counter(study.name for study in studies).items():
        if count > 1:
            same = [str(path) for path, study in zip(paths, studies) if study.name == name]
            cause = f"the results of both would go to '{name}'; run them with another --out each"
            raise ScenarioError(f"{' and '.join(same)}: {cause}")
    return studies


def print_message(text: str):
    """Print a message beside the output: as it is, but in a terminal it breaks between words."""
    print_line(text, sys.stderr)


def print_line(text: str, to: TextIO | None = None):
    """Print what a command did: as it is, but in a terminal it breaks between words."""
    to = to or sys.stdout
    if to.isatty():
        whole = textwrap.TextWrapper(break_long_words=False, break_on_hyphens=False)
        whole.width = max(shutil.get_terminal_size().columns, 40)
        whole.subsequent_indent = "  "
        text = "\n".join(map(whole.fill, text.splitlines()))
    print(text, file=to)


@contextmanager
def errors_printed():
    """Print errors of scenarios and of files without a traceback, and exit with code 2."""
    from driftsim.atomic import StoreError
    from driftsim.messages import ScenarioError

    try:
        yield
    except (ScenarioError, StoreError) as error:
        print_message(str(error))
        raise typer.Exit(2) from None
