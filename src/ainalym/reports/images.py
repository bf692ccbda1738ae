"""Charts as images, without a browser, in a font that has the Kazakh letters."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from ainalym.errors import InputError, Problem
from ainalym.reports.chart_parts import Spec

PIXELS_PER_POINT = 2.0
"""How many pixels of a PNG stand for one pixel of the layout, so that print is sharp."""

FORMATS = (".png", ".svg", ".pdf")


@cache
def load_converter() -> Any:
    """Load the converter and make the shipped fonts known to it, once.

    Returns
    -------
    module
        ``vl_convert``.
    """
    import vl_convert

    with as_file(files(__package__).joinpath("fonts")) as folder:
        vl_convert.register_font_directory(str(folder))
    return vl_convert


def render_svg(spec: Spec) -> str:
    """Render a specification as SVG.

    Parameters
    ----------
    spec
        Vega-Lite specification of :mod:`ainalym.reports.charts`.

    Returns
    -------
    str
        SVG text.
    """
    return str(load_converter().vegalite_to_svg(spec, format_locale=_number_locale(spec)))


def write_image(spec: Spec, path: Path) -> None:
    """Write a chart as an image.

    Parameters
    ----------
    spec
        Vega-Lite specification of :mod:`ainalym.reports.charts`.
    path
        File to write; its ending, ``.png``, ``.svg`` or ``.pdf``, decides the format.

    Raises
    ------
    InputError
        [VIE-002] for any other ending.
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        expected = f"a name that ends in {', '.join(FORMATS)}"
        raise InputError(
            Problem("VIE-002", f"file '{path.name}'", repr(ending), expected, "Give it one of these endings.")
        )
    if ending == ".svg":
        path.write_text(render_svg(spec), encoding="utf-8")
        return
    converter = load_converter()
    number_locale = _number_locale(spec)
    if ending == ".png":
        image = converter.vegalite_to_png(spec, scale=PIXELS_PER_POINT, format_locale=number_locale)
    else:
        image = converter.vegalite_to_pdf(spec, format_locale=number_locale)
    path.write_bytes(image)


def _number_locale(spec: Spec) -> dict[str, Any]:
    embed = spec["usermeta"]["embedOptions"]
    return dict(embed["formatLocale"])
