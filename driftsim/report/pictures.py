"""Pictures: figures of a report as PNG files beside its page, each drawn once for its results."""

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from importlib import metadata
from pathlib import Path

import numpy as np

from driftsim.atomic import StoreError, write_atomically
from driftsim.evaluation.decision.losses import Matrix
from driftsim.evaluation.trace import Trace
from driftsim.figure_names import FIGURES
from driftsim.files import reason
from driftsim.report.figure_data.kinds import why_empty
from driftsim.report.figure_data.view import View
from driftsim.report.results import Results
from driftsim.report.variant_results import VariantResults
from driftsim.scenario import Study
from driftsim.scenario.resolved import resolved

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND\xaeB`\x82"  # the last chunk and its checksum
KEY = "driftsim"  # of the text in a PNG that says what it shows
MARK = re.compile(rb"(?:<!-- driftsim |\A)([0-9a-f]{64})(?: ([0-9a-f]{64}))?(?: -->|\Z)")
HEAD = 4_096  # bytes of an SVG among which its mark is


def write_pictures(results: Results, folder: Path, possible: Collection[str]) -> list[Path]:
    """Write the pictures that the report asks for, those that are not there yet; gives their paths.

    Figures that are not `possible` have nothing to show. Whatever is named there like a figure
    and shows other results is removed.
    """
    shown = shown_results(results)
    wanted = results.study.variants[0].scenario.report.figures
    asked = [name for name in wanted if name in possible]
    mark = f"{shown} {rules_hash(results.study)}" if asked else ""
    missing = [name for name in asked if mark_in(folder / f"{name}.png") != mark]
    contents = dict(drawn(results, missing, mark)) if missing else {}
    for name, content in contents.items():
        write_atomically(folder / f"{name}.png", content)
    remove_others(folder, shown)
    return [folder / f"{name}.png" for name in asked]


def not_drawn(results: Results, paths: Sequence[Path]) -> Iterator[str]:
    """Why figures that are asked for by name have no picture among some files."""
    report, names = results.study.variants[0].scenario.report, {path.name for path in paths}
    by_name = "figures" in report.model_fields_set and report.figures != [*FIGURES]
    for name in report.figures if by_name else ():
        if f"{name}.png" not in names:
            yield f"no picture of {name}: {why_empty(name, View(results))}"


def drawn(results, names, mark) -> Iterator[tuple[str, bytes]]:
    """Figures as PNG files by their names."""
    from driftsim.report.figures import View, image, plot_figure

    view = View(results)
    for name in names:
        figure = plot_figure(name, view)
        assert figure is not None  # as it is possible
        yield name, image(figure, "png", mark)


def remove_others(folder: Path, shown: str):
    """Remove the pictures named like figures that show other results than those of a hash."""
    for path in (folder / f"{name}.{suffix}" for name in FIGURES for suffix in ("png", "svg")):
        if path.is_file() and mark_in(path).partition(" ")[0] != shown:
            remove(path)


def remove(path: Path):
    """Remove a file of an older report; raises `StoreError` if that is impossible."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        why = f"{path}: this shows other results, and cannot be removed: {reason(error)}"
        raise StoreError(f"{why}; remove it, or choose another --out") from None


def mark_in(path: Path) -> str:
    """What a PNG or SVG says that it shows: hashes of results, and of rules; empty if nothing."""
    try:
        content = path.read_bytes()
    except OSError:
        return ""
    text = content[:HEAD] if path.suffix == ".svg" else text_of(content)
    found = MARK.search(text)
    return b" ".join(filter(None, found.groups())).decode() if found else ""


def text_of(content: bytes) -> bytes:
    """The text of ours in a whole PNG: of the chunk `tEXt` with our key; empty if there is none."""
    at, whole = len(SIGNATURE), content.startswith(SIGNATURE) and content.endswith(END)
    while whole and at + 8 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        key, _, text = content[at + 8 : at + 8 + length].partition(b"\0")
        if kind == b"tEXt" and key == KEY.encode():
            return text
        at += 12 + length  # with its length, its kind and its checksum
    return b""


def shown_results(results: Results) -> str:
    """A hash of all that has been measured: every column of every trace, and the losses of models.

    These hold seconds, so that a stream whose runs are played again shows other results.
    """
    found = hashlib.sha256()
    for one in results.variants:
        for about in one.part("hashes", hashes_of):
            found.update(about)
    for one in results.variants:
        found.update("".join(map(sums_of, one.matrices)).encode())
    return found.hexdigest()


def hashes_of(one: VariantResults) -> Iterator[bytes]:
    """What each run of a variant is, and hashes of its truth and its trace."""
    known: dict[int, bytes] = {}
    for run in one.runs:
        yield repr((run.setting, run.contender, run.seed, run.repeat)).encode()
        for trace in (run.truth, run.trace):
            if id(trace) not in known:
                known[id(trace)] = trace_hash(trace)
            yield known[id(trace)]


def sums_of(matrix: Matrix) -> str:
    """What is known of the models of a learner: the sums of their losses, and their CPU seconds."""
    return repr(
        [
            (matrix.learner, seed, i, one.fit_cpu_seconds.sum(), name, column.sum())
            for seed, several in matrix.runs.items()
            for i, one in enumerate(several)
            for name, column in one.columns.items()
        ]
    )


def trace_hash(trace: Trace) -> bytes:
    """A hash of all that a trace holds."""
    lists = {"alarms": trace.alarms} | (trace.probes._asdict() if trace.probes else {})
    found = hashlib.sha256()
    for name, column in sorted((trace.arrays | lists).items()):
        if column is not None:
            found.update(f"{name} {column.dtype} {column.shape}".encode())
            found.update(np.ascontiguousarray(column).data)
    return found.digest()


def rules_hash(study: Study) -> str:
    """A hash of all else that a picture follows from: the scenario, and what draws it."""
    first, *others = study.variants
    report = first.scenario.report.model_copy(update={"figures": []})
    scenario = first.scenario.model_copy(update={"report": report})
    text = resolved(study._replace(variants=[first._replace(scenario=scenario), *others]))
    versions = [f"{name} {metadata.version(name)}" for name in ("driftsim", "matplotlib")]
    return hashlib.sha256("\n".join([text, *versions]).encode()).hexdigest()
