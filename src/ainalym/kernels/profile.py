"""Reads what reference countries place on the market at the income of another country, on bare arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def read_at_income(
    per_inhabitant: FloatArray, group_income: FloatArray, income: FloatArray, elasticity: FloatArray
) -> FloatArray:
    """Read the equipment placed on market per inhabitant of groups of countries at a given income.

    Parameters
    ----------
    per_inhabitant
        Placed on market of each group. Shape (year, group, product), kg or pieces per inhabitant, each 0 or
        more.
    group_income
        Mean income of each group, rising along group in every year. Shape (year, group), constant
        int$/person.
    income
        Income of the country. Shape (..., year), in the same unit.
    elasticity
        Income elasticity below the poorest group. Shape (product,), 0 or more.

    Returns
    -------
    FloatArray
        Shape (..., year, product), in the unit of ``per_inhabitant``, each 0 or more.

    Notes
    -----
    Between two groups the value is linear in the logarithm of income. Below the poorest group it falls with
    the elasticity of the product, q = q_1 (y / Y_1)^e, so that it never turns negative; above the richest
    group it stays at the level of that group. The common European methodology extrapolates a straight line
    on both sides, which gives negative values for poor and unlimited ones for rich countries. The result is
    continuous in income.

    References
    ----------
    Statistics Netherlands, Waste over Time v1.2 (2017), script 03e, for the reading between anchors of
    purchasing power.
    """
    log_groups = np.log(group_income)
    log_income = np.log(income)
    groups = group_income.shape[-1]
    # Position of the country between the groups: 0 at the poorest, groups - 1 at the richest, clamped.
    position = np.zeros(log_income.shape)
    for group in range(groups - 1):
        step = log_groups[:, group + 1] - log_groups[:, group]
        position += np.clip((log_income - log_groups[:, group]) / step, 0.0, 1.0)
    lower = np.minimum(position.astype(np.intp), groups - 2)
    share = (position - lower)[..., np.newaxis]
    year = np.arange(per_inhabitant.shape[0])
    values = (1.0 - share) * per_inhabitant[year, lower] + share * per_inhabitant[year, lower + 1]
    shortfall = np.minimum(log_income - log_groups[:, 0], 0.0)[..., np.newaxis]
    return np.asarray(values * np.exp(elasticity * shortfall), dtype=np.float64)
