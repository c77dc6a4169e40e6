"""Checks: what rules and contenders ask for, and a stream does not give."""

from collections.abc import Iterable, Iterator
from typing import Any

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.label_check import labels_violation
from driftsim.evaluation.metrics import (
    OF_BINS,
    OF_INTERVALS,
    OF_PROBABILITIES,
    OF_QUERIES,
    OF_SCORES,
    ranks_by,
)
from driftsim.evaluation.prequential import Contender
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.trial import Trials
from driftsim.learners.learner import Learner
from driftsim.messages import refusal
from driftsim.rows import Schema
from driftsim.scenario.times import of_times, too_late
from driftsim.streams.stream import Stream


def faults_of_rules(rules: Rules, stream: Stream) -> Iterator[tuple[Any, ...]]:
    """What rules ask for and a stream cannot give: the keys of a place, and a message or None."""
    schema, length = stream.schema, stream.length
    if rules.warmup >= length:
        message = f"a warm-up of {rules.warmup:,} rows leaves none of the {length:,} rows to score"
        yield "evaluation", "warmup", f"{message}; shorten it"
    if rules.probabilities and schema.regression:
        message = "in regression labels have no probabilities; leave this out"
        yield "evaluation", "probabilities", message
    if rules.bins and schema.n_classes != 2:
        exact = "" if schema.regression else ", or write exact, which is for any number"
        yield "evaluation", "scores", f"bins of scores are for two classes; leave them out{exact}"
    if rules.scores == "exact" and schema.regression:
        message = "in regression no class has a score; leave this out"
        yield "evaluation", "scores", message
    if rules.confusion and schema.regression:
        yield "evaluation", "confusion", "numbers are not confused as classes are; leave it out"
    if rules.prediction_intervals and not schema.regression:
        message = "intervals are around numbers, and these labels are classes; leave this out"
        yield "evaluation", "prediction_intervals", message
    if rules.probe and (stream.recorded or stream.sequential):
        which = "recorded stream" if stream.recorded else "stream with one row for each position"
        message = f"a {which} has no fresh rows to probe with; leave this out"
        yield "evaluation", "probe", message
    yield from (("evaluation", *fault) for fault in faults_of_labels(rules, stream))
    yield from stream.unlearned(rules.warmup)


def untallied(metric: str, rules: Rules, schema: Schema, asks: bool) -> str | None:
    """What rules have to say so that traces have what a metric is made of, or None."""
    kind = metric.partition(" of ")[0]
    if kind in OF_PROBABILITIES and not rules.scores_probabilities:
        return f"'{metric}' needs probabilities; set evaluation.probabilities: true"
    if kind in OF_BINS and not rules.bins:
        return f"'{metric}' needs scores in bins; set evaluation.scores: 64"
    if kind in OF_SCORES and rules.scores != "exact":
        return f"'{metric}' needs the score of every row; set evaluation.scores: exact"
    if kind in OF_INTERVALS and schema.regression and not rules.prediction_intervals:
        return f"'{metric}' needs intervals; set evaluation.prediction_intervals: conformal"
    if kind in OF_QUERIES and not asks:
        return f"'{metric}' is of labels: {{kind: query, …}}, which no contender has"
    return None


def unranked(metric: str) -> str | None:
    """Why a metric cannot be the first of a report, by which contenders are ranked, or None."""
    if ranks_by(metric):
        return None
    message = "does not say by itself which contender is better, as the first metric has to"
    return f"'{metric}' {message}; put interval_score before it"


def faults_of_labels(rules: Rules, stream: Stream) -> Iterator[tuple[Any, ...]]:
    """Why labels cannot come in along a stream: keys that begin with theirs, and a message."""
    yield from of_times(rules.labels, stream, "labels")
    yield "labels", labels_violation(rules.labels, stream)
    yield "labels", unanswered(rules)


def unanswered(rules: Rules) -> str | None:
    """Why contenders cannot ask for labels by these rules, or None."""
    if rules.query is None or not (rules.protocol.partial or rules.protocol.n_folds > 1):
        return None
    return (
        f"'{rules.protocol.kind()}' decides which labels each model is given, and with "
        f"'{rules.labels.kind()}' models ask for theirs; leave out one of both"
    )


def obstacles(
    contender: Contender, stream: Stream, rules: Rules, trials: Trials | None = None
) -> Iterator[tuple[Any, ...]]:
    """Why a contender cannot play a stream: keys below it and a message, or None.

    With `trials` it is also tried, after all else.
    """
    rows, policy, learner = stream.length - rules.warmup, contender.policy, contender.learner
    rules = contender.under(rules)
    if contender.labels is not None:
        yield from faults_of_labels(rules, stream)
    yield "policy", unknown_to(policy, learner.trained, stream, rules)
    yield from of_times(policy, stream, "policy")
    yield "policy", "memory", too_late(policy, rules.labels)
    yield "learner", unknown_posterior(learner, stream)
    yield "learner", learner.untaken_gaps(stream.schema)
    yield "policy", policy.incompatibility(stream.schema, rows)
    yield "learner", contender.at_work[0].incompatibility(stream.schema)
    yield "learner", improbable(contender, stream, rules)
    if trials:
        yield "learner", trials.incompatibility(stream, contender, rules)
        yield "policy", trials.policy_incompatibility(stream, contender, rules)


def obstacle(*about: Any) -> str | None:
    """The first of the `obstacles`, or None."""
    return next((message for *_, message in obstacles(*about) if message), None)


def unknown_to(policy: Policy, trained: bool, stream: Stream, rules: Rules) -> str | None:
    """What a policy needs to know that is not known, or None."""
    if not rules.warmup and not policy.starts_cold and not trained:
        return (
            f"'{policy.kind()}' needs a warm-up to train on, "
            "and evaluation.warmup is 0; only 'online' starts cold"
        )
    if policy.knows == "changes" and stream.recorded and not stream.changes(0):
        return (
            f"'{policy.kind()}' needs the true changes, which are unknown for recorded rows; "
            "give the table marks: [row, …] if you know some, or leave this policy out"
        )
    return None


def improbable(contender: Contender, stream: Stream, rules: Rules) -> str | None:
    """Why a contender does not predict the probabilities that rules need, or None."""
    why = contender.at_work[0].incompatibility(stream.schema, True) if rules.probable else None
    if why is None or rules.scores_probabilities or rules.query is None:
        return why
    return (
        f"{why.partition(';')[0]}, by which '{rules.query.by.kind()}' asks for labels; "
        "write by: at_random, or use another learner"
    )


def unknown_posterior(learner: Learner, stream: Stream) -> str | None:
    """Why a learner that knows the labels' probabilities cannot know those of a stream, or None."""
    unknown = [name for name, one in stream.concepts.items() if not one.known]
    if learner.sees != "posterior" or not unknown:
        return None
    return (
        f"'{learner.kind()}' needs the probability of every label, which is unknown for the "
        f"rows of '{unknown[0]}'; use a concept with a density, or leave this learner out"
    )


def refuse_first(mistakes: Iterable[tuple[Any, ...]]) -> None:
    """Refuse the first of some mistakes: the keys of a place, and a message or None."""
    for *place, message in mistakes:
        if message:
            raise refusal(message, *place)
