"""All that a block of draws needs to know, as bare arrays: it travels to threads and workers as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from ainalym.core.origins import Origin
from ainalym.ensemble.end_of_life import EndOfLifeModel, collect_end_of_life
from ainalym.ensemble.ownership import Ownership, collect_ownership
from ainalym.ensemble.uncertainty import Spread, Spreads, read_uncertainty
from ainalym.kernels.joining import compute_open_share
from ainalym.kernels.lifetime import Convention
from ainalym.kernels.series import interpolate_years
from ainalym.packages.country import Country, read_country
from ainalym.packages.reference import PHOTOVOLTAIC_PRODUCT, Reference, read_reference
from ainalym.pipeline import check_options, run_outlook
from ainalym.results.result import Result
from ainalym.scenarios.reading import BASELINE
from ainalym.schemas.run import LAST_YEAR_OF_HISTORY, RunOptions

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.intp]

NORMAL_90 = 1.2815515655446004
"""Standard score of the 90 % quantile: half-width of an 80 % interval."""

NORMAL_95 = 1.6448536269514722
"""Standard score of the 95 % quantile: half-width of a 90 % interval."""

SPREAD_YEAR = 2050
"""Year in which a spread of unit ``log_2050`` is reached."""


@dataclass(frozen=True)
class Band:
    """How far a path lies from its centre at one standard deviation, on either side.

    Attributes
    ----------
    down, up
        Differences of the logarithm, or of the value itself, each 0 or more. Shape (year,).
    """

    down: FloatArray
    up: FloatArray

    def shift(self, scores: FloatArray) -> FloatArray:
        """Give the shift of the path for each draw: one score moves all its years.

        Parameters
        ----------
        scores
            Standard normal numbers. Shape (draw,).

        Returns
        -------
        FloatArray
            Shape (draw, year).
        """
        below, above = np.minimum(scores, 0.0)[:, np.newaxis], np.maximum(scores, 0.0)[:, np.newaxis]
        return np.asarray(below * self.down + above * self.up)


@dataclass(frozen=True)
class Photovoltaics:
    """Panels, whose market follows installed capacity.

    Attributes
    ----------
    position
        Place of the panels among the products.
    capacity
        At the end of the year, MW. Shape (year,).
    band
        Of the capacity, MW.
    tonnes_per_megawatt
        Mass of equipment per installed power, t/MW. Shape (year,).
    """

    position: int
    capacity: FloatArray
    band: Band
    tonnes_per_megawatt: FloatArray


@dataclass(frozen=True)
class Model:
    """The outlook as its centre and the ways in which it may differ from it.

    Attributes
    ----------
    iso3
        Country.
    years
        Shape (year,).
    products, categories, materials, regions
        Labels.
    category
        Place of the category of each product. Shape (product,).
    market
        Placed on market of the deterministic outlook, t/yr. Shape (year, product).
    population, income
        Persons, int$2011/person. Shape (year,).
    population_band, income_band
        Of the logarithm.
    profile
        Placed on market of the reference groups, kg/person. Shape (year, group, product).
    group_income
        int$2011/person. Shape (year, group).
    elasticity, elasticity_error
        Income elasticity and its standard error. Shape (product,).
    total_elasticity, total_elasticity_error
        The same of all products together.
    shape, scale
        Weibull lifetime, 1 and yr. Shape (product,).
    convention
        Convention of the run.
    composition
        Mass fractions. Shape (product, material).
    composition_spread
        Standard deviation of the logarithm. Shape (product, material).
    additive
        Whether a material is part of the sum to one. Shape (material,).
    price
        USD/t, 0 where there is none. Shape (material,).
    price_changes
        Changes of the logarithm of the price about their mean. Shape (year of history, material).
    market_spread
        Spread of the level of each market. Shape (product,).
    spreads
        Table of uncertain quantities.
    region_population
        Persons. Shape (year, region), without regions where the country package has none.
    region_wage
        Over that of the nation. Shape (region,).
    photovoltaics
        None where the country has no figures of capacity.
    ownership
        None where no product follows ownership.
    last_year_of_history
        Year from which on the market is projected, and drifts.
    open_level
        Share of ``market_spread`` that figures of the country leave open
        (:func:`ainalym.kernels.joining.compute_open_share`). Shape (year, product); None where it has none.
    end_of_life
        What becomes of e-waste, and the scenario.
    """

    iso3: str
    years: IntArray
    products: tuple[str, ...]
    categories: tuple[str, ...]
    materials: tuple[str, ...]
    regions: tuple[str, ...]
    category: IntArray
    market: FloatArray
    population: FloatArray
    income: FloatArray
    population_band: Band
    income_band: Band
    profile: FloatArray
    group_income: FloatArray
    elasticity: FloatArray
    elasticity_error: FloatArray
    total_elasticity: float
    total_elasticity_error: float
    shape: FloatArray
    scale: FloatArray
    convention: Convention
    composition: FloatArray
    composition_spread: FloatArray
    additive: npt.NDArray[np.bool_]
    price: FloatArray
    price_changes: FloatArray
    market_spread: FloatArray
    spreads: Spreads
    region_population: FloatArray
    region_wage: FloatArray
    photovoltaics: Photovoltaics | None
    ownership: Ownership | None = None
    last_year_of_history: int = LAST_YEAR_OF_HISTORY
    open_level: FloatArray | None = None
    end_of_life: EndOfLifeModel | None = None


def prepare_model(
    country: str, options: RunOptions | None = None, listener: Callable[[str], None] = lambda _: None
) -> tuple[Model, Result]:
    """Run the deterministic outlook and gather what its ensemble needs.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Choices of the run.
    listener
        Called with the name of each stage when it begins.

    Returns
    -------
    tuple of Model and Result
        The ensemble's centre is the result, whatever method made its market.

    Raises
    ------
    InputError
        As :func:`ainalym.pipeline.run_outlook`, and [ENS-001] to [ENS-005] for the table of uncertainty.
    """
    options = options or RunOptions()
    reference = read_reference()
    figures = read_country(country, reference)
    result = run_outlook(country, options, listener)
    after = collect_end_of_life(reference, figures, result, options)
    plain = result
    if after.moves_products:
        # Draws spread around what would be sold without levers, and pull the levers themselves.
        plain = run_outlook(country, options.model_copy(update={"scenario": BASELINE}))
    return replace(collect_model(reference, figures, plain, options), end_of_life=after), result


def collect_model(reference: Reference, figures: Country, result: Result, options: RunOptions) -> Model:
    """Gather the bare arrays of a model.

    Parameters
    ----------
    reference
        Reference package.
    figures
        Country package.
    result
        Deterministic outlook of the country.
    options
        Choices of the run.

    Returns
    -------
    Model
        Ready for :func:`ainalym.ensemble.block.compute_block`.

    Raises
    ------
    InputError
        [ENS-001] to [ENS-005] for the table of uncertainty.
    """
    data = result.data
    years = data["year"].values.astype(np.intp)
    products = tuple(str(name) for name in data["product"].values)
    spreads = read_uncertainty(reference.package.tables["uncertainty"], products)
    errors = reference.package.frame("income_elasticities").set_index("key")["standard_error"]
    categories = tuple(str(name) for name in reference.categories.index)
    materials = tuple(str(name) for name in data["material"].values)
    additive = reference.materials["additive"].reindex(list(materials)).to_numpy(dtype=bool)
    has_regions = "region_population" in data
    wage = figures.region_wage.values if has_regions else np.zeros(0)
    place = np.clip(years, *reference.per_inhabitant["year"].values[[0, -1]])
    return Model(
        iso3=figures.iso3,
        years=years,
        products=products,
        categories=categories,
        materials=materials,
        regions=tuple(str(name) for name in data["region"].values) if has_regions else (),
        category=np.array(
            [categories.index(name) for name in reference.products["category"].loc[list(products)]]
        ),
        market=data["placed_on_market"].values,
        population=data["population"].values,
        income=data["income"].values,
        population_band=_read_population_band(figures, years, spreads),
        income_band=_read_income_band(figures, years, spreads),
        profile=reference.per_inhabitant.sel(measure="kg", year=place).values,
        group_income=reference.group_income.sel(year=place).values,
        elasticity=reference.elasticity.values,
        elasticity_error=errors.reindex(list(products)).to_numpy(dtype=np.float64),
        total_elasticity=reference.total_elasticity,
        total_elasticity_error=float(errors["all"]),
        shape=data["lifetime_shape"].values,
        scale=data["lifetime_scale"].values,
        convention=check_options(options),
        composition=data["composition"].values,
        composition_spread=_spread_composition(reference, spreads, additive),
        additive=additive,
        price=np.nan_to_num(data["price"].values),
        price_changes=_read_price_changes(reference.prices.values),
        market_spread=np.array([spreads["market_level", product].spread for product in products]),
        spreads=spreads,
        region_population=data["region_population"].values if has_regions else np.zeros((years.size, 0)),
        region_wage=wage,
        photovoltaics=_read_photovoltaics(reference, figures, result, spreads, products),
        ownership=collect_ownership(reference, figures, result, options),
        open_level=_find_open_levels(result),
    )


def _find_open_levels(result: Result) -> FloatArray | None:
    """Find how open levels are where a statistical office has reported figures; None where none has."""
    is_known = result.data["placed_on_market_origin"].values == Origin.REPORTED
    return compute_open_share(is_known) if is_known.any() else None


def hold_at_centre(model: Model) -> Model:
    """Set every spread to zero: each draw of this model is the deterministic outlook.

    Parameters
    ----------
    model
        Any model.

    Returns
    -------
    Model
        A copy that holds every quantity at its table value.
    """
    still = Band(np.zeros(len(model.years)), np.zeros(len(model.years)))
    panels = model.photovoltaics
    return replace(
        model,
        population_band=still,
        income_band=still,
        photovoltaics=None if panels is None else replace(panels, band=still),
        end_of_life=None if model.end_of_life is None else replace(model.end_of_life, at_centre=True),
        market_spread=np.zeros_like(model.market_spread),
        composition_spread=np.zeros_like(model.composition_spread),
        spreads={name: replace(row, spread=0.0) for name, row in model.spreads.items()},
    )


def _choose(spreads: Spreads, quantity: str, has_band: bool) -> Spread:
    return spreads[quantity, "with_band" if has_band else "without_band"]


def _grow(years: IntArray, spread: float) -> FloatArray:
    """Let a spread grow in proportion to the years since the last figure."""
    ahead = np.maximum(years - LAST_YEAR_OF_HISTORY, 0) / (SPREAD_YEAR - LAST_YEAR_OF_HISTORY)
    return np.asarray(spread * ahead)


def _read_path(figures: Country, series: str, years: IntArray, table: str) -> FloatArray:
    """Read one series of population or income at the years of the outlook, held beyond its ends."""
    array = getattr(figures, table).sel(series=series).dropna("year")
    return interpolate_years(array["year"].values, array.values, years, geometric=True)


def _read_population_band(figures: Country, years: IntArray, spreads: Spreads) -> Band:
    names = ("wpp2024_80_low", "wpp2024_medium", "wpp2024_80_high")
    has_band = set(names) <= set(figures.population["series"].values)
    row = _choose(spreads, "population_path", has_band)
    if not has_band:
        return Band(_grow(years, row.spread), _grow(years, row.spread))
    low, centre, high = (np.log(_read_path(figures, name, years, "population")) for name in names)
    future = (years > LAST_YEAR_OF_HISTORY) * row.spread / NORMAL_90
    return Band(np.maximum(centre - low, 0.0) * future, np.maximum(high - centre, 0.0) * future)


def _read_income_band(figures: Country, years: IntArray, spreads: Spreads) -> Band:
    names = [str(name) for name in figures.income["series"].values if str(name).startswith("ssp")]
    has_band = "ssp2" in names and len(names) > 2
    row = _choose(spreads, "income_path", has_band)
    if not has_band:
        return Band(_grow(years, row.spread), _grow(years, row.spread))
    paths = np.log([_read_path(figures, name, years, "income") for name in names])
    centre = paths[names.index("ssp2")]
    # Scenarios begin in 2020: what they differ by in the last year of figures is no longer open.
    last = int(np.searchsorted(years, LAST_YEAR_OF_HISTORY))
    distance = paths - centre
    distance -= distance[:, [last]]
    width = np.sqrt((distance**2).sum(axis=0) / (len(names) - 1)) * row.spread
    width[: last + 1] = 0.0
    return Band(width, width)


def _read_photovoltaics(
    reference: Reference, figures: Country, result: Result, spreads: Spreads, products: tuple[str, ...]
) -> Photovoltaics | None:
    table = figures.photovoltaic_capacity
    if table.empty:
        return None
    years = result.data["year"].values
    capacity = result.data["photovoltaic_capacity"].values
    row = _choose(spreads, "photovoltaic_path", has_band=True)
    low, high = (
        interpolate_years(table["year"].to_numpy(), table[column].to_numpy(), years)
        for column in ("low", "high")
    )
    factor = row.spread / NORMAL_95
    band = Band(np.maximum(capacity - low, 0.0) * factor, np.maximum(high - capacity, 0.0) * factor)
    mass = reference.photovoltaic_mass
    at_years = mass.interp(year=np.clip(years, *mass["year"].values[[0, -1]]))
    tonnes = at_years.sel(measure="kg_per_megawatt").values / 1000.0
    return Photovoltaics(products.index(PHOTOVOLTAIC_PRODUCT), capacity, band, tonnes)


def _spread_composition(
    reference: Reference, spreads: Spreads, additive: npt.NDArray[np.bool_]
) -> FloatArray:
    kinds = np.where(additive, "additive", "precious")
    grades = reference.composition_grade.values
    return np.array(
        [
            [spreads["composition", f"{kind}_{grade}"].spread for kind, grade in zip(kinds, row, strict=True)]
            for row in grades
        ]
    )


def _read_price_changes(prices: FloatArray) -> FloatArray:
    """Compute the yearly changes of log prices about their mean.

    A material without a figure in two years running takes the mean change of the others in that year: all
    follow the same business cycle.
    """
    changes = np.diff(np.log(prices), axis=0)
    frame = pd.DataFrame(changes)
    filled = frame.T.fillna(frame.mean(axis=1)).T.to_numpy(dtype=np.float64)
    return np.asarray(filled - filled.mean(axis=0))
