"""Charts of one product or one material by itself."""

from __future__ import annotations

import pandas as pd

from ainalym.core.quantities import get_quantity
from ainalym.reports.chart_parts import (
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
from ainalym.reports.draw_fans import draw_fan
from ainalym.reports.language import Translator
from ainalym.reports.palette import ACCENT, CATEGORIES, LATE, category_color
from ainalym.results.details import (
    LONGEST_LIFE,
    check_label,
    compute_carriers,
    compute_composition,
    compute_lifetime_curve,
    compute_material_history,
    compute_product_fan,
    compute_product_history,
    read_lifetime,
)
from ainalym.results.intervals import compute_material_fan
from ainalym.results.result import Result
from ainalym.results.summary import list_years

LOW_HEIGHT = 240


def draw_product_market(result: Result, translator: Translator, product: str) -> Spec:
    """Draw how much of one product is placed on market over the years."""
    return _draw_product(result, translator, product, "placed_on_market")


def draw_product_stock(result: Result, translator: Translator, product: str) -> Spec:
    """Draw how much of one product is in stock over the years."""
    return _draw_product(result, translator, product, "stock")


def draw_product_ewaste(result: Result, translator: Translator, product: str) -> Spec:
    """Draw how much of one product is discarded over the years."""
    return _draw_product(result, translator, product, "ewaste_generated")


def _draw_product(result: Result, translator: Translator, product: str, quantity: str) -> Spec:
    """Draw a quantity of one product with its bands, or its central path where there are no draws."""
    check_label(result, "product", product)
    label = get_quantity(quantity).labels[translator.language]
    title = f"{result.name_of('products', product, translator.language)}: {label}"
    unit = get_quantity(quantity).unit
    fan = compute_product_fan(result, quantity, product)
    if not fan.empty:
        return draw_fan(result, translator, fan, (f"product_{quantity}", title, translator.unit(unit)))
    history = compute_product_history(result, product)
    return _draw_line(result, translator, (f"product_{quantity}", title, unit), history, (quantity, label))


def draw_unit_weight(result: Result, translator: Translator, product: str) -> Spec:
    """Draw the mean weight of a piece placed on market over the years."""
    check_label(result, "product", product)
    history = compute_product_history(result, product).dropna(subset=["unit_weight"])
    label = get_quantity("unit_weight").labels[translator.language]
    title = translator.gettext(
        "%(product)s: weight of a piece", product=result.name_of("products", product, translator.language)
    )
    words = ("unit_weight", title, "kg/piece")
    return _draw_line(result, translator, words, history, ("unit_weight", label))


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
    subtitle = translator.gettext("Share of one year’s sales still in stock, by years since sale.")
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
    title = translator.gettext(
        "%(material)s in the e-waste", material=result.name_of("materials", material, translator.language)
    )
    fan = compute_material_fan(result, material)
    if not fan.empty:
        return draw_fan(result, translator, fan, ("material_history", title, translator.unit("t/yr")))
    label = get_quantity("material_embedded").labels[translator.language]
    history = compute_material_history(result, material)
    return _draw_line(result, translator, ("material_history", title, "t/yr"), history, ("mass", label))


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


def _draw_line(
    result: Result,
    translator: Translator,
    words: tuple[str, str, str],
    table: pd.DataFrame,
    line: tuple[str, str],
) -> Spec:
    """Draw one column of a table over the years, the projection shaded.

    The words are name, title and unit; the line is the column and its name for readers.
    """
    name, title, unit = words
    column, label = line
    years = [int(year) for year in table["year"]]
    rows = [
        {"year": year, "value": float(f"{value:.6g}")}
        for year, value in zip(years, table[column], strict=True)
    ]
    called = translator.unit(unit)
    history = int(result.record["last_year_of_history"])
    description = translator.gettext(
        "Line over the years %(first)s to %(last)s. In %(last)s: %(value)s.",
        first=years[0],
        last=years[-1],
        value=translator.with_unit(rows[-1]["value"], unit),
    )
    axis = {"field": "value", "type": "quantitative", "axis": value_axis(called), "scale": {"zero": True}}
    lines = [tooltip("year", translator.gettext("Year"), "d"), tooltip("value", label, ",.3~r")]
    mark = {"type": "line", "strokeWidth": 2, "tooltip": None, "color": LATE}
    return make_frame(translator, name, title, f"{label}, {called}.", description) | {
        "height": LOW_HEIGHT,
        "data": {"values": rows},
        "encoding": {"x": year_axis(years[0], years[-1])},
        "layer": [
            *projection_layers(history, years[-1], translator.gettext("Projection")),
            {"mark": mark, "encoding": {"y": axis}},
            hover_rule(lines),
        ],
    }
