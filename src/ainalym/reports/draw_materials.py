"""Charts of the materials in the e-waste and of their gross value."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from math import isnan
from typing import Any

from ainalym.core.units import TONNES_PER_KILOTONNE
from ainalym.reports.chart_parts import (
    Spec,
    color_scale,
    interval_lines,
    label_rows,
    length_axis,
    make_frame,
    nested_bars,
    row_bar,
    say_longest,
    tooltip,
)
from ainalym.reports.draw_flows import say_whiskers
from ainalym.reports.headline import mark_price
from ainalym.reports.language import Translator
from ainalym.reports.palette import EARLY, INK, INK_SOFT, LATE, MIDDLE
from ainalym.results.result import Result
from ainalym.results.summary import ACCUMULATIONS, compute_material_summary, list_years
from ainalym.results.trust import compute_price_grades

DOLLARS_PER_MILLION = 1e6

BAR_STEP = 17
"""Height of one of the bars of a group, px."""
GROUP_GAP = 18
"""Distance between two groups of bars, px."""


def draw_materials_bulk(result: Result, translator: Translator) -> Spec:
    """Draw the materials that are counted in kilotonnes."""
    materials = result.tables["materials"]
    chosen = list(materials.index[materials["display_unit"] == "kt"])
    title = translator.gettext("Bulk materials in the e-waste")
    return _draw_materials(result, translator, "materials_bulk", chosen, title, "kt")


def draw_materials_minor(result: Result, translator: Translator) -> Spec:
    """Draw the metals that are counted in tonnes and are part of the mass balance."""
    materials = result.tables["materials"]
    chosen = list(materials.index[(materials["display_unit"] == "t") & materials["additive"]])
    title = translator.gettext("Minor metals in the e-waste")
    return _draw_materials(result, translator, "materials_minor", chosen, title, "t")


def draw_materials_precious(result: Result, translator: Translator) -> Spec:
    """Draw the precious metals, which come on top of the mass balance."""
    materials = result.tables["materials"]
    chosen = list(materials.index[~materials["additive"]])
    title = translator.gettext("Precious metals in the e-waste")
    return _draw_materials(result, translator, "materials_precious", chosen, title, "t")


def _draw_materials(
    result: Result, translator: Translator, name: str, materials: list[str], title: str, unit: str
) -> Spec:
    """Draw grouped bars: one row per material, one bar per headline year, largest material first."""
    years = [str(year) for year in list_years(result)]
    summary = compute_material_summary(result, materials)
    single = summary[summary["first_year"] == summary["last_year"]]
    divisor = TONNES_PER_KILOTONNE if unit == "kt" else 1.0
    single = single.assign(
        **{column: single[column] / divisor for column in ("mass", "mass_low", "mass_high")}
    )
    rows = [
        {
            "name": result.name_of("materials", row["material"], translator.language),
            "group": str(row["first_year"]),
            "value": float(f"{row['mass']:.6g}"),
            "label": translator.number(row["mass"]),
            "end": float(f"{row['mass']:.6g}"),
            **_read_ends(row),
        }
        for row in single.to_dict("records")
    ]
    latest = single[single["first_year"] == int(years[-1])].sort_values("mass", ascending=False)
    order = [result.name_of("materials", material, translator.language) for material in latest["material"]]
    said = [f"{name} {translator.number(mass)}" for name, mass in zip(order, latest["mass"], strict=True)]
    per_year = translator.unit(f"{unit}/yr")
    subtitle = translator.gettext("Embedded mass, %(unit)s.", unit=per_year)
    if result.draws is not None:
        subtitle = f"{subtitle} {say_whiskers(translator)}"
    description = translator.gettext(
        "Grouped bars by material and year. In %(year)s: %(list)s (%(unit)s).",
        year=years[-1],
        list="; ".join(said),
        unit=per_year,
    )
    lines = [
        tooltip("name", translator.gettext("Material")),
        tooltip("group", translator.gettext("Year")),
        tooltip("label", per_year),
    ]
    frame = make_frame(translator, name, title, subtitle, description)
    return frame | _group_bars(rows, order, years, per_year, lines)


def _read_ends(row: Mapping[Hashable, Any]) -> dict[str, float]:
    """Read the ends of an interval; the label of a bar then stands after its upper end."""
    if isnan(row["mass_low"]):
        return {}
    low, high = (float(f"{row[name]:.6g}") for name in ("mass_low", "mass_high"))
    return {"low": low, "high": high, "end": high}


def _group_bars(rows: list[Spec], order: list[str], years: list[str], unit: str, lines: list[Spec]) -> Spec:
    """Lay out one group of bars per name, one bar per year, its value at its end."""
    text = {
        "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 12.5, "color": INK_SOFT},
        "encoding": {"x": {"field": "end", "type": "quantitative"}, "text": {"field": "label"}},
    }
    bars = {
        "mark": {"type": "bar", "cornerRadiusEnd": 1},
        "encoding": {"color": color_scale(years, [EARLY, MIDDLE, LATE][-len(years) :])},
    }
    return {
        "data": {"values": rows},
        "height": len(order) * (len(years) * BAR_STEP + GROUP_GAP),
        "encoding": {
            "x": {"field": "value", "type": "quantitative", "axis": length_axis(unit)},
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": order,
                "axis": {"title": None, "grid": False, "labelColor": INK, "labelLimit": 160},
                "scale": {
                    "paddingInner": GROUP_GAP / (len(years) * BAR_STEP + GROUP_GAP),
                    "paddingOuter": 0.1,
                },
            },
            "yOffset": {"field": "group", "type": "nominal", "sort": years},
            "tooltip": lines,
        },
        "layer": [bars, *(interval_lines("low", "high") if "low" in rows[0] else []), text],
    }


def draw_material_value(result: Result, translator: Translator) -> Spec | None:
    """Draw the gross value of the materials accumulated over two periods, largest first."""
    last = int(result.data["year"].max())
    periods = [period for period in ACCUMULATIONS if period[1] <= last]
    if not periods:
        return None
    long, short = _read_values(result, periods[-1], periods[0])
    grades = dict(compute_price_grades(result)[["material", "grade"]].to_numpy())
    rows = []
    for material in sorted(long, key=lambda material: -long[material]):
        name = result.name_of("materials", material, translator.language)
        label = f"{name}: {translator.number(long[material])}"
        rows.append(
            {
                "label": f"{label} {mark_price(translator, grades[material])}".rstrip(),
                "name": name,
                "long": float(f"{long[material]:.6g}"),
                "short": float(f"{short[material]:.6g}"),
            }
        )
    names = (translator.years(*periods[-1]), translator.years(*periods[0]))
    lines = [
        tooltip("name", translator.gettext("Material")),
        tooltip("short", names[1], ",.1f"),
        tooltip("long", names[0], ",.1f"),
    ]
    unit = translator.unit("million USD")
    title = translator.gettext("Gross value of the materials, accumulated %(period)s", period=names[0])
    subtitle = translator.gettext(
        "Million USD at mean prices, before any cost. Materials without a price count nothing; D marks an "
        "assumed price."
    )
    description = say_longest(translator, [str(row["label"]) for row in rows], unit)
    frame = make_frame(translator, "material_value", title, subtitle, description)
    several = len(periods) > 1
    bars = nested_bars("long", "short", names, lines) if several else [row_bar("long", LATE, tooltip=lines)]
    return frame | label_rows(rows, bars, unit)


def _read_values(result: Result, *periods: tuple[int, int]) -> list[dict[str, float]]:
    """Read the value of every material that has a price over each period, million USD."""
    table = compute_material_summary(result).dropna(subset=["value"])
    values = []
    for first, last in periods:
        rows = table[(table["first_year"] == first) & (table["last_year"] == last)]
        values.append(dict(zip(rows["material"], rows["value"] / DOLLARS_PER_MILLION, strict=True)))
    return values
