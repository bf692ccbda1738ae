"""Builds the data packages that travel in the wheel from the collected figures.

Run ``python tools/build_packages/build.py --figures FOLDER``. Every table is made by one function of the
modules beside this file; names, decisions between sources and figures found later stand in ``curated/``. The
result is the same byte for byte whenever the inputs are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import calibration_design
import country_calibration
import country_drivers
import country_evidence
import country_ownership
import designs
import end_of_life_designs
import panel_design
import panel_tables
import projection_designs
import reference_end_of_life
import reference_groups
import reference_market
import reference_materials
import reference_names
import reference_projection
import reference_trade
import reference_uncertainty
import trade_designs
import uncertainty_design
import uncertainty_of_projection
from figures import Figures
from packages import VERSION, Package, write_json, write_package
from tables import Row

PROGRAM = Path(__file__).parents[2] / "src" / "ainalym"


def make_reference(figures: Figures) -> Package:
    """Gather the tables that all countries share."""
    return Package(
        name="ainalym-reference",
        title="Ainalym reference tables",
        description="Products, lifetimes, market of reference countries, compositions and prices.",
        identity={"kind": "reference"},
        tables=[
            (designs.CATEGORIES, reference_names.make_categories()),
            (designs.PRODUCTS, reference_names.make_products(figures)),
            (designs.MATERIALS, reference_names.make_materials()),
            (designs.LIFETIMES, reference_names.make_lifetimes(figures)),
            (designs.UNIT_WEIGHTS, reference_market.make_unit_weights(figures)),
            (designs.PLACED_ON_MARKET, reference_market.make_placed_on_market(figures)),
            (designs.REFERENCE_GROUPS, reference_groups.make_reference_groups(figures)),
            (designs.INCOME_ELASTICITIES, reference_market.make_income_elasticities(figures)),
            (designs.COMPOSITION, reference_materials.make_composition(figures)),
            (designs.COMPOSITION_CALIBRATION, reference_materials.make_calibration(figures)),
            (designs.PRICES, reference_materials.make_prices(figures)),
            (designs.PHOTOVOLTAIC_MASS, reference_materials.make_photovoltaic_mass(figures)),
            (trade_designs.HS_TO_PRODUCT, reference_trade.make_hs_to_product(figures)),
            (trade_designs.SHARE_OVERRIDES, reference_trade.make_share_overrides(figures)),
            (trade_designs.COUNTRY_CODES, reference_trade.make_country_codes()),
            (trade_designs.EXCHANGE_RATES, reference_trade.make_exchange_rates(figures)),
            (
                uncertainty_design.UNCERTAINTY,
                chain(
                    reference_uncertainty.make_uncertainty(figures),
                    uncertainty_of_projection.make_uncertainty_of_projection(figures),
                ),
            ),
            (projection_designs.PROJECTION_METHODS, reference_projection.make_projection_methods()),
            (projection_designs.DEMAND_GROUPS, reference_projection.make_demand_groups(figures)),
            (projection_designs.TECHNOLOGY_SWITCHES, reference_projection.make_technology_switches(figures)),
            (projection_designs.TREND_EXCEPTIONS, reference_projection.make_trend_exceptions(figures)),
            (projection_designs.HOUSEHOLD_SIZES, reference_projection.make_household_sizes()),
            *(
                (design, reference_end_of_life.make_curated(design.name))
                for design in end_of_life_designs.REFERENCE_END_OF_LIFE_DESIGNS
            ),
        ],
    )


def make_kazakhstan(figures: Figures) -> Package:
    """Gather the tables of Kazakhstan."""
    return Package(
        name="ainalym-kaz",
        title="Ainalym country package: Kazakhstan",
        description="Population, income, regions, photovoltaic capacity and published e-waste figures.",
        identity={
            "kind": "country",
            "iso3": "KAZ",
            "name_en": "Kazakhstan",
            "name_ru": "Казахстан",
            "name_kk": "Қазақстан",
            "currency": "KZT",
            "reference_package": VERSION,
        },
        tables=[
            (designs.POPULATION, country_drivers.make_population(figures)),
            (designs.INCOME, country_drivers.make_income(figures)),
            (designs.REGIONS, country_evidence.make_regions(figures)),
            (designs.REGION_POPULATION, country_evidence.make_region_population(figures)),
            (designs.FACILITIES, reference_end_of_life.make_curated("facilities")),
            (designs.REGION_WAGES, country_evidence.make_region_wages(figures)),
            (designs.PHOTOVOLTAIC_CAPACITY, country_drivers.make_photovoltaic_capacity()),
            (designs.LIFETIME_PROFILES, country_drivers.make_lifetime_profiles(figures)),
            (designs.PUBLISHED, country_evidence.make_published(figures)),
            (designs.SALES, country_evidence.make_sales(figures)),
            (trade_designs.STATISTICS_PRODUCTS, country_evidence.make_statistics_products(figures)),
            (projection_designs.HOUSEHOLDS, country_ownership.make_households(figures)),
            (projection_designs.OWNERSHIP, country_ownership.make_ownership(figures)),
            (projection_designs.URBAN_SHARE, country_drivers.make_urban_share(figures)),
            (calibration_design.EVIDENCE, make_evidence(figures)),
            (end_of_life_designs.ROUTE_SHARES, reference_end_of_life.make_curated("route_shares_kaz")),
            (end_of_life_designs.REGION_COVERAGE, reference_end_of_life.make_region_coverage(figures)),
            (end_of_life_designs.CALCULATION_INDEX, reference_end_of_life.make_calculation_index(figures)),
        ],
    )


def make_panel(figures: Figures) -> Package:
    """Gather the figures by which projections are judged."""
    return Package(
        name="ainalym-panel",
        title="Ainalym panel of countries",
        description="Figures of the 28 EU countries, by which the back-test judges projections.",
        identity={"kind": "panel"},
        tables=[
            (panel_design.PANEL_COUNTRIES, panel_tables.make_panel_countries(figures)),
            (panel_design.PANEL_DRIVERS, panel_tables.make_panel_drivers(figures)),
            (panel_design.PANEL_MARKET, panel_tables.make_panel_market(figures)),
        ],
    )


def make_evidence(figures: Figures) -> Iterator[Row]:
    """Make the table of evidence from the tables that hold its figures."""
    return country_calibration.make_evidence(
        {
            "published": country_evidence.make_published(figures),
            "sales": country_evidence.make_sales(figures),
            "ownership": country_ownership.make_ownership(figures),
            "households": country_ownership.make_households(figures),
            "photovoltaic_capacity": country_drivers.make_photovoltaic_capacity(),
        }
    )


def build(figures: Figures, program: Path) -> None:
    """Write schemas and packages into the folder of the program and print the number of rows."""
    for design in (
        *designs.REFERENCE_DESIGNS,
        *designs.COUNTRY_DESIGNS,
        *trade_designs.REFERENCE_TRADE_DESIGNS,
        *trade_designs.COUNTRY_TRADE_DESIGNS,
        uncertainty_design.UNCERTAINTY,
        *projection_designs.REFERENCE_PROJECTION_DESIGNS,
        *projection_designs.COUNTRY_PROJECTION_DESIGNS,
        *panel_design.PANEL_DESIGNS,
        calibration_design.EVIDENCE,
        *end_of_life_designs.REFERENCE_END_OF_LIFE_DESIGNS,
        *end_of_life_designs.COUNTRY_END_OF_LIFE_DESIGNS,
    ):
        write_json(design.describe(), program / "schemas" / "table_schemas" / f"{design.name}.json")
    for package, folder in (
        (make_reference(figures), program / "reference"),
        (make_kazakhstan(figures), program / "countries" / "kaz"),
        (make_panel(figures), program / "panel"),
    ):
        for table, count in write_package(package, folder).items():
            print(f"{package.name:18} {table:24} {count:6}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, required=True, help="folder of the collected figures")
    parser.add_argument("--program", type=Path, default=PROGRAM, help="folder of the program to write into")
    options = parser.parse_args()
    build(Figures(options.figures), options.program)


if __name__ == "__main__":
    main()
