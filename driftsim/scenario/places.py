"""Places: where in a file stands what a scenario is made of, for messages about it."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from driftsim.messages import KIND, line
from driftsim.parts import Part, Strict, entries, renaming
from driftsim.scenario.python_data import copied
from driftsim.scenario.settings import Marks, Named, Path, assign, entry_at

OPTIONS = "--seeds", "--figures"  # which set one place each
APART = ("sweep",), ("streams",)  # of which a scenario gets what its setting says
MOST_PLACES = 3  # named beside the first of the same mistake
UNSEEN = "[key]", "[word]", "[mapping]", KIND  # of pydantic, of `form_of`, and of parts


class Places(NamedTuple):
    """Where each part of a document stands, with the values of a setting of its sweep."""

    marks: Marks
    origins: dict[Path, Path] = {}  # of a place, by its keys: that of the named value that it got
    file: Marks = {}  # where those stand


def beside_settings(marks: Marks) -> Marks:
    """The marks of what a document holds beside its sweep and its streams, of which some get in."""
    return {
        path: mark for path, mark in marks.items() if path[:1] not in (("sweep",), ("streams",))
    }


def with_setting(
    document: dict[str, Any], own: Marks, setting: dict[str, Any], file: Marks
) -> tuple[dict[str, Any], Places]:
    """A copy of a document with the values of a setting, and where they stand.

    `own` marks the document, and `file` also what is swept.
    """
    variant, places = copied(document), Places(dict(own), {}, file)
    for target, value in setting.items():
        words = tuple(target.split("."))
        if not isinstance(value, Named):
            assign(variant, places.marks, target, value, file["sweep", target])
            places.origins[words] = words
            continue
        assign(variant, places.marks, target, value.value, file[value.place])
        places.origins[words] = value.place
        for path, one in value.more.items():
            assign(variant, places.marks, path, one, file[value.place])
            places.origins[tuple(path.split("."))] = (*value.place, *path.split("."))
    return variant, places


def located(path: Iterable[str | int], message: str, places: Places) -> str:
    """A message on what stands at a path, with its file and line."""
    given, marks = tuple(map(str, path)), places.marks
    words = tuple(word for word in given if word not in UNSEEN)
    of_kind = given[-1:] == (KIND,)
    at = (*words, "kind") if of_kind else words
    for n in range(len(at), 0, -1):
        if at[:n] in places.origins:
            if (moved := (*places.origins[at[:n]], *at[n:])) != at:
                words = moved[:-1] if of_kind and n <= len(words) else moved
                at, marks = moved, places.file
            break
    where, n = mark_of(at, marks)
    shared = ("defaults", *words[2:n])
    if words[:1] == ("streams",) and n > 2 and marks.get(shared) == where and ":" in where:
        words = ("defaults", *words[2:])
    known = where in OPTIONS or where in (f"--set {'.'.join(one)}" for one in (words, at))
    named = "" if known or not words else f"{'.'.join(words)}: "
    return line(f"{where}: {named}{message}", most=1_000)


def mark_of(words: Path, marks: Marks) -> tuple[str, int]:
    """Where a place stands, or what is above it that has a mark, and by how many of its words.

    What has no mark is there for what is in it: then where that stands.
    """
    n = next(n for n in range(len(words), -1, -1) if words[:n] in marks)
    inside = (mark for path, mark in marks.items() if path[: len(words)] == words)
    return (marks[words[:n]], n) if n == len(words) else (next(inside, marks[words[:n]]), n)


class Faults:
    """Mistakes found under the settings of a file; on what settings share, with whose they are."""

    def __init__(self) -> None:
        self.tried = 0  # settings
        self._found: dict[
            str, dict[str, str]
        ] = {}  # by message: by setting, the same with its name
        self._unknown: dict[str, str] = {}  # by what is wrong with a kind: the first message
        self._likewise: dict[str, list[str]] = {}  # by this one: the other places

    def __len__(self) -> int:
        return len(self._found)

    def add(self, path: Iterable[str | int], message: str, places: Places, title: str) -> None:
        """Note a message on what stands at a path, under the setting of a title."""
        words = tuple(map(str, path))
        own = any(words[:n] in places.origins for n in range(1, len(words) + 1))
        text = located(words, message, places)
        first = self._unknown.setdefault(message, text) if words[-1:] == (KIND,) else text
        if first != text and text not in self._found:
            self._likewise.setdefault(first, []).append(".".join(words[:-1]))
            return
        found = self._found.setdefault(text, {})
        found |= {} if own else {title: located(words, f"{title}: {message}", places)}

    @property
    def messages(self) -> list[str]:
        """The messages; one that is not of every setting names the first that has it."""
        return [
            (next(iter(named.values())) if 0 < len(named) < self.tried else message)
            + self._also(message)
            for message, named in self._found.items()
        ]

    def _also(self, message: str) -> str:
        """The other places where the same unknown kind stands."""
        others = [*dict.fromkeys(self._likewise.get(message, ()))]
        more = f" and {len(others) - MOST_PLACES} more" if len(others) > MOST_PLACES else ""
        return f" (likewise {', '.join(others[:MOST_PLACES])}{more})" if others else ""


def renew(scenario: Strict, document: dict[str, Any], places: Places) -> list[str]:
    """Replace the old words in a document by the new ones; returns a note on each."""
    notes = []
    for path, old, new in renewals(scenario, document):
        *above, name = map(str, path)
        entry_at(document, ".".join(above))[name] = new
        notes.append(located(path, renaming(old, new), places))
    return notes


def renewals(part: Any, written: Any, path: tuple = ()) -> Iterator[tuple[tuple, str, str]]:
    """The fields of a part that a scenario has written by an old word: path, old word and new."""
    if isinstance(part, Part) and isinstance(written, dict):
        for name, new in part._renewed(written).items():
            yield (*path, name), written[name], new
    below = entries(written)
    for key, one in entries(part).items():
        if key in below:
            yield from renewals(one, below[key], (*path, key))
