"""Lines of the logarithm of an amount on the logarithm of income, through countries, on bare arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import stdtr

from ainalym.kernels.boundary import FloatArray, as_floats

FEWEST_COUNTRIES = 5
"""With fewer a line says nothing."""

LARGEST_PROBABILITY = 0.01
LEAST_EXPLAINED = 0.3
"""A fit is usable where chance alone would so rarely give its slope, and it explains so much of the
variance: the rule of table ``income_elasticities``."""


class IncomeFit(NamedTuple):
    """Lines through countries, one per product.

    Attributes
    ----------
    elasticity
        Slope; NaN where there are too few countries. Shape (product,).
    error
        Its standard error. Shape (product,).
    scatter
        Standard deviation of the logarithm about the line. Shape (product,).
    is_usable
        Whether the slope is 0 or more and the fit usable. Shape (product,).
    """

    elasticity: FloatArray
    error: FloatArray
    scatter: FloatArray
    is_usable: np.ndarray


def fit_income_elasticity(income: FloatArray, amount: FloatArray) -> IncomeFit:
    """Fit the income elasticity of every product through countries.

    Parameters
    ----------
    income
        Shape (country,), any constant currency per person, above 0.
    amount
        Shape (country, product), any unit per person; NaN or nought where a country does not count.

    Returns
    -------
    IncomeFit
        Of ordinary least squares of log amount on log income.
    """
    x = np.broadcast_to(np.log(as_floats(income))[:, np.newaxis], amount.shape)
    used = np.isfinite(amount) & (np.nan_to_num(amount) > 0)
    count = used.sum(axis=0)
    enough = count >= FEWEST_COUNTRIES
    y = np.log(np.where(used, amount, 1.0))
    safe = np.maximum(count, 1)
    x_rest = np.where(used, x - np.where(used, x, 0.0).sum(axis=0) / safe, 0.0)
    y_rest = np.where(used, y - np.where(used, y, 0.0).sum(axis=0) / safe, 0.0)
    squares = np.where(enough, (x_rest**2).sum(axis=0), 1.0)
    slope = (x_rest * y_rest).sum(axis=0) / squares
    freedom = np.maximum(count - 2, 1)
    left = ((y_rest - slope * x_rest) ** 2).sum(axis=0)
    scatter = np.sqrt(left / freedom)
    error = scatter / np.sqrt(squares)
    statistic = np.divide(np.abs(slope), error, out=np.full(slope.shape, np.inf), where=error > 0)
    probability = 2.0 * stdtr(freedom, -statistic)
    total = (y_rest**2).sum(axis=0)
    explained = 1.0 - np.divide(left, total, out=np.ones_like(left), where=total > 0)
    usable = enough & (probability < LARGEST_PROBABILITY) & (explained >= LEAST_EXPLAINED) & (slope >= 0)
    gap = np.where(enough, 0.0, np.nan)
    return IncomeFit(slope + gap, error + gap, scatter + gap, usable)
