from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from ainalym.core.origins import Origin
from ainalym.packages.reference import Reference
from ainalym.stages.market_statistics import Collected, Figures, Method, Surroundings, clean_statistics

YEARS = np.arange(2005, 2022)
KEYS = ["0104", "0108", "0306"]
METHODS: tuple[Method, ...] = ("robust", "common", "common_strict")


@pytest.fixture(scope="module")
def around(reference: Reference) -> Surroundings:
    coordinates = {"year": YEARS}
    return Surroundings(
        xr.DataArray(np.full(YEARS.size, 1.8e7), coords=coordinates, dims="year"),
        xr.DataArray(np.linspace(18_000.0, 25_000.0, YEARS.size), coords=coordinates, dims="year"),
        reference.per_inhabitant,
        reference.group_income,
        reference.products["introduction_year"].to_xarray().rename(key="product"),
    )


@pytest.fixture
def figures(around: Surroundings) -> tuple[xr.DataArray, xr.DataArray]:
    """What the poorest reference group buys, at a steady 90 % of it, in kg and pieces."""
    shape = around.per_inhabitant.sel(year=YEARS).isel(reference_group=0, drop=True)
    kg, pieces = (
        (shape.sel(measure=measure, drop=True) * 0.9 * around.population).transpose("year", "product")
        for measure in ("kg", "pieces")
    )
    keep = kg["product"].isin(KEYS)
    return kg.where(keep), pieces.where(keep)


def clean(
    kg: xr.DataArray, pieces: xr.DataArray, around: Surroundings, method: Method, *, firm: bool = True
) -> Figures:
    return clean_statistics(Collected(kg, pieces, kg.notnull() & firm), around, method)


@pytest.mark.parametrize("method", METHODS)
def test_that_a_figure_that_is_not_as_reported_is_an_estimate_whatever_the_method(
    method: Method, figures: tuple[xr.DataArray, xr.DataArray], around: Surroundings
) -> None:
    origin = clean(*figures, around, method, firm=False).origin
    assert Origin.REPORTED in clean(*figures, around, method).origin
    assert Origin.REPORTED not in origin
    assert Origin.ESTIMATED in origin


@pytest.mark.parametrize("method", METHODS)
def test_that_only_products_with_figures_come_back_and_without_gaps(
    method: Method, figures: tuple[xr.DataArray, xr.DataArray], around: Surroundings
) -> None:
    kg, pieces = figures
    kg, pieces = kg.copy(), pieces.copy()
    for array in (kg, pieces):
        array.loc[{"product": "0104", "year": 2012}] = np.nan
    cleaned = clean(kg, pieces, around, method)
    assert cleaned.mass["product"].values.tolist() == KEYS
    assert cleaned.mass["year"].values.tolist() == YEARS.tolist()
    assert bool(cleaned.mass.notnull().all())
    assert bool(cleaned.pieces.notnull().all())
    gap = cleaned.mass.sel(product="0104", year=2012)
    around_it = cleaned.mass.sel(product="0104", year=[2011, 2013]).mean()
    assert float(gap) == pytest.approx(float(around_it), rel=0.15)
    assert int(cleaned.origin.sel(product="0104", year=2012)) == Origin.IMPUTED
    assert int(cleaned.origin.sel(product="0104", year=2010)) in (Origin.REPORTED, Origin.ESTIMATED)


@pytest.mark.parametrize("method", METHODS)
def test_that_a_regular_figure_stands_in_tonnes(
    method: Method, figures: tuple[xr.DataArray, xr.DataArray], around: Surroundings
) -> None:
    cleaned = clean(*figures, around, method)
    expected = figures[0].sel(product="0108", year=2010) / 1000
    assert float(cleaned.mass.sel(product="0108", year=2010)) == pytest.approx(float(expected), rel=0.02)


@pytest.mark.parametrize("method", METHODS)
def test_that_an_absurd_figure_does_not_stand(
    method: Method, figures: tuple[xr.DataArray, xr.DataArray], around: Surroundings
) -> None:
    kg, pieces = figures[0].copy(), figures[1].copy()
    kg.loc[{"product": "0108", "year": 2010}] *= 40
    pieces.loc[{"product": "0108", "year": 2010}] *= 40
    cleaned = clean(kg, pieces, around, method)
    usual = figures[0].sel(product="0108", year=2010) / 1000
    assert float(cleaned.mass.sel(product="0108", year=2010)) < 2 * float(usual)
    assert int(cleaned.origin.sel(product="0108", year=2010)) != Origin.REPORTED


def test_that_the_robust_method_gives_an_interval_and_the_common_one_none(
    figures: tuple[xr.DataArray, xr.DataArray], around: Surroundings
) -> None:
    robust = clean(*figures, around, "robust")
    assert bool((robust.lower <= robust.mass).all())
    assert bool((robust.upper >= robust.mass).all())
    assert bool(clean(*figures, around, "common").lower.isnull().all())


def test_that_two_years_of_figures_stand_as_they_are(
    figures: tuple[xr.DataArray, xr.DataArray], around: Surroundings
) -> None:
    kg, pieces = (array.where(array["year"] >= 2020) for array in figures)
    cleaned = clean(kg, pieces, around, "robust")
    np.testing.assert_allclose(cleaned.mass, kg.sel(year=[2020, 2021], product=KEYS) / 1000)
    assert set(np.unique(cleaned.origin)) == {Origin.REPORTED}


def test_that_no_figures_give_no_products(
    figures: tuple[xr.DataArray, xr.DataArray], around: Surroundings
) -> None:
    nothing = [xr.full_like(array, np.nan) for array in figures]
    assert clean(nothing[0], nothing[1], around, "robust").mass.sizes["product"] == 0
