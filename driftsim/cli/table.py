"""`driftsim table`: streams by contenders, as a file."""

from pathlib import Path
from typing import Annotated

from typer import Option

from driftsim.cli.options import AFTER, Allow, Metric, Out, Parts, Reports, number
from driftsim.cli.studies import errors_printed, print_message

PLACES = "Places after the point."
Digits = Annotated[int | None, Option(metavar="N", help=PLACES, parser=number(int))]


def table(
    report: Reports,
    to: Annotated[Path, Option(metavar="FILE", help="The file: .tex, .md, .csv or .html.")],
    metric: Metric = None,
    digits: Digits = None,
    std: Annotated[bool | None, Option("--std/--interval", help=AFTER)] = None,
    plain: Annotated[bool, Option("--plain", help="Leave out what stands after ±.")] = False,
    out: Out = Path("reports"),
    parts: Parts = None,
    allow: Allow = None,
):
    """Write streams by contenders of a report, or of several, with the best in bold."""
    with errors_printed():
        from driftsim.report.written_tables import write_table

        asked = {"metric": metric, "digits": digits, "std": std, "plain": plain}
        path, notes = write_table(report, to, out, parts or (), allow or (), **asked)
        for note in notes:
            print_message(note)
        print(path)
