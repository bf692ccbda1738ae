"""Charts of areas: products as a treemap, regions as a map of equal tiles.

No openly licensed outlines of the regions of 2022 are known, so each region is one tile that stands about
where it lies: a map that shows no border makes none up.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import pandas as pd

from ainalym.core.units import TONNES_PER_KILOTONNE
from ainalym.errors import InputError, Problem
from ainalym.reports.chart_parts import (
    FONT,
    Spec,
    make_config,
    make_frame,
    say_longest,
    to_kilotonnes,
    tooltip,
)
from ainalym.reports.language import Translator
from ainalym.reports.palette import ACCENT, CATEGORIES, INK, PAPER, category_color
from ainalym.results.result import Result
from ainalym.results.summary import compute_largest_products, compute_region_summary, list_years

VEGA_SCHEMA = "https://vega.github.io/schema/vega/v6.json"

TREEMAP_WIDTH, TREEMAP_HEIGHT = 720, 460

SMALLEST_LABEL = 46
"""Width below which a tile of the treemap carries no text, px."""

TILE_HEIGHT = 66
"""Height of a tile of the map, px."""

WIDE_MAP = 560
"""Width from which the names of the regions fit their tiles, px; below it stand their codes."""

TINT = 0.24
"""How much of its colour a tile of the treemap has: text on it keeps its contrast."""

Measure = Literal["mass", "per_inhabitant", "density"]

MEASURES: tuple[Measure, ...] = get_args(Measure)
"""What the map of the regions can show: kt, kg per inhabitant, kg per square kilometre."""


def draw_product_treemap(result: Result, translator: Translator) -> Spec:
    """Draw the e-waste of every product in the first headline year as an area, by category."""
    year = list_years(result)[0]
    language = translator.language
    products = compute_largest_products(result, year, result.data.sizes["product"])
    rows: list[dict[str, Any]] = [{"id": "all"}]
    rows += [
        {"id": code, "parent": "all", "group": result.name_of("categories", code, language)}
        for code in CATEGORIES
        if code in set(products["category"])
    ]
    labels = []
    for row in products[products["value"] > 0].to_dict("records"):
        name = result.name_of("products", row["product"], language)
        mass = translator.number(to_kilotonnes(row["value"]))
        labels.append(f"{name}: {mass}")
        rows.append(
            {
                "id": row["product"],
                "parent": row["category"],
                "name": name,
                "mass": mass,
                "group": result.name_of("categories", row["category"], language),
                "color": category_color(row["category"]),
                "value": to_kilotonnes(row["value"]),
            }
        )
    per_year = translator.unit("kt/yr")
    title = translator.gettext("E-waste generated in %(year)s by product", year=year)
    subtitle = translator.gettext("Area: e-waste generated, %(unit)s. Colour: category.", unit=per_year)
    description = say_longest(translator, labels, per_year).replace("\n", " ")
    frame = make_frame(translator, "product_treemap", title, subtitle, description)
    codes = [code for code in CATEGORIES if code in set(products["category"])]
    names = [result.name_of("categories", code, language) for code in codes]
    whole = {**frame, "$schema": VEGA_SCHEMA, "config": make_vega_config()} | _lay_out_treemap(
        rows, translator
    )
    return whole | make_vega_legend(names, [category_color(code) for code in codes])


def make_vega_config() -> Spec:
    """Make the style of the charts of Vega itself, which knows no font for all texts at once."""
    style = make_config()
    fonts = {"text": ("font",), "title": ("font", "subtitleFont"), "legend": ("labelFont", "titleFont")}
    return {
        "background": style["background"],
        "padding": style["padding"],
        **{part: {**style[part], **dict.fromkeys(names, FONT)} for part, names in fonts.items()},
    }


def make_vega_legend(names: list[str], colors: list[str]) -> Spec:
    """Make the legend of a chart of Vega itself: the scale ``group`` and its entries below the chart."""
    return {
        "scales": [{"name": "group", "type": "ordinal", "domain": names, "range": colors}],
        "legends": [{"fill": "group", "orient": "bottom", "columns": 3, "symbolType": "square"}],
    }


def _lay_out_treemap(rows: list[dict[str, Any]], translator: Translator) -> Spec:
    names = {"name": translator.gettext("Product"), "mass": translator.unit("kt/yr")}
    said = ", ".join(f"'{label}': datum.{field}" for field, label in names.items())
    room = f"datum.x1 - datum.x0 > {SMALLEST_LABEL} && datum.y1 - datum.y0 > %s"
    place: Spec = {
        "x": {"field": "x0", "offset": 6},
        "limit": {"signal": "datum.x1 - datum.x0 - 10"},
        "fill": {"value": INK},
        "baseline": {"value": "top"},
    }
    return {
        "width": TREEMAP_WIDTH,
        "height": TREEMAP_HEIGHT,
        "data": _divide_area(rows),
        "marks": [
            {
                "type": "rect",
                "from": {"data": "products"},
                "aria": False,
                "encode": {
                    "update": {
                        "x": {"field": "x0"},
                        "y": {"field": "y0"},
                        "x2": {"field": "x1"},
                        "y2": {"field": "y1"},
                        "fill": {"field": "color"},
                        "fillOpacity": {"value": TINT},
                        "stroke": {"field": "color"},
                        "strokeWidth": {"value": 1.2},
                        "tooltip": {"signal": f"{{{said}}}"},
                    }
                },
            },
            _write_on_tiles("name", {**place, "y": {"field": "y0", "offset": 6}}, room % 18, 12.5),
            _write_on_tiles("mass", {**place, "y": {"field": "y0", "offset": 22}}, room % 36, 12.5),
        ],
    }


def _divide_area(rows: list[dict[str, Any]]) -> list[Spec]:
    """Divide the area among the products, those of a category side by side."""
    size = {"signal": "[width, height]"}
    treemap = {
        "type": "treemap",
        "field": "value",
        "sort": {"field": "value", "order": "descending"},
        "round": True,
        "ratio": 1.4,
        "paddingInner": 2,
        "size": size,
    }
    stratify = {"type": "stratify", "key": "id", "parentKey": "parent"}
    chosen = {"type": "filter", "expr": "datum.value && datum.name"}
    return [
        {"name": "tree", "values": rows, "transform": [stratify, treemap]},
        {"name": "products", "source": "tree", "transform": [chosen]},
    ]


def _write_on_tiles(field: str, place: Spec, condition: str, size: float) -> Spec:
    return {
        "type": "text",
        "from": {"data": "products"},
        "interactive": False,
        "aria": False,
        "encode": {
            "update": {
                **place,
                "text": {"signal": f"{condition} ? datum.{field} : ''"},
                "fontSize": {"value": size},
            }
        },
    }


def draw_region_tiles(result: Result, translator: Translator, measure: str) -> Spec | None:
    """Draw the regions as equal tiles where they lie, darker the higher the measure.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the chart.
    measure
        One of :data:`MEASURES`.

    Returns
    -------
    Spec or None
        None where the country package gives no places of tiles.

    Raises
    ------
    InputError
        [VIE-001] for another measure.
    """
    if measure not in MEASURES:
        raise InputError(
            Problem(
                "VIE-001", "map", repr(measure), f"one of {', '.join(MEASURES)}", "Use a name of the list."
            )
        )
    year = list_years(result)[0]
    regions = compute_region_summary(result, year)
    tiles = result.tables["regions"]
    if regions.empty or "tile_column" not in tiles or bool(tiles["tile_column"].isna().any()):
        return None
    unit, scale = {
        "mass": ("kt/yr", 1 / TONNES_PER_KILOTONNE),
        "per_inhabitant": ("kg/person", 1.0),
        "density": ("kg/km2", 1.0),
    }[measure]
    column = "value" if measure == "mass" else measure
    rows = [
        _place_tile(result, translator, row, float(row[column]) * scale) for row in regions.to_dict("records")
    ]
    titles = {
        "mass": translator.gettext("E-waste generated in %(year)s: mass", year=year),
        "per_inhabitant": translator.gettext("E-waste generated in %(year)s: per inhabitant", year=year),
        "density": translator.gettext("E-waste generated in %(year)s: per square kilometre", year=year),
    }
    called = translator.unit(unit)
    subtitle = translator.gettext(
        "%(unit)s. Each region is one tile, about where it lies. Distributed by population and wage, not "
        "measured.",
        unit=called,
    )
    ordered = sorted(rows, key=lambda row: -row["value"])
    description = translator.gettext(
        "Tiles, darker where there is more, from %(largest)s to %(smallest)s.",
        largest=f"{ordered[0]['name']}: {ordered[0]['label']}",
        smallest=f"{ordered[-1]['name']}: {ordered[-1]['label']}",
    )
    frame = make_frame(translator, f"region_tiles_{measure}", titles[measure], subtitle, description)
    lines = [tooltip("name", translator.gettext("Region")), tooltip("label", called)]
    # Masses differ by a factor of ten and begin at nothing; per inhabitant the regions hardly differ.
    return frame | _lay_out_tiles(rows, lines, from_zero=measure != "per_inhabitant")


def _place_tile(result: Result, translator: Translator, row: dict[Any, Any], value: float) -> dict[str, Any]:
    own = result.tables["regions"].loc[row["region"]]
    name = result.name_of("regions", row["region"], translator.language)
    return {
        "name": name,
        "code": row["region"],
        "lines": break_region_name(name),
        "column": int(own["tile_column"]),
        "row": int(own["tile_row"]),
        "value": float(f"{value:.6g}"),
        "label": translator.number(value),
    }


KINDS_OF_REGION = ("область", "облысы", "region")
"""Words that the tile of a region leaves out."""

KINDS_OF_CITY = {"город": "(г.)", "қаласы": "(қ.)", "city": "(city)"}
"""Words that the tile of a city shortens: a region may have the same name."""


def break_region_name(name: str) -> list[str]:
    """Break the name of a region into lines for its tile, without the word for what kind of region it is.

    Parameters
    ----------
    name
        Name such as ``Северо-Казахстанская область``.

    Returns
    -------
    list of str
        One or two lines, such as ``Северо-`` and ``Казахстанская``; a city keeps the mark of its kind where
        a region has the same name.
    """
    words = name.split()
    marks = [KINDS_OF_CITY[word.lower()] for word in words if word.lower() in KINDS_OF_CITY]
    kept = [word for word in words if word.lower() not in (*KINDS_OF_REGION, *KINDS_OF_CITY)]
    return [part for word in kept for part in _break_at_hyphen(word)] + marks


def _break_at_hyphen(word: str) -> list[str]:
    first, hyphen, rest = word.partition("-")
    return [first + hyphen, rest] if rest else [word]


def _lay_out_tiles(rows: list[dict[str, Any]], lines: list[Spec], from_zero: bool) -> Spec:
    count = pd.DataFrame(rows)[["column", "row"]].max()
    columns, heights = list(range(int(count["column"]) + 1)), list(range(int(count["row"]) + 1))
    place = {"type": "ordinal", "axis": None}
    wide, narrow = f"width < {WIDE_MAP} ? 0 : 1", f"width < {WIDE_MAP} ? 1 : 0"

    def write(field: str, dy: float, size: float, weight: int, shown: str) -> Spec:
        mark = {
            "type": "text",
            "dy": dy,
            "fontSize": size,
            "fontWeight": weight,
            "lineHeight": 12,
            "color": INK,
        }
        return {
            "mark": {**mark, "opacity": {"expr": shown}, "baseline": "middle"},
            "encoding": {"text": {"field": field}},
        }

    return {
        "data": {"values": rows},
        "height": TILE_HEIGHT * len(heights),
        "encoding": {
            "x": {**place, "field": "column", "scale": {"domain": columns, "padding": 0.05}},
            "y": {**place, "field": "row", "scale": {"domain": heights, "padding": 0.05}},
        },
        "layer": [
            {
                "mark": {"type": "rect", "color": ACCENT, "cornerRadius": 3, "stroke": PAPER},
                "encoding": {
                    "fillOpacity": {
                        "field": "value",
                        "type": "quantitative",
                        "scale": {"zero": from_zero, "range": [0.06, 0.46]},
                        "legend": None,
                    },
                    "tooltip": lines,
                },
            },
            write("lines", -17, 10.5, 400, wide),
            write("label", 20, 14, 600, wide),
            write("code", -10, 11, 400, narrow),
            write("label", 9, 11, 600, narrow),
        ],
    }
