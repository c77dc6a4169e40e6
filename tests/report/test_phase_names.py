"""Names of phases, and of rows of trainings, where they are not those of concepts."""

from types import SimpleNamespace

import numpy as np

from driftsim.report.figure_data.curves import CurvePanel
from driftsim.report.variant_results import phases
from driftsim.scenario import Scenario


def test_the_phases_of_a_table_are_counted(tmp_path):
    rows = "".join(f"{i % 7},{'ab'[i % 2]}\n" for i in range(600))
    (tmp_path / "t.csv").write_text(f"x,y\n{rows}")
    concept = {"kind": "table", "path": str(tmp_path / "t.csv"), "target": "y", "marks": [300, 500]}
    models = {"one": {"learner": "majority", "policy": "online"}}
    document = {"stream": {"concepts": {"orders": concept}}, "models": models}
    scenario = Scenario.model_validate(document | {"evaluation": {"warmup": 100}})
    first = np.arange(100, 600, 100)
    columns = {"first_row": first, "last_row": first + 99, "rows": np.full(5, 100)}
    assert [one.name for one in phases(scenario, columns)] == [
        "phase 1 (rows 100 to 299)", "phase 2 (rows 300 to 499)", "phase 3 (rows 500 to 599)",
    ]  # fmt: skip


def test_few_short_names_of_trainings_stand_beside_their_rows():
    def named(*names):
        retrained = {name: np.array([1]) for name in names}
        return CurvePanel.named.fget(SimpleNamespace(retrained=retrained))

    assert named("retrained", "on drift") and not named("retrained every month")
    assert not named("模型 of words") and not named(*"abcdefgh")
