"""Shown pages: the page of a study inside a notebook, or in a browser outside of one."""

import tempfile
import webbrowser
from html import escape
from pathlib import Path

from rich.console import Console

HEIGHT = 640  # pixels of the page in a notebook
HEAD, NO_BASE = "<head>", "base-uri 'none';"
BASE = '<base href="about:srcdoc">'  # links within the page would else lead to the notebook's


class InlinePage:
    """A page inside a notebook: a frame that holds all of it."""

    def __init__(self, page: str, name: str, height: int = HEIGHT):
        self.page, self.name, self.height = page, name, height

    def __repr__(self) -> str:
        return f"<the page of {self.name}>"

    def _repr_html_(self) -> str:
        style = f"width: 100%; height: {self.height}px; border: 1px solid #8888; border-radius: 4px"
        about = f'title="{escape(self.name)}" style="{style}"'
        page = self.page.replace(HEAD, HEAD + BASE, 1).replace(NO_BASE, "", 1)
        return f'<iframe {about} srcdoc="{escape(page)}"></iframe>'


def show(page: str, name: str, height: int = HEIGHT) -> None:
    """Show a page below the cell of a notebook; elsewhere open it in a browser, and print where."""
    if Console().is_jupyter:
        from IPython.display import display

        display(InlinePage(page, name, height))
        return
    path = Path(tempfile.mkdtemp(prefix="driftsim-"), f"{name}.html")
    path.write_text(page, encoding="utf-8")
    webbrowser.open(path.as_uri())
    print(path)
