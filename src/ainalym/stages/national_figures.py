"""National figures enter what the reference countries suggest; every cell says which it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.core.arrays import describe_array
from ainalym.core.origins import Origin
from ainalym.kernels.level import fade_level, follow_figures

FADE_YEARS = 10
"""Years before the first national figure over which its level gives way to that of the reference countries.

An assumption: about one life of a household appliance. It is written into the run record.
"""

MONTHS_PER_YEAR = 12

Market = tuple[xr.DataArray, xr.DataArray, xr.DataArray]
"""Placed on market in mass (t/yr) and pieces (piece/yr), and origin. Dims (..., year, product)."""


def compute_sales_level(pieces: xr.DataArray, sales: pd.DataFrame) -> pd.DataFrame:
    """Compute how far the reported sales of a product are from what the reference countries suggest.

    Parameters
    ----------
    pieces
        Placed on market. Dims (year, product), piece/yr.
    sales
        Usable rows of the table ``sales``: columns ``keys`` (several joined by ``;``), ``year``, ``months``,
        ``pieces``.

    Returns
    -------
    pandas.DataFrame
        One row per product: ``product``, ``first_year`` of the sales, ``level`` (sales over reference, the
        geometric mean over the years of the group). Sales of a part of a year are taken as even over its
        months.
    """
    rows = []
    known = set(pieces["year"].values.tolist())
    for keys, group in sales.groupby("keys"):
        products = str(keys).split(";")
        own = group[group["year"].isin(known)]
        expected = [float(pieces.sel(product=products, year=year).sum()) for year in own["year"]]
        reported = own["pieces"].to_numpy(dtype=float) * MONTHS_PER_YEAR / own["months"].to_numpy(dtype=float)
        usable = (np.asarray(expected) > 0) & (reported > 0)
        if not usable.any():
            continue
        level = float(np.exp(np.mean(np.log(reported[usable] / np.asarray(expected)[usable]))))
        first = int(own["year"][usable].min())
        rows += [{"product": product, "first_year": first, "level": level} for product in products]
    return pd.DataFrame(rows, columns=["product", "first_year", "level"])


def enter_sales(market: Market, sales: pd.DataFrame) -> Market:
    """Bring the products with usable sales to the level of their sales.

    Parameters
    ----------
    market
        What the reference countries suggest.
    sales
        Usable rows of the table ``sales``.

    Returns
    -------
    Market
        New arrays. From the first year of the sales on a product has the level of its sales; in the ten
        years before, the level gives way to that of the reference countries. Origin ``ESTIMATED`` in the
        years of the sales, ``IMPUTED`` before them, unchanged where projected.
    """
    mass, pieces, origin = (array.copy(deep=True) for array in market)
    years, products = mass["year"].values, mass["product"].values.tolist()
    for row in compute_sales_level(market[1], sales).to_dict("records"):
        place = products.index(row["product"])
        factor = fade_level(years, row["first_year"], row["level"], FADE_YEARS)
        for array in (mass, pieces):
            array.transpose("year", "product").values[:, place] *= factor
        own = origin.transpose("year", "product").values[:, place]
        changed = (factor != 1.0) & (own == Origin.REFERENCE)
        own[changed] = np.where(years >= row["first_year"], Origin.ESTIMATED, Origin.IMPUTED)[changed]
    return _describe(mass, pieces, origin)


def enter_statistics(
    market: Market, mass: xr.DataArray, pieces: xr.DataArray, origin: xr.DataArray
) -> Market:
    """Put the yearly figures of a statistical office in the place of what the reference countries suggest.

    Parameters
    ----------
    market
        What the reference countries suggest.
    mass, pieces
        Figures of the country. Dims (year, product), t/yr and piece/yr, NaN where there is none.
    origin
        Origin of each figure; read where there is one.

    Returns
    -------
    Market
        New arrays. The figures stand as they are; between two of them the ratio to the reference countries
        is interpolated, after the last it is held, before the first it fades over ten years. Origin
        ``IMPUTED`` where the ratio was carried into a year of history without a figure.
    """
    years = market[0]["year"].values
    products = mass["product"].values
    result = [array.copy(deep=True) for array in market]
    carried = np.zeros((years.size, products.size), dtype=bool)
    for position, figures in enumerate((mass, pieces)):
        aligned = figures.reindex(year=years).values
        reference = market[position].sel(product=products).values
        values, moved = follow_figures(years, reference, aligned, FADE_YEARS)
        result[position].loc[{"product": products}] = values
        carried |= moved
    before = market[2].sel(product=products).values
    reported = origin.reindex(year=years, fill_value=0).values
    history = np.where(carried & (before == Origin.REFERENCE), Origin.IMPUTED, before)
    known = ~np.isnan(mass.reindex(year=years).values)
    result[2].loc[{"product": products}] = np.where(known, reported, history)
    return _describe(*result)


def _describe(mass: xr.DataArray, pieces: xr.DataArray, origin: xr.DataArray) -> Market:
    return (
        describe_array(mass, "placed_on_market"),
        describe_array(pieces, "placed_on_market_pieces"),
        describe_array(origin.astype(np.int8), "placed_on_market_origin"),
    )
