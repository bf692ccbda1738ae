"""Time grids other than every year: even ones that agree with the annual grid, and uneven ones, exact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import FloatArray, as_floats
from ainalym.kernels.lifetime import (
    ENTRY_MOMENTS,
    Convention,
    Lifetime,
    check_cohorts,
    check_convention,
)


def read_years_per_step(years: Sequence[int] | npt.ArrayLike) -> int:
    """Read the step of an even grid of years.

    Parameters
    ----------
    years
        The last year of each step, two or more unless the grid is annual, rising evenly.

    Returns
    -------
    int
        Years per step; 1 for a single year.

    Raises
    ------
    InputError
        [COH-009] if the years do not rise evenly by whole years. An uneven grid is not wrong, but needs
        :func:`survival_on_periods`.
    """
    numbers = as_floats(years)
    steps = np.diff(numbers)
    if numbers.ndim == 1 and numbers.size and np.isfinite(numbers).all():
        if numbers.size == 1:
            return 1
        if steps[0] >= 1 and steps[0] == round(steps[0]) and (steps == steps[0]).all():
            return int(steps[0])
        uneven = int(np.argmax(steps != steps[0])) if (steps != steps[0]).any() else 0
        got = f"a step of {steps[uneven]:g} years from {numbers[uneven]:g} to {numbers[uneven + 1]:g}"
    else:
        got = f"{numbers.tolist()}"
    mend = "Give every year, or every n-th; for uneven periods compute the survival with their bounds."
    raise InputError(
        Problem("COH-009", "years of the grid", got, "years that rise by the same whole step", mend)
    )


def survival_on_periods(
    lifetime: Lifetime, bounds: FloatArray, convention: Convention = "uniform"
) -> FloatArray:
    """Compute the share of the sales of each period still in stock at the end of each period, even or not.

    Parameters
    ----------
    lifetime
        Distribution of lifetime, with parameters of shape (product,) or (..., period, product).
    bounds
        Moments between the periods, yr, rising: one more than there are periods.
    convention
        When within its period the sales enter: ``uniform`` evenly over it, ``start``, ``middle`` or ``end``
        all at that moment of it. ``cbs`` knows single years only.

    Returns
    -------
    FloatArray
        Survival, exact. Shape (..., period, cohort, product), 0 before the period of the cohort. The inflow
        that goes with it is that of the whole period, not per year.

    Raises
    ------
    InputError
        [COH-002] if the cohorts of the lifetime are neither as many as the periods nor 1, [COH-008] if the
        convention is unknown or ``cbs``, [COH-009] if the bounds do not rise.
    """
    check_convention(convention)
    if convention == "cbs":
        mend = "Take another convention, or the annual grid."
        raise InputError(Problem("COH-008", "convention", "'cbs' on periods", "one of the other four", mend))
    bounds = as_floats(bounds)
    if (
        bounds.ndim != 1
        or bounds.size < 2
        or not (np.diff(bounds) > 0).all()
        or not np.isfinite(bounds).all()
    ):
        got = ", ".join(f"{bound:g}" for bound in bounds.ravel()[:8])
        expected = "two or more moments that rise"
        raise InputError(
            Problem("COH-009", "bounds of the periods", got, expected, "Put the bounds in order.")
        )
    periods = bounds.size - 1
    check_cohorts(lifetime, periods)
    survival = np.zeros((periods, *_with_cohorts(lifetime.parameter_shape, periods)))
    starts, ends = bounds[:-1], bounds[1:]
    for period in range(periods):
        cohorts = slice(None, period + 1)
        since_start, since_end = ends[period] - starts, ends[period] - ends
        # Ages of cohorts yet to come are negative: they are cut to 0 here and left out below.
        oldest = np.maximum(since_start, 0)[:, None]
        youngest = np.maximum(since_end, 0)[:, None]
        if convention == "uniform":
            lived = lifetime.integrated_survival(oldest) - lifetime.integrated_survival(youngest)
            share = np.clip(lived / (ends - starts)[:, None], 0, 1)
        else:
            moment = ENTRY_MOMENTS[convention]
            share = lifetime.survival((1 - moment) * oldest + moment * youngest)
        survival[period, ..., cohorts, :] = np.broadcast_to(share, survival.shape[1:])[..., cohorts, :]
    return np.ascontiguousarray(np.moveaxis(survival, 0, -3))


def _with_cohorts(shape: tuple[int, ...], cohorts: int) -> tuple[int, ...]:
    """Shape of the parameters with an axis of all cohorts before that of products."""
    return (cohorts, shape[-1]) if len(shape) < 2 else (*shape[:-2], cohorts, shape[-1])
