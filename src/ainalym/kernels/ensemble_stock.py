"""What a stock-driven ensemble prepares once: a surface per product, or its solution draw by draw."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ainalym.kernels.boundary import FloatArray, Labels
from ainalym.kernels.ensemble_nodes import Range
from ainalym.kernels.ensemble_plan import Request, plan_survival
from ainalym.kernels.ensemble_products import Block, Product, Workspace
from ainalym.kernels.ensemble_solution import StockProduct, solve_inflow
from ainalym.kernels.ensemble_surface import (
    SURFACE_TOLERANCE,
    Grid,
    StockSurface,
    Surface,
    fit_surface,
    lay_grid,
)
from ainalym.kernels.histogram import AnyFloatArray
from ainalym.kernels.stock_driven import Shortfall

MANY_SHORT = 0.25
"""Part of the draws that fall short above which a product is solved draw by draw."""

ECHO = 1.3
"""How much sharper than its lifetime what keeps a stock goes up and down: it echoes what was sold at once."""

NEARLY_SHORT = 10 * SURFACE_TOLERANCE
"""Inflow, as a part of the largest value, below which a draw told from a surface is solved exactly: far more
than the surface may be off, so that no draw that falls short is missed."""


class StockRequest(NamedTuple):
    """What is wanted of one product of a stock-driven ensemble.

    Attributes
    ----------
    survival
        What is wanted of its survival by age.
    stock
        Stock at the END of each year. Shape (year,).
    shape, scale
        Lifetime, before the factors of a draw.
    draws
        Factors of all draws.
    factors
        Their range.
    inflow_asked
        Whether the inflow is given, or else the outflow.
    shortfall
        What to do when the stock falls faster than its things die.
    labels
        Name of the product and of the years, for errors.
    """

    survival: Request
    stock: FloatArray
    shape: float
    scale: float
    draws: Block
    factors: Range
    inflow_asked: bool
    shortfall: Shortfall
    labels: Labels


def plan_stock_products(requests: list[StockRequest]) -> list[tuple[Product, float]]:
    """Make some products ready.

    Parameters
    ----------
    requests
        One per product. Their grids are solved together, as many small steps cost more than a few large ones.

    Returns
    -------
    list of tuple of Product and float
        What gives the yearly values, and its error: in shares of a cohort draw by draw, as a part of the
        largest value from a surface.
    """
    if requests[0].survival.dtype != np.float32:
        return [_plan_exactly(request) for request in requests]
    grids = [lay_grid(request.draws, request.factors, ECHO * request.shape) for request in requests]
    plans: list[tuple[Product, float] | None] = [None] * len(requests)
    smooth = [number for number, grid in enumerate(grids) if grid is not None]
    exact = [_plan_exactly(_in_double(requests[number])) for number in smooth]
    chosen = [grid for grid in grids if grid is not None]
    products = [product for product, _ in exact]
    for number, solved, grid, (product, error) in zip(
        smooth, _solve_grids(products, chosen), chosen, exact, strict=True
    ):
        surface = _fit_inflow(requests[number], grid, solved)
        if surface is not None:
            plans[number] = _guard(requests[number], surface, product), error + surface.error
    return [plan or _plan_exactly(request) for plan, request in zip(plans, requests, strict=True)]


def _in_double(request: StockRequest) -> StockRequest:
    """Ask for the same in double precision."""
    return request._replace(survival=request.survival._replace(dtype=np.float64))


def _plan_exactly(request: StockRequest) -> tuple[StockProduct, float]:
    """Solve draw by draw."""
    survival, ages, error = plan_survival(
        request.survival, request.shape, request.scale, request.draws, request.factors
    )
    least_left = -np.inf if request.survival.convention == "cbs" else 0.0
    product = StockProduct(
        survival, ages, request.stock, request.inflow_asked, request.shortfall, least_left, request.labels
    )
    return product, error


def _solve_grids(
    products: list[StockProduct], grids: list[Grid]
) -> list[tuple[AnyFloatArray, AnyFloatArray]]:
    """Solve for the inflow at all points of some grids, and for the lowest gap that it fills."""
    if not products:
        return []
    work = Workspace(np.float64)
    blocks = [grid.all_draws() for grid in grids]
    edges = np.cumsum([0, *(block.number for block in blocks)])
    left = np.zeros((max(product.ages for product in products), edges[-1]))
    stock = np.empty((len(products[0].stock), edges[-1]))
    for product, block, begin in zip(products, blocks, edges[:-1], strict=True):
        own = slice(begin, begin + block.number)
        product.survival.compute(block, work, left[: product.ages, own])
        stock[:, own] = product.stock[:, None]
    inflow, lowest = solve_inflow(stock, left, work)
    # A cohort of which nothing reaches the end of its first year is left to the exact way, and its error.
    lowest[left[0] <= 0] = np.nan
    return list(zip(np.split(inflow, edges[1:-1], axis=1), np.split(lowest, edges[1:-1]), strict=True))


def _fit_inflow(
    request: StockRequest, grid: Grid, solved: tuple[AnyFloatArray, AnyFloatArray]
) -> Surface | None:
    """Lay a surface through the solutions, or give none where it would not help."""
    inflow, lowest = solved
    if np.isnan(lowest).any() or (lowest < 0).mean() > MANY_SHORT:
        return None
    values = inflow if request.inflow_asked else inflow - np.diff(request.stock, prepend=0.0)[:, None]
    size = grid.points[0] * grid.points[1]
    return fit_surface(grid, np.ascontiguousarray(values[:, :size]), values[:, size:], request.survival.dtype)


def _guard(request: StockRequest, surface: Surface, exact: StockProduct) -> Product:
    """Watch a surface for draws that fall short, unless the inflow may be negative."""
    if request.shortfall == "negative_inflow":
        return surface.product
    least = np.full(len(request.stock), NEARLY_SHORT * surface.largest)
    if not request.inflow_asked:
        least -= np.diff(request.stock, prepend=0.0)
    return StockSurface(surface.product, exact, least.astype(request.survival.dtype))
