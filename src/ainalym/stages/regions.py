"""Distributes the nation's e-waste to its regions by population and wage, summing to the nation."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ainalym.core.arrays import describe_array, label_array, read_coordinates
from ainalym.core.dimensions import order_dimensions


def compute_region_population(figures: xr.DataArray, population: xr.DataArray) -> xr.DataArray:
    """Carry the population of the regions over all years of the outlook.

    Parameters
    ----------
    figures
        Population of the regions in the years that were counted. Dims (year, region), persons.
    population
        Population of the nation. Dims (year,), persons.

    Returns
    -------
    xarray.DataArray
        Dims (year, region), persons, summing to the nation. Before the first and after the last count the
        shares of the nearest count are held: no published projection by region is in the package.
    """
    years = population["year"].values
    counted = figures["year"].values
    shares = (figures / figures.sum("region")).sel(year=np.clip(years, counted[0], counted[-1])).values
    values = shares * population.values[..., np.newaxis]
    coordinates = read_coordinates(population) | {"region": figures["region"].values}
    return label_array("region_population", values, coordinates)


def compute_by_region(
    ewaste_generated: xr.DataArray,
    category: xr.DataArray,
    categories: list[str],
    region_population: xr.DataArray,
    wage: xr.DataArray,
    elasticity: float,
) -> xr.DataArray:
    """Distribute the e-waste of every category to the regions.

    Parameters
    ----------
    ewaste_generated
        Dims (year, product), t/yr.
    category
        Category of each product. Dims (product,).
    categories
        All categories, in order.
    region_population
        Dims (year, region), persons.
    wage
        Wage of the region over that of the nation. Dims (region,), 1 where there is no figure.
    elasticity
        Income elasticity of placed on market over all products, 0 or more.

    Returns
    -------
    xarray.DataArray
        Dims (year, region, category), t/yr. Sums over regions to the nation.

    Notes
    -----
    The weight of a region is N_r (w_r / w)^e. It assumes that regions differ from one another as countries
    do.
    """
    weight = region_population * wage**elasticity
    share = weight / weight.sum("region")
    by_category = (
        ewaste_generated.groupby(category.rename("category"))
        .sum("product")
        .reindex(category=categories, fill_value=0.0)
    )
    result = share * by_category
    dimensions = order_dimensions(str(name) for name in result.dims)
    return describe_array(result.transpose(*dimensions), "ewaste_generated_by_region")
