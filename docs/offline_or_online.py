"""Draws the figure of docs/offline_or_online.md: theory over simulation, for four strategies.

Run it from anywhere; it plays scenarios/offline_or_online.yaml, with what it has played kept
in reports/, and writes beside itself, the same bytes each time.
"""

from pathlib import Path

import numpy as np
import theory
from matplotlib import rc_context
from matplotlib.figure import Figure

import driftsim
from driftsim.report.figures import COLOURS, DASHES, STYLE

FOLDER = Path(__file__).resolve().parent
SCENARIO = FOLDER.parent / "scenarios" / "offline_or_online.yaml"
SHOWN = 10  # rows to a point of the simulation
TICKS = (0.1, 0.2, 0.5, 1, 2, 5)


def main():
    results = driftsim.run(SCENARIO, out=FOLDER.parent / "reports")
    with rc_context(STYLE):
        figure = drawn(results)
        figure.savefig(
            FOLDER / "pictures" / "offline_or_online.png", dpi=110, metadata={"Software": None}
        )


def expected(scenario):
    """The excess squared error of each strategy before each row after the warm-up, by theory."""
    concepts, n = scenario.stream.concepts, scenario.evaluation.warmup
    rows, jump_at = scenario.stream.length, scenario.stream.drift.at[0]
    before, after = (np.array(concept.weights) for concept in concepts.values())
    noise, jump = concepts["before"].noise, after - before
    models, d, length = scenario.models, len(before), float(np.linalg.norm(jump))
    step = models["online"].learner.step
    fitted = theory.least_squares(d, n, noise)
    after_fit = {"apart": np.zeros(d), "squared": fitted, "jumps": {jump_at - n: jump}}
    return {
        "offline once": fitted + length**2 * (np.arange(n, rows) >= jump_at),
        "offline, then online": theory.lms(rows - n, step=step, noise=noise, **after_fit),
        "online": theory.lms(rows, before, step, noise, jumps={jump_at: jump})[n:],
        "retrained": retrained(models["retrained"].policy, n, rows, jump_at, d, length, noise),
    }


def retrained(policy, warmup, rows, jump_at, d, jump, noise):
    """The same of least squares on a window, anew every so many rows."""
    excess = []
    for row in range(warmup, rows):
        fitted_at = warmup + (row - warmup) // policy.every * policy.every
        window = min(policy.memory.labels, fitted_at) if fitted_at > warmup else warmup
        old = np.clip(jump_at - (fitted_at - window), 0, window) / window  # share of the window
        share = old if row >= jump_at else 1 - old
        excess.append(theory.straddling_least_squares(d, window, share, jump, noise))
    return np.array(excess)


def drawn(results):
    """Theory as lines, the simulation as points with the 95 % interval of their mean."""
    scenario = results.study.variants[0].scenario
    n, jump_at = scenario.evaluation.warmup, scenario.stream.drift.at[0]
    figure = Figure(figsize=(7.5, 4), layout="constrained")
    axes = figure.subplots()
    for i, (name, excess) in enumerate(expected(scenario).items()):
        axes.plot(
            np.arange(len(excess)), excess, color=COLOURS[i], ls=DASHES[i], lw=1.4, label=name
        )
        x, mean, half = simulated(results, name)
        axes.errorbar(x - n, mean, half, fmt=".", ms=4, lw=0.7, color=COLOURS[i])
    axes.axvline(jump_at - n, color="#888888", lw=0.7)
    axes.text(jump_at - n - 3, 5.2, "the world jumps", ha="right", va="top", color="#666666")
    axes.set(yscale="log", ylim=(0.05, 6), xlim=(-3, len(excess) + 3))
    axes.set(xlabel="rows since the warm-up", ylabel="squared error beyond the best possible")
    axes.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
    axes.minorticks_off()
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def simulated(results, name):
    """The middle of each window, and the mean over seeds there with half its 95 % interval."""
    columns = [one.trace.over(SHOWN).columns for one in results.traces() if one.contender == name]
    first, last = columns[0]["first_row"], columns[0]["last_row"]
    excess = np.array([one["excess_squared_error"] / one["rows"] for one in columns])
    return (first + last) / 2, excess.mean(axis=0), 1.96 * excess.std(axis=0) / len(excess) ** 0.5


if __name__ == "__main__":
    main()
