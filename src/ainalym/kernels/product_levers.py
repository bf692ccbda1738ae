"""What policy does to products in use: sales, weight, longer life of all living cohorts, stock that is kept.

One product at a time, its draws last: arrays of shape (year, draw).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.hazard import multiply_hazard


class ProductPaths(NamedTuple):
    """What levers ask of a product in each year; None where a lever is not pulled.

    Attributes
    ----------
    sales
        Factor on what is placed on the market.
    unit_weight
        Factor on the mass of a piece by year of sale.
    lifetime
        Relative change of the mean life, above -1.
    ownership
        Factor on the stock that would be without levers; sales are then what keeps that stock.
    """

    sales: FloatArray | None = None
    unit_weight: FloatArray | None = None
    lifetime: FloatArray | None = None
    ownership: FloatArray | None = None

    @property
    def pulled(self) -> bool:
        """Whether any lever is."""
        return any(path is not None for path in self)


class ProductFlows(NamedTuple):
    """What is placed on the market, held and discarded. Each of shape (year, draw).

    Attributes
    ----------
    market, stock, ewaste
        t/yr, t, t/yr; or in pieces.
    survival
        Share of a cohort still in stock. Shape (year, cohort, draw).
    """

    market: FloatArray
    stock: FloatArray
    ewaste: FloatArray
    survival: FloatArray


def pull_levers(
    market: FloatArray, survival_by_age: FloatArray, shape: FloatArray, paths: ProductPaths, first: int
) -> ProductFlows:
    """Compute what a product does when levers are pulled.

    Parameters
    ----------
    market
        Without levers. Shape (year, draw), each 0 or more.
    survival_by_age
        Share of a cohort still in stock at the end of a year, by age. Shape (age, draw).
    shape
        Of the Weibull lifetime. Shape (draw,).
    paths
        The levers.
    first
        Place of the first year whose sales the ownership lever may change.

    Returns
    -------
    ProductFlows
        In which market less change of stock is e-waste, in every year.

    Notes
    -----
    A mean life longer by x multiplies the hazard of every living cohort by (1 + x)^-shape in the years in
    which it holds: a policy of the period, which also reaches what was sold before it.
    """
    years = len(market)
    plain = _arrange(survival_by_age, years)
    survival = plain
    if paths.lifetime is not None:
        multiplier = (1.0 + paths.lifetime) ** -shape
        survival = multiply_hazard(plain, multiplier)
    entering = market if paths.sales is None else market * paths.sales
    if paths.ownership is not None:
        wanted = np.einsum("cd,tcd->td", market, plain) * paths.ownership
        entering = solve_sales_for_stock(entering, wanted, survival, first)
    if paths.unit_weight is not None:
        entering = entering * paths.unit_weight
    stock = np.einsum("cd,tcd->td", entering, survival)
    before = np.concatenate([np.zeros((1, stock.shape[1])), stock[:-1]])
    return ProductFlows(entering, stock, np.maximum(entering + before - stock, 0.0), survival)


def solve_sales_for_stock(
    market: FloatArray, wanted: FloatArray, survival: FloatArray, first: int
) -> FloatArray:
    """Solve for the sales that keep a stock.

    Parameters
    ----------
    market
        Sales before the first year, which stay. Shape (year, draw).
    wanted
        Stock at the end of each year. Shape (year, draw).
    survival
        Shape (year, cohort, draw), above 0 in the year of the cohort.
    first
        Place of the first year to solve for.

    Returns
    -------
    FloatArray
        Shape (year, draw), 0 or more: where the older cohorts alone exceed the stock, nothing is sold.
    """
    solved = market.copy()
    for year in range(first, len(market)):
        left = np.einsum("cd,cd->d", solved[:year], survival[year, :year])
        entry = survival[year, year]
        gap = np.maximum(wanted[year] - left, 0.0)
        solved[year] = np.divide(gap, entry, out=np.zeros_like(gap), where=entry > 0)
    return solved


def _arrange(by_age: FloatArray, years: int) -> FloatArray:
    """Give survival by age the axes (year, cohort, draw), 0 before the year of the cohort."""
    ages = np.subtract.outer(np.arange(years), np.arange(years))
    arranged = by_age[np.maximum(ages, 0)]
    arranged[ages < 0] = 0.0
    return np.asarray(arranged)
