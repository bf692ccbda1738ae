"""Equipment in stock and e-waste generated, from what was placed on market and how long it lasts."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ainalym.core.arrays import exact_alignment, label_array, read_coordinates
from ainalym.kernels.boundary import Labels
from ainalym.kernels.cohort import compute_inflow_driven
from ainalym.kernels.lifetime import Convention, Weibull, compute_mass_error, survival_by_age

MASS_BALANCE_TOLERANCE = 1e-9
"""Largest relative difference between what came in and what went out or stayed, to count as conserved."""


def choose_lifetime(lifetime: xr.DataArray, profile: xr.DataArray) -> xr.DataArray:
    """Take for each product the lifetime of the profile that the country chose.

    Parameters
    ----------
    lifetime
        Dims (parameter, profile, product).
    profile
        Name of a profile. Dims (product,).

    Returns
    -------
    xarray.DataArray
        Dims (parameter, product), shape (1) and scale (yr).
    """
    return lifetime.sel(profile=profile, product=profile["product"]).drop_vars("profile")


def compute_stock_and_ewaste(
    placed_on_market: xr.DataArray, lifetime: xr.DataArray, convention: Convention, unit: str = "mass"
) -> tuple[xr.DataArray, xr.DataArray]:
    """Compute the stock at the end of every year and the e-waste generated during it.

    Parameters
    ----------
    placed_on_market
        Dims (..., year, product), t/yr or piece/yr, each 0 or more, from the first year on.
    lifetime
        Dims (..., parameter, product), Weibull shape (1) and scale (yr).
    convention
        When within the year equipment is sold and discarded, as in ``survival_by_age``.
    unit
        ``"mass"`` or ``"pieces"``: what is counted.

    Returns
    -------
    tuple of xarray.DataArray
        Stock (t or piece) and e-waste generated (t/yr or piece/yr). Dims (..., year, product).

    Raises
    ------
    InputError
        [COH-...] if a lifetime or an inflow is not possible, naming product and year.
    """
    coordinates = read_coordinates(placed_on_market)
    weibull = Weibull(lifetime.sel(parameter="shape").values, lifetime.sel(parameter="scale").values)
    survival = survival_by_age(weibull, coordinates["year"].size, convention)
    labels = Labels(products=tuple(coordinates["product"]), years=tuple(coordinates["year"]))
    result = compute_inflow_driven(placed_on_market.values, survival, by_cohort=False, labels=labels)
    suffix = "" if unit == "mass" else "_pieces"
    return (
        label_array(f"stock{suffix}", result.stock, coordinates),
        label_array(f"ewaste_generated{suffix}", result.outflow, coordinates),
    )


def compute_mass_balance(
    placed_on_market: xr.DataArray, stock: xr.DataArray, ewaste_generated: xr.DataArray
) -> float:
    """Compute the largest relative error of the mass balance, reading the stored stock.

    Parameters
    ----------
    placed_on_market, stock, ewaste_generated
        Dims (..., year, product), t.

    Returns
    -------
    float
        Largest difference of inflow and change of stock plus outflow over all years and products, relative
        to the largest stock of the product.
    """
    before = stock.shift(year=1, fill_value=0.0)
    with exact_alignment():
        difference = abs(placed_on_market - (stock - before) - ewaste_generated)
    largest = np.maximum(stock.max("year"), np.finfo(float).tiny)
    return float((difference / largest).max())


def compute_convention_error(lifetime: xr.DataArray, convention: Convention) -> float:
    """Compute by how much a convention makes or loses mass over the whole life of a product.

    Parameters
    ----------
    lifetime
        Dims (..., parameter, product), Weibull shape (1) and scale (yr).
    convention
        When within the year equipment is sold and discarded; only ``cbs`` makes or loses any.

    Returns
    -------
    float
        What leaves over all years less what was sold, as a part of it, of the product where that is furthest
        from 0.
    """
    weibull = Weibull(lifetime.sel(parameter="shape").values, lifetime.sel(parameter="scale").values)
    errors = compute_mass_error(weibull, convention).ravel()
    return float(errors[np.abs(errors).argmax()])
