"""Figure names: which figures a report can have, as scenarios and the command line write them."""

from typing import Any

from driftsim.messages import guess, short

FIGURES = (
    "curves", "total_cost", "cost_so_far", "periods", "price", "excess", "recovery", "severity",
    "stream",
    "cost", "memory", "forgetting", "alarms", "sweep", "ranks",
)  # fmt: skip


def listed_figures(value: Any) -> Any:
    """A list of names, where `all` is written; another word becomes a list that is refused."""
    if isinstance(value, str):
        return [*FIGURES] if value == "all" else [value]
    return value


def checked_figures(names: list[str]) -> list[str]:
    """Names of figures; raises `ValueError` for one that there is not, or that stands twice."""
    for i, name in enumerate(names):
        if name == "none":
            raise ValueError(
                "'none' is no figure; for no pictures give [], or --figures none alone"
            )
        if name not in FIGURES:
            raise ValueError(f"no figure is called {short(name)}; {guess(name, FIGURES, ['all'])}")
        if name in names[:i]:
            raise ValueError(f"'{name}' stands twice; give it once")
    return names


def figures_of(words: str) -> str | list[str]:
    """What `--figures` asks for, as a scenario writes it: `none`, `all`, or names with commas."""
    if words.strip() in ("all", "none"):
        return "all" if words.strip() == "all" else []
    return [word.strip() for word in words.split(",")]
