"""Copies: files that were brought to this machine, kept by their hashes, for later studies too."""

import os
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

from driftsim.atomic import DAY, UNFINISHED, older_than, this_host
from driftsim.files import file_hash, is_file
from driftsim.user_cache import place

MOST_BYTES = 20_000_000_000  # of copies that have not been used for a day
NAME = "content"  # of the file in the folder of a copy, whose time says when it was used last


class Copies:
    """A folder of copies of files from other machines, each in a folder named by its hash."""

    def __init__(self, sender: str = ""):
        self.folder, self._sender = place("copies"), sender or str(os.getpid())

    def __contains__(self, digest: str) -> bool:
        return self._path(digest).exists()

    def places(self, needs: Mapping[str, str]) -> dict[str, str]:
        """Where files are read whose hashes are given by their paths: in copies, where there are.

        Those that have this hash at their own path are read there; others without a copy are left
        out. A copy that is damaged is removed.
        """
        found = {}
        for path, digest in needs.items():
            if self._whole(digest):
                with suppress(OSError):
                    os.utime(self.folder / digest)
                found[path] = str(self._path(digest))
            elif has_hash(path, digest):
                found[path] = path
        return found

    def add(self, digest: str, pieces: Iterable[bytes]) -> None:
        """Keep a file that comes in pieces; it appears whole or not at all.

        Raises `ValueError` if it has another hash, `OSError` if it cannot be written.
        """
        first = 0
        try:
            for piece in pieces:
                self.add_piece(digest, first, piece)
                first += len(piece)
            self.finish(digest)
        finally:
            self.drop(digest)

    def add_piece(self, digest: str, first: int, piece: bytes) -> None:
        """Keep bytes from `first` on of a file that is not whole yet; those from 0 on come first.

        Raises `ValueError` where those before are not there.
        """
        with open(self._unfinished(digest), "ab" if first else "wb") as file:
            if file.tell() != first:
                raise ValueError("pieces of a file came in another order")
            file.write(piece)

    def finish(self, digest: str) -> None:
        """Keep a file whose pieces have all come; raises `ValueError` if it has another hash."""
        unfinished = self._unfinished(digest)
        try:
            unfinished.touch()  # of a file without bytes no piece has come
            if file_hash(unfinished, large=False) != digest:
                raise ValueError("a file has come with another content than was announced")
            self._path(digest).parent.mkdir(exist_ok=True)
            with suppress(PermissionError):  # another process reads the same on Windows
                unfinished.replace(self._path(digest))
        finally:
            self.drop(digest)
        self.remove_unused()

    def drop(self, digest: str) -> None:
        """Forget the pieces of a file that does not become whole."""
        with suppress(OSError):
            self._unfinished(digest).unlink(missing_ok=True)

    def remove_unused(self) -> None:
        """Remove the copies unused for longest while all take too much room; never today's."""
        for stale in self.folder.glob(f"*{UNFINISHED}"):
            with suppress(OSError):
                if older_than(stale, DAY):
                    stale.unlink()
        used = []
        for path in self.folder.glob(f"*/{NAME}"):
            with suppress(OSError):
                used.append((path.parent.stat().st_mtime, path.stat().st_size, path.parent))
        room = MOST_BYTES - sum(size for _, size, _ in used)
        for at, size, folder in sorted(used):
            if room >= 0 or time.time() - at < DAY:
                break
            shutil.rmtree(folder, ignore_errors=True)
            room += size

    def _whole(self, digest):
        """Whether there is a copy that has its hash; any other is removed, to be brought again."""
        with suppress(FileNotFoundError):
            if file_hash(self._path(digest)) == digest:
                return True
            shutil.rmtree(self.folder / digest, ignore_errors=True)
        return False

    def _path(self, digest):
        return self.folder / digest / NAME

    def _unfinished(self, digest):
        return self.folder / f"{digest}.{this_host()}.{self._sender}{UNFINISHED}"


def has_hash(path: str, digest: str) -> bool:
    """Whether a file of this machine has a hash."""
    try:
        return is_file(path) and file_hash(path) == digest
    except OSError:
        return False
