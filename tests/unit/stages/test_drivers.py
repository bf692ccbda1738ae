from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from ainalym.errors import InputError
from ainalym.kernels.series import chain_link, interpolate_years
from ainalym.packages.country import read_country
from ainalym.packages.reference import Reference
from ainalym.pipeline import run_outlook
from ainalym.schemas.run import LAST_POSSIBLE_YEAR, RunOptions
from ainalym.stages.drivers import compute_income, compute_population, compute_urban_share


def series(**figures: dict[int, float]) -> xr.DataArray:
    years = sorted({year for values in figures.values() for year in values})
    values = [[rows.get(year, np.nan) for year in years] for rows in figures.values()]
    return xr.DataArray(values, coords={"series": list(figures), "year": years}, dims=("series", "year"))


def test_that_a_chain_keeps_the_level_and_takes_the_growth() -> None:
    linked = chain_link([np.nan, 10.0, 20.0, np.nan], [4.0, 8.0, 100.0, 150.0])
    np.testing.assert_allclose(linked, [5.0, 10.0, 20.0, 30.0])


def test_that_a_chain_without_a_level_is_the_follower() -> None:
    np.testing.assert_array_equal(chain_link([np.nan, np.nan], [1.0, 2.0]), [1.0, 2.0])


def test_that_growth_between_two_points_is_constant() -> None:
    np.testing.assert_allclose(interpolate_years([2000, 2002], [1.0, 4.0], [2001], geometric=True), [2.0])
    np.testing.assert_allclose(interpolate_years([2000, 2002], [1.0, 4.0], [2001]), [2.5])


def test_that_national_figures_stand_and_others_carry_them_on() -> None:
    figures = series(
        national={2010: 100.0, 2011: 110.0},
        wpp2024_history={2009: 90.0, 2010: 180.0, 2011: 190.0, 2012: 200.0},
        wpp2024_medium={2012: 50.0, 2013: 75.0},
    )
    population = compute_population(figures, [2009, 2010, 2011, 2012, 2013])
    np.testing.assert_allclose(population, [50.0, 100.0, 110.0, 110.0 * 200 / 190, 110.0 * 200 / 190 * 1.5])


def test_that_a_gap_in_the_drivers_is_told() -> None:
    figures = series(national={2010: 100.0, 2011: 110.0})
    with pytest.raises(InputError, match="CTY-002") as caught:
        compute_population(figures, [2010, 2011, 2012, 2013])
    assert "2012 to 2013" in str(caught.value)
    assert "population.csv" in str(caught.value)


def test_that_a_year_outside_the_drivers_is_told_with_the_last_one_inside() -> None:
    figures = series(national={2010: 100.0, 2011: 110.0}, wpp2024_medium={2011: 50.0, 2013: 75.0})
    with pytest.raises(InputError, match="PRJ-006") as caught:
        compute_population(figures, range(2010, 2016))
    (problem,) = caught.value.problems
    assert problem.got == "2015"
    assert "--until 2013" in problem.mend


@pytest.mark.parametrize("name", ["low", "medium", "high", "80_low", "80_high", "95_low", "95_high"])
def test_that_a_variant_of_the_united_nations_has_a_short_name(reference: Reference, name: str) -> None:
    figures = read_country("KAZ", reference).population
    years = range(1980, 2101)
    short, full = (compute_population(figures, years, choice) for choice in (name, f"wpp2024_{name}"))
    xr.testing.assert_identical(short, full)


@pytest.mark.parametrize("number", range(1, 6))
def test_that_every_scenario_reaches_the_last_year_there_may_be(reference: Reference, number: int) -> None:
    country, years = read_country("KAZ", reference), range(1980, LAST_POSSIBLE_YEAR + 1)
    scenario = f"ssp{number}"
    assert float(compute_income(country.income, years, scenario)[-1]) > 0.0
    assert float(compute_population(country.population, years, scenario)[-1]) > 0.0


def test_that_two_unknown_scenarios_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        run_outlook("KAZ", RunOptions(population="hihg", income="ssp9"))
    assert [problem.code for problem in caught.value.problems] == ["PRJ-001", "PRJ-001"]
    assert "income" in caught.value.problems[1].where


def test_that_the_urban_share_is_carried_and_moves_no_market(reference: Reference) -> None:
    """History by the World Bank, then the growth of the scenario; a driver that no method uses yet."""
    data = run_outlook("KAZ").data
    assert data["urban_share"].attrs["units"] == "%"
    assert "no method" in data["urban_share"].attrs["long_name"] + str(data["urban_share"].attrs)
    assert float(data["urban_share"].sel(year=2022)) == pytest.approx(61.44416)
    assert 61.0 < float(data["urban_share"].sel(year=2050)) < 100.0
    figures = read_country("KAZ", reference).urban_share
    shares = [compute_urban_share(figures, range(1980, 2101), f"ssp{number}") for number in range(1, 6)]
    assert all(share is not None and share.min() > 0.0 and share.max() <= 100.0 for share in shares)


def test_that_a_country_without_urban_shares_has_none(reference: Reference) -> None:
    figures = read_country("KAZ", reference).urban_share
    assert compute_urban_share(figures.isel(series=slice(0)), range(1980, 2051)) is None
    assert compute_urban_share(figures.sel(series=["wup2018"]), range(1940, 2051)) is None
    other = compute_urban_share(figures, range(1980, 2051), "of the country")
    assert other is not None, "the United Nations' projection stands in for a scenario without figures"
