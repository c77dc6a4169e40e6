"""The command line: `driftsim run scenarios/*.yaml`."""

from driftsim.cli.application import app as app
