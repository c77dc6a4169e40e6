"""Ground floor: files, their hashes, and why one cannot be read or written."""

from hashlib import sha256
from pathlib import Path

EDITED = "it has been edited since it was first read; run the study again"


def content_hash(content: bytes) -> str:
    """The SHA-256 of bytes, in hexadecimal digits."""
    return sha256(content).hexdigest()


def file_hash(path: str | Path) -> str:
    """The hash of the bytes of a file; raises `OSError` if it cannot be read."""
    return content_hash(Path(path).read_bytes())


def reason(error: OSError) -> str:
    """Why a file cannot be read or written, in a few words."""
    return (error.strerror or str(error)).lower()
