"""A kernel of one's own, as docs/compiled.md writes it, beside its slow equivalent."""

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from driftsim.adaptation.detectors import Detector
from driftsim.kernels import cache, loop
from driftsim.own import load_parts

PAGE = Path(__file__).resolve().parents[1] / "docs" / "compiled.md"
KERNEL, SLOW = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)


@pytest.fixture(scope="module")
def shiryaev_roberts(tmp_path_factory):
    """The detector of the page, and its slow equivalent."""
    path = tmp_path_factory.mktemp("own") / "shiryaev_roberts.py"
    path.write_text(KERNEL)
    load_parts([str(path)])
    namespace = {}
    exec(SLOW, namespace)
    yield namespace["shiryaev_roberts_alarms"]
    Detector.kinds.pop("shiryaev_roberts", None)


@pytest.mark.parametrize(
    ("before", "after", "threshold"), [(0.1, 0.3, 1e3), (0.1, 0.5, 50.0), (0.4, 0.1, 1e4)]
)
def test_it_fires_when_its_slow_equivalent_does(shiryaev_roberts, before, after, threshold):
    rng = np.random.default_rng(0)
    errors = (rng.random(6_000) < np.repeat([0.1, 0.5, 0.1, 0.7, 0.2], 1_200)).astype(float)
    spec = {"kind": "shiryaev_roberts", "before": before, "after": after, "threshold": threshold}
    detector = Detector.model_validate(spec)
    alarm, found, start = detector.start(rng), [], 0
    while (fired := alarm(errors[start : start + 700])) or start < len(errors):
        if fired:
            found.append(start + fired[0])
        start += fired[0] + 1 if fired else 700
    assert found == shiryaev_roberts(errors, before, after, threshold) and len(found) > 1
    assert detector.engine() == "compiled"
    assert not detector.needs_compiling


@pytest.mark.slow
def test_it_runs_where_its_code_is_in_no_file_as_in_a_notebook():
    used = "alarm = ShiryaevRoberts().start(None)\nprint(alarm(np.arange(200) // 100 + 0.0))"
    typed = f"{KERNEL}\n{used}"
    process = subprocess.run([sys.executable, "-c", typed], capture_output=True, text=True)
    assert process.stdout == "(104, 'alarm')\n", process.stderr


HELPED = "import sys\nimport numpy as np\nfrom driftsim.kernels.loop import compiled\n"
STATE = "class State(tuple): pass\n"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (HELPED + STATE, True),
        (f"import numpy, limits\n{STATE}", False),
        (f"from limits.lower import LOW\n{STATE}", False),
        (f"from . import limits\n{STATE}", False),
        (f"def made():\n    {STATE}    return State\nState = made()\n", False),
    ],
)
def test_it_is_kept_where_nothing_else_can_change_it(tmp_path, monkeypatch, text, kept):
    """An edit of what it imports would go unseen."""
    path = tmp_path / "kernel_here.py"
    path.write_text(text)
    module = SimpleNamespace(__file__=str(path), __name__="kernel_here")
    monkeypatch.setitem(sys.modules, "limits", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "limits.lower", SimpleNamespace(LOW=1))
    monkeypatch.setitem(sys.modules, "kernel_here", module)
    namespace = {"__name__": "kernel_here"}
    exec(text.replace("from . import limits", ""), namespace)
    cache._is_whole.cache_clear()
    cache._sources.cache_clear()
    assert (cache.place_of((loop.play, namespace["State"])) is not None) == kept
