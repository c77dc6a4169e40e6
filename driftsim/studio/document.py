"""Document: the page of the studio as text, with all it needs inside, and what it may do."""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from driftsim.report.page.document import source as chart_source

CHART = (  # scripts of the report's page, which draw the same curves
    *("unpack", "dates", "windows", "ranking", "metrics", "curves", "svg", "chart", "view"),
    *("reading", "amounts"),
)
OWN = (
    *("scales", "panel", "world", "board", "legend", "stage", "connection"),
    *("adding", "studio"),
)
WHOLE = '"use strict";\n(() => {{\n{}}})();\n'


@cache
def document() -> str:
    """The page, which asks for nothing but its own server."""
    scripts = [*(chart_source(f"{name}.js") for name in CHART), *(own(f"{n}.js") for n in OWN)]
    parts = {
        "STYLE": chart_source("page.css") + own("studio.css"),
        "SCRIPT": WHOLE.format("\n".join(scripts)),
    }
    text = own("studio.html")
    for name, content in parts.items():
        text = text.replace(f"/* {name} */", content)
    return text


def own(name: str) -> str:
    """A file of the page as text."""
    return files("driftsim.studio").joinpath("page", name).read_text(encoding="utf-8")


@cache
def policy_of(text: str) -> str:
    """What the page may do: run its own script, and ask its own server."""
    script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)[-1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
