"""Learns how wild each figure, each step and each series is: heavy tails by re-weighting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ainalym.kernels.robust_market.settings import LevelPrior, RobustSettings
from ainalym.kernels.robust_market.states import BoolArray, FloatArray, Posterior, Readings, Scales


def start_scales(readings: Readings, prior: LevelPrior) -> Scales:
    """Give the scales before anything is learned.

    Parameters
    ----------
    readings
        The figures.
    prior
        What is assumed.

    Returns
    -------
    Scales
        Every weight is 1, every variance the typical one.
    """
    countries, keys, _ = readings.values.shape
    ones = np.ones(readings.values.shape)
    return Scales(ones, ones, np.full((countries, keys), prior.typical_deviation**2), np.ones(keys))


def learn_scales(
    readings: Readings, scales: Scales, posterior: Posterior, settings: RobustSettings, prior: LevelPrior
) -> Scales:
    """Re-weight figures and steps by how far they are from what is expected, and renew the variances.

    Parameters
    ----------
    readings
        The figures.
    scales
        The scales behind ``posterior``.
    posterior
        What the figures said with them.
    settings
        Degrees of freedom and strengths of the pooling.
    prior
        What is assumed.

    Returns
    -------
    Scales
        New ones.

    Notes
    -----
    One round of expectation-maximisation for Student distributions of noise and steps. Variances are pooled
    with inverse-gamma priors: a series leans on its product and country, a product on the typical deviation.

    References
    ----------
    Lange, Little, Taylor (1989), Robust statistical modeling using the t distribution, JASA 84(408).
    """
    noise_df, shift_df = settings.degrees_of_freedom, settings.shift_degrees_of_freedom
    variance = scales.variance[..., np.newaxis]
    noise = variance / scales.reading_weight
    # A figure with an error of its own (unit weight in doubt) says less about the year's own movement.
    share = noise / (noise + readings.extra_variance)
    squared = (readings.values - posterior.mean) ** 2 + posterior.variance
    squared = np.where(readings.seen, share**2 * squared + share * readings.extra_variance, 0.0)
    steps = posterior.squared_step / prior.shift_share
    inside = _find_steps_between_readings(readings.seen)
    reading_weight = np.where(readings.seen, (noise_df + 1) / (noise_df + squared / variance), 1.0)
    step_weight = np.where(inside, (shift_df + 1) / (shift_df + steps / variance), 1.0)
    total = (reading_weight * squared).sum(-1) + (step_weight * steps * inside).sum(-1)
    count = readings.seen.sum(-1) + inside.sum(-1)
    strength = settings.profile_strength
    return Scales(
        reading_weight,
        step_weight,
        pool_variances(total, count, settings, prior.typical_deviation**2),
        (strength + posterior.profile_energy) / (strength + readings.values.shape[-1]),
    )


def pool_variances(
    total: FloatArray, count: npt.NDArray[np.int_], settings: RobustSettings, typical: float
) -> FloatArray:
    """Estimate the variance of each series, leaning on its product and its country where it is short.

    Parameters
    ----------
    total
        Sum of weighted squares of each series. Shape (country, key).
    count
        How many squares. Same shape.
    settings
        Strengths of the pooling, smallest deviation.
    typical
        Variance of a product without figures.

    Returns
    -------
    FloatArray
        Shape (country, key).
    """
    strength = settings.product_strength
    by_key = (total.sum(0) + strength * typical) / (count.sum(0) + strength)
    strength = settings.country_strength
    by_country = ((total / by_key).sum(1) + strength) / (count.sum(1) + strength)
    strength = settings.series_strength
    pooled = (strength * by_country[:, np.newaxis] * by_key + total) / (strength + count)
    return np.asarray(np.maximum(pooled, settings.smallest_deviation**2))


def _find_steps_between_readings(seen: BoolArray) -> BoolArray:
    """Find the years after the first and up to the last figure: only there do figures speak of a step."""
    begun = np.logical_or.accumulate(seen, axis=-1)
    going_on = np.logical_or.accumulate(seen[..., ::-1], axis=-1)[..., ::-1]
    inside = begun & going_on
    inside[..., 1:] &= begun[..., :-1]
    inside[..., 0] = False
    return inside
