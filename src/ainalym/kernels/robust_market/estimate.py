"""What comes out of the robust method."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from ainalym.kernels.robust_market.states import FloatArray

OriginArray = npt.NDArray[np.int8]
IntArray = npt.NDArray[np.int64]


class CellOrigin(IntEnum):
    """How the value of a cell was obtained."""

    ZERO = 0
    """Nought by rule: not yet or no longer sold."""
    REPORTED = 1
    """The reported figure stands as it is."""
    ESTIMATED = 2
    """There is a reported figure, but it is drawn towards what the other figures say, or of no use."""
    IMPUTED = 3
    """Nothing was reported."""


@dataclass(frozen=True, slots=True)
class MeasureEstimate:
    """One measure, kg or pieces, of every cell. All arrays have shape (country, key, year).

    Parameters
    ----------
    central
        The figure, or the median of what it may be. kg/yr or pieces/yr, 0 or more.
    lower, upper
        Ends of the interval that holds the figure with the coverage of the settings. Same unit.
    log_mean, log_scale
        Location and scale of the natural logarithm, which follows a Student distribution with the degrees of
        freedom of the settings: what to draw from. ``-inf`` and 0 where the figure is nought.
    origin
        Members of :class:`CellOrigin`.
    """

    central: FloatArray
    lower: FloatArray
    upper: FloatArray
    log_mean: FloatArray
    log_scale: FloatArray
    origin: OriginArray


@dataclass(frozen=True, slots=True)
class MarketEstimate:
    """Placed on market in every cell.

    Parameters
    ----------
    countries, keys, years
        Labels of the axes.
    kg, pieces
        The two measures.
    unit_weight, unit_weight_log_scale
        Smooth path of the unit weight, kg per piece, and the scale of its logarithm. Shape (country, key,
        year). Where a reported pair of kg and pieces stands, their own ratio holds instead.
    level_trust
        Share of a reported figure in the estimate, in [0, 1]: 1 stands as it is, near 0 is an outlier. NaN
        where nothing was reported. Shape (country, key, year).
    ratio_trust
        The same for the ratio of reported kg and pieces; NaN where one of the two is missing.
    degrees_of_freedom
        Of the distributions.
    """

    countries: tuple[str, ...]
    keys: tuple[str, ...]
    years: IntArray
    kg: MeasureEstimate
    pieces: MeasureEstimate
    unit_weight: FloatArray
    unit_weight_log_scale: FloatArray
    level_trust: FloatArray
    ratio_trust: FloatArray
    degrees_of_freedom: float
