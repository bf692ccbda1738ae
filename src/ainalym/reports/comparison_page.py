"""The page of a comparison of scenarios: one file that holds all it needs and opens offline."""

from __future__ import annotations

from pathlib import Path

from ainalym.reports.chart_parts import Spec
from ainalym.reports.comparison_sentences import list_differences
from ainalym.reports.draw_fans import draw_outcome_fans
from ainalym.reports.draw_fates import draw_material_fates
from ainalym.reports.draw_routes import compose_flow_table, draw_flows
from ainalym.reports.images import bundle_vega
from ainalym.reports.language import Translator, keep_percent
from ainalym.reports.outcome_names import name_outcome, name_scenario
from ainalym.reports.outcome_tables import (
    compose_indicator_table,
    compose_outcome_table,
    compose_present_value_table,
    note_differences,
)
from ainalym.reports.page import Figure, fill_page, make_figure
from ainalym.reports.run_tables import say_date
from ainalym.reports.scenario_table import compose_scenario_table
from ainalym.reports.text_table import TextTable
from ainalym.results.comparison import Comparison
from ainalym.results.outcomes import list_periods

TEMPLATE = "comparison.html.jinja"
PAGE_FILE = "comparison.html"

FANS = (
    ("ewaste_generated_total", ""),
    ("ewaste_collected", ""),
    ("ewaste_unmanaged", ""),
    ("material_recovered_total", "copper"),
    ("material_recovered_total", "gold"),
    ("formal_account", "net_benefit"),
)
"""Outcomes whose fans stand side by side."""

RATES = ("rate_of_market", "rate_of_generated")
"""Indicators that a terminal shows; those of each category stand on the page."""


def write_comparison_page(comparison: Comparison, path: Path, language: str) -> None:
    """Write the page of a comparison.

    Parameters
    ----------
    comparison
        Scenarios side by side.
    path
        File to write; nothing else is needed to open it.
    language
        ``en``, ``ru`` or ``kk``.

    Raises
    ------
    InputError
        [OPT-005] for another language.
    """
    path.write_text(render_comparison(comparison, language), encoding="utf-8")


def render_comparison(comparison: Comparison, language: str) -> str:
    """Render the page of a comparison.

    Parameters
    ----------
    comparison
        Scenarios side by side.
    language
        ``en``, ``ru`` or ``kk``.

    Returns
    -------
    str
        HTML that needs nothing from outside.

    Raises
    ------
    InputError
        [OPT-005] for another language.
    """
    translator = Translator(language)
    base = comparison.base
    figures: dict[str, Figure | None] = {}
    fans = []
    for quantity, label in FANS:
        specs = draw_outcome_fans(comparison.results, translator, quantity, label)
        heading = name_outcome(base, translator, quantity, label)
        fans.append((heading, [_add(figures, spec, str(spec["name"])) for spec in specs]))
    return fill_page(
        TEMPLATE,
        translator,
        bundle_vega,
        record=comparison.record,
        country=base.country[translator.language],
        names=[name_scenario(result, translator) for result in comparison.results],
        differences=list_differences(comparison, translator),
        note=note_differences(comparison, translator),
        periods=[
            compose_outcome_table(comparison, translator, period)
            for period in list_periods(base, comparison.years)
        ],
        values=compose_present_value_table(comparison, translator),
        indicators=compose_indicator_table(comparison.indicators, comparison.results, translator),
        fans=fans,
        flows=_draw_flows(comparison, translator, figures),
        fates=_draw_fates(comparison, translator, figures),
        figures=figures,
        scenarios=[
            (
                name_scenario(result, translator),
                keep_percent(result.record["scenario"]["description"][translator.language]),
                compose_scenario_table(result, translator),
            )
            for result in comparison.results
        ],
        created=say_date(base, translator),
    )


def _add(figures: dict[str, Figure | None], spec: Spec | None, name: str) -> str:
    figures[name] = None if spec is None else make_figure(spec | {"name": name})
    return name


def _draw_flows(
    comparison: Comparison, translator: Translator, figures: dict[str, Figure | None]
) -> list[tuple[str, TextTable]]:
    """Draw the flows of every scenario in the last year that is looked at."""
    year = comparison.years[-1]
    return [
        (
            _add(figures, draw_flows(result, translator, year), f"flows_{name}"),
            compose_flow_table(result, translator, year),
        )
        for name, result in zip(comparison.names, comparison.results, strict=True)
    ]


def _draw_fates(
    comparison: Comparison, translator: Translator, figures: dict[str, Figure | None]
) -> list[str]:
    year = comparison.years[-1]
    return [
        _add(figures, draw_material_fates(result, translator, year), f"fates_{name}")
        for name, result in zip(comparison.names, comparison.results, strict=True)
    ]


def list_comparison_tables(comparison: Comparison, translator: Translator) -> list[TextTable]:
    """List the tables that a terminal prints.

    Parameters
    ----------
    comparison
        Scenarios side by side.
    translator
        Language of the tables.

    Returns
    -------
    list of TextTable
        One for each year and for the longest period, present values, rates of collection; what stands below
        the figures is said once.
    """
    periods = list_periods(comparison.base, comparison.years)
    tables = [compose_outcome_table(comparison, translator, period) for period in periods]
    values = compose_present_value_table(comparison, translator)
    if values is not None:
        tables.append(values)
    bare = [table._replace(notes=()) for table in tables[:-1]]
    rates = comparison.indicators[comparison.indicators["indicator"].isin(RATES)]
    return [*bare, tables[-1], compose_indicator_table(rates, comparison.results, translator)]
