"""`driftsim schema`: a JSON Schema of scenarios, for editors."""

from pathlib import Path
from typing import Annotated

from typer import Option

from driftsim.cli.options import Allow, Parts
from driftsim.cli.studies import errors_printed

TO = "The file to write, such as driftsim.schema.json. [default: print it]"


def schema(
    to: Annotated[Path | None, Option(metavar="FILE", help=TO)] = None,
    parts: Parts = None,
    allow: Allow = None,
):
    """Print a JSON Schema of scenarios: with it, editors complete, explain and check them."""
    with errors_printed():
        from driftsim.atomic import write_atomically
        from driftsim.json_schema.files import schema_text
        from driftsim.json_schema.installed import installed_paths
        from driftsim.libraries import checked_packages
        from driftsim.messages import ScenarioError
        from driftsim.own import load_parts

        if to is not None and to.suffix.lower() != ".json":
            raise ScenarioError(f"{to}: is no name for a schema; let it end in .json")
        load_parts(parts or ())
        text = schema_text(installed_paths(), checked_packages(allow or ()))
        if to is None:
            print(text, end="")
        else:
            print(write_atomically(to, text.encode()))
