"""Regrouped files: Parquet with groups of rows too large for memory, written once in others."""

import json
import os
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from driftsim.files import content_hash, file_hash, local
from driftsim.streams.tables.large import stored
from driftsim.streams.tables.large.stored import File, Stored, is_parquet, joined, parquet_file
from driftsim.user_cache import place


def in_small_groups(source: Stored, columns: int) -> Stored:
    """The same table in groups of which so many columns can be read at once.

    Parquet files with larger ones are copied to the user's cache once; other files are refused.
    """
    most = stored.MOST_AT_ONCE // columns
    files: dict[str, File] = {}
    for path, file in source.files.items():
        if max(file.groups, default=0) > most:
            if not is_parquet(path):
                raise ValueError(
                    f"a batch of {os.path.basename(path)} has {max(file.groups):,} rows, which are "
                    f"read at once; write the file again in batches of at most {most:,} rows"
                )
            path = str(regrouped(path, max(min(stored.FEW, most // 4), 1)))
            file = parquet_file(path)
        files[path] = file
    return joined(files, columns)._replace(lines=source.lines)


def regrouped(path: str, rows: int) -> Path:
    """A copy of a Parquet file in groups of so many rows; made where there is none."""
    from filelock import FileLock

    about = json.dumps([file_hash(path), rows, version("pyarrow")])
    made = place("converted") / f"{content_hash(about.encode())}.parquet"
    with FileLock(made.with_suffix(".lock")):
        if not made.exists():
            unfinished = made.with_suffix(f".{os.getpid()}")
            try:
                copy(path, unfinished, rows)
                unfinished.replace(made)
            finally:
                with suppress(OSError):
                    unfinished.unlink(missing_ok=True)
    return made


def copy(path: str, made: Path, rows: int) -> None:
    """Write a Parquet file again in groups of so many rows."""
    from pyarrow import parquet

    text = f"{path}: its row groups are too large for memory; it is written again in smaller ones, "
    print(f"{text}once, in {made.parent}", file=sys.stderr, flush=True)
    with (
        parquet.ParquetFile(local(path), pre_buffer=False, buffer_size=stored.BUFFER) as file,
        parquet.ParquetWriter(made, file.schema_arrow, compression="zstd") as writer,
    ):
        for batch in file.iter_batches(rows, use_threads=False):
            writer.write_batch(batch)
