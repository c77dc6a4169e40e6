"""`driftsim status`: how far studies are."""

from pathlib import Path

from driftsim.cli.options import Allow, Only, OnlyStream, Out, Parts, Reports, Seeds, Settings
from driftsim.cli.studies import errors_printed


def status(
    report: Reports,
    out: Out = Path("reports"),
    settings: Settings = None,
    seeds: Seeds = None,
    only: Only = None,
    only_stream: OnlyStream = None,
    parts: Parts = None,
    allow: Allow = None,
):
    """Show how many runs of a study are done, running, failed and missing, on any machine."""
    with errors_printed():
        from driftsim.overview.status import status_lines, status_of
        from driftsim.own import load_parts
        from driftsim.report.folders import stored_study
        from driftsim.store import Store

        load_parts(parts or ())
        names = {"only": only or (), "only_streams": only_stream or ()}
        changes = {"settings": settings or (), "seeds": seeds} | names
        for path in report:
            study, folder = stored_study(path, out, allow or (), **changes)
            found = status_of(study, Store(folder / "runs"), list(map(str, parts or ())))
            print("\n".join(status_lines(study, found)))
