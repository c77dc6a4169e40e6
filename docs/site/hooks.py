"""Hooks of the documentation site: pages that are made when it is built, and their links."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import gallery_pages
import notebooks
import reference
from links import PAGES, ROOT, outside, relinked
from mkdocs.structure.files import File
from readable import readable

MADE = 'class="doc doc-object'  # what is made from docstrings
DOCUMENT = re.compile(r"docs/(\w+)\.md")  # as docstrings name a page beside that of the API
BOOSTS = {  # of pages in a search, others 1: what explains comes before what is for developers
    "tutorials/your_table.md": 3,
    "scenarios.md": 2,
    "design.md": 0.2,
    "contributing.md": 0.2,
    "changelog.md": 0.2,
}
REPORTS = "DRIFTSIM_REPORTS"  # the folder of the reports that pages of the gallery show


def on_config(config):
    """Put the pages that are made into the navigation."""
    for section in config.nav:
        if "Reference" in section:
            families = [{words: reference.page(one)} for one, words in reference.TITLES.items()]
            section["Reference"][:0] = ["reference/index.md", *families]
        if "Gallery" in section:
            scenarios = gallery_pages.scenarios()
            section["Gallery"] += [
                {gallery_pages.name(path): f"gallery/{path.stem}.md"} for path in scenarios
            ]
    return config


def on_files(files, config):
    """Add the pages that are made, and the files outside docs/ that pages lead to."""
    folder = os.environ.get(REPORTS)
    reports = Path(folder).resolve() if folder else None
    made = {**reference.pages(), **gallery_pages.pages(reports), **notebooks.pages()}
    for path, page in PAGES.items():
        made[page] = (ROOT / path).read_text(encoding="utf-8")
    for page, text in made.items():
        files.append(File.generated(config, page, content=text))
    for place, path in copied(files, reports):
        files.append(File.generated(config, place, abs_src_path=str(path)))
    return files


def copied(files, reports: Path | None) -> Iterator[tuple[str, Path]]:
    """Places in the site, and the files that are copied to them."""
    texts = [(one.src_uri, one.content_string) for one in files.documentation_pages()]
    for path in sorted({path for page, text in texts for path in outside(page, text)}):
        yield f"repository/{path}", ROOT / path
    for path in sorted(gallery_pages.PICTURES.glob("*.png")):
        yield f"gallery/pictures/{path.name}", path
    for scenario in gallery_pages.scenarios() if reports else []:
        for path in sorted((reports / scenario.stem).rglob("*.html")):
            yield f"reports/{path.relative_to(reports)}", path


def on_page_markdown(markdown, page, config, files):
    """Lead links to files outside docs/ to their places, and weigh the page in a search."""
    if page.parent is None:
        page.meta.setdefault("hide", ["navigation"])  # which would name this page alone
    page.meta["search"] = {"boost": BOOSTS.get(page.file.src_uri, 1)}
    return relinked(page.file.src_uri, markdown)


def on_page_content(content, page, config, files):
    """Make a page readable in any width, and show what the cells of notebooks do."""
    linked = DOCUMENT.sub(r'<a href="\1.html">\1</a>', content) if MADE in content else content
    return notebooks.with_outputs(page.file.src_uri, readable(linked))
