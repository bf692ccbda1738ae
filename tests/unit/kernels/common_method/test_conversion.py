"""Pieces to kilograms and back."""

from __future__ import annotations

import numpy as np
import pytest

from ainalym.kernels.common_method.conversion import (
    choose_unit_weight,
    convert_production,
    convert_trade,
    read_units,
)
from ainalym.kernels.common_method.population import complete_population

NAN = float("nan")


def test_that_the_weight_of_the_code_goes_before_the_country_and_the_country_before_the_product() -> None:
    code, country = np.array([7.0, NAN, 0.0, NAN]), np.array([5.0, 5.0, NAN, NAN])
    general = np.array([3.0, 3.0, 3.0, NAN])
    assert choose_unit_weight(code, country, general)[:3].tolist() == [7, 5, 3]
    assert np.isnan(choose_unit_weight(code, country, general)[3])


def test_that_a_missing_unit_means_pieces_and_an_empty_one_none() -> None:
    units = ["p/st", None, "", "m", "p/st"]
    codes = ["84181010", "85171990", "85171990", "85171990", "85173000"]
    assert read_units(units, codes, {"85173000"}).tolist() == [True, True, False, False, False]


def test_that_production_in_pieces_is_weighed_and_in_kilograms_counted() -> None:
    kg, pieces = convert_production(np.array([10.0, 10.0]), ["p/st", "kg"], np.array([4.0, 4.0]))
    assert kg.tolist() == [40, 10]
    assert pieces.tolist() == [10, 2.5]


def test_that_pieces_are_believed_before_the_reported_mass() -> None:
    kg, pieces = convert_trade(
        np.array([10.0, 10.0]),
        np.array([999.0, 20.0]),
        np.array([True, False]),
        np.array([4.0, 4.0]),
        strict=True,
    )
    assert kg.tolist() == [40, 20]
    assert pieces.tolist() == [10, 5]


def test_that_an_unknown_weight_leaves_what_it_would_have_given_empty() -> None:
    kg, pieces = convert_production(np.array([10.0, 10.0]), ["p/st", "kg"], np.array([NAN, NAN]))
    assert np.isnan(kg[0])
    assert kg[1] == pieces[0] == 10
    assert np.isnan(pieces[1])


def test_that_population_is_carried_back_at_the_growth_of_the_world() -> None:
    growth = np.array([NAN, 2.0, 1.0, 5.0])
    completed = complete_population(np.array([[NAN, NAN, 103.0, 110.0], [1.0, NAN, 101.0, NAN]]), growth)
    assert completed[0].tolist() == pytest.approx([103 / 1.01 / 1.02, 103 / 1.01, 103, 110])
    assert completed[1, :3].tolist() == pytest.approx([1, 100, 101])
    assert np.isnan(completed[1, 3])
