"""What policy does to products in use: sales, weight, longer life of all living cohorts, stock that is kept.

One product at a time, its draws last: arrays of shape (year, draw).
"""

from __future__ import annotations

from collections.abc import Sequence
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
    """

    market: FloatArray
    stock: FloatArray
    ewaste: FloatArray


def pull_levers(
    flows: ProductFlows, survival_by_age: FloatArray, shape: FloatArray, paths: ProductPaths, first: int
) -> ProductFlows:
    """Compute what a product does when levers are pulled.

    Parameters
    ----------
    flows
        Without levers.
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
        In which market less change of stock is e-waste, in every year; years before the first lever are as
        they were, to the last bit.

    Notes
    -----
    A mean life longer by x multiplies the hazard of every living cohort by (1 + x)^-shape in the years in
    which it holds: a policy of the period, which also reaches what was sold before it. Survival goes on year
    after year, so that nothing larger than (cohort, draw) is ever held.
    """
    begin = _find_begin(paths, first)
    market = flows.market if paths.sales is None else flows.market * paths.sales
    market, stock = np.array(market), flows.stock.copy()
    weight = None if paths.unit_weight is None else np.broadcast_to(paths.unit_weight, market.shape)
    entering = market if weight is None else market * weight
    living = _Living(survival_by_age, shape, paths.lifetime, begin)
    for year in range(begin, len(market)):
        survival = living.advance(year)
        left = np.einsum("cd,cd->d", entering[:year], survival[:-1])
        if paths.ownership is not None and year >= first:
            gap = flows.stock[year] * paths.ownership[year]
            # What is wanted is a stock of things, whatever each weighs.
            gap -= left if weight is None else np.einsum("cd,cd->d", market[:year], survival[:-1])
            market[year] = _sell_for_stock(gap, survival[-1])
            if weight is not None:
                entering[year] = market[year] * weight[year]
        stock[year] = left + entering[year] * survival[-1]
    ewaste = flows.ewaste.copy()
    before = stock[begin - 1 : -1] if begin else np.concatenate([np.zeros_like(stock[:1]), stock[:-1]])
    ewaste[begin:] = np.maximum(entering[begin:] + before - stock[begin:], 0.0)
    return ProductFlows(entering, stock, ewaste)


def group_products(paths: Sequence[ProductPaths]) -> list[tuple[ProductPaths, list[int]]]:
    """Put together the products of which the same is asked: they are computed side by side, as draws are.

    Parameters
    ----------
    paths
        One for each product; what is the same is the same array.

    Returns
    -------
    list of tuple
        Paths, and the places of the products that share them; products that no lever moves are left out.
    """
    groups: dict[tuple[int, ...], tuple[ProductPaths, list[int]]] = {}
    for product, path in enumerate(paths):
        if path.pulled:
            groups.setdefault(tuple(map(id, path)), (path, []))[1].append(product)
    return list(groups.values())


def pull_side_by_side(
    flows: ProductFlows,
    survival_by_age: FloatArray,
    shape: FloatArray,
    paths: ProductPaths,
    first: int,
    columns: int,
) -> ProductFlows:
    """Compute what several products do when the same levers are pulled; see :func:`pull_levers`.

    Parameters
    ----------
    flows
        Without levers. Each of shape (product, year, draw).
    survival_by_age
        Shape (product, age, draw).
    shape
        Shape (product, draw).
    paths
        The levers of all of them. Shape (year, draw or 1).
    first
        Place of the first year whose sales the ownership lever may change.
    columns
        Products times draws that are computed together: enough to be worth a call, few enough for the cache.

    Returns
    -------
    ProductFlows
        Each of shape (product, year, draw).
    """
    products, _, draws = survival_by_age.shape
    found = ProductFlows(*map(np.empty_like, flows))
    step = max(1, columns // draws)
    for begin in range(0, products, step):
        some = slice(begin, min(begin + step, products))
        count = some.stop - begin
        own = ProductPaths(*(_repeat(path, count) for path in paths))
        plain = ProductFlows(*(_join(array[some]) for array in flows))
        pulled = pull_levers(plain, _join(survival_by_age[some]), shape[some].reshape(-1), own, first)
        for array, values in zip(found, pulled, strict=True):
            array[some] = values.reshape(-1, count, draws).transpose(1, 0, 2)
    return found


def _repeat(path: FloatArray | None, count: int) -> FloatArray | None:
    return path if path is None or path.shape[1] == 1 else np.tile(path, (1, count))


def _join(values: FloatArray) -> FloatArray:
    """Lay products side by side. From shape (product, year, draw) to (year, product times draw)."""
    return values.transpose(1, 0, 2).reshape(values.shape[1], -1)


def _find_begin(paths: ProductPaths, first: int) -> int:
    """Find the place of the first year that a lever changes; after the last one if none does."""
    neutral = ProductPaths(*map(np.array, (1.0, 1.0, 0.0)))
    begins = [first] if paths.ownership is not None else []
    length = 0
    for path, plain in zip(paths[:3], neutral[:3], strict=True):
        if path is not None:
            length = len(path)
            begins += np.flatnonzero((path != plain).any(axis=-1))[:1].tolist()
    return min(begins, default=length)


class _Living:
    """The share of every cohort still in stock, year after year."""

    def __init__(self, by_age: FloatArray, shape: FloatArray, longer: FloatArray | None, begin: int) -> None:
        self._by_age = by_age
        self._multiplier = None if longer is None else (1.0 + longer) ** -shape
        if self._multiplier is None:
            return
        # Once a ramp has come to its end the hazard stays, and with it the share that each age keeps.
        self._changes = np.ones(len(by_age) + 1, dtype=bool)
        self._changes[1:-1] = (self._multiplier[1:] != self._multiplier[:-1]).any(axis=1)
        self._changes[begin : begin + 1] = True
        self._negative = bool((by_age < 0.0).any())
        alive = np.maximum(by_age, 0.0)
        before = np.concatenate([np.ones_like(alive[:1]), alive[:-1]])
        kept = np.divide(alive, before, out=np.zeros_like(alive), where=before > 0)
        with np.errstate(divide="ignore"):
            self._hazard = np.log(kept, out=before)
        self._kept = kept
        self._left = np.empty_like(by_age)
        self._left[:begin] = alive[:begin][::-1]

    def advance(self, year: int) -> FloatArray:
        """Give the survival of the cohorts up to a year, shape (cohort, draw), until the next call."""
        plain = self._by_age[year::-1]
        if self._multiplier is None:
            return plain
        if self._changes[year]:
            # Ages that no cohort has reached yet are needed only if the hazard then stays as it is.
            reached = year + 1 if self._changes[year + 1] else len(self._by_age)
            np.multiply(self._multiplier[year], self._hazard[:reached], out=self._kept[:reached])
            np.exp(self._kept[:reached], out=self._kept[:reached])
        left = self._left[: year + 1]
        left[:-1] *= self._kept[year:0:-1]
        left[-1] = self._kept[0]
        # Where the convention has a share below 0, its cohort is gone up to the error of that convention.
        return np.where(plain < 0.0, plain, left) if self._negative else left


def _sell_for_stock(gap: FloatArray, entry: FloatArray) -> FloatArray:
    """Sell what fills a gap of the stock; nothing where the older cohorts alone exceed it."""
    sold = np.divide(gap, entry, out=np.zeros_like(gap), where=entry > 0)
    return np.asarray(np.maximum(sold, 0.0, out=sold))


def change_survival(survival_by_age: FloatArray, shape: FloatArray, lifetime: FloatArray) -> FloatArray:
    """Compute the share of every cohort still in stock when the mean life changes.

    Parameters
    ----------
    survival_by_age
        By age. Shape (age, draw).
    shape
        Of the Weibull lifetime. Shape (draw,).
    lifetime
        Relative change of the mean life, above -1. Shape (year, draw or 1).

    Returns
    -------
    FloatArray
        Shape (year, cohort, draw), 0 before the year of the cohort.
    """
    years = len(lifetime)
    ages = np.subtract.outer(np.arange(years), np.arange(years))
    arranged = survival_by_age[np.maximum(ages, 0)]
    arranged[ages < 0] = 0.0
    return multiply_hazard(arranged, (1.0 + lifetime) ** -shape)
