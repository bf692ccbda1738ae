"""Survival of many draws of Weibull lifetimes at once, at the price of two exponentials a year."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ainalym.ensemble.model import FloatArray
from ainalym.kernels.lifetime import Convention, Weibull, survival_by_age

HALF_YEARS_TO = 11
"""Age up to which a year is taken in two halves: what is left of a cohort changes ever more smoothly."""


class Steps(NamedTuple):
    """Ages between which survival is integrated, for all products and draws.

    Attributes
    ----------
    logarithm, reciprocal
        Of the ages: half years up to an age, whole years from there on. Shape (point, 1).
    halves
        Number of half years.
    """

    logarithm: FloatArray
    reciprocal: FloatArray
    halves: int


def fill_survival(
    shape: FloatArray, scale: FloatArray, convention: Convention, survival: FloatArray
) -> FloatArray:
    """Fill in the share of a cohort still in stock at the end of each year, for every draw.

    Parameters
    ----------
    shape, scale
        Weibull lifetime, 1 and yr, positive. Shape (draw, product).
    convention
        When within its year a cohort enters.
    survival
        Filled in. Shape (product, age, draw).

    Returns
    -------
    FloatArray
        The same array.

    Notes
    -----
    Under ``uniform`` the share at the end of year k is the integral of exp(-(x / scale)^shape) from k to
    k + 1. The first year, where the power is not smooth, is taken in closed form; the others from the values
    and the first three derivatives at both ends of a year, or of its halves: off by less than 2e-7 for draws
    four standard deviations from the lives of the tables, shape and scale at once, and by 1e-9 for most. The
    closed form, an incomplete gamma function, takes some hundred times as long.
    """
    ages = survival.shape[1]
    if convention != "uniform":
        by_age = survival_by_age(Weibull(shape, scale), ages, convention)
        np.copyto(survival, by_age.transpose(2, 1, 0))
        return survival
    first = Weibull(shape, scale).integrated_survival(np.ones((1, 1)))
    np.copyto(survival[:, 0], first.T)
    if ages == 1:
        return survival
    steps = _plan_steps(ages)
    for product, left in enumerate(survival):
        _integrate_years(np.ascontiguousarray(shape[:, product]), scale[:, product], steps, left)
        # Nothing comes back to life, whatever the last digits of an integral say. Row by row, as numpy
        # accumulates along a first axis at a quarter of the pace.
        before = np.maximum(left[0], 0.0, out=left[0])
        for row in left[1:]:
            np.maximum(row, 0.0, out=row)
            before = np.minimum(before, row, out=row)
    return survival


def _plan_steps(ages: int) -> Steps:
    turn = min(HALF_YEARS_TO, ages)
    points = np.concatenate([np.arange(1.0, turn, 0.5), np.arange(turn, ages + 1.0)])[:, np.newaxis]
    return Steps(np.log(points), 1.0 / points, 2 * (turn - 1))


def _integrate_years(shape: FloatArray, scale: FloatArray, steps: Steps, total: FloatArray) -> None:
    """Fill in the integral of survival over the year from each age on, from age 1. Shape (age, draw)."""
    # (x / scale)^shape = exp(shape ln x - shape ln scale)
    power = steps.logarithm * shape
    power -= shape * np.log(scale)
    np.exp(power, out=power)
    left = np.exp(-power)
    power *= shape
    first, second, third = _differentiate(power, left, shape, steps.reciprocal)
    halves, turn = steps.halves, 1 + steps.halves // 2
    early, late = slice(0, halves + 1), slice(halves, None)
    parts = _add_ends(left[early], first[early], second[early], third[early], 0.5)
    np.add(parts[::2], parts[1::2], out=total[1:turn])
    total[turn:] = _add_ends(left[late], first[late], second[late], third[late], 1.0)


def _differentiate(
    slope: FloatArray, left: FloatArray, shape: FloatArray, reciprocal: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute the first three derivatives of survival by age, without the sign of the odd ones.

    With a = shape (x / scale)^shape, those are a S / x, a (a - b) S / x^2 and a (a^2 - 3 a b + c) S / x^3,
    where b = shape - 1 and c = (shape - 1) (shape - 2).
    """
    less = shape - 1.0
    third = slope - 3.0 * less
    third *= slope
    third += less * (shape - 2.0)
    first = slope * left
    first *= reciprocal
    second = slope
    second -= less
    second *= first
    second *= reciprocal
    third *= first
    third *= reciprocal * reciprocal
    return first, second, third


def _add_ends(
    left: FloatArray, first: FloatArray, second: FloatArray, third: FloatArray, width: float
) -> FloatArray:
    """Integrate between neighbouring points from values and derivatives at both ends.

    The two-point rule that is exact for polynomials up to degree 7, with weights 1/2, 3/28, 1/84 and 1/1680;
    values and second derivatives of the ends add up, first and third ones are subtracted.
    """
    even = second * (width**2 / 84.0)
    even += 0.5 * left
    odd = third * (width**3 / 1680.0)
    odd += first * (width * 3.0 / 28.0)
    sums = even[:-1] + even[1:]
    sums -= odd[:-1]
    sums += odd[1:]
    sums *= width
    return sums
