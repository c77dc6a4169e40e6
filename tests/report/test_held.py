"""Large studies: each trace is read once for a report, and the traces of few settings are held."""

import weakref
from collections import Counter

import pytest
from examples import played
from invented_studies import made

from driftsim.report.figure_data import view
from driftsim.report.files import contents_of, rehearse
from driftsim.report.held import Held
from driftsim.report.pictures import shown_results
from driftsim.report.results import Results
from driftsim.store import Store

SETTINGS = [{"stream.noise": i / 100} for i in range(8)]
RUNS, PANELS = 6, 3  # of a setting; settings that have panels of their own


SUITE = """# Which?
streams:
  sea: {concepts: {a: {kind: sea, threshold: 8}}}
  noisy sea: {concepts: {a: {kind: sea, threshold: 8}}, noise: 0.1}
  loans: {concepts: {a: {kind: agrawal}}}  # of other classes than the first two
defaults: {length: 400}
models:
  kept: {learner: naive_bayes, policy: static}
  majority: {learner: majority, policy: online}
evaluation: {warmup: 100, seeds: 2}
"""


class CountingStore(Store):
    """Counts how often each trace is read, and how many are in memory."""

    def __init__(self, folder):
        super().__init__(folder)
        self.read, self.alive, self.most = Counter(), 0, 0

    def load(self, run):
        trace = super().load(run)
        self.read[run.stream.noise] += 1
        self.alive += 1
        self.most = max(self.most, self.alive)
        weakref.finalize(trace.columns["first_row"], self._gone)
        return trace

    def _gone(self):
        self.alive -= 1


def all_of(results):
    """All that a report is made of."""
    rehearse(results)
    return *contents_of(results), shown_results(results)


@pytest.mark.slow
def test_with_one_seed_each_setting_has_its_own_sentences(tmp_path):
    whole = made(tmp_path, 2, *SETTINGS[:5])
    rules = whole.study.variants[0].scenario.evaluation.model_copy(update={"seeds": 1})
    variants = [
        one._replace(scenario=one.scenario.model_copy(update={"evaluation": rules}))
        for one in whole.study.variants
    ]
    study = whole.study._replace(variants=variants)
    few = Results(study, whole.store, room=size_of_a_setting(whole))
    assert few.larger_than_memory
    assert all_of(few) == all_of(Results(study, whole.store))


@pytest.mark.slow
def test_a_report_reads_each_trace_once_and_holds_those_of_few_settings(tmp_path, monkeypatch):
    monkeypatch.setattr(view, "MOST_SCENES", PANELS)
    whole = made(tmp_path, 2, *SETTINGS)
    store = CountingStore(whole.store.folder)
    few = Results(whole.study, store, room=3 * size_of_a_setting(whole))
    assert few.larger_than_memory and not whole.larger_than_memory
    assert all_of(few) == all_of(whole)
    assert [*store.read] == [one["stream.noise"] for one in SETTINGS]
    once = [store.read[one["stream.noise"]] for one in SETTINGS[PANELS:]]
    assert once == [RUNS] * len(once)  # those with panels of their own are read again to draw them
    most = 6 * RUNS + 1  # of three settings, of three that they may share, and the one just read
    assert store.most <= most


@pytest.mark.slow
def test_streams_of_a_suite_with_other_classes_are_reported_whatever_is_held(tmp_path):
    whole = played(SUITE, "suite", tmp_path)
    few = Results(whole.study, whole.store, room=size_of_a_setting(whole))
    assert few.larger_than_memory
    assert all_of(few) == all_of(whole)


def size_of_a_setting(results):
    first = results.variants[0]
    assert first.results
    return first.size


def test_what_was_used_just_before_makes_room():
    class Holder:
        held = True

        def release(self):
            self.held = False

    held, some = Held(room=10), [Holder() for _ in range(4)]
    for one in [*some[:2], some[0], some[2]]:
        held.use(one, 4)
    assert [one.held for one in some[:3]] == [False, True, True]
    held.use(some[3], 40)  # more than there is room for, but what is used is held
    assert [one.held for one in some] == [False, False, False, True]
