"""A product that another one replaces fades as its share of the common market does."""

from __future__ import annotations

import numpy as np
import pytest

from ainalym.kernels.robust_market import MarketPanel, estimate_market
from ainalym.kernels.robust_market.figures import find_remaining_share

YEARS = np.arange(2000, 2016)
DAMPING = 0.7


def odds_on_a_line(pace: float, start: float, countries: int = 5) -> np.ndarray:
    apart = np.linspace(-0.2, 0.2, countries)[:, np.newaxis]
    return start + pace * np.arange(YEARS.size) + apart


def test_that_a_line_of_odds_gives_the_share_of_its_logistic_curve() -> None:
    share = np.exp(find_remaining_share(odds_on_a_line(0.5, -3.0), DAMPING))
    np.testing.assert_allclose(share, 1.0 / (1.0 + np.exp(-3.0 + 0.5 * np.arange(YEARS.size))))


def test_that_the_share_goes_on_falling_after_the_last_figures_but_ever_slower() -> None:
    odds = odds_on_a_line(0.5, 2.0)
    odds[:, 8:] = np.nan
    falls = -np.diff(find_remaining_share(odds, DAMPING))
    assert (falls > 0).all()
    assert (np.diff(falls[7:]) < 0).all()


def test_that_a_wild_year_and_a_wild_country_do_not_bend_the_curve() -> None:
    odds = odds_on_a_line(0.5, -3.0)
    wild = odds.copy()
    wild[:, 4] += 6.0
    wild[0] -= 4.0
    np.testing.assert_allclose(
        find_remaining_share(wild, DAMPING), find_remaining_share(odds, DAMPING), atol=0.15
    )


@pytest.mark.parametrize("pace", [0.0, -0.3])
def test_that_a_product_that_does_not_gain_replaces_nothing(pace: float) -> None:
    assert not find_remaining_share(odds_on_a_line(pace, 0.0), DAMPING).any()


def test_that_too_few_years_of_both_tell_nothing() -> None:
    odds = odds_on_a_line(0.5, 0.0)
    odds[:, 3:] = np.nan
    assert not find_remaining_share(odds, DAMPING).any()


def estimate_old(successors: tuple[tuple[str, str], ...]) -> np.ndarray:
    """Estimate the old product, seen up to 2010, of three countries in which it gives way to the new one."""
    share = 1.0 / (1.0 + np.exp(0.8 * (YEARS - 2007)))
    market = np.array([1.0, 2.0, 3.0])[:, np.newaxis] * 1e6
    kg = np.stack([market * share, market * (1.0 - share)], axis=1)
    kg[..., YEARS > 2010] = np.nan
    panel = MarketPanel(
        ("A", "B", "C"),
        ("0407", "0408"),
        YEARS,
        kg,
        kg / 10.0,
        np.full((3, YEARS.size), 1e6),
        np.full((3, YEARS.size), 1e4),
        np.array([1960, 1995]),
        successors=successors,
    )
    return np.asarray(estimate_market(panel).kg.central[:, 0] / market)


def test_that_the_old_product_is_foretold_to_go_on_fading() -> None:
    alone, replaced = estimate_old(()), estimate_old((("0407", "0408"),))
    last = YEARS == 2015
    assert (replaced[:, last] < 0.6 * alone[:, last]).all()
    np.testing.assert_allclose(replaced[:, YEARS <= 2010], alone[:, YEARS <= 2010])
