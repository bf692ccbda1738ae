"""Hidden production estimated from exports, step by step as the text has it."""

from __future__ import annotations

import numpy as np
import pytest

from ainalym.kernels.common_method.confidential import (
    HiddenProduction,
    estimate_export_units,
    estimate_hidden_production,
)

NAN = float("nan")


def given(
    production: list[list[float]], hidden: list[list[bool]], exports: list[list[float]], total: list[float]
) -> HiddenProduction:
    made = np.array([production])
    countries = made.shape[1]
    return HiddenProduction(
        made,
        np.array([hidden]),
        np.array([exports]),
        np.array([exports]) * 2,
        np.array([total]),
        np.ones(countries, dtype=np.int64),
        np.arange(1995, 1995 + made.shape[2]),
    )


def test_that_exports_without_units_follow_from_their_value_at_the_price_of_all() -> None:
    exports, value = np.array([[[10.0, 0.0], [30.0, NAN]]]), np.array([[[20.0, 8.0], [60.0, 6.0]]])
    strict = estimate_export_units(exports, value, strict=True)
    assert strict[0, 0].tolist() == [10, 4]
    assert np.isnan(strict[0, 1, 1])
    assert estimate_export_units(exports, value, strict=False)[0, 1, 1] == 3


@pytest.mark.parametrize("strict", [True, False])
def test_that_hidden_production_is_exports_over_the_median_ratio_of_the_country(strict: bool) -> None:
    # Ratios of 0.5, 0.6 and 0.4 have the median 0.5; the trend of the open figures stands near 100 too.
    case = given(
        [[100, 100, 100, NAN]], [[False, False, False, True]], [[50, 60, 40, 55]], [NAN, NAN, NAN, NAN]
    )
    production, flag = estimate_hidden_production(case, strict)
    assert production[0, 0].tolist() == pytest.approx([100, 100, 100, 110])
    assert flag[0, 0].tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize("strict", [True, False])
def test_that_a_country_that_always_hides_takes_the_ratio_of_its_stratum(strict: bool) -> None:
    case = given(
        [[100, 100, 100], [NAN, 50, NAN], [NAN, NAN, NAN]],
        [[False] * 3, [True, False, True], [False, False, True]],
        [[50, 50, 50], [NAN, NAN, NAN], [NAN, NAN, 0]],
        [NAN, NAN, NAN],
    )
    production, flag = estimate_hidden_production(case, strict)
    # Nothing is exported by the third country, so nothing is made, and an estimate of nought has no flag.
    assert production[0, 2, 2] == 0
    assert flag[0, 2, 2] == 0
    assert np.isnan(production[0, 1, [0, 2]]).all()
    assert flag[0, 1].tolist() == [0, 0, 0]


@pytest.mark.parametrize("strict", [True, False])
def test_that_estimates_are_fitted_into_what_the_total_leaves(strict: bool) -> None:
    case = given(
        [[100, 100, 100, NAN], [60, 60, 60, NAN], [40, 40, 40, 40]],
        [[False] * 3 + [True], [False] * 3 + [True], [False] * 4],
        [[100, 100, 100, 100], [60, 60, 60, 60], [40, 40, 40, 40]],
        [200, 200, 200, 184],
    )
    production, flag = estimate_hidden_production(case, strict)
    assert production[0, :, 3].tolist() == [90, 54, 40]
    assert flag[0, :, 3].tolist() == [1, 1, 0]


@pytest.mark.parametrize("strict", [True, False])
def test_that_an_estimate_more_than_a_fifth_off_the_trend_takes_the_trend(strict: bool) -> None:
    case = given(
        [[100, 110, 120, NAN]], [[False, False, False, True]], [[100, 110, 120, 400]], [NAN, NAN, NAN, NAN]
    )
    production, flag = estimate_hidden_production(case, strict)
    assert production[0, 0, 3] == pytest.approx(130)
    assert flag[0, 0, 3] == 3


def test_that_open_figures_are_never_changed() -> None:
    case = given(
        [[100, 0, 120, NAN], [10, 10, 10, 10]],
        [[False, False, False, True], [False] * 4],
        [[100, 0, 120, 400], [5, 5, 5, 5]],
        [90, 10, 500, 600],
    )
    for strict in (True, False):
        production, flag = estimate_hidden_production(case, strict)
        assert production[0, 0, :3].tolist() == [100, 0, 120]
        assert production[0, 1].tolist() == [10] * 4
        assert (flag[~case.hidden] == 0).all()
