"""The notebook of the tutorials runs in a kernel, and its sliders play anew."""

import json
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "tutorials" / "teaching.ipynb"
MOVED = """
asked, unwatched = [], play
def play(*how):
    asked.append(how)
    return unwatched(*how)
width, memory, angle, _ = curves.widget.children
width.value, angle.value = 0, 30
print(asked)
"""


def test_no_output_of_the_notebook_is_kept():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [one for one in cells if one["cell_type"] == "code"]
    assert code and not any(one["outputs"] or one["execution_count"] for one in code)


@pytest.mark.slow
def test_the_notebook_runs_and_its_sliders_play_again(tmp_path):
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    notebook = nbformat.read(NOTEBOOK, 4)
    notebook.cells.append(nbformat.v4.new_code_cell(MOVED))
    settings = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=300, resources=settings).execute()
    shown = {one.id: [*map(data_of, one.outputs)] for one in notebook.cells if "outputs" in one}
    stream, results = shown["stream"][-1]["text/html"], shown["contest"][-1]["text/html"]
    assert stream.count("<figure>") == 2
    assert "retrained has the lowest error" in results and len(results.encode()) < 200_000
    assert "application/vnd.jupyter.widget-view+json" in shown["slider"][0]
    assert shown["page"][0]["text/html"].startswith("<iframe")
    assert "[(0, 1000, 90), (0, 1000, 30)]" in str(notebook.cells[-1].outputs)


def data_of(output):
    """What an output holds, by its type."""
    return output.get("data", {})
