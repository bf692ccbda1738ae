"""Charts of what drives a number: the range of each family of inputs alone, and its share of the variance."""

from __future__ import annotations

from functools import partial

import pandas as pd

from ainalym.core.quantities import get_quantity
from ainalym.core.units import TONNES_PER_KILOTONNE
from ainalym.reports.chart_parts import (
    ROW_OFFSET,
    Spec,
    interval_lines,
    label_rows,
    make_frame,
    nested_bars,
    say_longest,
    tooltip,
)
from ainalym.reports.language import Translator
from ainalym.reports.palette import BAND_HALF, INK, WIDE
from ainalym.results.result import Result

RANGES, INDICES = "sensitivity_ranges", "sensitivity_indices"
"""Tables of a result that these charts read."""

OUTPUTS = ("ewaste_generated", "gold", "copper", "plastics", "material_value")
"""Results that are looked at."""

EVERYTHING = "all"
"""Family of the range where every input varies."""

DOLLARS_PER_MILLION = 1e6


def name_family(family: str, translator: Translator) -> str:
    """Name a family of inputs for readers."""
    names = {
        "lifetimes": translator.gettext("Lifetimes"),
        "market_level": translator.gettext("Level of the market"),
        "market_years": translator.gettext("Market from year to year"),
        "market_drift": translator.gettext("Drift of the market after history"),
        "unit_weights": translator.gettext("Unit weights"),
        "elasticities": translator.gettext("Income elasticities"),
        "saturation": translator.gettext("Saturation of ownership"),
        "switches": translator.gettext("Technology switches"),
        "population": translator.gettext("Future population"),
        "income": translator.gettext("Future income"),
        "photovoltaics": translator.gettext("Photovoltaic capacity"),
        "composition": translator.gettext("Composition of products"),
        "prices": translator.gettext("Prices of materials"),
        EVERYTHING: translator.gettext("All inputs together"),
    }
    return names[family]


def name_output(result: Result, output: str, translator: Translator) -> str:
    """Name a result that is looked at, for readers."""
    if output in ("ewaste_generated", "material_value"):
        return get_quantity(output).labels[translator.language]
    name = result.name_of("materials", output, translator.language)
    return translator.gettext("%(material)s in the e-waste", material=name)


def find_scale(result: Result, output: str) -> tuple[float, str]:
    """Find the unit in which a result is shown, and what its figures are divided by."""
    if output == "material_value":
        return DOLLARS_PER_MILLION, "million USD"
    unit = "kt"
    if output != "ewaste_generated":
        unit = str(result.tables["materials"].at[output, "display_unit"])
    return TONNES_PER_KILOTONNE if unit == "kt" else 1.0, unit


def select_output(result: Result, table: str, output: str) -> pd.DataFrame:
    """Select the rows of a result in the last year that was looked at; without rows where there are none.

    Parameters
    ----------
    result
        Result of a run.
    table
        :data:`RANGES` or :data:`INDICES`.
    output
        One of :data:`OUTPUTS`.

    Returns
    -------
    pandas.DataFrame
        One row per family.
    """
    known = result.tables.get(table)
    if known is None or known.empty:
        return pd.DataFrame()
    chosen: pd.DataFrame = known[(known["output"] == output) & (known["year"] == known["year"].max())]
    return chosen


def read_central(result: Result, output: str, year: int) -> float:
    """Read a result of the central path in a year: t/yr, or USD/yr for the value."""
    data = result.data.sel(year=year)
    if output in ("ewaste_generated", "material_value"):
        return float(data[output].sum())
    return float(data["material_embedded"].sel(material=output).sum())


def say_range(translator: Translator, low: float, high: float) -> str:
    """Say a range, or one figure where both ends look alike."""
    alike = translator.number(low) == translator.number(high)
    return translator.number(low) if alike else translator.interval(low, high)


def draw_tornado(result: Result, translator: Translator, output: str) -> Spec | None:
    """Draw the range that a result spans when one family of inputs varies alone, the widest first."""
    ranges = select_output(result, RANGES, output)
    if ranges.empty:
        return None
    divisor, unit = find_scale(result, output)
    ranges = ranges.assign(width=ranges["high"] - ranges["low"]).sort_values("width", ascending=False)
    year = int(ranges["year"].iloc[0])
    middle = read_central(result, output, year) / divisor
    rows = []
    for row in ranges.to_dict("records"):
        low, high = row["low"] / divisor, row["high"] / divisor
        name = name_family(row["family"], translator)
        rows.append(
            {
                "label": f"{name}: {say_range(translator, low, high)}",
                "name": name,
                "low": float(f"{low:.5g}"),
                "high": float(f"{high:.5g}"),
                "middle": float(f"{middle:.5g}"),
                "every": row["family"] == EVERYTHING,
            }
        )
    title = translator.gettext(
        "%(output)s in %(year)s: what its range comes from",
        output=name_output(result, output, translator),
        year=year,
    )
    shown = translator.unit(unit)
    subtitle = translator.gettext(
        "%(unit)s. Each bar holds 90 %% of the draws when one family of inputs varies alone; the line is the "
        "central path, where none does.",
        unit=shown,
    )
    description = say_longest(translator, [str(row["label"]) for row in rows], shown)
    lines = [
        tooltip("name", translator.gettext("Family of inputs")),
        tooltip("low", translator.percent(0.05), ",.3~r"),
        tooltip("high", translator.percent(0.95), ",.3~r"),
    ]
    frame = make_frame(translator, f"tornado_{output}", title, subtitle, description)
    return frame | label_rows(rows, _range_marks(lines), shown)


def _range_marks(lines: list[Spec]) -> list[Spec]:
    color = {"condition": {"test": "datum.every", "value": WIDE}, "value": BAND_HALF}
    bar = {
        "mark": {"type": "bar", "height": 12, "yOffset": ROW_OFFSET, "stroke": WIDE, "strokeWidth": 0.8},
        "encoding": {
            "x": {"field": "low", "type": "quantitative"},
            "x2": {"field": "high"},
            "color": color,
            "tooltip": lines,
        },
    }
    median = {
        "mark": {"type": "tick", "thickness": 2, "size": 18, "yOffset": ROW_OFFSET, "color": INK},
        "encoding": {"x": {"field": "middle", "type": "quantitative"}},
    }
    return [bar, median]


def draw_sobol(result: Result, translator: Translator, output: str) -> Spec | None:
    """Draw the share of the variance of each family of inputs, first-order and total, the largest first."""
    indices = select_output(result, INDICES, output)
    if indices.empty:
        return None
    names = (
        translator.gettext("Total, with what it does together with others"),
        translator.gettext("First order, alone"),
    )
    rows = []
    for row in indices.sort_values("total", ascending=False).to_dict("records"):
        name = name_family(row["family"], translator)
        rows.append(
            {
                "label": f"{name}: {translator.number_fixed(row['total'], 2)}",
                "name": name,
                "total": round(row["total"], 4),
                "first": round(max(row["first_order"], 0.0), 4),
                "low": round(max(row["total_low"], 0.0), 4),
                "high": round(row["total_high"], 4),
            }
        )
    year = int(indices["year"].iloc[0])
    title = translator.gettext(
        "%(output)s in %(year)s: what its variance comes from",
        output=name_output(result, output, translator),
        year=year,
    )
    shown = translator.gettext("Share of the variance")
    subtitle = translator.gettext(
        "Sobol indices by family of inputs; lines: 95 %% confidence intervals of the total."
    )
    lines = [
        tooltip("name", translator.gettext("Family of inputs")),
        tooltip("first", names[1], ".2f"),
        tooltip("total", names[0], ".2f"),
    ]
    description = say_longest(translator, [str(row["label"]) for row in rows], shown)
    frame = make_frame(translator, f"sobol_{output}", title, subtitle, description)
    marks = [*nested_bars("total", "first", names, lines), *interval_lines("low", "high", SOBOL_OFFSET)]
    return frame | label_rows(rows, marks, shown)


SOBOL_OFFSET = ROW_OFFSET + 4.5
"""The interval of the total lies on its lower edge, where the bar of the first order does not hide it."""

TORNADOES = {f"tornado_{output}": partial(draw_tornado, output=output) for output in OUTPUTS}
SOBOL_CHARTS = {f"sobol_{output}": partial(draw_sobol, output=output) for output in OUTPUTS}
"""Charts of every result that is looked at, by name."""
