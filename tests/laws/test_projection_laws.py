"""Laws that a projection obeys whatever history, drivers and tables are."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ainalym.kernels.cohort import compute_inflow_driven, compute_stock_driven
from ainalym.kernels.joining import FADING, LASTING
from ainalym.kernels.lifetime import Weibull, survival_by_age
from ainalym.kernels.ownership_curves import CurveSet
from ainalym.kernels.ownership_market import MOMENTUM, OwnershipPath, compute_market_for_ownership
from ainalym.packages.reference import read_reference
from ainalym.pipeline import run_outlook
from ainalym.results.result import Result
from ainalym.schemas.run import LAST_YEAR_OF_HISTORY, RunOptions
from ainalym.stages.ownership import read_curves
from ainalym.stages.placed_on_market import Market, Origin, compute_from_reference
from ainalym.stages.projection import (
    Choice,
    Drivers,
    Profile,
    ProjectionPlan,
    Tables,
    plan_projection,
    project_market,
)

YEARS = np.arange(1980, 2051)
LAST = 2025
PAST = LAST - 1980 + 1

PAST_YEARS, FUTURE_YEARS = 12, 20
# A thousandth of a piece is nothing sold already; below it lies only the rounding of numbers near nought.
sold = arrays(float, (PAST_YEARS, 3), elements=st.just(0.0) | st.floats(1e-3, 1e6))
survivals = st.tuples(st.floats(0.8, 4.0), st.floats(3.0, 20.0)).map(
    lambda shape_and_scale: survival_by_age(
        Weibull(np.full(3, shape_and_scale[0]), np.full(3, shape_and_scale[1])), PAST_YEARS + FUTURE_YEARS
    )
)
levels = arrays(float, (FUTURE_YEARS + 1, 2), elements=st.just(0.0) | st.floats(1e-3, 1e7))
GROUP = np.array([0, 0, 1])


def share_equally() -> np.ndarray:
    return np.tile([0.5, 0.5, 1.0], (FUTURE_YEARS, 1))


def make_path(stock: np.ndarray, bearers: np.ndarray | None = None) -> OwnershipPath:
    owners = np.ones_like(stock) if bearers is None else bearers
    return OwnershipPath(stock, owners, share_equally(), GROUP)


@given(sold, survivals, levels)
def test_that_nothing_is_ever_sold_in_a_negative_amount(
    history: np.ndarray, survival: np.ndarray, stock: np.ndarray
) -> None:
    assert (compute_market_for_ownership(history, survival, make_path(stock)) >= 0).all()


@given(sold, survivals, levels)
def test_that_a_group_buys_at_least_the_momentum_of_its_last_year(
    history: np.ndarray, survival: np.ndarray, stock: np.ndarray
) -> None:
    market = compute_market_for_ownership(history, survival, make_path(stock))
    for group, members in ((0, [0, 1]), (1, [2])):
        before, after = history[-1, members].sum(), market[:, members].sum(axis=-1)
        carried = before * MOMENTUM ** np.arange(1, FUTURE_YEARS + 1)
        assert (after >= carried * (1 - 1e-12) - 1e-9).all(), group


@given(sold, survivals, levels, st.floats(0.01, 100.0))
def test_that_twice_as_many_owners_buy_twice_as_much(
    history: np.ndarray, survival: np.ndarray, stock: np.ndarray, factor: float
) -> None:
    once = compute_market_for_ownership(history, survival, make_path(stock))
    more = compute_market_for_ownership(history * factor, survival, make_path(stock * factor))
    np.testing.assert_allclose(more, once * factor, rtol=1e-9, atol=1e-6 * factor)


@given(sold, survivals, levels)
def test_that_what_is_wanted_later_changes_nothing_before(
    history: np.ndarray, survival: np.ndarray, stock: np.ndarray
) -> None:
    whole = compute_market_for_ownership(history, survival, make_path(stock))
    changed = stock.copy()
    changed[12:] *= 3.0
    other = compute_market_for_ownership(history, survival, make_path(changed))
    np.testing.assert_array_equal(whole[:11], other[:11])


@given(sold, survivals, st.floats(0.3, 30.0))
def test_that_without_adjustment_the_stock_is_the_one_of_the_stock_driven_engine(
    history: np.ndarray, survival: np.ndarray, level: float
) -> None:
    """Where the wanted stock rises, the engine never retires early, and both must agree."""
    stock = compute_inflow_driven(history, survival[:PAST_YEARS], by_cohort=False).stock[-1]
    wanted = (stock + level)[np.newaxis] * np.linspace(1.0, 1.5, FUTURE_YEARS + 1)[:, np.newaxis]
    apart = OwnershipPath(wanted, np.ones_like(wanted), np.ones((FUTURE_YEARS, 3)), np.arange(3))
    mine = compute_market_for_ownership(history, survival, apart, adjustment=1.0, momentum=0.0, lasting=0.0)
    ages = history[::-1] * survival[:PAST_YEARS]
    engine = compute_stock_driven(
        wanted[1:], survival, "retire_proportionally", initial_stock=ages, by_cohort=False
    )
    np.testing.assert_allclose(mine, engine.inflow, rtol=1e-7, atol=1e-7 * float(wanted.max()))


@given(survivals, arrays(float, 3, elements=st.floats(1.0, 1e5)))
def test_that_a_market_in_balance_stays_as_it_is(survival: np.ndarray, sales: np.ndarray) -> None:
    history = np.tile(sales, (PAST_YEARS, 1))
    padded = np.tile(sales, (PAST_YEARS + FUTURE_YEARS, 1))
    steady = compute_inflow_driven(padded, survival, by_cohort=False).stock[PAST_YEARS - 1 :]
    alone = OwnershipPath(steady, np.ones_like(steady), np.ones((FUTURE_YEARS, 3)), np.arange(3))
    np.testing.assert_allclose(compute_market_for_ownership(history, survival, alone), padded[PAST_YEARS:])


@given(sold, survivals)
def test_that_a_group_shares_the_demand_of_one_product(history: np.ndarray, survival: np.ndarray) -> None:
    """With equal lifetimes two products that share a demand buy what a single one would."""
    stock = np.full((FUTURE_YEARS + 1, 2), 1e6)
    together = compute_market_for_ownership(history, survival, make_path(stock))
    merged = np.stack([history[:, :2].sum(axis=-1), history[:, 2]], axis=-1)
    alone = OwnershipPath(stock, np.ones_like(stock), np.ones((FUTURE_YEARS, 2)), np.arange(2))
    single = compute_market_for_ownership(merged, survival[:, 1:], alone)
    np.testing.assert_allclose(together[:, :2].sum(axis=-1), single[:, 0], rtol=1e-9, atol=1e-6)


@given(st.floats(0.0, 30.0), st.floats(0.5, 5.0))
def test_that_ownership_comes_to_its_level_and_no_further(last_sales: float, level: float) -> None:
    years = 150
    survival = survival_by_age(Weibull(np.full(1, 2.0), np.full(1, 10.0)), PAST_YEARS + years)
    history = np.full((PAST_YEARS, 1), last_sales)
    wanted = np.full((years + 1, 1), level)
    alone = OwnershipPath(wanted, np.ones_like(wanted), np.ones((years, 1)), np.array([0]))
    market = compute_market_for_ownership(history, survival, alone, lasting=0.0)
    stock = compute_inflow_driven(np.concatenate([history, market]), survival, by_cohort=False).stock
    assert stock[-1, 0] == pytest.approx(level, rel=0.01)
    carried = last_sales * MOMENTUM ** np.arange(1, years + 1)[:, np.newaxis]
    alone_stock = compute_inflow_driven(np.concatenate([history, carried]), survival, by_cohort=False).stock
    assert stock.max() <= level + alone_stock.max() * (1 + 1e-9), (
        "no more than wanted beside what is under way"
    )


@cache
def read_tables() -> tuple[Tables, CurveSet, xr.DataArray]:
    reference = read_reference()
    tables = Tables(
        reference.package.frame("projection_methods").set_index("key"),
        reference.package.frame("technology_switches").set_index("key"),
        reference.package.frame("trend_exceptions"),
    )
    curves = read_curves(reference.package.frame("demand_groups"))
    return tables, curves, reference.lifetime.sel(profile="NL-FR-BE", drop=True)


def plan(choice: Choice = "table") -> ProjectionPlan:
    tables, curves, _ = read_tables()
    return plan_projection(list(read_reference().products.index), tables, curves, "XXX", choice)


def label(values: np.ndarray) -> xr.DataArray:
    values = np.broadcast_to(values, (*values.shape[:-1], YEARS.size))
    leading = {"draw": np.arange(len(values))} if values.ndim == 2 else {}
    coordinates = {**leading, "year": YEARS}
    return xr.DataArray(values, coords=coordinates, dims=tuple(coordinates))


def suggest(population: xr.DataArray, income: xr.DataArray) -> Market:
    reference = read_reference()
    introduction = reference.products["introduction_year"].to_xarray().rename(key="product")
    tables = reference.per_inhabitant, reference.group_income, reference.elasticity
    return compute_from_reference(population, income, *tables, introduction, LAST)


def project(
    persons: np.ndarray,
    incomes: np.ndarray,
    level: np.ndarray | float = 1.0,
    choice: Choice = "table",
    curves: CurveSet | None = None,
) -> tuple[xr.DataArray, xr.DataArray]:
    """Project a country whose history is ``level`` times what the reference groups suggest."""
    population, income = label(persons), label(incomes)
    market = suggest(population, income)
    reference, (_, own, lifetime) = read_reference(), read_tables()
    profile = Profile(
        market.mass,
        market.pieces,
        reference.per_inhabitant.sel(measure="kg", drop=True),
        reference.group_income,
    )
    return project_market(
        market.mass * level,
        market.pieces * level,
        LAST,
        Drivers(population, income, population / 3.0),
        profile,
        own if curves is None else curves,
        plan(choice),
        lifetime,
        "uniform",
    )


@pytest.fixture(scope="module")
def by_table() -> Result:
    return run_outlook("KAZ", RunOptions(projection="table"))


RISING = np.linspace(8_000.0, 45_000.0, YEARS.size)
CHOICES: tuple[Choice, ...] = ("table", "profile", "trend")

factors = arrays(float, 54, elements=st.floats(0.0, 4.0))


@settings(max_examples=10, deadline=None)
@given(factors, st.sampled_from(CHOICES), st.floats(-0.02, 0.05))
def test_that_no_product_falls_below_zero(level: np.ndarray, choice: Choice, growth: float) -> None:
    incomes = 9_000.0 * np.exp(growth * (YEARS - 1980.0))
    mass, pieces = project(np.full(YEARS.size, 1e6), incomes, level, choice)
    assert (mass.values >= 0).all()
    assert (pieces.values >= 0).all()
    assert np.isfinite(mass.values).all()


@settings(max_examples=10, deadline=None)
@given(factors, st.sampled_from(CHOICES), st.floats(0.1, 10.0))
def test_that_a_country_with_more_people_buys_in_proportion(
    level: np.ndarray, choice: Choice, factor: float
) -> None:
    once, _ = project(np.full(YEARS.size, 1e6), RISING, level, choice)
    more, _ = project(np.full(YEARS.size, 1e6 * factor), RISING, level, choice)
    np.testing.assert_allclose(more, once * factor, rtol=1e-7, atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(arrays(float, 54, elements=st.floats(0.2, 5.0)), st.sampled_from(CHOICES))
def test_that_history_stays_as_it_is_and_goes_on_without_a_step(level: np.ndarray, choice: Choice) -> None:
    """The bounds are those of the rules, for steady people and incomes; a phase-out is a step of its own."""
    persons, incomes = np.full(YEARS.size, 1e6), np.full(YEARS.size, 26_000.0)
    mass, pieces = project(persons, incomes, level, choice)
    market = suggest(label(persons), label(incomes))
    np.testing.assert_allclose(mass[:PAST], market.mass[:PAST] * level, rtol=1e-12)
    own = plan(choice)
    last, first = mass.values[PAST - 1], mass.values[PAST]
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.log(first / last)
    by_ratio = own.by_profile[level[own.by_profile] > 0]
    expected = -(1 - LASTING) * (1 - FADING) * np.log(level[by_ratio])
    alive = last[by_ratio] > 0
    np.testing.assert_allclose(step[by_ratio][alive], expected[alive], atol=1e-9)
    for group in range(len(own.groups)):
        members = own.by_saturation[own.group == group]
        then, now = (pieces.values[place, members].sum() for place in (PAST - 1, PAST))
        assert now >= MOMENTUM * then * (1 - 1e-9), "nobody stops buying from one year to the next"


def test_that_draws_together_are_the_same_as_draws_alone() -> None:
    persons = np.full((3, YEARS.size), 1e6) * np.array([[0.8], [1.0], [1.3]])
    incomes = RISING * np.array([[0.7], [1.0], [1.5]])
    for choice in CHOICES:
        together = project(persons, incomes, choice=choice)
        assert together[0].dims == ("draw", "year", "product")
        for draw in range(3):
            alone = project(persons[draw], incomes[draw], choice=choice)
            for many, one in zip(together, alone, strict=True):
                np.testing.assert_allclose(many[draw], one, rtol=1e-9, atol=1e-9)


def test_that_draws_of_the_curves_alone_make_draws_of_the_market() -> None:
    _, curves, _ = read_tables()
    drawn = replace(curves, saturation=curves.saturation * np.array([[0.8], [1.0], [1.25]]))
    mass, _ = project(np.full(YEARS.size, 1e6), RISING, curves=drawn)
    middle, _ = project(np.full(YEARS.size, 1e6), RISING)
    np.testing.assert_allclose(mass[1], middle, rtol=1e-12)
    fridges = mass.sel(product="0108", year=2050)
    assert (np.diff(fridges) > 0).all()


def test_that_a_richer_future_never_owns_less_of_what_saturates() -> None:
    incomes = np.tile(RISING, (4, 1))
    incomes[:, PAST:] *= np.array([[0.8], [1.0], [1.3], [1.8]])
    _, pieces = project(np.full((4, YEARS.size), 1e6), incomes)
    _, _, lifetime = read_tables()
    own = plan()
    for group in range(len(own.groups)):
        members = own.by_saturation[own.group == group]
        weibull = Weibull(
            *(lifetime.isel(product=members).sel(parameter=name).values for name in ("shape", "scale"))
        )
        survival = survival_by_age(weibull, YEARS.size)
        stock = (
            compute_inflow_driven(pieces.values[..., members], survival, by_cohort=False)
            .stock[:, -1]
            .sum(axis=-1)
        )
        assert (np.diff(stock) >= -1e-9 * stock[0]).all(), group


def test_that_falling_income_takes_nothing_away_that_is_owned() -> None:
    falling = np.where(YEARS > LAST, RISING[PAST - 1] * 0.7, RISING)
    steady = np.where(YEARS > LAST, RISING[PAST - 1], RISING)
    people = np.full(YEARS.size, 1e6)
    own = plan().by_saturation
    np.testing.assert_allclose(project(people, falling)[1][..., own], project(people, steady)[1][..., own])


def test_that_every_value_after_history_is_flagged_as_projected(by_table: Result) -> None:
    origin = by_table.data["placed_on_market_origin"].sel(year=slice(LAST_YEAR_OF_HISTORY + 1, None))
    assert (origin == Origin.PROJECTED).all()


def test_that_the_outlook_of_the_country_goes_on_without_a_step(by_table: Result) -> None:
    """In the first projected year no demand moves by more than a sixth, and the total hardly at all.

    A product of the profile moves as the reference groups do at rising income; of the others each demand
    group counts as one, since compact fluorescent lamps are phased out just then.
    """
    pieces = by_table.data["placed_on_market_pieces"] / by_table.data["population"]
    last, first = (pieces.sel(year=LAST_YEAR_OF_HISTORY + later).values for later in (0, 1))
    own = plan()
    demands = [np.array([product]) for product in own.by_trend if last[product] > 1e-4]
    demands += [own.by_saturation[own.group == group] for group in range(len(own.groups))]
    for members in demands:
        step = np.log(first[members].sum() / last[members].sum())
        assert abs(step) < 0.16, [own.products[member] for member in members]
    total = by_table.data["placed_on_market"].drop_sel(product="0002").sum("product")
    window = slice(LAST_YEAR_OF_HISTORY - 3, LAST_YEAR_OF_HISTORY + 5)
    growth = np.log(total / total.shift(year=1)).sel(year=window)
    assert float(abs(growth.diff("year")).max()) < 0.05


def test_that_what_a_household_will_own_is_plausible(by_table: Result) -> None:
    """Stock per household in 2050: at least what surveys find today, at most a little above EU groups."""
    data = by_table.data.sel(year=2050)
    bounds = {
        ("0407", "0408"): (1.5, 2.3),
        ("0108",): (1.2, 1.7),
        ("0104",): (0.95, 1.4),
        ("0109",): (0.3, 0.8),
        ("0114",): (0.7, 1.1),
        ("0102",): (0.1, 0.6),
        ("0204",): (1.0, 2.3),
    }
    for products, (low, high) in bounds.items():
        owned = float(data["stock_pieces"].sel(product=list(products)).sum() / data["households"])
        assert low < owned < high, (products, owned)


def test_that_the_choice_of_one_method_moves_the_future_alone(by_table: Result) -> None:
    mine = by_table.data["placed_on_market"]
    past = slice(None, LAST_YEAR_OF_HISTORY)
    for choice in CHOICES[1:]:
        other = run_outlook("KAZ", RunOptions(projection=choice)).data["placed_on_market"]
        np.testing.assert_array_equal(other.sel(year=past), mine.sel(year=past))
        assert float(abs(other / mine - 1.0).where(mine > 1.0).sel(year=2050).max()) > 0.05
