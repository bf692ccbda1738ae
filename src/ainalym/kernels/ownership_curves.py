"""Curves of ownership of several demand groups at once, and their update with the surveys of a country."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ainalym.kernels.boundary import BoolArray, FloatArray
from ainalym.kernels.growth import Curve, compute_bass_share, compute_saturation_curve
from ainalym.kernels.growth_fit import Fit, Prior, fit_saturation_curve

OwnershipCurve: TypeAlias = Literal["gompertz", "logistic", "bass"]

INCOME_UNIT = 1000.0
"""Income in which rates and midpoints are given, int$: as thousands they are of the size of one."""


@dataclass(frozen=True, slots=True)
class CurveSet:
    """Level of ownership of each demand group, as a curve in income or in time.

    Parameters
    ----------
    names
        Names of the groups.
    curve
        Form of the curve of each group.
    in_time
        Whether the level rises with time; else with income. Shape (group,).
    per_household
        Whether households own; else persons do. Shape (group,).
    saturation
        Pieces per owner that are never passed. Shape (..., group).
    rate
        Per thousand int$ or per year; imitation of a Bass curve. Shape (..., group).
    midpoint
        Thousand int$ or year; first year of a Bass curve. Shape (..., group).
    innovation
        Of a Bass curve, 1/yr; 1 elsewhere. Shape (..., group).
    covariance
        Of log saturation, log rate and midpoint. Shape (group, 3, 3).
    """

    names: tuple[str, ...]
    curve: tuple[OwnershipCurve, ...]
    in_time: BoolArray
    per_household: BoolArray
    saturation: FloatArray
    rate: FloatArray
    midpoint: FloatArray
    innovation: FloatArray
    covariance: FloatArray


@dataclass(frozen=True, slots=True)
class Observations:
    """Levels of ownership that surveys found.

    Parameters
    ----------
    group
        Position of the demand group. Shape (observation,).
    x
        Income in thousand int$, or the year where the curve of the group runs in time. Shape (observation,).
    level
        Pieces per owner, above 0. Shape (observation,).
    below, above
        Standard deviations of its logarithm where a curve runs below it, and above it; infinite where a
        curve may be anywhere on that side. Shape (observation,).
    """

    group: npt.NDArray[np.intp]
    x: FloatArray
    level: FloatArray
    below: FloatArray
    above: FloatArray


def compute_levels(curves: CurveSet, income: FloatArray, years: FloatArray) -> FloatArray:
    """Compute the level of ownership of every group.

    Parameters
    ----------
    curves
        The curves.
    income
        GDP per inhabitant, int$. Shape (..., year).
    years
        Shape (year,).

    Returns
    -------
    FloatArray
        Pieces per owner. Shape (..., year, group), in [0, saturation].

    Raises
    ------
    InputError
        [GRO-001] if a parameter of a curve is out of range.
    """
    thousands = (income / INCOME_UNIT)[..., np.newaxis]
    moments = np.asarray(years, dtype=np.float64)[:, np.newaxis]
    batch = np.broadcast_shapes(income.shape[:-1], curves.saturation.shape[:-1], curves.rate.shape[:-1])
    levels = np.empty((*batch, len(years), len(curves.names)))
    for position, curve in enumerate(curves.curve):
        here = slice(position, position + 1)
        saturation, rate, midpoint, innovation = (
            parameter[..., np.newaxis, here]
            for parameter in (curves.saturation, curves.rate, curves.midpoint, curves.innovation)
        )
        if curve == "bass":
            level = saturation * compute_bass_share(moments - midpoint, innovation, rate)
        else:
            x = moments if curves.in_time[position] else thousands
            level = compute_saturation_curve(curve, x, saturation, rate, midpoint)
        levels[..., here] = level
    return levels


def update_curves(curves: CurveSet, observations: Observations) -> CurveSet:
    """Bring the curves near to what was observed in a country.

    Parameters
    ----------
    curves
        What is known without the observations, of shape (group,); it serves as the prior.
    observations
        What surveys found in the country.

    Returns
    -------
    CurveSet
        The most probable curves given both, with their covariance. A group without observations, or with a
        Bass curve, stays as it is.

    Raises
    ------
    InputError
        [GRO-001] for an observation that is not positive, [GRO-005] if a fit found no optimum.
    """
    saturation, rate, midpoint = curves.saturation.copy(), curves.rate.copy(), curves.midpoint.copy()
    covariance = curves.covariance.copy()
    for position, curve in enumerate(curves.curve):
        own = observations.group == position
        if curve == "bass" or not own.any():
            continue
        mean = (float(np.log(saturation[position])), float(np.log(rate[position])), float(midpoint[position]))
        columns = (observations.x, observations.level, observations.below, observations.above)
        fit = _fit(
            curve,
            mean,
            tuple(covariance[position].ravel().tolist()),
            tuple(tuple(column[own].tolist()) for column in columns),
        )
        saturation[position], rate[position] = fit.value("saturation"), fit.value("rate")
        midpoint[position], covariance[position] = fit.value("midpoint"), fit.covariance
    return replace(curves, saturation=saturation, rate=rate, midpoint=midpoint, covariance=covariance)


@lru_cache(maxsize=4096)
def _fit(
    curve: Curve,
    mean: tuple[float, ...],
    covariance: tuple[float, ...],
    observations: tuple[tuple[float, ...], ...],
) -> Fit:
    """Fit one group; a country is run again and again, and its fits take as long as the rest of a run."""
    shape = (len(mean), len(mean))
    prior = Prior(np.array(mean), np.linalg.inv(np.array(covariance).reshape(shape)))
    x, level, below, above = (np.array(column) for column in observations)
    return fit_saturation_curve(curve, x, level, below, above, prior)
