"""Notebook HTML: what objects show as the value of a cell, drawn by a layer above theirs."""

from importlib import import_module

PICTURES = "driftsim.report.page.notebook.stream_cells"  # imported once something is shown


class ShownInNotebooks:
    """Something that a notebook shows with a picture, as the value of a cell."""

    def _repr_html_(self) -> str:
        return html_of(self)


def html_of(thing: object) -> str:
    """What a notebook shows of a stream, a world, a scenario or a study."""
    return import_module(PICTURES).cell(thing)
