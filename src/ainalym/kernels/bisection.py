"""Roots of monotone functions, for whole arrays at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ainalym.kernels.boundary import FloatArray

HALVINGS = 100
"""Enough to bring any bracket of doubles that we use down to neighbouring numbers."""


def solve_decreasing(
    function: Callable[[FloatArray], FloatArray], low: float, high: float, shape: tuple[int, ...]
) -> FloatArray:
    """Find where a decreasing function of one unknown crosses nought, element by element.

    Parameters
    ----------
    function
        Takes an array of unknowns and gives an array of the same shape; decreasing in each element.
    low, high
        Bracket of the unknown, positive; it is halved on a logarithmic scale.
    shape
        Shape of the unknown.

    Returns
    -------
    FloatArray
        The root within the bracket; the nearer end of the bracket where there is none.
    """
    lower, upper = np.full(shape, np.log(low)), np.full(shape, np.log(high))
    for _ in range(HALVINGS):
        middle = 0.5 * (lower + upper)
        above = function(np.exp(middle)) > 0
        lower = np.where(above, middle, lower)
        upper = np.where(above, upper, middle)
    return np.asarray(np.exp(0.5 * (lower + upper)))
