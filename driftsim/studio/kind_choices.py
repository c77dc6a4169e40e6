"""Kind choices: which kinds may stand in the place of a part, and with which parameters."""

from typing import Any

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.memories import Memory
from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import Labels
from driftsim.examples import PARTS
from driftsim.parts import Part, dumped, keys_of
from driftsim.scenario import Scenario
from driftsim.scenario.notation import parsed
from driftsim.streams.drifts import Drift

CHOSEN: dict[type[Part], tuple[str, ...]] = {  # those of a family that need nothing else changed
    Drift: ("sudden", "gradual", "incremental", "recurring", "seasonal", "random"),
    Labels: ("at_once", "delayed", "random", "batches", "share", "budget"),
    Memory: ("last", "all", "faded"),
    Detector: (
        *("adwin", "ddm", "eddm", "page_hinkley", "hddm_a", "hddm_w", "cusum", "ecdd", "rddm"),
        *("stepd", "fhddm", "seed", "optwin"),
    ),
    Policy: (
        *("static", "online", "periodic", "on_drift", "doubling", "mini_batch", "ensemble"),
        *("on_error", "at_drift"),
    ),
}
GATHERING = (
    "on_drift",
    "doubling",
    "on_error",
    "at_drift",
)  # policies that need a number of labels


def kinds_of(part: Part, scenario: Scenario) -> tuple[str, ...]:
    """The kinds to choose from in the place of a part, and its own; none without a choice."""
    chosen = next((kinds for family, kinds in CHOSEN.items() if isinstance(part, family)), ())
    models = scenario.models.values()
    match part:
        case Drift() if part is not scenario.stream.drift or len(scenario.stream.concepts) < 2:
            return ()
        case Policy():
            owner = next((one for one in models if one.policy is part), None)
            if owner is None or not scenario.evaluation.warmup:
                return ()
            if not owner.learner.learns_on:
                chosen = tuple(kind for kind in chosen if kind not in ("online", "mini_batch"))
        case Memory():
            owners = [one.policy.kind() for one in models if part in vars(one.policy).values()]
            if {*owners} & {*GATHERING}:
                chosen = ("last",)
        case Detector() if scenario.stream.schema.regression:
            chosen = tuple(kind for kind in chosen if not Detector.kinds[kind].binary)
    return chosen if not chosen or part.kind() in chosen else (part.kind(), *chosen)


def in_kind(part: Part, kind: str, scenario: Scenario) -> dict[str, Any]:
    """What a scenario writes of another kind in the place of a part.

    It keeps the parameters that both kinds have, but those of detectors, which mean others by the
    same names; the others that it needs fit the stream.
    """
    family = next(one for one in CHOSEN if isinstance(part, one))
    known, old = family.kinds[kind], {} if family is Detector else as_mapping(part)
    suited = parameters_for(family, kind, scenario)
    kept = {key: one for key, one in old.items() if key in keys_of(known) and key != "kind"}
    if kind in GATHERING and not isinstance(kept.get("memory"), int):
        kept.pop("memory", None)
    if "width" in kept and (visit := suited.get("every", suited.get("mean"))):
        kept["width"] = min(kept["width"], visit)
    return {"kind": kind} | suited | kept


def as_mapping(part: Part) -> dict[str, Any]:
    """What a scenario writes of a part, with its kind and what is not as by default."""
    return part.in_full(dumped(part, exclude_defaults=True))


def parameters_for(family: type[Part], kind: str, scenario: Scenario) -> dict[str, Any]:
    """Parameters with which a kind is of use in a stream."""
    length, k = scenario.stream.length, len(scenario.stream.concepts)
    tenth = max(length // 10, 1)
    suited: dict[tuple[type[Part], str], dict[str, Any]] = {
        (Drift, "recurring"): {"every": max(length // 5, 1)},
        (Drift, "seasonal"): {"period": max(length // 2, 1)},
        (Drift, "random"): {"mean": max(length // 5, 1)},
        (Labels, "delayed"): {"rows": tenth // 2},
        (Labels, "random"): {"mean": tenth // 2},
        (Labels, "batches"): {"every": tenth},
        (Labels, "share"): {"rate": 0.3},
        (Labels, "budget"): {"labels": 100, "per": tenth},
        (Memory, "last"): {"labels": tenth},
        (Memory, "faded"): {"half_life": tenth},
        (Policy, "periodic"): {"every": tenth, "memory": tenth},
        (Policy, "on_drift"): {"memory": tenth // 2},
        (Policy, "doubling"): {"first": max(tenth // 20, 1), "memory": tenth},
        (Policy, "mini_batch"): {"size": 100},
        (Policy, "ensemble"): {"every": tenth},
        (Policy, "on_error"): {"window": 200, "memory": tenth // 2, "rise": 0.05},
        (Policy, "at_drift"): {"memory": tenth // 2},
    }
    if family is Drift and kind in ("sudden", "gradual", "incremental"):
        suited[Drift, kind] = {"at": [length * i // k for i in range(1, k)]}
    if (family, kind) in suited or family is Detector:
        return suited.get((family, kind), {})
    example = PARTS.get(family.kind(), {}).get(kind, "")
    return parsed(f"{{{example}}}")[0] if example else {}
