"""What is left of the sales of a year at the end of that year and of each later one.

A distribution of lifetime knows exact ages; statistics know calendar years. A convention says at which
moments of its year a cohort enters, and so turns the one into the other. With ``F`` the share
that has left by an age, ``f`` its density, ``G`` the integral of ``F``, ``k`` the years between placing on
market and counting, and the stock counted at the END of a year:

============  ==========================  ===========================================================
convention    share that leaves in k      reading
============  ==========================  ===========================================================
``uniform``   G(k+1) - 2 G(k) + G(k-1)    sold evenly over the year, exact
``start``     F(k+1) - F(k)               all sold on 1 January
``middle``    F(k+0.5) - F(k-0.5)         all sold on 1 July
``end``       F(k) - F(k-1)               all sold on 31 December, as in ODYM
``cbs``       f(k+0.5)                    density at mid-age, as in the Waste over Time scripts of
                                          Statistics Netherlands; the shares do not sum to 1
============  ==========================  ===========================================================

The distributions themselves stand in :mod:`ainalym.kernels.distributions` and its neighbours and are given
again here, so that one import serves.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import NO_LABELS, FloatArray, Labels
from ainalym.kernels.distributions import Exponential, Fixed, Gamma, Lifetime, Weibull
from ainalym.kernels.normal_family import FoldedNormal, Lognormal, Normal
from ainalym.kernels.survival_checks import discarded_by_age
from ainalym.kernels.survival_table import RemainingLife, SurvivalTable

__all__ = [
    "CONVENTIONS",
    "ENTRY_MOMENTS",
    "NO_LABELS",
    "Convention",
    "Exponential",
    "Fixed",
    "FoldedNormal",
    "Gamma",
    "Labels",
    "Lifetime",
    "Lognormal",
    "Normal",
    "RemainingLife",
    "SurvivalTable",
    "Weibull",
    "check_cohorts",
    "check_convention",
    "check_count",
    "compute_mass_error",
    "expand_to_cohorts",
    "leaving_by_age",
    "survival_by_age",
    "survival_by_cohort",
    "survival_from_moment",
]

Convention: TypeAlias = Literal["uniform", "start", "middle", "end", "cbs"]

CONVENTIONS: tuple[Convention, ...] = get_args(Convention)
"""All conventions, the default first."""

ENTRY_MOMENTS: dict[Convention, float] = {"start": 0.0, "middle": 0.5, "end": 1.0}
"""Moment of the year, from 0 to 1, at which a cohort enters as a whole."""

MASS_HORIZON = 1000
"""Years over which the shares of the ``cbs`` convention are summed to report their mass error."""


def survival_by_age(
    lifetime: Lifetime, ages: int, convention: Convention = "uniform", *, years_per_step: int = 1
) -> FloatArray:
    """Compute the share of a cohort still in stock at the end of each year.

    Parameters
    ----------
    lifetime
        Distribution of lifetime, with parameters of shape (..., product).
    ages
        Number of steps to look at, 1 or more; age 0 is the end of the year of placing on market.
    convention
        When within its year a cohort enters, see the table above.
    years_per_step
        Years in a step of a coarser even grid. A step's sales are spread evenly over its years, so that the
        stock at the end of a step is that of the annual grid, whatever the convention.

    Returns
    -------
    FloatArray
        Survival. Shape (..., age, product), in [0, 1] and non-increasing along age; with ``cbs`` it may end a
        little above or below 0, as the shares of that convention do not sum to 1.

    Raises
    ------
    InputError
        [COH-008] if the convention is unknown, or a number of ages or years is below 1.

    Notes
    -----
    ``uniform`` takes the difference of two integrals in closed form: its error is at most 1e-15 times the
    mean life.

    References
    ----------
    Regulation (EU) 2017/699, Annex II.
    """
    return np.ascontiguousarray(
        np.moveaxis(
            _ages_in_front(lifetime, ages, convention, years_per_step),
            0,
            max(len(lifetime.parameter_shape) - 1, 0),
        )
    )


def survival_by_cohort(
    lifetime: Lifetime, years: int, convention: Convention = "uniform", *, years_per_step: int = 1
) -> FloatArray:
    """Compute the share of every cohort still in stock at the end of each year.

    Parameters
    ----------
    lifetime
        Distribution of lifetime, with parameters of shape (product,) or (..., cohort, product), with as many
        cohorts as years, or 1 where all have the same.
    years
        Number of steps, 1 or more; there is one cohort per step.
    convention
        When within its year a cohort enters.
    years_per_step
        Years in a step of a coarser even grid, as in :func:`survival_by_age`.

    Returns
    -------
    FloatArray
        Survival. Shape (..., year, cohort, product), 0 before the year of the cohort, else as in
        :func:`survival_by_age`.

    Raises
    ------
    InputError
        [COH-002] if the cohorts of the lifetime are neither as many as the years nor 1, [COH-008] if the
        convention is unknown, or a number of years is below 1.
    """
    check_cohorts(lifetime, years)
    return _arrange_by_cohort(_ages_in_front(lifetime, years, convention, years_per_step), lifetime, years)


def survival_from_moment(lifetime: Lifetime, years: int, moment: float) -> FloatArray:
    """Compute the share still in stock of cohorts that enter as a whole at a moment of their year.

    Parameters
    ----------
    lifetime
        Distribution of lifetime, with parameters of shape (product,) or (..., cohort, product).
    years
        Number of years, 1 or more; there is one cohort per year.
    moment
        From 0, the 1st of January, to 1, the end of the year.

    Returns
    -------
    FloatArray
        Survival at the END of each year. Shape (..., year, cohort, product), 0 before the year of the cohort.

    Raises
    ------
    InputError
        [COH-002] if the cohorts of the lifetime are neither as many as the years nor 1, [COH-008] if the
        moment is not in [0, 1].
    """
    check_count(years, "number of years")
    check_cohorts(lifetime, years)
    if not 0 <= moment <= 1:
        expected = "a part of the year in [0, 1]"
        raise InputError(
            Problem("COH-008", "moment of entry", f"{moment:g}", expected, "Correct the moment.")
        )
    ages = np.arange(years, dtype=np.float64).reshape(-1, *[1] * len(lifetime.parameter_shape))
    return _arrange_by_cohort(lifetime.survival(ages + 1 - moment), lifetime, years)


def check_cohorts(lifetime: Lifetime, years: int) -> None:
    """Refuse a lifetime whose cohorts are not those of the years.

    Parameters
    ----------
    lifetime
        Distribution of lifetime.
    years
        Number of years.

    Raises
    ------
    InputError
        [COH-002] if the cohorts of the lifetime are neither as many as the years nor 1.
    """
    shape = lifetime.parameter_shape
    if not shape or (len(shape) > 1 and shape[-2] not in (1, years)):
        mend = "Give one row of parameters per cohort, and a last axis for products."
        got = f"parameters of shape {shape}"
        raise InputError(Problem("COH-002", "lifetime by cohort", got, f"{years} cohorts, or 1", mend))


def _arrange_by_cohort(by_age: FloatArray, lifetime: Lifetime, years: int) -> FloatArray:
    """Put what is left by age, ages on the first axis, to the axes (..., year, cohort, product)."""
    if len(lifetime.parameter_shape) < 2:
        by_age = by_age.reshape(years, 1, -1)
    by_age = np.moveaxis(np.broadcast_to(by_age, (*by_age.shape[:-2], years, by_age.shape[-1])), 0, -3)
    survival = np.zeros(by_age.shape)
    for cohort in range(years):
        survival[..., cohort:, cohort, :] = by_age[..., : years - cohort, cohort, :]
    return survival


def leaving_by_age(lifetime: Lifetime, ages: int, convention: Convention = "uniform") -> FloatArray:
    """Compute the share of a cohort that leaves in each year of its life.

    Parameters
    ----------
    lifetime
        Distribution of lifetime, with parameters of shape (..., product).
    ages
        Number of years to look at, 1 or more; age 0 is the year of placing on market.
    convention
        When within its year a cohort enters.

    Returns
    -------
    FloatArray
        Shares. Shape (..., age, product). With ``cbs`` they are the densities themselves, good to the last
        digits even in the first years of a long life, where the difference of two shares near 1 has lost
        some.

    Raises
    ------
    InputError
        [COH-008] if the convention is unknown, or the number of ages below 1.
    """
    if convention != "cbs":
        return discarded_by_age(survival_by_age(lifetime, ages, convention))
    check_count(ages, "number of years")
    years = np.arange(ages, dtype=np.float64)
    middles = years.reshape(-1, *[1] * len(lifetime.parameter_shape)) + 0.5
    place = max(len(lifetime.parameter_shape) - 1, 0)
    return np.ascontiguousarray(np.moveaxis(lifetime.density(middles), 0, place))


def expand_to_cohorts(survival: FloatArray) -> FloatArray:
    """Write a survival that is the same for all cohorts as one by cohort.

    Parameters
    ----------
    survival
        Shape (..., age, product).

    Returns
    -------
    FloatArray
        Shape (..., year, cohort, product), with as many years as ages, 0 before the year of the cohort.
    """
    years = survival.shape[-2]
    expanded = np.zeros((*survival.shape[:-1], years, survival.shape[-1]))
    for cohort in range(years):
        expanded[..., cohort:, cohort, :] = survival[..., : years - cohort, :]
    return expanded


def compute_mass_error(lifetime: Lifetime, convention: Convention = "cbs") -> FloatArray:
    """Compute by how much the shares that leave over all years miss 1.

    Parameters
    ----------
    lifetime
        Distribution of lifetime.
    convention
        When within its year a cohort enters; all but ``cbs`` leave nothing to report.

    Returns
    -------
    FloatArray
        Sum of the shares less 1; above 0 more leaves than was sold. Shape of the parameters. With ``cbs``
        the sum is taken over 1,000 years, so that what a lifetime holds beyond them counts as missing; with
        the others it is nought, as what has not left is in stock.

    Raises
    ------
    InputError
        [COH-008] if the convention is unknown.

    References
    ----------
    For example 0.956 of the mass at shape 0.8 and scale 3, 1.006 at 1.2 and 6, 1.000 at 3 and 18.
    """
    check_convention(convention)
    if convention != "cbs":
        return np.zeros(lifetime.parameter_shape)
    return np.asarray(-_ages_in_front(lifetime, MASS_HORIZON, convention, 1)[-1])


def check_count(number: int, what: str) -> None:
    """Refuse to compute for no year at all.

    Parameters
    ----------
    number
        How many.
    what
        Of what, for errors.

    Raises
    ------
    InputError
        [COH-008] if it is below 1.
    """
    if number < 1:
        raise InputError(Problem("COH-008", what, str(number), "1 or more", "Ask for at least one year."))


def check_convention(convention: str) -> None:
    """Refuse a convention that does not exist.

    Parameters
    ----------
    convention
        Name of a convention.

    Raises
    ------
    InputError
        [COH-008] if it is none of :data:`CONVENTIONS`.
    """
    if convention not in CONVENTIONS:
        expected = "one of " + ", ".join(CONVENTIONS)
        raise InputError(Problem("COH-008", "convention", repr(convention), expected, "Choose a convention."))


def _ages_in_front(lifetime: Lifetime, ages: int, convention: Convention, years_per_step: int) -> FloatArray:
    """Give what :func:`survival_by_age` does, with ages on the first axis, before those of the parameters."""
    check_convention(convention)
    check_count(ages, "number of years")
    check_count(years_per_step, "years per step")
    years = np.arange(ages * years_per_step, dtype=np.float64)
    annual = _survival_at_ends(lifetime, years.reshape(-1, *[1] * len(lifetime.parameter_shape)), convention)
    if years_per_step == 1:
        return annual
    # A step's sales enter evenly over its years: what is left of them is the mean over these annual cohorts.
    return np.asarray(annual.reshape(ages, years_per_step, *annual.shape[1:]).mean(axis=1))


def _survival_at_ends(lifetime: Lifetime, age: FloatArray, convention: Convention) -> FloatArray:
    """Give the share in stock at the end of the year ``age`` years after that of entry; ages come first."""
    if convention == "cbs":
        return np.asarray(1 - np.cumsum(lifetime.density(age + 0.5), axis=0))
    if convention == "uniform":
        lived = np.diff(lifetime.integrated_survival(np.concatenate([age, age[-1:] + 1])), axis=0)
        # The difference of two large numbers may rise by a rounding error; a cohort must not.
        return np.asarray(np.minimum.accumulate(np.clip(lived, 0, 1), axis=0))
    return np.asarray(lifetime.survival(age + 1 - ENTRY_MOMENTS[convention]))
