"""Style, script, font and chart library of the pages: addresses change with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files

from ainalym.reports.page import FONT, STYLE
from ainalym.reports.palette import DARK, LIGHT, write_variables
from ainalym.web.cache import Document, make_document
from ainalym.web.drawing import DrawingRoom

SCRIPTS = ("site.js", "scenario.js", "flows.js")

FACE = (
    '@font-face{font-family:"Inter";font-style:normal;font-weight:400 700;font-display:swap;'
    f'src:url("{FONT}") format("woff2")}}'
)


def list_assets() -> tuple[str, ...]:
    """List the names of the files that pages may ask for; there are no others."""
    return ("site.css", FONT, "vega.js", *SCRIPTS)


def load_asset(name: str, drawing: DrawingRoom) -> Document:
    """Load a file of the pages.

    Parameters
    ----------
    name
        One of :func:`list_assets`.
    drawing
        Bundles the chart library.

    Returns
    -------
    Document
        Its bytes.

    Raises
    ------
    KeyError
        If there is no such file.
    """
    if name == "vega.js":
        return make_document(drawing.bundle_vega().encode("utf-8"), "text/javascript; charset=utf-8")
    return _load_own_file(name)


@cache
def _load_own_file(name: str) -> Document:
    """Load one of the files that are written by hand."""
    if name == "site.css":
        return make_document(_write_style().encode("utf-8"), "text/css; charset=utf-8")
    if name == FONT:
        font = files("ainalym.reports").joinpath("fonts", FONT).read_bytes()
        return make_document(font, "font/woff2")
    if name in SCRIPTS:
        script = files("ainalym.web").joinpath("static", name).read_bytes()
        return make_document(script, "text/javascript; charset=utf-8")
    raise KeyError(name)


@cache
def find_release() -> str:
    """Find a short name for the present content of all files but the chart library, which its version names.

    Returns
    -------
    str
        Part of the addresses of the files, so that a browser may keep them for ever.
    """
    digest = hashlib.sha256(version("vl-convert-python").encode("ascii"))
    for name in list_assets():
        if name != "vega.js":
            digest.update(_load_own_file(name).body)
    return digest.hexdigest()[:12]


def _write_style() -> str:
    colors = (
        f":root{{{write_variables(LIGHT)}}}"
        f"@media screen and (prefers-color-scheme: dark){{:root{{{write_variables(DARK)}}}}}"
    )
    report = files("ainalym.reports").joinpath("templates", STYLE).read_text(encoding="utf-8")
    site = files("ainalym.web").joinpath("static", "site.css").read_text(encoding="utf-8")
    return "\n".join([FACE, colors, report, site])
