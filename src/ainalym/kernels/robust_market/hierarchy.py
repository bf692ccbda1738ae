"""Smooths many short series together: what all countries share, what is a country's own, what is noise.

The model of one product is linear and Gaussian once the weights of figures and yearly steps are given, so its
posterior is exact. Countries meet only in the shared profile and the shared response to purchasing power:
the work falls into one small system per series and one per product, all solved in batches. Heavy tails come
from re-weighting: a Student distribution is a Gaussian one whose variance differs from figure to figure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ainalym.kernels.robust_market.settings import LevelPrior
from ainalym.kernels.robust_market.states import EVERYTHING, FloatArray, Posterior, Readings, Scales

PROFILE_LEVEL = 5.0
"""Standard deviation of the shared level around the median of its figures: next to no knowledge."""
JITTER = 1e-8
"""Added to the diagonal of a covariance, so that it can be inverted."""
CELLS_IN_BLOCK = 250_000
"""Numbers in the largest work array of a block of products: what fits into the cache of a core is fastest."""


@dataclass(frozen=True, slots=True)
class SharedPrior:
    """Precisions of what the countries share.

    Parameters
    ----------
    profile
        Of the shared profile at pace 1. Shape (year, year).
    elasticity
        Of the response to purchasing power. Shape (year, year); None where there is no response.
    """

    profile: FloatArray
    elasticity: FloatArray | None


def build_shared_prior(prior: LevelPrior, years: int, window: slice = EVERYTHING) -> SharedPrior:
    """Build the precisions of the shared profile and of the shared response.

    Parameters
    ----------
    prior
        What is assumed.
    years
        How many years there are.
    window
        The years that are wanted; what is assumed of them is the same as with all years.

    Returns
    -------
    SharedPrior
        Matrices of shape (year, year), for the years that are wanted.

    Notes
    -----
    The profile is a level, a random walk, the sum of a growth rate that is an autoregression of order one (a
    damped trend, stationary, so that it reads the same forwards and backwards) and white noise.

    References
    ----------
    Gardner, McKenzie (1985), Forecasting trends in time series, Management Science 31(10), for damping.
    """
    same = np.ones((years, years))
    walk = np.tril(same)[:, 1:]
    apart = np.abs(np.subtract.outer(np.arange(years - 1), np.arange(years - 1)))
    growth = prior.profile_slope**2 * prior.slope_damping**apart
    noise = np.eye(years)
    profile = PROFILE_LEVEL**2 * same + walk @ (prior.profile_drift**2 * np.eye(years - 1) + growth) @ walk.T
    profile += (prior.profile_noise**2 + JITTER) * noise
    precision = _invert(profile[window, window])
    if prior.elasticity_spread == 0 and prior.elasticity_drift == 0:
        return SharedPrior(precision, None)
    elasticity = (
        prior.elasticity_spread**2 * same + prior.elasticity_drift**2 * walk @ walk.T + JITTER * noise
    )
    return SharedPrior(precision, _invert(elasticity[window, window]))


def solve_posterior(readings: Readings, scales: Scales, prior: LevelPrior, shared: SharedPrior) -> Posterior:
    """Compute the posterior of all series, given the scales.

    Parameters
    ----------
    readings
        The figures.
    scales
        Weights and variances.
    prior
        What is assumed.
    shared
        Its shared part.

    Returns
    -------
    Posterior
        Exact for these scales.
    """
    countries, keys, years = readings.values.shape
    step = max(1, CELLS_IN_BLOCK // (countries * years * years))
    parts = [
        _solve_block(readings.take(block), scales.take_keys(block), prior, shared)
        for block in (slice(first, first + step) for first in range(0, keys, step))
    ]
    return Posterior(
        np.concatenate([part.mean for part in parts], axis=1),
        np.concatenate([part.variance for part in parts], axis=1),
        np.concatenate([part.squared_step for part in parts], axis=1),
        np.concatenate([part.profile_energy for part in parts]),
    )


def _build_own_precision(scales: Scales, prior: LevelPrior) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Build the precision of a country's own level and movement.

    Returns the precision of both together, shape (country, key, year, year), and what tells level from
    movement: the row sums of the precision of the movement alone, shape (country, key, year), and the
    posterior variance of the level, shape (country, key).
    """
    kept = prior.persistence
    tightness = scales.step_weight / (prior.shift_share * scales.variance)[..., np.newaxis]
    tightness[..., 0] *= 1.0 - kept**2
    years = np.arange(tightness.shape[-1])
    movement = np.zeros((*tightness.shape, years.size))
    movement[..., years, years] = tightness
    movement[..., years[:-1], years[:-1]] += kept**2 * tightness[..., 1:]
    movement[..., years[1:], years[:-1]] = -kept * tightness[..., 1:]
    movement[..., years[:-1], years[1:]] = -kept * tightness[..., 1:]
    rows = movement.sum(-1)
    spread = prior.country_spread**2
    # Sherman-Morrison: the level adds a covariance that is the same for every pair of years.
    level = spread / (1.0 + spread * rows.sum(-1))
    movement -= rows[..., :, np.newaxis] * rows[..., np.newaxis, :] * level[..., np.newaxis, np.newaxis]
    return movement, rows, level


def _solve_block(readings: Readings, scales: Scales, prior: LevelPrior, shared: SharedPrior) -> Posterior:
    """Compute the posterior of the series of some products."""
    years = readings.values.shape[-1]
    diagonal = np.arange(years)
    own, rows, level = _build_own_precision(scales, prior)
    noise = scales.variance[..., np.newaxis] / scales.reading_weight + readings.extra_variance
    precision = np.where(readings.seen, 1.0 / noise, 0.0)
    together = own.copy()
    together[..., diagonal, diagonal] += precision
    own_covariance = _invert(together)
    prior_mean = _centre(readings, prior)
    surplus = np.where(readings.seen, readings.values - prior_mean, 0.0)
    shared_mean, shared_covariance = _solve_shared(
        readings.driver, precision, own_covariance, surplus, scales.pace, shared
    )
    profile = shared_mean[:, :years]
    common = np.broadcast_to(profile, surplus.shape)
    if shared.elasticity is not None:
        common = profile + readings.driver[:, np.newaxis, :] * shared_mean[:, years:]
    movement = _apply(own_covariance, precision * (surplus - common))
    # What is left of an error in common once the country's own movement has made up for it.
    pass_through = own_covariance @ own
    common_covariance = _spread_over_countries(shared_covariance, readings.driver)
    variance = own_covariance[..., diagonal, diagonal]
    variance = variance + ((pass_through @ common_covariance) * pass_through).sum(-1)
    energy = (profile * (profile @ shared.profile)).sum(-1)
    energy += (shared_covariance[:, :years, :years] * shared.profile).sum((-2, -1))
    return Posterior(
        prior_mean + common + movement,
        variance,
        _expect_squared_steps(movement, own_covariance, rows, level, prior.persistence),
        energy,
    )


def _centre(readings: Readings, prior: LevelPrior) -> FloatArray:
    """Give what is expected of each cell: path and response, at the median level of the product."""
    expected = readings.expected + prior.elasticity * readings.driver[:, np.newaxis, :]
    medians = np.zeros(readings.values.shape[1])
    for key in range(medians.size):
        seen = readings.seen[:, key]
        if seen.any():
            medians[key] = np.median((readings.values[:, key] - expected[:, key])[seen])
    return expected + medians[:, np.newaxis]


def _solve_shared(
    driver: FloatArray,
    precision: FloatArray,
    own_covariance: FloatArray,
    surplus: FloatArray,
    pace: FloatArray,
    shared: SharedPrior,
) -> tuple[FloatArray, FloatArray]:
    """Compute mean and covariance of profile and response, with the countries' own movements integrated out.

    Shapes (key, year) and (key, year, year) for the profile alone; with a response twice as many years, the
    profile first.
    """
    years = precision.shape[-1]
    diagonal = np.arange(years)
    # Woodbury: the precision of the figures of a series when its own level and movement are unknown.
    reduced = -precision[..., :, np.newaxis] * own_covariance * precision[..., np.newaxis, :]
    reduced[..., diagonal, diagonal] += precision
    weighted = _apply(reduced, surplus)
    system = reduced.sum(0) + shared.profile / pace[:, np.newaxis, np.newaxis]
    right = weighted.sum(0)
    if shared.elasticity is not None:
        driver = driver[:, np.newaxis, :]
        mixed = reduced * driver[..., np.newaxis, :]
        response = (mixed * driver[..., :, np.newaxis]).sum(0) + shared.elasticity
        mixed = mixed.sum(0)
        system = np.block([[system, mixed], [mixed.swapaxes(-1, -2), response]])
        right = np.concatenate([right, (weighted * driver).sum(0)], axis=-1)
    covariance = _invert(system)
    return _apply(covariance, right), covariance


def _spread_over_countries(covariance: FloatArray, driver: FloatArray) -> FloatArray:
    """Give the covariance of profile plus response in each country, shape (country, key, year, year)."""
    years = driver.shape[-1]
    if covariance.shape[-1] == years:
        return covariance[np.newaxis]
    column = driver[:, np.newaxis, :, np.newaxis]
    row = driver[:, np.newaxis, np.newaxis, :]
    mixed = covariance[:, :years, years:]
    return np.asarray(
        covariance[:, :years, :years]
        + mixed * row
        + mixed.swapaxes(-1, -2) * column
        + covariance[:, years:, years:] * (column * row)
    )


def _expect_squared_steps(
    movement: FloatArray, covariance: FloatArray, rows: FloatArray, level: FloatArray, kept: float
) -> FloatArray:
    """Expect the square of each step of a country's own movement around its own level.

    The uncertainty of the shared profile is left out: it moves all countries alike and hardly their steps.
    """
    # Given level plus movement, the level has mean pull @ (level plus movement) and variance ``level``.
    pull = level[..., np.newaxis] * rows
    around = movement - (pull * movement).sum(-1)[..., np.newaxis]
    together = _apply(covariance, pull)
    years = np.arange(movement.shape[-1])
    lost = 1.0 - kept
    squared = np.zeros(movement.shape)
    squared[..., 1:] = (around[..., 1:] - kept * around[..., :-1]) ** 2
    squared[..., 1:] += covariance[..., years[1:], years[1:]]
    squared[..., 1:] += kept**2 * covariance[..., years[:-1], years[:-1]]
    squared[..., 1:] -= 2.0 * kept * covariance[..., years[1:], years[:-1]]
    squared[..., 1:] -= 2.0 * lost * (together[..., 1:] - kept * together[..., :-1])
    squared[..., 1:] += lost**2 * ((pull * together).sum(-1) + level)[..., np.newaxis]
    return squared


def _invert(matrices: FloatArray) -> FloatArray:
    """Invert each matrix."""
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


def _apply(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    """Multiply each matrix by its vector."""
    return np.asarray((matrices @ vectors[..., np.newaxis])[..., 0])
