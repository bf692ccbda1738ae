"""Yearly series on bare arrays: filling between years, carrying a level on by another series' growth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def interpolate_years(
    years: ArrayLike, values: ArrayLike, wanted: ArrayLike, geometric: bool = False
) -> FloatArray:
    """Read a series with gaps at every wanted year.

    Parameters
    ----------
    years
        Years with a value, rising. Shape (point,).
    values
        Values, any unit; above 0 if ``geometric``. Shape (point,).
    wanted
        Years to read. Shape (year,). Before the first and after the last point the series is held constant.
    geometric
        Whether to interpolate the logarithm, so that growth is constant between two points.

    Returns
    -------
    FloatArray
        Shape (year,), unit of ``values``.
    """
    points = np.asarray(values, dtype=np.float64)
    if geometric:
        return np.asarray(np.exp(np.interp(np.asarray(wanted), np.asarray(years), np.log(points))))
    return np.asarray(np.interp(np.asarray(wanted), np.asarray(years), points))


def chain_link(level: ArrayLike, follower: ArrayLike) -> FloatArray:
    """Carry a series beyond its own years by the growth of another one.

    The level keeps its own figures wherever it has any. Before its first and after its last figure it moves
    in proportion to the follower, so that the two never disagree by a step where they meet.

    Parameters
    ----------
    level
        Series that is trusted for the level; NaN where it has no figure. Shape (year,).
    follower
        Series that is trusted for its growth; NaN where it has no figure. Shape (year,).

    Returns
    -------
    FloatArray
        Shape (year,), unit of ``level``; NaN only where neither reaches.

    Notes
    -----
    For t after the last year T of the level, x(t) = level(T) follower(t) / follower(T); likewise before the
    first year. Chain-linking is the usual way of joining national accounts of different base years.

    References
    ----------
    Eurostat, Handbook on price and volume measures in national accounts (2016), ch. 2.
    """
    base = np.asarray(level, dtype=np.float64)
    other = np.asarray(follower, dtype=np.float64)
    linked = base.copy()
    present = np.flatnonzero(~np.isnan(base))
    if present.size == 0:
        return other.copy()
    first, last = present[0], present[-1]
    linked[:first] = base[first] * other[:first] / other[first]
    linked[last + 1 :] = base[last] * other[last + 1 :] / other[last]
    return linked
