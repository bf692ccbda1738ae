"""Ages at which the Weibull survival of a draw is looked at, and how survival by age follows from it.

All of a draw that costs time is exponentials. ``start``, ``middle``, ``end`` and ``cbs`` need them at one
age per year. ``uniform`` needs the integral of the survival over each year; its closed form, an incomplete
gamma function, takes 300 times as long as an exponential, so that here the curve is read at about one age
per year, more of them in the first years, and integrated as the polynomial through the twelve nearest. How
good that is gets checked against the closed form for each product at the ends of the range of its draws,
and finer ages are taken until it will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.lifetime import ENTRY_MOMENTS, Convention, Weibull, survival_by_age

Reading: TypeAlias = Literal["survival", "density", "exact"]

UNIFORM_TOLERANCE = 1e-6
"""Largest error of a survival under the ``uniform`` convention, in shares of a cohort."""

STENCIL = 12
"""Number of ages through which a polynomial is laid."""

NARROW = 1.8
"""Scale by shape, in years, below which a lifetime is narrow against the ages looked at."""

NARROW_PROBES = 12
"""Scales at which narrow lifetimes are checked."""

FEW_FIRST_AGES = (1 / 32, 1 / 8, 1 / 4, 1 / 2, 3 / 4)
"""Ages looked at in the first year, closer at its beginning, where the power of age is not smooth."""

FIRST_AGES = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 3 / 16, 1 / 4, 3 / 8, 1 / 2, 3 / 4)
"""The same for lifetimes that ask for more."""


@dataclass(frozen=True)
class Range:
    """Smallest and largest shape and scale among the draws of a product.

    Parameters
    ----------
    shape
        Smallest and largest shape, 1.
    scale
        Smallest and largest scale, yr.
    """

    shape: tuple[float, float]
    scale: tuple[float, float]

    def oldest(self, exponent: float) -> float:
        """Give the age beyond which less than exp(-exponent) of any draw is left.

        Parameters
        ----------
        exponent
            Above 1.

        Returns
        -------
        float
            Age, yr.
        """
        return float(self.scale[1] * exponent ** (1 / self.shape[0]))

    def corners(self) -> tuple[FloatArray, FloatArray]:
        """Give the four corners of the range and its centre.

        Returns
        -------
        tuple of FloatArray
            Shapes and scales. Shape (5,) each.
        """
        (wide, narrow), (short, long) = self.shape, self.scale
        shapes = np.array([wide, wide, narrow, narrow, (wide * narrow) ** 0.5])
        return shapes, np.array([short, long, short, long, (short * long) ** 0.5])

    def probes(self) -> Weibull:
        """Give lifetimes of the range at which an integration over ages is worst.

        Returns
        -------
        Weibull
            The largest shape with the shortest scale, which is the narrowest curve, and the smallest shape
            with scales over their range, which is the steepest at first. Where a lifetime is so narrow that
            it matters how it lies to the ages looked at, the largest shape with more scales. Parameters of
            shape (probe, 1).
        """
        (wide, narrow), (short, long) = self.shape, self.scale
        pairs = [(narrow, short), (wide, short), (wide, (short * long) ** 0.5), (wide, long)]
        if short < NARROW * narrow:
            pairs += [(narrow, scale) for scale in np.geomspace(short, long, NARROW_PROBES).tolist()]
        shapes, scales = np.array(pairs).T[..., None]
        return Weibull(shapes, scales)


@dataclass(frozen=True)
class Nodes:
    """Ages to look at, and what to make of what is seen there.

    Parameters
    ----------
    ages
        Ages, yr, rising. Shape (node,).
    weights
        Survival by age is ``weights @ [1, values at the nodes]``. Shape (age, 1 + node).
    reading
        What the values are: the survival at an age; its density times age, less the factor of the shape
        (``cbs``); or the survival by age itself, ``exact``, in closed form.
    error
        Largest error of the survival by age found at the ends of the range, in shares of a cohort.
    """

    ages: FloatArray
    weights: FloatArray
    reading: Reading
    error: float


def choose_nodes(convention: Convention, years: int, span: Range, exponent: float) -> Nodes:
    """Choose the ages at which the draws of a product are looked at.

    Parameters
    ----------
    convention
        When within its year a cohort enters.
    years
        Number of years, 1 or more.
    span
        Range of the draws.
    exponent
        Ages beyond which less than exp(-exponent) is left count as empty.

    Returns
    -------
    Nodes
        The ages and their weights.
    """
    oldest = span.oldest(exponent)
    if convention == "uniform":
        return _uniform_nodes(years, span, oldest)
    steps = np.arange(years, dtype=np.float64)
    if convention == "cbs":
        ages = steps + 0.5
        kept = ages <= oldest
        # The density is shape / age times what is read at a node; the shape comes with the draw.
        leaving = np.diag(1 / ages)[:, kept]
        weights = np.concatenate([np.ones((years, 1)), -np.cumsum(leaving, axis=0)], axis=1)
        return Nodes(ages[kept], weights, "density", 0.0)
    ages = steps + 1 - ENTRY_MOMENTS[convention]
    kept = (ages > 0) & (ages <= oldest)
    weights = np.concatenate([np.where(ages == 0, 1.0, 0.0)[:, None], np.eye(years)[:, kept]], axis=1)
    return Nodes(ages[kept], weights, "survival", 0.0)


def _uniform_nodes(years: int, span: Range, oldest: float) -> Nodes:
    """Take the coarsest ages that keep the tolerance, or the closed form if none does."""
    probes = span.probes()
    exact = survival_by_age(probes, years)[..., 0].T
    # Where the curve comes to its end within the years, ages go on beyond it, so that nodes lie on both
    # sides.
    top = max(min(years, int(np.ceil(oldest)) + STENCIL // 2), STENCIL)
    for level in range(len(_LEVELS)):
        ages, weights = _uniform_weights(level, top, years)
        error = float(np.abs(weights @ probes.survival(ages[:, None, None])[..., 0] - exact).max())
        if error <= UNIFORM_TOLERANCE:
            kept = (ages > 0) & (ages <= oldest)
            # Age 0 has a survival of 1, whatever the draw.
            constant = weights[:, :1]
            return Nodes(ages[kept], np.concatenate([constant, weights[:, kept]], axis=1), "survival", error)
    weights = np.concatenate([np.zeros((years, 1)), np.eye(years)], axis=1)
    return Nodes(np.arange(years, dtype=np.float64), weights, "exact", 0.0)


_LEVELS: tuple[tuple[tuple[float, ...], float, tuple[tuple[float, float], ...]], ...] = (
    # Ages in the first year, what they are multiplied by, then the step of the ages from each age on.
    (FEW_FIRST_AGES, 1, ((1, 0.25), (1.5, 0.5), (4, 1))),
    (FIRST_AGES, 1, ((1, 0.25), (2, 0.5), (8, 1))),
    (FIRST_AGES, 1, ((1, 0.25), (2, 0.5), (16, 1))),
    (FIRST_AGES, 1 / 2, ((0.5, 0.25), (4, 0.5))),
    (FIRST_AGES, 1 / 2, ((0.5, 0.25), (8, 0.5))),
    (FIRST_AGES, 1 / 2, ((0.5, 0.25), (16, 0.5))),
    (FIRST_AGES, 1 / 4, ((0.25, 0.125), (8, 0.25))),
    (FIRST_AGES, 1 / 8, ((0.125, 0.0625), (8, 0.125))),
)


def _uniform_ages(level: int, top: int) -> FloatArray:
    """Ages of a level up to ``top``."""
    first, factor, steps = _LEVELS[level]
    parts = [np.zeros(1), factor * np.array(first)]
    for number, (begin, step) in enumerate(steps):
        end = steps[number + 1][0] if number + 1 < len(steps) else top + step
        parts.append(np.arange(begin, min(end, top + step), step))
    return np.unique(np.concatenate(parts))


@lru_cache(maxsize=256)
def _uniform_weights(level: int, top: int, years: int) -> tuple[FloatArray, FloatArray]:
    """Weights with which the survival at the ages of a level is integrated over each year.

    Between two neighbouring ages the polynomial goes through the nearest ones, in the square root of age,
    which evens out the crowding at the first ages.
    """
    ages = _uniform_ages(level, top)
    points, point_weights = np.polynomial.legendre.leggauss(STENCIL)
    low, high = ages[:-1], ages[1:]
    inside = low[:, None] + 0.5 * (high - low)[:, None] * (points + 1)
    first = np.clip(np.arange(len(low)) - (STENCIL // 2 - 1), 0, len(ages) - STENCIL)
    stencil = first[:, None] + np.arange(STENCIL)
    at, through = np.sqrt(inside), np.sqrt(ages)[stencil]
    weights = np.zeros((years + 1, len(ages)))
    year = np.minimum(low.astype(int), years)
    for node in range(STENCIL):
        others = np.delete(np.arange(STENCIL), node)
        gaps = through[:, node, None] - through[:, others]
        lagrange = ((at[:, :, None] - through[:, None, others]) / gaps[:, None, :]).prod(axis=-1)
        share = 0.5 * (high - low) * (lagrange @ point_weights)
        np.add.at(weights, (year, stencil[:, node]), share)
    return ages, weights[:years]
