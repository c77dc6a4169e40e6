"""Figure cell: a figure of matplotlib as a notebook shows it, on light and on dark ground."""

from base64 import b64encode
from html import escape

NAME = "driftsim-figure"
DARK = (  # what notebooks with a dark theme are within
    '[data-jp-theme-light="false"]', ".vscode-dark", ".vscode-high-contrast",
    'html[theme="dark"]', '[data-md-color-scheme="slate"]',
)  # fmt: skip
THEMED = "[data-jp-theme-light], .vscode-light, html[theme], [data-md-color-scheme]"
TURNED = "filter: invert(1) hue-rotate(180deg); mix-blend-mode: screen"  # hues stay, white goes
STYLE = f"""<style>
.{NAME} {{ max-width: 100%; height: auto; mix-blend-mode: multiply }}
:is({", ".join(DARK)}) .{NAME} {{ {TURNED} }}
@media (prefers-color-scheme: dark) {{ .{NAME}:not(:is({THEMED}) *) {{ {TURNED} }} }}
</style>"""


def figure_cell(picture: bytes, words: str, width: float) -> str:
    """A picture (PNG) `width` pixels wide, and what is read in its place.

    Where the ground is dark, it is turned as the figures of a page are: what is light is dark,
    hues are the same, and the ground of the notebook shows through.
    """
    data = f"data:image/png;base64,{b64encode(picture).decode()}"
    return f'{STYLE}<img class="{NAME}" width="{width:.0f}" alt="{escape(words)}" src="{data}">'
