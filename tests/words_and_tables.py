"""Words and tables: whether the numbers of a sentence are those of tables."""

import re

import numpy as np

NUMBER = re.compile(r"−?\d[\d,]*(?:\.\d+)?")


def figures(text, *words):
    """The numbers of a text without some words, with the precision that each is written to."""
    for word in words:
        text = text.replace(word, "")
    for found in NUMBER.findall(text):
        whole, _, places = found.partition(".")
        zeros = len(whole) - len(whole.rstrip("0")) if not places else 0
        unit = 10.0 ** (-len(places) if places else zeros)
        yield float(found.replace(",", "").replace("−", "-")), unit


def ends(text):
    """The ends of the intervals of a text."""
    for both in re.findall(rf"\(({NUMBER.pattern}) to ({NUMBER.pattern})", text):
        yield tuple(value for one in both for value, _ in figures(one))


def carried(text, tables, *words):
    """Whether each number of a text is, as precisely as it is written, one of some tables."""
    assert all(low < high for low, high in ends(text))
    known = np.concatenate([table.select_dtypes("number").to_numpy().ravel() for table in tables])
    known = np.abs(known[np.isfinite(known)])
    return all(
        np.any(np.abs(known - abs(value)) <= unit / 2 + 1e-9)
        for value, unit in figures(text, *words)
    )
