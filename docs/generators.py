"""Writes docs/generators.md: a picture of every concept, before and after a drift.

It writes beside itself, and plots the pictures that are missing and those of the kinds that are
named: `docs/generators.py sea`.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from driftsim.examples import CONCEPTS, scenario
from driftsim.parts import described
from driftsim.report.figures import COLOURS, STYLE
from driftsim.scenario.notation import parsed
from driftsim.streams.concepts import Concept
from driftsim.streams.stream import Stream

FOLDER = Path(__file__).resolve().parent
SHOWN = 400  # rows to a panel
COLUMNS = {
    "agrawal": (2, 0),
    "asset_negotiation": (1, 3),
    "mixed": (2, 3),
    "led": (0, 4),
    "waveform": (6, 14),
    "local_friedman": (2, 1),
}
HEAD = """# Generators

Every concept that generates rows: two of its features, before and after a drift. Colours are
classes, or for regression the label, from dark to light. `driftsim kinds NAME` lists the parameters
of a concept and shows a whole scenario. `python docs/generators.py` writes this page.

Some change by themselves, without a drift: the plane of `hyperplane` turns (`speed`), or its
weights walk as those of MOA's generator do (`step`); the clouds of `rbf` move (`speed`), those of
`rbf_events` also split and merge; the weights of `linear` and the level of `level` walk. An angle,
as of `checkerboard`, `cake`, `torus`, `gaussians` and `digits`, turns through an
`incremental` drift.

[Operators](operators.md) change any of them further. Informative columns drift, for example, where
those of `make_classification` change places with noise, and digits change what they mean:

```yaml
concepts:
  as it is: {kind: make_classification, n_informative: 3, n_redundant: 0, shuffle: false}
  after: {kind: swapped, of: as it is, columns: [x1, x6]}  # x1, x2 and x3 were informative
```

```yaml
concepts:
  as it is: digits
  after: {kind: relabelled, of: as it is, to: {"6": "9", "9": "6"}}
```

`coin`, `level` and `series` are signals for [detectors alone](detectors_alone.md): the labels of
`coin` are the errors of a `majority` learner. Steps are `sudden` drifts, slopes `incremental` ones:

```yaml
stream:
  length: 10_000
  concepts: {before: {kind: coin, share: 0.1}, after: {kind: coin, share: 0.3}}
  drift: {kind: incremental, at: [5_000], width: 1_000}
models:
  adwin: {learner: majority, policy: {kind: monitor, detector: adwin}}
  ddm: {learner: majority, policy: {kind: monitor, detector: ddm}}
```
"""


def main(kinds):
    """Write the page, and plot the pictures of some kinds, or those that are missing."""
    sections = [HEAD]
    for kind, (before, after) in CONCEPTS.items():
        picture = FOLDER / "pictures" / f"{kind}.png"
        if kind in kinds or not picture.exists():
            plot(kind, picture)
        sections.append(
            f"## {kind}\n\n{described(Concept.kinds[kind])}\n\n"
            f"![Two features of {kind}, before and after a drift](pictures/{kind}.png)\n\n"
            f"`{{kind: {kind}, {before}}}` → `{{kind: {kind}, {after}}}`\n"
        )
    (FOLDER / "generators.md").write_text("\n".join(sections), encoding="utf-8")


def plot(kind, picture):
    """Plot a kind of concept into a file."""
    stream = Stream.model_validate(parsed(scenario(kind))[0]["stream"])
    with rc_context(STYLE):
        if kind == "digits":
            images(stream).savefig(picture, dpi=72, metadata={"Software": None})
            return
        columns = informative(stream) if kind == "text" else COLUMNS.get(kind, (0, 1))
        plotted(stream, columns).savefig(picture, dpi=72, metadata={"Software": None})


def plotted(stream, columns):
    """Rows on both sides of the drift, as two panels."""
    figure = Figure(figsize=(6, 2.8), layout="constrained")
    panels = figure.subplots(1, 2, sharex=len(stream.schema.names) > 1, sharey=True)
    for panel, first, title in zip(panels, (0, 10_000), ("before", "after")):
        block = stream.rows(0, first, first + SHOWN)
        (across, a), (up, b) = axes(stream.schema, block, columns)
        if stream.schema.regression:
            panel.scatter(a, b, c=block.y, s=6, cmap="viridis", linewidths=0)
        else:
            colours = [COLOURS[label % len(COLOURS)] for label in block.y]
            panel.scatter(a, b, c=colours, s=6, linewidths=0, alpha=0.8)
        panel.set_title(title, fontsize="medium")
        panel.set_xlabel(across)
        panel.set_ylabel(up)
    return figure


def images(stream):
    """Images on both sides of the drift, as two panels."""
    figure = Figure(figsize=(6, 2.8), layout="constrained")
    for panel, first, title in zip(figure.subplots(1, 2), (0, 10_000), ("before", "after")):
        rows = stream.rows(0, first, first + 48).X.reshape(6, 8, 8, 8)  # 6 lines of 8 images
        framed = np.pad(rows, [(0, 0), (0, 0), (1, 1), (1, 1)])
        panel.imshow(framed.transpose(0, 2, 1, 3).reshape(60, 80), cmap="gray_r")
        panel.set_title(title, fontsize="medium")
        panel.set_axis_off()
    return figure


def axes(schema, block, columns):
    """The names and values of both axes: two columns, or of a single one the label over rows."""
    if len(schema.names) == 1:
        return ("row", block.t), ("label", block.y)
    return [(schema.names[j], jittered(block.X, j, schema)) for j in columns]


def informative(stream):
    """The two columns whose means differ most between the first two classes."""
    block = stream.rows(0, 0, 5_000)
    difference = block.X[block.y == 0].mean(axis=0) - block.X[block.y == 1].mean(axis=0)
    return np.argsort(-np.abs(difference), kind="stable")[:2]


def jittered(X, j, schema):
    """A column, its codes jittered, so that rows do not hide each other."""
    column = X[:, j]
    whole = j in schema.nominal or (column == np.rint(column)).all()
    rng = np.random.default_rng(j)
    return column + rng.uniform(-0.3, 0.3, len(column)) if whole else column


if __name__ == "__main__":
    main(sys.argv[1:])
