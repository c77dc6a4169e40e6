"""Readable pages: what the HTML of a page needs, beyond its Markdown, to be read in any width."""

import re

WIDE, LONG, BROKEN = 64, 24, 20  # characters: of a line, of numbers that do not wrap, of a name
SENTENCE, FOLDED = 50, 200  # characters of a cell that is a sentence, lines of a block that is shut
BLOCK = re.compile(r'<div class="highlight"><pre>.*?</pre></div>', re.S)
TABLE = re.compile(r'(<div class="stacked[^>]*>\s*)?<table>.*?</table>', re.S)
ROW = re.compile(r"<tr>.*?</tr>", re.S)
HEADING = re.compile(r"<h[1-4] .*?</h[1-4]>")
CELL = re.compile(r"<(t[hd])([^>]*)>(.*?)</\1>", re.S)
NAME = re.compile(r"(?<!</span>)<code>([^<]*)</code>")  # in a line, not in a block
CODE = re.compile(r"<code>.*?</code>")
ALIGNED = re.compile(  # lines of columns, or of one long word
    r"(?:^|(?<=<code>))(?:[^<\n]*\S {2,}\S[^<\n]*|\s*[^<\s]{40,})$", re.M
)
LENGTHY = re.compile(rf"[^\s<>]{{{BROKEN + 1},}}")
BREAKS = re.compile(r"([_./(=,])(?=[A-Za-z])|(?<=[a-z])(?=[A-Z])")
PICTURE = re.compile(r'(<a [^>]*>\s*)?(<img [^>]*src="([^"]*)"[^>]*>)')
NUMBERS = re.compile(r"[\s\d.,;:±·/%–−+-]*(?:(?:to|[kMG]?B|k|M|EUR|s|rows)\b[\s\d.,±·/%–−+-]*)*")


def readable(content: str) -> str:
    """The content of a page: sentences wrap, also in tables, numbers do not, pictures enlarge."""
    content = BLOCK.sub(lambda block: wrapped(block[0]), content)
    content = NAME.sub(named, content)
    content = HEADING.sub(lambda one: CODE.sub(with_breaks, one[0]), content)
    content = CELL.sub(cell, content)
    content = TABLE.sub(stacked, content)
    return PICTURE.sub(enlarged, content)


def wrapped(block: str) -> str:
    """A block whose lines wrap where they are sentences, and neither columns nor a language."""
    if (count := block.count("\n")) > FOLDED:
        return f"<details><summary>Show {count} lines</summary>{block}</details>"
    if '<span class="' in block:
        return block
    lines = [line for line in plain(block).split("\n") if len(line) > WIDE]
    if not lines or any(re.search(r"\S {3,}\S", line) for line in lines):
        return block
    block = ALIGNED.sub(r'<span class="aligned">\g<0></span>', block)
    return block.replace("<pre>", '<pre class="prose">', 1)


def stacked(match: re.Match[str]) -> str:
    """A table of sentences in three columns or more, whose rows are stacks on a narrow screen."""
    heads, *rows = ([plain(one[3]) for one in CELL.finditer(row)] for row in ROW.findall(match[0]))
    longest = max((len(one) for row in rows for one in row[1:]), default=0)
    if match[1] or len(heads) < 3 or longest < SENTENCE:
        return match[0]
    table = ROW.sub(lambda row: headed(row[0], heads), match[0])
    return f'<div class="stacked sentences">{table}</div>'


def headed(row: str, heads: list[str]) -> str:
    """A row whose cells know the heads of their columns."""
    left = iter(heads)

    def cell_with_head(one: re.Match[str]) -> str:
        words = next(left, "")
        return f'<td data-head="{words}: "{one[1]}' if words else one[0]

    return re.sub(r"<td([^>]*>)", cell_with_head, row)


def cell(match: re.Match[str]) -> str:
    """A cell of a table, whose numbers stay on one line, and whose long names may break."""
    tag, attributes, text = match.groups()
    text = text.replace(r"\|", "|")  # which Markdown leaves as it is within code
    text = CODE.sub(with_breaks, text)
    words = plain(text)
    if (
        tag == "td"
        and len(words) <= LONG
        and re.search(r"[\d–]", words)
        and NUMBERS.fullmatch(words)
    ):
        attributes += ' class="number"'
    return f"<{tag}{attributes}>{text}</{tag}>"


def plain(text: str) -> str:
    """A piece of HTML without its tags."""
    return re.sub(r"<[^>]*>", "", text)


def with_breaks(code: re.Match[str]) -> str:
    """Code whose long names may break."""
    return LENGTHY.sub(breakable, code[0])


def breakable(match: re.Match[str]) -> str:
    """A long name, which may break where one of its words ends."""
    return BREAKS.sub(r"\1<wbr>", match[0])


def named(match: re.Match[str]) -> str:
    """Code within a line, whose short words stay whole; an option does not part from its dashes."""
    words = match[1].split(" ")
    if len(words) == 1 and len(words[0]) <= BROKEN:
        return f'<code class="whole">{words[0]}</code>'
    whole = (f'<span class="whole">{word}</span>' if word[:1] == "-" else word for word in words)
    return f"<code>{' '.join(whole)}</code>"


def enlarged(match: re.Match[str]) -> str:
    """A picture that loads when it comes into sight, and opens in its full size at a click."""
    link, picture, source = match.groups()
    picture = picture.replace("<img ", '<img loading="lazy" ')
    return f"{link}{picture}" if link else f'<a class="picture" href="{source}">{picture}</a>'
