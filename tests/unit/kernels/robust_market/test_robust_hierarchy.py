"""The smoother against the joint normal distribution written out in full, and the learning of scales."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ainalym.kernels.robust_market.hierarchy import (
    JITTER,
    PROFILE_LEVEL,
    build_shared_prior,
    solve_posterior,
)
from ainalym.kernels.robust_market.reweighting import learn_scales, pool_variances, start_scales
from ainalym.kernels.robust_market.settings import LevelPrior, RobustSettings
from ainalym.kernels.robust_market.states import Readings, Scales

COUNTRIES, KEYS, YEARS = 3, 2, 7
PRIOR = LevelPrior()


@pytest.fixture
def readings() -> Readings:
    generator = np.random.default_rng(11)
    shape = (COUNTRIES, KEYS, YEARS)
    seen = generator.random(shape) < 0.7
    extra = np.where(generator.random(shape) < 0.3, 0.02, 0.0)
    driver = generator.normal(0, 0.4, (COUNTRIES, YEARS))
    expected = np.log(np.linspace(0.5, 1.0, YEARS)) * np.ones((KEYS, 1))
    return Readings(np.where(seen, generator.normal(0, 0.5, shape), 0.0), seen, extra, driver, expected)


@pytest.fixture
def scales() -> Scales:
    generator = np.random.default_rng(12)
    shape = (COUNTRIES, KEYS, YEARS)
    steps = generator.uniform(0.2, 1.5, shape)
    steps[..., 0] = 1.0
    return Scales(
        generator.uniform(0.2, 1.5, shape),
        steps,
        generator.uniform(0.01, 0.1, shape[:2]),
        generator.uniform(0.5, 2.0, KEYS),
    )


def walk(years: int) -> np.ndarray:
    """Covariance of a random walk that starts from nought with steps of variance 1."""
    return np.minimum.outer(np.arange(years), np.arange(years)).astype(float)


def write_out_covariances(readings: Readings, scales: Scales, key: int) -> tuple[np.ndarray, np.ndarray]:
    """Covariance of shared plus own part, and of the own movement, between all cells (country, year)."""
    years = np.arange(YEARS)
    growth = PRIOR.profile_slope**2 * PRIOR.slope_damping ** np.abs(years[1:, None] - years[1:])
    sums = np.tril(np.ones((YEARS, YEARS)))[:, 1:]
    profile = PROFILE_LEVEL**2 + PRIOR.profile_drift**2 * walk(YEARS) + sums @ growth @ sums.T
    profile = (profile + (PRIOR.profile_noise**2 + JITTER) * np.eye(YEARS)) * scales.pace[key]
    response = PRIOR.elasticity_spread**2 + PRIOR.elasticity_drift**2 * walk(YEARS) + JITTER * np.eye(YEARS)
    total = np.zeros((COUNTRIES * YEARS, COUNTRIES * YEARS))
    movement = np.zeros_like(total)
    for a in range(COUNTRIES):
        for b in range(COUNTRIES):
            block = profile + response * np.outer(readings.driver[a], readings.driver[b])
            if a == b:
                own = simulate_movement(scales, a, key)
                movement[a * YEARS : (a + 1) * YEARS, b * YEARS : (b + 1) * YEARS] = own
                block = block + PRIOR.country_spread**2 + own
            total[a * YEARS : (a + 1) * YEARS, b * YEARS : (b + 1) * YEARS] = block
    return total, movement


def simulate_movement(scales: Scales, country: int, key: int) -> np.ndarray:
    """Covariance of an autoregression whose steps have their own variances, by running it forwards."""
    kept = PRIOR.persistence
    step = PRIOR.shift_share * scales.variance[country, key] / scales.step_weight[country, key]
    covariance = np.zeros((YEARS, YEARS))
    covariance[0, 0] = step[0] / (1 - kept**2)
    for year in range(1, YEARS):
        covariance[year, :year] = covariance[:year, year] = kept * covariance[year - 1, :year]
        covariance[year, year] = kept**2 * covariance[year - 1, year - 1] + step[year]
    return covariance


@pytest.mark.parametrize("key", range(KEYS))
def test_that_the_posterior_is_that_of_the_joint_normal_distribution(
    readings: Readings, scales: Scales, key: int
) -> None:
    posterior = solve_posterior(readings, scales, PRIOR, build_shared_prior(PRIOR, YEARS))
    total, _ = write_out_covariances(readings, scales, key)
    expected = (readings.expected[key] + PRIOR.elasticity * readings.driver).ravel()
    seen = readings.seen[:, key].ravel()
    expected = expected + np.median((readings.values[:, key].ravel() - expected)[seen])
    noise = scales.variance[:, key, None] / scales.reading_weight[:, key] + readings.extra_variance[:, key]
    gain = total[:, seen] @ np.linalg.inv(total[np.ix_(seen, seen)] + np.diag(noise.ravel()[seen]))
    mean = expected + gain @ (readings.values[:, key].ravel() - expected)[seen]
    variance = np.diag(total - gain @ total[seen])
    assert_allclose(posterior.mean[:, key].ravel(), mean, atol=1e-7)
    assert_allclose(posterior.variance[:, key].ravel(), variance, rtol=1e-5)


def test_that_products_do_not_touch_one_another(readings: Readings, scales: Scales) -> None:
    shared = build_shared_prior(PRIOR, YEARS)
    both = solve_posterior(readings, scales, PRIOR, shared)
    changed = Readings(
        readings.values + np.array([0.0, 5.0])[:, None] * readings.seen,
        readings.seen,
        readings.extra_variance,
        readings.driver,
        readings.expected,
    )
    other = solve_posterior(changed, scales, PRIOR, shared)
    assert_allclose(other.mean[:, 0], both.mean[:, 0], rtol=0, atol=0)
    assert not np.allclose(other.mean[:, 1], both.mean[:, 1])


def test_that_steps_are_expected_as_a_simulation_finds_them() -> None:
    """Draws of the posterior movement of one country without a driver, stepped and squared."""
    generator = np.random.default_rng(3)
    seen = np.ones((1, 1, YEARS), dtype=bool)
    nothing = np.zeros((1, 1, YEARS))
    prior = LevelPrior(profile_drift=1e-4, profile_slope=1e-4, profile_noise=1e-4, elasticity_spread=1e-4)
    readings = Readings(
        generator.normal(0, 0.3, (1, 1, YEARS)), seen, nothing, np.zeros((1, YEARS)), nothing[0]
    )
    scales = start_scales(readings, prior)
    posterior = solve_posterior(readings, scales, prior, build_shared_prior(prior, YEARS))
    movement = simulate_movement(scales, 0, 0)
    around = (PRIOR.country_spread**2 + PROFILE_LEVEL**2) * np.ones((YEARS, YEARS))
    gain = movement @ np.linalg.inv(movement + around + scales.variance[0, 0] * np.eye(YEARS))
    mean = gain @ (readings.values[0, 0] - np.median(readings.values))
    draws = generator.multivariate_normal(mean, movement - gain @ movement, 400_000)
    squared = ((draws[:, 1:] - prior.persistence * draws[:, :-1]) ** 2).mean(0)
    assert_allclose(posterior.squared_step[0, 0, 1:], squared, rtol=0.03)
    assert posterior.squared_step[0, 0, 0] == 0


def test_that_a_wild_figure_weighs_little_and_an_ordinary_one_about_one(readings: Readings) -> None:
    values = np.zeros((1, 1, YEARS))
    values[0, 0, 3] = 4.0
    ordinary = Readings(
        values, np.ones(values.shape, dtype=bool), np.zeros(values.shape), np.zeros((1, YEARS)), values[0] * 0
    )
    settings = RobustSettings()
    shared = build_shared_prior(PRIOR, YEARS)
    scales = start_scales(ordinary, PRIOR)
    for _ in range(settings.iterations):
        posterior = solve_posterior(ordinary, scales, PRIOR, shared)
        scales = learn_scales(ordinary, scales, posterior, settings, PRIOR)
    weights = scales.reading_weight[0, 0]
    assert weights[3] < 0.05
    assert (np.delete(weights, 3) > 0.9).all()


def test_that_a_lasting_change_is_a_break_and_not_a_row_of_outliers() -> None:
    values = np.repeat([0.0, 3.0], 10)[None, None]
    seen = np.ones(values.shape, dtype=bool)
    readings = Readings(values, seen, np.zeros(values.shape), np.zeros((1, 20)), np.zeros((1, 20)))
    settings = RobustSettings()
    shared = build_shared_prior(PRIOR, 20)
    scales = start_scales(readings, PRIOR)
    for _ in range(settings.iterations):
        posterior = solve_posterior(readings, scales, PRIOR, shared)
        scales = learn_scales(readings, scales, posterior, settings, PRIOR)
    assert scales.step_weight[0, 0].argmin() == 10
    assert (scales.reading_weight[0, 0] > 0.5).all()


def test_that_a_series_without_figures_takes_the_scatter_of_its_product_and_country() -> None:
    total = np.array([[10.0, 0.0], [1000.0, 2000.0]])
    count = np.array([[1000, 0], [1000, 1000]])
    settings = RobustSettings(series_strength=1e-9, country_strength=1e-9, product_strength=1e-9)
    variance = pool_variances(total, count, settings, typical=0.04)
    by_key = total.sum(0) / count.sum(0)
    country = (total[0] / by_key).sum() / count[0].sum()
    assert_allclose(variance[0, 1], country * by_key[1], rtol=1e-6)
    assert_allclose(variance[1], total[1] / count[1], rtol=1e-6)
