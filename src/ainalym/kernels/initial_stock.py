"""A stock from before the first year: spread over ages where only its total is known, and run down."""

from __future__ import annotations

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import (
    NO_LABELS,
    FloatArray,
    Labels,
    as_floats,
    check_amounts,
    raise_any,
)
from ainalym.kernels.cohort import StockAndOutflow
from ainalym.kernels.stock_driven import Cohorts, read_initial_stock
from ainalym.kernels.survival_checks import check_axes, check_survival


def spread_initial_stock(
    total: FloatArray, survival: FloatArray, growth: float = 0.0, *, labels: Labels = NO_LABELS
) -> FloatArray:
    """Spread a stock of unknown age over ages, as if sales had grown evenly for as long as anything lives.

    Parameters
    ----------
    total
        Stock at the end of the year before the first one. Shape (..., product), t or pieces, each 0 or more.
    survival
        Share still in stock by age. Shape (..., age, product). Its number of ages is that of the result,
        and should reach as far as things live: what would be older is spread over the ages given.
    growth
        Yearly growth of past sales, 1/yr, above -1; 0 is a market that has been level.
    labels
        Names for products, for errors.

    Returns
    -------
    FloatArray
        Stock by age; age 0 was sold in the last year. Shape (..., age, product). Its sum over age is the
        total.

    Raises
    ------
    InputError
        [COH-002] if the axes do not fit, [COH-003] and [COH-004] if a number is not finite or below 0,
        [COH-005] if the survival rises, [COH-007] if there is stock of something that never reaches the end
        of its year, [COH-008] if the growth is not above -1.
    """
    total, survival = as_floats(total), as_floats(survival)
    if not (np.isfinite(growth) and growth > -1):
        mend = "Give it as a share per year."
        raise InputError(Problem("COH-008", "growth of past sales", f"{growth:g}", "a number above -1", mend))
    check_axes(total[..., None, :], "initial stock", survival, by_cohort=False)
    problems = check_amounts(total, "initial stock", labels, ("product",))
    raise_any(problems + check_survival(survival, False, labels), "initial stock")
    weight = np.maximum(survival, 0) * (1 + growth) ** -np.arange(survival.shape[-2])[:, None]
    whole = weight.sum(axis=-2)
    if np.any((whole == 0) & (total > 0)):
        mend = "Take a longer lifetime, or another convention."
        got = "nothing that reaches the end of its year"
        raise InputError(Problem("COH-007", "initial stock", got, "a share above 0", mend))
    return np.asarray(total[..., None, :] * weight / np.where(whole > 0, whole, 1.0)[..., None, :])


def compute_initial_stock(
    initial_stock: FloatArray,
    survival: FloatArray,
    years: int,
    *,
    by_cohort: bool | None = None,
    labels: Labels = NO_LABELS,
) -> StockAndOutflow:
    """Run down a stock that is there before the first year.

    Parameters
    ----------
    initial_stock
        Stock at the end of the year before the first one, by age: 0 is what was sold in that year. Shape
        (..., age, product), t or pieces, each 0 or more.
    survival
        Share still in stock at the end of a year. Shape (..., age, product), with as many ages as the
        initial stock and the years together, or (..., year, cohort, product) with the years of the initial
        stock before the others, so that a hazard of the calendar year acts on the initial stock too.
    years
        Number of years to run.
    by_cohort
        Whether ``survival`` has the axes (year, cohort); without it the shape tells.
    labels
        Names for products, for errors.

    Returns
    -------
    StockAndOutflow
        What is left of the initial stock, and what leaves it; add those of what is sold later. Shape
        (..., year, product).

    Raises
    ------
    InputError
        [COH-002] if the axes do not fit, [COH-003], [COH-004], [COH-005] as
        :func:`ainalym.kernels.cohort.compute_inflow_driven`, [COH-012] if there is stock of an age to which
        nothing lives.

    Notes
    -----
    Of a cohort of age a, S(a + n) / S(a) is left n years later.
    """
    initial, survival = as_floats(initial_stock), as_floats(survival)
    history = initial.shape[-2]
    frame = np.zeros((*initial.shape[:-2], years, initial.shape[-1]))
    cohorts_vary = check_axes(frame, "initial stock", survival, by_cohort, history)
    raise_any(check_survival(survival, cohorts_vary, labels), "initial stock")
    cohorts = Cohorts(survival, cohorts_vary, read_initial_stock(survival, cohorts_vary, initial, labels))
    held = initial[..., ::-1, :]
    stock, outflow = [], []
    for year in range(years):
        left = cohorts.share_left(year)[..., :history, :]
        before = cohorts.share_before(year)[..., :history, :]
        stock.append((held * left).sum(axis=-2))
        outflow.append((held * (before - left)).sum(axis=-2))
    return StockAndOutflow(np.stack(stock, axis=-2), np.stack(outflow, axis=-2))


def estimate_past_inflow(
    initial_stock: FloatArray, survival: FloatArray, *, labels: Labels = NO_LABELS
) -> FloatArray:
    """Estimate what must have been sold for a stock to have the ages it has.

    Parameters
    ----------
    initial_stock
        Stock at the end of a year, by age: 0 is what was sold in that year. Shape (..., age, product), each
        0 or more.
    survival
        Share still in stock by age. Shape (..., age, product), with at least as many ages.
    labels
        Names for products, for errors.

    Returns
    -------
    FloatArray
        What was sold, by age. Shape (..., age, product); 0 where the stock is 0.

    Raises
    ------
    InputError
        [COH-002], [COH-003], [COH-004], [COH-005] as :func:`ainalym.kernels.cohort.compute_inflow_driven`,
        [COH-012] if there is stock of an age to which nothing lives.
    """
    initial, survival = as_floats(initial_stock), as_floats(survival)
    check_axes(initial, "initial stock", survival, by_cohort=False)
    raise_any(check_survival(survival, False, labels), "initial stock")
    left = read_initial_stock(survival, False, initial, labels)
    return np.asarray(initial / left[..., ::-1, :])
