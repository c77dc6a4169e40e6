"""Seen: what commands have found out about scikit-learn's estimators, so that others need not ask.

To import scikit-learn takes longer than all else by which a report is drawn again.
"""

import json
from collections.abc import Callable, Collection
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from driftsim.files import content_hash
from driftsim.user_cache import keep, kept, place

LIBRARY = "scikit-learn"
BESIDE = ("libraries", "roles", "safety")  # modules by which estimators are found and checked
MOST_HELD = 1_000  # notes in memory


def seen(about: Any, of: Collection[str], name: str, look: Callable[[], Any]) -> Any:
    """What `look` finds out, as plain data, or what it has found before.

    It is kept by a name and by what it is about, such as a path and parameters, and only where
    this is of scikit-learn alone, by the distributions that it is `of`: then it follows from that,
    the version, and the code here. Where `look` raises an error, nothing is kept.
    """
    if {*of} != {LIBRARY}:
        return look()
    try:
        written = json.dumps([about, _code()], sort_keys=True)
    except (TypeError, ValueError):  # a parameter that no file can hold
        return look()
    note, facts = _facts(f"{content_hash(written.encode())}.json")
    if name not in facts:
        facts[name] = look()
        keep(note, facts)
    return facts[name]


@lru_cache(MOST_HELD)
def _facts(file: str) -> tuple[Path, dict[str, Any]]:
    """The place of a file, and what is kept in it, by name."""
    found = kept(note := place("estimators") / file)
    return note, found if isinstance(found, dict) else {}


@cache
def _code():
    """The version of scikit-learn, and the hash of the code that asks its estimators."""
    here = Path(__file__).parent
    files = [*sorted(here.glob("*.py")), *(here.parent / f"{name}.py" for name in BESIDE)]
    return version(LIBRARY), content_hash(b"".join(one.read_bytes() for one in files))
