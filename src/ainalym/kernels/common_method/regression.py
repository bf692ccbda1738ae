"""Many small straight lines at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ainalym.kernels.common_method.cells import BoolArray, FloatArray

SMALLEST_SPREAD = 1e-14
"""A spread below this share of the mean square is rounding error: such points lie on top of one another."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Least-squares lines y = intercept + slope x.

    Parameters
    ----------
    intercept, slope
        NaN where there are fewer than two different x.
    correlation
        Of x and y; NaN also where all y are equal.
    """

    intercept: FloatArray
    slope: FloatArray
    correlation: FloatArray

    def read(self, x: FloatArray) -> FloatArray:
        """Read the lines.

        Parameters
        ----------
        x
            Broadcasts to the lines.

        Returns
        -------
        FloatArray
            intercept + slope x.
        """
        return self.intercept + self.slope * x


def fit_lines(x: FloatArray, y: FloatArray, used: BoolArray, axes: tuple[int, ...]) -> Lines:
    """Fit a straight line to each group of points by least squares.

    Parameters
    ----------
    x, y
        Points; broadcast together. A point with a NaN is left out.
    used
        Which points count. Shape of the points.
    axes
        Axes along which the points of a group lie; they disappear.

    Returns
    -------
    Lines
        One per group.
    """
    x, y = np.broadcast_arrays(x, y)
    take = used & ~np.isnan(x) & ~np.isnan(y)
    count = np.count_nonzero(take, axis=axes, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_x = np.where(take, x, 0.0).sum(axis=axes, keepdims=True) / count
        mean_y = np.where(take, y, 0.0).sum(axis=axes, keepdims=True) / count
        # Centring first keeps the digits that sums of squares of incomes would lose.
        off_x, off_y = np.where(take, x - mean_x, 0.0), np.where(take, y - mean_y, 0.0)
        square_x, square_y = (off * off for off in (off_x, off_y))
        spread_x, spread_y = (square.sum(axis=axes, keepdims=True) for square in (square_x, square_y))
        product = (off_x * off_y).sum(axis=axes, keepdims=True)
        spread_x = np.where(spread_x > SMALLEST_SPREAD * count * mean_x**2, spread_x, np.nan)
        spread_y = np.where(spread_y > SMALLEST_SPREAD * count * mean_y**2, spread_y, np.nan)
        slope = product / spread_x
        intercept = mean_y - slope * mean_x
        correlation = product / np.sqrt(spread_x * spread_y)
    return Lines(*(np.squeeze(array, axis=axes) for array in (intercept, slope, correlation)))
