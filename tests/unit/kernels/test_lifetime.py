"""Lifetimes, the conventions that put them to calendar years, and the grids of years."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gamma

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.cohort import compute_inflow_driven, sum_over_cohorts
from ainalym.kernels.grid import read_years_per_step, survival_on_periods
from ainalym.kernels.lifetime import (
    CONVENTIONS,
    Convention,
    Exponential,
    Fixed,
    FoldedNormal,
    Gamma,
    Lifetime,
    Lognormal,
    Normal,
    RemainingLife,
    SurvivalTable,
    Weibull,
    compute_mass_error,
    leaving_by_age,
    survival_by_age,
    survival_by_cohort,
    survival_from_moment,
)

ONE = np.ones(1)
TABLE = SurvivalTable(np.array([0.0, 1, 2, 4, 7]), np.array([[1.0], [0.9], [0.6], [0.2], [0.0]]))
FAMILIES: list[Lifetime] = [
    Weibull(1.8 * ONE, 9 * ONE),
    Weibull(0.7 * ONE, 3 * ONE),
    Lognormal.from_mean_and_sd(8 * ONE, 4 * ONE),
    Normal(9 * ONE, 3 * ONE),
    FoldedNormal(4 * ONE, 5 * ONE),
    Gamma.from_mean_and_sd(8 * ONE, 4 * ONE),
    Exponential(6 * ONE),
    Fixed(6.4 * ONE),
    TABLE,
    RemainingLife(Weibull(2.1 * ONE, 12 * ONE), np.asarray(5.0)),
]
NAMES = [f"{type(lifetime).__name__}-{number}" for number, lifetime in enumerate(FAMILIES)]
SMOOTH = [lifetime for lifetime in FAMILIES if not isinstance(lifetime, Fixed | SurvivalTable)]


def survival_at(lifetime: Lifetime, age: float) -> float:
    return float(lifetime.survival(np.array([age]))[0])


@pytest.mark.parametrize("lifetime", FAMILIES, ids=NAMES)
@pytest.mark.parametrize("age", [0.0, 0.4, 3.0, 6.4, 11.7])
def test_that_the_integral_of_the_survival_is_what_quadrature_finds(lifetime: Lifetime, age: float) -> None:
    found, _ = quad(lambda x: survival_at(lifetime, x), 0, age, limit=400, epsabs=1e-12, points=[1e-3 * age])
    tolerance = 1e-3 if isinstance(lifetime, Fixed) else 1e-8
    assert lifetime.integrated_survival(np.array([age]))[0] == pytest.approx(found, abs=tolerance)


@pytest.mark.parametrize("lifetime", SMOOTH)
@pytest.mark.parametrize("age", [0.5, 3.5, 8.5])
def test_that_the_density_is_the_fall_of_the_survival(lifetime: Lifetime, age: float) -> None:
    step = 1e-5
    fall = (survival_at(lifetime, age - step) - survival_at(lifetime, age + step)) / (2 * step)
    assert lifetime.density(np.array([age]))[0] == pytest.approx(fall, rel=1e-6, abs=1e-10)


@pytest.mark.parametrize("lifetime", FAMILIES, ids=NAMES)
def test_that_the_mean_is_the_years_lived_by_the_end(lifetime: Lifetime) -> None:
    assert lifetime.integrated_survival(np.array([1e4]))[0] == pytest.approx(lifetime.mean()[0], rel=1e-9)


@pytest.mark.parametrize("lifetime", FAMILIES, ids=NAMES)
@pytest.mark.parametrize("age", [0, 1, 6, 20])
def test_that_uniform_sales_are_the_mean_over_all_moments_of_the_year(lifetime: Lifetime, age: int) -> None:
    """Closed form against quadrature over the moment of sale: the convention is exact."""
    found, _ = quad(
        lambda moment: survival_at(lifetime, age + 1 - moment),
        0,
        1,
        limit=400,
        epsabs=1e-13,
        points=[0.6, 0.999],
    )
    assert survival_by_age(lifetime, age + 1)[age, 0] == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize("shape", [0.5, 1.0, 1.7, 4.0, 20.0])
@pytest.mark.parametrize("scale", [0.1, 2.0, 9.0, 60.0])
def test_that_uniform_sales_of_weibull_goods_follow_the_formula_of_the_methods(
    shape: float, scale: float
) -> None:
    """L(0) = G(1), L(k) = G(k+1) - 2 G(k) + G(k-1), with G by quadrature."""
    weibull = Weibull(np.array([shape]), np.array([scale]))

    def lived(age: float) -> float:
        breaks = [edge for edge in (0.01 * scale, 0.3 * scale, scale) if edge < age]
        return quad(
            lambda x: survival_at(weibull, x), 0, age, points=breaks or None, epsabs=1e-13, limit=500
        )[0]

    leaving = leaving_by_age(weibull, 6)[:, 0]
    integral = [age - lived(age) for age in range(7)]
    expected = [integral[1], *(integral[k + 1] - 2 * integral[k] + integral[k - 1] for k in range(1, 6))]
    np.testing.assert_allclose(leaving, expected, atol=1e-9)


@pytest.mark.parametrize(
    ("convention", "expected"), [("cbs", 0.0152), ("start", 0.0145), ("uniform", 0.0054)]
)
def test_that_the_first_years_share_is_that_of_the_methods(convention: Convention, expected: float) -> None:
    """For orientation: Weibull 1.7 and 12."""
    assert leaving_by_age(Weibull(1.7 * ONE, 12 * ONE), 1, convention)[0, 0] == pytest.approx(
        expected, abs=5e-5
    )


@pytest.mark.parametrize(
    ("shape", "scale", "mass"),
    [(0.8, 3, 0.956), (1.2, 6, 1.006), (1.5, 8, 1.004), (1.7, 12, 1.001), (3, 18, 1.000)],
)
def test_that_the_mass_error_of_cbs_is_that_of_the_methods(shape: float, scale: float, mass: float) -> None:
    error = compute_mass_error(Weibull(np.array([shape]), np.array([scale])))
    assert 1 + error[0] == pytest.approx(mass, abs=6e-4)


@pytest.mark.parametrize("convention", [name for name in CONVENTIONS if name != "cbs"])
def test_that_the_other_conventions_have_no_mass_error(convention: Convention) -> None:
    assert (compute_mass_error(Weibull(0.8 * ONE, 3 * ONE), convention) == 0).all()


def test_that_cbs_shares_are_densities_at_mid_age() -> None:
    weibull = Weibull(3.5 * ONE, 25 * ONE)
    ages = np.arange(30.0)[:, None]
    np.testing.assert_array_equal(leaving_by_age(weibull, 30, "cbs"), weibull.density(ages + 0.5))
    left = survival_by_age(weibull, 30, "cbs")
    np.testing.assert_allclose(1 - np.cumsum(weibull.density(ages + 0.5), axis=0), left, atol=1e-15)


@pytest.mark.parametrize(("convention", "shift"), [("start", 1.0), ("middle", 0.5), ("end", 0.0)])
def test_that_the_other_conventions_read_the_survival_at_one_age(
    convention: Convention, shift: float
) -> None:
    weibull = Weibull(2 * ONE, 9 * ONE)
    left = survival_by_age(weibull, 12, convention)
    np.testing.assert_array_equal(left, weibull.survival(np.arange(12.0)[:, None] + shift))
    by_cohort = survival_from_moment(weibull, 12, 1 - shift)
    np.testing.assert_array_equal(by_cohort[:, 0], left)


@pytest.mark.parametrize(
    "family", [Weibull, Lognormal, Normal, FoldedNormal, Gamma], ids=lambda family: str(family.__name__)
)
def test_that_a_lifetime_has_the_quantiles_asked_for(family: type[Weibull]) -> None:
    t50, t90 = np.array([4.0, 12.0, 30.0]), np.array([9.0, 20.0, 41.0])
    lifetime = family.from_quantiles(t50, t90)
    np.testing.assert_allclose(lifetime.survival(t50), 0.5, atol=1e-9)
    np.testing.assert_allclose(lifetime.survival(t90), 0.1, atol=1e-9)


@pytest.mark.parametrize("family", [Weibull, Lognormal, Gamma, FoldedNormal])
def test_that_a_lifetime_tells_the_sd_it_was_asked_for(family: type[Weibull]) -> None:
    mean, sd = np.array([4.0, 12.0]), np.array([2.0, 1.5])
    np.testing.assert_allclose(family.from_mean_and_sd(mean, sd).standard_deviation(), sd, rtol=1e-7)


def test_that_the_sd_of_a_truncated_normal_lifetime_counts_what_falls_below_age_0_as_0() -> None:
    lifetime = Normal(2 * ONE, 2 * ONE)
    draws = np.maximum(np.random.default_rng(1).normal(2, 2, 1_000_000), 0)
    assert lifetime.mean()[0] == pytest.approx(draws.mean(), abs=5e-3)
    assert lifetime.standard_deviation()[0] == pytest.approx(draws.std(), abs=5e-3)


def test_that_a_fixed_and_an_exponential_lifetime_tell_their_sd() -> None:
    assert Fixed(3 * ONE).standard_deviation()[0] == 0
    assert Exponential(3 * ONE).standard_deviation()[0] == 3


def test_that_the_mean_of_a_weibull_lifetime_is_that_of_the_textbook() -> None:
    assert Weibull(1.9 * ONE, 14 * ONE).mean()[0] == pytest.approx(14 * gamma(1 + 1 / 1.9), rel=1e-12)


def test_that_a_table_gives_itself_back_and_stays_level_beyond_its_end() -> None:
    ages = np.arange(6.0)
    shares = np.array([[1.0, 1.0], [0.9, 0.8], [0.5, 0.7], [0.5, 0.3], [0.2, 0.3], [0.1, 0.25]])
    left = survival_by_age(SurvivalTable(ages, shares), 9, "end")
    np.testing.assert_array_equal(left[:6], shares)
    np.testing.assert_array_equal(left[6:], np.broadcast_to(shares[-1], (3, 2)))


def test_that_a_table_of_a_weibull_lifetime_comes_near_it() -> None:
    weibull = Weibull(2 * ONE, 9 * ONE)
    ages = np.linspace(0, 60, 4001)
    table = SurvivalTable(ages, weibull.survival(ages[:, None]))
    for convention in CONVENTIONS:
        near = survival_by_age(table, 30, convention)
        np.testing.assert_allclose(near, survival_by_age(weibull, 30, convention), atol=5e-4)


def test_that_what_remains_of_an_exponential_life_is_the_same_life() -> None:
    life = Exponential(7 * ONE)
    left = survival_by_age(RemainingLife(life, np.asarray(4.0)), 12)
    np.testing.assert_allclose(left, survival_by_age(life, 12), rtol=1e-12)


def test_that_draws_and_products_keep_their_axes() -> None:
    shape = np.linspace(1, 3, 10).reshape(5, 2)
    left = survival_by_age(Weibull(shape, np.array([5.0, 9.0])), 7)
    assert left.shape == (5, 7, 2)
    for draw in range(5):
        alone = survival_by_age(Weibull(shape[draw], np.array([5.0, 9.0])), 7)
        np.testing.assert_array_equal(left[draw], alone)


def test_that_cohorts_of_one_lifetime_are_those_of_the_curve_by_age() -> None:
    weibull = Weibull(np.array([1.5, 2.5]), np.array([5.0, 9.0]))
    by_cohort = survival_by_cohort(weibull, 8)
    assert by_cohort.shape == (8, 8, 2)
    left = survival_by_age(weibull, 8)
    for cohort in range(8):
        np.testing.assert_array_equal(by_cohort[cohort:, cohort], left[: 8 - cohort])
        assert (by_cohort[:cohort, cohort] == 0).all()


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("step", [2, 5])
def test_that_coarse_years_agree_with_every_year(convention: Convention, step: int) -> None:
    lifetime = Weibull(np.array([1.5, 0.8]), np.array([7.0, 2.0]))
    per_step = np.arange(1.0, 13.0).reshape(6, 2)
    annual = np.repeat(per_step / step, step, axis=0)
    fine = compute_inflow_driven(annual, survival_by_age(lifetime, 6 * step, convention))
    coarse = compute_inflow_driven(per_step, survival_by_age(lifetime, 6, convention, years_per_step=step))
    np.testing.assert_allclose(coarse.stock, fine.stock[step - 1 :: step], rtol=1e-12)
    outflow = fine.outflow.reshape(6, step, 2).sum(axis=1)
    np.testing.assert_allclose(coarse.outflow, outflow, rtol=1e-9, atol=1e-12)


def test_that_uneven_periods_agree_with_every_year_where_sales_are_even() -> None:
    lifetime = Weibull(np.array([1.5, 0.8]), np.array([7.0, 2.0]))
    bounds = np.array([2000.0, 2001, 2004, 2009, 2011])
    annual = np.repeat(np.array([3.0, 1.0, 4.0, 2.0]), [1, 3, 5, 2])[:, None] * np.ones(2)
    fine = compute_inflow_driven(annual, survival_by_age(lifetime, 11))
    per_period = np.add.reduceat(annual, [0, 1, 4, 9], axis=0)
    coarse = compute_inflow_driven(per_period, survival_on_periods(lifetime, bounds))
    np.testing.assert_allclose(coarse.stock, fine.stock[[0, 3, 8, 10]], rtol=1e-12)


@pytest.mark.parametrize("convention", ["uniform", "start", "middle", "end"])
def test_that_periods_of_a_year_are_the_annual_grid(convention: Convention) -> None:
    shape, scale = np.linspace(1, 3, 12).reshape(6, 2), np.linspace(9, 4, 12).reshape(6, 2)
    lifetime = Weibull(shape, scale)
    on_periods = survival_on_periods(lifetime, np.arange(2000.0, 2007.0), convention)
    np.testing.assert_allclose(on_periods, survival_by_cohort(lifetime, 6, convention), atol=1e-14)


@pytest.mark.parametrize(("years", "step"), [([2000, 2001, 2002], 1), ([2000, 2005, 2010], 5), ([2000], 1)])
def test_that_the_step_of_even_years_is_read(years: list[int], step: int) -> None:
    assert read_years_per_step(years) == step


def test_that_a_share_by_age_is_summed_over_cohorts_as_by_hand() -> None:
    inflow = np.array([[2.0], [3.0], [5.0]])
    share = np.array([[0.5], [0.25], [0.125]])
    expected: FloatArray = np.array([[1.0], [2.0], [0.25 + 0.75 + 2.5]])
    np.testing.assert_array_equal(sum_over_cohorts(inflow, share), expected)
