"""Curves fitted to the reference groups: ownership in income, and the share that an old technology keeps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.growth import Curve
from ainalym.kernels.growth_fit import Fit, Prior, fit_saturation_curve, fit_substitution

SPREAD = 0.3
"""Standard deviation of the logarithm of an observed stock. Of 12 groups of products in 14 EU countries, the
stock per owner in 2015 scatters around the common curve by 0.09 to 0.38; of air conditioners by more."""

PRIOR_ABOVE_HIGHEST = 0.1
PRIOR_DEVIATIONS = (0.25, 0.7, 8.0)
PRIOR_RATE, PRIOR_MIDPOINT = 0.12, 8.0
"""Wide priors: saturation a tenth above the highest group, inflection at 8 thousand int$ give or take 8."""

FIRST_YEAR_OF_SHARES = 1996
LEAST_SHARE, LARGEST_SHARE = 0.02, 0.98
SPEED_PRIOR = Prior.from_deviations([np.log(0.3), 2008.0], [1.5, 10.0])


def fit_level(curve: Curve, income: FloatArray, level: FloatArray) -> Fit:
    """Fit a curve to levels of ownership, the saturation held near the highest by a prior.

    Parameters
    ----------
    curve
        ``gompertz`` or ``logistic``.
    income
        Shape (group, year), thousand int$/person.
    level
        Shape (group, year), pieces per owner, above 0; the latest year last.

    Returns
    -------
    Fit
        Of log saturation, log rate and midpoint.
    """
    highest = np.log(level[:, -1].max()) + PRIOR_ABOVE_HIGHEST
    prior = Prior.from_deviations([highest, np.log(PRIOR_RATE), PRIOR_MIDPOINT], PRIOR_DEVIATIONS)
    spread = np.full(level.size, SPREAD)
    return fit_saturation_curve(curve, income.ravel(), level.ravel(), spread, spread, prior)


def fit_switch(
    years: NDArray[np.int64], old: FloatArray, new: FloatArray, remaining: float, last_year: int
) -> Fit:
    """Fit the fall of a product's share against its successor, above what remains.

    Parameters
    ----------
    years
        Shape (year,).
    old, new
        Pieces of the product and of its successor. Shape (year,), each 0 or more.
    remaining
        Share that never leaves, 0 to below 1.
    last_year
        Last year to look at.

    Returns
    -------
    Fit
        Of log speed and midpoint; the prior alone where no year has both products.
    """
    both = old + new
    share = np.divide(old, both, out=np.zeros_like(old), where=both > 0)
    share = (share - remaining) / (1 - remaining)
    used = (share > LEAST_SHARE) & (share < LARGEST_SHARE)
    used &= (years >= FIRST_YEAR_OF_SHARES) & (years <= last_year)
    return fit_substitution(years[used], share[used], SPEED_PRIOR)
