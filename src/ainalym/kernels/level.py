"""Follows the figures of a country where it has any, and the shape of a reference where it has none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def fade_level(years: IntArray, first_year: int, level: float, fade: int) -> FloatArray:
    """Compute the factor by which a level known from one year on changes a series.

    Parameters
    ----------
    years
        Shape (year,).
    first_year
        First year in which the level is known.
    level
        Factor from that year on, above 0.
    fade
        Years before the first one over which the factor goes to 1, evenly in its logarithm.

    Returns
    -------
    FloatArray
        Shape (year,), above 0; 1 up to ``first_year - fade``.
    """
    share = np.clip((years - (first_year - fade)) / fade, 0.0, 1.0)
    return np.asarray(np.where(share > 0, np.exp(share * np.log(level)), 1.0))


def follow_figures(
    years: IntArray, reference: FloatArray, figures: FloatArray, fade: int
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Put figures in the place of a reference, and carry their ratio into the years without a figure.

    Parameters
    ----------
    years
        Shape (year,), rising by one.
    reference
        Shape (year, product), any unit, each 0 or more.
    figures
        Shape (year, product), same unit, each 0 or more, NaN where there is none.
    fade
        Years before the first figure over which the ratio goes to 1.

    Returns
    -------
    tuple of FloatArray and boolean array
        The joined series and whether a value was carried; both of shape (year, product).

    Notes
    -----
    With r = log(figure / reference): between two figures r is linear in time, after the last figure it is
    held, before the first it fades evenly to 0. Figures of zero, and references of zero, stand for
    themselves and carry no ratio.
    """
    joined = reference.copy()
    carried = np.zeros(reference.shape, dtype=bool)
    for product in range(reference.shape[1]):
        known = ~np.isnan(figures[:, product])
        ratio = known & (figures[:, product] > 0) & (reference[:, product] > 0)
        if ratio.any():
            logs = np.log(figures[ratio, product] / reference[ratio, product])
            points = np.concatenate([[years[ratio][0] - fade], years[ratio]])
            factor = np.exp(np.interp(years, points, np.concatenate([[0.0], logs])))
            joined[:, product] = reference[:, product] * factor
            carried[:, product] = (years > points[0]) & ~known
        joined[known, product] = figures[known, product]
    return joined, carried
