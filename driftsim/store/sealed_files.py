"""Sealed files: Parquet with its own hash, so that no damaged byte is ever read as a number."""

import hashlib
import json
from pathlib import Path
from typing import Any

from driftsim.atomic import StoreError, write_atomically
from driftsim.files import reason
from driftsim.messages import line

SEAL, BLANK = b"driftsim-seal:", b"0" * 64  # what a file's own hash follows, and stands in for


def write(columns: dict[str, Any], path: Path, about: dict[str, Any]) -> None:
    """Write columns of Arrow into a file whose metadata say what it is `about`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    metadata = {"driftsim": json.dumps(about), "seal": (SEAL + BLANK).decode()}
    table = pa.table(columns, metadata=metadata)
    with pa.BufferOutputStream() as file:
        pq.write_table(table, file, compression="zstd", write_page_checksum=True)
        write_atomically(path, sealed(file.getvalue().to_pybytes()))


def read(path: Path, run: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The table in a file and what it is about, all that a `run` is; raises `StoreError`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        content = path.read_bytes()
        check_seal(content)
        reader = pa.BufferReader(content)
        # pq.read_table takes 1.4 times as long, by way of data sets. No threads: Arrow 18 now
        # and then ends a process badly whose threads have just read a file.
        file = pq.ParquetFile(reader, page_checksum_verification=True, pre_buffer=False)
        table = file.read(use_threads=False)
        about = json.loads(table.schema.metadata[b"driftsim"])
        check_run(about, run)
    except OSError as error:
        cause = reason(error)
    except (pa.ArrowException, TypeError, KeyError, ValueError) as error:
        cause = str(error)
    else:
        return table, about
    message = f"{path}: cannot be read: {cause}; delete it, or run again with --fresh"
    raise StoreError(line(message, most=1_000)) from None


def sealed(content: bytes) -> bytes:
    """The bytes of a file, its own hash in place of the blank one."""
    start = content.rindex(SEAL + BLANK) + len(SEAL)
    return content[:start] + seal_of(content, start) + content[start + len(BLANK) :]


def check_seal(content: bytes):
    """Check that bytes are those that were sealed; raises `ValueError` if a single bit differs.

    This comes before any parsing: a reader of Parquet may fail in any way on damaged bytes.
    """
    start = content.rfind(SEAL) + len(SEAL)
    if start < len(SEAL):
        raise ValueError("it is damaged, or of a version of driftsim that sealed no files")
    if content[start : start + len(BLANK)] != seal_of(content, start):
        raise ValueError("it is damaged")


def seal_of(content: bytes, start: int) -> bytes:
    """The hash of a file in which the hash itself, which begins at `start`, is blank."""
    view, seal = memoryview(content), hashlib.sha256()
    for part in (view[:start], BLANK, view[start + len(BLANK) :]):
        seal.update(part)
    return seal.hexdigest().encode()


def check_run(about: dict[str, Any], run: dict[str, Any]):
    """Check that metadata are about a run; raises `ValueError` if they are about another one."""
    if json.dumps({name: about.get(name) for name in run}) != json.dumps(run):
        raise ValueError("it is of another run, whose file has been moved or copied here")
