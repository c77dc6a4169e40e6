"""MOA's streams as a concept: seeds, blocks in any order, their truth, and what is refused."""

import re

import numpy as np
import pytest

from driftsim.messages import ScenarioError
from driftsim.overview.study import stream_lines
from driftsim.scenario import load
from driftsim.scenario.notation import parsed
from driftsim.streams.concepts.moa import Moa
from driftsim.streams.moa import replay as replays
from driftsim.streams.moa.changes import changes
from driftsim.streams.moa.command_line import command
from driftsim.streams.moa.generators import Shares, chosen_by, generator
from driftsim.streams.moa.options import STREAMS
from driftsim.streams.moa.replay import ROWS, Replay, replay, shares
from driftsim.streams.severity import severity
from driftsim.streams.stream import Stream

SEA = "generators.SEAGenerator"
DRIFTING = f"ConceptDriftStream -s ({SEA} -f 3 -b) -d ({SEA} -f 4 -i 2) -p 9000 -w 900"
SCENARIO = """
stream:
  length: 30_000
  concepts:
    moa:
      kind: moa
      stream: %s
  %s
models:
  bayes: {learner: naive_bayes, policy: online}
evaluation: {warmup: 0%s}
"""


def stream_of(text, length=30_000):
    concepts = {"moa": {"kind": "moa", "stream": text}}
    return Stream.model_validate({"length": length, "concepts": concepts})


def loaded(tmp_path, text, more="", rules=""):
    path = tmp_path / "moa.yaml"
    path.write_text(SCENARIO % (text, more, rules))
    return load(path)


def test_the_first_seed_is_as_written_and_others_move_every_seed():
    rows = stream_of(f"{DRIFTING} -r 7")
    X, y = generator(command(f"{DRIFTING} -r 7")).drawn(ROWS)
    assert np.array_equal(rows.block(0, 0).X, X) and np.array_equal(rows.block(0, 0).y, y)
    text = DRIFTING.replace("-b", "-b -i 3").replace("-i 2", "-i 4")
    X, y = generator(command(f"{text} -r 9")).drawn(ROWS)
    assert np.array_equal(rows.block(2, 0).X, X) and np.array_equal(rows.block(2, 0).y, y)


def test_blocks_come_in_any_order_alone_and_far_away():
    X, y = generator(command(DRIFTING)).drawn(40 * ROWS)
    stream = stream_of(DRIFTING, 40 * ROWS)
    replay.cache_clear()
    for b in (39, 0, 17, 38, 17):
        block = stream.block(0, b)
        assert np.array_equal(block.X, X[b * ROWS : (b + 1) * ROWS])
        assert np.array_equal(block.y, y[b * ROWS : (b + 1) * ROWS])
    t = np.array([5, 39 * ROWS, 4, 5, ROWS])
    drawn = Moa(stream=DRIFTING).draw(np.random.default_rng(0), t)
    assert np.array_equal(drawn[0], X[t]) and np.array_equal(drawn[1], y[t])


def test_states_that_are_kept_take_no_more_than_their_share_of_memory(monkeypatch):
    rows = Replay(generator(command(DRIFTING)))
    monkeypatch.setattr(replays, "MOST", 5 * len(rows._kept[0]))
    last = rows.rows(np.arange(40 * ROWS, 41 * ROWS))
    assert len(rows._kept) <= 5 and rows._step == 16
    assert np.array_equal(rows.rows(np.array([0]))[1], generator(command(DRIFTING)).drawn(1)[1])
    assert np.array_equal(rows.rows(np.arange(40 * ROWS, 41 * ROWS))[0], last[0])


def test_rows_are_right_after_an_interruption(monkeypatch):
    rows, expected = Replay(generator(command(DRIFTING))), replay(DRIFTING, 0)
    rows.rows(np.arange(3 * ROWS))
    part = rows._played.parts[1]
    draw = part.fill
    monkeypatch.setattr(part, "fill", lambda X, y: (draw(X, y), exec("raise KeyboardInterrupt")))
    with pytest.raises(KeyboardInterrupt):
        rows.rows(np.arange(5 * ROWS))
    monkeypatch.undo()
    for b in (1, 0, 3, 4):
        t = np.arange(b * ROWS, (b + 1) * ROWS)
        assert np.array_equal(rows.rows(t)[0], expected.rows(t)[0])


def test_names_are_those_of_moa():
    schema = Moa(stream="AgrawalGenerator").schema
    assert schema.names[:4] == ("salary", "commission", "age", "elevel")
    assert schema.nominal == {3: 5, 4: 20, 5: 9} and schema.classes == ("groupA", "groupB")
    assert schema.values[3][1] == "level1" and schema.values[4][0] == "car1"
    schema = Moa(stream="moa.streams.generators.RandomTreeGenerator -v 3 -o 1 -u 1").schema
    assert schema.names == ("nominal1", "numeric1") and schema.values == {
        0: ("value1", "value2", "value3")
    }


def test_its_own_drifts_are_changes():
    nested = f"ConceptDriftStream -s {SEA} -d ({DRIFTING}) -p 1000 -w 1"
    assert changes(command(nested)) == [999, 999 + 8999]
    assert [one.centre for one in stream_of(nested).changes(0)] == [999, 9998]
    recurring = "Recurrent" + DRIFTING + " -x 50 -y 70 -z 2"
    assert changes(command(recurring)) == [8999, 9049, 9119, 9169]
    assert changes(command(SEA)) == []
    moving = "HyperplaneGenerator -t 0.1", "RandomRBFGeneratorDrift -s 0.1", DRIFTING
    assert all(Moa(stream=one).moves for one in moving) and not Moa(stream=SEA).moves


def test_drifts_of_a_concept_that_does_not_rule_are_no_changes():
    other = {"kind": "moa", "stream": f"ConceptDriftStream -s {SEA} -d ({SEA} -i 2) -p 1000 -w 1"}
    text = f"ConceptDriftStream -s ({DRIFTING}) -d {SEA} -p 501 -w 1"
    concepts = {"one": {"kind": "moa", "stream": text}, "other": other}
    stream = {"length": 20_000, "concepts": concepts, "drift": {"kind": "sudden", "at": [900]}}
    found = Stream.model_validate(stream).changes(0)
    assert [(one.centre, one.before, one.after) for one in found] == [
        (500, 0, 0), (900, 0, 1), (999, 1, 1),
    ]  # fmt: skip


def test_a_stream_may_be_in_the_parentheses_that_it_has_in_a_task():
    assert command(f"({SEA} -f 2)") == command(f"{SEA} -f 2")
    assert command(f" ( ConceptDriftStream -s ({SEA}) -d {SEA} )").composed


KNOWN = [
    "SineGenerator -f 4",
    "LEDGeneratorDrift -d 5",
    "HyperplaneGenerator -c 3",
    "RandomRBFGenerator -c 3 -a 2",
    "WaveformGeneratorDrift -d 7",
    "RandomTreeGenerator -c 3",
    "AgrawalGenerator -f 4 -p 0.2",
    "AgrawalGenerator -f 9 -p 0.7",
    "AgrawalGenerator -f 10 -p 0.7",
    f"ConceptDriftStream -s ({SEA} -f 3) -d ({SEA} -f 4 -i 2) -p 9000 -w 9000",
    f"ConceptDriftStream -s {SEA} -d (ConceptDriftStream -s ({SEA} -f 4 -i 2) -d ({SEA} -f 3 -i 3)"
    " -r 2 -p 5000 -w 5000) -p 5000 -w 5000",
    f"RecurrentConceptDriftStream -s ({SEA}) -d ({SEA} -i 3) -p 2000 -w 500 -x 4000 -y 3000",
]


@pytest.mark.parametrize("text", KNOWN)
def test_the_oracle_errs_as_often_as_it_says(text):
    stream = stream_of(text, 20_000)
    world = stream.instantiated(1)
    block = world.rows(0, 20_000)
    posterior = world.posterior(block.t, block.X)
    gap = (block.y != posterior.argmax(axis=1)) - (1 - posterior.max(axis=1))
    assert world.posterior(block.t[:0], block.X[:0]).shape == (0, world.schema.n_classes)
    assert stream.known and abs(gap.mean()) <= 4 * gap.std() / np.sqrt(20_000)


def test_the_second_stream_comes_as_often_as_its_probability():
    share = shares("ConceptDriftStream -p 5000 -w 3000", 0).rows(4999 + np.array([-750, 0, 750]))[0]
    assert np.allclose(share[:, 1], [1 / (1 + np.e), 0.5, 1 / (1 + 1 / np.e)])
    steep = shares("ConceptDriftStream -p 5 -w 0", 0).rows(np.array([3, 4, 5]))[0]
    assert steep.tolist() == [[1, 0], [0, 1], [0, 1]]


def test_shares_of_nested_streams_are_those_of_the_rows_that_were_drawn():
    nested = f"ConceptDriftStream -s {SEA} -d ({DRIFTING}) -p 9000 -w 9000 -r 3"
    share = shares(nested, 0).rows(np.arange(30_000))[0]
    first, inner = Shares(command(nested), 0), Shares(command(DRIFTING), 0)
    second, chance = chosen_by(first.choice, 30_000)
    own = inner.drawn(30_000)[0][np.cumsum(second) - second]
    assert np.array_equal(share[:, 0], 1 - chance)
    assert np.allclose(share[:, 1:], chance[:, None] * own)


def test_what_nobody_knows_has_no_oracle():
    unknown = f"{SEA} -b", "AssetNegotiationGenerator", "HyperplaneGenerator -t 0.1", DRIFTING
    assert not any(Moa(stream=one).known for one in unknown)
    assert np.isnan(stream_of(f"{SEA} -b").instantiated(0).posterior(*2 * [np.zeros((1, 3))])).all()


def test_a_stream_may_be_given_with_the_option_of_a_task():
    assert stream_of(f"-s ({SEA} -f 2)") == stream_of(f"({SEA} -f 2)")


REFUSED = {
    "": "a stream should begin with its class; there are SEAGenerator",
    "-i (generators.SEAGenerator -f 1)": "a stream should begin with its class",
    f"({SEA} -f 1": "the first parenthesis is not closed",
    f"({SEA}) -f 1": "'-f' comes after the end of the stream",
    "generators.SeaGenerator": "did you mean 'SEAGenerator'?",
    "generators.SEAGeneratr": "no stream of MOA is called 'generators.SEAGeneratr' here; "
    "did you mean 'SEAGenerator'?",
    "ArffFileStream -f x.arff": "it reads a table: write {kind: table, path",
    "generators.TextGenerator": "write {kind: text}",
    "EvaluatePrequential -l x": "it is a task; give what stands in the parentheses",
    f"{SEA} -q 3": "SEAGenerator has no option '-q'; it has -f -i -b -n -p",
    f"{SEA} -f 5": "SEAGenerator -f 5 is out of range; it takes 1 to 4",
    f"{SEA} -f 1.5": "SEAGenerator -f takes a whole number; '1.5' is given",
    f"{SEA} -f": "SEAGenerator -f takes a whole number; none is given",
    f"{SEA} -f 1 -f 2": "SEAGenerator is given -f twice",
    f"{SEA} -f 1)": "')' comes after the end of the stream",
    f"ConceptDriftStream -d ({SEA}": "the parenthesis after ConceptDriftStream -d is not closed",
    f"ConceptDriftStream -s {SEA}": "should have the same columns and classes; those of the first "
    "(SEAGenerator) and the second (RandomTreeGenerator) differ",
    "HyperplaneGenerator -k 11": "has no 11 of 10 attributes to move; give -k 10 at most",
    "AgrawalGenerator -p nan": "AgrawalGenerator -p takes a number; 'nan' is given",
    "RandomTreeGenerator -o 2 -u 0": "splits each of its 2 nominal columns once on a way down",
    "RandomTreeGenerator -o 0 -u 0": "RandomTreeGenerator has no columns; give -o or -u",
    "RandomTreeGenerator -d 30 -l 30 -o 30 -v 1000": "has more than 200,000 nodes",
    "RandomRBFGenerator -n 100000 -a 1000": "centroids of 1,000 attributes are too many",
    "ConceptDriftStream -s (" * 60: "streams are nested more than 50 deep",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_moa_does_not_take_is_refused_in_one_line(text):
    with pytest.raises(ValueError, match=re.escape(REFUSED[text])) as refused:
        stream_of(text)
    assert len(refused.value.errors()) == 1


def test_rows_of_which_there_are_no_others_cannot_be_balanced_or_probed(tmp_path):
    with pytest.raises(ScenarioError, match="rows that come one after another are as they are"):
        loaded(tmp_path, SEA, "balance: [0.5, 0.5]")
    with pytest.raises(ScenarioError, match="one row for each position has no fresh rows to probe"):
        loaded(tmp_path, DRIFTING, rules=", probe: 100")


def test_operators_are_made_of_its_rows_and_its_severity_is_known():
    written = """
length: 20_000
concepts:
  before: {kind: moa, stream: generators.SEAGenerator -p 0}
  after: {kind: shifted, of: before, columns: [attrib1], by: 1 sd}
drift: {kind: sudden, at: [10_000]}
"""
    stream = Stream.model_validate(parsed(written)[0])
    X, y = generator(command(f"{SEA} -p 0")).drawn(20_000)
    block = stream.rows(0, 0, 20_000)
    assert np.array_equal(block.X[:10_000], X[:10_000]) and np.array_equal(block.y, y)
    assert np.allclose((block.X - X)[10_000:, 0], 10 / np.sqrt(12), atol=0.05)
    found = severity(stream.instantiated(0), 0, 1, 10_000, 5_000, ["total_variation_x"])
    assert found["total_variation_x"].value == pytest.approx(1 / np.sqrt(12), abs=0.02)
    moving = stream_of(f"ConceptDriftStream -s {SEA} -d ({SEA} -i 2) -p 9000")
    assert np.isnan(severity(moving.instantiated(0), 0, 0, 9_000)["total_variation"].value)


@pytest.mark.parametrize(
    ("operator", "reason"),
    [
        ("{kind: prior, shares: [0.5, 0.5], of: %s}", "have no others to select"),
        ("{kind: covered, columns: [attrib1], with: noise, of: %s}", "to take values from"),
    ],
)
def test_operators_that_need_other_rows_are_refused(operator, reason):
    concepts = parsed("a: " + operator % f"{{kind: moa, stream: {SEA}}}")[0]
    with pytest.raises(ValueError, match=f"{reason}"):
        Stream.model_validate({"length": 100, "concepts": concepts})


def test_check_says_how_long_it_takes_to_come_to_the_last_row():
    plane = "HyperplaneGenerator -a 20 -k 0"
    composed = f"ConceptDriftStream -s ({plane}) -d ({plane} -i 2)"
    assert Moa(stream=composed).nanoseconds == 12 + 20 * 4.6
    moving = "RandomRBFGeneratorDrift -n 1000 -k 2000 -a 10"
    assert Moa(stream=moving).nanoseconds == pytest.approx(10 * (6.4 + 300))
    kinds = [f"{one} -s {SEA} -d {SEA}" if "ConceptDrift" in one else one for one in STREAMS]
    assert all(0 < Moa(stream=one).nanoseconds < 2_000 for one in kinds)
    long = {"length": 10_000_000, "concepts": {"a": {"kind": "moa", "stream": moving}}}
    [_, cost, *_] = stream_lines(Stream.model_validate(long))
    assert "takes some 31 s of CPU" in cost
    assert not any("CPU" in line for line in stream_lines(stream_of(SEA)))
