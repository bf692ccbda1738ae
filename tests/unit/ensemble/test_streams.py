"""Named random streams: reproducible, independent, and each where it belongs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

from ainalym.core.streams import (
    RandomStreams,
    correlate_products,
    correlate_years,
    make_key,
    to_lognormal,
    to_triangular,
    to_truncated,
    to_uniform,
)

STREAMS = RandomStreams(seed=11)
SOBOL = RandomStreams(11, "sobol", {"lifetimes": 0, "prices": 5})


@pytest.mark.parametrize("streams", [STREAMS, SOBOL], ids=["plain", "sobol"])
@pytest.mark.parametrize("size", [1, 3, 4, 5])
def test_that_a_draw_does_not_depend_on_the_block_it_is_in(streams: RandomStreams, size: int) -> None:
    whole = streams.normal("lifetimes", 0, 300, size)
    for first, last in ((0, 7), (7, 64), (64, 65), (65, 300)):
        assert np.array_equal(streams.normal("lifetimes", first, last, size), whole[first:last])


def test_that_the_key_of_a_stream_is_the_same_on_every_machine() -> None:
    assert make_key(1, "lifetime_scale").tolist() == [4241541140015550022, 12118027878480649169]


def test_that_adding_a_sobol_stream_moves_no_other() -> None:
    more = RandomStreams(11, "sobol", {**SOBOL.places, "weights": 20})
    assert np.array_equal(more.normal("prices", 3, 90, 4), SOBOL.normal("prices", 3, 90, 4))


@pytest.mark.parametrize("streams", [STREAMS, SOBOL], ids=["plain", "sobol"])
def test_that_streams_are_independent_of_one_another(streams: RandomStreams) -> None:
    first, second = streams.normal("lifetimes", 0, 4096, 5), streams.normal("prices", 0, 4096, 5)
    correlations = np.corrcoef(first, second, rowvar=False)[:5, 5:]
    # Five standard deviations of a correlation that is zero.
    assert np.abs(correlations).max() < 5 / np.sqrt(4096)


def test_that_another_seed_gives_other_numbers() -> None:
    other = RandomStreams(12).uniform("lifetimes", 0, 100, 3)
    assert not np.isclose(other, STREAMS.uniform("lifetimes", 0, 100, 3)).any()


@pytest.mark.parametrize("streams", [STREAMS, SOBOL], ids=["plain", "sobol"])
def test_that_numbers_are_uniform_and_never_at_the_ends(streams: RandomStreams) -> None:
    numbers = streams.uniform("lifetimes", 0, 4096, 3)
    assert numbers.min() > 0.0
    assert numbers.max() < 1.0
    assert all(kstest(column, "uniform").pvalue > 1e-4 for column in numbers.T)


def test_that_sobol_points_fill_the_interval_evenly() -> None:
    numbers = SOBOL.uniform("lifetimes", 0, 1024, 5)
    counts = [np.histogram(column, bins=64, range=(0.0, 1.0))[0] for column in numbers.T]
    assert np.unique(counts).tolist() == [16]


def test_that_a_stream_without_a_place_is_plain() -> None:
    assert np.array_equal(SOBOL.uniform("errors", 0, 9, 3), STREAMS.uniform("errors", 0, 9, 3))


def test_that_a_stream_beyond_the_sobol_sequence_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="dimensions"):
        RandomStreams(1, "sobol", {"late": 630}).uniform("late", 0, 8, 11)


@pytest.mark.parametrize("correlation", [-0.2, 0.0, 0.3, 1.0])
def test_that_products_have_the_correlation_asked_for(correlation: float) -> None:
    scores = correlate_products(STREAMS.normal("lifetimes", 0, 40_000, 5), correlation)
    found = np.corrcoef(scores, rowvar=False)
    assert found[np.triu_indices(5, 1)] == pytest.approx(correlation, abs=0.03)
    assert scores.std(axis=0) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.7, 1.0])
def test_that_years_remember_one_another_as_asked_for(correlation: float) -> None:
    scores = correlate_years(np.ascontiguousarray(STREAMS.normal("years", 0, 40_000, 4).T), correlation)
    found = np.corrcoef(scores)
    for distance in (1, 2, 3):
        assert found[0, distance] == pytest.approx(correlation**distance, abs=0.03)
    assert scores.std(axis=1) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("transform", [to_lognormal, to_uniform, to_triangular])
def test_that_a_factor_has_mean_one_and_no_spread_where_none_is_asked_for(transform: object) -> None:
    assert callable(transform)
    scores = STREAMS.normal("lifetimes", 0, 200_000, 1)
    assert transform(scores, 0.6).mean() == pytest.approx(1.0, abs=0.01)
    assert transform(scores, 0.6).min() > 0.0
    assert (transform(scores, 0.0) == 1.0).all()


def test_that_bounded_factors_stay_in_their_bounds() -> None:
    scores = np.array([-40.0, -8.0, 0.0, 8.0, 40.0])
    for transform in (to_uniform, to_triangular):
        factors = transform(scores, 0.5)
        assert factors.min() >= 0.5
        assert factors.max() <= 1.5
        assert (np.diff(factors) >= 0.0).all()


@pytest.mark.parametrize("limit", [0.0, 0.4, 2.0, 9.0])
def test_that_a_truncated_score_keeps_its_limit_and_its_centre(limit: float) -> None:
    scores = np.linspace(-9.0, 9.0, 19)
    cut = to_truncated(scores, limit)
    assert np.abs(cut).max() <= limit
    assert cut[9] == 0.0
    assert cut == pytest.approx(-cut[::-1], abs=1e-12)
    assert (np.diff(cut) >= -1e-12).all()


def test_that_a_far_limit_changes_nothing() -> None:
    scores = np.linspace(-4.0, 4.0, 9)
    assert to_truncated(scores, 12.0) == pytest.approx(scores, abs=1e-9)
