"""Equipment placed on market, read from reference countries at the income of the country.

A country without statistics of its own buys about what countries of the same income bought in the same year.
After the last year of the reference countries their last profile is kept, and the country moves along it as
its income grows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr

from ainalym.core.arrays import label_array, read_coordinates
from ainalym.core.origins import Origin
from ainalym.core.units import KG_PER_TONNE
from ainalym.kernels.profile import read_at_income


class Market(NamedTuple):
    """Equipment placed on market in mass and pieces, with the origin of every value.

    Attributes
    ----------
    mass
        Dims (year, product), t/yr.
    pieces
        Dims (year, product), piece/yr.
    origin
        Dims (year, product), a value of :class:`Origin`.
    """

    mass: xr.DataArray
    pieces: xr.DataArray
    origin: xr.DataArray


def compute_from_reference(
    population: xr.DataArray,
    income: xr.DataArray,
    per_inhabitant: xr.DataArray,
    group_income: xr.DataArray,
    elasticity: xr.DataArray,
    introduction_year: xr.DataArray,
    last_year_of_history: int,
) -> Market:
    """Compute what is placed on market by the reference-country method.

    Parameters
    ----------
    population
        Dims (..., year), persons.
    income
        Dims (..., year), int$2011/person.
    per_inhabitant
        Placed on market of the reference groups. Dims (measure, year, reference_group, product), kg/person
        and piece/person, for the years that the reference countries have.
    group_income
        Dims (year, reference_group), int$2011/person, poorest group first.
    elasticity
        Income elasticity below the poorest group. Dims (product,), 0 or more.
    introduction_year
        First year in which a product can be sold. Dims (product,).
    last_year_of_history
        Last year whose population and income are figures and not projections.

    Returns
    -------
    Market
        Dims (..., year, product); leading axes such as ``draw`` are kept. Origin ``REFERENCE`` in
        history, ``PROJECTED`` after it.
    """
    population, income = xr.broadcast(population, income)
    years = population["year"].values
    profile = _hold_last(per_inhabitant, years)
    groups = _hold_last(group_income, years)
    sold = years[:, np.newaxis] >= introduction_year.values
    kg, pieces = (
        read_at_income(profile.sel(measure=measure).values, groups.values, income.values, elasticity.values)
        * sold
        for measure in ("kg", "pieces")
    )
    persons = population.values[..., np.newaxis]
    coordinates = read_coordinates(population) | {"product": per_inhabitant["product"].values}
    origin = np.where(years <= last_year_of_history, Origin.REFERENCE, Origin.PROJECTED).astype(np.int8)
    return Market(
        label_array("placed_on_market", kg * persons / KG_PER_TONNE, coordinates),
        label_array("placed_on_market_pieces", pieces * persons, coordinates),
        label_array("placed_on_market_origin", np.broadcast_to(origin[:, np.newaxis], kg.shape), coordinates),
    )


def replace_product(market: Market, product: str, replacement: Market) -> Market:
    """Put the series of one product, computed in another way, in the place of its old one.

    Parameters
    ----------
    market
        All products.
    product
        Key of the product to replace.
    replacement
        The same years, with this product alone.

    Returns
    -------
    Market
        New arrays; the old ones stay as they are.
    """
    replaced = []
    for array, new in zip(market, replacement, strict=True):
        copy = array.copy(deep=True)
        copy.loc[{"product": product}] = new.sel(product=product)
        replaced.append(copy)
    return Market(*replaced)


def _hold_last(array: xr.DataArray, years: np.ndarray) -> xr.DataArray:
    """Take the years of an array, the last one again for every year after it."""
    return array.sel(year=np.clip(years, array["year"].values[0], array["year"].values[-1]))
