"""Packed files: what is inside .gz, .bz2, .zst and .zip, known by their first bytes."""

import io
import zipfile
from pathlib import Path

PACKED = {
    **{b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd"},
    **{b"PK\x03\x04": "zip", b"PK\x05\x06": "zip"},  # the latter if it is empty
}
ENDINGS = (".gz", ".bz2", ".zst", ".zip")  # of their names


def unpacked_name(path: str) -> str:
    """The name of what is packed in a file; its own where it is not packed."""
    name = Path(path).name
    return Path(name).stem if name.lower().endswith(ENDINGS) else name


def unpacked(path: str, data: bytes, suffixes: tuple[str, ...]) -> tuple[str, bytes]:
    """The name and the bytes of a table, unpacked where they are packed.

    Raises `ValueError` if a file is damaged, or a .zip holds other than one table: a file with
    one of the suffixes.
    """
    import pyarrow as pa

    way = next((way for mark, way in PACKED.items() if data.startswith(mark)), None)
    if way is None or Path(path).suffix.lower() == ".npz":
        return unpacked_name(path), data
    try:
        if way == "zip":
            return from_zip(path, data, suffixes)
        with pa.CompressedInputStream(pa.BufferReader(data), way) as stream:
            return unpacked_name(path), stream.read()
    except (OSError, EOFError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise ValueError(f"it cannot be unpacked ({error}); pack it again") from None


def from_zip(path, data, suffixes):
    """The name and the bytes of the one table in a .zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [one for one in archive.namelist() if not one.endswith("/")]
        tables = [one for one in names if one.lower().endswith(suffixes)] or names
        tables = [one for one in tables if not one.startswith("__MACOSX/")]
        if len(tables) != 1:
            holds = f"it holds {', '.join(tables[:10])}" if tables else "it holds no file"
            raise ValueError(f"{holds}; a .zip should hold one table")
        name = Path(tables[0]).name
        return name if name.lower().endswith(suffixes) else unpacked_name(path), archive.read(
            tables[0]
        )
