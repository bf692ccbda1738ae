from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ainalym.core.origins import Origin
from ainalym.kernels.level import fade_level, follow_figures
from ainalym.pipeline import run_outlook
from ainalym.results.result import Result
from ainalym.results.summary import compute_sales_comparison
from ainalym.schemas.run import RunOptions
from ainalym.stages.national_figures import FADE_YEARS, enter_sales, enter_statistics
from ainalym.stages.placed_on_market import Market

YEARS = np.arange(2000, 2031)
PRODUCTS = ["0104", "0105", "0306"]


def reference_market() -> Market:
    coordinates = {"year": YEARS, "product": PRODUCTS}
    mass = xr.DataArray(np.full((YEARS.size, 3), 50.0), coords=coordinates, dims=("year", "product"))
    origin = (
        xr.where(mass["year"] <= 2025, Origin.REFERENCE, Origin.PROJECTED)
        .broadcast_like(mass)
        .astype(np.int8)
    )
    return Market(mass, mass * 10.0, origin)


def sales(keys: str, pieces: float, year: int = 2025) -> pd.DataFrame:
    return pd.DataFrame([{"keys": keys, "year": year, "months": 6, "pieces": pieces}])


def test_that_sales_set_the_level_of_their_products_from_their_year_on() -> None:
    # 1,000 pieces in half a year are 2,000 a year; the two products together were thought to be 1,000.
    mass, pieces, origin = enter_sales(reference_market(), sales("0104;0105", 1000.0))
    np.testing.assert_allclose(pieces.sel(product="0104", year=slice(2025, None)), 1000.0)
    np.testing.assert_allclose(mass.sel(product="0105", year=slice(2025, None)), 100.0)
    np.testing.assert_array_equal(pieces.sel(product="0306"), 500.0)
    assert int(origin.sel(product="0104", year=2025)) == Origin.ESTIMATED
    assert int(origin.sel(product="0104", year=2030)) == Origin.PROJECTED
    assert int(origin.sel(product="0306", year=2025)) == Origin.REFERENCE


def test_that_the_level_fades_before_the_first_sales() -> None:
    pieces, origin = enter_sales(reference_market(), sales("0104", 1000.0))[1:]
    own = pieces.sel(product="0104")
    np.testing.assert_array_equal(own.sel(year=slice(None, 2025 - FADE_YEARS)), 500.0)
    assert (np.diff(own.sel(year=slice(2025 - FADE_YEARS, 2025))) > 0).all()
    assert set(np.unique(origin.sel(product="0104", year=slice(2016, 2024)))) == {Origin.IMPUTED}
    assert set(np.unique(origin.sel(product="0104", year=slice(None, 2015)))) == {Origin.REFERENCE}


def test_that_unusable_sales_change_nothing() -> None:
    before = reference_market()
    none = sales("0104", 1000.0).iloc[:0]
    for left, right in zip(before, enter_sales(before, none), strict=True):
        np.testing.assert_array_equal(left, right)
    nothing_sold = enter_sales(before, sales("0104", 0.0))
    np.testing.assert_array_equal(nothing_sold[0], before.mass)


def figures(values: dict[int, float]) -> xr.DataArray:
    years = sorted(values)
    return xr.DataArray(
        [[values[year]] for year in years],
        coords={"year": years, "product": ["0306"]},
        dims=("year", "product"),
    )


def test_that_statistics_stand_as_they_are_and_carry_their_ratio() -> None:
    mass = figures({2010: 100.0, 2011: np.nan, 2012: 25.0})
    pieces, origin = mass * 20.0, xr.full_like(mass, Origin.REPORTED)
    entered = enter_statistics(reference_market(), mass, pieces, origin)
    own = entered[0].sel(product="0306")
    assert float(own.sel(year=2010)) == 100.0
    assert float(own.sel(year=2012)) == 25.0
    assert float(own.sel(year=2011)) == pytest.approx(50.0), (
        "half-way between twice and half of the reference"
    )
    np.testing.assert_allclose(own.sel(year=slice(2013, None)), 25.0)
    np.testing.assert_array_equal(own.sel(year=2000), 50.0)
    flags = entered[2].sel(product="0306")
    assert [int(flags.sel(year=year)) for year in (2000, 2005, 2010, 2011, 2012, 2020, 2030)] == [
        Origin.REFERENCE,
        Origin.IMPUTED,
        Origin.REPORTED,
        Origin.IMPUTED,
        Origin.REPORTED,
        Origin.IMPUTED,
        Origin.PROJECTED,
    ]
    np.testing.assert_array_equal(entered[0].sel(product="0104"), 50.0)


def test_that_a_figure_of_zero_stands_for_itself_alone() -> None:
    joined, carried = follow_figures(YEARS, np.full((YEARS.size, 1), 50.0), figure_of_zero(), 10)
    assert joined[YEARS == 2010, 0] == 0.0
    assert (joined[YEARS != 2010, 0] == 50.0).all()
    assert not carried.any()


def figure_of_zero() -> np.ndarray:
    return np.where(YEARS == 2010, 0.0, np.nan)[:, np.newaxis]


def test_that_the_factor_of_a_level_goes_evenly_from_one_to_it() -> None:
    factor = fade_level(YEARS, 2020, 4.0, 2)
    np.testing.assert_allclose(factor[[18, 19, 20, 30]], [1.0, 2.0, 4.0, 4.0])


def test_that_sales_may_stand_beside_instead(kazakhstan: Result) -> None:
    beside = run_outlook("KAZ", RunOptions(sales="beside"))
    assert set(np.unique(beside.data["placed_on_market_origin"].drop_sel(product="0002"))) == {4, 5}
    entered = compute_sales_comparison(kazakhstan).query("usable")
    apart = compute_sales_comparison(beside).query("usable")
    assert (
        abs(np.log(entered["ratio"].astype(float))).mean() < abs(np.log(apart["ratio"].astype(float))).mean()
    )
