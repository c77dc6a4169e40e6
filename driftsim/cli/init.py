"""`driftsim init`: write a scenario for a table."""

from driftsim.cli.check import print_overview
from driftsim.cli.options import Into, Tables, Target
from driftsim.cli.studies import errors_printed, print_line


def init(table: Tables, target: Target = None, to: Into = None):
    """Write a scenario for a table, with the reason for each guess, and check it."""
    with errors_printed():
        print_overview(proposal_for(table, target, to))


def proposal_for(tables, target, to=None):
    """Write a scenario for a table in some files; returns its path."""
    from driftsim.json_schema.files import write_beside
    from driftsim.proposal.scenario_text import write_proposal

    path = write_proposal(tables, target, to)
    print_line(f"{path}: written; read its comments, and change what is wrong")
    if schema := write_beside(path):
        print_line(f"{schema}: written for editors, which then complete, explain and check it")
    return path
