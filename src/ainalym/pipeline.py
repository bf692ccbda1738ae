"""The order of the stages, from the figures of a country to the result. The one module that knows it."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.after_generation.central import AfterGeneration, Flows, compute_after_generation, make_labels
from ainalym.after_generation.record import describe_scenario
from ainalym.core.arrays import describe_array
from ainalym.core.origins import Origin
from ainalym.errors import InputError, Problem
from ainalym.kernels.lifetime import CONVENTIONS, Convention
from ainalym.kernels.ownership_curves import CurveSet
from ainalym.packages.country import Country, identify_country, read_country
from ainalym.packages.end_of_life import EndOfLife, read_end_of_life
from ainalym.packages.evidence import list_package_tables, list_product_evidence
from ainalym.packages.reference import PHOTOVOLTAIC_PRODUCT, Reference, read_reference
from ainalym.packages.trade.classification import read_country_tables
from ainalym.packages.trade.statistics_reader import StatisticsOptions, read_statistics
from ainalym.packages.trade.store import LIST_FILE, find_store_folder
from ainalym.results.result import Result
from ainalym.scenarios.paths import find_first_year, pull_products
from ainalym.scenarios.reading import ReadScenario, read_scenario
from ainalym.schemas.run import FIRST_YEAR, LAST_POSSIBLE_YEAR, LAST_YEAR_OF_HISTORY, RunOptions
from ainalym.stages.drivers import (
    choose_household_figures,
    compute_household_size,
    compute_households,
    compute_income,
    compute_population,
)
from ainalym.stages.market_statistics import Surroundings, clean_statistics
from ainalym.stages.materials import (
    calibrate_composition,
    compute_embedded,
    compute_mean_price,
    compute_value,
)
from ainalym.stages.measures import MeasuredFlows, apply_measures, compute_survival
from ainalym.stages.national_figures import enter_sales, enter_statistics
from ainalym.stages.ownership import estimate_curves, read_curves
from ainalym.stages.photovoltaics import compute_capacity, compute_photovoltaic_market
from ainalym.stages.placed_on_market import Market, compute_from_reference, replace_product
from ainalym.stages.projection import Drivers, Profile, Tables, plan_projection, project_market
from ainalym.stages.regions import compute_by_region, compute_region_population
from ainalym.stages.stock import (
    MASS_BALANCE_TOLERANCE,
    choose_lifetime,
    compute_mass_balance,
    compute_stock_and_ewaste,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

STAGES = (
    "packages",
    "drivers",
    "placed_on_market",
    "projection",
    "stock",
    "materials",
    "regions",
    "after_generation",
)
"""Names of the stages in their order, as a progress bar shows them."""

RECORDED_LIBRARIES = (
    "ainalym",
    "numpy",
    "scipy",
    "xarray",
    "pandas",
    "pydantic",
    "h5netcdf",
    "altair",
    "vl-convert-python",
)


@dataclass
class Stopwatch:
    """Times the stages and tells a listener which one begins.

    Attributes
    ----------
    listener
        Called with the name of each stage when it begins.
    seconds
        Wall time by stage, s.
    """

    listener: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage."""
        self.listener(name)
        begun = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - begun, 4)


def run_outlook(
    country: str, options: RunOptions | None = None, listener: Callable[[str], None] = lambda _: None
) -> Result:
    """Run the outlook of a country.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Choices of the run.
    listener
        Called with the name of each stage, one of :data:`STAGES`, when it begins.

    Returns
    -------
    Result
        Arrays, tables and record.

    Raises
    ------
    InputError
        For an unknown country, a package with problems, or options that are not possible.
    """
    options = options or RunOptions()
    convention = check_options(options)
    watch = Stopwatch(listener)
    with watch.stage("packages"):
        reference = read_reference()
        figures = read_country(country, reference)
        known = read_end_of_life(reference, figures)
        scenario = read_scenario(options.scenario, make_labels(reference))
    years = range(FIRST_YEAR, options.until + 1)
    with watch.stage("drivers"):
        drivers, household_size = _compute_drivers(reference, figures, years, options)
        population, income, _ = drivers
    with watch.stage("placed_on_market"):
        lifetime = choose_lifetime(reference.lifetime, figures.lifetime_profile)
        suggested, capacity = _compute_market(reference, figures, population, income, lifetime, convention)
        market = suggested
        if options.sales == "enter":
            market = Market(*enter_sales(market, figures.sales[figures.sales["usable"]]))
        market, statistics_record = _enter_statistics(country, reference, figures, market, drivers, options)
    with watch.stage("projection"):
        curves = _estimate_curves(reference, figures, income, household_size)
        market = _project(reference, figures, market, suggested, drivers, curves, lifetime, options)
    with watch.stage("stock"):
        mass, pieces = _discard(reference, market, lifetime, convention, scenario)
        market = Market(mass.market, pieces.market, market.origin)
        stock, ewaste = mass.stock, mass.ewaste
        balance = compute_mass_balance(market.mass, stock, ewaste)
        if balance > MASS_BALANCE_TOLERANCE and convention != "cbs":
            raise AssertionError(f"mass is not conserved: relative error {balance:.3g}")
    with watch.stage("materials"):
        arrays = _compute_materials(reference, ewaste, options)
    with watch.stage("regions"):
        arrays += _compute_regions(reference, figures, population, ewaste)
    with watch.stage("after_generation"):
        after = _follow(known, reference, figures, scenario, mass, pieces, income, arrays)
        arrays += after.arrays
    arrays += [
        describe_array(lifetime.sel(parameter=name), f"lifetime_{name}") for name in ("shape", "scale")
    ]
    arrays += [*drivers, *market, stock, ewaste, pieces.stock, pieces.ewaste, *capacity]
    return Result(
        data=_collect(arrays, reference, figures, options),
        tables=_collect_tables(reference, figures, known),
        country=identify_country(reference, figures),
        record=_write_record(reference, figures, options, watch.seconds, balance)
        | statistics_record
        | describe_scenario(scenario, known, after),
    )


def check_options(options: RunOptions) -> Convention:
    """Refuse options that are not possible.

    Parameters
    ----------
    options
        Choices of a run.

    Returns
    -------
    Convention
        The convention, known to be one.

    Raises
    ------
    InputError
        [OPT-001] for the last year, [OPT-002] for the convention.
    """
    problems = []
    if not LAST_YEAR_OF_HISTORY <= options.until <= LAST_POSSIBLE_YEAR:
        problems.append(
            Problem(
                "OPT-001",
                "option --until",
                str(options.until),
                f"a year from {LAST_YEAR_OF_HISTORY} to {LAST_POSSIBLE_YEAR}",
                "Projections of population end there.",
            )
        )
    chosen = [convention for convention in CONVENTIONS if convention == options.convention]
    if not chosen:
        expected = f"one of {', '.join(CONVENTIONS)}"
        problems.append(
            Problem("OPT-002", "option --convention", repr(options.convention), expected, "Correct it.")
        )
    if problems:
        raise InputError(problems)
    return chosen[0]


def _compute_drivers(
    reference: Reference, figures: Country, years: range, options: RunOptions
) -> tuple[Drivers, np.ndarray]:
    """Compute population, income and households, and the persons in a household."""
    population = compute_population(figures.population, years, options.population)
    income = compute_income(figures.income, years, options.income)
    sizes = reference.package.frame("household_sizes")
    counted = choose_household_figures(figures.package.frame("households"), sizes, figures.iso3)
    size = compute_household_size(counted, years)
    return Drivers(population, income, compute_households(population, size)), size


def _enter_statistics(
    country: str,
    reference: Reference,
    figures: Country,
    market: Market,
    drivers: Drivers,
    options: RunOptions,
) -> tuple[Market, dict[str, Any]]:
    """Let imported statistics of the country stand in for the reference countries, where there are any."""
    folder = find_store_folder(country)
    if options.statistics == "ignore" or not (folder / LIST_FILE).is_file():
        return market, {}
    tables = read_country_tables(figures.package)
    statistics = read_statistics(folder, reference, StatisticsOptions(tables=tables))
    around = Surroundings(
        drivers.population,
        drivers.income,
        reference.per_inhabitant,
        reference.group_income,
        reference.products["introduction_year"].to_xarray().rename(key="product"),
    )
    known = statistics.kg["year"].isin(drivers.population["year"])
    cleaned = clean_statistics(
        statistics.kg[known.values], statistics.pieces[known.values], around, options.statistics
    )
    entered = Market(*enter_statistics(market, cleaned.mass, cleaned.pieces, cleaned.origin))
    return entered, {"statistics": {"method": options.statistics, **statistics.record}}


def _estimate_curves(
    reference: Reference, figures: Country, income: xr.DataArray, household_size: np.ndarray
) -> CurveSet:
    """Read the curves of ownership and update them with the surveys of the country."""
    groups = reference.package.frame("projection_methods").set_index("key")["demand_group"]
    curves = read_curves(reference.package.frame("demand_groups"))
    ownership = figures.package.frame("ownership")
    return estimate_curves(curves, ownership, groups, figures.iso3, income, household_size)


def _project(
    reference: Reference,
    figures: Country,
    market: Market,
    suggested: Market,
    drivers: Drivers,
    curves: CurveSet,
    lifetime: xr.DataArray,
    options: RunOptions,
) -> Market:
    """Carry the market on after history; photovoltaics stay as their capacity has them."""
    if options.until <= LAST_YEAR_OF_HISTORY:
        return market
    tables = Tables(
        reference.package.frame("projection_methods").set_index("key"),
        reference.package.frame("technology_switches").set_index("key"),
        reference.package.frame("trend_exceptions"),
    )
    products = list(reference.products.index)
    plan = plan_projection(products, tables, curves, figures.iso3, options.projection)
    profile = Profile(
        suggested.mass,
        suggested.pieces,
        reference.per_inhabitant.sel(measure="kg", drop=True),
        reference.group_income,
    )
    mass, pieces = project_market(
        market.mass,
        market.pieces,
        LAST_YEAR_OF_HISTORY,
        drivers,
        profile,
        curves,
        plan,
        lifetime,
        check_options(options),
    )
    projected = Market(mass, pieces, market.origin)
    if figures.photovoltaic_capacity.empty:
        return projected
    return replace_product(projected, PHOTOVOLTAIC_PRODUCT, market)


def _compute_market(
    reference: Reference,
    figures: Country,
    population: xr.DataArray,
    income: xr.DataArray,
    lifetime: xr.DataArray,
    convention: Convention,
) -> tuple[Market, list[xr.DataArray]]:
    """Compute placed on market; photovoltaics from capacity where the country has figures."""
    introduction = reference.products["introduction_year"].to_xarray().rename(key="product")
    market = compute_from_reference(
        population,
        income,
        reference.per_inhabitant,
        reference.group_income,
        reference.elasticity,
        introduction,
        LAST_YEAR_OF_HISTORY,
    )
    if figures.photovoltaic_capacity.empty:
        return market, []
    years = population["year"].values
    capacity = compute_capacity(figures.photovoltaic_capacity, years.tolist())
    panels = [PHOTOVOLTAIC_PRODUCT]
    mass, pieces = compute_photovoltaic_market(
        capacity, reference.photovoltaic_mass, lifetime.sel(product=panels), convention
    )
    reported = figures.photovoltaic_capacity.query("status == 'reported'")["year"]
    origin = market.origin.sel(product=panels).copy()
    last_reported = int(reported.max()) if len(reported) else FIRST_YEAR - 1
    origin[:] = np.where(years <= last_reported, Origin.ESTIMATED, Origin.PROJECTED)[:, np.newaxis]
    return replace_product(market, PHOTOVOLTAIC_PRODUCT, Market(mass, pieces, origin)), [capacity]


def _compute_materials(reference: Reference, ewaste: xr.DataArray, options: RunOptions) -> list[xr.DataArray]:
    composition = reference.composition
    if options.composition == "calibrated":
        additive = reference.materials["additive"].to_xarray()
        composition = calibrate_composition(composition, reference.calibration, additive)
    composition = describe_array(composition, "composition")
    embedded = compute_embedded(ewaste, composition)
    price = compute_mean_price(reference.prices, options.price_years)
    return [composition, embedded, price, compute_value(embedded, price)]


def _discard(
    reference: Reference,
    market: Market,
    lifetime: xr.DataArray,
    convention: Convention,
    scenario: ReadScenario,
) -> tuple[MeasuredFlows, MeasuredFlows]:
    """Discard what was placed on the market, by mass and by pieces, under the levers of the scenario."""
    years = market.mass["year"].values
    survival = compute_survival(lifetime, len(years), convention)
    paths = pull_products(scenario, years, make_labels(reference))
    first = find_first_year(scenario.overrides, LAST_YEAR_OF_HISTORY)
    mass = MeasuredFlows(market.mass, *compute_stock_and_ewaste(market.mass, lifetime, convention), survival)
    pieces = MeasuredFlows(
        market.pieces, *compute_stock_and_ewaste(market.pieces, lifetime, convention, "pieces"), survival
    )
    return (
        apply_measures(mass, lifetime, convention, paths, first),
        apply_measures(pieces, lifetime, convention, paths, first, "pieces"),
    )


def _follow(
    known: EndOfLife,
    reference: Reference,
    figures: Country,
    scenario: ReadScenario,
    mass: MeasuredFlows,
    pieces: MeasuredFlows,
    income: xr.DataArray,
    arrays: list[xr.DataArray],
) -> AfterGeneration:
    """Follow e-waste to its end."""
    named = {str(array.name): array for array in arrays}
    flows = Flows(
        mass.market,
        pieces.market,
        mass.ewaste,
        named["material_embedded"],
        mass.survival,
        income,
        named["price"],
        named.get("ewaste_generated_by_region"),
    )
    return compute_after_generation(known, reference, figures, flows, scenario)


def _compute_regions(
    reference: Reference, figures: Country, population: xr.DataArray, ewaste: xr.DataArray
) -> list[xr.DataArray]:
    if figures.regions.empty or figures.region_population.size == 0:
        return []
    region_population = compute_region_population(figures.region_population, population)
    by_region = compute_by_region(
        ewaste,
        reference.products["category"].to_xarray().rename(key="product"),
        list(reference.categories.index),
        region_population,
        figures.region_wage,
        reference.total_elasticity,
    )
    return [region_population, by_region]


def _collect(
    arrays: list[xr.DataArray], reference: Reference, figures: Country, options: RunOptions
) -> xr.Dataset:
    for array in arrays:
        # A material without a price is the one gap that a result may have; the views name it.
        if array.name != "price" and not bool(np.isfinite(array).all()):
            raise AssertionError(f"{array.name} holds a value that is not a number")
    data = xr.Dataset({str(array.name): array.reset_coords(drop=True) for array in arrays})
    data = data.assign_coords(
        product_category=("product", reference.products["category"].to_numpy(dtype=str))
    )
    data.attrs = {
        "Conventions": "CF-1.11",
        "title": f"E-waste outlook of {figures.names['en']}, {FIRST_YEAR} to {options.until}",
        "institution": "Ainalym",
        "source": f"ainalym {version('ainalym')}; data packages reference and {figures.package.name}",
        "convention": options.convention,
        "composition": options.composition,
    }
    return data


def _collect_tables(reference: Reference, figures: Country, known: EndOfLife) -> dict[str, pd.DataFrame]:
    packages = (reference.package, figures.package)
    sources = [
        {"package": package.name, **source.model_dump()}
        for package in packages
        for source in package.descriptor.sources
    ]
    return {
        "products": reference.products,
        "categories": reference.categories,
        "materials": reference.materials,
        "prices": reference.package.frame("prices"),
        "composition_grade": reference.composition_grade.to_series().unstack("material"),
        "regions": figures.regions,
        "published": figures.published,
        "sales": figures.sales,
        "photovoltaic_capacity": figures.photovoltaic_capacity,
        "routes": reference.package.frame("routes").set_index("route"),
        "treatments": reference.package.frame("treatments").set_index("treatment"),
        "substances": reference.package.frame("substances").set_index("substance"),
        "recovery_targets": known.targets,
        "calculation_index": known.calculation_index,
        "sources": pd.DataFrame(sources),
        "package_tables": list_package_tables(packages),
        "product_evidence": list_product_evidence(packages),
    }


def _write_record(
    reference: Reference, figures: Country, options: RunOptions, seconds: dict[str, float], balance: float
) -> dict[str, Any]:
    return {
        "country": figures.iso3,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "options": options.model_dump(),
        "first_year": FIRST_YEAR,
        "last_year_of_history": LAST_YEAR_OF_HISTORY,
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in RECORDED_LIBRARIES},
        "packages": {
            package.name: {"version": package.descriptor.version, "hashes": dict(package.hashes)}
            for package in (reference.package, figures.package)
        },
        "checks": {"mass_balance_relative_error": balance, "mass_balance_tolerance": MASS_BALANCE_TOLERANCE},
        "seconds": {**seconds, "total": round(sum(seconds.values()), 4)},
    }
