"""Stock and flow of cohorts, from what enters; :mod:`ainalym.kernels.stock_driven` goes the other way.

Arrays are ordered (..., year, product); leading axes such as draws or scenarios are optional and broadcast.
Survival is ordered (..., age, product) where it is the same for all cohorts, and (..., year, cohort,
product) where it is not. The cohort of year c is placed on market during that year; stock is counted at the
END of a year.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ainalym.kernels.boundary import NO_LABELS, FloatArray, Labels, as_floats
from ainalym.kernels.cohort_sums import sum_by_cohort, sum_kinds_over_cohorts, sum_over_cohorts
from ainalym.kernels.lifetime import expand_to_cohorts
from ainalym.kernels.stock_driven import SHORTFALLS, InflowAndOutflow, Shortfall, compute_stock_driven
from ainalym.kernels.survival_checks import check_amounts_and_survival, discarded_by_cohort

__all__ = [
    "SHORTFALLS",
    "InflowAndOutflow",
    "Shortfall",
    "StockAndOutflow",
    "compute_inflow_driven",
    "compute_outflow_by_cohort",
    "compute_stock_by_cohort",
    "compute_stock_driven",
    "sum_over_cohorts",
]


class StockAndOutflow(NamedTuple):
    """What a stock holds and what leaves it.

    Attributes
    ----------
    stock
        Stock at the END of the year. Shape (..., year, product), t or pieces.
    outflow
        What leaves during the year. Shape (..., year, product), t/yr or pieces/yr.
    """

    stock: FloatArray
    outflow: FloatArray


def compute_inflow_driven(
    inflow: FloatArray, survival: FloatArray, *, by_cohort: bool | None = None, labels: Labels = NO_LABELS
) -> StockAndOutflow:
    """Compute stock and outflow from what enters.

    Parameters
    ----------
    inflow
        What enters during each year. Shape (..., year, product), t/yr or pieces/yr, each 0 or more.
    survival
        Share still in stock at the end of a year. Shape (..., age, product), with at least as many ages as
        years, or (..., year, cohort, product), 0 before the year of the cohort. At most 1, non-increasing
        along time.
    by_cohort
        Whether ``survival`` has the axes (year, cohort); without it the shape tells.
    labels
        Names for products and years, for errors.

    Returns
    -------
    StockAndOutflow
        Shape (..., year, product). What is left beyond the last year stays in stock.

    Raises
    ------
    InputError
        [COH-002] if the axes do not fit, [COH-003] if a number is not finite, [COH-004] if an inflow is
        below 0, [COH-005] if a survival rises along time or is above 1.

    Notes
    -----
    K(t) = sum over c of P(c) S(t, c) and O(t) = sum over c of P(c) (S(t-1, c) - S(t, c)), with S(c-1, c) = 1.
    The two are summed apart: neither is a difference of large numbers, and their balance is a check, not a
    definition.

    References
    ----------
    Regulation (EU) 2017/699, Annex II.
    """
    inflow, survival = as_floats(inflow), as_floats(survival)
    cohorts_vary, discarded = check_amounts_and_survival(inflow, "inflow", survival, by_cohort, labels)
    if cohorts_vary:
        return StockAndOutflow(sum_by_cohort(inflow, survival), sum_by_cohort(inflow, discarded))
    both = np.stack([survival, discarded], axis=-2)[..., : inflow.shape[-2], :, :]
    sums = sum_kinds_over_cohorts(inflow, both)
    return StockAndOutflow(sums[..., 0, :], sums[..., 1, :])


def compute_stock_by_cohort(
    inflow: FloatArray, survival: FloatArray, *, by_cohort: bool | None = None, labels: Labels = NO_LABELS
) -> FloatArray:
    """Compute what is left of each cohort at the end of each year.

    Parameters
    ----------
    inflow, survival, by_cohort, labels
        As in :func:`compute_inflow_driven`.

    Returns
    -------
    FloatArray
        Stock. Shape (..., year, cohort, product), t or pieces, 0 before the year of the cohort.

    Raises
    ------
    InputError
        As :func:`compute_inflow_driven`.
    """
    return as_floats(inflow)[..., None, :, :] * _by_cohort(inflow, survival, by_cohort, labels)


def compute_outflow_by_cohort(
    inflow: FloatArray, survival: FloatArray, *, by_cohort: bool | None = None, labels: Labels = NO_LABELS
) -> FloatArray:
    """Discard each cohort by the fall of its survival curve over the year.

    Parameters
    ----------
    inflow, survival, by_cohort, labels
        As in :func:`compute_inflow_driven`.

    Returns
    -------
    FloatArray
        Outflow. Shape (..., year, cohort, product), t/yr or pieces/yr. Its sum over cohort is the total
        outflow.

    Raises
    ------
    InputError
        As :func:`compute_inflow_driven`.
    """
    discarded = discarded_by_cohort(_by_cohort(inflow, survival, by_cohort, labels))
    return as_floats(inflow)[..., None, :, :] * discarded


def _by_cohort(
    inflow: FloatArray, survival: FloatArray, by_cohort: bool | None, labels: Labels
) -> FloatArray:
    """Check, and give survival the axes (..., year, cohort, product)."""
    inflow, survival = as_floats(inflow), as_floats(survival)
    cohorts_vary, _ = check_amounts_and_survival(inflow, "inflow", survival, by_cohort, labels)
    if cohorts_vary:
        return survival
    return expand_to_cohorts(survival[..., : inflow.shape[-2], :])
