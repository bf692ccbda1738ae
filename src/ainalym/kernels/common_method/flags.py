"""What a flag of the common method says about a cell, and how flags add up.

A flag has a ground (why the cell is not the reported one) and up to two marks added to it: how it was filled,
and whether it was smoothed. ``25`` is a value that was too high over the years and was filled from the
strata; ``125`` was then smoothed away and filled from its neighbours in time.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

REPORTED: Final = 0
"""The reported figure stands."""
MISSING: Final = 1
"""Nothing was reported."""
LOW_IN_STRATUM: Final = 2
HIGH_IN_STRATUM: Final = 3
LOW_OVER_YEARS: Final = 4
HIGH_OVER_YEARS: Final = 5
NOT_POSITIVE: Final = 6
"""Reported as nought or as net export and kept as nought. The mended setting alone; the scripts delete it."""
INTERPOLATED: Final = 10
"""Added where a cell is filled from other years."""
FROM_STRATA: Final = 20
"""Added where a cell is filled from countries at other purchasing power."""
ESTIMATED_PRODUCTION: Final = 40
"""Reported, but part of it rests on confidential production; 41 to 43 say by which step it was estimated."""
PROTECTED: Final = 50
"""From this flag on a value is neither an outlier nor smoothed."""
PHASED_OUT: Final = 52
"""Set by knowledge of the market: the product is no longer sold, or half as much in its last year."""
FROM_CAPACITY: Final = 53
"""Photovoltaics: computed from installed capacity."""
FROM_OTHER_PRODUCTS: Final = 54
"""Tube monitors from desktops and flat panels. The mended setting alone; the scripts set no flag."""
CORRECTED: Final = 60
"""Corrected by hand."""
SMOOTHED: Final = 100
"""Added where a jump from year to year was removed."""
BACKCAST: Final = 200
"""A year before the first figure, on the line from the year of introduction."""
FORECAST_BASE_YEAR: Final = 2000
"""A forecast has the flag of its approach (200, 300, 400, 500) plus its connection year less this one."""


class Provenance(IntEnum):
    """Where the value of a cell comes from, read from its flag."""

    EMPTY = 0
    REPORTED = 1
    CORRECTED = 2
    INTERPOLATED = 3
    FROM_STRATA = 4
    SMOOTHED = 5
    SPECIAL = 6
    BACKCAST = 7
    FORECAST = 8


def classify_flags(flags: npt.ArrayLike) -> IntArray:
    """Say where each value comes from.

    Parameters
    ----------
    flags
        Flags of the common method. Any shape.

    Returns
    -------
    IntArray
        Members of :class:`Provenance`, same shape. A flag that marks a removed value which nothing filled
        (1 to 5) is ``EMPTY``.
    """
    flag = np.asarray(flags, dtype=np.int64)
    ground = flag % SMOOTHED
    classes = np.full(flag.shape, Provenance.EMPTY, dtype=np.int64)
    # The later a line, the stronger: a smoothed cell was perhaps filled before, a forecast has any last
    # digits.
    classes[(ground >= INTERPOLATED) & (ground < FROM_STRATA)] = Provenance.INTERPOLATED
    classes[(ground >= FROM_STRATA) & (ground < ESTIMATED_PRODUCTION)] = Provenance.FROM_STRATA
    classes[(ground == REPORTED) | ((ground >= ESTIMATED_PRODUCTION) & (ground < PROTECTED))] = (
        Provenance.REPORTED
    )
    classes[ground == NOT_POSITIVE] = Provenance.REPORTED
    classes[(ground > PROTECTED) & (ground < CORRECTED)] = Provenance.SPECIAL
    classes[ground >= CORRECTED] = Provenance.CORRECTED
    classes[(flag >= SMOOTHED) & (flag < BACKCAST)] = Provenance.SMOOTHED
    classes[flag == BACKCAST] = Provenance.BACKCAST
    classes[flag > BACKCAST] = Provenance.FORECAST
    return classes
