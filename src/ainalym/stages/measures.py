"""Levers of a scenario on products, with labels: what is sold, held and discarded under them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from ainalym.core.arrays import label_array, read_coordinates
from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.lifetime import Convention, Weibull, expand_to_cohorts, survival_by_age
from ainalym.kernels.product_levers import (
    ProductFlows,
    ProductPaths,
    change_survival,
    group_products,
    pull_levers,
)


class MeasuredFlows(NamedTuple):
    """What is sold, held and discarded.

    Attributes
    ----------
    market, stock, ewaste
        Dims (year, product), t/yr, t, t/yr; or pieces.
    survival
        Share of a cohort still in stock. Shape (year, cohort, product).
    """

    market: xr.DataArray
    stock: xr.DataArray
    ewaste: xr.DataArray
    survival: FloatArray


def compute_survival(lifetime: xr.DataArray, years: int, convention: Convention) -> FloatArray:
    """Compute the share of every cohort still in stock, without levers.

    Parameters
    ----------
    lifetime
        Dims (parameter, product), Weibull shape (1) and scale (yr).
    years
        Number of years.
    convention
        When within the year equipment is sold and discarded.

    Returns
    -------
    FloatArray
        Shape (year, cohort, product).
    """
    weibull = Weibull(lifetime.sel(parameter="shape").values, lifetime.sel(parameter="scale").values)
    return expand_to_cohorts(survival_by_age(weibull, years, convention))


def apply_measures(
    flows: MeasuredFlows,
    lifetime: xr.DataArray,
    convention: Convention,
    paths: Sequence[ProductPaths],
    first_year: int,
    unit: str = "mass",
    survival: FloatArray | None = None,
) -> MeasuredFlows:
    """Pull the levers of each product.

    Parameters
    ----------
    flows
        Without levers.
    lifetime
        Dims (parameter, product), Weibull shape (1) and scale (yr).
    convention
        When within the year equipment is sold and discarded.
    paths
        Levers of each product.
    first_year
        First year whose sales the ownership lever may change.
    unit
        ``"mass"`` or ``"pieces"``: what is counted. The unit weight changes mass alone.
    survival
        Survival under these levers, where the other unit has told it already.

    Returns
    -------
    MeasuredFlows
        Products without a lever as they were, to the last bit.
    """
    coordinates = read_coordinates(flows.market)
    years = coordinates["year"]
    weibull = Weibull(lifetime.sel(parameter="shape").values, lifetime.sel(parameter="scale").values)
    by_age = survival_by_age(weibull, len(years), convention)
    market, stock, ewaste = (np.array(array.values) for array in (flows.market, flows.stock, flows.ewaste))
    left = flows.survival.copy() if survival is None else survival
    first = int(np.searchsorted(years, first_year))
    own = paths if unit == "mass" else [path._replace(unit_weight=None) for path in paths]
    for path, products in group_products(own):
        plain = ProductFlows(*(array[:, products] for array in (market, stock, ewaste)))
        own_age, own_shape = by_age[:, products], np.atleast_1d(weibull.shape)[products]
        found = pull_levers(plain, own_age, own_shape, path, first)
        for array, columns in zip((market, stock, ewaste), found, strict=True):
            array[:, products] = columns
        if path.lifetime is not None and survival is None:
            left[..., products] = change_survival(own_age, own_shape, path.lifetime)
    suffix = "" if unit == "mass" else "_pieces"
    names = (f"placed_on_market{suffix}", f"stock{suffix}", f"ewaste_generated{suffix}")
    labelled = [
        label_array(name, array, coordinates)
        for name, array in zip(names, (market, stock, ewaste), strict=True)
    ]
    return MeasuredFlows(labelled[0], labelled[1], labelled[2], left)
