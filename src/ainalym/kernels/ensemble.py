"""Ensembles of cohort models: many draws of Weibull lifetimes at once, and quantiles of what comes out.

Each draw has a survival curve of its own, looked at once per age at the price of two exponentials. As the
sales are the same for all draws, the sum over cohorts is a matrix product. Draws are taken in blocks small
enough for the processor's cache, buffers are used again, and quantiles are read from counts, so that memory
does not grow with the number of draws. For models in which sales differ by draw,
:mod:`ainalym.kernels.cohort` takes draws as leading axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import NO_LABELS, FloatArray, Labels, as_floats, check_amounts, raise_any
from ainalym.kernels.distributions import SHAPE_RANGE
from ainalym.kernels.ensemble_plan import Request, plan_product
from ainalym.kernels.ensemble_products import Product
from ainalym.kernels.ensemble_run import run_over, summarise_draws
from ainalym.kernels.ensemble_settings import (
    EnsembleSummary,
    LifetimeDraws,
    Precision,
    Settings,
    check_option,
)
from ainalym.kernels.ensemble_stock import StockRequest, plan_stock_products
from ainalym.kernels.lifetime import Convention, Weibull
from ainalym.kernels.parameters import check_range
from ainalym.kernels.stock_driven import SHORTFALLS, Shortfall

__all__ = [
    "EnsembleSummary",
    "LifetimeDraws",
    "Precision",
    "compute_inflow_driven_ensemble",
    "compute_stock_driven_ensemble",
]

PLANNED_TOGETHER = 6
"""Products of a stock-driven ensemble that are made ready together."""


def compute_inflow_driven_ensemble(
    inflow: FloatArray,
    lifetime: Weibull,
    draws: LifetimeDraws,
    *,
    convention: Convention = "uniform",
    quantity: Literal["outflow", "stock"] = "outflow",
    probabilities: Sequence[float] = (0.05, 0.5, 0.95),
    keep_totals: bool = False,
    threads: int = 1,
    precision: Precision = "single",
    labels: Labels = NO_LABELS,
) -> EnsembleSummary:
    """Compute quantiles of outflow or stock over draws of the lifetimes.

    Parameters
    ----------
    inflow
        What enters during each year, the same for all draws. Shape (year, product), t/yr or pieces/yr, 0 or
        more.
    lifetime
        Central lifetimes, with parameters of shape (product,) or (cohort, product).
    draws
        Factors on their shape and scale.
    convention
        When within its year a cohort enters.
    quantity
        Whether quantiles of the outflow or of the stock are wanted.
    probabilities
        Of the quantiles, within [0, 1].
    keep_totals
        Whether to give the sum over products of every draw.
    threads
        Number of threads, 1 or more. The result does not depend on it.
    precision
        ``single`` computes with an error below 5e-6 of the largest yearly value of a product; ``double``
        takes two to three times as long.
    labels
        Names for products and years, for errors.

    Returns
    -------
    EnsembleSummary
        Quantiles. Each lies within one bin of a draw next to the exact one; a bin is a 511th of the range
        of 256 draws, and its width is told with the result.

    Raises
    ------
    InputError
        [COH-002] if the axes do not fit, [COH-003] and [COH-004] if an inflow is not finite or below 0,
        [COH-008] if an option is unknown, [COH-011] if the factors of a draw take a shape out of range.

    Notes
    -----
    Lifetimes that change smoothly over the cohorts are followed at some anchor cohorts and read between
    them, to 1e-6; those of a few eras are all followed. In ``single`` precision such products are told from
    a polynomial over the two factors of a draw, checked to 3e-6, see
    :mod:`ainalym.kernels.ensemble_surface`. Under ``uniform`` survival is integrated over each
    year to 1e-6, see :mod:`ainalym.kernels.ensemble_nodes`; the other conventions are exact.
    """
    inflow = as_floats(inflow)
    settings = Settings(convention, probabilities, keep_totals, threads, precision)
    _check_ensemble(inflow, "inflow", lifetime, draws, labels)
    check_option("quantity", quantity, ("outflow", "stock"))
    years, products = inflow.shape
    cohorts = np.broadcast_shapes(lifetime.parameter_shape, inflow.shape)
    shapes, scales = (np.broadcast_to(part, cohorts) for part in (lifetime.shape, lifetime.scale))
    ranges = draws.ranges()
    shared = settings.share_looks(ranges, shapes[0])

    def plan(product: int) -> tuple[Product, float]:
        request = Request(
            inflow[:, product], quantity == "stock", convention, settings.dtype, settings.exponent
        )
        return plan_product(
            request, shapes[:, product], scales[:, product], draws.block(product), ranges[product], shared
        )

    return _summarise(run_over(threads, plan, range(products)), draws, years, settings)


def compute_stock_driven_ensemble(
    stock: FloatArray,
    lifetime: Weibull,
    draws: LifetimeDraws,
    shortfall: Shortfall = "raise",
    *,
    convention: Convention = "uniform",
    quantity: Literal["outflow", "inflow"] = "outflow",
    probabilities: Sequence[float] = (0.05, 0.5, 0.95),
    keep_totals: bool = False,
    threads: int = 1,
    precision: Precision = "double",
    labels: Labels = NO_LABELS,
) -> EnsembleSummary:
    """Compute quantiles of outflow or inflow over draws of the lifetimes, for a stock that is given.

    Parameters
    ----------
    stock
        Stock at the END of each year, the same for all draws. Shape (year, product), t or pieces, 0 or more.
    lifetime
        Central lifetimes, with parameters of shape (product,).
    draws
        Factors on their shape and scale.
    shortfall
        What to do in draws where the stock falls faster than its things die, as in
        :func:`ainalym.kernels.stock_driven.compute_stock_driven`.
    convention, probabilities, keep_totals, threads, labels
        As in :func:`compute_inflow_driven_ensemble`.
    quantity
        Whether quantiles of the outflow or of the inflow are wanted.
    precision
        ``single`` takes a quarter of the time. It tells the draws from a polynomial over their two
        factors, laid through exact values and checked to 3e-6 of the largest value of the product; draws
        that fall short, or nearly so, and products for which the check fails are solved year by year, in
        which the error grows where a stock is large against what enters.

    Returns
    -------
    EnsembleSummary
        As :func:`compute_inflow_driven_ensemble`.

    Raises
    ------
    InputError
        [COH-002] if the axes do not fit, [COH-003] and [COH-004] if a stock is not finite or below 0,
        [COH-006] and [COH-007] as :func:`ainalym.kernels.stock_driven.compute_stock_driven`, [COH-008] if
        an option is unknown, [COH-011] if the factors of a draw take a shape out of range.
    """
    stock = as_floats(stock)
    settings = Settings(convention, probabilities, keep_totals, threads, precision)
    _check_ensemble(stock, "stock", lifetime, draws, labels)
    check_option("quantity", quantity, ("outflow", "inflow"))
    check_option("shortfall", shortfall, SHORTFALLS)
    years, products = stock.shape
    if len(lifetime.parameter_shape) != 1:
        mend = "Give one lifetime per product, or take compute_stock_driven by blocks of draws."
        got = f"lifetime {lifetime.parameter_shape}"
        raise InputError(Problem("COH-002", "stock-driven ensemble", got, "(product,)", mend))
    request = Request(np.zeros(years), True, convention, settings.dtype, settings.exponent)
    requests = [
        StockRequest(
            request,
            stock[:, product],
            float(lifetime.shape[product]),
            float(lifetime.scale[product]),
            draws.block(product),
            factors,
            quantity == "inflow",
            shortfall,
            Labels(labels.products and labels.products[product : product + 1], labels.years),
        )
        for product, factors in enumerate(draws.ranges())
    ]
    groups = [requests[begin : begin + PLANNED_TOGETHER] for begin in range(0, products, PLANNED_TOGETHER)]
    plans = [plan for group in run_over(threads, plan_stock_products, groups) for plan in group]
    return _summarise(plans, draws, years, settings)


def _summarise(
    plans: Sequence[tuple[Product, float]], draws: LifetimeDraws, years: int, settings: Settings
) -> EnsembleSummary:
    """Take all draws through the products made ready."""
    errors = np.array([error for _, error in plans])
    return summarise_draws([product for product, _ in plans], draws, years, settings, errors)


def _check_ensemble(
    amounts: FloatArray, what: str, lifetime: Weibull, draws: LifetimeDraws, labels: Labels
) -> None:
    """Refuse amounts, lifetimes and draws that do not fit."""
    shape = lifetime.parameter_shape
    fits = amounts.ndim == 2 and amounts.size > 0 and draws.number > 0
    fits = fits and draws.shape_factor.shape[1] == amounts.shape[1]
    fits = fits and shape in (amounts.shape[1:], amounts.shape)
    if not fits:
        got = f"{what} {amounts.shape}, lifetime {shape}, draws {draws.shape_factor.shape}"
        expected = "(year, product), (product,) or (cohort, product), and (draw, product)"
        mend = "Give all three the same products, in the same order."
        raise InputError(Problem("COH-002", "ensemble", got, expected, mend))
    raise_any(check_amounts(amounts, what, labels, ("year", "product")), "ensemble")
    for end in (np.min, np.max):
        shapes = end(np.atleast_2d(lifetime.shape), axis=0) * end(draws.shape_factor, axis=0)
        check_range(np.asarray(shapes), *SHAPE_RANGE, "Weibull shape of a draw", labels)
