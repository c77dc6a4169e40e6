"""Written tables: streams by contenders of reports, as LaTeX, Markdown, CSV or HTML."""

from collections.abc import Iterator, Mapping, Sequence
from csv import writer
from html import escape
from io import StringIO
from os.path import normpath
from pathlib import Path
from textwrap import wrap
from typing import Any

from driftsim.atomic import StoreError, write_atomically
from driftsim.messages import ScenarioError, line, plural, short
from driftsim.own import load_parts
from driftsim.parts import identity
from driftsim.report.benchmark_text import BEST, HOW, markdown_table
from driftsim.report.benchmarks import NONE, RANK, Entry, Grid, benchmark_rows, grid_of
from driftsim.report.page.document import how_to_repeat
from driftsim.report.page.text_files import inert
from driftsim.report.plot import missing, opened, titled
from driftsim.report.rankings import ranks
from driftsim.report.results import Results
from driftsim.report.united import common_metric, contenders_of, united
from driftsim.report.variant_results import metric_fault
from driftsim.scenario.files import RESOLVED

MOST_DIGITS = 10
NOTE_SIZE = 0.8  # of a note of LaTeX, by that of the table
NAME, NUMBER = 'style="text-align: left"', 'style="text-align: right; padding-left: 1em"'
SPECIAL = str.maketrans({  # also [ and *, which the end of a row takes as its own
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"}, "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "[": "{[}", "*": "{*}", "–": "--", "\xa0": "~",
})  # fmt: skip


def write_table(
    paths: Sequence[str | Path],
    to: str | Path,
    out: str | Path = "reports",
    parts: Sequence[str | Path] = (),
    allow: Sequence[str] = (),
    **options: Any,
) -> tuple[str | Path, list[str]]:
    """Write the table of reports, or of scenarios that have been run; gives its file and notes.

    `options` may hold a `metric`, `digits`, whether `std` stands after ±, and whether nothing does
    (`plain`). Raises `ScenarioError`, where possible before any work, for what cannot be written.
    """
    suffix, plain = checked(to, options), options.pop("plain", False)
    load_parts(parts)
    reports = opened(paths, out, list(map(str, parts)), allow)
    for path, results in reports.items():
        if not any(one.contenders for one in results.variants):
            raise ScenarioError(line(f"{path}: no contender has ended; run it"))
    grid, more = grid_in(reports, **options), [*repeated(reports)]
    made = FORMATS[suffix](grid.without_halves() if plain else grid, provenance(reports) + more)
    try:
        write_atomically(Path(to), made.encode())
    except StoreError as error:
        raise StoreError(str(error).replace("--out", "--to")) from None
    names = [name for one in reports.values() for name in one.study.contenders]
    return to, [f"{runs}, and are not in the table" for runs in missing(reports, names)] + more


def checked(to: str | Path, options: Mapping[str, Any]) -> str:
    """The format of a table by the name of its file; raises `ScenarioError` for wrong options."""
    suffix, digits = Path(to).suffix.lower(), options.get("digits")
    if suffix not in FORMATS:
        fault = f"{short(suffix)} is no format of a table" if suffix else "this has no suffix"
        formats = f"{', '.join([*FORMATS][:-1])} or {[*FORMATS][-1]}"
        raise ScenarioError(line(f"--to {to}: {fault}; end it in {formats}"))
    if digits is not None and not 0 <= digits <= MOST_DIGITS:
        raise ScenarioError(f"--digits: {digits} is not valid; give 0 to {MOST_DIGITS}")
    if options.get("plain") and options.get("std") is not None:
        raise ScenarioError("--plain: --std and --interval say what stands after ±; leave out one")
    return suffix


def grid_in(
    reports: Mapping[str, Results],
    metric: str | None = None,
    digits: int | None = None,
    std: bool | None = None,
) -> Grid:
    """The table of reports, by path, in a metric: the first that they ask for by default."""
    name = common_metric(reports, metric)
    for path, results in reports.items():
        if fault := metric_fault(results.variants, name):
            where = f"{path}: " if len(reports) > 1 else ""
            raise ScenarioError(line(f"--metric: {where}{fault}"))
    first = next(iter(reports.values()))
    variants = first.variants if len(reports) == 1 else united(titled(reports))
    rows = {one.title or first.study.name: [*benchmark_rows(one, name)] for one in variants}
    names = contenders_of([*reports.values()], variants)
    return grid_of(rows, ranks(variants, name), names, digits, std)


def repeated(reports: Mapping[str, Results]) -> Iterator[str]:
    """That streams of several reports stand in a table more than once, by other rules, if so."""
    variants = united(titled(reports)) if len(reports) > 1 else []
    streams, rows = {identity(one.scenario.stream) for one in variants}, len(variants)
    if len(streams) < rows:
        yield (
            f"{plural(len(streams), 'stream')} in {rows} rows, as reports differ in evaluation: "
            "a mean rank counts each row as a stream"
        )


def provenance(reports: Mapping[str, Results]) -> list[str]:
    """What made a table, in lines: of each report the command, the versions and a hash."""
    lines = list[str]()
    for path, (report, results) in zip(reports, titled(reports).items()):
        about = how_to_repeat(results, *place_of(Path(path)))
        own = about["command"], about["versions"], about["hash"]
        lines += [f"{report}: {one}" if report else one for one in own]
    return lines


def place_of(path: Path) -> tuple[str, str]:
    """The file that repeats a report or a scenario, and the folder of results, if not `reports`.

    A folder is repeated from its own scenario, which has whatever the command line had changed.
    Paths are as they were given, or from the working folder, never those of a machine.
    """
    file = path / RESOLVED if path.is_dir() else path
    if file.is_absolute() and file.is_relative_to(Path.cwd()) and path != Path.cwd():
        return place_of(path.relative_to(Path.cwd()))
    if file.is_absolute():
        return "/".join(file.parts[-2:] if path.is_dir() else file.parts[-1:]), ""
    out = Path(normpath(path / "..")).as_posix() if path.is_dir() else "reports"
    return file.as_posix(), "" if out == "reports" else out


def explained(grid: Grid) -> str:
    """What the numbers of a table are, what bold means, and what a test finds of mean ranks."""
    halves = f", ± {grid.halves}" if grid.spread else ""
    bold = f"bold: {BEST} ({HOW})" if grid.tested else ""
    return "; ".join(filter(None, [f"{grid.name}{halves}", bold, grid.ranked]))


def latex(grid: Grid, about: Sequence[str]) -> str:
    """A table of LaTeX, for the package booktabs."""
    heads = " & ".join(["", *map(in_latex, grid.across)])
    lines = [f"% {line(one)}" for one in about]
    lines += [f"% {explained(grid)}", "% \\usepackage{booktabs}"]
    lines += [f"\\begin{{tabular}}{{l{'r' * len(grid.across)}}}", "\\toprule", f"{heads} \\\\"]
    lines += ["\\midrule"]
    for name, row in grid.rows.items():
        lines += ["\\midrule"] if name == RANK and not grid.by_contender else []
        lines.append(f"{' & '.join([in_latex(name), *map(latex_cell, row)])} \\\\")
    return "\n".join([*lines, "\\bottomrule", *ranks_line(grid), "\\end{tabular}", ""])


def ranks_line(grid: Grid) -> Iterator[str]:
    """What a test finds of the mean ranks, if it is known, as last lines that do not widen it."""
    columns = zip(*([name, *map(str, row)] for name, row in grid.rows.items()))
    heads = ["", *grid.across]
    wide = sum(max(len(head), *map(len, own)) for head, own in zip(heads, columns)) + len(heads)
    whole = grid.ranked.replace(": p ", ": p\xa0").replace("< ", "<\xa0").replace("= ", "=\xa0")
    for part in wrap(whole, int(wide / NOTE_SIZE)):
        yield f"\\multicolumn{{{len(heads)}}}{{l}}{{\\footnotesize {in_latex(part)}}} \\\\"


def latex_cell(one: Entry) -> str:
    """A cell of LaTeX; the best is bold."""
    value = in_latex(one.value)
    value = f"\\textbf{{{value}}}" if one.best else value
    return f"{value} {{\\scriptsize$\\pm$ {one.half}}}" if one.half else value


def in_latex(text: str) -> str:
    """A text as LaTeX prints it."""
    return text.translate(SPECIAL)


def markdown(grid: Grid, about: Sequence[str]) -> str:
    """A table of Markdown, with what made it as a comment."""
    shown = grid if grid.std is not None else grid.without_halves()
    return f"{markdown_table(grid)}\n\n{explained(shown)}\n\n{comment(about)}\n"


def comment(about: Sequence[str]) -> str:
    """What made a table, as a comment of Markdown and HTML."""
    made = "\n".join(map(line, about)).replace("-->", "-- >")  # which would end it
    return f"<!--\n{made}\n-->"


def csv(grid: Grid, about: Sequence[str]) -> str:
    """A table of CSV: of each column its value, and what stands after ±, if known."""
    file = StringIO()
    lines = writer(file, lineterminator="\n")
    every = [*zip(*grid.rows.values())]
    known = [any(one.half for one in column) for column in every]
    heads = [
        text for one, halves in zip(grid.across, known) for text in (one, f"{one} ±")[: 1 + halves]
    ]
    lines.writerow([grid.name, *map(inert, heads)])
    for name, row in grid.rows.items():
        cells = [
            "" if text == NONE else text
            for one, halves in zip(row, known)
            for text in (one.value, one.half)[: 1 + halves]
        ]
        lines.writerow([inert(name), *cells])
    return file.getvalue()


def html(grid: Grid, about: Sequence[str]) -> str:
    """A table of HTML, with what its numbers are as its caption, and what made it as a comment."""
    heads = "".join(f'<th scope="col" {NUMBER}>{escape(one)}</th>' for one in grid.across)
    caption = f'<caption style="caption-side: bottom">{escape(explained(grid))}</caption>'
    lines = [comment(about), "<table>", caption]
    lines += [f"<thead><tr><td></td>{heads}</tr></thead>", "<tbody>"]
    for name, row in grid.rows.items():
        cells = "".join(f"<td {NUMBER}>{html_cell(one)}</td>" for one in row)
        lines.append(f'<tr><th scope="row" {NAME}>{escape(name)}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody>", "</table>", ""])


def html_cell(one: Entry) -> str:
    """A cell of HTML; the best is bold."""
    value = f"<b>{one.value}</b>" if one.best else one.value
    return f"{value} ± {one.half}" if one.half else value


FORMATS = {".tex": latex, ".md": markdown, ".csv": csv, ".html": html}
