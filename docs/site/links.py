"""Links of the pages: those to files outside docs/ lead to their places in the site."""

import posixpath
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
PLACES = {
    **PAGES,
    "README.md": "index.md",
    "scenarios": "gallery/index.md",
    "scenarios/README.md": "gallery/index.md",
    "docs/clusters": "scale.md",
    "docs/kinds.md": "reference/index.md",  # which lists the same, made from the classes
    "docs/tutorials/teaching.ipynb": "tutorials/teaching_notebook.md",
}
NAMED = re.compile(r"\[[\w/.]+\.md\]\((?!https?:)([^()\s#]+\.md)(?=[#)])")
TARGET = re.compile(r"(?<=\]\()(?!https?:)([^()\s#]+)(?=[#)])")
FENCED = re.compile(r"(^ *```.*?^ *```)", re.M | re.S)


def origin(page: str) -> str:
    """Where in the repository a page of the site comes from."""
    return {site: path for path, site in PAGES.items()}.get(page, f"docs/{page}")


def place(path: str) -> str:
    """Where in the site a file of the repository is."""
    if path in PLACES:
        return PLACES[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if re.fullmatch(r"scenarios/.*\.yaml", path):
        return f"gallery/{Path(path).stem}.md"
    return f"repository/{path}"


def outside(page: str, text: str) -> set[str]:
    """The files outside docs/ that a page links to, and which have to be put into the site."""
    paths = {resolved(page, target) for target in TARGET.findall(text)}
    return {path for path in paths if place(path) == f"repository/{path}"}


def resolved(page: str, target: str) -> str:
    """The file of the repository that a page's link leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(origin(page)), target))


def relinked(page: str, text: str) -> str:
    """The text of a page, with links that hold in the site."""

    def moved(match: re.Match[str]) -> str:
        path = resolved(page, match[1])
        if path.startswith("docs/") and path not in PLACES and origin(page) == f"docs/{page}":
            return match[1]
        return posixpath.relpath(place(path), posixpath.dirname(page) or ".")

    parts = FENCED.split(text)
    parts[::2] = [TARGET.sub(moved, titled(page, part)) for part in parts[::2]]
    return "".join(parts)


def titled(page: str, text: str) -> str:
    """The text of a page, in which links named by a file of docs/ have the title of that page."""

    def named(match: re.Match[str]) -> str:
        path = ROOT / resolved(page, match[1])
        heading = re.search(r"^# (.*)$", path.read_text(encoding="utf-8"), re.M)
        return f"[{heading[1].partition(': ')[0]}]({match[1]}"

    return NAMED.sub(named, text)
