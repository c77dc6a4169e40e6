"""Asset negotiation: whether an agent is interested in an offer, by rules on five attributes."""

from typing import ClassVar, Literal

import numpy as np

from driftsim.parts import Share
from driftsim.rows import Schema
from driftsim.streams.concepts.concept import Concept

AMOUNTS = ("veryLow", "low", "normal", "high", "veryHigh", "quiteHigh", "enormous")
VALUES = {
    "color": ("black", "blue", "cyan", "brown", "red", "green", "yellow", "magenta"),
    "price": (*AMOUNTS, "non_salable"),
    "payment": ("0", "30", "60", "90", "120", "150", "180", "210", "240"),
    "amount": (*AMOUNTS, "non_ensured"),
    "delay": AMOUNTS[:5],
}
SIZES = tuple(len(values) for values in VALUES.values())
ANY = -1
WANTED = {  # by function: offers that interest, as codes in the order of the columns
    1: ((ANY, 2, ANY, 3, ANY), (3, 0, ANY, ANY, 3)),
    2: ((ANY, 3, ANY, 4, 3),),
    3: ((ANY, 0, 0, 3, ANY), (4, 1, 1, ANY, ANY)),
    4: ((0, ANY, 3, ANY, 0), (7, 3, ANY, ANY, 0)),
    5: ((1, ANY, 2, 1, 2), (2, ANY, ANY, 1, 2)),
}


class AssetNegotiation(Concept):
    """Asset negotiation (Enembreck et al. 2007): whether an offer interests an agent.

    Formula:
        interested in         color    price    payment  amount    delay
        function 1:                    normal            high
                     or       brown    veryLow                     high
        function 2:                    high              veryHigh  high
        function 3:                    veryLow  0        high
                     or       red      low      30
        function 4:           black             90                 veryLow
                     or       magenta  high                        veryLow
        function 5:           blue              60       low       normal
                     or       cyan                       low       normal

    `function` is which of five rules the agent follows. Offers are either uniform, or fit the
    rule: one of its patterns, what it leaves open being uniform. `fitting` is the share of the
    latter; without them 1.9 % of the offers interest under function 1, and fewer under others.
    MOA's generator labels many offers that fit as not interesting; `kind: moa` has its rows.
    """

    schema: ClassVar[Schema] = Schema(
        tuple(VALUES),
        nominal=dict(enumerate(SIZES)),
        classes=("interested", "notInterested"),
        values=dict(enumerate(VALUES.values())),
    )

    function: Literal[1, 2, 3, 4, 5] = 1  # which of the five rules
    fitting: Share = 0.5  # the share of offers that are made to fit the rule

    def draw(self, rng, t):
        n = len(t)
        X = np.floor(rng.random((n, 5)) * SIZES)
        patterns = np.array(WANTED[self.function])
        made, which = rng.random(n) < self.fitting, rng.integers(0, len(patterns), n)
        pattern = patterns[which]
        X = np.where(made[:, None] & (pattern != ANY), pattern, X)
        return X, self.label(X)

    def label(self, X):
        """The class of each row (n,): 0 where an offer interests."""
        return 1 - fits(X, self.function).any(axis=1).astype(np.int64)

    def density(self, X, t):
        codes = ((X % 1 == 0) & (X >= 0) & (X < SIZES)).all(axis=1)
        fitting = fits(X, self.function)
        made = (fitting * chances(self.function)).mean(axis=1)
        probability = codes * ((1 - self.fitting) / np.prod(SIZES) + self.fitting * made)
        wanted = fitting.any(axis=1)
        return np.stack([probability * wanted, probability * ~wanted], axis=1)


def fits(X, function):
    """Whether each row fits each pattern of a rule: (n, patterns)."""
    patterns = np.array(WANTED[function])
    return ((X[:, None] == patterns) | (patterns == ANY)).all(axis=2)


def chances(function):
    """How probable each offer is that was made to fit a pattern: (patterns,)."""
    return 1 / np.where(np.array(WANTED[function]) == ANY, SIZES, 1).prod(axis=1)
