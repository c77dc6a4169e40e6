"""Notebooks: pages of what their cells hold, and of what these show when they are run."""

import html
import re
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import nbclient
import nbformat

TUTORIALS = Path(__file__).resolve().parents[1] / "tutorials"
PAGES = {"tutorials/teaching_notebook.md": TUTORIALS / "teaching.ipynb"}
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
NOTE = """!!! note "A notebook, as it is after a run"
    It was run when this page was made. In Jupyter its sliders move, and its numbers are yours to
    change: <a href="{name}" download>download {name}</a>."""


def pages() -> dict[str, str]:
    """The pages of all notebooks, by their paths in the site, with places for what cells show."""
    return {page: "\n\n".join(page_text(path)) for page, path in PAGES.items()}


def page_text(path: Path) -> Iterator[str]:
    """The page of a notebook, in pieces: its cells, below its title a link to itself."""
    for cell in executed(path).cells:
        if cell.cell_type == "markdown":
            title = re.match(r"# .*", cell.source)
            if title:
                yield f"{title[0]}\n\n{NOTE.format(name=path.name)}"
            yield cell.source[title.end() :] if title else cell.source
        elif cell.source:
            yield f"```python\n{cell.source}\n```"
            yield place(cell.id)


def place(cell: str) -> str:
    """Where on a page stands what a cell shows; no Markdown is to be found in that."""
    return f'<div class="shown" id="cell-{cell}"></div>'


def with_outputs(page: str, content: str) -> str:
    """A page of HTML with what the cells of its notebook have shown."""
    if page not in PAGES:
        return content
    notebook = executed(PAGES[page])
    widgets = notebook.metadata.get("widgets", {}).get(STATE, {"state": {}})["state"]
    for cell in notebook.cells:
        empty = place(cell.id)
        shown = "".join(output(one, widgets) for one in cell.get("outputs", ()))
        filled = empty.replace("></div>", f" data-search-exclude>{shown}</div>")
        content = content.replace(empty, filled if shown else "")
    return content


@cache
def executed(path: Path) -> nbformat.NotebookNode:
    """A notebook with what its cells show: they are run, and may not fail."""
    notebook = nbformat.read(path, 4)
    with tempfile.TemporaryDirectory() as folder:
        settings = {"metadata": {"path": folder}}
        nbclient.NotebookClient(notebook, timeout=300, resources=settings).execute()
    return notebook


def output(one: dict, widgets: dict) -> str:
    """What a cell has shown, as HTML."""
    data = one.get("data", {})
    if VIEW in data:
        return widget(data[VIEW]["model_id"], widgets)
    if "text/html" in data:
        return data["text/html"]
    if "image/png" in data:
        source = data["image/png"].replace("\n", "")
        return f'<img alt="What the cell above draws" src="data:image/png;base64,{source}">'
    text = data.get("text/plain") or one.get("text", "")
    return f"<pre>{html.escape(text)}</pre>" if text else ""


def widget(name: str, widgets: dict) -> str:
    """A widget that stands still: a slider, or a box of them with what they draw."""
    state = widgets[name]["state"]
    if "children" in state:
        inside = (widget(one.removeprefix("IPY_MODEL_"), widgets) for one in state["children"])
        return "".join(inside)
    if "outputs" in state:
        return "".join(output(one, widgets) for one in state["outputs"])
    range_ = " ".join(f'{key}="{state[key]}"' for key in ("min", "max", "step", "value"))
    words = html.escape(state["description"])
    return f'<label>{words} <input type="range" {range_} disabled> {state["value"]:,}</label>'
