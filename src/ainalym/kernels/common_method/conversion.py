"""Pieces to kilograms and back, line by line of trade and production statistics (script 02).

A line in pieces is weighed with the unit weight, also where its net mass is reported, since pieces are judged
the more reliable; a line in kilograms, or without a second unit, is counted with it.

Defects:

- **weight table emptied**: without a weight for a single country the script drops every row of its table of
  weights (an empty index with a minus sign). Not reproduced in either setting.
- **a line without its pieces counts as nothing**: a trade line in pieces whose number is missing adds
  nothing, even where its net mass is known. Kept by ``strict``; mended: the net mass is used, as for lines
  without a second unit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.common_method.cells import BoolArray, FloatArray

PIECES = "p/st"
KILOGRAMS = "kg"
NO_UNIT = "-"


def choose_unit_weight(code: FloatArray, country: FloatArray, general: FloatArray) -> FloatArray:
    """Choose the unit weight of each line: of its code, else of its country and product, else of its product.

    Parameters
    ----------
    code, country, general
        Unit weights, kg per piece; NaN or 0 where there is none. Broadcast together.

    Returns
    -------
    FloatArray
        kg per piece; NaN where there is none at all.
    """
    chosen = np.full(np.broadcast_shapes(code.shape, country.shape, general.shape), np.nan)
    for weight in (general, country, code):
        chosen = np.where(weight > 0, weight, chosen)
    return chosen


def read_units(
    units: Sequence[str | None], codes: Sequence[str], without_unit: Collection[str] = ()
) -> BoolArray:
    """Say which trade lines are counted in pieces.

    Parameters
    ----------
    units
        Supplementary unit of each line; None where the field is missing, "" where it is empty.
    codes
        Commodity code of each line.
    without_unit
        Codes whose supplementary unit is not to be trusted.

    Returns
    -------
    BoolArray
        Shape (line,). A missing unit means pieces, an empty one none.
    """
    pairs = zip(units, codes, strict=True)
    return np.array(
        [code not in without_unit and (PIECES if unit is None else unit) == PIECES for unit, code in pairs]
    )


def convert_production(
    quantity: FloatArray, units: Sequence[str], weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Convert lines of production statistics to kilograms and pieces.

    Parameters
    ----------
    quantity
        Produced, in the unit of the line. Shape (line,).
    units
        ``p/st`` or ``kg`` of each line.
    weight
        Unit weight, kg per piece, above 0; NaN where unknown. Shape (line,).

    Returns
    -------
    tuple of FloatArray
        kg and pieces. Shape (line,); NaN where the unit weight is needed and unknown.

    Raises
    ------
    InputError
        CLN-008 for another unit, CLN-009 for a weight that is none.

    Notes
    -----
    In pieces: kg = n w, pieces = n. In kilograms: kg = n, pieces = n / w.
    """
    problems = [
        Problem(
            "CLN-008",
            f"line {line}",
            f"'{unit}'",
            f"'{PIECES}' or '{KILOGRAMS}'",
            "Convert the quantity first.",
        )
        for line, unit in enumerate(units)
        if unit not in (PIECES, KILOGRAMS)
    ]
    problems += _check_weights(weight)
    if problems:
        raise InputError(problems, "production lines")
    counted = np.array([unit == PIECES for unit in units], dtype=np.bool_)
    return np.where(counted, quantity * weight, quantity), np.where(counted, quantity, quantity / weight)


def convert_trade(
    supplementary: FloatArray, net_mass: FloatArray, counted: BoolArray, weight: FloatArray, strict: bool
) -> tuple[FloatArray, FloatArray]:
    """Convert lines of trade statistics to kilograms and pieces.

    Parameters
    ----------
    supplementary
        Quantity in the supplementary unit; NaN where missing. Shape (line,).
    net_mass
        Reported mass, kg; NaN where missing. Shape (line,).
    counted
        Whether the supplementary unit is pieces, see :func:`read_units`. Shape (line,).
    weight
        Unit weight, kg per piece, above 0; NaN where unknown. Shape (line,).
    strict
        Whether a line in pieces without its pieces is lost.

    Returns
    -------
    tuple of FloatArray
        kg and pieces. Shape (line,); NaN where nothing can be said.

    Raises
    ------
    InputError
        CLN-009 for a weight that is none.
    """
    problems = _check_weights(weight)
    if problems:
        raise InputError(problems, "trade lines")
    by_number = counted if strict else counted & ~np.isnan(supplementary)
    return (
        np.where(by_number, supplementary * weight, net_mass),
        np.where(by_number, supplementary, net_mass / weight),
    )


def _check_weights(weight: FloatArray) -> list[Problem]:
    """Give a problem for each unit weight that is not above nought; NaN is allowed."""
    return [
        Problem(
            "CLN-009", f"line {line}, unit weight", f"{weight[line]:g} kg", "above 0", "Correct the weight."
        )
        for line in np.flatnonzero(~np.isnan(weight) & ~((weight > 0) & np.isfinite(weight)))
    ]
