"""How soon detectors fire after a rise of the error rate, and how often without one.

    python benchmarks/detectors.py

Prints the table of docs/detectors.md: errors of 0 and 1, detectors as they are by default.
"""

import numpy as np

from driftsim.adaptation.detectors import Detector, OfRiver

BEFORE, STEADY, AFTER = 0.2, 20_000, 2_000  # error rate, errors; errors after a rise
RISES, SIGNALS = (0.3, 0.5), 50  # error rates, signals of each


def kinds():
    """The kinds that work alone, first those of river, last those that see no errors."""
    ours = {n: k for n, k in Detector.kinds.items() if k.__module__.startswith("driftsim.")}
    alone = [name for name in ours if "." not in name and name not in ("rising", "votes")]
    return sorted(alone, key=lambda n: (ours[n].dummy, not issubclass(ours[n], OfRiver)))


def alarms(detector, errors, seed):
    """The index of each error at which a detector fires."""
    alarm, start = detector.start(np.random.default_rng(seed)), 0
    while (found := alarm(errors[start:])) is not None:
        start += found[0] + 1
        if found[1] == "alarm":
            yield start - 1


def false_alarms(detector):
    """A mean, in 10,000 errors of one rate."""
    drawn = [np.random.default_rng(i).random(STEADY) < BEFORE for i in range(SIGNALS)]
    n = sum(len([*alarms(detector, one * 1.0, i)]) for i, one in enumerate(drawn))
    return n / SIGNALS / STEADY * 10_000


def found(detector, rate):
    """The share of rises that are found, and the mean delay of those; 2,000 errors before each."""
    delays = []
    for seed in range(SIGNALS):
        rates = np.repeat([BEFORE, rate], [AFTER, AFTER])
        errors = (np.random.default_rng(seed).random(2 * AFTER) < rates) * 1.0
        later = (i - AFTER for i in alarms(detector, errors, seed) if i >= AFTER)
        delays += [next(later, None)]
    known = [one for one in delays if one is not None]
    return len(known) / SIGNALS, np.mean(known) if known else np.nan


def row(kind):
    """The line of the table about a kind."""
    detector = Detector.model_validate(kind)
    cells = [f"{false_alarms(detector):.1f}"]
    for rate in RISES:
        share, delay = found(detector, rate)
        cells += [f"{share:.0%}".replace("%", " %"), "–" if np.isnan(delay) else f"{delay:,.0f}"]
    return f"| `{kind}` | {' | '.join(cells)} |"


def main():
    rises = " | ".join(f"0.2 → {rate}: found | delay" for rate in RISES)
    print(f"| detector | false alarms in 10,000 | {rises} |\n|{' --- |' * (2 + 2 * len(RISES))}")
    for kind in kinds():
        print(row(kind))


if __name__ == "__main__":
    main()
