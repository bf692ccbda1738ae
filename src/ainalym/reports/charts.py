"""The charts by name: one function each, from a result to a Vega-Lite specification."""

from __future__ import annotations

from collections.abc import Callable

from ainalym.errors import InputError, Problem
from ainalym.reports.chart_parts import Spec
from ainalym.reports.draw_areas import draw_product_treemap, draw_region_tiles
from ainalym.reports.draw_calibration import (
    draw_evidence_fit,
    draw_ewaste_generated_learned,
    draw_placed_on_market_learned,
    draw_stock_learned,
)
from ainalym.reports.draw_details import (
    draw_composition,
    draw_lifetime,
    draw_material_carriers,
    draw_material_history,
    draw_product_ewaste,
    draw_product_market,
    draw_product_stock,
    draw_unit_weight,
)
from ainalym.reports.draw_drivers import SOBOL_CHARTS, TORNADOES
from ainalym.reports.draw_evidence import draw_comparison, draw_photovoltaic_capacity
from ainalym.reports.draw_facilities import draw_facilities
from ainalym.reports.draw_fans import (
    draw_aluminium_fan,
    draw_copper_fan,
    draw_ewaste_generated_fan,
    draw_gold_fan,
    draw_iron_steel_fan,
    draw_per_inhabitant_fan,
    draw_placed_on_market_fan,
    draw_plastics_fan,
    draw_stock_fan,
)
from ainalym.reports.draw_fates import draw_material_fates
from ainalym.reports.draw_flows import (
    draw_ewaste_generated,
    draw_largest_products,
    draw_placed_on_market,
    draw_regions,
    draw_stock,
)
from ainalym.reports.draw_materials import (
    draw_material_value,
    draw_materials_bulk,
    draw_materials_minor,
    draw_materials_precious,
)
from ainalym.reports.draw_routes import draw_flows
from ainalym.reports.language import Translator
from ainalym.results.result import Result

Drawing = Callable[[Result, Translator], Spec | None]
"""A chart: None where the country has no figures for it, or the run has no draws."""

CHARTS: dict[str, Drawing] = {
    "placed_on_market_fan": draw_placed_on_market_fan,
    "stock_fan": draw_stock_fan,
    "ewaste_generated_fan": draw_ewaste_generated_fan,
    "per_inhabitant_fan": draw_per_inhabitant_fan,
    "iron_steel_fan": draw_iron_steel_fan,
    "aluminium_fan": draw_aluminium_fan,
    "plastics_fan": draw_plastics_fan,
    "copper_fan": draw_copper_fan,
    "gold_fan": draw_gold_fan,
    "placed_on_market": draw_placed_on_market,
    "stock": draw_stock,
    "ewaste_generated": draw_ewaste_generated,
    "largest_products": draw_largest_products,
    "materials_bulk": draw_materials_bulk,
    "materials_minor": draw_materials_minor,
    "materials_precious": draw_materials_precious,
    "material_value": draw_material_value,
    "regions": draw_regions,
    "flows": draw_flows,
    "material_fates": draw_material_fates,
    "tornado_ewaste_generated": TORNADOES["tornado_ewaste_generated"],
    "tornado_material_value": TORNADOES["tornado_material_value"],
    "comparison": draw_comparison,
    "ewaste_generated_learned": draw_ewaste_generated_learned,
    "placed_on_market_learned": draw_placed_on_market_learned,
    "stock_learned": draw_stock_learned,
    "evidence_fit": draw_evidence_fit,
    "photovoltaic_capacity": draw_photovoltaic_capacity,
}
"""Every chart of the report by its name; a new chart is one function and one line here."""

LabelledDrawing = Callable[[Result, Translator, str], Spec | None]
"""A chart of one product, material or measure."""

LABELLED_CHARTS: dict[str, LabelledDrawing] = {
    "product_placed_on_market": draw_product_market,
    "product_stock": draw_product_stock,
    "product_ewaste_generated": draw_product_ewaste,
    "unit_weight": draw_unit_weight,
    "lifetime": draw_lifetime,
    "composition": draw_composition,
    "material_history": draw_material_history,
    "material_carriers": draw_material_carriers,
    "region_tiles": draw_region_tiles,
}
"""Charts that are asked for with a label: a product, a material, or what a map shows."""

PAGE_CHARTS: dict[str, Drawing] = {
    "product_treemap": draw_product_treemap,
    "facilities": draw_facilities,
}
"""Charts of the pages that the report does not hold."""
SENSITIVITY_CHARTS: dict[str, Drawing] = {**TORNADOES, **SOBOL_CHARTS}
"""The charts of a sensitivity analysis by their names."""


def draw_chart(result: Result, name: str, translator: Translator, label: str = "") -> Spec | None:
    """Draw a chart by its name.

    Parameters
    ----------
    result
        Result of a run.
    name
        One of :data:`CHARTS`, :data:`PAGE_CHARTS`, :data:`SENSITIVITY_CHARTS` or :data:`LABELLED_CHARTS`.
    translator
        Language of the chart.
    label
        Product, material or measure of one of :data:`LABELLED_CHARTS`; empty for the others.

    Returns
    -------
    Spec or None
        Specification; None where the country has no figures for this chart.

    Raises
    ------
    InputError
        [VIE-001] if there is no such chart, [OPT-007] if there is no such label.
    """
    plain = CHARTS | PAGE_CHARTS | SENSITIVITY_CHARTS
    if label and name in LABELLED_CHARTS:
        return LABELLED_CHARTS[name](result, translator, label)
    if not label and name in plain:
        return plain[name](result, translator)
    known = ", ".join(LABELLED_CHARTS if label else plain)
    raise InputError(Problem("VIE-001", "chart", repr(name), f"one of {known}", "Use a name of the list."))
