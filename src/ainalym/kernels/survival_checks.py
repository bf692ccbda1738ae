"""What must hold between amounts and survival before cohorts are computed."""

from __future__ import annotations

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import (
    ROUNDING,
    FloatArray,
    Labels,
    check_amounts,
    check_cells,
    raise_any,
)

AXES = "Give amounts as (.., year, product), survival as (.., age, product) or (.., year, cohort, product)."
"""What to do about axes that do not fit."""


def check_amounts_and_survival(
    amounts: FloatArray,
    what: str,
    survival: FloatArray,
    by_cohort: bool | None,
    labels: Labels,
    history: int = 0,
) -> tuple[bool, FloatArray]:
    """Refuse amounts and a survival that do not fit or hold what cannot be.

    Parameters
    ----------
    amounts
        Inflow or stock. Shape (..., year, product).
    what
        Which of them, for errors.
    survival
        Shape (..., age, product) or (..., year, cohort, product).
    by_cohort
        Which of the two; None where the shape is to tell.
    labels
        Names for products and years, for errors.
    history
        Number of years before the first one that survival must also cover.

    Returns
    -------
    tuple of bool and FloatArray
        Whether survival varies by cohort, and the shares that leave in each year, of the shape of the
        survival.

    Raises
    ------
    InputError
        [COH-002] if the axes do not fit, [COH-003] if a number is not finite, [COH-004] if an amount is
        below 0, [COH-005] if a survival rises along time or is above 1.
    """
    cohorts_vary = check_axes(amounts, what, survival, by_cohort, history)
    problems = check_amounts(amounts, what, labels, ("year", "product"))
    discarded = discarded_by_cohort(survival) if cohorts_vary else discarded_by_age(survival)
    problems += _problems_of_survival(survival, discarded, cohorts_vary, labels)
    raise_any(problems, "cohort model")
    return cohorts_vary, discarded


def check_axes(
    amounts: FloatArray, what: str, survival: FloatArray, by_cohort: bool | None, history: int = 0
) -> bool:
    """Tell whether survival varies by cohort, and refuse axes that do not fit.

    Parameters
    ----------
    amounts
        Inflow or stock. Shape (..., year, product).
    what
        Which of them, for errors.
    survival
        Shape (..., age, product) or (..., year, cohort, product).
    by_cohort
        Which of the two; None where the shape is to tell.
    history
        Number of years before the first one that survival must also cover.

    Returns
    -------
    bool
        Whether survival varies by cohort.

    Raises
    ------
    InputError
        [COH-002] if the axes do not fit.
    """
    got = f"{what} {amounts.shape}, survival {survival.shape}"
    if amounts.ndim < 2 or survival.ndim < 2:
        raise InputError(Problem("COH-002", "cohort model", got, "two axes or more each", AXES))
    years = amounts.shape[-2] + history
    cohorts_vary = varies_by_cohort(survival, years) if by_cohort is None else by_cohort
    if cohorts_vary:
        fits = survival.ndim > 2 and survival.shape[-3:-1] == (years, years)
    else:
        fits = survival.shape[-2] >= years
    fits = fits and survival.shape[-1] in (1, amounts.shape[-1]) and years > 0
    try:
        np.broadcast_shapes(survival.shape[: -3 if cohorts_vary else -2], amounts.shape[:-2])
    except ValueError:
        fits = False
    if not fits:
        expected = f"survival with {years} years and {amounts.shape[-1]} products"
        raise InputError(Problem("COH-002", "cohort model", got, expected, AXES))
    return cohorts_vary


def varies_by_cohort(survival: FloatArray, years: int) -> bool:
    """Tell from the shape whether survival has the axes (year, cohort).

    Parameters
    ----------
    survival
        Shape (..., age, product) or (..., year, cohort, product).
    years
        Number of years.

    Returns
    -------
    bool
        True where year and cohort are both as many as the years, nothing of a later cohort is there in the
        first year, and nothing of the last cohort before its own: that tells (year, cohort) from as many
        draws of (age). A wrong reading would not pass the check of the survival, as it would rise along
        time.
    """
    if survival.ndim < 3 or survival.shape[-3:-1] != (years, years):
        return False
    return not (survival[..., 0, 1:, :].any() or survival[..., :-1, -1, :].any())


def check_survival(survival: FloatArray, cohorts_vary: bool, labels: Labels) -> list[Problem]:
    """Give a problem for each share that cannot be a survival.

    Parameters
    ----------
    survival
        Shape (..., age, product) or (..., year, cohort, product).
    cohorts_vary
        Whether it has the latter shape.
    labels
        Names for products and years, for errors.

    Returns
    -------
    list of Problem
        ``COH-003`` for NaN and infinity, ``COH-005`` for a share above 1 or one that rises along time.
    """
    discarded = discarded_by_cohort(survival) if cohorts_vary else discarded_by_age(survival)
    return _problems_of_survival(survival, discarded, cohorts_vary, labels)


def _problems_of_survival(
    survival: FloatArray, discarded: FloatArray, cohorts_vary: bool, labels: Labels
) -> list[Problem]:
    """Look for what cannot be in a survival, by the shares that leave in each year."""
    good = discarded >= -ROUNDING
    if good.all() and np.isfinite(discarded.sum()):
        return []
    axes = ("year", "cohort", "product") if cohorts_vary else ("age", "product")
    finite = np.isfinite(survival)
    if not finite.all():
        return check_cells(
            finite,
            survival,
            code="COH-003",
            what="survival",
            axes=axes,
            labels=labels,
            expected="a finite number",
            mend="Check the parameters of the lifetime.",
        )
    return check_cells(
        good,
        survival,
        code="COH-005",
        what="survival",
        axes=axes,
        labels=labels,
        expected="at most 1, and no rise along time",
        mend="Put the ages in order; a cohort never gains mass.",
    )


def discarded_by_age(survival: FloatArray) -> FloatArray:
    """Compute the share of a cohort that leaves in each year of its life.

    Parameters
    ----------
    survival
        Share still in stock at the end of a year. Shape (..., age, product).

    Returns
    -------
    FloatArray
        Share that leaves during the year. Same shape.
    """
    discarded = np.empty_like(survival)
    np.subtract(1.0, survival[..., 0, :], out=discarded[..., 0, :])
    np.subtract(survival[..., :-1, :], survival[..., 1:, :], out=discarded[..., 1:, :])
    return discarded


def discarded_by_cohort(survival: FloatArray) -> FloatArray:
    """Compute the share of each cohort that leaves in each calendar year.

    Parameters
    ----------
    survival
        Share still in stock at the end of a year. Shape (..., year, cohort, product), 0 before the year of
        the cohort.

    Returns
    -------
    FloatArray
        Share that leaves during the year. Same shape, 0 before the year of the cohort.
    """
    discarded = np.empty_like(survival)
    np.negative(survival[..., 0, :, :], out=discarded[..., 0, :, :])
    np.subtract(survival[..., :-1, :, :], survival[..., 1:, :, :], out=discarded[..., 1:, :, :])
    # What enters is there at once: of a cohort, the whole in its year.
    entering = np.arange(min(survival.shape[-3:-1]))
    discarded[..., entering, entering, :] += 1
    return discarded
