"""Materials embedded in e-waste, and what they would fetch."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ainalym.core.arrays import describe_array, exact_alignment
from ainalym.core.dimensions import order_dimensions

RESIDUAL_MATERIAL = "other"
"""Material that takes up the difference when others are calibrated, so that a sum stays one."""


def calibrate_composition(
    composition: xr.DataArray, factor: xr.DataArray, additive: xr.DataArray
) -> xr.DataArray:
    """Scale a composition to published world totals, keeping the sum of every product at one.

    Parameters
    ----------
    composition
        Mass fractions. Dims (product, material).
    factor
        Published over bottom-up total. Dims (material,), above 0.
    additive
        Whether a material is part of the sum. Dims (material,).

    Returns
    -------
    xarray.DataArray
        Dims (product, material). What the scaled materials leave goes to ``other``; where they would exceed
        one, all additive materials are scaled back together.
    """
    with exact_alignment():
        scaled = composition * factor
    residual = scaled["material"] == RESIDUAL_MATERIAL
    others = scaled.where(additive & ~residual, 0.0).sum("material")
    scaled = scaled.where(~residual, np.maximum(1.0 - others, 0.0))
    total = scaled.where(additive, 0.0).sum("material")
    return describe_array(
        (scaled / total.where(additive, 1.0)).transpose("product", "material"), "composition"
    )


def compute_embedded(ewaste_generated: xr.DataArray, composition: xr.DataArray) -> xr.DataArray:
    """Compute the materials in the e-waste generated.

    Parameters
    ----------
    ewaste_generated
        Dims (year, product), t/yr.
    composition
        Mass fractions, the same for all cohorts of a product. Dims (product, material).

    Returns
    -------
    xarray.DataArray
        Dims (year, product, material), t/yr. The additive materials of a product sum to its mass.
    """
    with exact_alignment():
        embedded = ewaste_generated * composition
    return describe_array(
        embedded.transpose(*order_dimensions(str(name) for name in embedded.dims)), "material_embedded"
    )


def compute_mean_price(prices: xr.DataArray, years: int = 3) -> xr.DataArray:
    """Average the prices of the last full years.

    Parameters
    ----------
    prices
        Yearly means. Dims (year, material), USD/t, NaN where there is no figure.
    years
        How many years, counted back from the last one of the table.

    Returns
    -------
    xarray.DataArray
        Dims (material,), USD/t. The mean of what figures there are in those years; NaN if there are none.
    """
    last = prices.isel(year=slice(-years, None))
    count = last.notnull().sum("year")
    mean = last.fillna(0.0).sum("year") / count.where(count > 0)
    return describe_array(mean, "price")


def compute_value(embedded: xr.DataArray, price: xr.DataArray) -> xr.DataArray:
    """Value the embedded materials at a price.

    Parameters
    ----------
    embedded
        Dims (year, product, material), t/yr.
    price
        Dims (material,), USD/t, NaN for materials without a price.

    Returns
    -------
    xarray.DataArray
        Dims (year, material), USD/yr. Materials without a price are valued at zero: the value is a lower
        bound.
    """
    with exact_alignment():
        value = embedded.sum("product") * price.fillna(0.0)
    dimensions = order_dimensions(str(name) for name in value.dims)
    return describe_array(value.transpose(*dimensions), "material_value")
