"""What the cohort kernels check where arrays come in, with the caller's own names for products and years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ainalym.errors import InputError, Problem

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

CELLS_NAMED = 20
"""How many bad cells of one array become problems of their own; the rest is counted."""


ROUNDING = 1e-12
"""A survival may rise by this much, as an honest sum of rounding errors."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Names for the last two axes of an array, so that an error speaks the caller's language.

    Parameters
    ----------
    products
        One name per product, such as UNU-KEYs; without them a product is named by its position, from 0.
    years
        One year per entry of the time axis, be it year or cohort; without them by position, from 0.
    """

    products: Sequence[str] | None = None
    years: Sequence[int] | None = None

    def place(self, index: tuple[int, ...], axes: tuple[str, ...]) -> str:
        """Name a cell of an array.

        Parameters
        ----------
        index
            Position of the cell along every axis.
        axes
            Names of the last axes, such as ``("year", "product")``; leading axes are named by position alone.

        Returns
        -------
        str
            Such as ``product '0306', cohort 2004, batch (17,)``; a name that is missing gives the position.
        """
        batch = index[: len(index) - len(axes)]
        named = [self.name(axis, position) for axis, position in zip(axes, index[len(batch) :], strict=True)]
        if batch:
            named.insert(0, f"batch {tuple(int(position) for position in batch)}")
        return ", ".join(reversed(named))

    def name(self, axis: str, position: int) -> str:
        """Name a position on an axis.

        Parameters
        ----------
        axis
            Such as ``product`` or ``cohort``.
        position
            From 0.

        Returns
        -------
        str
            Such as ``product '0306'``; the position where a name is missing.
        """
        if axis == "product" and self.products is not None and position < len(self.products):
            return f"product '{self.products[position]}'"
        if axis in ("year", "cohort") and self.years is not None and position < len(self.years):
            return f"{axis} {self.years[position]}"
        return f"{axis} {position}" if axis == "age" else f"{axis} number {position}"


NO_LABELS = Labels()
"""Every cell is named by its position."""


def as_floats(values: npt.ArrayLike) -> FloatArray:
    """Give an array of floats, without a copy where it is one already.

    Parameters
    ----------
    values
        Anything numpy can turn into numbers.

    Returns
    -------
    FloatArray
        The same numbers.
    """
    return np.asarray(values, dtype=np.float64)


def check_cells(
    good: BoolArray,
    values: FloatArray,
    *,
    code: str,
    what: str,
    axes: tuple[str, ...],
    labels: Labels,
    expected: str,
    mend: str,
) -> list[Problem]:
    """Give a problem for each cell that is not good.

    Parameters
    ----------
    good
        Whether a cell is as it should be. Shape of ``values``.
    values
        The numbers themselves, to be shown.
    code, expected, mend
        As in :class:`ainalym.errors.Problem`.
    what
        What the array holds, such as ``inflow``.
    axes
        Names of its last axes; a shorter array takes the last of them.
    labels
        Names for products and years.

    Returns
    -------
    list of Problem
        At most :data:`CELLS_NAMED` problems; the last one counts the rest.
    """
    if good.all():
        return []
    places = np.argwhere(~good)
    known = axes[max(0, len(axes) - values.ndim) :]
    problems = []
    for place in places[:CELLS_NAMED]:
        index = tuple(int(position) for position in place)
        where = labels.place(index, known)
        problems.append(
            Problem(code, f"{what}, {where}" if where else what, f"{values[index]:g}", expected, mend)
        )
    if len(places) > CELLS_NAMED:
        rest = len(places) - CELLS_NAMED
        problems.append(Problem(code, what, f"{rest} more cells like these", expected, mend))
    return problems


def check_amounts(values: FloatArray, what: str, labels: Labels, axes: tuple[str, ...]) -> list[Problem]:
    """Give a problem for each amount that is not a finite number of nought or more.

    Parameters
    ----------
    values
        Amounts, such as t/yr.
    what
        What the array holds, such as ``inflow``.
    labels
        Names for products and years.
    axes
        Names of its last axes.

    Returns
    -------
    list of Problem
        ``COH-003`` for NaN and infinity, ``COH-004`` for what is below nought; empty if all is well.
    """
    if values.size and np.isfinite(total := values.sum()) and total >= 0 and values.min() >= 0:
        return []
    finite = np.isfinite(values)
    problems = check_cells(
        finite,
        values,
        code="COH-003",
        what=what,
        axes=axes,
        labels=labels,
        expected="a finite number",
        mend="Fill the gap before the cohort engine, with a flag, or correct the number.",
    )
    return problems + check_cells(
        (values >= 0) | ~finite,
        values,
        code="COH-004",
        what=what,
        axes=axes,
        labels=labels,
        expected="0 or more",
        mend="Correct the number; a return or an export belongs into another flow.",
    )


def raise_any(problems: list[Problem], about: str) -> None:
    """Raise the problems, if there are any.

    Parameters
    ----------
    problems
        What was found.
    about
        What was being looked at; heads the message.

    Raises
    ------
    InputError
        With all the problems.
    """
    if problems:
        raise InputError(problems, about)


def parameter_axes(shape: tuple[int, ...], labels: Labels) -> tuple[str, ...]:
    """Name the axes of the parameters of a lifetime: by shape alone, cohorts look like draws.

    Parameters
    ----------
    shape
        Shape of a parameter.
    labels
        Names for products and cohorts.

    Returns
    -------
    tuple of str
        ``("cohort", "product")`` where the labels name as many years as there are rows, else
        ``("product",)``.
    """
    if len(shape) > 1 and labels.years is not None and len(labels.years) == shape[-2]:
        return ("cohort", "product")
    return ("product",)


def check_positive(values: FloatArray, what: str, labels: Labels) -> list[Problem]:
    """Give a problem for each parameter of a lifetime that is not positive and finite.

    Parameters
    ----------
    values
        The parameter. Shape (..., product) or (..., cohort, product).
    what
        Name of the parameter, such as ``Weibull shape``.
    labels
        Names for products and cohorts.

    Returns
    -------
    list of Problem
        ``COH-001`` for each bad cell.
    """
    return check_cells(
        (values > 0) & np.isfinite(values),
        values,
        code="COH-001",
        what=what,
        axes=parameter_axes(values.shape, labels),
        labels=labels,
        expected="a positive finite number",
        mend="Correct the lifetime of this product.",
    )
