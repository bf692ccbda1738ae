"""Scores of forecasts against what happened, on bare arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ainalym.kernels.boundary import FloatArray, as_floats


def compute_crps(draws: ArrayLike, truth: ArrayLike) -> FloatArray:
    """Compute the continuous ranked probability score of an ensemble.

    Parameters
    ----------
    draws
        Forecast. Shape (..., draw), any unit; one draw at least.
    truth
        What happened. Shape (...), in the same unit.

    Returns
    -------
    FloatArray
        Shape (...), in the unit of ``truth``, 0 or more; lower is better. Of a single draw it is the absolute
        error, so that point forecasts compare with ensembles.

    Notes
    -----
    The integral of the squared difference between the distribution function of the draws and the step at the
    truth, which is E|X - y| - E|X - X'| / 2. With the draws in order, x(1) to x(n),
    E|X - X'| = 2 / n^2 sum of (2 i - n - 1) x(i).

    References
    ----------
    Gneiting, Raftery (2007), Strictly proper scoring rules, prediction, and estimation, JASA 102, eq. 21.
    """
    ordered = np.sort(as_floats(draws), axis=-1)
    count = ordered.shape[-1]
    distance = np.abs(ordered - as_floats(truth)[..., np.newaxis]).mean(axis=-1)
    weight = (2.0 * np.arange(1, count + 1) - count - 1.0) / count**2
    # Rounding may leave a hair below nought where all draws are the truth.
    return np.asarray(np.maximum(distance - ordered @ weight, 0.0))


def compute_crps_of_quantiles(quantiles: ArrayLike, levels: ArrayLike, truth: ArrayLike) -> FloatArray:
    """Compute the continuous ranked probability score of a distribution known by its quantiles.

    Parameters
    ----------
    quantiles
        Shape (..., level), any unit.
    levels
        Evenly spread over 0 to 1. Shape (level,).
    truth
        Shape (...), in the same unit.

    Returns
    -------
    FloatArray
        Shape (...), 0 or more: twice the mean over the levels of the quantile loss, whose integral it is.

    References
    ----------
    Gneiting, Ranjan (2011), Comparing density forecasts using threshold- and quantile-weighted scoring rules,
    Journal of Business & Economic Statistics 29.
    """
    level = as_floats(levels)
    difference = as_floats(truth)[..., np.newaxis] - as_floats(quantiles)
    loss = np.where(difference > 0, level, level - 1.0) * difference
    return np.asarray(2.0 * loss.mean(axis=-1))


def compute_rank(draws: ArrayLike, truth: ArrayLike) -> FloatArray:
    """Compute the place of the truth among the draws, from 0 below all to 1 above all.

    Parameters
    ----------
    draws
        Shape (..., draw).
    truth
        Shape (...).

    Returns
    -------
    FloatArray
        Share of the draws below the truth, equal ones counting half. Shape (...). Evenly spread over 0 to 1
        where the ensemble is calibrated (probability integral transform).
    """
    values, true = as_floats(draws), as_floats(truth)[..., np.newaxis]
    return np.asarray(((values < true).mean(axis=-1) + (values <= true).mean(axis=-1)) / 2.0)


def is_inside(rank: ArrayLike, level: ArrayLike) -> NDArray[np.bool_]:
    """Tell whether the truth lies in the central interval of a forecast.

    Parameters
    ----------
    rank
        As :func:`compute_rank` gives it. Any shape.
    level
        Share of the draws in the interval, such as 0.9. A shape that broadcasts.

    Returns
    -------
    NDArray[np.bool_]
        Shape of both together.
    """
    return np.asarray(np.abs(as_floats(rank) - 0.5) <= as_floats(level) / 2.0)
