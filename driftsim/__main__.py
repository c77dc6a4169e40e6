"""`python -m driftsim` is the command line."""

from driftsim.cli import app

if __name__ == "__main__":
    app(prog_name="driftsim")
