"""Reference pages: eight kinds of study look as they did, in two widths, in light and dark.

What is compared is a quarter of the size and blurred, so that fonts may be drawn in another way.
This finds figures in the wrong layout or mode, parts that are missing, wrap or overlap, and rows
of controls that move what follows; it cannot find a wrong number, or a line that is a pixel off.
"""

import pytest
from reference_pages import difference, kept, page_of, shot, shots, studies

pytestmark = [pytest.mark.slow, pytest.mark.any_version]
MOST = 0.015  # of the pixels
FAULTS = {  # a fault of the style, and where it is to be seen
    "figures that are scaled": ("figure .for-narrow { height: 100px }", 400),
    "light figures in the dark": ("figure svg, #picture { filter: none !important }", 1280),
    "no legend": ("#legend { display: none }", 1280),
    "no chart": ("#picture { visibility: hidden }", 1280),
    "a table that does not scroll": (".wide { overflow: visible } table { font-size: 2rem }", 400),
}  # fmt: skip
NAMED = {"button", "link", "checkbox", "combobox", "textbox", "slider", "image", "table", "region"}
ADD = "document.head.append(Object.assign(document.createElement('style'), {textContent: arguments[0], id: 'fault'}))"  # noqa: E501


@pytest.fixture(scope="module")
def every(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    return {name: page_of(name, results, folder) for name, results in studies(folder)}


def test_pages_look_as_they_did(every, chromium):
    found = {}
    for name, path in every.items():
        for view, opened, picture in shots(chromium, path):
            found[f"{name}-{view}"] = difference(picture, kept(f"{name}-{view}"))
            assert opened.ask("return document.documentElement.scrollWidth <= innerWidth"), name
        assert not unnamed(chromium), name
    changed = {name: round(share, 3) for name, share in found.items() if share > MOST}
    assert not changed, "if that is meant, run python tests/reference_pages.py and look at them"


def unnamed(chromium):
    """The parts of the page that is open that a screen reader has no name for."""
    nodes = chromium.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = [(one.get("role", {}).get("value"), one) for one in nodes if not one.get("ignored")]
    return [one for role, one in roles if role in NAMED and not one.get("name", {}).get("value")]


def test_a_broken_layout_is_found(every, chromium):
    path = every["first"]
    opened = [one for _, one, _ in shots(chromium, path)][-1]
    for words, (style, width) in FAULTS.items():
        opened.ask(ADD, style)
        picture = shot(opened, width, dark=True)
        opened.ask("document.getElementById('fault').remove()")
        assert difference(picture, kept(f"first-{width}-dark")) > MOST, (
            words,
            difference(picture, kept(f"first-{width}-dark")),
        )
