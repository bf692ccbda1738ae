from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ainalym.kernels.cohort import compute_inflow_driven
from ainalym.kernels.lifetime import Weibull, survival_by_age
from ainalym.kernels.product_levers import (
    ProductFlows,
    ProductPaths,
    change_survival,
    group_products,
    pull_levers,
    pull_side_by_side,
)

YEARS = 40
FIRST = 20

sales = st.lists(st.floats(0.0, 1e3), min_size=YEARS, max_size=YEARS)


def survive(shape: float = 2.0, scale: float = 8.0) -> np.ndarray:
    return survival_by_age(Weibull(np.array([shape]), np.array([scale])), YEARS)


def path(value: float, neutral: float) -> np.ndarray:
    values = np.full((YEARS, 1), neutral)
    values[FIRST:] = value
    return values


def follow(market: np.ndarray, survival: np.ndarray, paths: ProductPaths, first: int) -> ProductFlows:
    plain = compute_inflow_driven(market, survival)
    flows = ProductFlows(market, plain.stock, plain.outflow)
    return pull_levers(flows, survival, np.array([2.0]), paths, first)


@given(sales, st.floats(-0.3, 0.9), st.floats(0.5, 1.5), st.floats(0.5, 1.5))
def test_that_mass_is_kept_whatever_levers_are_pulled(
    market: list[float], longer: float, owned: float, heavier: float
) -> None:
    paths = ProductPaths(
        unit_weight=path(heavier, 1.0), lifetime=path(longer, 0.0), ownership=path(owned, 1.0)
    )
    found = follow(np.array(market)[:, np.newaxis], survive(), paths, FIRST)
    before = np.concatenate([np.zeros((1, 1)), found.stock[:-1]])
    error = np.abs(found.market - (found.stock - before) - found.ewaste).max()
    assert error <= 1e-9 * max(found.stock.max(), 1e-9)


def test_that_a_longer_life_reaches_what_was_sold_before_it() -> None:
    market = np.zeros((YEARS, 1))
    market[FIRST - 2] = 100.0
    plain = follow(market, survive(), ProductPaths(), FIRST)
    longer = ProductPaths(lifetime=path(0.3, 0.0))
    found = follow(market, survive(), longer, FIRST)
    assert (found.stock[:FIRST] == plain.stock[:FIRST]).all()
    assert (found.stock[FIRST : FIRST + 8] > plain.stock[FIRST : FIRST + 8]).all()


def test_that_a_mean_life_is_longer_by_what_was_asked() -> None:
    market = np.zeros((YEARS, 1))
    market[0] = 1.0
    always = ProductPaths(lifetime=np.full((YEARS, 1), 0.25))
    found = follow(market, survive(scale=6.0), always, 0)
    wanted = survive(scale=7.5)
    assert found.stock[:, 0] == pytest.approx(wanted[:, 0], abs=0.01)


def test_that_a_kept_stock_is_kept_and_sells_less_of_what_lives_longer() -> None:
    market = np.full((YEARS, 1), 10.0)
    plain = follow(market, survive(), ProductPaths(), FIRST)
    paths = ProductPaths(lifetime=path(0.3, 0.0), ownership=path(1.0, 1.0))
    found = follow(market, survive(), paths, FIRST)
    assert found.stock == pytest.approx(plain.stock)
    assert found.market[FIRST:].sum() < plain.market[FIRST:].sum()
    assert (found.market[:FIRST] == market[:FIRST]).all()


def test_that_nothing_is_sold_where_the_old_exceeds_the_stock_that_is_wanted() -> None:
    market = np.full((YEARS, 1), 10.0)
    found = follow(market, survive(), ProductPaths(ownership=path(0.1, 1.0)), FIRST)
    assert found.market[FIRST].item() == 0.0
    assert (found.ewaste >= 0).all()


@given(sales, st.floats(-0.4, 0.9), st.floats(0.6, 5.0))
def test_that_the_stock_is_what_the_changed_survival_leaves_of_the_sales(
    market: list[float], longer: float, shape: float
) -> None:
    by_age = survive(shape, 6.0)
    plain = compute_inflow_driven(np.array(market)[:, np.newaxis], by_age)
    flows = ProductFlows(np.array(market)[:, np.newaxis], plain.stock, plain.outflow)
    change = path(longer, 0.0)
    found = pull_levers(flows, by_age, np.array([shape]), ProductPaths(lifetime=change), FIRST)
    survival = change_survival(by_age, np.array([shape]), change)
    left = np.einsum("cd,tcd->td", found.market, survival)
    assert found.stock == pytest.approx(left, rel=1e-9, abs=1e-9)
    assert (found.stock[:FIRST] == plain.stock[:FIRST]).all()


def test_that_levers_at_their_neutral_value_change_nothing() -> None:
    market = np.linspace(1.0, 40.0, YEARS)[:, np.newaxis]
    idle = ProductPaths(path(1.0, 1.0), path(1.0, 1.0), path(0.0, 0.0))
    found = follow(market, survive(), idle, FIRST)
    plain = compute_inflow_driven(market, survive())
    assert (found.stock == plain.stock).all()
    assert (found.ewaste == plain.outflow).all()


def test_that_products_side_by_side_do_what_each_does_alone() -> None:
    random = np.random.default_rng(4)
    shape, scale = random.uniform(0.8, 3.0, (3, 8)), random.uniform(3.0, 15.0, (3, 8))
    survival = survival_by_age(Weibull(shape.T, scale.T), YEARS).transpose(2, 1, 0)
    market = random.uniform(1.0, 50.0, (3, YEARS, 8))
    plain = [compute_inflow_driven(sold, left) for sold, left in zip(market, survival, strict=True)]
    flows = ProductFlows(
        market, np.stack([one.stock for one in plain]), np.stack([one.outflow for one in plain])
    )
    ramp = np.clip((np.arange(YEARS) - FIRST) / 10, 0, 1)[:, np.newaxis]
    paths = ProductPaths(
        sales=1 + 0.2 * ramp,
        unit_weight=1 - 0.1 * ramp,
        lifetime=ramp * random.uniform(0.1, 0.5, 8),
        ownership=1 + ramp * random.uniform(0.0, 0.3, 8),
    )
    together = pull_side_by_side(flows, survival, shape, paths, FIRST, columns=16)
    for product in range(3):
        own = ProductFlows(*(array[product] for array in flows))
        alone = pull_levers(own, survival[product], shape[product], paths, FIRST)
        for found, wanted in zip(together, alone, strict=True):
            np.testing.assert_array_equal(found[product], wanted)


def test_that_products_of_which_the_same_is_asked_are_put_together() -> None:
    longer, more = ProductPaths(lifetime=path(0.3, 0.0)), ProductPaths(sales=path(1.2, 1.0))
    paths = [longer, ProductPaths(), more, longer]
    assert group_products(paths) == [(longer, [0, 3]), (more, [2])]
