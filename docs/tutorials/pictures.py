"""Plots the pictures of the tutorials, from what stands on their pages: docs/pictures/.

Run it from anywhere; it plays what the pages play in a folder that it then removes, and writes the
same bytes each time.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PICTURES = FOLDER.parent / "pictures"


def main():
    """Play the four pages, and plot a picture of each."""
    with tempfile.TemporaryDirectory() as folder:
        your_table(Path(folder))
        paper(Path(folder))
        teaching()
        own_parts(Path(folder))


def blocks(page, language):
    text = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def your_table(folder):
    """The scenario of the page, with the lines that it has its reader put in."""
    scenario, marks, labels, _ = blocks("your_table", "yaml")
    subprocess.run([sys.executable, FOLDER / "orders.py", folder / "orders.csv"], check=True)
    for key, line in (("marks", marks), ("labels", labels)):
        scenario = re.sub(rf" *# {key}: .*\n", line, scenario)
    plot("own_data", "curves", folder / "orders.yaml", scenario, metric="error")


def paper(folder):
    plot("paper_ranks", "ranks", folder / "study.yaml", blocks("paper", "yaml")[0])


def teaching():
    names = {}
    exec(blocks("teaching", "python")[0], names)
    figure = names["results"].plot("curves", metric="excess_mse")
    figure.savefig(PICTURES / "teaching.png", dpi=100, metadata={"Software": None})


def own_parts(folder):
    parts = folder / "my_parts.py"
    parts.write_text("\n\n".join(blocks("own_parts", "python")), encoding="utf-8")
    scenario = blocks("own_parts", "yaml")[1]
    plot("own_parts", "curves", folder / "detour.yaml", scenario, "--with", parts)


def plot(name, figure, path, scenario, *options, metric=None):
    """Run a scenario, and plot a figure of its report."""
    path.write_text(scenario, encoding="utf-8")
    command = [sys.executable, "-m", "driftsim"]
    of_metric = ["--metric", metric] if metric else []
    asked = [*options, *of_metric, "--figure", figure, "--to", PICTURES / f"{name}.png"]
    folder = path.parent
    subprocess.run([*command, "run", path, "--figures", "none", *options], cwd=folder, check=True)
    subprocess.run([*command, "plot", folder / "reports" / path.stem, *asked], check=True)


if __name__ == "__main__":
    main()
