"""Fan charts: the median over the years between the bands that hold half and nine tenths of the draws."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd

from ainalym.core.quantities import get_quantity
from ainalym.core.units import TONNES_PER_KILOTONNE
from ainalym.reports.chart_parts import (
    HEIGHT,
    Spec,
    color_scale,
    hover_rule,
    make_frame,
    projection_layers,
    tooltip,
    value_axis,
    year_axis,
)
from ainalym.reports.draw_flows import draw_published_points
from ainalym.reports.headline import say_totals
from ainalym.reports.language import Translator
from ainalym.reports.outcome_names import name_outcome, name_scenario, scale_outcome
from ainalym.reports.palette import BAND_HALF, BAND_MOST, LATE, WIDE
from ainalym.reports.text_table import write_figure
from ainalym.results.intervals import (
    FAN,
    FAN_COLUMNS,
    compute_fan,
    compute_material_fan,
    compute_outcome_fan,
)
from ainalym.results.outcomes import read_name
from ainalym.results.result import Result
from ainalym.results.summary import HEADLINE_MATERIALS, list_years

SMALL_WIDTH, SMALL_HEIGHT = 340, 190
"""Size of a chart that stands beside another one, px."""

FIRST_SHOWN = 2015
"""First year of the fans of scenarios, which differ in the years to come alone."""


def draw_placed_on_market_fan(result: Result, translator: Translator) -> Spec | None:
    """Draw the total placed on market with its bands; None without draws."""
    return _draw_quantity(result, translator, "placed_on_market")


def draw_stock_fan(result: Result, translator: Translator) -> Spec | None:
    """Draw the total in stock with its bands; None without draws."""
    return _draw_quantity(result, translator, "stock")


def draw_ewaste_generated_fan(result: Result, translator: Translator) -> Spec | None:
    """Draw the e-waste generated with its bands and the published totals as points; None without draws."""
    spec = _draw_quantity(result, translator, "ewaste_generated")
    points = draw_published_points(result, translator)
    if spec is None or points is None:
        return spec
    spec["layer"].append(points)
    reading = translator.gettext("Points: published totals.")
    spec["title"]["subtitle"] = f"{spec['title']['subtitle']} {reading}"
    return spec


def draw_per_inhabitant_fan(result: Result, translator: Translator) -> Spec | None:
    """Draw the e-waste generated per inhabitant with its bands; None without draws."""
    fan = compute_fan(result, "ewaste_generated", per_inhabitant=True)
    if fan.empty:
        return None
    unit = translator.unit("kg/person")
    label = get_quantity("ewaste_generated").labels[translator.language]
    name = translator.gettext("%(quantity)s per inhabitant", quantity=label)
    title = f"{name}: {say_totals(result, translator, 'ewaste_generated', per_inhabitant=True)}"
    return draw_fan(result, translator, fan, ("per_inhabitant_fan", title, unit))


def draw_iron_steel_fan(result: Result, translator: Translator) -> Spec | None:
    """Draw the iron and steel in the e-waste with its bands; None without draws."""
    return _draw_material(result, translator, "iron_steel")


def draw_aluminium_fan(result: Result, translator: Translator) -> Spec | None:
    """Draw the aluminium in the e-waste with its bands; None without draws."""
    return _draw_material(result, translator, "aluminium")


def draw_plastics_fan(result: Result, translator: Translator) -> Spec | None:
    """Draw the plastics in the e-waste with their bands; None without draws."""
    return _draw_material(result, translator, "plastics")


def draw_copper_fan(result: Result, translator: Translator) -> Spec | None:
    """Draw the copper in the e-waste with its bands; None without draws."""
    return _draw_material(result, translator, "copper")


def draw_gold_fan(result: Result, translator: Translator) -> Spec | None:
    """Draw the gold in the e-waste with its bands; None without draws."""
    return _draw_material(result, translator, "gold")


MATERIAL_FANS = tuple(f"{material}_fan" for material in HEADLINE_MATERIALS)
"""Names of the fan charts of materials, in the order in which they are shown."""


def _draw_quantity(result: Result, translator: Translator, quantity: str) -> Spec | None:
    fan = compute_fan(result, quantity)
    if fan.empty:
        return None
    unit = translator.unit("kt" if get_quantity(quantity).unit == "t" else "kt/yr")
    name = get_quantity(quantity).labels[translator.language]
    title = f"{name}: {say_totals(result, translator, quantity)}"
    return draw_fan(result, translator, _scale(fan, "kt"), (f"{quantity}_fan", title, unit))


def _draw_material(result: Result, translator: Translator, material: str) -> Spec | None:
    if material not in result.tables["materials"].index:
        return None
    fan = compute_material_fan(result, material)
    if fan.empty:
        return None
    unit = str(result.tables["materials"].at[material, "display_unit"])
    name = result.name_of("materials", material, translator.language)
    shown = _scale(fan, unit)
    median = shown.set_index("year")["median"]
    said = [
        translator.gettext(
            "%(mass)s in %(year)s", mass=translator.with_unit(median.loc[year], unit), year=year
        )
        for year in list_years(result)
    ]
    words = (f"{material}_fan", f"{name}: {', '.join(said)}", translator.unit(f"{unit}/yr"))
    spec = draw_fan(result, translator, shown, words)
    # Five legends side by side say enough.
    spec["title"]["subtitle"] = f"{name}, {translator.unit(f'{unit}/yr')}"
    return spec | {"width": SMALL_WIDTH, "height": SMALL_HEIGHT}


def draw_outcome_fans(
    results: Sequence[Result], translator: Translator, quantity: str, label: str = ""
) -> list[Spec]:
    """Draw the fans of an outcome under several scenarios, to stand side by side on one scale.

    Parameters
    ----------
    results
        Of the scenarios, with draws.
    translator
        Language of the charts.
    quantity, label
        As for :func:`ainalym.results.intervals.compute_outcome_fan`.

    Returns
    -------
    list of Spec
        One for each scenario.
    """
    divisor, unit = scale_outcome(results[0], quantity, label)
    fans = []
    for result in results:
        fan = compute_outcome_fan(result, quantity, label, FIRST_SHOWN)
        fans.append(fan.assign(**{column: fan[column] / divisor for column in FAN_COLUMNS}))
    ends = [float(fan[column].agg(how)) for fan in fans for column, how in (("low", "min"), ("high", "max"))]
    domain = (min(0.0, *ends), max(0.0, *ends))
    specs = []
    for result, fan in zip(results, fans, strict=True):
        name = name_outcome(result, translator, quantity, label)
        per_year = translator.unit(unit if unit == "%" else f"{unit}/yr")
        chart = "_".join(part for part in ("fan", quantity, label, read_name(result)) if part)
        title = name_scenario(result, translator)
        spec = draw_fan(result, translator, fan, (chart, title, per_year), domain)
        # The heading over the row says what is drawn, the axis in what unit.
        spec["title"]["subtitle"] = ""
        spec["description"] = f"{name}. {spec['description']}"
        specs.append(spec | {"width": SMALL_WIDTH, "height": SMALL_HEIGHT})
    return specs


def _scale(fan: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Convert tonnes to the unit that is shown."""
    divisor = TONNES_PER_KILOTONNE if unit == "kt" else 1.0
    return fan.assign(**{column: fan[column] / divisor for column in FAN_COLUMNS})


def draw_fan(
    result: Result,
    translator: Translator,
    fan: pd.DataFrame,
    words: tuple[str, str, str],
    domain: tuple[float, float] | None = None,
) -> Spec:
    """Draw the bands of a table of quantiles.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the chart.
    fan
        Table with the columns of :func:`ainalym.results.intervals.compute_fan`, in the unit that is shown.
    words
        Name of the chart, its title and its unit.
    domain
        Ends of the axis of values, where charts shall share it.

    Returns
    -------
    Spec
        Vega-Lite specification.
    """
    name, title, unit = words
    rows = [
        {"year": int(year)}
        | {column: float(f"{value:.5g}") for column, value in zip(FAN_COLUMNS, values, strict=True)}
        for year, values in zip(fan["year"], fan[list(FAN_COLUMNS)].to_numpy(), strict=True)
    ]
    half, most = (
        translator.gettext("%(share)s of the draws", share=translator.percent(share)) for share in (0.5, 0.9)
    )
    legend = (translator.gettext("Median"), half, most)
    lines = [
        tooltip("year", translator.gettext("Year"), "d"),
        *(
            tooltip(column, translator.percent(share), ",.3~r")
            for column, share in zip(FAN_COLUMNS, FAN, strict=True)
        ),
    ]
    first, last = int(fan["year"].iloc[0]), int(fan["year"].iloc[-1])
    history = int(result.record["last_year_of_history"])
    projection = projection_layers(history, last, translator.gettext("Projection"))
    frame = make_frame(
        translator,
        name,
        title,
        translator.gettext("Median and bands of 50 %% and 90 %% of the draws, %(unit)s.", unit=unit),
        _describe_fan(result, translator, fan, title, unit),
    )
    colors = color_scale(legend, [LATE, BAND_HALF, BAND_MOST])
    return frame | {
        "height": HEIGHT,
        "data": {"values": rows},
        "encoding": {"x": year_axis(first, last)},
        "layer": [*projection, *_band_layers(legend, colors, unit, domain), hover_rule(lines)],
    }


def _band_layers(
    legend: tuple[str, str, str], colors: Spec, unit: str, domain: tuple[float, float] | None
) -> list[Spec]:
    """Lay the narrow band on the broad one and the median on both."""
    scale: Spec = {"zero": True} if domain is None else {"domain": list(domain), "nice": True}
    axis = {"type": "quantitative", "scale": scale, "axis": value_axis(unit)}
    bands = [
        {
            "transform": [{"calculate": json.dumps(said, ensure_ascii=False), "as": "group"}],
            "mark": {"type": "area", "stroke": edge, "strokeWidth": 0.8, "tooltip": None},
            "encoding": {
                "y": {"field": low, **axis},
                "y2": {"field": high},
                "color": colors,
            },
        }
        for said, low, high, edge in (
            (legend[2], "low", "high", WIDE),
            (legend[1], "lower", "upper", BAND_HALF),
        )
    ]
    median = {
        "mark": {"type": "line", "color": LATE, "strokeWidth": 2.2, "tooltip": None},
        "encoding": {"y": {"field": "median", **axis}},
    }
    return [*bands, median]


def _describe_fan(result: Result, translator: Translator, fan: pd.DataFrame, title: str, unit: str) -> str:
    by_year = fan.set_index("year")
    said = [
        f"{year}: {write_figure(translator, *by_year.loc[year, ['median', 'low', 'high']])}"
        for year in list_years(result)
    ]
    return translator.gettext(
        "%(title)s. A line of the median over the years between two bands. Median and 90 %% interval, "
        "%(unit)s: %(list)s.",
        title=title,
        unit=unit,
        list="; ".join(said),
    )
