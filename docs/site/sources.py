"""Sources: the papers that kinds come from, by what their docstrings call them."""

import inspect
import re
from functools import cache
from pathlib import Path

from driftsim.scenario.notation import parsed


@cache
def papers() -> dict[str, str]:
    """Each paper, by what docstrings call it."""
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    return parsed(text)[0]


def of(kind: type) -> list[str]:
    """The papers that the docstring of a kind names, each once."""
    words = re.sub(r"[()]", "", " ".join(inspect.cleandoc(kind.__doc__ or "").split()))
    return [*dict.fromkeys(paper for name, paper in papers().items() if name in words)]
