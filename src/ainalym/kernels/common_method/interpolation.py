"""Gaps filled from other years of the same series (script 03c).

A single gap takes the mean of its neighbours, two gaps in a row take thirds, and a first or last year goes on
along the line of the two years beside it, never below nought.

Defects kept by ``strict``:

- **cross-group leak**: the scripts shift one long table by two rows and mask the borders of a series for the
  very last year alone. Where the last two years are both missing, the year "after next" is therefore the
  FIRST year of the series before it, another country or product, and both years are filled with it. Mended:
  nothing is known beyond the last year.
- **ppi test on kpi**: in the first and last year the pieces are filled only if the kilograms are still
  missing, which they no longer are. Pieces stay missing. Mended: pieces follow the kilograms at the unit
  weight of the year beside.
- **unbounded line at the ends**: two years give a slope that may carry the third anywhere. Mended: the value
  stays between half and twice the year beside.
- **a long gap stays empty**: three years or more that the strata cannot fill either are left empty amid the
  series. Mended: bridged by a straight line, or by the last figure where none follows.
"""

from __future__ import annotations

import numpy as np

from ainalym.kernels.common_method.cells import Cells, FloatArray
from ainalym.kernels.common_method.flags import INTERPOLATED, SMOOTHED, IntArray

END_RATIO = 2.0
"""Mended: an end year is at most this many times its neighbour, and at least one over it."""


def interpolate_gaps(cells: Cells, order: IntArray, strict: bool) -> Cells:
    """Fill gaps from other years.

    Parameters
    ----------
    cells
        Shape (country, key, year), 3 years or more.
    order
        Order of the series in the scripts' table, see :func:`order_series`; it decides what leaks.
    strict
        Whether to keep the defects of the scripts.

    Returns
    -------
    Cells
        Flags of filled cells are 10 higher, unless they are 100 or more already.
    """
    kg = _fill_inner(cells.kg, _leak(cells.kg, order) if strict else None)
    pieces = _fill_inner(cells.pieces, _leak(cells.pieces, order) if strict else None)
    kg = _fill_ends(cells.kg, kg, np.isnan(kg))
    if strict:
        pieces = _fill_ends(cells.pieces, pieces, np.isnan(kg))
    else:
        kg = _bound_ends(cells.kg, kg)
        pieces = _keep_unit_weight_at_ends(cells, kg, pieces)
    kg, pieces = (np.where(amount < 0, 0.0, amount) for amount in (kg, pieces))
    filled = np.isnan(cells.kg) & ~np.isnan(kg)
    flag = np.where(filled & (cells.flag < SMOOTHED), cells.flag + INTERPOLATED, cells.flag)
    return cells.replace(filled, kg, pieces, flag)


def bridge_gaps(cells: Cells) -> Cells:
    """Bridge gaps of any length after the first figure of a series. The mended setting alone.

    Parameters
    ----------
    cells
        Shape (country, key, year).

    Returns
    -------
    Cells
        Kilograms on the line between the figures beside the gap, or as the last figure; pieces empty. Flags
        of filled cells are 10 higher, unless they are 100 or more already.
    """
    known = ~np.isnan(cells.kg)
    place = np.arange(cells.kg.shape[2])
    left = np.maximum.accumulate(np.where(known, place, -1), axis=2)
    right = np.minimum.accumulate(np.where(known, place, place.size)[..., ::-1], axis=2)[..., ::-1]
    right = np.where(right == place.size, left, right)
    start, end = (np.take_along_axis(cells.kg, np.maximum(index, 0), axis=2) for index in (left, right))
    share = (place - left) / np.maximum(right - left, 1)
    bridge = np.where(right > left, start + (end - start) * share, start)
    filled = ~known & (left >= 0)
    flag = np.where(cells.flag < SMOOTHED, cells.flag + INTERPOLATED, cells.flag)
    return cells.replace(filled, bridge, np.nan, flag)


def fill_single_series(values: FloatArray) -> FloatArray:
    """Fill the gaps of series by the rules of the method, the ends along an unbounded line.

    Parameters
    ----------
    values
        Any unit, NaN where missing. Shape (..., year), 3 years or more.

    Returns
    -------
    FloatArray
        Same shape; longer gaps stay NaN.
    """
    filled = _fill_inner(values, None)
    filled = _fill_ends(values, filled, np.isnan(filled))
    return np.where(filled < 0, 0.0, filled)


def _shift(values: FloatArray, years: int) -> FloatArray:
    """Give each year the value of a later (positive) or earlier (negative) one, NaN beyond the ends."""
    shifted = np.full_like(values, np.nan)
    if years > 0:
        shifted[..., :-years] = values[..., years:]
    else:
        shifted[..., -years:] = values[..., :years]
    return shifted


def _leak(values: FloatArray, order: IntArray) -> FloatArray:
    """Give each series the first year of the one before it in the scripts' table."""
    first_years = values[..., 0].reshape(-1)[order]
    leaked = np.empty_like(first_years)
    leaked[order] = np.concatenate([[np.nan], first_years[:-1]])
    return leaked.reshape(values.shape[:-1])


def _fill_inner(values: FloatArray, leak: FloatArray | None) -> FloatArray:
    """Fill one or two gaps between known years."""
    before, after, after_next = _shift(values, -1), _shift(values, 1), _shift(values, 2)
    if leak is not None:
        after_next[..., -2] = leak
    single = np.isnan(values)
    filled = np.where(single, (before + after) / 2, values)
    # The first of two gaps knows the year before it and the one after next, which is why it fills both.
    first_of_two = np.isnan(values) & np.isnan(after)
    filled = np.where(first_of_two, (2 * before + after_next) / 3, filled)
    second = np.where(first_of_two, (2 * after_next + before) / 3, np.nan)
    second_moved = _shift(second, -1)
    return np.where(np.isnan(second_moved), filled, second_moved)


def _fill_ends(values: FloatArray, filled: FloatArray, missing: np.typing.NDArray[np.bool_]) -> FloatArray:
    """Carry the line of two years on to the first and the last year, where these are ``missing``."""
    filled = filled.copy()
    for end, beside, next_to_that in ((0, 1, 2), (-1, -2, -3)):
        line = 2 * values[..., beside] - values[..., next_to_that]
        use = missing[..., end] & ~np.isnan(line)
        filled[..., end] = np.where(use, line, filled[..., end])
    return filled


def _bound_ends(values: FloatArray, filled: FloatArray) -> FloatArray:
    """Hold a filled first or last year near the year beside it."""
    bounded = filled.copy()
    for end, beside in ((0, 1), (-1, -2)):
        neighbour = filled[..., beside]
        within = np.clip(filled[..., end], neighbour / END_RATIO, neighbour * END_RATIO)
        use = np.isnan(values[..., end]) & ~np.isnan(within)
        bounded[..., end] = np.where(use, within, filled[..., end])
    return bounded


def _keep_unit_weight_at_ends(cells: Cells, kg: FloatArray, pieces: FloatArray) -> FloatArray:
    """Give a filled first or last year the pieces per kilogram of the year beside it."""
    completed = pieces.copy()
    for end, beside in ((0, 1), (-1, -2)):
        filled = np.isnan(cells.kg[..., end]) & ~np.isnan(kg[..., end])
        weighable = kg[..., beside] > 0
        per_kg = np.divide(
            pieces[..., beside], kg[..., beside], where=weighable, out=np.zeros_like(weighable * 1.0)
        )
        completed[..., end] = np.where(filled, kg[..., end] * per_kg, completed[..., end])
    return completed
