"""Study results: those of a study run from Python, which plot figures and show themselves."""

from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from driftsim.messages import guess, short
from driftsim.report.results import Results
from driftsim.report.summary_text import brief, readable, remarks
from driftsim.report.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class StudyResults(Results):
    """All that is known of a study that has been run; a notebook shows its summary and verdict."""

    def plot(self, figure: str = "curves", **options: Any) -> "Figure":
        """A figure of matplotlib, by its name in docs/figures.md.

        `options` may hold a `metric`, a `window`, what windows are `over`, and `contenders`.
        Raises `ValueError` for another name or option, and where there is nothing to show.
        """
        from driftsim.report.figures import KINDS, View, image, plot_figure

        if figure not in KINDS:
            raise ValueError(f"no figure is called {short(figure)}; {guess(figure, KINDS)}")
        able = [name.replace("contender", "contenders") for name in KINDS[figure].options]
        for name in options:
            if name not in able:
                raise ValueError(f"'{figure}' takes no {short(name)}; {guess(name, able)}")
        view = View(self, **options)
        for name in view.contenders:
            if name not in view.looks:
                raise ValueError(f"no contender is called {short(name)}; {guess(name, view.looks)}")
        plotted = plot_figure(figure, view)
        if plotted is None:
            metrics = ", ".join(map(str, view.metrics))
            raise ValueError(f"nothing to plot: {KINDS[figure].empty.format(metric=metrics)}")
        plotted._repr_png_ = partial(image, plotted, "png")  # type: ignore[attr-defined]
        return plotted

    def _repr_html_(self) -> str:
        short = brief(self)
        texts = {name: [readable(name, one) for one in short.values(name)] for name in short}
        table = Table(texts).frame().to_html(index=False, border=0)
        words = "\n".join([str(self.verdict()), *remarks(self)])  # with columns
        return f'{table}\n<pre style="white-space: pre-wrap">{escape(words)}</pre>'
