"""Ground floor: messages, how mistakes are told."""


class ScenarioError(Exception):
    """What is wrong with a scenario: `file:line: path: what; what is right`, a line a fault."""
