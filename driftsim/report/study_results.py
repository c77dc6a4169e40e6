"""Study results: those of a study run from Python, which plot figures and show themselves."""

from functools import partial
from typing import TYPE_CHECKING, Any

from driftsim.messages import ArgumentError, guess, short
from driftsim.report.results import Results
from driftsim.streams.severity import checked_measure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CSS_INCH = 96  # pixels of a page


class StudyResults(Results):
    """All that is known of a study that has been run; a notebook shows its verdict and curves."""

    def plot(self, figure: str = "curves", **options: Any) -> "Figure":
        """A figure of matplotlib, by its name in docs/figures.md.

        `options` may hold a `metric`, a `window`, what windows are `over`, a measure of `severity`,
        and `contenders`.
        Raises `ValueError` for another name or option, and where there is nothing to show.
        """
        from driftsim.report.figure_data.kinds import why_empty
        from driftsim.report.figures import KINDS, View, image, plot_figure

        if figure not in KINDS:
            raise ArgumentError(f"no figure is called {short(figure)}; {guess(figure, KINDS)}")
        able = [name.replace("contender", "contenders") for name in KINDS[figure].options]
        for name in options:
            if name not in able:
                raise ArgumentError(f"'{figure}' takes no {short(name)}; {guess(name, able)}")
        if "severity" in options:
            checked_measure(options["severity"])
        view = View(self, **options)
        for name in view.contenders:
            if name not in view.looks:
                raise ArgumentError(
                    f"no contender is called {short(name)}; {guess(name, view.looks)}"
                )
        plotted = plot_figure(figure, view)
        if plotted is None:
            raise ArgumentError(f"nothing to plot: {why_empty(figure, view)}")
        plotted._repr_png_ = partial(image, plotted, "png")  # type: ignore[attr-defined]
        plotted._repr_html_ = partial(shown, plotted)  # type: ignore[method-assign]
        return plotted

    def show(self, height: int = 640) -> None:
        """Show the page of the study below the cell, `height` pixels high.

        Outside of a notebook it opens in a browser, and its file is printed. The page is that of
        `driftsim.report.write`, which keeps it with its tables and pictures.
        """
        from driftsim.report.page.document import page
        from driftsim.report.page.drawings import drawings
        from driftsim.report.page.notebook.shown_page import show

        show(page(self, self.verdict(), [*drawings(self)]), self.study.name, height)

    def __repr__(self) -> str:
        names = ", ".join(map(short, self.study.contenders))
        return f"<results of {short(self.study.name)}: {names}>"

    def _repr_html_(self) -> str:
        from driftsim.report.page.notebook.results_cell import results_cell

        return results_cell(self)


def shown(figure: "Figure") -> str:
    """A figure as a notebook shows it, on light and on dark ground."""
    from driftsim.report.figure_data.kinds import KINDS
    from driftsim.report.figures import image
    from driftsim.report.page.notebook.figure_cell import figure_cell

    width = figure.get_figwidth() * CSS_INCH
    return figure_cell(image(figure, "png"), KINDS[str(figure.get_label())].title, width)
