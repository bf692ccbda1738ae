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


@cache
def bundle_vega() -> str:
    """Bundle the chart library as one script that needs nothing else.

    Returns
    -------
    str
        JavaScript that defines ``vegaEmbed``; safe to stand in a script element.
    """
    bundle = str(load_converter().javascript_bundle())
    if "</script" in bundle.lower():
        raise AssertionError("the bundle of Vega would end the script element it stands in")
    return bundle


def is_vega(spec: Spec) -> bool:
    """Tell a specification of Vega itself, such as that of a treemap, from one of Vega-Lite."""
    return "/schema/vega/" in str(spec["$schema"])


def render_svg(spec: Spec) -> str:
    """Render a specification as SVG.

    Parameters
    ----------
    spec
        Specification of :mod:`ainalym.reports.charts`.

    Returns
    -------
    str
        SVG text.
    """
    converter = load_converter()
    convert = converter.vega_to_svg if is_vega(spec) else converter.vegalite_to_svg
    return str(convert(spec, format_locale=_number_locale(spec)))


def render_png(spec: Spec) -> bytes:
    """Render a specification as PNG.

    Parameters
    ----------
    spec
        Specification of :mod:`ainalym.reports.charts`.

    Returns
    -------
    bytes
        The file.
    """
    converter = load_converter()
    convert = converter.vega_to_png if is_vega(spec) else converter.vegalite_to_png
    return bytes(convert(spec, scale=PIXELS_PER_POINT, format_locale=_number_locale(spec)))


def write_image(spec: Spec, path: Path) -> None:
    """Write a chart as an image.

    Parameters
    ----------
    spec
        Specification of :mod:`ainalym.reports.charts`.
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
    if ending == ".png":
        path.write_bytes(render_png(spec))
        return
    converter = load_converter()
    convert = converter.vega_to_pdf if is_vega(spec) else converter.vegalite_to_pdf
    path.write_bytes(convert(spec, format_locale=_number_locale(spec)))


def _number_locale(spec: Spec) -> dict[str, Any]:
    embed = spec["usermeta"]["embedOptions"]
    return dict(embed["formatLocale"])
