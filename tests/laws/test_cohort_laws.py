"""Laws that hold for every cohort model, whatever the lifetime and the convention."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.cohort import (
    compute_inflow_driven,
    compute_outflow_by_cohort,
    compute_stock_by_cohort,
    compute_stock_driven,
)
from ainalym.kernels.hazard import survival_under_hazard
from ainalym.kernels.initial_stock import compute_initial_stock
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
    SurvivalTable,
    Weibull,
    expand_to_cohorts,
    survival_by_age,
)
from ainalym.kernels.reuse import ReuseShares, compute_reuse_chain
from ainalym.kernels.stock_driven import Shortfall
from ainalym.kernels.used_imports import compute_used_imports

YEARS, PRODUCTS = 20, 3
EXAMPLES = settings(deadline=None, max_examples=60)

conventions = st.sampled_from(CONVENTIONS)
whole_conventions = st.sampled_from([name for name in CONVENTIONS if name != "cbs"])
early_retirements: st.SearchStrategy[Shortfall] = st.sampled_from(["retire_proportionally", "retire_oldest"])
amounts = arrays(np.float64, (YEARS, PRODUCTS), elements=st.floats(0, 1e4))


def parameter(low: float, high: float, cohorts: bool = False) -> st.SearchStrategy[FloatArray]:
    shape = (YEARS, PRODUCTS) if cohorts else (PRODUCTS,)
    return arrays(np.float64, shape, elements=st.floats(low, high))


def survival_tables() -> st.SearchStrategy[Lifetime]:
    def build(falls: FloatArray) -> Lifetime:
        shares = 1 - np.cumsum(falls, axis=0) / np.maximum(falls.sum(axis=0), 1)
        return SurvivalTable(np.arange(len(falls), dtype=float), shares)

    return arrays(np.float64, (12, PRODUCTS), elements=st.floats(0, 1)).map(build)


def parametric_lifetimes(cohorts: bool = False) -> st.SearchStrategy[Lifetime]:
    short, long = parameter(0.3, 10, cohorts), parameter(1, 40, cohorts)
    return st.one_of(
        st.builds(Weibull, parameter(0.5, 8, cohorts), long),
        st.builds(Lognormal, long, parameter(0.1, 1.5, cohorts)),
        st.builds(Normal, long, short),
        st.builds(FoldedNormal, long, short),
        st.builds(Gamma, parameter(0.5, 20, cohorts), short),
        st.builds(Exponential, long),
        st.builds(Fixed, parameter(0, 30, cohorts)),
    )


lifetimes = st.one_of(parametric_lifetimes(), survival_tables())


def assert_balanced(inflow: FloatArray, stock: FloatArray, outflow: FloatArray) -> None:
    """Hold what enters to be what leaves and what is stored, to 1e-9 of all that entered."""
    change = np.diff(stock, axis=-2, prepend=0.0)
    np.testing.assert_allclose(inflow, change + outflow, rtol=0, atol=1e-9 * max(1.0, float(inflow.max())))


@EXAMPLES
@given(inflow=amounts, lifetime=lifetimes, convention=conventions)
def test_that_what_enters_is_stored_or_leaves(
    inflow: FloatArray, lifetime: Lifetime, convention: Convention
) -> None:
    stock, outflow = compute_inflow_driven(inflow, survival_by_age(lifetime, YEARS, convention))
    assert_balanced(inflow, stock, outflow)


@EXAMPLES
@given(
    inflow=amounts,
    lifetime=parametric_lifetimes(cohorts=True),
    multiplier=arrays(np.float64, (YEARS, PRODUCTS), elements=st.floats(0, 4)),
    convention=conventions,
)
def test_that_mass_is_kept_when_lifetimes_vary_and_hazards_change(
    inflow: FloatArray, lifetime: Lifetime, multiplier: FloatArray, convention: Convention
) -> None:
    survival = survival_under_hazard(lifetime, multiplier, convention)
    stock, outflow = compute_inflow_driven(inflow, survival)
    assert_balanced(inflow, stock, outflow)


@EXAMPLES
@given(lifetime=lifetimes, convention=whole_conventions)
def test_that_a_cohort_never_gains_mass(lifetime: Lifetime, convention: Convention) -> None:
    survival = survival_by_age(lifetime, YEARS, convention)
    assert np.isfinite(survival).all()
    assert (survival >= 0).all()
    assert (survival <= 1).all()
    assert (np.diff(survival, axis=0) <= 1e-12).all()


@EXAMPLES
@given(
    lifetime=parametric_lifetimes(cohorts=True),
    multiplier=arrays(np.float64, (YEARS, PRODUCTS), elements=st.floats(0, 4)),
    convention=whole_conventions,
)
def test_that_a_cohort_never_gains_mass_under_a_changing_hazard(
    lifetime: Lifetime, multiplier: FloatArray, convention: Convention
) -> None:
    survival = survival_under_hazard(lifetime, multiplier, convention)
    assert np.isfinite(survival).all()
    assert (survival >= 0).all()
    assert (survival <= 1).all()
    for cohort in range(YEARS):
        assert (np.diff(survival[cohort:, cohort], axis=0) <= 1e-12).all()


@EXAMPLES
@given(
    inflow=arrays(np.float64, (YEARS, PRODUCTS), elements=st.floats(1, 1e4)),
    shape=parameter(1, 5),
    scale=parameter(4, 40),
    convention=conventions,
)
def test_that_inflow_comes_home_from_the_stock_it_makes(
    inflow: FloatArray, shape: FloatArray, scale: FloatArray, convention: Convention
) -> None:
    survival = survival_by_age(Weibull(shape, scale), YEARS, convention)
    stock, outflow = compute_inflow_driven(inflow, survival)
    if (stock < 0).any():
        # ``cbs`` may take more from a cohort than it had; such a stock is refused, not inverted.
        assert convention == "cbs"
        return
    solved = compute_stock_driven(stock, survival)
    np.testing.assert_allclose(solved.inflow, inflow, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(solved.outflow, outflow, rtol=1e-7, atol=1e-6)
    assert (solved.early_retirement == 0).all()


@pytest.mark.parametrize("ratio", [0.05, 0.2, 0.5, 0.7])
@pytest.mark.parametrize(
    "family",
    [
        Weibull.from_mean_and_sd,
        Lognormal.from_mean_and_sd,
        Gamma.from_mean_and_sd,
        FoldedNormal.from_mean_and_sd,
    ],
)
def test_that_a_lifetime_has_the_mean_and_the_sd_asked_for(
    family: Callable[[FloatArray, FloatArray], Lifetime], ratio: float
) -> None:
    mean = np.array([0.8, 7.0, 25.0])
    assert_mean_and_sd(family(mean, ratio * mean), mean, ratio * mean)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 3.0])
@pytest.mark.parametrize(
    "family", [Weibull.from_mean_and_sd, Lognormal.from_mean_and_sd, Gamma.from_mean_and_sd]
)
def test_that_a_lifetime_with_more_spread_than_mean_has_them_too(
    family: Callable[[FloatArray, FloatArray], Lifetime], ratio: float
) -> None:
    mean = np.array([0.8, 7.0, 25.0])
    assert_mean_and_sd(family(mean, ratio * mean), mean, ratio * mean, tolerance=2e-3)


@pytest.mark.parametrize("ratio", [0.05, 0.1, 0.16])
def test_that_a_normal_lifetime_has_them_while_nothing_falls_below_age_0(ratio: float) -> None:
    mean = np.array([0.8, 7.0, 25.0])
    assert_mean_and_sd(Normal.from_mean_and_sd(mean, ratio * mean), mean, ratio * mean)


def assert_mean_and_sd(lifetime: Lifetime, mean: FloatArray, sd: FloatArray, tolerance: float = 1e-6) -> None:
    """Take mean and sd from the survival curve itself, by the trapezoidal rule on a fine grid of ages."""
    top = mean + 400 * sd * sd / mean + 10 * sd
    grid = np.linspace(0, 1, 400_001)[:, None] ** 3
    ages = grid * top
    left = lifetime.survival(ages)
    measured = np.trapezoid(left, ages, axis=0)
    square = 2 * np.trapezoid(left * ages, ages, axis=0)
    np.testing.assert_allclose(measured, mean, rtol=tolerance)
    np.testing.assert_allclose(np.sqrt(square - measured**2), sd, rtol=tolerance * 10)
    np.testing.assert_allclose(lifetime.mean(), mean, rtol=1e-6)


@EXAMPLES
@given(
    level=st.floats(0.1, 1e5), shape=parameter(1, 6), scale=parameter(0.2, 10), convention=whole_conventions
)
def test_that_a_level_inflow_ends_in_a_stock_of_inflow_times_mean_life(
    level: float, shape: FloatArray, scale: FloatArray, convention: Convention
) -> None:
    lifetime = Weibull(shape, scale)
    years = 300
    stock, outflow = compute_inflow_driven(
        np.full((years, PRODUCTS), level), survival_by_age(lifetime, years, convention)
    )
    within = 1e-9 if convention == "uniform" else 1.0
    # Where all enters at one moment, the stock at the end of the year is off by up to what enters in a year.
    assert (np.abs(stock[-1] / level - lifetime.mean()) <= within * (1 + 1e-9 * lifetime.mean())).all()
    np.testing.assert_allclose(outflow[-1], level, rtol=1e-9)


@EXAMPLES
@given(
    parts=arrays(np.float64, (4, YEARS, PRODUCTS), elements=st.floats(0, 1e4)),
    lifetime=lifetimes,
    convention=conventions,
)
def test_that_regions_sum_to_the_nation(
    parts: FloatArray, lifetime: Lifetime, convention: Convention
) -> None:
    survival = survival_by_age(lifetime, YEARS, convention)
    regions = compute_inflow_driven(parts, survival)
    nation = compute_inflow_driven(parts.sum(axis=0), survival)
    np.testing.assert_allclose(regions.stock.sum(axis=0), nation.stock, rtol=1e-9, atol=1e-7)
    np.testing.assert_allclose(regions.outflow.sum(axis=0), nation.outflow, rtol=1e-9, atol=1e-7)


@EXAMPLES
@given(inflow=amounts, lifetime=lifetimes, convention=conventions)
def test_that_cohorts_sum_to_the_total(
    inflow: FloatArray, lifetime: Lifetime, convention: Convention
) -> None:
    survival = survival_by_age(lifetime, YEARS, convention)
    stock, outflow = compute_inflow_driven(inflow, survival)
    by_cohort = compute_stock_by_cohort(inflow, survival).sum(axis=-2)
    np.testing.assert_allclose(by_cohort, stock, rtol=1e-9, atol=1e-9)
    by_cohort = compute_outflow_by_cohort(inflow, survival).sum(axis=-2)
    np.testing.assert_allclose(by_cohort, outflow, rtol=1e-9, atol=1e-9)


@EXAMPLES
@given(inflow=amounts, lifetime=lifetimes, convention=conventions, factor=st.floats(1e-3, 1e3))
def test_that_results_scale_with_inputs(
    inflow: FloatArray, lifetime: Lifetime, convention: Convention, factor: float
) -> None:
    survival = survival_by_age(lifetime, YEARS, convention)
    once, scaled = compute_inflow_driven(inflow, survival), compute_inflow_driven(factor * inflow, survival)
    np.testing.assert_allclose(scaled.outflow, factor * once.outflow, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(scaled.stock, factor * once.stock, rtol=1e-9, atol=1e-9)


@EXAMPLES
@given(
    inflow=amounts,
    later=amounts,
    year=st.integers(1, YEARS - 1),
    lifetime=lifetimes,
    convention=conventions,
)
def test_that_what_is_sold_later_leaves_the_past_alone(
    inflow: FloatArray, later: FloatArray, year: int, lifetime: Lifetime, convention: Convention
) -> None:
    survival = survival_by_age(lifetime, YEARS, convention)
    changed = np.concatenate([inflow[:year], later[year:]])
    before, after = compute_inflow_driven(inflow, survival), compute_inflow_driven(changed, survival)
    np.testing.assert_array_equal(before.stock[:year], after.stock[:year])
    np.testing.assert_array_equal(before.outflow[:year], after.outflow[:year])


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_that_a_life_of_nought_leaves_at_once_and_an_endless_one_never(convention: Convention) -> None:
    inflow = np.arange(1.0, 2 * YEARS + 1).reshape(YEARS, 2)
    survival = survival_by_age(Fixed(np.array([0.0, np.inf])), YEARS, convention)
    stock, outflow = compute_inflow_driven(inflow, survival)
    np.testing.assert_array_equal(outflow[:, 0], inflow[:, 0])
    np.testing.assert_array_equal(stock[:, 0], 0)
    np.testing.assert_array_equal(outflow[:, 1], 0)
    np.testing.assert_allclose(stock[:, 1], np.cumsum(inflow[:, 1]))


@EXAMPLES
@given(
    inflow=amounts,
    history=st.integers(1, YEARS - 1),
    shape=parameter(0.8, 4),
    scale=parameter(4, 40),
    convention=whole_conventions,
    vary=st.booleans(),
)
def test_that_a_stock_counted_on_the_way_runs_down_as_if_it_had_not_been(
    inflow: FloatArray,
    history: int,
    shape: FloatArray,
    scale: FloatArray,
    convention: Convention,
    vary: bool,
) -> None:
    survival = survival_by_age(Weibull(shape, scale), YEARS, convention)
    whole = compute_inflow_driven(inflow, survival)
    counted = compute_stock_by_cohort(inflow[:history], survival[:history])[-1, ::-1]
    used = expand_to_cohorts(survival) if vary else survival
    old = compute_initial_stock(counted, used, YEARS - history)
    new = compute_inflow_driven(inflow[history:], survival[: YEARS - history])
    np.testing.assert_allclose(old.stock + new.stock, whole.stock[history:], rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(old.outflow + new.outflow, whole.outflow[history:], rtol=1e-7, atol=1e-7)


@EXAMPLES
@given(
    stock=amounts,
    shape=parameter(1, 4),
    scale=parameter(3, 40),
    convention=whole_conventions,
    shortfall=early_retirements,
)
def test_that_early_retirement_meets_any_stock_without_a_negative_inflow(
    stock: FloatArray, shape: FloatArray, scale: FloatArray, convention: Convention, shortfall: Shortfall
) -> None:
    survival = survival_by_age(Weibull(shape, scale), YEARS, convention)
    solved = compute_stock_driven(stock, survival, shortfall, keep_cohorts=True)
    assert solved.stock_by_cohort is not None
    assert solved.outflow_by_cohort is not None
    assert (solved.inflow >= 0).all()
    assert (solved.early_retirement >= 0).all()
    assert (solved.outflow >= solved.early_retirement - 1e-9).all()
    assert_balanced(solved.inflow, stock, solved.outflow)
    np.testing.assert_allclose(solved.stock_by_cohort.sum(axis=-2), stock, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(solved.outflow_by_cohort.sum(axis=-2), solved.outflow, rtol=1e-9, atol=1e-6)


@EXAMPLES
@given(
    outflow=amounts,
    shares=arrays(np.float64, (3, PRODUCTS), elements=st.floats(0, 1 / 3)),
    later=arrays(np.float64, (2, PRODUCTS), elements=st.floats(0, 1 / 2)),
    hibernation=lifetimes,
    second_use=lifetimes,
    convention=whole_conventions,
)
def test_that_mass_is_kept_over_the_chain_of_stocks(
    outflow: FloatArray,
    shares: FloatArray,
    later: FloatArray,
    hibernation: Lifetime,
    second_use: Lifetime,
    convention: Convention,
) -> None:
    chain = compute_reuse_chain(
        outflow,
        ReuseShares(*shares, *later),
        survival_by_age(hibernation, YEARS, convention),
        survival_by_age(second_use, YEARS, convention),
    )
    stored = chain.hibernating.stock + chain.second_use.stock
    assert_balanced(outflow, stored, chain.waste + chain.exported)
    assert (chain.waste >= 0).all()
    assert (chain.exported >= 0).all()


@EXAMPLES
@given(
    imports=arrays(np.float64, (YEARS, 2, PRODUCTS), elements=st.floats(0, 1e4)),
    shape=parameter(0.8, 4),
    scale=parameter(5, 30),
    convention=whole_conventions,
)
def test_that_used_imports_keep_their_mass_and_leave_sooner_than_new_ones(
    imports: FloatArray, shape: FloatArray, scale: FloatArray, convention: Convention
) -> None:
    lifetime = Weibull(np.maximum(shape, 1), scale)
    used = compute_used_imports(imports, np.array([0.0, 6.0]), lifetime, convention, keep_ages=True)
    for age in (0, 1):
        assert_balanced(imports[:, age], used.stock[:, age], used.outflow[:, age])
    new = compute_inflow_driven(imports[:, 1], survival_by_age(lifetime, YEARS, convention))
    assert (used.stock[:, 1] <= new.stock + 1e-6).all()
    fresh = compute_inflow_driven(imports[:, 0], survival_by_age(lifetime, YEARS, convention))
    np.testing.assert_allclose(used.stock[:, 0], fresh.stock, rtol=1e-9, atol=1e-7)


@EXAMPLES
@given(inflow=amounts, shape=parameter(1, 4), scale=parameter(6, 30), convention=conventions)
def test_that_no_input_is_touched(
    inflow: FloatArray, shape: FloatArray, scale: FloatArray, convention: Convention
) -> None:
    lifetime = Weibull(shape, scale)
    survival = survival_by_age(lifetime, YEARS, convention)
    kept = [values.copy() for values in (inflow, survival, shape, scale)]
    compute_inflow_driven(inflow, survival)
    compute_outflow_by_cohort(inflow, survival)
    compute_initial_stock(inflow[:5], survival, 10)
    compute_stock_driven(inflow[5:], survival, "retire_oldest", initial_stock=inflow[:5])
    compute_stock_driven(inflow, survival, "retire_proportionally")
    for now, before in zip((inflow, survival, shape, scale), kept, strict=True):
        np.testing.assert_array_equal(now, before)
