"""Parts that the charts share: frame, axes, legends, labelled bars, as pieces of Vega-Lite specifications.

Specifications are built as plain dictionaries: the page and the images need no Altair, whose import alone
costs half a second, and a notebook wraps the same dictionary into an Altair chart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ainalym.core.units import TONNES_PER_KILOTONNE
from ainalym.reports.language import Translator
from ainalym.reports.palette import ACCENT, INK, INK_SOFT, LATE, LINE, PAPER, SHADE, WIDE

Spec = dict[str, Any]
"""A Vega-Lite specification, or a part of one."""

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FONT = "Inter, Noto Sans, Segoe UI, Helvetica Neue, Arial, sans-serif"

WIDTH = 720
"""Width of a chart as an image, px; in a page it takes the width of its column."""
HEIGHT = 320

YEARS_BETWEEN_LABELS = 10

AXIS_FORMAT = ",.3~f"
"""Number format of axes: thousands separated, no zeros at the end, never an exponent."""

TEXT = 13
"""Size of text inside a chart, px."""
SMALL_TEXT = 11.5
"""The same where the chart is narrower than :data:`NARROW`: the longest name still fits a telephone."""
NARROW = 400

ROW_STEP = 38
"""Height of a row with its label above the bar, px."""
ROW_OFFSET = 8
"""How far the bar of such a row lies below its middle, px."""
ROW_BAR = 11
"""Height of the bar in such a row, px."""
THIN_BAR = 4
"""Height of a thin bar that lies on a broad one, px."""

LONGEST_BARS_SAID = 3
"""How many bars a description names."""


def make_frame(translator: Translator, name: str, title: str, subtitle: str, description: str) -> Spec:
    """Make the outside of a chart: title, description for who cannot see it, number format, style.

    Parameters
    ----------
    translator
        Language of the chart.
    name
        Name of the chart.
    title
        What is seen.
    subtitle
        Quantity and unit, and how to read the marks.
    description
        The same in words with the figures that matter, for screen readers.

    Returns
    -------
    Spec
        A specification without data and marks.
    """
    return {
        "$schema": SCHEMA,
        "name": name,
        "title": {"text": title, "subtitle": subtitle},
        "description": description,
        "width": WIDTH,
        "config": make_config(),
        "usermeta": {"embedOptions": {"formatLocale": translator.number_locale(), "renderer": "svg"}},
    }


def make_config() -> Spec:
    """Make the style of all charts: quiet axes, no frame, text in the font of the page."""
    quiet = {
        "aria": False,
        "domain": False,
        "ticks": False,
        "gridColor": LINE,
        "labelColor": INK_SOFT,
        "labelFontSize": 13,
        "labelPadding": 6,
        "titleColor": INK_SOFT,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
    }
    return {
        "background": PAPER,
        "font": FONT,
        "padding": 4,
        "view": {"stroke": None},
        "axis": quiet,
        # One name for the whole drawing serves a listener better than hundreds of marks read aloud.
        "mark": {"aria": False},
        "legend": {
            "aria": False,
            "labelColor": INK,
            "labelFontSize": 13,
            "labelLimit": 320,
            "orient": "bottom",
            "columns": 3,
            "symbolType": "square",
            "title": None,
        },
        "title": {
            "aria": False,
            "anchor": "start",
            "color": INK,
            "fontSize": 17,
            "fontWeight": 600,
            "offset": 14,
            "subtitleColor": INK_SOFT,
            "subtitleFontSize": 13,
            "subtitlePadding": 6,
        },
        "text": {"color": INK, "fontSize": TEXT},
    }


def year_axis(first: int, last: int) -> Spec:
    """Make the horizontal encoding of calendar years, labelled at every tenth."""
    start = -(-first // YEARS_BETWEEN_LABELS) * YEARS_BETWEEN_LABELS
    return {
        "field": "year",
        "type": "quantitative",
        "scale": {"domain": [first, last], "nice": False},
        "axis": {
            "title": None,
            "format": "d",
            "grid": False,
            "domain": True,
            "domainColor": LINE,
            "values": list(range(start, last + 1, YEARS_BETWEEN_LABELS)),
        },
    }


def value_axis(title: str, **more: Any) -> Spec:
    """Make a vertical axis whose title, the unit, stands over it and not turned on its side."""
    return {
        "title": title,
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "end",
        "titleX": 0,
        "titleY": -12,
        "titleBaseline": "bottom",
        "format": AXIS_FORMAT,
        "tickCount": 5,
        **more,
    }


def length_axis(title: str) -> Spec:
    """Make the horizontal axis of bars, its title, the unit, at its beginning."""
    return {
        "title": title,
        "titleAnchor": "start",
        "titlePadding": 10,
        "format": AXIS_FORMAT,
        "tickCount": 5,
    }


def color_scale(names: Sequence[str], colors: Sequence[str]) -> Spec:
    """Make the colour encoding of the field ``group`` with its legend."""
    return {
        "field": "group",
        "type": "nominal",
        "scale": {"domain": list(names), "range": list(colors)},
    }


def label_rows(rows: Sequence[Mapping[str, Any]], marks: Sequence[Spec], title: str) -> Spec:
    """Lay out rows of horizontal marks, each with its label above it.

    Parameters
    ----------
    rows
        One per row, from top to bottom; each with a field ``label``.
    marks
        Layers drawn below the labels; their vertical position is set here.
    title
        Title of the horizontal axis: quantity and unit.

    Returns
    -------
    Spec
        Data, height, encoding and layers, to be joined with a frame.

    Notes
    -----
    Labels above the bars leave the whole width to the bars, so that the longest product name can be read on a
    telephone.
    """
    numbered = [{"row": position, **row} for position, row in enumerate(rows)]
    size = {"expr": f"width < {NARROW} ? {SMALL_TEXT} : {TEXT}"}
    mark = {"type": "text", "align": "left", "baseline": "middle", "dy": -8, "fontSize": size}
    mark["limit"] = {"expr": "width"}
    encoding = {"x": {"value": 0}, "text": {"field": "label"}}
    # A copy in the colour of the ground keeps the lines of the grid out of the letters.
    halo = {"mark": {**mark, "stroke": PAPER, "strokeWidth": 4}, "encoding": encoding}
    text = {"mark": mark, "encoding": encoding}
    return {
        "data": {"values": numbered},
        "height": ROW_STEP * len(rows),
        "encoding": {
            "x": {"type": "quantitative", "axis": length_axis(title), "scale": {"zero": True}},
            "y": {"field": "row", "type": "ordinal", "axis": None, "scale": {"padding": 0}},
        },
        "layer": [*marks, halo, text],
    }


def row_bar(field: str, color: str | Spec, size: int = ROW_BAR, tooltip: Sequence[Spec] = ()) -> Spec:
    """Make the bars of labelled rows.

    Parameters
    ----------
    field
        Field of the length.
    color
        One colour, or an encoding.
    size
        Height of the bar, px.
    tooltip
        What a pointer shows.

    Returns
    -------
    Spec
        A layer.
    """
    encoding: Spec = {"x": {"field": field, "type": "quantitative"}, "tooltip": list(tooltip)}
    mark: Spec = {"type": "bar", "height": size, "yOffset": ROW_OFFSET, "cornerRadiusEnd": 1}
    if isinstance(color, str):
        mark["color"] = color
    else:
        encoding["color"] = color
    return {"mark": mark, "encoding": encoding}


def nested_bars(broad: str, narrow: str, names: tuple[str, str], lines: Sequence[Spec]) -> list[Spec]:
    """Make a thin bar on a broad one in every labelled row, to compare two masses or values from zero on.

    Parameters
    ----------
    broad
        Field of the broad bar.
    narrow
        Field of the thin bar.
    names
        What the broad and the thin bar are called in the legend.
    lines
        What a pointer shows.

    Returns
    -------
    list of Spec
        Two layers.
    """
    colors = color_scale(names, [WIDE, LATE])
    layers = []
    for field, name, size in ((broad, names[0], ROW_BAR), (narrow, names[1], THIN_BAR)):
        called = {"calculate": json.dumps(name, ensure_ascii=False), "as": "group"}
        layers.append({"transform": [called], **row_bar(field, colors, size, lines)})
    return layers


def interval_lines(low: str, high: str, offset: float = 0.0) -> list[Spec]:
    """Make a thin line over a bar, from one end of an interval to the other, that shows on dark and light.

    Parameters
    ----------
    low, high
        Fields of the ends.
    offset
        How far below the middle of its row it lies, px.

    Returns
    -------
    list of Spec
        Two layers: a rim in the colour of the ground, and the line.
    """
    encoding = {"x": {"field": low, "type": "quantitative"}, "x2": {"field": high}}
    place = {"type": "rule", "yOffset": offset, "y2Offset": offset, "tooltip": None}
    return [
        {"mark": {**place, "color": color, "strokeWidth": width}, "encoding": encoding}
        for color, width in ((PAPER, 3.6), (INK, 1.6))
    ]


def row_point(field: str, mark: Spec, tooltip: Sequence[Spec] = ()) -> Spec:
    """Make a point at the height of the bars of labelled rows."""
    return {
        "mark": {
            "type": "point",
            "yOffset": ROW_OFFSET,
            "size": 70,
            "strokeWidth": 1.8,
            "opacity": 1,
            **mark,
        },
        "encoding": {"x": {"field": field, "type": "quantitative"}, "tooltip": list(tooltip)},
    }


def tooltip(field: str, title: str, number_format: str | None = None) -> Spec:
    """Make one line of a tooltip."""
    if number_format is None:
        return {"field": field, "type": "nominal", "title": title}
    return {"field": field, "type": "quantitative", "title": title, "format": number_format}


def projection_layers(last_year_of_history: int, last: int, label: str) -> list[Spec]:
    """Shade the years of projection and name them."""
    if last <= last_year_of_history:
        return []
    data = {"values": [{"year": last_year_of_history, "end": last, "label": label}]}
    return [
        {
            "data": data,
            "mark": {"type": "rect", "color": SHADE, "tooltip": None},
            "encoding": {"x": {"field": "year", "type": "quantitative"}, "x2": {"field": "end"}},
        },
        {
            "data": data,
            "mark": {
                "type": "text",
                "align": "left",
                "baseline": "top",
                "dx": 6,
                "dy": 5,
                "color": INK_SOFT,
                "fontSize": 13,
            },
            "encoding": {
                "x": {"field": "year", "type": "quantitative"},
                "y": {"value": 0},
                "text": {"field": "label"},
            },
        },
    ]


def hover_rule(lines: Sequence[Spec]) -> Spec:
    """Make a vertical line that follows the pointer from year to year and shows all values of the year."""
    return {
        "params": [
            {
                "name": "pointed_year",
                "select": {
                    "type": "point",
                    "on": "pointerover",
                    "nearest": True,
                    "fields": ["year"],
                    "clear": "pointerout",
                },
            }
        ],
        "mark": {"type": "rule", "color": ACCENT, "strokeWidth": 1.5},
        "encoding": {
            "opacity": {"condition": {"param": "pointed_year", "empty": False, "value": 0.7}, "value": 0},
            "tooltip": list(lines),
        },
    }


def say_longest(translator: Translator, labels: Sequence[str], unit: str) -> str:
    """Describe a chart of sorted bars by its longest ones."""
    return translator.gettext(
        "Bars, longest first. The longest: %(largest)s (%(unit)s).",
        largest="; ".join(labels[:LONGEST_BARS_SAID]),
        unit=unit,
    )


def to_kilotonnes(tonnes: float) -> float:
    """Convert tonnes for a chart, to a precision far below a pixel so that the page stays small."""
    return float(f"{tonnes / TONNES_PER_KILOTONNE:.6g}")
