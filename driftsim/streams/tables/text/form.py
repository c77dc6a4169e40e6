"""Form: how the rows of a text file are written, guessed from its start where it is not given."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from driftsim.messages import short
from driftsim.streams.tables.cells import MISSING

SAMPLE = 1 << 17  # bytes at the start of a text that guesses are made from
ROWS = 500  # of them, at most
SEPARATORS = {";": "';'", "\t": "'\\t'", "|": "'|'", ",": "','", " ": "' '"}  # as YAML has them
COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")  # a number with a decimal comma, perhaps
POINT = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?")
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
IN_APOSTROPHES = re.compile(r"(?m)(?:^|[,;\t|] *)'[^'\n]*'(?= *(?:[,;\t|]|$))")
OPEN_APOSTROPHE = re.compile(r"(?m)(?:^|[,;\t|] *)'")
RUN = re.compile(rb'"[^"\n]*"|(?m:^ +| +(?=\r?$))|( +)')  # of blanks, outside quotes


class Given(NamedTuple):
    """What a scenario says of the form of a text file; None where it is guessed."""

    separator: str | None = None
    decimal: str | None = None
    quote: str | None = None  # a character; empty for none
    encoding: str | None = None
    header: bool | None = None
    missing: tuple[str, ...] = MISSING  # cells without a value
    alone: bool = False  # whether there may be one column only
    texts: frozenset[str] = frozenset()  # columns that are read as text, whatever they hold


class Form(NamedTuple):
    """How the rows of a text are written."""

    separator: str = ","
    decimal: str = "."
    quote: str = '"'
    escape: str = ""  # a character before a quote in a quoted cell; none where they are doubled

    def rows(self, text: str) -> list[list[str]]:
        """The first rows of a text that are not empty, cut into cells."""
        return [*islice((cells for _, cells in self.lines(text) if cells), ROWS)]

    def lines(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """The rows of a text, cut into cells, and how many lines there are up to their ends.

        Raises `csv.Error` for a cell that is longer than 131,072 characters.
        """
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=self.separator,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            doublequote=not self.escape,
            escapechar=self.escape or None,
        )
        for cells in reader:
            yield reader.line_num, cells

    def notes(self, given: Given) -> list[str]:
        """What was guessed, and is not as in most files."""
        usual = Form()
        return [
            f"{key} {short(value)}" if key != "separator" else f"{key} {SEPARATORS[value]}"
            for key, value in self._asdict().items()
            if key != "escape" and getattr(given, key) is None and value != getattr(usual, key)
        ]


def start_of(text: bytes, begin: int = 0) -> str:
    """Whole lines of a text from byte `begin` on, from which its form is guessed."""
    end, most = len(text), begin + SAMPLE
    if end > most:
        end = text.rfind(b"\n", begin, most) + 1 or text.find(b"\n", most) + 1 or end
    return text[begin:end].decode(errors="replace")


def form_of(start: str, given: Given) -> Form:
    """The form of a text with this start; `ValueError` if it is not plain."""
    quote = quote_of(start) if given.quote is None else given.quote
    form = Form(quote=quote)
    try:
        separator = given.separator or separator_of(start, form)
        form = form._replace(separator=separator)
        if given.decimal:
            return form._replace(decimal=given.decimal)
        decimal = "." if separator == "," else decimal_of(form.rows(start))
    except csv.Error as error:
        raise ValueError(f"its header is not valid ({error}); name its columns there") from None
    return form._replace(decimal=decimal)


def quote_of(start: str) -> str:
    """The sign around cells that hold separators."""
    if '"' in start:
        return '"'
    found = len(IN_APOSTROPHES.findall(start))
    return "'" if found and found == len(OPEN_APOSTROPHE.findall(start)) else '"'


def separator_of(start: str, form: Form) -> str:
    """What stands between the cells: what cuts most rows into equally many."""
    shares = {sep: evenness(form._replace(separator=sep).rows(start)) for sep in ";\t|,"}
    best, blanks = max(shares.values()), one_blank(start.encode()).decode()
    blank = evenness(form._replace(separator=" ").rows(blanks))
    if best < 0.5:
        return " " if blank == 1 else max(shares, key=lambda sep: (shares[sep], sep == ","))
    among = [sep for sep, share in shares.items() if share == best]
    torn = any(' "' in cell or '" ' in cell for cell in cells_of(start, form))
    if among == [","] and blank == 1 and (torn or commas_are_decimal(blanks, form, " ")):
        if best < 1:
            return " "
        among.append(" ")
    if len(among) > 1 and (among[0] == "," or not commas_are_decimal(start, form, among[0])):
        ways = " or ".join(f"separator: {SEPARATORS[sep]}" for sep in among)
        raise ValueError(f"its rows can be cut in several ways; write {ways}")
    return among[0]


def cells_of(start, form):
    """The cells at the start of a text."""
    return [cell.strip() for row in form.rows(start) for cell in row]


def evenness(rows):
    """The share of rows that have as many cells as most of them, if these are several."""
    most, times = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
    times += len(rows) > 1 and len(rows[0]) == most - 1 > 1  # row labels have no name in R
    return times / len(rows) if most > 1 else 0.0


def commas_are_decimal(start, form, separator):
    """Whether all cells with commas, cut at a separator, are numbers with a decimal comma."""
    cells = cells_of(start, form._replace(separator=separator))
    return all(COMMA.fullmatch(cell) for cell in cells if "," in cell)


def decimal_of(rows: list[list[str]]) -> str:
    """Whether numbers have a decimal point or comma; `ValueError` if cells may have either."""
    cells = [cell.strip() for row in rows for cell in row]
    commas, points = ([c for c in cells if form.fullmatch(c)] for form in (COMMA, POINT))
    if not commas:
        return "."
    why = "write decimal: ',' or decimal: '.'"
    if points:
        raise ValueError(f"it holds {short(commas[0])} and {short(points[0])}; {why}")
    if all(map(THOUSANDS.fullmatch, commas)):
        raise ValueError(f"{short(commas[0])} can be a fraction or thousands; {why}")
    return ","


def one_blank(text: bytes) -> bytes:
    """A text with one blank for each run of them, and none at the ends of lines."""
    if b" " not in text:
        return text
    return RUN.sub(lambda run: b" " if run[1] else run[0].strip(b" "), text)
