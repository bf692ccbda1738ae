"""What happens in a calendar year to the hazard of all living cohorts: a repair law, a crisis, a switch-off.

A policy on lifetime is an effect of the period, not of the cohort; else it would not touch what is in
stock. The hazard of a thing of age x in year n is h(x, n) = h0(x) m(n), with h0 the hazard of its lifetime
and m(n) the multiplier of the year. Survival is what changes, so mass is kept by every use
made of it.
"""

from __future__ import annotations

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import (
    NO_LABELS,
    FloatArray,
    Labels,
    as_floats,
    check_cells,
    raise_any,
)
from ainalym.kernels.lifetime import (
    Convention,
    Lifetime,
    check_convention,
    survival_by_cohort,
    survival_from_moment,
)

ENTRY_NODES = 16
"""Moments of the year at which the sales of the ``uniform`` convention are followed (Gauss-Legendre)."""


def survival_under_hazard(
    lifetime: Lifetime,
    multiplier: FloatArray,
    convention: Convention = "uniform",
    *,
    labels: Labels = NO_LABELS,
) -> FloatArray:
    """Compute the share of every cohort still in stock when the hazard differs by calendar year.

    Parameters
    ----------
    lifetime
        Distribution of lifetime, with parameters of shape (product,) or (..., cohort, product).
    multiplier
        Multiplier on the hazard of all living cohorts during each year, 0 or more; 1 changes nothing. Shape
        (..., year, product), 1.
    convention
        When within its year a cohort enters.
    labels
        Names for products and years, for errors.

    Returns
    -------
    FloatArray
        Survival. Shape (..., year, cohort, product), as from
        :func:`ainalym.kernels.lifetime.survival_by_cohort`, to which it is equal where the multiplier is 1.

    Raises
    ------
    InputError
        [COH-002] if the axes do not fit, [COH-008] if the convention is unknown, [COH-014] if a multiplier is
        negative or not finite.

    Notes
    -----
    Exact for ``start``, ``middle`` and ``end``, in which a cohort is of one age. For ``uniform`` the change
    is followed at 16 moments of entry and put on the exact survival; the error is below 1e-9 for Weibull
    lifetimes of shape 1 or more and scale 2 or more, and below 1e-4 down to shape 0.5 and scale 1. ``cbs``
    has no hazard proper: there the multiplier acts on what its shares leave from year to year. Of a cohort
    of which less than 1e-300 would be left nothing comes back, however small the multiplier.
    """
    check_convention(convention)
    multiplier = as_floats(multiplier)
    problems = check_cells(
        (multiplier >= 0) & np.isfinite(multiplier),
        multiplier,
        code="COH-014",
        what="hazard multiplier",
        axes=("year", "product"),
        labels=labels,
        expected="a finite number of 0 or more",
        mend="Give 1 where the hazard does not change.",
    )
    raise_any(problems, "hazard by calendar year")
    years = _years_of(multiplier, lifetime)
    plain = survival_by_cohort(lifetime, years, convention)
    if convention != "uniform":
        return multiply_hazard(plain, multiplier)
    # Only what the multiplier changes goes through the quadrature; the rest keeps its closed form.
    changed = plain
    for node, weight in zip(*np.polynomial.legendre.leggauss(ENTRY_NODES), strict=True):
        follow = survival_from_moment(lifetime, years, 0.5 * (node + 1))
        changed = changed + 0.5 * weight * (multiply_hazard(follow, multiplier) - follow)
    return _never_rising(changed)


def multiply_hazard(survival: FloatArray, multiplier: FloatArray) -> FloatArray:
    """Raise what each cohort keeps from year to year to the power of the year's multiplier.

    Parameters
    ----------
    survival
        Share still in stock at the end of a year, of cohorts that are of one age each. Shape
        (..., year, cohort, product), 0 before the year of the cohort.
    multiplier
        Multiplier on the hazard, 0 or more. Shape (..., year, product).

    Returns
    -------
    FloatArray
        Survival under that hazard. Same shape. Where a share is below 0, as ``cbs`` may have it, it stays:
        its cohort is gone up to the error of that convention.

    Notes
    -----
    S'(t) = S'(t-1) (S(t) / S(t-1))^m(t), exact as the hazard of a cohort adds up over the year.
    """
    years, cohorts = survival.shape[-3:-1]
    before = np.broadcast_to(np.eye(years, cohorts)[:, :, None], survival.shape).copy()
    before[..., 1:, :, :] += survival[..., :-1, :, :]
    alive = np.maximum(survival, 0)
    kept = np.divide(alive, before, out=np.zeros_like(alive), where=before > 0)
    # Most years of a policy are those before it: nothing is raised to the power of 1.
    moved = np.broadcast_to(multiplier[..., :, None, :] != 1.0, kept.shape)
    power = np.power(kept, multiplier[..., :, None, :], out=kept.copy(), where=moved)
    # Before its year a cohort has nothing to keep; 1 lets the product below start with the year of the
    # cohort.
    power = np.where(np.tri(years, cohorts, dtype=bool)[:, :, None], power, 1.0)
    changed = np.cumprod(power, axis=-3) * np.tri(years, cohorts)[:, :, None]
    return np.asarray(np.where(survival < 0, survival, changed))


def _years_of(multiplier: FloatArray, lifetime: Lifetime) -> int:
    """Read the number of years of the multiplier, whose products must be those of the lifetime."""
    shape = lifetime.parameter_shape
    if multiplier.ndim < 2 or not shape or multiplier.shape[-1] not in (1, shape[-1]):
        got = f"multiplier {multiplier.shape}, lifetime {shape}"
        mend = "Give the multiplier as (..., year, product), with the products of the lifetime."
        raise InputError(Problem("COH-002", "hazard by calendar year", got, "the same products", mend))
    years: int = multiplier.shape[-2]
    return years


def _never_rising(survival: FloatArray) -> FloatArray:
    """Take away a rise by an error of the quadrature; before its year a cohort is 0, and stays so."""
    years, cohorts = survival.shape[-3:-1]
    there = np.tri(years, cohorts, dtype=bool)[:, :, None]
    falling = np.minimum.accumulate(np.where(there, np.clip(survival, 0, 1), 1.0), axis=-3)
    return np.asarray(np.where(there, falling, 0.0))
