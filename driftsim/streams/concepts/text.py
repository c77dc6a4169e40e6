"""Text: messages as bags of words, whose topics tell their classes apart."""

from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field, PrivateAttr

from driftsim.parts import Number, Share
from driftsim.rows import Schema
from driftsim.streams.concepts.choices import Choice
from driftsim.streams.concepts.concept import Concept

MOST = 600.0  # of the logarithm of a density that is told


class Words(NamedTuple):
    """How often each class says each word."""

    frequency: np.ndarray  # (2, words); each class's sum to one
    choice: Choice  # of a word, a table a class


class Text(Concept):
    """Bags of words (after MOA's TextGenerator): ham or spam, by the topic of a message.

    A word of a message is taken from the topic of its class, or from the vocabulary as a
    whole. Both obey Zipf's law: the r-th most frequent word is said r^-`zipf` times as often as
    the first. In the vocabulary, words are in the order of their columns; in each topic, in a
    drawn order of its own.
    """

    blends = False

    words: Annotated[int, Field(ge=2, le=10_000)] = (
        200  # in the vocabulary; a dense row has a column for each
    )
    length: Annotated[int, Field(gt=0, le=100)] = 15  # words in a message
    zipf: Annotated[Number, Field(ge=0, le=10)] = 1.5
    topic: Share = 0.3  # of the words of a message
    prior: Share = 0.5  # of spam

    _words: Words = PrivateAttr(None)

    @property
    def schema(self):
        names = tuple(f"word{j + 1}" for j in range(self.words))
        return Schema(names, classes=("ham", "spam"))

    def instantiated(self, rng):
        """The same vocabulary, with the topics of its classes drawn."""
        if self._words is not None:
            return self
        settled, law = self.model_copy(), np.arange(1.0, self.words + 1) ** -self.zipf
        law /= law.sum()
        topics = np.array([rng.permutation(law) for _ in range(2)])
        frequency = (1 - self.topic) * law + self.topic * topics
        settled._words = Words(frequency, Choice.of(*frequency))
        return settled

    def draw(self, rng, t):
        n = len(t)
        y = (rng.random(n) < self.prior).astype(np.int64)
        start = (y * self.words)[:, None]
        said = self._words.choice.outcomes(rng.random((n, self.length)), start)
        said += np.arange(n)[:, None] * self.words
        said = said.ravel()
        counts = np.bincount(said, np.ones(len(said)), n * self.words)
        return counts.reshape(n, self.words), y

    def density(self, X, t):
        from scipy.special import gammaln

        found = np.flatnonzero(X.ravel() != 0)
        count, (row, word) = X.ravel()[found], np.divmod(found, self.words)
        log = gammaln(self.length + 1) - np.bincount(row, gammaln(count.clip(0) + 1), len(X))
        said = [count * log_share.take(word) for log_share in np.log(self._words.frequency)]
        log = log[:, None] + np.stack([np.bincount(row, each, len(X)) for each in said], axis=1)
        peak = log.max(axis=1, keepdims=True)
        log += np.maximum(peak, -MOST) - peak  # where it could not be told from 0
        possible = np.bincount(row, count, len(X)) == self.length
        possible[row[(count < 0) | (count % 1 != 0)]] = False
        joint = np.exp(log, where=possible[:, None], out=np.zeros_like(log))
        return joint * np.array([1 - self.prior, self.prior])
