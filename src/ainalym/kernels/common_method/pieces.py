"""Pieces where only kilograms are known, at the unit weight of another year (both halves of script 03i).

Defects kept by ``strict``:

- **unit weight from another series**: where no earlier (later) year of a series has sales, the scripts walk
  on into the series before (after) it in their one long table. Mended: a series keeps to itself, looks both
  ways, and at last takes the unit weight of the settings.
- **unit weight from an empty cell**: a year with kilograms and without pieces counts as a known unit weight,
  and leaves the pieces empty. Mended: it does not count.
"""

from __future__ import annotations

import numpy as np

from ainalym.kernels.common_method.cells import BoolArray, Cells, FloatArray
from ainalym.kernels.common_method.flags import IntArray

YEARS_LOOKED_AT = 10
"""Strict: pieces are completed in this many last years of figures, and in all years after them."""


def complete_pieces_of_last_years(cells: Cells, years: IntArray, last_year: int, order: IntArray) -> Cells:
    """Complete the pieces of the last ten years and the forecast from earlier years, as the scripts do.

    Parameters
    ----------
    cells
        Shape (country, key, year).
    years
        Labels of the axis.
    last_year
        Last year of figures.
    order
        Order of the series in the scripts' table, see :func:`order_series`.

    Returns
    -------
    Cells
        Flags as they are.
    """
    wanted = (cells.kg >= 0) & np.isnan(cells.pieces) & (years > last_year - YEARS_LOOKED_AT)
    return _complete_along_table(cells, wanted, order, backwards=False)


def complete_pieces_of_first_years(
    cells: Cells, years: IntArray, last_year: int, empty_until: IntArray, order: IntArray
) -> Cells:
    """Complete the pieces of the years before the last one from later years, as the scripts do.

    Parameters
    ----------
    cells
        Shape (country, key, year).
    years
        Labels of the axis.
    last_year
        Last year of figures.
    empty_until
        Last year without sales at the beginning of each series. Shape (country, key).
    order
        Order of the series in the scripts' table, see :func:`order_series`.

    Returns
    -------
    Cells
        Flags as they are.
    """
    inside = (years > empty_until[:, :, np.newaxis]) & (years < last_year)
    wanted = (cells.kg > 0) & np.isnan(cells.pieces) & inside
    return _complete_along_table(cells, wanted, order, backwards=True)


def complete_pieces(cells: Cells, unit_weight: FloatArray | None) -> Cells:
    """Complete all pieces, each series from itself.

    Parameters
    ----------
    cells
        Shape (country, key, year).
    unit_weight
        For series without any pieces. Broadcasts to the cells, kg per piece; NaN where unknown.

    Returns
    -------
    Cells
        Pieces at the unit weight of the last year before, else of the first year after, else as given.
    """
    wanted = (cells.kg >= 0) & np.isnan(cells.pieces)
    known = (cells.kg > 0) & (cells.pieces > 0)
    backwards, forwards = (_nearest_ratio(cells.kg, cells.pieces, known, flip) for flip in (True, False))
    per_kg = np.where(np.isnan(forwards), backwards, forwards)
    if unit_weight is not None:
        per_kg = np.where(np.isnan(per_kg), 1 / np.where(unit_weight > 0, unit_weight, np.nan), per_kg)
    completed = np.where(cells.kg == 0, 0.0, cells.kg * per_kg)
    return Cells(cells.kg, np.where(wanted, completed, cells.pieces), cells.flag)


def _complete_along_table(cells: Cells, wanted: BoolArray, order: IntArray, backwards: bool) -> Cells:
    """Take the unit weight of the nearest row with sales in the scripts' long table, of whatever series."""
    shape = cells.kg.shape
    kg, pieces = (amount.reshape(-1, shape[2])[order].reshape(1, -1) for amount in (cells.kg, cells.pieces))
    complete = wanted.reshape(-1, shape[2])[order].reshape(1, -1)
    per_kg = _nearest_ratio(kg, pieces, (kg > 0) & ~complete, backwards)
    rows = np.where(complete, per_kg * kg, pieces).reshape(-1, shape[2])
    completed = np.empty_like(rows)
    completed[order] = rows
    return Cells(cells.kg, completed.reshape(shape), cells.flag)


def _nearest_ratio(kg: FloatArray, pieces: FloatArray, known: BoolArray, backwards: bool) -> FloatArray:
    """Give each cell the pieces per kilogram of the nearest known cell before (or after) it."""
    if backwards:
        kg, pieces, known = kg[..., ::-1], pieces[..., ::-1], known[..., ::-1]
    source = np.maximum.accumulate(np.where(known, np.arange(kg.shape[-1]), -1), axis=-1)
    index = np.maximum(source, 0)
    there = source >= 0
    divisor = np.where(there, np.take_along_axis(kg, index, axis=-1), 1.0)
    ratio = np.where(there, np.take_along_axis(pieces, index, axis=-1) / divisor, np.nan)
    return ratio[..., ::-1] if backwards else ratio
