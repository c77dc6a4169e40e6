"""Text: messages as bags of words, whose topics differ between the classes."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from driftsim.parts import Number, Share
from driftsim.rows import Schema
from driftsim.streams.concepts.alias_table import AliasTable
from driftsim.streams.concepts.concept import Instantiated, Seeded

LEAST = -600.0  # of the logarithm of a row's larger density, so that it does not become 0


class Text(Seeded):
    """Bags of words (after MOA's TextGenerator): ham or spam, by the topic of a message.

    Formula:
        P(word | class) ∝ (1 - topic) r⁻ᶻ + topic s⁻ᶻ, with z = zipf
        r its rank in the vocabulary, s its rank in the topic of the class

    A word of a message comes from the topic of its class, or from the vocabulary as a whole.
    Both obey Zipf's law: the r-th most frequent word occurs r^-`zipf` times as often as the
    first. In the vocabulary, words are in the order of their columns; in each topic, in a
    random order of its own.
    """

    known = True

    words: Annotated[int, Field(ge=2, le=10_000)] = 200  # in the vocabulary, a column each
    length: Annotated[int, Field(gt=0, le=100)] = 15  # words in a message
    zipf: Annotated[Number, Field(ge=0, le=10)] = 1.5  # exponent of Zipf's law
    topic: Share = 0.3  # of the words of a message
    prior: Share = 0.5  # of spam

    @property
    def schema(self):
        names = tuple(f"word{j + 1}" for j in range(self.words))
        return Schema(names, classes=("ham", "spam"))

    def instantiated(self, rng):
        law = np.arange(1.0, self.words + 1) ** -self.zipf
        law /= law.sum()
        topics = np.array([rng.permutation(law) for _ in range(2)])
        frequency = (1 - self.topic) * law + self.topic * topics
        return InstantiatedText(self, frequency, AliasTable.of(*frequency))


@dataclass(frozen=True, eq=False)
class InstantiatedText(Instantiated):
    """Bags of words whose topics have been drawn."""

    description: Text
    frequency: np.ndarray  # (2, words) of each word in each class; they sum to one
    table: AliasTable  # of the words, a table a class

    def draw(self, rng, t):
        text, n = self.description, len(t)
        y = (rng.random(n) < text.prior).astype(np.int64)
        start = (y * text.words)[:, None]
        words = self.table.outcomes(rng.random((n, text.length)), start)
        words += np.arange(n)[:, None] * text.words
        words = words.ravel()
        counts = np.bincount(words, np.ones(len(words)), n * text.words)
        return counts.reshape(n, text.words), y

    def density(self, X, t):
        from scipy.special import gammaln

        text, n = self.description, len(X)
        found = np.flatnonzero(X.ravel() != 0)
        count, (row, word) = X.ravel()[found], np.divmod(found, text.words)
        log = gammaln(text.length + 1) - np.bincount(row, gammaln(count.clip(0) + 1), n)
        terms = [count * log_share.take(word) for log_share in np.log(self.frequency)]
        log = log[:, None] + np.stack([np.bincount(row, each, n) for each in terms], axis=1)
        peak = log.max(axis=1, keepdims=True)
        log += np.maximum(peak, LEAST) - peak
        possible = np.bincount(row, count, n) == text.length
        possible[row[(count < 0) | (count % 1 != 0)]] = False
        joint = np.exp(log, where=possible[:, None], out=np.zeros_like(log))
        return joint * np.array([1 - text.prior, text.prior])
