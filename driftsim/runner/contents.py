"""Contents: what runs need beside themselves, files and large objects, each known by its hash."""

import hashlib
import os
import platform
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, NamedTuple

from driftsim.files import EDITED, content_hash, reading_copies, reason
from driftsim.messages import ScenarioError, line
from driftsim.objects import Snapshot, sent
from driftsim.runner.copies import Copies
from driftsim.runner.engines import pickled
from driftsim.runner.execution import Result, execute
from driftsim.runner.runs import Run
from driftsim.streams.tables.frames import Cells
from driftsim.workers.team import PREFIX

PIECE = 8_000_000  # bytes that are held at once of what is sent
LARGE = 1_000_000  # bytes of an object that is not sent with each run
SMALL = 100_000  # bytes of a file that can be sent with each run
MOST_OPEN = 200  # files that are held open, so that they can be read when their names are gone
PYTHON = ".".join(platform.python_version_tuple()[:2])
_reading = Lock()  # a file that is held open has one position


class Packed(NamedTuple):
    """A run as it is sent, and the hashes of all that it needs beside itself."""

    run: bytes
    parts: dict[str, str]  # hashes of the files of own parts, by path
    needs: dict[str, str]  # of these, of other files and of large objects, by path or name
    small: dict[str, bytes] = {}  # the bytes of some of them, by their hashes
    python: str = PYTHON  # that wrote it


class Contents:
    """What some runs need beside themselves, each once; its bytes are read as they are sent."""

    def __init__(self, runs: Iterable[Run]):
        self._held = ExitStack()
        self._sources: dict[str, Source] = {}  # by hash
        self._objects: dict[int, tuple[Any, str | None]] = {}  # and their names, by id
        self._small: dict[str, bytes | None] = {}  # of files, by hash
        different = {id(one): one for run in runs for one in (run.parts, run.files)}
        for hashes in different.values():
            for path, digest in hashes.items():
                if digest not in self._sources:
                    file = opened(path) if len(self._sources) < MOST_OPEN else None
                    self._sources[digest] = Source(path, file and self._held.enter_context(file))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._held.close()

    def packed(self, run: Run) -> Packed:
        """A run to be sent without its large objects; `ScenarioError` if it cannot be pickled."""
        names: dict[str, str] = {}

        def apart(part):
            name = self._name(part) if isinstance(part, Snapshot | Cells) else None
            if name is not None:
                names[name] = name.rpartition(" ")[2]
            return name

        return Packed(pickled(run, apart), run.parts, run.parts | run.files | names)

    def packed_here(self, run: Run) -> Packed:
        """The same for a process of this machine, which reads files at their own paths."""
        packed = self.packed(run)
        files = run.parts.keys() | run.files.keys()
        return packed._replace(needs={k: v for k, v in packed.needs.items() if k not in files})

    def whole(self, run: Run) -> Packed:
        """A run to be sent with its objects and its small files; raises `ScenarioError`, too."""
        needs = run.parts | run.files
        found = {digest: self._bytes(digest) for digest in needs.values()}
        small = {digest: content for digest, content in found.items() if content is not None}
        return Packed(pickled(run), run.parts, needs, small)

    def pieces(self, digest: str) -> Iterator[bytes]:
        """The bytes that have a hash, a piece at a time.

        Raises `ScenarioError` for a file that cannot be read, or has another hash by now.
        """
        return self._sources[digest].pieces(digest)

    @cached_property
    def _folder(self):
        """A folder of large objects, where processes of this machine read them."""
        prefix = f"{PREFIX}{os.getpid()}-"
        return self._held.enter_context(tempfile.TemporaryDirectory(prefix=prefix))

    def _bytes(self, digest):
        """The bytes of a small file; None where it is none, or no longer what it was."""
        if digest not in self._small:
            try:
                first = next(self.pieces(digest), b"")
            except ScenarioError:
                first = b""
            fits = len(first) <= SMALL and content_hash(first) == digest
            self._small[digest] = first if fits else None
        return self._small[digest]

    def _name(self, part):
        """The name of a large object, which ends in its hash; None for others."""
        if id(part) not in self._objects:
            content, name = sent(part), None
            if len(content) >= LARGE:
                digest = content_hash(content)
                name = os.path.join(self._folder, f"object {digest}")
                Path(name).write_bytes(content)
                self._sources.setdefault(digest, Source(name, None))
            self._objects[id(part)] = part, name
        return self._objects[id(part)][1]


class Source(NamedTuple):
    """Where bytes are read that are sent."""

    path: str
    file: BinaryIO | None  # that is held open

    def pieces(self, digest: str) -> Iterator[bytes]:
        """Its bytes, a piece at a time; raises `ScenarioError`. Several threads may read them."""
        found, at = hashlib.sha256(), 0
        try:
            with ExitStack() as stack:
                file = self.file or stack.enter_context(open(self.path, "rb"))
                while piece := self._piece(file, at):
                    found.update(piece)
                    at += len(piece)
                    yield piece
        except OSError as error:
            raise ScenarioError(line(f"{self.path}: cannot be read: {reason(error)}")) from None
        if found.hexdigest() != digest:
            raise ScenarioError(line(f"{self.path}: {EDITED}"))

    def _piece(self, file, at):
        with _reading:
            file.seek(at)
            return file.read(PIECE)


def opened(path: str) -> BinaryIO | None:
    """A file, open to be read; None where that cannot be."""
    try:
        return open(path, "rb")
    except OSError:
        return None


def execute_packed(
    packed: Packed,
    report: Callable[[int], None] = lambda row: None,
    bring: Callable[[dict[str, str]], None] = lambda lacking: None,
    place: str = platform.node(),
) -> Result:
    """Play a run in a place, in a process that has none of its files, or all of them.

    `bring` is given what is neither at its path nor among the copies of this machine, as hashes by
    path or name, and has copies made; it raises `ScenarioError` for what cannot be brought. Files
    that it leaves out are looked for at their own paths.
    """
    if packed.python != PYTHON:  # a pickle of functions is for one version alone
        message = f"the process that was to play it, on {place}, has Python {PYTHON} in the place"
        failure = f"{message} of {packed.python}; install the same there"
        return Result(None, failure, None, (), refused=True)
    try:
        places = places_of(packed, bring) if packed.needs else {}
    except ScenarioError as error:
        return Result(None, str(error), None, ())
    except OSError as error:
        failure = f"a copy of what the run needs cannot be kept on {place}: {reason(error)}"
        return Result(None, line(failure), None, (), refused=True)
    with reading_copies(places):
        return execute(packed.parts, packed.run, report, place)


def places_of(packed: Packed, bring: Callable[[dict[str, str]], None]) -> dict[str, str]:
    """Where all that a run needs is read, by path or name, once it has been brought."""
    copies = Copies()
    places = copies.places(packed.needs)
    lacking = {one: digest for one, digest in packed.needs.items() if one not in places}
    if not lacking:
        return places
    for digest in {*lacking.values()} & packed.small.keys():
        copies.add(digest, [packed.small[digest]])
    bring({one: digest for one, digest in lacking.items() if digest not in copies})
    return copies.places(packed.needs)
