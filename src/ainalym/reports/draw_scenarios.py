"""Charts and tables that set a scenario beside another one."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from ainalym.core.quantities import get_quantity
from ainalym.core.units import TONNES_PER_KILOTONNE
from ainalym.reports.chart_parts import (
    Spec,
    color_scale,
    hover_rule,
    make_frame,
    projection_layers,
    tooltip,
    value_axis,
    year_axis,
)
from ainalym.reports.language import Translator
from ainalym.reports.palette import ACCENT, WIDE
from ainalym.reports.text_table import Column, TextTable, write_figure
from ainalym.results.intervals import ENDS
from ainalym.results.scenario_figures import (
    FIGURES,
    ScenarioRun,
    compare_scenarios,
    compute_scenario_series,
)
from ainalym.schemas.run import LAST_YEAR_OF_HISTORY

DOLLARS_PER_MILLION = 1e6
FIRST_SHOWN = 2015
HEIGHT = 240

YEAR_OF_FIGURES = 2035
"""Year of the key figures: most targets are set for it."""

KEY_FIGURES = ("collection_rate", "ewaste_collected", "material_recovered", "formal_account")

SHOWN_UNITS: dict[str, tuple[str, float]] = {
    "t/yr": ("kt/yr", TONNES_PER_KILOTONNE),
    "t CO2e/yr": ("kt CO2e/yr", TONNES_PER_KILOTONNE),
    "USD/yr": ("million USD/yr", DOLLARS_PER_MILLION),
    "%": ("%", 1.0),
}
"""Unit that is shown for each unit of the vocabulary, and its size."""


class ScenarioKeyFigure(NamedTuple):
    """A figure of a scenario that is shown large, beside the other one.

    Attributes
    ----------
    label
        What it is, and the year.
    value, interval
        Median and ends of the 90 % interval.
    unit
        Unit of both.
    other
        The same of the other scenario, as a sentence.
    """

    label: str
    value: str
    interval: str
    unit: str
    other: str


def name_scenario(run: ScenarioRun, translator: Translator) -> str:
    """Say what a scenario is called in a language."""
    return str(run.scenario["titles"][translator.language])


def name_figure(name: str, translator: Translator) -> str:
    """Say what a figure is called; some are a part of their quantity, and have a name of their own."""
    own = {
        "formal_account": translator.gettext("Net benefit of the formal system"),
        "emissions_avoided": translator.gettext("Emissions avoided, life cycle"),
    }
    return own.get(name, get_quantity(FIGURES[name].quantity).labels[translator.language])


def name_both(run: ScenarioRun, base: ScenarioRun, translator: Translator) -> tuple[str, str]:
    """Name the other scenario and this one, so that they can be told apart."""
    other, own = name_scenario(base, translator), name_scenario(run, translator)
    return (other, own) if other != own else (other, translator.gettext("%(name)s (changed)", name=own))


def draw_scenario(run: ScenarioRun, base: ScenarioRun, translator: Translator, name: str) -> Spec:
    """Draw a figure of a scenario over the years, and that of another one below it.

    Parameters
    ----------
    run
        Draws of the scenario.
    base
        Draws of what it is held against.
    translator
        Language of the chart.
    name
        One of :data:`ainalym.results.scenario_figures.FIGURES`.

    Returns
    -------
    Spec
        Vega-Lite specification: medians, and bands of 90 % of the draws.

    Raises
    ------
    InputError
        [OPT-004] for another name.
    """
    tables = [compute_scenario_series(one, name) for one in (base, run)]
    quantity = get_quantity(FIGURES[name].quantity)
    unit, size = SHOWN_UNITS[quantity.unit]
    called = translator.unit(unit)
    names = name_both(run, base, translator)
    shown = [_scale(table, size) for table in tables]
    rows = [
        {"year": int(row["year"]), "group": group} | {end: float(f"{row[end]:.5g}") for end in ENDS}
        for group, table in zip(names, shown, strict=True)
        for row in table.to_dict("records")
    ]
    last = int(shown[0]["year"].iloc[-1])
    said = "; ".join(
        f"{group}: {translator.number(float(table['median'].iloc[-1]))}"
        for group, table in zip(names, shown, strict=True)
    )
    subtitle = translator.gettext("%(unit)s. Line: median; band: 90 %% of the draws.", unit=called)
    description = translator.gettext(
        "Lines over the years. In %(year)s, %(unit)s: %(ends)s.", year=last, unit=called, ends=said
    )
    frame = make_frame(translator, f"scenario_{name}", name_figure(name, translator), subtitle, description)
    return frame | {
        "height": HEIGHT,
        "data": {"values": rows},
        "encoding": {"x": year_axis(FIRST_SHOWN, last)},
        "layer": _scenario_layers(translator, names, called, last),
    }


def _scale(table: pd.DataFrame, size: float) -> pd.DataFrame:
    shown = table[table["year"] >= FIRST_SHOWN].reset_index(drop=True)
    return shown.assign(**{end: shown[end] / size for end in ENDS})


def _scenario_layers(
    translator: Translator, names: tuple[str, str], unit: str, last: int
) -> list[dict[str, Any]]:
    colors = color_scale(names, [WIDE, ACCENT])
    y = {"type": "quantitative", "axis": value_axis(unit), "scale": {"zero": True}}
    lines = [
        tooltip("year", translator.gettext("Year"), "d"),
        tooltip("group", translator.gettext("Scenario")),
        tooltip("median", unit, ",.3~r"),
        tooltip("low", translator.percent(0.05), ",.3~r"),
        tooltip("high", translator.percent(0.95), ",.3~r"),
    ]
    band = {
        "mark": {"type": "area", "opacity": 0.2, "tooltip": None},
        "encoding": {"y": {"field": "low", **y}, "y2": {"field": "high"}, "fill": {**colors, "legend": None}},
    }
    line = {
        "mark": {"type": "line", "strokeWidth": 2.2, "tooltip": None},
        "encoding": {"y": {"field": "median", **y}, "color": colors},
    }
    projected = translator.gettext("Projection")
    return [*projection_layers(LAST_YEAR_OF_HISTORY, last, projected), band, line, hover_rule(lines)]


def list_scenario_figures(
    run: ScenarioRun, base: ScenarioRun, translator: Translator
) -> list[ScenarioKeyFigure]:
    """List the figures of a scenario that are shown large.

    Parameters
    ----------
    run
        Draws of the scenario.
    base
        Draws of what it is held against.
    translator
        Language of the figures.

    Returns
    -------
    list of ScenarioKeyFigure
        Of :data:`YEAR_OF_FIGURES`; empty if the outlook ends before.
    """
    table = compare_scenarios(run, base)
    rows = {row["name"]: row for row in table[table["year"] == YEAR_OF_FIGURES].to_dict("records")}
    shown = []
    for name in KEY_FIGURES if rows else ():
        unit, size = SHOWN_UNITS[get_quantity(FIGURES[name].quantity).unit]
        low, median, high = (rows[name][end] / size for end in ENDS)
        other = [rows[name][f"base_{end}"] / size for end in ENDS]
        label = translator.gettext(
            "%(figure)s, %(year)s", figure=name_figure(name, translator), year=YEAR_OF_FIGURES
        )
        shown.append(
            ScenarioKeyFigure(
                label,
                translator.number(median),
                translator.interval(low, high),
                translator.unit(unit),
                f"{translator.number(other[1])} ({translator.interval(other[0], other[2])})",
            )
        )
    return shown


def compose_scenario_table(run: ScenarioRun, base: ScenarioRun, translator: Translator) -> TextTable:
    """Compose the table of the figures of a scenario and of another one, with their difference.

    Parameters
    ----------
    run
        Draws of the scenario.
    base
        Draws of what it is held against.
    translator
        Language of the table.

    Returns
    -------
    TextTable
        One row per figure and year.
    """
    rows = []
    for row in compare_scenarios(run, base).to_dict("records"):
        unit, size = SHOWN_UNITS[get_quantity(FIGURES[row["name"]].quantity).unit]
        cells = [
            write_figure(translator, *(row[f"{prefix}{end}"] / size for end in ("median", "low", "high")))
            for prefix in ("base_", "", "difference_")
        ]
        label = f"{name_figure(row['name'], translator)}, {translator.unit(unit)}"
        rows.append((label, str(row["year"]), *cells))
    names = name_both(run, base, translator)
    return TextTable(
        "scenario",
        translator.gettext("The two side by side: medians and 90 %% intervals"),
        (
            Column("quantity", translator.gettext("Quantity")),
            Column("year", translator.gettext("Year"), numeric=True),
            Column("base", names[0], numeric=True),
            Column("scenario", names[1], numeric=True),
            Column("difference", translator.gettext("Difference"), numeric=True),
        ),
        tuple(rows),
        (translator.gettext("Both share their draws: the difference is taken draw by draw."),),
    )
