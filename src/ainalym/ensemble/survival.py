"""Survival of many draws of Weibull lifetimes at once, at the price of exponentials."""

from __future__ import annotations

import numpy as np

from ainalym.ensemble.model import FloatArray
from ainalym.kernels.lifetime import Convention, Weibull, survival_by_age

NODES, WEIGHTS = (array.astype(np.float64) for array in np.polynomial.legendre.leggauss(8))
"""Gauss-Legendre nodes and weights on [-1, 1]: exact to 1e-12 for lives of the tables, and to 1e-9 for draws
down to a scale of two years; the closed form, an incomplete gamma function, takes fifteen times as long."""


def fill_survival(
    shape: FloatArray, scale: FloatArray, convention: Convention, survival: FloatArray
) -> FloatArray:
    """Fill in the share of a cohort still in stock at the end of each year, for every draw.

    Parameters
    ----------
    shape, scale
        Weibull lifetime, 1 and yr, positive. Shape (draw, product).
    convention
        When within its year a cohort enters.
    survival
        Filled in. Shape (product, age, draw).

    Returns
    -------
    FloatArray
        The same array.

    Notes
    -----
    Under ``uniform`` the share at the end of year k is the integral of exp(-(x / scale)^shape) from k to
    k + 1. The first year, where the power is not smooth, is taken in closed form.
    """
    ages = survival.shape[1]
    if convention != "uniform":
        by_age = survival_by_age(Weibull(shape, scale), ages, convention)
        np.copyto(survival, by_age.transpose(2, 1, 0))
        return survival
    first = Weibull(shape, scale).integrated_survival(np.ones((1, 1)))
    np.copyto(survival[:, 0], first.T)
    begin = np.arange(1, ages, dtype=np.float64)[:, np.newaxis]
    logs = np.log(begin + 0.5 * (NODES + 1.0))
    power = np.empty((ages - 1, shape.shape[0]))
    for product, left in enumerate(survival):
        # (x / scale)^shape = exp(shape ln x - shape ln scale)
        slope = np.ascontiguousarray(shape[:, product])
        offset = slope * np.log(scale[:, product])
        total = left[1:]
        total[...] = 0.0
        for node, weight in enumerate(WEIGHTS):
            np.multiply(logs[:, [node]], slope, out=power)
            power -= offset
            np.exp(power, out=power)
            np.negative(power, out=power)
            np.exp(power, out=power)
            power *= 0.5 * weight
            total += power
    return survival
