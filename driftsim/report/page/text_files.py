"""Text files: tables as CSV and sentences as Markdown; names stay plain text.

Names and values of a scenario can come from a stranger, and a spreadsheet takes a cell that starts
with `=`, `+`, `-` or `@` for a formula.
"""

import math
import re
from csv import writer
from datetime import datetime
from io import StringIO
from typing import Any

from driftsim.report.table import Table

FORMULA = re.compile(r"(^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠\t\r\n])")  # also where ; separates
MARKUP = re.compile(r"([\\`<\[\]])")  # of tags, links, pictures and code


def csv(table: Table) -> bytes:
    """A table as the bytes of a CSV file; an apostrophe before a text that looks like a formula."""
    file = StringIO()
    lines = writer(file, lineterminator="\n")
    lines.writerow(map(inert, table))
    lines.writerows(zip(*([*map(cell, table.values(name))] for name in table)))
    return file.getvalue().encode()


def cell(value: Any) -> Any:
    """A value as CSV writes it: a date by ISO 8601, empty where it is not known."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return value.isoformat() if isinstance(value, datetime) else inert(value)


def inert(value):
    """A value of a table; a text so that no spreadsheet runs it."""
    return FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def markdown(question, verdict) -> bytes:
    """A question and a verdict as the bytes of a Markdown file, without tags and links."""
    parts = [escaped(question)] if question else []
    for block in verdict:
        parts += [escaped(block.text), "\n".join(f"- {escaped(item)}" for item in block.items)]
        if block.table is not None:
            head, rows = [*block.table], block.table.cells()
            lines = [head, ["---"] * len(head), *(map(in_cell, row) for row in rows)]
            parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def escaped(text):
    """A text without the markup that Markdown would read in it."""
    return MARKUP.sub(r"\\\1", text)


def in_cell(text):
    """A text in a cell of a table."""
    return escaped(text).replace("|", r"\|")
