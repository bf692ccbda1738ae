"""Apparent consumption on bare arrays, and the marks that it leaves."""

from __future__ import annotations

import numpy as np
import pytest

from ainalym.kernels.consumption import (
    compute_apparent_consumption,
    compute_implied_weight,
    find_absurd_weights,
)

NAN = np.nan


@pytest.mark.parametrize(
    ("production", "imports", "exports", "amount"),
    [(50.0, 120.0, 30.0, 140.0), (0.0, 7.0, 7.0, 0.0), (3.0, 0.0, 10.0, -7.0), (0.25, 0.5, 0.125, 0.625)],
    ids=["a common cell", "pure transit", "net export", "less than one"],
)
def test_that_consumption_is_supply_less_exports(
    production: float, imports: float, exports: float, amount: float
) -> None:
    found = compute_apparent_consumption([production], [imports], [exports])
    assert found.amount.tolist() == [amount]
    assert not found.is_gross.any()


def test_that_a_negative_cell_is_kept_and_marked() -> None:
    found = compute_apparent_consumption([1.0, 1.0], [2.0, 2.0], [10.0, 3.0])
    assert found.amount.tolist() == [-7.0, 0.0]
    assert found.is_negative.tolist() == [True, False]


def test_that_exports_without_any_supply_are_a_negative_cell() -> None:
    found = compute_apparent_consumption([NAN], [NAN], [4.0])
    assert found.amount.tolist() == [-4.0]
    assert found.is_negative.all()
    assert not found.is_gross.any()


def test_that_a_missing_term_counts_as_nought_beside_one_with_a_figure() -> None:
    found = compute_apparent_consumption([NAN, 5.0, 5.0], [6.0, NAN, 6.0], [2.0, 2.0, NAN])
    assert found.amount.tolist() == [4.0, 3.0, 11.0]
    assert not found.is_negative.any()


def test_that_a_cell_without_any_figure_stays_empty_and_unmarked() -> None:
    found = compute_apparent_consumption([NAN], [NAN], [NAN])
    assert np.isnan(found.amount).all()
    assert not found.is_negative.any()
    assert not found.is_gross.any()


def test_that_supply_without_a_figure_of_exports_is_marked_as_an_upper_bound() -> None:
    found = compute_apparent_consumption([NAN, 5.0, 5.0, NAN], [6.0, NAN, 6.0, NAN], [NAN, NAN, 0.0, 1.0])
    assert found.is_gross.tolist() == [True, True, False, False]


def test_that_consumption_keeps_the_shape_of_its_terms() -> None:
    terms = np.arange(24.0).reshape(2, 3, 4)
    found = compute_apparent_consumption(terms, 2 * terms, terms)
    assert [part.shape for part in found] == [(2, 3, 4)] * 3
    np.testing.assert_array_equal(found.amount, 2 * terms)


def test_that_the_terms_themselves_are_not_changed() -> None:
    imports = np.array([NAN, 1.0])
    compute_apparent_consumption(imports, imports, imports)
    np.testing.assert_array_equal(imports, [NAN, 1.0])


def test_that_terms_of_two_shapes_are_our_own_mistake() -> None:
    with pytest.raises(ValueError, match=r"terms of shapes \[\(1,\), \(2,\), \(1,\)\]"):
        compute_apparent_consumption([1.0], [1.0, 2.0], [1.0])


@pytest.mark.parametrize(
    ("kg", "pieces", "weight"),
    [(400.0, 10.0, 40.0), (0.0, 10.0, 0.0), (-400.0, -10.0, 40.0), (400.0, -10.0, -40.0)],
    ids=["of trade", "of nothing", "of net exports", "of two signs"],
)
def test_that_mass_and_pieces_imply_a_unit_weight(kg: float, pieces: float, weight: float) -> None:
    assert compute_implied_weight([kg], [pieces]).tolist() == [weight]


@pytest.mark.parametrize(
    ("kg", "pieces"), [(400.0, 0.0), (0.0, 0.0), (NAN, 10.0), (400.0, NAN), (400.0, np.inf)]
)
def test_that_there_is_no_weight_without_mass_and_a_count(kg: float, pieces: float) -> None:
    assert np.isnan(compute_implied_weight([kg], [pieces])).all()


@pytest.mark.parametrize(
    ("kg", "is_absurd"),
    [(400.0, False), (4000.0, False), (4001.0, True), (40.0, False), (39.9, True), (0.0, True)],
    ids=["usual", "ten times", "beyond ten times", "a tenth", "below a tenth", "no mass"],
)
def test_that_a_weight_is_absurd_beyond_the_factor_and_not_at_it(kg: float, is_absurd: bool) -> None:
    assert find_absurd_weights([kg], [10.0], [40.0], 10.0).tolist() == [is_absurd]


def test_that_mass_and_pieces_of_two_signs_are_absurd() -> None:
    found = find_absurd_weights([-400.0, 400.0, -400.0], [10.0, -10.0, -10.0], [40.0, 40.0, 40.0], 10.0)
    assert found.tolist() == [True, True, False]


def test_that_a_cell_without_a_figure_is_not_absurd() -> None:
    found = find_absurd_weights([NAN, 400.0, 400.0], [10.0, NAN, 0.0], 40.0, 10.0)
    assert found.tolist() == [False, False, False]


def test_that_unit_weights_by_product_are_held_against_every_year() -> None:
    kg, pieces = np.array([[400.0, 50.0], [400.0, 4.0]]), np.array([[10.0, 10.0], [10.0, 10.0]])
    found = find_absurd_weights(kg, pieces, np.array([40.0, 5.0]), 10.0)
    assert found.tolist() == [[False, False], [False, True]]
