"""Joins a history to what a method says of the years after it, so that there is no step between them.

A country buys more or less than a method says of it. Part of that difference lasts, the rest fades away: the
level of the last year of history was high or low by chance, and the market returns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ainalym.kernels.boundary import FloatArray, as_floats

LASTING = 0.25
"""Part of the logarithm of history over method that never fades."""

FADING = 0.75
"""What is left of the other part after a year, its square after two, and so on.

Both were measured: placed on market of 51 products in 14 EU countries from 1995 to 2015, reported cells only
(6,467 pairs a year apart, 1,400 fifteen years apart), over the value read from the reference groups at the
income of the country. Of the logarithm of that ratio there is left, on average, after 1, 2, 3, 5, 7, 10, 12
and 15 years: 0.80, 0.70, 0.57, 0.42, 0.35, 0.27, 0.24 and 0.24; the rule gives 0.81, 0.67, 0.57, 0.43, 0.35,
0.29, 0.27 and 0.26.
"""

LARGEST_RATIO = 20.0
"""A ratio beyond this, or its inverse, says that method and history speak of different things."""


def join_to_history(
    history: FloatArray, method_then: FloatArray, method: FloatArray, bearers: FloatArray
) -> FloatArray:
    """Carry a history on along a method.

    Parameters
    ----------
    history
        Value in the last year of history. Shape (..., product), each 0 or more.
    method_then
        What the method says of that year. Shape (..., product), each 0 or more.
    method
        What it says of the years after it. Shape (..., year, product), each 0 or more.
    bearers
        By how much households or persons, as the method counts them, have grown since the last year of
        history. Shape (..., year).

    Returns
    -------
    FloatArray
        Shape (..., year, product), each 0 or more, in the unit of ``history``.

    Notes
    -----
    With r = history / method in the last year T of history,
    x(t) = method(t) r ** (LASTING + (1 - LASTING) FADING ** (t - T)),
    so that x goes on from history and comes to r ** LASTING times the method. Where r is 1, x is the method.

    Where history or method was nought, or the two are so far apart that they speak of different things
    (:data:`LARGEST_RATIO`), a ratio means nothing: there x turns from history per bearer to the method as
    the fading part fades, f history bearers(t) + (1 - f) method(t) with f = FADING ** (t - T).
    """
    history, method_then, method = as_floats(history), as_floats(method_then), as_floats(method)
    years = np.arange(1, method.shape[-2] + 1)[:, np.newaxis]
    fading = FADING**years
    weight = LASTING + (1.0 - LASTING) * fading
    ratio = compute_usable_ratio(history, method_then)
    usable = is_usable(history, method_then)
    joined = method * ratio[..., np.newaxis, :] ** weight
    held = history[..., np.newaxis, :] * as_floats(bearers)[..., np.newaxis]
    turning = fading * held + (1.0 - fading) * method
    return np.where(usable[..., np.newaxis, :], joined, turning)


def compute_open_share(is_known: NDArray[np.bool_]) -> FloatArray:
    """Compute how much of the spread of a market's level is open in years with and without a figure.

    Parameters
    ----------
    is_known
        Whether there is a figure. Shape (year, product).

    Returns
    -------
    FloatArray
        In [0, 1]: 0 in a year with a figure, 1 for a product without any. Shape (year, product).

    Notes
    -----
    With n the years to the nearest figure, sqrt(1 - w(n)^2) and w(n) = LASTING + (1 - LASTING) FADING^n: w is
    the part that is left of the logarithm of a market over what a method says of it, so that the rest of its
    variance is new, as in any stationary series with the autocorrelation w.
    """
    is_known = np.asarray(is_known, dtype=bool)
    place = np.arange(len(is_known))
    distance = np.abs(place[:, np.newaxis] - place)
    years = np.where(is_known[np.newaxis], distance[:, :, np.newaxis], np.inf).min(axis=1)
    left = np.where(np.isinf(years), 0.0, LASTING + (1.0 - LASTING) * FADING**years)
    return np.asarray(np.sqrt(1.0 - left**2))


def compute_usable_ratio(history: FloatArray, method: FloatArray) -> FloatArray:
    """Compute how far history stands from what a method says of the same year.

    Parameters
    ----------
    history, method
        Same shape, each 0 or more.

    Returns
    -------
    FloatArray
        History over method; 1 where one of them is nought or they are too far apart to be compared.
    """
    usable = is_usable(history, method)
    return np.divide(history, method, out=np.ones(usable.shape), where=usable)


def is_usable(history: FloatArray, method: FloatArray) -> NDArray[np.bool_]:
    """Tell where history and method can be compared.

    Parameters
    ----------
    history, method
        Same shape, each 0 or more.

    Returns
    -------
    NDArray[np.bool_]
        Whether both are above nought and within :data:`LARGEST_RATIO` of one another.
    """
    history, method = np.broadcast_arrays(history, method)
    is_near = (history <= LARGEST_RATIO * method) & (method <= LARGEST_RATIO * history)
    return np.asarray(is_near & (history > 0) & (method > 0))
