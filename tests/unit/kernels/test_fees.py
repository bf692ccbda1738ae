from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ainalym.errors import InputError
from ainalym.kernels.accounts import compute_world_frame, transfer_harm
from ainalym.kernels.fees import (
    allocate_cost,
    compute_full_cost_fee,
    compute_index_fee,
    compute_present_value,
    modulate_fee,
    raise_for_free_riders,
)

amounts = st.lists(st.floats(0.1, 1e6), min_size=2, max_size=6)


def test_that_a_fee_pays_the_net_cost_and_its_reserve() -> None:
    fee = compute_full_cost_fee(np.array([120.0, -5.0, 10.0]), np.array([10.0, 10.0, 0.0]), 0.1)
    assert fee == pytest.approx([13.2, 0.0, 0.0])


def test_that_those_who_pay_carry_those_who_do_not() -> None:
    assert raise_for_free_riders(np.array([8.0]), 0.2) == pytest.approx([10.0])


@pytest.mark.parametrize("share", [1.0, -0.1, 1.5])
def test_that_a_share_of_free_riders_that_leaves_nobody_is_refused(share: float) -> None:
    with pytest.raises(InputError, match="ECO-002"):
        raise_for_free_riders(np.array([8.0]), share)


@given(st.floats(0, 1e9), amounts)
def test_that_a_cost_is_divided_without_rest(cost: float, market: list[float]) -> None:
    assert allocate_cost(cost, np.array(market)).sum() == pytest.approx(cost)


def test_that_a_cost_needs_a_market() -> None:
    with pytest.raises(InputError, match="ECO-003"):
        allocate_cost(1.0, np.zeros(3))


@given(st.floats(0, 1e4), amounts, st.data())
def test_that_modulation_leaves_the_sum_of_fees(fee: float, market: list[float], data: st.DataObject) -> None:
    size = len(market)
    modulation = data.draw(st.lists(st.floats(-0.9, 2.0), min_size=size, max_size=size))
    sold = np.array(market)
    fees = modulate_fee(fee, sold, np.array(modulation))
    assert (fees * sold).sum() == pytest.approx(fee * sold.sum())


def test_that_a_bonus_as_large_as_the_fee_is_refused() -> None:
    with pytest.raises(InputError, match="ECO-004"):
        modulate_fee(10.0, np.ones(2), np.array([-1.0, 0.0]))


def test_that_the_fee_of_kazakhstan_follows_the_index() -> None:
    assert compute_index_fee(np.array([2.0]), 5.0, np.array([3932.0])) == pytest.approx([39320.0])


def test_that_a_present_value_discounts_later_years() -> None:
    flow = np.array([[100.0], [110.0]])
    assert compute_present_value(flow, np.array([2025.0, 2026.0]), 2025.0, 0.1) == pytest.approx([200.0])
    assert compute_present_value(flow, np.array([2025.0, 2026.0]), 2025.0, 0.0) == pytest.approx([210.0])


def test_that_a_discount_rate_of_minus_one_is_refused() -> None:
    with pytest.raises(InputError, match="ECO-005"):
        compute_present_value(np.ones((1, 1)), np.array([2025.0]), 2025.0, -1.0)


def test_that_harm_is_worth_more_where_income_is_higher() -> None:
    one = np.ones(1)
    assert transfer_harm(one, np.array([[2.0]]), one, one).item() == pytest.approx(2.0)
    assert transfer_harm(one, np.array([[2.0]]), one, 0 * one).item() == pytest.approx(1.0)


def test_that_the_frame_adds_up() -> None:
    frame = compute_world_frame(*(np.array([value]) for value in (28.0, 23.0, 10.0, 78.0)))
    assert frame.net.item() == -37.0
