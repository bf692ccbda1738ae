"""How a value goes from where it is to where a policy wants it."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from ainalym.kernels.boundary import FloatArray

Ramp: TypeAlias = Literal["linear", "s_curve", "step"]


def compute_ramp(years: FloatArray, start: int, end: int, form: Ramp) -> FloatArray:
    """Compute how much of the way is gone in each year.

    Parameters
    ----------
    years
        Shape (year,).
    start
        Last year in which nothing has changed.
    end
        First year in which all has, not before the start.
    form
        ``linear``; ``s_curve``, slow at both ends; or ``step``, all at once in the last year.

    Returns
    -------
    FloatArray
        Shape (year,), from 0 to 1, never falling.

    Notes
    -----
    The curve is 3 x^2 - 2 x^3, which leaves and arrives level.
    """
    if end == start or form == "step":
        return np.where(np.asarray(years) >= end, 1.0, 0.0)
    gone = np.clip((np.asarray(years, dtype=np.float64) - start) / (end - start), 0.0, 1.0)
    return np.asarray(gone if form == "linear" else gone * gone * (3.0 - 2.0 * gone))


def approach(base: FloatArray, target: FloatArray, ramp: FloatArray) -> FloatArray:
    """Go from a base to a target.

    Parameters
    ----------
    base
        Shape (cell, year, draw).
    target
        Shape (draw,).
    ramp
        Share of the way that is gone. Shape (year,).

    Returns
    -------
    FloatArray
        Shape (cell, year, draw), between base and target.
    """
    way = ramp[:, np.newaxis]
    return np.asarray(base + (target - base) * way)
