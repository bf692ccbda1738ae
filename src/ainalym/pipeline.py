"""The order of the stages, from the figures of a country to the result. The one module that knows it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from ainalym.after_generation.central import AfterGeneration, Flows, compute_after_generation, make_labels
from ainalym.after_generation.record import describe_scenario
from ainalym.core.arrays import describe_array
from ainalym.core.origins import Origin
from ainalym.errors import InputError, Problem
from ainalym.gathering import Stopwatch, collect_arrays, collect_tables, compose_record
from ainalym.kernels.lifetime import CONVENTIONS, Convention
from ainalym.kernels.ownership_curves import CurveSet
from ainalym.packages.country import Country, identify_country, read_country
from ainalym.packages.end_of_life import EndOfLife, read_end_of_life
from ainalym.packages.reference import PHOTOVOLTAIC_PRODUCT, Reference, read_reference
from ainalym.packages.trade.country_statistics import read_country_statistics
from ainalym.packages.trade.statistics_reader import Statistics
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
    compute_urban_share,
)
from ainalym.stages.learned import Learned, enter_learned
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
from ainalym.stages.projection import (
    Drivers,
    Profile,
    ProjectionPlan,
    Tables,
    plan_projection,
    project_market,
)
from ainalym.stages.regions import compute_by_region, compute_region_population
from ainalym.stages.stock import (
    MASS_BALANCE_TOLERANCE,
    choose_lifetime,
    compute_convention_error,
    compute_mass_balance,
    compute_stock_and_ewaste,
)

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


def run_outlook(
    country: str,
    options: RunOptions | None = None,
    listener: Callable[[str], None] = lambda _: None,
    learned: Learned | None = None,
    scenario: ReadScenario | None = None,
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
    learned
        What evidence has taught, to be entered after the projection; None for the model as it is.
    scenario
        Levers, read and checked already; those of the scenario that the options name by default.

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
        scenario = scenario or read_scenario(options.scenario, make_labels(reference))
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
        market, statistics = _enter_statistics(country, reference, figures, market, drivers, options)
    with watch.stage("projection"):
        curves = estimate_country_curves(reference, figures, income, household_size)
        market = _project(reference, figures, market, suggested, drivers, curves, lifetime, options)
        if learned is not None:
            mass, pieces, lifetime = enter_learned(market.mass, market.pieces, lifetime, learned)
            market = Market(mass, pieces, market.origin)
    with watch.stage("stock"):
        by_mass, by_pieces = discard_market(reference, market, lifetime, convention, scenario)
        market = Market(by_mass.market, by_pieces.market, market.origin)
        stock, ewaste = by_mass.stock, by_mass.ewaste
        balance = compute_mass_balance(market.mass, stock, ewaste)
        convention_error = compute_convention_error(lifetime, convention)
        if balance > MASS_BALANCE_TOLERANCE and convention != "cbs":
            raise AssertionError(f"mass is not conserved: relative error {balance:.3g}")
    with watch.stage("materials"):
        arrays = _compute_materials(reference, ewaste, options)
    with watch.stage("regions"):
        arrays += _compute_regions(reference, figures, population, ewaste)
    with watch.stage("after_generation"):
        after = _follow(known, reference, figures, scenario, by_mass, by_pieces, income, arrays)
        arrays += after.arrays
    arrays += _describe_inputs(figures, lifetime, years, options)
    arrays += [*drivers, *market, stock, ewaste, by_pieces.stock, by_pieces.ewaste, *capacity]
    return Result(
        data=collect_arrays(arrays, reference, figures, options),
        tables=collect_tables(reference, figures, known) | (statistics.tables if statistics else {}),
        country=identify_country(reference, figures),
        record=compose_record(reference, figures, options, watch.seconds, balance, convention_error)
        | ({"statistics": {"method": options.statistics, **statistics.record}} if statistics else {})
        | describe_scenario(scenario, known, after),
    )


def _describe_inputs(
    figures: Country, lifetime: xr.DataArray, years: range, options: RunOptions
) -> list[xr.DataArray]:
    """Give the inputs that a result carries along: lifetimes, and the urban share where it is known."""
    urban_share = compute_urban_share(figures.urban_share, years, options.income)
    lifetimes = [
        describe_array(lifetime.sel(parameter=name), f"lifetime_{name}") for name in ("shape", "scale")
    ]
    return lifetimes if urban_share is None else [*lifetimes, urban_share]


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
    found: list[xr.DataArray] = []
    problems: list[Problem] = []
    for compute, series, choice in (
        (compute_population, figures.population, options.population),
        (compute_income, figures.income, options.income),
    ):
        try:
            found.append(compute(series, years, choice))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    population, income = found
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
) -> tuple[Market, Statistics | None]:
    """Let imported statistics of the country stand in for the reference countries, where there are any."""
    if options.statistics == "ignore":
        return market, None
    statistics = read_country_statistics(
        country, figures.package, reference, options.corrections, options.least_cover
    )
    if statistics is None:
        return market, None
    # Two methods of cleaning take a tenth of a second to import, and most countries have nothing to clean.
    from ainalym.stages.market_statistics import Collected, Surroundings, clean_statistics

    around = Surroundings(
        drivers.population,
        drivers.income,
        reference.per_inhabitant,
        reference.group_income,
        reference.products["introduction_year"].to_xarray().rename(key="product"),
        reference.successors,
    )
    known = statistics.kg["year"].isin(drivers.population["year"]).values
    collected = Collected(statistics.kg[known], statistics.pieces[known], statistics.is_as_reported[known])
    cleaned = clean_statistics(collected, around, options.statistics)
    return Market(*enter_statistics(market, cleaned.mass, cleaned.pieces, cleaned.origin)), statistics


def estimate_country_curves(
    reference: Reference, figures: Country, income: xr.DataArray, household_size: np.ndarray
) -> CurveSet:
    """Read the curves of ownership and update them with the surveys of the country.

    Parameters
    ----------
    reference
        Reference package.
    figures
        Country package.
    income
        Dims (year,), int$2011/person.
    household_size
        Persons in a household. Shape (year,).

    Returns
    -------
    CurveSet
        The most probable curves, with their covariance.

    Raises
    ------
    InputError
        [PRJ-004] for a curve that cannot be, [GRO-001] for a level of ownership of nought.
    """
    groups = reference.package.frame("projection_methods").set_index("key")["demand_group"]
    curves = read_curves(reference.package.frame("demand_groups"))
    ownership = figures.package.frame("ownership")
    return estimate_curves(curves, ownership, groups, figures.iso3, income, household_size)


def plan_country(
    reference: Reference, figures: Country, curves: CurveSet, options: RunOptions
) -> ProjectionPlan:
    """Say which product of a country goes on in which way.

    Parameters
    ----------
    reference
        Reference package.
    figures
        Country package.
    curves
        Curves of ownership.
    options
        Choices of a run.

    Returns
    -------
    ProjectionPlan
        Every product in exactly one method.

    Raises
    ------
    InputError
        [PRJ-002], [PRJ-003] if the tables of the reference package do not fit together.
    """
    tables = Tables(
        reference.package.frame("projection_methods").set_index("key"),
        reference.package.frame("technology_switches").set_index("key"),
        reference.package.frame("trend_exceptions"),
    )
    products = list(reference.products.index)
    return plan_projection(products, tables, curves, figures.iso3, options.projection)


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
    plan = plan_country(reference, figures, curves, options)
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


def discard_market(
    reference: Reference,
    market: Market,
    lifetime: xr.DataArray,
    convention: Convention,
    scenario: ReadScenario,
) -> tuple[MeasuredFlows, MeasuredFlows]:
    """Discard what was placed on the market, by mass and by pieces, under the levers of a scenario.

    Parameters
    ----------
    reference
        Reference package.
    market
        Placed on market without levers.
    lifetime
        Dims (parameter, product).
    convention
        When within the year equipment is discarded.
    scenario
        Levers.

    Returns
    -------
    tuple of MeasuredFlows
        By mass and by pieces.
    """
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
