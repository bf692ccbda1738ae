"""Stock-driven models, hazards by year, initial stocks and the reuse chain, by hand or by brute force."""

from __future__ import annotations

import numpy as np
import pytest

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.cohort import compute_inflow_driven, compute_stock_by_cohort, compute_stock_driven
from ainalym.kernels.hazard import survival_under_hazard
from ainalym.kernels.initial_stock import compute_initial_stock, estimate_past_inflow, spread_initial_stock
from ainalym.kernels.lifetime import (
    CONVENTIONS,
    Convention,
    Exponential,
    Fixed,
    Weibull,
    expand_to_cohorts,
    survival_by_age,
    survival_by_cohort,
)
from ainalym.kernels.reuse import ReuseShares, compute_reuse_chain
from ainalym.kernels.used_imports import compute_used_imports

ONE = np.ones(1)


def column(*values: float) -> FloatArray:
    return np.array(values)[:, None]


LEVEL = column(1.0, 0.8, 0.5, 0.1)


def test_that_the_same_share_of_every_cohort_is_retired_when_the_stock_falls() -> None:
    solved = compute_stock_driven(column(10, 20, 5, 5), LEVEL, "retire_proportionally", keep_cohorts=True)
    assert solved.stock_by_cohort is not None
    # End of year 1: 8 of the first cohort, 12 of the second. A year later 5 and 9.6 would be left.
    np.testing.assert_allclose(solved.stock_by_cohort[1, :2, 0], [8, 12])
    np.testing.assert_allclose(solved.stock_by_cohort[2, :3, 0], [5 * 5 / 14.6, 9.6 * 5 / 14.6, 0])
    np.testing.assert_allclose(solved.early_retirement[:, 0], [0, 0, 9.6, 0])
    # What is retired is gone: in the last year only what remained dies, by its own curve.
    np.testing.assert_allclose(solved.stock_by_cohort[3, 0, 0], 5 * 5 / 14.6 * 0.1 / 0.5)
    np.testing.assert_allclose(solved.outflow[2, 0], 20 - 5)


def test_that_the_oldest_are_retired_first_when_asked() -> None:
    solved = compute_stock_driven(column(10, 20, 5, 5), LEVEL, "retire_oldest", keep_cohorts=True)
    assert solved.stock_by_cohort is not None
    np.testing.assert_allclose(solved.stock_by_cohort[2, :3, 0], [0, 5, 0])
    np.testing.assert_allclose(solved.early_retirement[:, 0], [0, 0, 9.6, 0])


def test_that_nothing_is_retired_early_without_need_where_cbs_takes_more_than_there_was() -> None:
    survival = survival_by_age(Weibull(1.2 * ONE, 3 * ONE), 30, "cbs")
    assert survival[-1, 0] < 0
    stock = np.linspace(10, 60, 30)[:, None]
    free = compute_stock_driven(stock, survival, "negative_inflow")
    assert (free.inflow > 0).all()
    for shortfall in ("retire_oldest", "retire_proportionally"):
        solved = compute_stock_driven(stock, survival, shortfall)
        assert (solved.early_retirement == 0).all()
        np.testing.assert_allclose(solved.inflow, free.inflow, rtol=1e-12)


def test_that_a_negative_inflow_is_given_only_when_asked() -> None:
    solved = compute_stock_driven(column(10, 20, 5, 5), LEVEL, "negative_inflow")
    assert solved.inflow[2, 0] == pytest.approx(5 - 14.6)
    assert (solved.early_retirement == 0).all()


def test_that_a_stock_with_ages_is_met_and_its_cohorts_are_kept() -> None:
    initial = column(4.0, 2.0)
    survival = column(1.0, 0.8, 0.4, 0.2, 0.0)
    solved = compute_stock_driven(column(7, 7), survival, initial_stock=initial, keep_cohorts=True)
    assert solved.stock_by_cohort is not None
    # Of 4 sold last year 0.8 / 1 is left, of 2 sold the year before 0.4 / 0.8.
    np.testing.assert_allclose(solved.stock_by_cohort[0, :, 0], [1.0, 3.2, 2.8, 0])
    np.testing.assert_allclose(solved.inflow[0, 0], 2.8)
    np.testing.assert_allclose(solved.outflow[0, 0], 6 - 4.2)
    by_cohort = expand_to_cohorts(survival[:4])
    same = compute_stock_driven(column(7, 7), by_cohort, initial_stock=initial)
    np.testing.assert_allclose(same.inflow, solved.inflow)


def test_that_draws_of_lifetimes_and_of_stocks_broadcast() -> None:
    stock = np.linspace(5, 20, 8)[:, None] * np.ones(2)
    shape = np.array([[1.5, 2.0], [2.5, 3.0], [1.1, 1.2]])
    survival = survival_by_age(Weibull(shape, np.array([8.0, 9.0])), 8)
    together = compute_stock_driven(stock, survival)
    assert together.inflow.shape == (3, 8, 2)
    for draw in range(3):
        alone = compute_stock_driven(stock, survival[draw])
        np.testing.assert_allclose(together.inflow[draw], alone.inflow, rtol=1e-12)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_that_a_hazard_multiplier_of_one_changes_nothing(convention: Convention) -> None:
    lifetime = Weibull(np.array([1.5, 0.7]), np.array([7.0, 3.0]))
    same = survival_under_hazard(lifetime, np.ones((20, 2)), convention)
    np.testing.assert_allclose(same, survival_by_cohort(lifetime, 20, convention), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("convention", ["uniform", "start", "middle", "end"])
def test_that_a_doubled_hazard_is_that_of_the_lifetime_with_twice_the_hazard(convention: Convention) -> None:
    """S^2 of a Weibull lifetime is one with the scale 2^(-1/shape) times as long."""
    shape, scale = 1.7, 9.0
    doubled = survival_under_hazard(Weibull(shape * ONE, scale * ONE), np.full((25, 1), 2.0), convention)
    expected = survival_by_cohort(Weibull(shape * ONE, scale * 2 ** (-1 / shape) * ONE), 25, convention)
    np.testing.assert_allclose(doubled, expected, atol=1e-9)


@pytest.mark.parametrize(
    ("shape", "scale", "tolerance"), [(1.0, 2.0, 1e-9), (1.7, 2.0, 1e-9), (4.0, 9.0, 1e-9), (0.5, 1.0, 1e-4)]
)
def test_that_uniform_sales_under_a_changing_hazard_are_as_exact_as_stated(
    shape: float, scale: float, tolerance: float
) -> None:
    """Follow 200,000 sales of each year one by one, in the cumulative hazard of their age."""
    multiplier = np.array([1.0, 0.4, 2.5, 0.0, 1.3, 1.0, 0.7, 3.0])
    years = len(multiplier)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    # The density of the nodes is put where a hazard that is infinite at age 0 needs it.
    moments = 1 - (0.5 * (nodes + 1)) ** 3
    weights = 0.5 * weights * 3 * (0.5 * (nodes + 1)) ** 2
    expected = np.zeros((years, years))
    for cohort in range(years):
        hazard = np.zeros_like(moments)
        for year in range(cohort, years):
            older, younger = year - cohort + 1 - moments, np.maximum(year - cohort - moments, 0)
            hazard += multiplier[year] * ((older / scale) ** shape - (younger / scale) ** shape)
            expected[year, cohort] = (weights * np.exp(-hazard)).sum()
    found = survival_under_hazard(Weibull(shape * ONE, scale * ONE), multiplier[:, None])[..., 0]
    np.testing.assert_allclose(found, expected, atol=tolerance)


def test_that_a_hazard_of_nought_keeps_everything_for_that_year() -> None:
    multiplier = column(1.0, 1.0, 0.0, 1.0)
    left = survival_under_hazard(Exponential(4 * ONE), multiplier, "start")[..., 0]
    np.testing.assert_allclose(left[2, :2], left[1, :2])
    assert left[2, 2] == 1
    assert (left[3, :3] < left[2, :3]).all()


def test_that_a_repair_law_touches_what_is_already_in_stock() -> None:
    lifetime = Weibull(2 * ONE, 10 * ONE)
    inflow = np.full((30, 1), 100.0)
    law = np.ones((30, 1))
    law[15:] = 0.5
    before = compute_inflow_driven(inflow, survival_by_cohort(lifetime, 30))
    after = compute_inflow_driven(inflow, survival_under_hazard(lifetime, law))
    np.testing.assert_allclose(after.outflow[:15], before.outflow[:15], rtol=1e-9)
    assert after.outflow[15, 0] < 0.6 * before.outflow[15, 0]


def test_that_a_hazard_acts_on_an_initial_stock() -> None:
    lifetime = Exponential(8 * ONE)
    multiplier = np.concatenate([np.ones((5, 1)), np.full((6, 1), 3.0)])
    survival = survival_under_hazard(lifetime, multiplier, "end")
    left = compute_initial_stock(np.ones((5, 1)), survival, 6).stock[:, 0]
    np.testing.assert_allclose(left, 5 * np.exp(-3 * np.arange(1, 7) / 8), rtol=1e-12)


def test_that_the_cbs_convention_takes_a_multiplier_too() -> None:
    lifetime = Weibull(1.5 * ONE, 3 * ONE)
    multiplier = np.full((12, 1), 0.5)
    slowed = survival_under_hazard(lifetime, multiplier, "cbs")
    plain = survival_by_cohort(lifetime, 12, "cbs")
    there = np.tri(12, dtype=bool) & (plain[..., 0] > 0)
    np.testing.assert_allclose(slowed[..., 0][there], np.sqrt(plain[..., 0][there]), rtol=1e-12)


def test_that_a_stock_of_unknown_age_is_spread_as_level_sales_would_leave_it() -> None:
    survival = survival_by_age(Weibull(np.array([2.0, 3.0]), np.array([6.0, 9.0])), 40)
    by_age = spread_initial_stock(np.array([100.0, 30.0]), survival)
    np.testing.assert_allclose(by_age.sum(axis=0), [100, 30])
    sold = estimate_past_inflow(by_age, survival)[:8]
    np.testing.assert_allclose(sold, np.broadcast_to(sold[0], sold.shape), rtol=1e-12)


def test_that_a_stock_of_a_grown_market_is_younger() -> None:
    survival = survival_by_age(Weibull(2 * ONE, 9 * ONE), 60)
    level, grown = (spread_initial_stock(100 * ONE, survival, growth) for growth in (0.0, 0.1))
    ages = np.arange(60)[:, None]
    assert (grown * ages).sum() < (level * ages).sum()
    sold = estimate_past_inflow(grown, survival)[:10, 0]
    np.testing.assert_allclose(sold[:-1] / sold[1:], 1.1, rtol=1e-9)


def test_that_a_stock_of_nothing_spreads_to_nothing() -> None:
    survival = survival_by_age(Fixed(np.array([0.0])), 4)
    assert (spread_initial_stock(np.zeros(1), survival) == 0).all()


def test_that_used_things_leave_as_their_age_says() -> None:
    imports = np.zeros((5, 2, 1))
    imports[0, :, 0] = [10.0, 20.0]
    used = compute_used_imports(imports, np.array([1.0, 4.0]), Fixed(6.0 * ONE), "end")
    np.testing.assert_allclose(used.outflow[:, 0], [0, 0, 20, 0, 0])
    np.testing.assert_allclose(used.stock[:, 0], [30, 30, 10, 10, 10])


def test_that_the_chain_follows_the_shares_by_hand() -> None:
    shares = ReuseShares(
        hibernated=np.array([0.5]),
        reused=np.array([0.2]),
        exported=np.array([0.1]),
        reused_later=np.array([0.25]),
        exported_later=np.array([0.25]),
    )
    after_a_year, after_two = survival_by_age(Fixed(ONE), 4, "end"), survival_by_age(Fixed(2 * ONE), 4, "end")
    chain = compute_reuse_chain(column(100, 0, 0, 0), shares, after_a_year, after_two)
    np.testing.assert_allclose(chain.hibernating.stock[:, 0], [50, 0, 0, 0])
    np.testing.assert_allclose(chain.second_use.stock[:, 0], [20, 32.5, 12.5, 0])
    np.testing.assert_allclose(chain.exported[:, 0], [10, 12.5, 0, 0])
    np.testing.assert_allclose(chain.waste[:, 0], [20, 25, 20, 12.5])


def test_that_the_chain_keeps_cohorts_apart_on_a_leading_axis() -> None:
    survival = survival_by_age(Weibull(2 * ONE, 3 * ONE), 6)
    shares = ReuseShares(hibernated=np.array([0.4]), reused=np.array([0.3]))
    by_cohort = compute_stock_by_cohort(np.ones((6, 1)), survival)
    outflow = np.moveaxis(by_cohort, -2, 0)
    apart = compute_reuse_chain(outflow, shares, survival, survival)
    together = compute_reuse_chain(outflow.sum(axis=0), shares, survival, survival)
    assert apart.waste.shape == (6, 6, 1)
    np.testing.assert_allclose(apart.waste.sum(axis=0), together.waste, rtol=1e-12)


def test_that_draws_are_not_taken_for_cohorts() -> None:
    """As many draws as years look like (year, cohort) by shape; the empty triangle tells them apart."""
    inflow = np.ones((6, 1))
    shape = np.linspace(1, 3, 6)[:, None]
    draws = survival_by_age(Weibull(shape, 5 * ONE), 6)
    assert draws.shape == (6, 6, 1)
    assert compute_inflow_driven(inflow, draws).stock.shape == (6, 6, 1)
    cohorts = survival_by_cohort(Weibull(shape, 5 * ONE), 6)
    assert compute_inflow_driven(inflow, cohorts).stock.shape == (6, 1)
    named = compute_inflow_driven(inflow, np.zeros((6, 6, 1)), by_cohort=False)
    assert named.stock.shape == (6, 6, 1)
