"""`driftsim studio`: a scenario that is turned by hand in a browser, while it is played."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from driftsim.cli.options import Allow, Parts, number
from driftsim.cli.studies import errors_printed

NEEDED = ("starlette", "uvicorn")
Turned = Annotated[
    Path | None, Argument(metavar="SCENARIO", help="A scenario. [default: a first one]")
]
Port = Annotated[
    int | None,
    Option(
        metavar="N",
        help="Of this machine. [default: 8484, or the next]",
        parser=number(int, "0 to 65535", most=65_535),
    ),
]
Browser = Annotated[bool, Option("--browser/--no-browser", help="Open it in a browser.")]


def studio(
    scenario: Turned = None,
    port: Port = None,
    browser: Browser = True,
    parts: Parts = None,
    allow: Allow = None,
):
    """Turn a scenario by hand in a browser: curves, costs and the verdict follow at once."""
    with errors_printed():
        check_installed()
        from driftsim.libraries import checked_packages
        from driftsim.own import load_parts
        from driftsim.studio.running import run_studio

        files = [str(path) for path in parts or ()]
        load_parts(files)
        run_studio(scenario, port, browser, tuple(files), tuple(checked_packages(allow or ())))


def check_installed():
    """Raise `ScenarioError` where the studio's server is not installed."""
    from driftsim.libraries import extra
    from driftsim.messages import ScenarioError

    if lacking := [name for name in NEEDED if find_spec(name) is None]:
        raise ScenarioError(f"the studio needs {' and '.join(lacking)}; {extra('studio')}")
