"""Options: what the commands of the command line can be asked, and their help."""

from pathlib import Path
from typing import Annotated, TypeAlias

from typer import Argument, BadParameter, Option

from driftsim.cli.completion import contenders, figures, kinds, metrics, pictures, streams

Texts: TypeAlias = list[str] | None
MANY = "Can be repeated."
FIGURES = (
    "curves, total_cost, cost_so_far, periods, price, excess, recovery, severity, stream, cost, "
    "memory, forgetting, alarms, sweep or ranks."
)
CLUSTER = "Run on a Dask cluster: tcp://HOST:PORT, tls://HOST:PORT, or local:N to try one."
AFTER = "What stands after ±: the spread over seeds, or half the interval at 95 %."
OVER = "tumbling, sliding, cumulative or faded. [default: tumbling]"


def number(kind: type[int] | type[float], bounds: str = "", least: float = 0, most: float = 1e15):
    """What reads a number of an option, and says in our words what else would be right."""
    name = "a whole number" if kind is int else "a number"
    right = f"{name}, {bounds}" if bounds else name

    def read(text: str | int | float):
        try:
            found = kind(text)
        except ValueError:
            found = None
        if found is None or (bounds and not least <= found <= most):
            raise BadParameter(f"'{text}' is not valid; it should be {right}")
        return found

    return read


Files = Annotated[list[Path], Argument(metavar="SCENARIO", help="Scenarios, as YAML files.")]
Played = Annotated[
    list[Path], Argument(metavar="SCENARIO|TABLE", help="Scenarios, or tables of your own.")
]
Out = Annotated[Path, Option(metavar="FOLDER", help="The folder for reports.")]
Set = Option("--set", metavar="PATH=VALUE", help=f"Change a value: stream.noise=0.1. {MANY}")
Settings = Annotated[Texts, Set]
Seeds = Annotated[
    int | None,
    Option(
        metavar="N", help="How many seeds to run, instead of evaluation.seeds.", parser=number(int)
    ),
]
Only = Annotated[
    Texts,
    Option(metavar="NAME", help=f"Run this contender only. {MANY}", autocompletion=contenders),
]
OnlyStream = Annotated[
    Texts, Option(metavar="NAME", help=f"Keep this stream only. {MANY}", autocompletion=streams)
]
Jobs = Annotated[
    int | None,
    Option(
        metavar="N",
        help="Most processes at a time. [default: one per core]",
        parser=number(int, "1 or more", least=1),
    ),
]
Limit = Option(
    metavar="SECONDS",
    help="End a run that takes longer, as failed.",
    parser=number(float, "0.1 or more", least=0.1),
)
Timeout = Annotated[float | None, Limit]
Pictures = Annotated[
    str | None,
    Option(
        "--figures",
        metavar="NAMES",
        help="Pictures beside the page: none, all, or a,b,c.",
        autocompletion=pictures,
    ),
]
On = Annotated[str | None, Option(metavar="CLUSTER", help=CLUSTER)]
Shared = Annotated[
    str | None,
    Option(metavar="I/N", help="Play only the I-th of N shares of the runs, and write no report."),
]
Watch = Annotated[
    bool,
    Option(
        "--watch",
        help="Play again whenever a scenario, a table that it names, or a file of parts is saved.",
    ),
]
Fresh = Annotated[bool, Option("--fresh", help="Run everything again.")]
With = Option("--with", metavar="FILE", help=f"A Python file with your own parts. {MANY}")
Parts = Annotated[list[Path] | None, With]
Trust = Option(
    "--allow", metavar="PACKAGE", help=f"A package whose estimators scenarios may name. {MANY}"
)
Allow = Annotated[Texts, Trust]
Reports = Annotated[list[Path], Argument(metavar="REPORT", help="Reports, or scenarios.")]
To = Annotated[Path, Option(metavar="FILE", help="A .png, .svg or .pdf; a folder with --all.")]
Every = Annotated[bool, Option("--all", help="Plot every figure of a report, each as a PDF.")]
Figure = Annotated[str, Option(metavar="NAME", help=FIGURES, autocompletion=figures)]
Metric = Annotated[
    str | None,
    Option(metavar="METRIC", help="Instead of the scenario's metrics.", autocompletion=metrics),
]
Window = Annotated[str | None, Option(metavar="N", help="Rows, or a time (1w), per point.")]
Over = Annotated[str | None, Option(metavar="WINDOWS", help=OVER)]
SeverityBy = Annotated[
    str | None,
    Option("--severity", metavar="MEASURE", help="What the figure severity shows."),
]
Contenders = Annotated[
    Texts,
    Option(metavar="NAME", help=f"Plot this contender only. {MANY}", autocompletion=contenders),
]
Target = Annotated[
    str | None, Option(metavar="NAME", help="The column of labels of a table. [default: guessed]")
]
Tables = Annotated[
    list[Path], Argument(metavar="TABLE", help="A table, such as a CSV file; or its files.")
]
Into = Annotated[
    Path | None, Option("--to", metavar="FILE", help="The scenario to write. [default: TABLE.yaml]")
]
Kind = Argument(
    metavar="FAMILY|KIND",
    help="One of them, or the path of a library's class.",
    autocompletion=kinds,
)
Name = Annotated[str | None, Kind]
