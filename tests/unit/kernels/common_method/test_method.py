"""What the settings do, seen through the whole method."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ainalym.kernels.common_method import (
    CommonPanel,
    CommonResult,
    CommonSettings,
    Provenance,
    ReferenceStrata,
    classify_flags,
    clean_series,
    compute_common_method,
)
from ainalym.kernels.common_method.neighbours import choose_stratum
from ainalym.kernels.common_method.outliers import Spread

NAN = float("nan")
YEARS = np.arange(2000, 2012)
KEYS = ("0002", "0103", "0802")


def make_panel() -> tuple[CommonPanel, CommonSettings]:
    countries = ("AAA", "BBB")
    shape = (2, len(KEYS), len(YEARS))
    kg = np.full(shape, 5e6)
    population = np.full((2, len(YEARS)), 1e6)
    panel = CommonPanel(
        countries, KEYS, YEARS, 2001, 2009, kg, kg / 4, population, population / 100, np.array([1, 2])
    )
    return panel, CommonSettings(np.array([1990, 1960, 1970]))


@pytest.mark.parametrize("strict", [True, False])
def test_that_figures_outside_the_years_of_figures_are_not_looked_at(strict: bool) -> None:
    panel, settings = make_panel()
    kg = panel.kg.copy()
    kg[:, :, [0, -1]] = 9e9
    result = compute_common_method(replace(panel, kg=kg), settings, strict)
    assert (result.kg <= 5e6 * (1 + 1e-12)).all()
    assert np.isnan(result.raw_kg[:, :, [0, -1]]).all()


@pytest.mark.parametrize("strict", [True, False])
def test_that_a_correction_by_hand_replaces_a_figure_and_is_protected(strict: bool) -> None:
    panel, settings = make_panel()
    corrected = np.full(panel.kg.shape, NAN)
    corrected[0, 1, 5] = 40e6
    settings = replace(settings, corrected_kg=corrected, corrected_pieces=corrected / 4)
    result = compute_common_method(panel, settings, strict)
    assert result.kg[0, 1, 5] == 40e6
    assert result.flag[0, 1, 5] == 60
    assert result.counts.corrected == 1
    assert result.raw_kg[0, 1, 5] == 5e6


@pytest.mark.parametrize("strict", [True, False])
def test_that_an_impossible_mass_is_removed_at_once(strict: bool) -> None:
    panel, settings = make_panel()
    kg = panel.kg.copy()
    kg[0, 2, 5] = kg[0, 1, 5] = 21e6
    result = compute_common_method(replace(panel, kg=kg), settings, strict)
    assert result.counts.unlikely == 1
    assert result.flag[0, 2, 5] == 15
    assert result.kg[0, 2, 5] == pytest.approx(5e6)


@pytest.mark.parametrize("strict", [True, False])
def test_that_figures_from_capacity_replace_photovoltaics(strict: bool) -> None:
    panel, settings = make_panel()
    sales = np.linspace(1e6, 2e6, 2 * len(YEARS)).reshape(2, -1)
    settings = replace(settings, photovoltaic_kg=sales, photovoltaic_pieces=sales / 20)
    result = compute_common_method(panel, settings, strict)
    np.testing.assert_allclose(result.kg[:, 0], sales)
    np.testing.assert_allclose(result.pieces[:, 0], sales / 20)
    assert (result.flag[:, 0] == 53).all()
    assert (result.flag[:, 1] != 53).all()


def test_that_the_forecast_goes_on_from_the_capacity_in_the_mended_method_alone() -> None:
    panel, settings = make_panel()
    sales = np.where(YEARS <= 2009, 1e6, NAN) * np.ones((2, 1))
    settings = replace(settings, photovoltaic_kg=sales, photovoltaic_pieces=sales / 20)
    strict, mended = (compute_common_method(panel, settings, setting) for setting in (True, False))
    assert np.isnan(strict.kg[:, 0, -2:]).all()
    np.testing.assert_allclose(mended.kg[:, 0, -2:], 1e6)


def test_that_a_reported_cell_on_estimated_production_says_so() -> None:
    panel, settings = make_panel()
    step = np.zeros(panel.kg.shape, dtype=np.int64)
    step[0, 1, 4:] = 2
    result = compute_common_method(panel, replace(settings, production_step=step), strict=True)
    assert result.flag[0, 1, 3:6].tolist() == [0, 42, 42]
    # A forecast does not rest on production.
    assert classify_flags(result.flag[0, 1, -1]) == Provenance.FORECAST


def test_that_pieces_alone_are_completed_under_the_flag_of_the_kilograms() -> None:
    panel, settings = make_panel()
    pieces = panel.pieces.copy()
    pieces[0, 1, 4:7] = NAN, -3, NAN
    result = compute_common_method(replace(panel, pieces=pieces), settings, strict=False)
    assert result.flag[0, 1, 4:7].tolist() == [0, 0, 0]
    np.testing.assert_allclose(result.pieces[0, 1, 1:], 1.25e6)


def clean_one(kg: np.ndarray, reference: ReferenceStrata) -> CommonResult:
    population = np.full(len(YEARS), 1e6)
    return clean_series(
        kg,
        kg / 4,
        population,
        population / 100,
        keys=KEYS,
        years=YEARS,
        first_data_year=2001,
        last_data_year=2009,
        reference=reference,
        settings=CommonSettings(np.array([1990, 1960, 1970])),
        stratum=2,
    )


def test_that_a_lone_country_is_judged_by_the_spread_of_its_stratum() -> None:
    amounts = np.full((2, len(KEYS), len(YEARS)), 5.0)
    power = np.stack([np.full(len(YEARS), 20_000.0), np.full(len(YEARS), 10_000.0)])
    spread = Spread(amounts, amounts / 10, np.full(amounts.shape, 8))
    kg = np.full((len(KEYS), len(YEARS)), 5e6)
    kg[1, 1:10] = 5e6 * np.exp(np.linspace(0, 1.5, 9))
    free = clean_one(kg, ReferenceStrata(amounts, amounts / 4, power))
    judged = clean_one(kg, ReferenceStrata(amounts, amounts / 4, power, spread))
    assert free.counts.high_in_stratum == 0
    assert judged.counts.high_in_stratum > 0
    assert (judged.flag[0, 1, 8:10] == 23).all()
    np.testing.assert_allclose(judged.kg_per_inhabitant[0, 1, 9], 5)


def test_that_the_stratum_of_nearest_purchasing_power_is_chosen() -> None:
    strata = np.array([[40.0, 44.0], [20.0, 22.0], [10.0, 11.0]])
    assert choose_stratum(np.array([15.0, 16.0]), strata) == 2
    assert choose_stratum(np.array([NAN, 100.0]), strata) == 1
    assert choose_stratum(np.array([NAN, NAN]), strata) == 3
