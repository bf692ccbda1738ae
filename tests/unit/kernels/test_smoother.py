"""The smoother against the exact posterior of a linear model, and against a Markov chain for a curved one."""

from __future__ import annotations

import emcee
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ainalym.kernels.smoother import (
    FloatArray,
    Moments,
    compute_gain,
    compute_moments,
    compute_root,
    correlate_errors,
    find_least_change,
    measure_lost_spread,
    predict_left_out,
    update_parameters,
    widen_parameters,
)

DRAWS = 20_000


def smooth(
    scores: FloatArray,
    predict: object,
    observed: FloatArray,
    errors: FloatArray,
    steps: int,
    generator: np.random.Generator,
) -> FloatArray:
    """Move draws in some steps, as the calibration does."""
    moved, root = scores.copy(), compute_root(errors)
    for _ in range(steps):
        seen = predict(moved)  # type: ignore[operator]
        gain = compute_gain(compute_moments(moved, seen - observed[:, np.newaxis]), errors, steps)
        noise = np.sqrt(steps) * root @ generator.standard_normal((len(observed), moved.shape[1]))
        update_parameters(moved, gain, observed[:, np.newaxis] + noise - seen)
    return moved


@pytest.mark.parametrize("steps", [1, 4])
def test_that_a_linear_model_has_its_exact_posterior(steps: int) -> None:
    generator = np.random.default_rng(1)
    slopes = generator.normal(size=(5, 12))
    errors = correlate_errors(
        np.array([0.5, 1.0, 0.8, 2.0, 0.3]), np.array([0, 0, 1, 1, -1]), np.full(5, 0.6)
    )
    observed = np.array([1.0, -2.0, 3.0, 0.5, -1.0])
    moved = smooth(
        generator.standard_normal((12, DRAWS)), lambda x: slopes @ x, observed, errors, steps, generator
    )
    precision = np.eye(12) + slopes.T @ np.linalg.solve(errors, slopes)
    covariance = np.linalg.inv(precision)
    mean = covariance @ slopes.T @ np.linalg.solve(errors, observed)
    deviation = np.sqrt(np.diag(covariance))
    # Sampling errors of a mean and of a standard deviation, five times over.
    assert np.abs(moved.mean(axis=1) - mean).max() < 5 * deviation.max() * np.sqrt(2.0 / DRAWS) * 2
    assert moved.std(axis=1) / deviation == pytest.approx(np.ones(12), abs=0.03)
    assert np.cov(moved) == pytest.approx(covariance, abs=0.03)


def test_that_a_curved_model_has_the_posterior_of_a_markov_chain() -> None:
    """Stock of a product: level times life, both positive, seen as stock and as sales."""

    def predict(x: FloatArray) -> FloatArray:
        level, life = np.exp(0.4 * x[0]), 12.0 * np.exp(0.25 * x[1])
        return np.stack([np.log(level * life * (1.0 - np.exp(-30.0 / life))), np.log(level)])

    observed, errors = np.array([np.log(15.0), np.log(1.1)]), np.diag([0.1, 0.15]) ** 2

    def compute_log_density(x: FloatArray) -> float:
        away = predict(x) - observed
        return float(-0.5 * (x @ x) - 0.5 * away @ np.linalg.solve(errors, away))

    generator = np.random.default_rng(2)
    np.random.seed(2)  # noqa: NPY002 the chain draws from numpy's own state
    chain = emcee.EnsembleSampler(20, 2, compute_log_density)
    chain.run_mcmc(generator.normal(size=(20, 2)), 3000)
    exact = chain.get_chain(discard=500, flat=True)
    scores = generator.standard_normal((2, DRAWS))
    moved = smooth(scores, predict, observed, errors, 4, generator)
    assert moved.mean(axis=1) == pytest.approx(exact.mean(axis=0), abs=0.05)
    assert moved.std(axis=1) == pytest.approx(exact.std(axis=0), rel=0.06)
    assert np.corrcoef(moved)[0, 1] == pytest.approx(np.corrcoef(exact.T)[0, 1], abs=0.06)
    quantiles = np.quantile(moved, (0.05, 0.5, 0.95), axis=1)
    assert quantiles == pytest.approx(np.quantile(exact, (0.05, 0.5, 0.95), axis=0), abs=0.08)


def test_that_what_nothing_is_known_of_keeps_its_spread() -> None:
    generator = np.random.default_rng(3)
    scores = generator.standard_normal((400, 10_000))
    slopes = np.zeros((25, 400))
    slopes[:, :25] = np.eye(25)
    moved = smooth(scores, lambda x: slopes @ x, np.ones(25), 0.25 * np.eye(25), 4, generator)
    ratio = moved[25:].var(axis=1) / scores[25:].var(axis=1)
    # 25 observations and 10,000 draws: chance takes less than one per cent of a variance.
    assert 0.99 < ratio.mean() < 1.0
    assert moved[:25].var(axis=1).mean() == pytest.approx(0.2, rel=0.03)


def test_that_few_draws_give_back_the_spread_that_chance_takes() -> None:
    generator = np.random.default_rng(6)
    draws, observed, errors = 250, np.ones(10), 0.25 * np.eye(10)
    slopes = np.zeros((10, 2000))
    slopes[:, :10] = np.eye(10)
    plain = generator.standard_normal((2000, draws))
    widened = plain.copy()
    for _ in range(4):
        noise = np.sqrt(4.0) * 0.5 * generator.standard_normal((10, draws))
        for moved in (plain, widened):
            seen = slopes @ moved
            moments = compute_moments(moved, seen - observed[:, np.newaxis])
            gain = compute_gain(moments, errors, 4)
            update_parameters(moved, gain, observed[:, np.newaxis] + noise - seen)
            if moved is widened:
                centre = moments.parameter / draws - gain @ moments.mean
                widen_parameters(moved, centre, measure_lost_spread(moments, errors, 4))
    # What is not seen has the variance 1: a twentieth of it is lost, and comes back.
    assert plain[10:].var(axis=1, ddof=1).mean() < 0.96
    assert widened[10:].var(axis=1, ddof=1).mean() == pytest.approx(1.0, abs=0.01)
    assert abs(widened[:10].mean() - plain[:10].mean()) < 0.02


def test_that_blocks_add_up_and_change_no_bit_of_a_draw() -> None:
    generator = np.random.default_rng(4)
    scores, seen = generator.standard_normal((6, 64)), generator.standard_normal((3, 64))
    whole = compute_moments(scores, seen)
    parts = compute_moments(scores[:, :24], seen[:, :24]) + compute_moments(scores[:, 24:], seen[:, 24:])
    assert parts.draws == whole.draws == 64
    assert parts.mean == pytest.approx(seen.mean(axis=1))
    assert parts.covariance == pytest.approx(np.cov(seen))
    assert parts.cross_covariance == pytest.approx(np.cov(scores, seen)[:6, 6:])
    gain = compute_gain(whole, np.eye(3))
    together, alone = scores.copy(), scores[:, 8:24].copy()
    update_parameters(together, gain, seen)
    update_parameters(alone, gain, seen[:, 8:24])
    assert np.array_equal(together[:, 8:24], alone)


def test_that_the_same_figure_twice_without_error_is_met_and_does_no_harm() -> None:
    generator = np.random.default_rng(5)
    scores = generator.standard_normal((2, 4000))
    seen = np.stack([scores[0], scores[0]])
    gain = compute_gain(compute_moments(scores, seen - 1.0), np.zeros((2, 2)))
    moved = scores.copy()
    update_parameters(moved, gain, 1.0 - seen)
    assert np.isfinite(moved).all()
    assert moved[0] == pytest.approx(np.ones(4000), abs=1e-8)


def sum_up(slopes: FloatArray, mean: FloatArray) -> Moments:
    """Give moments that are exactly those of independent scores seen through slopes."""
    draws = 1_000_000
    count = len(mean)
    return Moments(
        draws,
        np.zeros(slopes.shape[1]),
        mean * draws,
        slopes.T * (draws - 1),
        (slopes @ slopes.T) * (draws - 1) + np.outer(mean, mean) * draws + np.zeros((count, count)),
    )


@given(st.integers(0, 10_000), st.integers(2, 5))
@settings(max_examples=30, deadline=None)
def test_that_a_row_left_out_is_predicted_as_if_it_had_never_been(seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    slopes, mean = generator.normal(size=(count, 7)), generator.normal(size=count)
    errors = correlate_errors(
        generator.uniform(0.3, 1.0, count), np.zeros(count, dtype=np.intp), np.full(count, 0.4)
    )
    found = predict_left_out(sum_up(slopes, mean), errors)
    total = slopes @ slopes.T + errors
    rest = np.arange(1, count)
    weight = np.linalg.solve(total[np.ix_(rest, rest)], total[rest, 0])
    assert found.mean[0] == pytest.approx(mean[0] + weight @ (0.0 - mean[rest]), rel=1e-6, abs=1e-8)
    assert found.deviation[0] == pytest.approx(np.sqrt(total[0, 0] - weight @ total[rest, 0]), rel=1e-6)


def test_that_the_least_change_meets_the_figure() -> None:
    slopes = np.array([[3.0, 4.0, 0.0]])
    change, norm = find_least_change(sum_up(slopes, np.array([1.0])), np.array([11.0]))
    assert slopes @ change[:, 0] + 1.0 == pytest.approx([11.0])
    assert norm == pytest.approx([2.0])
    assert change[:, 0] == pytest.approx([1.2, 1.6, 0.0])


@given(st.integers(0, 1000), st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_that_errors_shared_in_groups_are_a_covariance(seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    group = generator.integers(-1, 2, count)
    shared = generator.uniform(0.0, 1.0, count)
    deviations = generator.uniform(0.0, 2.0, count)
    covariance = correlate_errors(deviations, group, shared)
    assert np.diag(covariance) == pytest.approx(deviations**2)
    assert np.linalg.eigvalsh(covariance).min() > -1e-9
    root = compute_root(covariance)
    assert root @ root.T == pytest.approx(covariance, abs=1e-9)
