"""Years before the first figure (second half of script 03i).

From the year of introduction I to the last year Y0 before the first sales, amounts rise in a straight line to
the mean of the first three figures; nothing was sold before I. Flag 200.

Defects kept by ``strict``:

- **one missing of three leaves all empty**: mended by the mean of those that are there.
- **a reported nought is overwritten**: noughts at the beginning count as "no figure yet", also where they
  were reported or set by hand. Mended: only empty cells are filled, and the line ends at the first figure,
  nought or not.
- **figures before the year of introduction are erased**, also reported ones. Mended: they stay.
"""

from __future__ import annotations

import numpy as np

from ainalym.kernels.common_method.cells import Cells, FloatArray
from ainalym.kernels.common_method.flags import BACKCAST, IntArray

FIRST_FIGURES = 3


def find_last_empty_year(kg: FloatArray, years: IntArray, last_year: int, strict: bool) -> IntArray:
    """Find the last year before the first figure of each series.

    Parameters
    ----------
    kg
        Shape (country, key, year); NaN where empty.
    years
        Labels of the axis, consecutive.
    last_year
        Last year of figures; an empty series has the year before it.
    strict
        Whether a nought counts as empty.

    Returns
    -------
    IntArray
        Shape (country, key). The year before the axis where figures begin with it.
    """
    none_yet = ~np.logical_or.accumulate(kg > 0 if strict else ~np.isnan(kg), axis=2)
    none_yet &= years < last_year
    return np.asarray(np.where(none_yet, years, years[0] - 1).max(axis=2), dtype=np.int64)


def backcast(
    cells: Cells, years: IntArray, empty_until: IntArray, introduction: IntArray, strict: bool
) -> Cells:
    """Carry every series back to its introduction.

    Parameters
    ----------
    cells
        Shape (country, key, year).
    years
        Labels of the axis, consecutive.
    empty_until
        Last year without sales at the beginning of each series. Shape (country, key).
    introduction
        First year in which a product can be sold. Shape (key,).
    strict
        Whether to keep the defects of the scripts.

    Returns
    -------
    Cells
        Flag 200 where filled.

    Notes
    -----
    x(t) = mean of the first three (t + 1 - I) / (Y0 - I + 2) for I <= t <= Y0, and 0 before I.
    """
    start = introduction[np.newaxis, :, np.newaxis]
    until = empty_until[:, :, np.newaxis]
    with np.errstate(divide="ignore", invalid="ignore"):
        rise = (years + 1 - start) / (until - start + 2)
    filled = (years <= until) & (years >= start)
    before = np.broadcast_to(years < start, cells.kg.shape)
    if not strict:
        filled, before = filled & np.isnan(cells.kg), before & (np.isnan(cells.kg) | (cells.kg == 0))
    kg, pieces = (
        _mean_of_first(amount, empty_until - years[0] + 1, strict) * rise
        for amount in (cells.kg, cells.pieces)
    )
    return cells.replace(filled, kg, pieces, BACKCAST).replace(before, 0.0, 0.0, BACKCAST)


def _mean_of_first(values: FloatArray, start: IntArray, strict: bool) -> FloatArray:
    """Average three years from a position on. Shape (country, key, 1)."""
    position = start[:, :, np.newaxis] + np.arange(FIRST_FIGURES)
    inside = position < values.shape[2]
    first = np.take_along_axis(values, np.where(inside, position, 0), axis=2)
    first = np.where(inside, first, np.nan)
    if strict:
        return np.asarray(first.mean(axis=2, keepdims=True))
    known = ~np.isnan(first)
    count = np.count_nonzero(known, axis=2, keepdims=True)
    total = np.where(known, first, 0.0).sum(axis=2, keepdims=True)
    mean: FloatArray = np.divide(total, count, where=count > 0, out=np.full_like(total, np.nan))
    return mean
