"""Encodings: the bytes of a text file as UTF-8."""

import codecs
import re

MARKS = {  # the bytes that a text may begin with
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f\x81\x8d\x8f\x90\x9d]")  # in Windows' cp1252
SAVE = "save the file in UTF-8, or give its encoding"


def in_utf8(data: bytes, encoding: str | None = None) -> tuple[bytes, str]:
    """A text in UTF-8, without the mark at its start, and the encoding that it was in.

    Where none is given, it is that of the mark, UTF-8, or, where that does not fit at all, cp1252.
    Raises `ValueError` if the bytes are no text, or UTF-8 with a few wrong ones.
    """
    mark = next((mark for mark in MARKS if data.startswith(mark)), b"")
    given = encoding is not None
    encoding = codecs.lookup(encoding or MARKS.get(mark, "utf-8")).name
    if encoding != "utf-8":
        data = decoded(data, encoding).encode()
    else:
        data = data[len(mark) :] if mark == codecs.BOM_UTF8 else data
        wrong = None if data.isascii() else first_wrong(data)
        if wrong is not None:
            if given or not data[:wrong].isascii() or NO_TEXT.search(data):
                raise ValueError(f"byte {wrong} is no text in UTF-8; {SAVE}")
            data, encoding = decoded(data, "cp1252").encode(), "cp1252"
    if b"\0" in data:
        place = len(data[: data.index(b"\0")].decode(errors="replace"))
        raise ValueError(f"character {place} is no text; {SAVE}")
    return data, encoding


def decoded(data, encoding):
    """The text in bytes."""
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is no text in {encoding}; {SAVE}") from None


def first_wrong(data):
    """The place of the first byte that is not of a text in UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def is_encoding(name: str) -> bool:
    """Whether Python knows an encoding of texts by this name."""
    try:
        "".encode(name)
    except (LookupError, ValueError):
        return False
    return True
