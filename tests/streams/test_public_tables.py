"""Public tables: all load at first try, with the right rows, columns and target."""

import numpy as np
import pytest
from public_tables import PUBLIC

from driftsim import load
from driftsim.overview.study import overview
from driftsim.streams.table import Table


@pytest.mark.parametrize("write", PUBLIC, ids=lambda one: one.__name__)
def test_loads_at_first_try(write, tmp_path):
    public = write(tmp_path)
    context = {"folder": str(tmp_path)}
    table = Table.model_validate({"path": public.path, **public.params}, context=context)
    record, found = table.record(), table.instantiated(np.random.default_rng(0))
    assert (found.X.shape, len(found.y)) == ((public.rows, public.columns), public.rows)
    assert record.target == public.target and public.target not in found.schema.names
    assert found.X[0, : len(public.first)].tolist() == public.first
    assert public.classes in (None, found.schema.classes)
    assert [note for note in public.notes if note not in " ".join(record.notes)] == []
    assert bool(record.notes) == bool(public.notes)


def test_there_are_twenty():
    assert len(PUBLIC) >= 20


def test_check_prints_what_was_guessed(tmp_path):
    next(one for one in PUBLIC if one.__name__ == "air_quality")(tmp_path)
    (tmp_path / "s.yaml").write_text(
        "stream: {concepts: {air: {kind: table, path: AirQualityUCI.csv, task: regression}}}\n"
        "models: {last: {learner: mean, policy: online}}\nevaluation: {warmup: 10}\n"
    )
    text = " ".join(overview(load(tmp_path / "s.yaml")).split())
    assert "guessed: separator ';', decimal ','" in text
    assert "2 columns without a name or a cell at the right end left out" in text
    assert "5 rows without a cell at the end left out" in text
