"""Jumps from one year to the next (script 03f).

Three rules empty a cell, which is then filled from other years again:

1. it is more than 50 % off the year before, while the years before and after are within 20 % of each other;
2. it is a trough or a peak: more than 20 % beyond the nearer and more than 40 % beyond the farther of its
   neighbours, unless the year after next says that the neighbour is the odd one;
3. it is the last year and half as much again as the year before, or more.

Cells with a flag of 50 or more stay.

Defects kept by ``strict``:

- **typing slip in the low branch**: the distance to the farther neighbour is measured from the larger of the
  year before and the year after NEXT, and divided by the larger of the two neighbours. Mended: the two
  neighbours in both places.
- **exception turned round**: the description says that a trough (peak) stays if the year after next is about
  as low (high), since then the year between may be wrong. The script removes it in that very case too, as it
  asks for "within 20 % OR higher (lower)". Mended: removed only if the year after next is beyond 20 %.
- **last year checked upwards alone**: a collapse in the last year stays and carries into the forecast, while
  nought after nought is removed (0 >= 1.5 * 0). Mended: up and down by the same ratio, after a year with
  sales.

The description also speaks of a threshold of 0.3 kg per inhabitant, which the script does not have. It is not
added: most electronics weigh less than that per inhabitant, and a jump in a light product is a jump too.
"""

from __future__ import annotations

import numpy as np

from ainalym.kernels.common_method.cells import BoolArray, Cells, FloatArray
from ainalym.kernels.common_method.flags import PROTECTED, SMOOTHED

LEVEL_NEIGHBOURS = 0.2
SPIKE = 0.5
BEYOND_NEARER = 0.2
BEYOND_FARTHER = 0.4
LAST_YEAR_RATIO = 1.5


def remove_jumps(cells: Cells, strict: bool) -> tuple[Cells, BoolArray]:
    """Empty cells that jump out of their series.

    Parameters
    ----------
    cells
        Shape (country, key, year), 3 years or more.
    strict
        Whether to keep the defects of the scripts.

    Returns
    -------
    tuple of Cells, BoolArray
        Flags of emptied cells are 100 higher; and which were emptied.
    """
    jump = find_jumps(cells.kg, strict) & ~np.isnan(cells.kg) & (cells.flag < PROTECTED)
    return cells.empty(jump, cells.flag + SMOOTHED), jump


def find_jumps(kg: FloatArray, strict: bool) -> BoolArray:
    """Find cells that jump out of their series.

    Parameters
    ----------
    kg
        Amounts, any unit; NaN where missing. Shape (..., year).
    strict
        Whether to keep the defects of the scripts.

    Returns
    -------
    BoolArray
        Same shape. A cell next to a missing one is no jump by rules 1 and 2.
    """
    before, after, after_next = (np.full_like(kg, np.nan) for _ in range(3))
    before[..., 1:] = kg[..., :-1]
    after[..., :-1] = kg[..., 1:]
    after_next[..., :-2] = kg[..., 2:]
    # The last year but one has no year after next: its neighbour stands in for it.
    after_next[..., -2] = after[..., -2]
    with np.errstate(divide="ignore", invalid="ignore"):
        spike = (
            (before > 0)
            & (np.abs(after - before) / before < LEVEL_NEIGHBOURS)
            & (np.abs(kg - before) / before > SPIKE)
        )
        between = (before > 0) & (after > 0) & (after_next > 0)
        trough = between & _is_trough(kg, before, after, after_next, strict)
        peak = between & _is_peak(kg, before, after, after_next, strict)
    jump = spike | trough | peak
    jump[..., -1] |= _is_last_year_jump(kg[..., -1], before[..., -1], strict)
    return jump


def _is_last_year_jump(kg: FloatArray, before: FloatArray, strict: bool) -> BoolArray:
    """Say where the last year is off the year before."""
    above = kg >= before * LAST_YEAR_RATIO
    if strict:
        return above
    return (before > 0) & (above | (kg <= before / LAST_YEAR_RATIO))


def _is_trough(
    kg: FloatArray, before: FloatArray, after: FloatArray, after_next: FloatArray, strict: bool
) -> BoolArray:
    """Say where a year lies far below both of its neighbours."""
    nearer, farther = np.minimum(before, after), np.maximum(before, after)
    measured_from = np.maximum(before, after_next) if strict else farther
    confirmed = after_next > (1 + LEVEL_NEIGHBOURS) * kg
    if strict:
        confirmed = (np.abs(after_next - kg) / kg < LEVEL_NEIGHBOURS) | (after_next > kg)
    deep = (np.abs(kg - nearer) / nearer > BEYOND_NEARER) & (
        np.abs(kg - measured_from) / farther > BEYOND_FARTHER
    )
    return deep & (kg < nearer) & confirmed


def _is_peak(
    kg: FloatArray, before: FloatArray, after: FloatArray, after_next: FloatArray, strict: bool
) -> BoolArray:
    """Say where a year lies far above both of its neighbours."""
    nearer, farther = np.maximum(before, after), np.minimum(before, after)
    confirmed = after_next < (1 - LEVEL_NEIGHBOURS) * kg
    if strict:
        confirmed = (np.abs(after_next - kg) / kg < LEVEL_NEIGHBOURS) | (after_next < kg)
    high = (np.abs(kg - nearer) / nearer > BEYOND_NEARER) & (np.abs(kg - farther) / farther > BEYOND_FARTHER)
    return high & (kg > nearer) & confirmed
