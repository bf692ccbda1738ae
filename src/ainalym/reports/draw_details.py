"""Charts of one product or one material by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ainalym.core.quantities import get_quantity
from ainalym.reports.chart_parts import (
    HEIGHT,
    Spec,
    color_scale,
    hover_rule,
    label_rows,
    make_frame,
    projection_layers,
    row_bar,
    say_longest,
    tooltip,
    value_axis,
    year_axis,
)
from ainalym.reports.language import Translator
from ainalym.reports.palette import ACCENT, CATEGORIES, LATE, WIDE, category_color
from ainalym.results.details import (
    LONGEST_LIFE,
    check_label,
    compute_carriers,
    compute_composition,
    compute_lifetime_curve,
    compute_material_history,
    compute_product_history,
    read_lifetime,
)
from ainalym.results.result import Result
from ainalym.results.summary import list_years

LOW_HEIGHT = 240


def draw_product_flows(result: Result, translator: Translator, product: str) -> Spec:
    """Draw what is placed on market and discarded of one product over the years."""
    check_label(result, "product", product)
    history = compute_product_history(result, product)
    quantities = ("placed_on_market", "ewaste_generated")
    names = [get_quantity(quantity).labels[translator.language] for quantity in quantities]
    title = translator.gettext(
        "%(product)s: sold and discarded",
        product=result.name_of("products", product, translator.language),
    )
    return _draw_lines(result, translator, "product_flows", title, (history, quantities, names), "t/yr")


def draw_product_stock(result: Result, translator: Translator, product: str) -> Spec:
    """Draw how much of one product is in stock over the years."""
    check_label(result, "product", product)
    history = compute_product_history(result, product)
    names = [get_quantity("stock").labels[translator.language]]
    title = translator.gettext(
        "%(product)s: in stock", product=result.name_of("products", product, translator.language)
    )
    return _draw_lines(result, translator, "product_stock", title, (history, ("stock",), names), "t")


def draw_unit_weight(result: Result, translator: Translator, product: str) -> Spec:
    """Draw the mean weight of a piece placed on market over the years."""
    check_label(result, "product", product)
    history = compute_product_history(result, product).dropna(subset=["unit_weight"])
    names = [get_quantity("unit_weight").labels[translator.language]]
    title = translator.gettext(
        "%(product)s: weight of a piece", product=result.name_of("products", product, translator.language)
    )
    series = (history, ("unit_weight",), names)
    return _draw_lines(result, translator, "unit_weight", title, series, "kg/piece")


def draw_lifetime(result: Result, translator: Translator, product: str) -> Spec:
    """Draw the share of one product that is still in stock so many years after its sale."""
    check_label(result, "product", product)
    curve = compute_lifetime_curve(result, product)
    mean = float(read_lifetime(result, product).mean()[0])
    rows = [
        {"age": float(row["age"]), "value": round(float(row["survival"]), 5)}
        for row in curve.to_dict("records")
    ]
    title = translator.gettext(
        "%(product)s: mean life of %(years)s years",
        product=result.name_of("products", product, translator.language),
        years=translator.number(mean),
    )
    subtitle = translator.gettext(
        "Share of the pieces of one year’s sales still in stock, by years since sale."
    )
    description = translator.gettext("Falling curve over the years since sale. %(title)s.", title=title)
    return make_frame(translator, "lifetime", title, subtitle, description) | {
        "height": LOW_HEIGHT,
        "data": {"values": rows},
        "mark": {"type": "line", "color": LATE, "strokeWidth": 2},
        "encoding": {
            "x": {
                "field": "age",
                "type": "quantitative",
                "scale": {"domain": [0, LONGEST_LIFE], "nice": False},
                "axis": {"title": translator.gettext("Years since sale"), "grid": False, "tickCount": 8},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "axis": value_axis("", format=".0%"),
            },
            "tooltip": [
                tooltip("age", translator.gettext("Years since sale"), ".1f"),
                tooltip("value", translator.gettext("Still in stock"), ".0%"),
            ],
        },
    }


def draw_composition(result: Result, translator: Translator, product: str) -> Spec:
    """Draw what one product is made of, largest first, assumptions marked."""
    check_label(result, "product", product)
    table = compute_composition(result, product)
    rows = []
    for row in table[table["fraction"] > 0].to_dict("records"):
        name = result.name_of("materials", row["material"], translator.language)
        share = say_share(translator, row["fraction"])
        mark = " (D)" if row["grade"] == "D" else ""
        rows.append({"label": f"{name}: {share}{mark}", "name": name, "value": row["fraction"] * 100})
    percent = translator.unit("%")
    lines = [
        tooltip("name", translator.gettext("Material")),
        tooltip("label", translator.gettext("Share of the mass")),
    ]
    title = translator.gettext(
        "%(product)s: what it is made of",
        product=result.name_of("products", product, translator.language),
    )
    subtitle = translator.gettext("Share of the mass, %%; D marks an assumption.")
    description = say_longest(translator, [str(row["label"]) for row in rows], percent)
    frame = make_frame(translator, "composition", title, subtitle, description)
    return frame | label_rows(rows, [row_bar("value", ACCENT, tooltip=lines)], percent)


def say_share(translator: Translator, fraction: float) -> str:
    """Write a mass fraction: per cent, or grams per tonne where it is tiny."""
    if 0 < fraction < 1e-3:
        return translator.with_unit(fraction * 1e6, "g/t")
    return translator.percent(fraction, 1)


def draw_material_history(result: Result, translator: Translator, material: str) -> Spec:
    """Draw how much of one material is in the e-waste over the years."""
    check_label(result, "material", material)
    history = compute_material_history(result, material)
    names = [get_quantity("material_embedded").labels[translator.language]]
    title = translator.gettext(
        "%(material)s in the e-waste", material=result.name_of("materials", material, translator.language)
    )
    return _draw_lines(result, translator, "material_history", title, (history, ("mass",), names), "t/yr")


def draw_material_carriers(result: Result, translator: Translator, material: str) -> Spec:
    """Draw the products whose e-waste carries the most of one material."""
    check_label(result, "material", material)
    year = list_years(result)[0]
    rows = []
    for row in compute_carriers(result, material, year).to_dict("records"):
        if row["mass"] <= 0:
            continue
        name = result.name_of("products", row["product"], translator.language)
        label = f"{name}: {translator.number(row['mass'])} ({translator.percent(row['share'])})"
        group = result.name_of("categories", row["category"], translator.language)
        rows.append({"label": label, "name": name, "value": float(f"{row['mass']:.6g}"), "group": group})
    unit = translator.unit("t/yr")
    names = [result.name_of("categories", code, translator.language) for code in CATEGORIES]
    colors = color_scale(names, [category_color(code) for code in CATEGORIES])
    lines = [
        tooltip("name", translator.gettext("Product")),
        tooltip("group", translator.gettext("Category")),
        tooltip("value", unit, ",.3~r"),
    ]
    title = translator.gettext(
        "Which products carry it: %(material)s, %(year)s",
        material=result.name_of("materials", material, translator.language).lower(),
        year=year,
    )
    subtitle = translator.gettext(
        "Mass in the e-waste generated, %(unit)s, and share of all products.", unit=unit
    )
    description = say_longest(translator, [str(row["label"]) for row in rows], unit)
    frame = make_frame(translator, "material_carriers", title, subtitle, description)
    return frame | label_rows(rows, [row_bar("value", colors, tooltip=lines)], unit)


Series = tuple[pd.DataFrame, Sequence[str], Sequence[str]]
"""Table with a column ``year``, columns to draw, their names for readers."""


def _draw_lines(
    result: Result, translator: Translator, name: str, title: str, series: Series, unit: str
) -> Spec:
    """Draw one line per column over the years, the projection shaded."""
    table, columns, names = series
    years = [int(year) for year in table["year"]]
    rows = [
        {"year": int(row["year"])} | {column: float(f"{row[column]:.6g}") for column in columns}
        for row in table.to_dict("records")
    ]
    called = translator.unit(unit)
    lines = [
        tooltip("year", translator.gettext("Year"), "d"),
        *(tooltip(column, label, ",.3~r") for column, label in zip(columns, names, strict=True)),
    ]
    history = int(result.record["last_year_of_history"])
    ends = "; ".join(
        f"{label} {translator.with_unit(rows[-1][column], unit)}"
        for column, label in zip(columns, names, strict=True)
    )
    description = translator.gettext(
        "Lines over the years %(first)s to %(last)s. In %(last)s: %(ends)s.",
        first=years[0],
        last=years[-1],
        ends=ends,
    )
    subtitle = f"{', '.join(names)}, {called}."
    return make_frame(translator, name, title, subtitle, description) | {
        "height": HEIGHT if len(columns) > 1 else LOW_HEIGHT,
        "data": {"values": rows},
        "encoding": {"x": year_axis(years[0], years[-1])},
        "layer": [
            *projection_layers(history, years[-1], translator.gettext("Projection")),
            *_line_layers(columns, names, called),
            hover_rule(lines),
        ],
    }


def _line_layers(columns: Sequence[str], names: Sequence[str], unit: str) -> list[dict[str, Any]]:
    colors = [WIDE, LATE][-len(columns) :]
    mark = {"type": "line", "strokeWidth": 2, "tooltip": None}
    y = {"type": "quantitative", "axis": value_axis(unit), "scale": {"zero": True}}
    if len(columns) == 1:
        return [{"mark": {**mark, "color": LATE}, "encoding": {"y": {**y, "field": columns[0]}}}]
    called = dict(zip(columns, names, strict=True))
    expression = " : ".join(
        [f"datum.column == '{column}' ? '{label}'" for column, label in list(called.items())[:-1]]
        + [f"'{names[-1]}'"]
    )
    return [
        {
            "transform": [
                {"fold": list(columns), "as": ["column", "value"]},
                {"calculate": expression, "as": "group"},
            ],
            "mark": mark,
            "encoding": {"y": {**y, "field": "value"}, "color": color_scale(list(names), colors)},
        }
    ]
