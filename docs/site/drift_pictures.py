"""Pictures of drifts: which share of the rows each concept has, along the stream."""

import numpy as np

from driftsim.examples import PARTS, written
from driftsim.report.figures import COLOURS
from driftsim.scenario.notation import parsed
from driftsim.streams.drifts import Drift

LENGTH, WIDTH, HEIGHT = 2_400, 480, 60  # of the stream in rows, of the picture in pixels
NAMES = "abcd"


def picture(kind: str) -> str:
    """The picture of the example of a kind of drift, as a figure of HTML."""
    drift, names = led(Drift.model_validate(parsed(written(kind, PARTS["drift"][kind]))[0]))
    t = np.arange(0, LENGTH, 5)
    heights = HEIGHT * np.cumsum(drift.weights(t, len(names), seed=0), axis=1)
    x = t * WIDTH / LENGTH
    areas = []
    for j, upper in enumerate(heights.T):
        lower = heights[:, j - 1] if j else np.zeros(len(t))
        points = [*zip(x, lower), *zip(x[::-1], upper[::-1])]
        path = " ".join(f"{across:.1f},{HEIGHT - up:.1f}" for across, up in points)
        areas.append(f'<polygon fill="{COLOURS[j]}" points="{path}"/>')
    keys = " ".join(
        f'<span><i style="background: {COLOURS[j]}"></i>{name}</span>'
        for j, name in enumerate(names)
    )
    words = f"Share of the rows of each concept over {LENGTH:,} rows, for the example below"
    return (
        f'<figure class="drift"><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{words}">{"".join(areas)}</svg>'
        f"<figcaption>{words}: {keys}</figcaption></figure>"
    )


def led(drift: Drift) -> tuple[Drift, str]:
    """A drift that knows its concepts, and the names of as many as it leads through."""
    for k in (2, 1, 3, 4):
        named = drift.among([*NAMES[:k]])
        if named.incompatibility(LENGTH, k) is None:
            return named, NAMES[:k]
    raise ValueError(f"{drift} leads through no {len(NAMES)} concepts")
