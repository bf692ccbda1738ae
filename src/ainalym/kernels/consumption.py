"""Apparent consumption on bare arrays: production plus imports less exports, and what looks wrong in it.

Nothing is deleted here. A cell below nought, or with a unit weight that no such product has, stays as it is
and is marked, so that the method that cleans the series can say what it did with it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


class Consumption(NamedTuple):
    """Apparent consumption with its marks.

    Attributes
    ----------
    amount
        Production plus imports less exports, unit of the terms. NaN where no term has a figure.
    is_negative
        Whether more was exported than produced and imported.
    is_gross
        Whether there are imports or production but no figure of exports, so that the amount is an upper
        bound.
    """

    amount: FloatArray
    is_negative: BoolArray
    is_gross: BoolArray


def compute_apparent_consumption(
    production: ArrayLike, imports: ArrayLike, exports: ArrayLike
) -> Consumption:
    """Compute production plus imports less exports, cell by cell.

    Parameters
    ----------
    production
        Production. Any shape, kg or pieces, NaN where there is no figure.
    imports
        Imports. Same shape and unit, NaN where there is no figure.
    exports
        Exports, re-exports included. Same shape and unit, NaN where there is no figure.

    Returns
    -------
    Consumption
        Same shape. A missing term counts as nought beside one that has a figure.

    Raises
    ------
    ValueError
        If the shapes differ; it is our own mistake, never that of a file.

    Notes
    -----
    A = Pr + M - X. The official scripts delete cells that are not above nought and fill them later with
    positive values, which lifts countries of transit; here they are kept and marked.

    References
    ----------
    Regulation (EU) 2017/699, Annex I.
    """
    terms = [np.asarray(term, dtype=np.float64) for term in (production, imports, exports)]
    if len({term.shape for term in terms}) > 1:
        raise ValueError(f"terms of shapes {[term.shape for term in terms]}")
    produced, imported, exported = terms
    has_supply = ~np.isnan(produced) | ~np.isnan(imported)
    has_figure = has_supply | ~np.isnan(exported)
    amount = np.nan_to_num(produced) + np.nan_to_num(imported) - np.nan_to_num(exported)
    return Consumption(
        np.where(has_figure, amount, np.nan), has_figure & (amount < 0), has_supply & np.isnan(exported)
    )


def compute_implied_weight(kg: ArrayLike, pieces: ArrayLike) -> FloatArray:
    """Compute the unit weight that mass and pieces imply together.

    Parameters
    ----------
    kg
        Mass. Any shape, kg.
    pieces
        Pieces. Same shape.

    Returns
    -------
    FloatArray
        Same shape, kg/piece. NaN where either has no figure or there are no pieces.
    """
    mass, count = np.asarray(kg, dtype=np.float64), np.asarray(pieces, dtype=np.float64)
    implied = np.full(mass.shape, np.nan)
    np.divide(mass, count, out=implied, where=np.isfinite(count) & (count != 0))
    return implied


def find_absurd_weights(kg: ArrayLike, pieces: ArrayLike, unit_weight: ArrayLike, factor: float) -> BoolArray:
    """Find cells whose mass and pieces cannot belong together.

    Parameters
    ----------
    kg
        Mass. Any shape, kg.
    pieces
        Pieces. Same shape.
    unit_weight
        Unit weight that the product has. Same shape or one that broadcasts to it, kg/piece, above 0.
    factor
        How many times heavier or lighter a piece may be. 1 or more.

    Returns
    -------
    BoolArray
        Same shape. Also true where mass and pieces differ in sign; false where either has no figure.
    """
    implied = compute_implied_weight(kg, pieces)
    expected = np.asarray(unit_weight, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        absurd = (implied > expected * factor) | (implied < expected / factor)
    return np.asarray(absurd, dtype=np.bool_)
