"""MOA's streams, drawn by our kernels and by MOA itself: nanoseconds of CPU a row, in one run.

Needs Java, and MOA's jar as its argument, such as that of the package capymoa (pip install
capymoa): `benchmarks/moa_streams.py …/capymoa/jar/moa.jar`. MOA's are those of its own task
`MeasureStreamSpeed`; ours are drawn in chunks of 8,192 rows, as a replay draws them.
"""

import re
import subprocess
import sys
import time

from driftsim.streams.moa.command_line import command
from driftsim.streams.moa.generators import generator
from driftsim.streams.moa.replay import ROWS

REPEATS, N = 3, 250 * ROWS
SEA = "generators.SEAGenerator"
STREAMS = [
    SEA,
    "generators.STAGGERGenerator",
    "generators.SineGenerator",
    "generators.MixedGenerator",
    "generators.LEDGenerator",
    "generators.HyperplaneGenerator -k 10 -t 0.001",
    "generators.RandomRBFGenerator",
    "generators.RandomRBFGeneratorDrift -s 0.001",
    "generators.WaveformGenerator",
    "generators.WaveformGenerator -n",
    "generators.RandomTreeGenerator",
    "generators.AssetNegotiationGenerator -f 2",
    "generators.AgrawalGenerator",
    "generators.AgrawalGenerator -b -f 7",
    f"ConceptDriftStream -s ({SEA}) -d ({SEA} -f 2 -i 2) -p {N // 2} -w {N // 2}",
]
SPEED = re.compile(r"Instances per second = ([\d,.]+)")


def of_ours(stream):
    """The least nanoseconds a row, of several times."""
    taken = []
    for _ in range(REPEATS):
        drawn = generator(command(stream))
        drawn.drawn(ROWS)
        start = time.process_time()
        for _ in range(N // ROWS):
            drawn.drawn(ROWS)
        taken.append(time.process_time() - start)
    return 1e9 * min(taken) / N


def of_moa(jar, stream):
    """The same, of MOA's task."""
    task = f"MeasureStreamSpeed -s ({stream}) -g {N}"
    java = ["java", "-cp", jar, "moa.DoTask", task]
    speeds = []
    for _ in range(REPEATS):
        printed = subprocess.run(java, capture_output=True, text=True, check=True).stdout
        speeds.append(float(SPEED.search(printed)[1].replace(",", "")))
    return 1e9 / max(speeds)


def main(jar):
    """Print a line for each stream."""
    print(f"{'ours':>6} {'MOA':>6} {'times':>6}  stream; nanoseconds a row, of {N:,} rows")
    for stream in STREAMS:
        ours, theirs = of_ours(stream), of_moa(jar, stream)
        print(f"{ours:6.0f} {theirs:6.0f} {theirs / ours:6.1f}  {stream}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
