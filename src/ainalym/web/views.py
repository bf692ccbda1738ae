"""What stands on each page: charts and tables of the report and of single products and materials."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ainalym.core.quantities import read_quantities
from ainalym.reports.calibration_tables import (
    compose_evidence_table,
    compose_learned_table,
    compose_learning_table,
    describe_calibration,
    list_conflict_sentences,
)
from ainalym.reports.charts import draw_chart
from ainalym.reports.comparison_table import compose_comparison_table
from ainalym.reports.detail_tables import (
    compose_carrier_table,
    compose_composition_table,
    compose_lifetime_table,
    compose_material_history,
    compose_package_table,
    compose_product_evidence,
    compose_product_history,
    compose_product_list,
    compose_quantity_table,
)
from ainalym.reports.draw_areas import MEASURES
from ainalym.reports.driver_tables import describe_drivers, list_range_tables
from ainalym.reports.facility_tables import compose_facility_table
from ainalym.reports.headline import (
    compose_headline_table,
    compose_material_table,
    compose_value_table,
    describe_gap,
    describe_headline,
    describe_materials,
    describe_spread,
    list_key_figures,
)
from ainalym.reports.language import Translator
from ainalym.reports.method import describe_convention, describe_projection, describe_sales_use
from ainalym.reports.page import Figure, Renderer, make_figures
from ainalym.reports.page_tables import (
    compose_category_table,
    compose_left_out_table,
    compose_region_table,
    compose_sales_table,
    compose_unmatched_table,
)
from ainalym.reports.run_tables import compose_hash_table, compose_record_table, compose_version_table
from ainalym.reports.sources import list_sources
from ainalym.reports.trust_tables import (
    compose_capacity_table,
    compose_grade_table,
    compose_origin_table,
    describe_trust,
)
from ainalym.results.details import check_label
from ainalym.results.result import Result

Context = dict[str, Any]
"""What a template reads."""

TONNES = ("placed_on_market", "stock", "ewaste_generated")

PRODUCT_FIGURES = ("product_treemap", "placed_on_market_fan", "placed_on_market")

TRUST_FIGURES = ("evidence_fit", "tornado_ewaste_generated", "photovoltaic_capacity")

FIRST_FIGURES = ("ewaste_generated_fan", "ewaste_generated", "stock_fan", "comparison")


class DetailKind(NamedTuple):
    """A page of one product or material.

    Attributes
    ----------
    axis
        ``product`` or ``material``.
    table
        Table that names it.
    template
        Template of the page.
    compose
        Makes what the template reads.
    """

    axis: str
    table: str
    template: str
    compose: Callable[[Result, Translator, Renderer, str], Context]


def draw_figures(
    result: Result, translator: Translator, render: Renderer, names: Iterable[str], label: str = ""
) -> dict[str, Figure | None]:
    """Draw charts for a page; None stands for one that the country has no figures for."""
    return make_figures({name: draw_chart(result, name, translator, label) for name in names}, render)


def compose_overview(result: Result, translator: Translator, render: Renderer) -> Context:
    """Compose the first page: headline, charts, materials, how sure we are, published figures beside."""
    return {
        "lede": describe_headline(result, translator),
        "key_figures": list_key_figures(result, translator),
        "on_materials": describe_materials(result, translator),
        "on_trust": describe_trust(result, translator),
        "on_gap": describe_gap(result, translator),
        "on_spread": describe_spread(result, translator),
        "on_calibration": describe_calibration(result, translator),
        "on_drivers": describe_drivers(result, translator),
        "figures": draw_figures(result, translator, render, FIRST_FIGURES),
        "tables": {
            "headline": compose_headline_table(result, translator),
            "materials": compose_material_table(result, translator),
            "values": compose_value_table(result, translator),
            "comparison": compose_comparison_table(result, translator, with_sources=True),
            "learning": compose_learning_table(result, translator),
            **{name: compose_category_table(result, translator, name) for name in TONNES},
        },
    }


def compose_products(result: Result, translator: Translator, render: Renderer) -> Context:
    """Compose the list of products with the treemap of their e-waste."""
    return {
        "figures": draw_figures(
            result, translator, render, ("product_treemap", "placed_on_market_fan", "placed_on_market")
        ),
        "tables": {
            "products": compose_product_list(result, translator),
            "placed_on_market": compose_category_table(result, translator, "placed_on_market"),
        },
        "product_count": int(result.data.sizes["product"]),
    }


def compose_product(result: Result, translator: Translator, render: Renderer, product: str) -> Context:
    """Compose the page of one product."""
    check_label(result, "product", product)
    names = (*(f"product_{name}" for name in TONNES), "lifetime", "unit_weight", "composition")
    own = result.tables["products"].loc[product]
    return {
        "name": result.name_of("products", product, translator.language),
        "category": result.name_of("categories", str(own["category"]), translator.language),
        "figures": draw_figures(result, translator, render, names, product),
        "tables": {
            "history": compose_product_history(result, translator, product),
            "lifetime": compose_lifetime_table(result, translator, product),
            "composition": compose_composition_table(result, translator, product),
            "evidence": compose_product_evidence(result, translator, product),
        },
    }


def compose_materials(result: Result, translator: Translator, render: Renderer) -> Context:
    """Compose the page of all materials: mass, value with the date of its prices."""
    names = ("materials_bulk", "materials_minor", "materials_precious", "material_value")
    rows = result.tables["materials"]
    listed = [(str(name), result.name_of("materials", str(name), translator.language)) for name in rows.index]
    return {
        "on_materials": describe_materials(result, translator),
        "figures": draw_figures(result, translator, render, names),
        "tables": {
            "materials": compose_material_table(result, translator, None),
            "values": compose_value_table(result, translator, None, with_prices=True),
            "grades": compose_grade_table(result, translator),
        },
        "materials": sorted(listed, key=lambda pair: pair[1]),
    }


def compose_material(result: Result, translator: Translator, render: Renderer, material: str) -> Context:
    """Compose the page of one material."""
    check_label(result, "material", material)
    return {
        "name": result.name_of("materials", material, translator.language),
        "figures": draw_figures(
            result, translator, render, ("material_history", "material_carriers"), material
        ),
        "tables": {
            "history": compose_material_history(result, translator, material),
            "carriers": compose_carrier_table(result, translator, material),
        },
    }


def compose_regions(result: Result, translator: Translator, render: Renderer) -> Context:
    """Compose the page of the regions: maps, a table, and where the facilities are."""
    specs = {
        f"region_tiles_{measure}": draw_chart(result, "region_tiles", translator, measure)
        for measure in MEASURES
    }
    specs |= {name: draw_chart(result, name, translator) for name in ("facilities", "regions")}
    return {
        "figures": make_figures(specs, render),
        "measures": MEASURES,
        "tables": {
            "regions": compose_region_table(result, translator),
            "facilities": compose_facility_table(result, translator),
        },
    }


def compose_sources(result: Result, translator: Translator, render: Renderer) -> Context:
    """Compose the page of sources, method and run record."""
    return {
        "figures": draw_figures(result, translator, render, TRUST_FIGURES),
        "on_calibration": describe_calibration(result, translator),
        "conflicts": list_conflict_sentences(result, translator),
        "on_drivers": describe_drivers(result, translator),
        "range_tables": list_range_tables(result, translator),
        "sources": list_sources(result),
        "on_trust": describe_trust(result, translator),
        "on_gap": describe_gap(result, translator),
        "on_sales": describe_sales_use(result, translator),
        "on_projection": describe_projection(result, translator),
        "on_convention": describe_convention(result, translator),
        "tables": {
            "regions": compose_region_table(result, translator),
            "package_tables": compose_package_table(result, translator),
            "quantities": compose_quantity_table(result, translator),
            "learning": compose_learning_table(result, translator),
            "evidence": compose_evidence_table(result, translator, with_sources=True),
            "learned": compose_learned_table(result, translator),
            "origins": compose_origin_table(result, translator),
            "photovoltaic_capacity": compose_capacity_table(result, translator),
            "sales": compose_sales_table(result, translator),
            "sales_left_out": compose_left_out_table(result, translator),
            "published": compose_unmatched_table(result, translator),
            "record": compose_record_table(result, translator),
            "versions": compose_version_table(result, translator),
            "hashes": compose_hash_table(result, translator),
        },
    }


def compose_downloads(result: Result, translator: Translator, _render: Renderer) -> Context:
    """Compose the page of downloads: every quantity, every chart, the whole store."""
    quantities = [
        (name, quantity.labels[translator.language], quantity.unit, " × ".join(quantity.dimensions))
        for name, quantity in read_quantities().items()
        if name in result.data.data_vars
    ]
    return {"quantities": quantities, "figures": {}, "tables": {}}


MENU: dict[str, Callable[[Translator], str]] = {
    "overview": lambda translator: translator.gettext("Overview"),
    "products": lambda translator: translator.gettext("Products"),
    "materials": lambda translator: translator.gettext("Materials"),
    "flows": lambda translator: translator.gettext("Flows"),
    "scenarios": lambda translator: translator.gettext("Scenarios"),
    "regions": lambda translator: translator.gettext("Regions"),
    "sources": lambda translator: translator.gettext("Sources and method"),
    "downloads": lambda translator: translator.gettext("Downloads"),
}
"""Titles of the pages of a country in the order of the menu; the first one stands at its address itself."""

PAGES: dict[str, Callable[[Result, Translator, Renderer], Context]] = {
    "overview": compose_overview,
    "products": compose_products,
    "materials": compose_materials,
    "regions": compose_regions,
    "sources": compose_sources,
    "downloads": compose_downloads,
}
"""What makes the content of a page from the result alone; the others take more from the address."""

DETAILS: dict[str, DetailKind] = {
    "products": DetailKind("product", "products", "product.html.jinja", compose_product),
    "materials": DetailKind("material", "materials", "material.html.jinja", compose_material),
}
"""Pages of one product or material, by the page they stand under."""
