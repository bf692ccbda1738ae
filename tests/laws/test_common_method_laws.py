"""Laws that the common method keeps whatever the figures are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ainalym.kernels.common_method import (
    CommonPanel,
    CommonResult,
    CommonSettings,
    Provenance,
    ReferenceStrata,
    classify_flags,
    clean_series,
    compute_common_method,
    compute_reference_strata,
)
from ainalym.kernels.common_method.cells import Cells, FloatArray, order_series
from ainalym.kernels.common_method.interpolation import interpolate_gaps
from ainalym.kernels.common_method.outliers import Fence, remove_outliers_over_years
from ainalym.kernels.common_method.smoothing import find_jumps
from ainalym.kernels.common_method.special_products import SpecialProducts

COUNTRIES = ("BEL", "LUX", "NLD", "FRA", "ESP", "ITA", "PRT", "POL", "ROU", "HUN")
STRATUM = np.array([1, 1, 1, 1, 2, 2, 2, 3, 3, 3])
KEYS = ("0407", "0302", "0308", "0309", "0103", "0802")
YEARS = np.arange(1990, 2019)
FIRST, LAST = 1997, 2014

seeds = st.integers(0, 2**32 - 1)
quick = settings(max_examples=15, deadline=None)


def make_panel(seed: int) -> tuple[CommonPanel, CommonSettings]:
    """Make noisy markets that grow with income, with gaps, slips and net exports."""
    rng = np.random.default_rng(seed)
    shape = (len(COUNTRIES), len(KEYS), len(YEARS))
    level = rng.lognormal(0, 1, shape[1])[np.newaxis, :, np.newaxis]
    power = 40_000.0 / STRATUM[:, np.newaxis] * np.exp(0.02 * (YEARS - 2010)) * rng.lognormal(0, 0.1, (10, 1))
    kg = level * (power[:, np.newaxis] / 20_000) * rng.lognormal(0, 0.2, shape)
    kg = np.where(rng.random(shape) < 0.05, kg * rng.lognormal(0, 2, shape), kg)
    kg = np.where(rng.random(shape) < 0.02, -kg, kg)
    kg = np.where((rng.random(shape) < 0.2) | (YEARS < FIRST) | (YEARS > LAST), np.nan, kg)
    population = rng.uniform(1e5, 8e7, (10, 1)) * np.exp(0.003 * (YEARS - 2000))
    weight = rng.lognormal(1, 1, shape[1])[np.newaxis, :, np.newaxis]
    total = kg * population[:, np.newaxis]
    panel = CommonPanel(
        COUNTRIES, KEYS, YEARS, FIRST, LAST, total, total / weight, population, power, STRATUM
    )
    return panel, CommonSettings(np.array([1960, 1983, 1980, 1992, 1960, 1970]), weight * np.ones(shape))


def amounts(result: CommonResult) -> tuple[FloatArray, FloatArray]:
    return result.kg_per_inhabitant, result.pieces_per_inhabitant


@pytest.mark.parametrize("strict", [True, False])
@given(seed=seeds)
@quick
def test_that_the_order_of_countries_and_products_does_not_matter(strict: bool, seed: int) -> None:
    panel, given_settings = make_panel(seed)
    rng = np.random.default_rng(seed + 1)
    row, column = rng.permutation(len(COUNTRIES)), rng.permutation(len(KEYS))
    cube = np.ix_(row, column)
    shuffled = replace(
        panel,
        countries=tuple(COUNTRIES[place] for place in row),
        keys=tuple(KEYS[place] for place in column),
        kg=panel.kg[cube],
        pieces=panel.pieces[cube],
        population=panel.population[row],
        purchasing_power=panel.purchasing_power[row],
        stratum=panel.stratum[row],
    )
    assert given_settings.unit_weight is not None
    other_settings = replace(
        given_settings,
        introduction_year=given_settings.introduction_year[column],
        unit_weight=given_settings.unit_weight[cube],
    )
    first = compute_common_method(panel, given_settings, strict)
    second = compute_common_method(shuffled, other_settings, strict)
    for one, other in zip(amounts(first), amounts(second), strict=True):
        np.testing.assert_allclose(one[cube], other, rtol=1e-9, atol=1e-15)
    assert np.array_equal(first.flag[cube], second.flag)
    assert first.counts == second.counts


@pytest.mark.parametrize("strict", [True, False])
@given(seed=seeds)
@quick
def test_that_no_input_is_mutated(strict: bool, seed: int) -> None:
    panel, given_settings = make_panel(seed)
    before = {
        field.name: np.array(getattr(panel, field.name)).copy()
        for field in fields(panel)
        if isinstance(getattr(panel, field.name), np.ndarray)
    }
    for name in before:
        getattr(panel, name).flags.writeable = False
    compute_common_method(panel, given_settings, strict)
    for name, array in before.items():
        assert np.array_equal(array, getattr(panel, name), equal_nan=True)


@given(seed=seeds)
@quick
def test_that_the_mended_method_fills_everything_or_says_so(seed: int) -> None:
    panel, given_settings = make_panel(seed)
    result = compute_common_method(panel, given_settings, strict=False)
    for amount in amounts(result):
        assert np.array_equal(np.isnan(amount), classify_flags(result.flag) == Provenance.EMPTY)
        assert (amount[~np.isnan(amount)] >= 0).all()
    # A series is empty in every year from its introduction on, or in none.
    sold = given_settings.introduction_year[:, np.newaxis] <= YEARS
    empty = np.isnan(result.kg)
    assert np.array_equal(empty, empty.any(axis=2, keepdims=True) & sold)


@given(seed=seeds)
@quick
def test_that_a_filled_cell_can_be_told_from_a_reported_one(seed: int) -> None:
    panel, given_settings = make_panel(seed)
    result = compute_common_method(panel, given_settings, strict=False)
    reported = result.flag == 0
    per_inhabitant = result.raw_kg / panel.population[:, np.newaxis]
    np.testing.assert_allclose(result.kg_per_inhabitant[reported], per_inhabitant[reported], rtol=1e-12)
    assert (classify_flags(result.flag)[np.isnan(result.raw_kg)] != Provenance.REPORTED).all()
    changed = ~reported & (result.flag != 6) & ~np.isnan(result.raw_kg)
    assert (classify_flags(result.flag)[changed] != Provenance.REPORTED).all()
    assert np.array_equal(result.raw_kg, panel.kg, equal_nan=True)


@pytest.mark.parametrize("strict", [True, False])
@given(seed=seeds, factor=st.sampled_from([2.0**-10, 0.5, 4.0, 2.0**20]))
@quick
def test_that_more_people_who_buy_alike_change_nothing_per_inhabitant(
    strict: bool, seed: int, factor: float
) -> None:
    panel, given_settings = make_panel(seed)
    scaled = replace(
        panel,
        kg=panel.kg * factor,
        pieces=panel.pieces * factor,
        population=panel.population * factor,
        purchasing_power=panel.purchasing_power * 4,
    )
    first = compute_common_method(panel, given_settings, strict)
    second = compute_common_method(scaled, given_settings, strict)
    assert np.array_equal(first.flag, second.flag)
    np.testing.assert_allclose(first.kg * factor, second.kg, rtol=1e-9)


@pytest.mark.parametrize("strict", [True, False])
@given(seed=seeds, factor=st.sampled_from([2.0**-8, 0.25, 8.0, 2.0**12]))
@quick
def test_that_the_unit_of_mass_does_not_matter_to_outliers_gaps_and_jumps(
    strict: bool, seed: int, factor: float
) -> None:
    rng = np.random.default_rng(seed)
    kg = np.where(rng.random((3, 2, 12)) < 0.2, np.nan, rng.lognormal(0, 1, (3, 2, 12)))
    order = order_series(["A", "B", "C"], ["0001", "0002"])
    steps: list[Callable[[Cells], FloatArray]] = [
        lambda cells: remove_outliers_over_years(cells, Fence(), strict)[0].kg,
        lambda cells: interpolate_gaps(cells, order, strict).kg,
        lambda cells: np.where(find_jumps(cells.kg, strict), np.nan, cells.kg),
    ]
    flag = np.where(np.isnan(kg), 1, 0)
    for step in steps:
        np.testing.assert_allclose(
            step(Cells(kg, kg, flag)) * factor, step(Cells(kg * factor, kg * factor, flag)), rtol=1e-9
        )


@given(seed=seeds)
@quick
def test_that_what_is_told_of_one_product_does_not_move_another_in_the_mended_method(seed: int) -> None:
    panel, given_settings = make_panel(seed)
    kg = panel.kg.copy()
    kg[:, KEYS.index("0407")] *= 3
    first = compute_common_method(panel, given_settings, strict=False)
    second = compute_common_method(replace(panel, kg=kg), given_settings, strict=False)
    others = [place for place, key in enumerate(KEYS) if key != "0407"]
    for one, other in zip(amounts(first), amounts(second), strict=True):
        assert np.array_equal(one[:, others], other[:, others], equal_nan=True)


@given(seed=seeds)
@quick
def test_that_a_smooth_market_passes_through_the_mended_method_unchanged(seed: int) -> None:
    panel, given_settings = make_panel(seed)
    rng = np.random.default_rng(seed)
    growth = np.exp(rng.uniform(0.0, 0.15, (1, len(KEYS), 1)) * (YEARS - 2000))
    kg = 0.4 * growth * panel.population[:, np.newaxis]
    smooth = replace(panel, kg=kg, pieces=kg / 2)
    no_special = SpecialProducts("none", monitor="none", photovoltaic="none", highest_kg={})
    result = compute_common_method(smooth, replace(given_settings, products=no_special), strict=False)
    window = panel.data_years
    assert (result.flag[:, :, window] == 0).all()
    np.testing.assert_allclose(result.kg[:, :, window], kg[:, :, window], rtol=1e-12)


@given(seed=seeds)
@quick
def test_that_a_lone_country_without_gaps_needs_no_neighbours(seed: int) -> None:
    panel, given_settings = make_panel(seed)
    reference = compute_reference_strata(panel, compute_common_method(panel, given_settings, strict=False))
    here = COUNTRIES.index("POL")
    assert given_settings.unit_weight is not None
    rng = np.random.default_rng(seed)
    kg = rng.uniform(0.95, 1.05, (len(KEYS), len(YEARS))) * panel.population[here]
    own_settings = replace(given_settings, unit_weight=given_settings.unit_weight[here : here + 1])

    def clean(strata: ReferenceStrata) -> CommonResult:
        return clean_series(
            kg,
            kg / 2,
            panel.population[here],
            panel.purchasing_power[here],
            keys=KEYS,
            years=YEARS,
            first_data_year=FIRST,
            last_data_year=LAST,
            reference=strata,
            settings=replace(own_settings, products=SpecialProducts("none", monitor="none")),
            stratum=3,
        )

    window = panel.data_years
    halved = replace(reference, kg=reference.kg / 2, spread=None)
    first, second = clean(replace(reference, spread=None)), clean(halved)
    assert np.array_equal(first.flag[:, :, window], second.flag[:, :, window])
    np.testing.assert_allclose(first.kg[:, :, window], second.kg[:, :, window])
    assert first.counts.from_strata == 0


@given(seed=seeds)
@quick
def test_that_a_lone_country_is_filled_from_the_strata_given(seed: int) -> None:
    panel, given_settings = make_panel(seed)
    reference = compute_reference_strata(panel, compute_common_method(panel, given_settings, strict=False))
    nothing = np.full((len(KEYS), len(YEARS)), np.nan)
    result = clean_series(
        nothing,
        nothing,
        panel.population[4],
        reference.power[1],
        keys=KEYS,
        years=YEARS,
        first_data_year=FIRST,
        last_data_year=LAST,
        reference=reference,
        settings=CommonSettings(
            given_settings.introduction_year, products=SpecialProducts("none", monitor="none")
        ),
    )
    # Its purchasing power is that of stratum 2, so that it buys what stratum 2 buys.
    window = slice(panel.data_years.start + 1, panel.data_years.stop - 1)
    filled = classify_flags(result.flag[0, :, window]) == Provenance.FROM_STRATA
    assert filled.any()
    np.testing.assert_allclose(
        result.kg_per_inhabitant[0, :, window][filled], reference.kg[1, :, window][filled], rtol=1e-9
    )
