"""Laws that an outlook obeys whatever the figures are."""

from __future__ import annotations

import random
import shutil
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ainalym.core.origins import Origin
from ainalym.kernels.profile import read_at_income
from ainalym.packages.package import seal_package
from ainalym.packages.reference import Reference
from ainalym.pipeline import run_outlook
from ainalym.results.result import Result
from ainalym.results.summary import compute_by_category
from ainalym.schemas.run import RunOptions
from ainalym.stages.materials import compute_embedded
from ainalym.stages.placed_on_market import Market, compute_from_reference
from ainalym.stages.regions import compute_by_region, compute_region_population
from ainalym.stages.stock import compute_mass_balance, compute_stock_and_ewaste

YEARS = np.arange(1980, 2010)
PRODUCTS = ["0104", "0306"]

inflows = arrays(float, (YEARS.size, 2), elements=st.floats(0.0, 1e6))
shapes = st.floats(0.6, 4.0)
scales = st.floats(1.0, 30.0)


def label_inflow(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, coords={"year": YEARS, "product": PRODUCTS}, dims=("year", "product"))


def label_lifetime(shape: float, scale: float) -> xr.DataArray:
    values = [[shape, shape], [scale, scale]]
    coordinates = {"parameter": ["shape", "scale"], "product": PRODUCTS}
    return xr.DataArray(values, coords=coordinates, dims=("parameter", "product"))


@given(inflows, shapes, scales)
def test_that_inflow_is_change_of_stock_plus_ewaste(values: np.ndarray, shape: float, scale: float) -> None:
    inflow = label_inflow(values)
    stock, ewaste = compute_stock_and_ewaste(inflow, label_lifetime(shape, scale), "uniform")
    assert compute_mass_balance(inflow, stock, ewaste) < 1e-9


@given(inflows, shapes, scales, st.integers(1, YEARS.size - 1))
def test_that_later_sales_change_nothing_before(
    values: np.ndarray, shape: float, scale: float, year: int
) -> None:
    changed = values.copy()
    changed[year:] *= 3.0
    lifetime = label_lifetime(shape, scale)
    for before, after in zip(
        compute_stock_and_ewaste(label_inflow(values), lifetime, "uniform"),
        compute_stock_and_ewaste(label_inflow(changed), lifetime, "uniform"),
        strict=True,
    ):
        np.testing.assert_allclose(before[:year], after[:year], rtol=1e-12, atol=1e-9)


@given(inflows, shapes, scales, st.floats(0.1, 10.0))
def test_that_scaled_sales_give_scaled_ewaste(
    values: np.ndarray, shape: float, scale: float, factor: float
) -> None:
    lifetime = label_lifetime(shape, scale)
    once = compute_stock_and_ewaste(label_inflow(values), lifetime, "uniform")
    scaled = compute_stock_and_ewaste(label_inflow(values * factor), lifetime, "uniform")
    for left, right in zip(once, scaled, strict=True):
        np.testing.assert_allclose(left * factor, right, rtol=1e-9, atol=1e-6)


@given(inflows, shapes, scales)
def test_that_no_input_is_changed(values: np.ndarray, shape: float, scale: float) -> None:
    inflow, lifetime = label_inflow(values), label_lifetime(shape, scale)
    copies = inflow.copy(deep=True), lifetime.copy(deep=True)
    compute_stock_and_ewaste(inflow, lifetime, "uniform")
    xr.testing.assert_identical(inflow, copies[0])
    xr.testing.assert_identical(lifetime, copies[1])


groups = arrays(float, (1, 3, 2), elements=st.floats(0.0, 50.0))


@given(groups, st.floats(5_000.0, 80_000.0), st.floats(0.0, 2.0))
def test_that_the_profile_is_continuous_and_never_negative(
    values: np.ndarray, income: float, slope: float
) -> None:
    group_income = np.array([[20_000.0, 30_000.0, 40_000.0]])
    elasticity = np.full(2, slope)
    here = read_at_income(values, group_income, np.array([income]), elasticity)
    there = read_at_income(values, group_income, np.array([income * (1 + 1e-9)]), elasticity)
    assert (here >= 0).all()
    np.testing.assert_allclose(here, there, atol=1e-5)


@given(groups, st.floats(0.0, 2.0))
def test_that_the_profile_gives_each_group_what_it_has(values: np.ndarray, slope: float) -> None:
    group_income = np.array([[20_000.0, 30_000.0, 40_000.0]])
    for position, income in enumerate(group_income[0]):
        read = read_at_income(values, group_income, np.array([income]), np.full(2, slope))
        np.testing.assert_allclose(read[0], values[0, position], rtol=1e-9, atol=1e-12)


@given(groups, st.floats(0.0, 2.0))
def test_that_a_richer_country_than_all_has_the_level_of_the_richest(
    values: np.ndarray, slope: float
) -> None:
    group_income = np.array([[20_000.0, 30_000.0, 40_000.0]])
    read = read_at_income(values, group_income, np.array([200_000.0]), np.full(2, slope))
    np.testing.assert_allclose(read[0], values[0, -1], rtol=1e-12)


def test_that_the_profile_reads_every_draw_of_income(reference: Reference) -> None:
    profile = reference.per_inhabitant.sel(measure="kg").values
    income = np.linspace(5_000.0, 60_000.0, 7 * profile.shape[0]).reshape(7, profile.shape[0])
    elasticity = reference.elasticity.values
    together = read_at_income(profile, reference.group_income.values, income, elasticity)
    for draw in range(7):
        alone = read_at_income(profile, reference.group_income.values, income[draw], elasticity)
        np.testing.assert_array_equal(together[draw], alone)


def compute_market(reference: Reference, persons: float, years: range) -> Market:
    introduction = reference.products["introduction_year"].to_xarray().rename(key="product")
    coordinates = {"year": list(years)}
    population = xr.DataArray(np.full(len(years), persons), coords=coordinates, dims="year")
    income = xr.DataArray(np.linspace(8_000.0, 45_000.0, len(years)), coords=coordinates, dims="year")
    tables = reference.per_inhabitant, reference.group_income, reference.elasticity
    return compute_from_reference(population, income, *tables, introduction, 2025)


def test_that_twice_the_people_buy_twice_as_much(reference: Reference) -> None:
    once = compute_market(reference, 1e6, range(1980, 2051))
    twice = compute_market(reference, 2e6, range(1980, 2051))
    np.testing.assert_allclose(once.mass * 2, twice.mass)
    np.testing.assert_allclose(once.pieces * 2, twice.pieces)


def test_that_nothing_is_sold_before_its_introduction(reference: Reference) -> None:
    market = compute_market(reference, 1e6, range(1980, 2051))
    for key, first in reference.products["introduction_year"].items():
        if first > 1980:
            assert float(market.mass.sel(product=key, year=slice(None, first - 1)).sum()) == 0.0


def test_that_a_projected_value_can_be_told_from_history(reference: Reference) -> None:
    origin = compute_market(reference, 1e6, range(1980, 2051)).origin
    assert set(np.unique(origin.sel(year=slice(None, 2025)))) == {Origin.REFERENCE}
    assert set(np.unique(origin.sel(year=slice(2026, None)))) == {Origin.PROJECTED}


@given(
    arrays(float, (3, 4), elements=st.floats(1.0, 1e6)),
    arrays(float, 4, elements=st.floats(0.2, 4.0)),
    st.floats(0.0, 1.5),
)
def test_that_regions_sum_to_the_nation(counted: np.ndarray, wages: np.ndarray, elasticity: float) -> None:
    regions = list("abcd")
    figures = xr.DataArray(
        counted, coords={"year": [2009, 2010, 2011], "region": regions}, dims=("year", "region")
    )
    years = np.arange(2005, 2015)
    population = xr.DataArray(np.linspace(1e6, 2e6, years.size), coords={"year": years}, dims="year")
    by_region = compute_region_population(figures, population)
    np.testing.assert_allclose(by_region.sum("region"), population, rtol=1e-12)
    ewaste = xr.DataArray(
        np.ones((years.size, 2)), coords={"year": years, "product": PRODUCTS}, dims=("year", "product")
    )
    category = xr.DataArray(["4a", "6"], coords={"product": PRODUCTS}, dims="product")
    wage = xr.DataArray(wages, coords={"region": regions}, dims="region")
    shared = compute_by_region(ewaste, category, ["3", "4a", "6"], by_region, wage, elasticity)
    np.testing.assert_allclose(shared.sum("region").sel(category=["4a", "6"]), 1.0, rtol=1e-12)
    np.testing.assert_array_equal(shared.sel(category="3"), 0.0)


def test_that_products_sum_to_categories_and_regions_to_the_nation(kazakhstan: Result) -> None:
    total = kazakhstan.data["ewaste_generated"].sum("product").values
    categories = compute_by_category(kazakhstan, "ewaste_generated").groupby("year")["value"].sum()
    regions = kazakhstan.data["ewaste_generated_by_region"].sum(["region", "category"])
    np.testing.assert_allclose(categories, total, rtol=1e-12)
    np.testing.assert_allclose(regions, total, rtol=1e-12)


def test_that_the_join_of_history_and_projection_makes_no_step(kazakhstan: Result) -> None:
    total = kazakhstan.data["placed_on_market"].drop_sel(product="0002").sum("product")
    growth = (total / total.shift(year=1)).sel(year=slice(2022, 2030))
    assert float(abs(growth - 1.0).max()) < 0.1


def test_that_a_longer_outlook_changes_no_earlier_year() -> None:
    short = run_outlook("KAZ", RunOptions(until=2030)).data
    long = run_outlook("KAZ", RunOptions(until=2060)).data
    for name in ("placed_on_market", "stock", "ewaste_generated", "ewaste_generated_by_region"):
        np.testing.assert_allclose(
            short[name], long[name].sel(year=slice(None, 2030)), rtol=1e-12, atol=1e-12
        )


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 2**16))
def test_that_the_order_of_rows_does_not_matter(seed: int) -> None:
    expected = run_outlook("KAZ").data
    with TemporaryDirectory() as name:
        folder = Path(name) / "kaz"
        shutil.copytree(str(files("ainalym").joinpath("countries/kaz")), folder)
        for path in folder.glob("*.csv"):
            if path.name == "regions.csv":
                continue  # the order of the regions is the order of the axis
            header, *rows = path.read_text(encoding="utf-8").splitlines()
            random.Random(seed).shuffle(rows)
            path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        seal_package(folder)
        shuffled = run_outlook(str(folder)).data
    xr.testing.assert_equal(expected, shuffled)


def test_that_draws_together_are_the_same_as_draws_alone(reference: Reference) -> None:
    years = range(1980, 2051)
    coordinates = {"draw": [0, 1, 2], "year": list(years)}
    factors = np.array([[0.8], [1.0], [1.3]])
    population = xr.DataArray(
        np.full((3, len(years)), 1e6) * factors, coords=coordinates, dims=("draw", "year")
    )
    income = xr.DataArray(
        np.linspace(8_000.0, 45_000.0, len(years)) * factors, coords=coordinates, dims=("draw", "year")
    )
    introduction = reference.products["introduction_year"].to_xarray().rename(key="product")
    tables = reference.per_inhabitant, reference.group_income, reference.elasticity
    lifetime = reference.lifetime.isel(profile=0)

    def compute(people: xr.DataArray, money: xr.DataArray) -> xr.DataArray:
        market = compute_from_reference(people, money, *tables, introduction, 2025)
        ewaste = compute_stock_and_ewaste(market.mass, lifetime, "uniform")[1]
        return compute_embedded(ewaste, reference.composition)

    together = compute(population, income)
    assert together.dims == ("draw", "year", "product", "material")
    for draw in range(3):
        alone = compute(population.isel(draw=draw, drop=True), income.isel(draw=draw, drop=True))
        np.testing.assert_allclose(together.isel(draw=draw), alone, rtol=1e-12, atol=1e-12)
