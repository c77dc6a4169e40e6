"""Results cells: verdict, curves and summary of a study, as HTML that a notebook shows."""

from driftsim.report.figure_data.kinds import KINDS
from driftsim.report.figure_data.view import View
from driftsim.report.page.document import templates
from driftsim.report.page.drawings import DRAWN
from driftsim.report.page.drawings.panels import NARROW, WIDE, Drawing
from driftsim.report.page.drawings.svg import element
from driftsim.report.page.html_tables import html_table
from driftsim.report.page.notebook.any_ground import on_any_ground, style
from driftsim.report.page.suite_section import noted
from driftsim.report.results import Results
from driftsim.report.suite_parts import suite_parts
from driftsim.report.summary_text import brief, remarks

MOST_BYTES = 150_000  # of a drawing
MOST_WINDOWS = 200  # of a drawing: about one for three pixels of its width
MOST_ROWS = 40  # of a table
MOST_PANELS = 9
LARGE = "The curves are left out here, as they are too many: results.plot() and results.show()."


def results_cell(results: Results) -> str:
    """What a notebook shows of results: a small document without a script."""
    parts = suite_parts(results)
    drawing, note = drawn(results)
    table, more = summary(results)
    text = templates().get_template("results_cell.html").render(
        style=style(),
        question=results.study.question,
        verdict=results.verdict(),
        swept=bool(results.study.swept),
        suite=noted(parts),
        drawing=drawing,
        notes=[one for one in (note, more) if one],
        table=None if parts else table,
        remarks=list(remarks(results)),
    )  # fmt: skip
    return text


def summary(results: Results):
    """The most important columns of the summary, and how many rows are not shown."""
    whole = brief(results)
    table = html_table(
        "summary", whole.where(slice(MOST_ROWS)), results.study.contenders, results.metrics
    )
    more = len(whole) - MOST_ROWS
    return table, f"{more:,} more rows: results.summary()" if more > 0 else ""


def drawn(results: Results) -> tuple[str, str]:
    """The curves of a study, or its alarms where they lead; and a note on what is left out."""
    lead = results.study.variants[0].scenario.report.lead
    for window in windows(results):
        view = View(results, window=window)
        if len(view.scenes) > MOST_PANELS:
            return "", ""
        kind = "alarms" if lead == "alarms" and DRAWN["alarms"](view, WIDE) else "curves"
        words = KINDS[kind].describe(view)
        layouts = [(DRAWN[kind](view, layout), layout) for layout in (WIDE, NARROW)]
        known = [(one, layout) for one, layout in layouts if one]
        if not known:
            return "", ""
        for most in (len(known), 1):  # where there is no room for both layouts, the wide one
            kinds = [f"plot for-{layout.name}" if most > 1 else "plot" for _, layout in known]
            made = [svg_of(one, words, own) for (one, _), own in zip(known[:most], kinds)]
            text = on_any_ground("".join(made))
            if len(text.encode()) <= MOST_BYTES:
                return text, ""
    return "", LARGE


def windows(results: Results):
    """The window of the report, or a larger one where a drawing has no room for so many."""
    window = results.window
    if not isinstance(window, int):
        return [window]
    longest = max(one.scenario.stream.length for one in results.study.variants)
    least = window * -(-longest // (MOST_WINDOWS * window))
    return [least, 4 * least]


def svg_of(drawing: Drawing, words: str, kind: str) -> str:
    """A drawing as an SVG that is described by words."""
    width, height = round(drawing.width), round(drawing.height)
    return element(
        "svg", *drawing.parts, xmlns="http://www.w3.org/2000/svg", class_=kind, role="img",
        aria_label=words, width=width, height=height, viewBox=f"0 0 {width} {height}",
    )  # fmt: skip
