"""The catalogue: what a scenario can name, with parameters, defaults and what each is."""

import inspect
import textwrap

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import Labels
from driftsim.learners.learner import Learner
from driftsim.parts import Imported, described, guess, imported, parameters
from driftsim.scenario import ScenarioError
from driftsim.streams.concepts import Concept
from driftsim.streams.drifts import Drift

FAMILIES = {family.kind(): family for family in (Concept, Drift, Learner, Policy, Detector, Labels)}


def listed(name=None):
    """All families, one, or one kind; raises `ScenarioError` where there is none of the name."""
    if name is None:
        return "\n\n".join(listed_family(family) for family in FAMILIES.values())
    if name in FAMILIES:
        return listed_family(FAMILIES[name], fields=True)
    for family in FAMILIES.values():
        if name in family.kinds:
            return listed_kind(family, name)
        for kind in family.kinds.values():
            if issubclass(kind, Imported) and kind.holds(name):
                return listed_path(kind, name)
    known = [*FAMILIES, *(kind for family in FAMILIES.values() for kind in family.kinds)]
    raise ScenarioError(f"no family or kind is called '{name}'; {guess(name, known)}")


def listed_family(family, fields=False):
    lines = [f"{family.kind()}: {described(family)}"]
    for name in sorted(family.kinds):
        lines.append(listed_kind(family, name) if fields else f"  {written(family, name):<22} {about(family, name)}")
    return "\n".join(lines)


def listed_kind(family, name):
    kind = family.kinds[name]
    lines = [f"  {written(family, name)} ({family.kind()})", f"    {about(family, name)}"]
    for field, info in kind.model_fields.items():
        if issubclass(kind, Imported) and field == "path":
            continue
        default = "required" if info.is_required() else f"default {plain(info.default)}"
        note = comment(kind, field)
        lines.append(f"    {field}: {typed(info.annotation)}, {default}" + (f"; {note}" if note else ""))
    return "\n".join(lines)


def listed_path(kind, path):
    """A class or function of a library, with the parameters it takes."""
    try:
        found = imported(path, kind.package, callable)
    except ValueError as error:
        raise ScenarioError(str(error)) from None
    first = (inspect.getdoc(found) or "").split("\n\n")[0].replace("\n", " ")
    lines = [f"  {path}", *textwrap.wrap(first, 90, initial_indent="    ", subsequent_indent="    ")]
    for name, parameter in parameters(found).items():
        default = "required" if parameter.default is parameter.empty else f"default {parameter.default!r}"
        lines.append(f"    {name}: {default}")
    return "\n".join(lines)


def written(family, name):
    """A kind as a scenario writes it."""
    return f"{name}.…" if issubclass(family.kinds[name], Imported) else name


def about(family, name):
    return described(family.kinds[name])


def plain(value):
    """A default as a scenario writes it."""
    return value.kind() if hasattr(value, "kind") else value


def typed(annotation):
    """The type of a field, in a word or two."""
    name = getattr(annotation, "__name__", None)
    text = str(annotation).replace("typing.", "") if not name or name in ("Annotated", "Optional") else name
    return text if len(text) < 40 and "[" not in text or "Literal" in text else text.split("[")[0]


def comment(kind, field):
    """The comment behind a field where its class defines it: its unit."""
    for owner in kind.__mro__:
        if field in owner.__dict__.get("__annotations__", {}):
            for line in inspect.getsource(owner).splitlines():
                if line.strip().startswith(f"{field}:") and "  # " in line:
                    return line.split("  # ", 1)[1].strip()
    return ""
