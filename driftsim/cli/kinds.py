"""`driftsim kinds`: what a scenario can name."""

from driftsim.cli.options import Allow, Name, Parts
from driftsim.cli.studies import errors_printed


def kinds(name: Name = None, parts: Parts = None, allow: Allow = None):
    """List what a scenario can name. With a name: its parameters, their defaults, an example."""
    with errors_printed():
        from driftsim.kinds import listing
        from driftsim.libraries import checked_packages
        from driftsim.own import load_parts

        load_parts(parts or ())
        print(listing(name, checked_packages(allow or ())))
