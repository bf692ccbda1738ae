"""Laws of the scores of forecasts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from ainalym.kernels.scores import compute_crps, compute_crps_of_quantiles, compute_rank, is_inside

finite = st.floats(-1e6, 1e6)
ensembles = st.lists(finite, min_size=1, max_size=40)


@given(draw=finite, truth=finite)
def test_that_the_score_of_a_point_is_its_absolute_error(draw: float, truth: float) -> None:
    assert compute_crps([draw], truth) == pytest.approx(abs(draw - truth), rel=1e-12, abs=1e-9)


@given(draws=ensembles, truth=finite)
def test_that_the_score_is_the_integral_of_the_squared_distance_of_two_steps(
    draws: list[float], truth: float
) -> None:
    points = np.unique([*draws, truth])
    left = points[:-1]
    below = (np.asarray(draws)[:, np.newaxis] <= left).mean(axis=0)
    integral = float(np.sum((below - (truth <= left)) ** 2 * np.diff(points)))
    scale = 1.0 + np.ptp(points)
    assert float(compute_crps(draws, truth)) == pytest.approx(integral, abs=1e-9 * scale)


@given(draws=ensembles, truth=finite, shift=finite, factor=st.floats(1e-3, 1e3))
def test_that_the_score_has_the_unit_of_the_truth(
    draws: list[float], truth: float, shift: float, factor: float
) -> None:
    own = float(compute_crps(draws, truth))
    values = np.asarray(draws)
    scale = factor * (1.0 + np.abs([*draws, truth, shift]).max())
    moved = float(compute_crps(values + shift, truth + shift))
    assert moved == pytest.approx(own, abs=1e-9 * scale)
    assert float(compute_crps(values * factor, truth * factor)) == pytest.approx(
        factor * own, abs=1e-9 * scale
    )


@given(draws=ensembles, truth=finite, seed=st.integers(0, 99))
def test_that_the_order_of_draws_does_not_matter(draws: list[float], truth: float, seed: int) -> None:
    mixed = np.random.default_rng(seed).permutation(draws)
    assert float(compute_crps(mixed, truth)) == pytest.approx(float(compute_crps(draws, truth)), rel=1e-12)
    assert float(compute_rank(mixed, truth)) == float(compute_rank(draws, truth))


@pytest.mark.parametrize("truth", [-2.0, -0.3, 0.0, 1.0, 3.0])
def test_that_draws_and_quantiles_of_one_distribution_have_the_same_score(truth: float) -> None:
    levels = (np.arange(4000) + 0.5) / 4000
    normal = ndtri(levels)
    assert float(compute_crps_of_quantiles(normal, levels, truth)) == pytest.approx(
        float(compute_crps(normal, truth)), abs=2e-4
    )


def test_that_the_score_of_a_normal_distribution_is_the_published_formula() -> None:
    normal = ndtri((np.arange(20_000) + 0.5) / 20_000)
    truth = np.array([-1.5, 0.0, 0.7])
    density = np.exp(-(truth**2) / 2) / np.sqrt(2 * np.pi)
    below = np.array([0.0668072, 0.5, 0.7580363])
    expected = truth * (2 * below - 1) + 2 * density - 1 / np.sqrt(np.pi)
    found = compute_crps(np.broadcast_to(normal, (3, normal.size)), truth)
    assert found == pytest.approx(expected, abs=1e-4)


def test_that_a_wider_or_shifted_forecast_scores_worse_than_the_right_one() -> None:
    generator = np.random.default_rng(3)
    truth = generator.standard_normal(4000)
    draws = generator.standard_normal((4000, 200))
    right = compute_crps(draws, truth).mean()
    for wrong in (1.5 * draws, 0.5 * draws, draws + 0.5):
        assert right < compute_crps(wrong, truth).mean()


def test_that_a_calibrated_ensemble_holds_what_it_promises() -> None:
    generator = np.random.default_rng(1)
    centre = generator.standard_normal(6000)
    truth = centre + generator.standard_normal(6000)
    draws = centre[:, np.newaxis] + generator.standard_normal((6000, 400))
    rank = compute_rank(draws, truth)
    for level in (0.1, 0.5, 0.9):
        assert is_inside(rank, level).mean() == pytest.approx(level, abs=0.02)
    narrow = compute_rank(centre[:, np.newaxis] + 0.5 * (draws - centre[:, np.newaxis]), truth)
    assert is_inside(narrow, 0.9).mean() < 0.65


@given(draws=ensembles, truth=finite)
def test_that_ranks_lie_between_nought_and_one_and_turn_with_the_sign(
    draws: list[float], truth: float
) -> None:
    rank = float(compute_rank(draws, truth))
    assert 0.0 <= rank <= 1.0
    assert float(compute_rank(-np.asarray(draws), -truth)) == pytest.approx(1.0 - rank)
