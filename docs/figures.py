"""Plots the pictures of docs/figures.md: every figure, from scenarios that ship.

Run it from anywhere; it plays the scenarios, keeps their runs in reports/, and writes the same
bytes each time, except for the seconds of `cost` and `memory`.
"""

from pathlib import Path

import driftsim
from driftsim.report.figures import View, plot_figure
from driftsim.report.figures.style import styled
from driftsim.report.results import Results
from driftsim.scenario import study_of

FOLDER = Path(__file__).resolve().parent
SCENARIOS, REPORTS = FOLDER.parent / "scenarios", FOLDER.parent / "reports"
POLICIES = "suites/policies"
RETURNING = f"{POLICIES}: recurring"  # one stream of the suite
PICTURES = {
    "curves": ("recurring", {"metric": "error"}),
    "excess": ("walking", {"over": "sliding", "window": 500}),
    "recovery": ("recurring", {}),
    "severity": ("severity", {}),
    "stream": ("recurring", {}),
    "cost": (RETURNING, {}),
    "total_cost": ("recurring", {}),
    "cost_so_far": ("recurring", {}),
    "memory": (RETURNING, {"contenders": ["static", "periodic", "ensemble", "recall", "online"]}),
    "forgetting": (RETURNING, {"contenders": ["static", "recall", "online", "online, restarted"]}),
    "alarms": (RETURNING, {}),
    "sweep": ("sweep", {}),
    "ranks": (POLICIES, {}),
    "price": ("decision", {}),
    "periods": ("decision", {}),
}
PRICES = ["currency=EUR", "mistake=0.5", "label=0.02", "training=15"]
SETTINGS = {
    "forgetting": ["evaluation.probe=200"],
    "total_cost": [f"prices.{one}" for one in PRICES],
    "cost_so_far": [f"prices.{one}" for one in PRICES],
}


def main():
    for name, (scenario, asked) in PICTURES.items():
        save(name, played(scenario, SETTINGS.get(name, [])), asked)


def played(scenario, settings=()):
    """The results of a scenario that ships, or of one stream of a suite."""
    path, _, stream = scenario.partition(": ")
    study = driftsim.load(
        SCENARIOS / f"{path}.yaml", settings, only_streams=[stream] if stream else []
    )
    if stream:
        study = study_of(study.variants[0].scenario, stream)
    return driftsim.run(study, out=REPORTS / "figures")


def save(name, results, asked):
    """Save a figure, as small as pages show it."""
    assert isinstance(results, Results)
    with styled():
        figure = plot_figure(name, View(results, **asked))
        path = FOLDER / "pictures" / f"figure_{name}.png"
        figure.savefig(path, dpi=100, metadata={"Software": None})


if __name__ == "__main__":
    main()
