"""Photovoltaic equipment placed on market: growth of installed capacity and replacement of what retires."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.core.arrays import label_array
from ainalym.core.units import KG_PER_TONNE
from ainalym.kernels.cohort import compute_stock_driven
from ainalym.kernels.lifetime import Convention, Weibull, survival_by_age
from ainalym.kernels.series import interpolate_years


def compute_capacity(figures: pd.DataFrame, years: Sequence[int]) -> xr.DataArray:
    """Compute the installed capacity at the end of every year.

    Parameters
    ----------
    figures
        Columns ``year`` and ``value`` (MW), rising years.
    years
        Years wanted.

    Returns
    -------
    xarray.DataArray
        Dims (year,), MW: linear between figures, held constant after the last one.
    """
    values = interpolate_years(figures["year"].to_numpy(), figures["value"].to_numpy(), years)
    return label_array("photovoltaic_capacity", values, {"year": list(years)})


def compute_photovoltaic_market(
    capacity: xr.DataArray, mass: xr.DataArray, lifetime: xr.DataArray, convention: Convention
) -> tuple[xr.DataArray, xr.DataArray]:
    """Compute what is placed on market so that the fleet has its capacity in every year.

    Parameters
    ----------
    capacity
        Installed capacity at the end of the year. Dims (year,), MW.
    mass
        Dims (measure, year) with measure ``kg_per_megawatt`` and ``kg_per_panel``; the first and last year
        are held.
    lifetime
        Dims (parameter, product) with one product, shape (1) and scale (yr).
    convention
        Discard within a year, as for every other product.

    Returns
    -------
    tuple of xarray.DataArray
        Placed on market in t/yr and in piece/yr. Dims (year, product).

    Notes
    -----
    In megawatt P(t) = K(t) - K(t-1) + O(t), O(t) the retirement of earlier cohorts; each cohort has the mass
    per megawatt of its own year. The published European method differences a stock that it has multiplied by
    the falling mass of the year, and adds no replacement: both make the flow too small.
    """
    years = capacity["year"].values
    weibull = Weibull(lifetime.sel(parameter="shape").values, lifetime.sel(parameter="scale").values)
    survival = survival_by_age(weibull, years.size, convention)
    shortfall: Literal["retire_proportionally"] = "retire_proportionally"
    installed = compute_stock_driven(capacity.values[:, np.newaxis], survival, shortfall).inflow
    at_years = mass.interp(year=np.clip(years, mass["year"].values[0], mass["year"].values[-1]))
    kg = installed * at_years.sel(measure="kg_per_megawatt").values[:, np.newaxis]
    panels = kg / at_years.sel(measure="kg_per_panel").values[:, np.newaxis]
    coordinates = {"year": years, "product": lifetime["product"].values}
    return (
        label_array("placed_on_market", kg / KG_PER_TONNE, coordinates),
        label_array("placed_on_market_pieces", panels, coordinates),
    )
