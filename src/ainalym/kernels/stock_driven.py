"""From a stock back to what must have entered it, and what to do when it falls faster than its things die."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import (
    NO_LABELS,
    BoolArray,
    FloatArray,
    Labels,
    as_floats,
    check_amounts,
    check_cells,
    raise_any,
)
from ainalym.kernels.cohort_sums import sum_by_cohort, sum_over_cohorts
from ainalym.kernels.survival_checks import check_amounts_and_survival

Shortfall: TypeAlias = Literal["raise", "retire_proportionally", "retire_oldest", "negative_inflow"]

SHORTFALLS: tuple[Shortfall, ...] = get_args(Shortfall)
"""What can be done when a stock falls faster than its things die, the default first."""

STOCK_TOLERANCE = 1e-9
"""Share of a stock by which what was sold before may exceed it and still count as rounding."""


class InflowAndOutflow(NamedTuple):
    """What must enter for a stock to be as it is, and what leaves it.

    Attributes
    ----------
    inflow
        What enters during the year. Shape (..., year, product), t/yr or pieces/yr.
    outflow
        What leaves during the year, early retirement included. Same shape and unit.
    early_retirement
        The part of the outflow that leaves before its time because the stock falls faster than its things
        die. Same shape and unit.
    stock_by_cohort
        On request, the stock by cohort at the END of the year. Shape (..., year, cohort, product); the
        cohorts of an initial stock come first, the oldest in front.
    outflow_by_cohort
        On request, the outflow by cohort. Same shape.
    """

    inflow: FloatArray
    outflow: FloatArray
    early_retirement: FloatArray
    stock_by_cohort: FloatArray | None = None
    outflow_by_cohort: FloatArray | None = None


def compute_stock_driven(
    stock: FloatArray,
    survival: FloatArray,
    shortfall: Shortfall = "raise",
    *,
    initial_stock: FloatArray | None = None,
    keep_cohorts: bool = False,
    by_cohort: bool | None = None,
    labels: Labels = NO_LABELS,
) -> InflowAndOutflow:
    """Compute what must enter for the stock to be as it is, and what leaves.

    Parameters
    ----------
    stock
        Stock at the END of each year. Shape (..., year, product), t or pieces, each 0 or more.
    survival
        Share still in stock at the end of a year. Shape (..., age, product) or (..., year, cohort,
        product), as in :func:`ainalym.kernels.cohort.compute_inflow_driven`. With an initial stock of n
        ages it also covers the n years before the first one.
    shortfall
        What to do when the stock falls faster than its things die, so that something must leave before its
        time: ``raise`` an error; ``retire_proportionally``, the same share of every cohort;
        ``retire_oldest``, the oldest cohorts first; or allow a ``negative_inflow``, which is never taken
        unasked.
    initial_stock
        What is in stock at the end of the year before the first one, by age: 0 is what was sold in that
        year. Shape (..., age, product), t or pieces. Without it the stock starts empty.
    keep_cohorts
        Whether to give stock and outflow by cohort as well.
    by_cohort
        Whether ``survival`` has the axes (year, cohort); without it the shape tells.
    labels
        Names for products and years, for errors.

    Returns
    -------
    InflowAndOutflow
        Shape (..., year, product).

    Raises
    ------
    InputError
        [COH-002] if the axes do not fit, [COH-003] if a number is not finite, [COH-004] if a stock is below
        0, [COH-005] if a survival rises along time or is above 1, [COH-006] if the stock falls faster than
        its things die and ``shortfall`` is ``raise``, [COH-007] if nothing of a cohort reaches the end of
        its first year, [COH-008] if ``shortfall`` is unknown, [COH-012] if the initial stock holds an age
        to which nothing lives.

    Notes
    -----
    P(t) = (K(t) - sum over c < t of P(c) S(t, c)) / S(t, t). What is retired early leaves its
    cohort for good, so that it does not leave again later; the things that remain keep their survival
    curve.

    References
    ----------
    ODYM, ``compute_stock_driven_model``: its NegativeInflowCorrect is ``retire_proportionally``.
    """
    stock, survival = as_floats(stock), as_floats(survival)
    if shortfall not in SHORTFALLS:
        expected = "one of " + ", ".join(SHORTFALLS)
        raise InputError(Problem("COH-008", "shortfall", repr(shortfall), expected, "Choose what to do."))
    if initial_stock is None and not keep_cohorts:
        cohorts_vary, discarded = check_amounts_and_survival(stock, "stock", survival, by_cohort, labels)
        return _solve_totals(stock, survival, discarded, cohorts_vary, shortfall, labels)
    initial = None if initial_stock is None else as_floats(initial_stock)
    history = 0 if initial is None else initial.shape[-2]
    cohorts_vary, _ = check_amounts_and_survival(stock, "stock", survival, by_cohort, labels, history)
    reference = None if initial is None else read_initial_stock(survival, cohorts_vary, initial, labels)
    cohorts = Cohorts(survival, cohorts_vary, reference)
    batch = np.broadcast_shapes(
        survival.shape[: -3 if cohorts_vary else -2],
        stock.shape[:-2],
        () if initial is None else initial.shape[:-2],
    )
    entered = np.zeros((*batch, history + stock.shape[-2], stock.shape[-1]))
    if initial is not None:
        entered[..., :history, :] = initial[..., ::-1, :]
    return _solve_years(stock, cohorts, entered, shortfall, keep_cohorts, labels)


def _solve_totals(
    stock: FloatArray,
    survival: FloatArray,
    discarded: FloatArray,
    cohorts_vary: bool,
    shortfall: Shortfall,
    labels: Labels,
) -> InflowAndOutflow:
    """Solve for the inflow alone, which is enough where nothing is retired early; else cohort by cohort."""
    inflow, short, empty = _solve_inflow_alone(stock, survival, cohorts_vary)
    if cohorts_vary:
        outflow = sum_by_cohort(inflow, discarded)
    else:
        outflow = sum_over_cohorts(inflow, discarded[..., : stock.shape[-2], :])
    early = np.zeros_like(inflow)
    if shortfall == "negative_inflow":
        short[...] = False
    if empty or (shortfall == "raise" and short.any()):
        # Going through the years tells which one it is; all products go, so that an error names them rightly.
        short[...] = True
    if short.any():
        part = np.broadcast_to(survival, (*survival.shape[:-1], stock.shape[-1]))[..., short]
        entered = np.zeros((*inflow.shape[:-1], int(short.sum())))
        cohorts = Cohorts(part, cohorts_vary, None)
        solved = _solve_years(stock[..., short], cohorts, entered, shortfall, False, labels)
        inflow[..., short], outflow[..., short] = solved.inflow, solved.outflow
        early[..., short] = solved.early_retirement
    return InflowAndOutflow(inflow, outflow, early)


def _solve_inflow_alone(
    stock: FloatArray, survival: FloatArray, cohorts_vary: bool
) -> tuple[FloatArray, BoolArray, bool]:
    """Solve year by year for the inflow, below nought where need be.

    Tells the products where that is so, and whether a stock is asked of a cohort that does not reach the
    end of its first year.
    """
    years = stock.shape[-2]
    batch = np.broadcast_shapes(survival.shape[: -3 if cohorts_vary else -2], stock.shape[:-2])
    inflow = np.empty((*batch, *stock.shape[-2:]))
    gap = np.empty((*batch, stock.shape[-1]))
    first = (
        np.diagonal(survival, axis1=-3, axis2=-2).swapaxes(-1, -2) if cohorts_vary else survival[..., :1, :]
    )
    alive = first > 0
    # Nothing is divided by nought: where a cohort is gone at once, the gap itself stands for its sign.
    divisor = np.broadcast_to(np.where(alive, first, 1.0), (*first.shape[:-2], years, first.shape[-1]))
    for year in range(years):
        left = survival[..., year, :year, :] if cohorts_vary else survival[..., year:0:-1, :]
        np.einsum("...cp,...cp->...p", inflow[..., :year, :], left, out=gap)
        np.subtract(stock[..., year, :], gap, out=gap)
        np.divide(gap, divisor[..., year, :], out=inflow[..., year, :])
    short = (inflow < 0).any(axis=tuple(range(inflow.ndim - 1)))
    empty = bool(((inflow != 0) & ~alive).any())
    return inflow, np.asarray(short), empty


@dataclass(frozen=True)
class Cohorts:
    """Shares of all cohorts, the oldest in front, those of an initial stock before the others.

    Parameters
    ----------
    survival
        Shape (..., age, product) or (..., year, cohort, product).
    cohorts_vary
        Whether it has the latter shape.
    reference
        What :func:`read_initial_stock` gives.
    """

    survival: FloatArray
    cohorts_vary: bool
    reference: FloatArray | None

    @property
    def history(self) -> int:
        """Give the number of cohorts in the initial stock."""
        return 0 if self.reference is None else self.reference.shape[-2]

    def share_left(self, year: int) -> FloatArray:
        """Give the share left at the end of a year, of what was sold or of what the initial stock held.

        Parameters
        ----------
        year
            Position of the year, from 0.

        Returns
        -------
        FloatArray
            Shape (..., cohort, product), with the cohorts up to that of the year.
        """
        last = self.history + year
        if self.cohorts_vary:
            left = self.survival[..., last, : last + 1, :]
        else:
            left = self.survival[..., last::-1, :]
        if self.reference is None:
            return left
        left = left.copy()
        left[..., : self.history, :] /= self.reference
        return left

    def share_before(self, year: int) -> FloatArray:
        """Give the share left at the end of the year before, of the cohorts that were there.

        Parameters
        ----------
        year
            Position of the year, from 0.

        Returns
        -------
        FloatArray
            Shape (..., cohort, product), with the cohorts up to that of the year before.
        """
        if year > 0:
            return self.share_left(year - 1)
        batch = self.survival.shape[: -3 if self.cohorts_vary else -2]
        return np.ones((*batch, self.history, self.survival.shape[-1]))


def read_initial_stock(
    survival: FloatArray, cohorts_vary: bool, initial: FloatArray, labels: Labels
) -> FloatArray:
    """Read what share of the cohorts of an initial stock was left when it was counted.

    Parameters
    ----------
    survival
        Shape (..., age, product) or (..., year, cohort, product).
    cohorts_vary
        Whether it has the latter shape.
    initial
        Stock by age. Shape (..., age, product).
    labels
        Names for products, for errors.

    Returns
    -------
    FloatArray
        Shares above 0, the oldest cohort in front. Shape (..., age, product).

    Raises
    ------
    InputError
        [COH-003] and [COH-004] if an amount is not finite or below 0, [COH-012] if there is stock of an age
        to which nothing lives.
    """
    ages = initial.shape[-2]
    raise_any(check_amounts(initial, "initial stock", labels, ("age", "product")), "stock-driven model")
    left = survival[..., ages - 1, :ages, :] if cohorts_vary else survival[..., ages - 1 :: -1, :]
    alive = np.broadcast_to(left[..., ::-1, :] > 0, np.broadcast_shapes(left.shape, initial.shape)) | (
        initial == 0
    )
    problems = check_cells(
        alive,
        np.broadcast_to(initial, alive.shape),
        code="COH-012",
        what="initial stock",
        axes=("age", "product"),
        labels=labels,
        expected="0, as nothing lives to that age",
        mend="Correct the age structure or the lifetime.",
    )
    raise_any(problems, "stock-driven model")
    return np.where(left > 0, left, 1.0)


def _solve_years(
    stock: FloatArray,
    cohorts: Cohorts,
    entered: FloatArray,
    shortfall: Shortfall,
    keep_cohorts: bool,
    labels: Labels,
) -> InflowAndOutflow:
    """Go through the years with what entered of every cohort, less what was retired, in hand."""
    history, years = cohorts.history, stock.shape[-2]
    totals = (*entered.shape[:-2], years, entered.shape[-1])
    outflow, early = np.zeros(totals), np.zeros(totals)
    inflow = np.zeros(totals)
    by_cohort = (*entered.shape[:-2], years, *entered.shape[-2:])
    held, gone = (np.zeros(by_cohort) for _ in range(2)) if keep_cohorts else (None, None)
    for year in range(years):
        left, new = cohorts.share_left(year), history + year
        old = entered[..., :new, :]
        remaining = old * left[..., :-1, :]
        leaving = old * (cohorts.share_before(year) - left[..., :-1, :])
        gap = stock[..., year, :] - remaining.sum(axis=-2)
        # What was sold before may exceed the stock by a rounding error: that is no shortfall.
        gap[(gap < 0) & (gap >= -STOCK_TOLERANCE * stock[..., year, :])] = 0
        _check_gap(gap, stock, year, shortfall, labels)
        filled = gap if shortfall == "negative_inflow" else np.maximum(gap, 0)
        inflow[..., year, :] = entered[..., new, :] = _solve_inflow(filled, left[..., -1, :], year, labels)
        if shortfall.startswith("retire"):
            retired = _retire(remaining, np.maximum(-gap, 0), shortfall)
            early[..., year, :] = retired.sum(axis=-2)
            old -= np.divide(retired, left[..., :-1, :], out=np.zeros_like(retired), where=retired > 0)
            leaving += retired
        early_death = inflow[..., year, :] * (1 - left[..., -1, :])
        outflow[..., year, :] = leaving.sum(axis=-2) + early_death
        if held is not None and gone is not None:
            held[..., year, : new + 1, :] = entered[..., : new + 1, :] * left
            gone[..., year, :new, :] = leaving
            gone[..., year, new, :] = early_death
    return InflowAndOutflow(inflow, outflow, early, held, gone)


def _check_gap(gap: FloatArray, stock: FloatArray, year: int, shortfall: Shortfall, labels: Labels) -> None:
    """Refuse a stock below what is left of earlier sales, where an error was asked for."""
    if shortfall != "raise":
        return
    asked = np.broadcast_to(stock[..., year, :], gap.shape)
    good: BoolArray = gap >= 0
    if good.all():
        return
    problems = check_cells(
        good,
        asked,
        code="COH-006",
        what=f"stock, {labels.name('year', year)}",
        axes=("product",),
        labels=labels,
        expected="no less than what is left of earlier sales",
        mend="Correct the stock or the lifetime, or ask for early retirement.",
    )
    raise_any(problems, "stock-driven model")


def _solve_inflow(filled: FloatArray, first: FloatArray, year: int, labels: Labels) -> FloatArray:
    """Give what must be sold for enough of it to reach the end of the year."""
    first = np.broadcast_to(first, filled.shape)
    problems = check_cells(
        (first > 0) | (filled == 0),
        first,
        code="COH-007",
        what=f"survival at the end of the first year, {labels.name('cohort', year)}",
        axes=("product",),
        labels=labels,
        expected="a share above 0",
        mend="Take a longer lifetime, or a convention in which a cohort reaches the end of its year.",
    )
    raise_any(problems, "stock-driven model")
    return np.divide(filled, first, out=np.zeros_like(filled), where=first > 0)


def _retire(remaining: FloatArray, surplus: FloatArray, shortfall: Shortfall) -> FloatArray:
    """Take the surplus from the cohorts, which stand on the axis before the last, the oldest in front."""
    if shortfall == "retire_oldest":
        # With ``cbs`` a cohort may hold less than nothing: it gives nothing, and owes nothing to the others.
        there = np.maximum(remaining, 0)
        older = np.cumsum(there, axis=-2) - there
        return np.asarray(np.clip(surplus[..., None, :] - older, 0, there))
    total = remaining.sum(axis=-2)
    share = np.divide(surplus, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(remaining * np.minimum(share, 1)[..., None, :])
