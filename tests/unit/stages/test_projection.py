"""The stage of projection: plans, methods, drivers, and every error that it tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ainalym.errors import InputError, read_error_codes
from ainalym.kernels.common_method.forecast import Approach
from ainalym.kernels.ownership_curves import CurveSet, compute_levels
from ainalym.kernels.trend import fit_reference_lines, project_trend
from ainalym.packages.country import read_country
from ainalym.packages.reference import Reference, read_reference
from ainalym.pipeline import run_outlook
from ainalym.schemas.run import RunOptions
from ainalym.stages.drivers import (
    HOUSEHOLD_CONVERGENCE,
    SMALLEST_HOUSEHOLD,
    choose_household_figures,
    compute_household_size,
    compute_households,
    compute_income,
    compute_population,
)
from ainalym.stages.ownership import COUNTRY_DEVIATIONS, estimate_curves, read_curves
from ainalym.stages.projection import Drivers, Profile, Tables, plan_projection, project_market


def read_tables(reference: Reference) -> Tables:
    return Tables(
        reference.package.frame("projection_methods").set_index("key"),
        reference.package.frame("technology_switches").set_index("key"),
        reference.package.frame("trend_exceptions"),
    )


def read_groups(reference: Reference) -> pd.DataFrame:
    return reference.package.frame("demand_groups").copy()


YEARS = np.arange(1980, 2051)


def label(values: np.ndarray | float) -> xr.DataArray:
    return xr.DataArray(np.broadcast_to(values, YEARS.shape), coords={"year": YEARS}, dims="year")


def test_that_every_product_has_exactly_one_method(reference: Reference) -> None:
    curves = read_curves(read_groups(reference))
    plan = plan_projection(list(reference.products.index), read_tables(reference), curves, "KAZ")
    places = np.concatenate([plan.by_profile, plan.by_trend, plan.by_saturation])
    assert sorted(places) == list(range(54))
    assert (np.diff(plan.group) >= 0).all(), "products of a group stand together"
    for number, successor in enumerate(plan.successor):
        assert plan.group[successor] == number
        assert plan.switches.speed[successor] == 0.0


@pytest.mark.parametrize("choice", ["profile", "trend"])
def test_that_one_method_can_be_chosen_for_all(reference: Reference, choice: str) -> None:
    curves = read_curves(read_groups(reference))
    tables = read_tables(reference)
    plan = plan_projection(list(reference.products.index), tables, curves, "KAZ", choice)  # type: ignore[arg-type]
    assert getattr(plan, f"by_{choice}").tolist() == list(range(54))
    assert plan.by_saturation.size == 0


def test_that_exceptions_of_a_country_go_before_those_of_all(reference: Reference) -> None:
    tables = read_tables(reference)
    rows = tables.exceptions.iloc[:0].copy()
    rows = pd.DataFrame(
        {
            "key": ["0502", "0502"],
            "area": ["all", "NLD"],
            "approach": ["KPI", "ConnectionConstant"],
            "connection_year": [np.nan, 2014.0],
            "years_for_trend": [4.0, np.nan],
        }
    )
    curves = read_curves(read_groups(reference))
    products = list(reference.products.index)
    dutch = plan_projection(products, tables._replace(exceptions=rows), curves, "NLD").exceptions
    assert [exception.approach for exception in dutch] == [Approach.CONNECTION_CONSTANT, Approach.KPI]
    assert dutch[0].connection_year is None, "connection years speak of figures to 2015"
    kazakh = plan_projection(products, tables._replace(exceptions=rows), curves, "KAZ").exceptions
    assert [(exception.approach, exception.years_for_trend) for exception in kazakh] == [(Approach.KPI, 4)]


def test_that_the_trend_is_the_official_line_through_history() -> None:
    """History on the line of all countries goes on along it: no ratio, no step, no other income effect."""
    years = np.arange(2000, 2031)
    income = np.linspace(10_000.0, 30_000.0, years.size)
    group_income = np.linspace([8_000.0, 20_000.0, 30_000.0], [9_000.0, 22_000.0, 33_000.0], 16)
    lines = fit_reference_lines(group_income, (1.0 + 1e-4 * group_income)[..., np.newaxis], years[:16], 2015)
    assert lines.slope[0] == pytest.approx(1e-4)
    history = (1.0 + 1e-4 * income[:16])[:, np.newaxis]
    future = project_trend(history, income, years, ("0101",), (), lines)
    np.testing.assert_allclose(future[:, 0], 1.0 + 1e-4 * income[16:], rtol=1e-9)


def test_that_a_trend_without_income_effect_keeps_its_last_value() -> None:
    years = np.arange(2000, 2031)
    income = np.linspace(10_000.0, 30_000.0, years.size)
    rng = np.random.default_rng(3)
    group_income = np.linspace([8_000.0, 20_000.0, 30_000.0], [9_000.0, 22_000.0, 33_000.0], 16)
    scatter = 2.0 + 0.01 * rng.standard_normal((16, 3, 1))
    lines = fit_reference_lines(group_income, scatter, years[:16], 2015)
    assert abs(lines.correlation[0]) < 0.33
    future = project_trend(np.full((16, 1), 5.0), income, years, ("0101",), (), lines)
    np.testing.assert_allclose(future, 5.0)


def test_that_saturated_products_keep_the_weight_of_their_last_year(reference: Reference) -> None:
    result = run_outlook("KAZ", RunOptions(projection="table", sales="beside"))
    weight = result.data["placed_on_market"] / result.data["placed_on_market_pieces"]
    own = weight.sel(product="0108")
    np.testing.assert_allclose(own.sel(year=slice(2025, None)), own.sel(year=2025), rtol=1e-9)


def test_that_photovoltaics_follow_their_capacity_whatever_the_method() -> None:
    runs = [
        run_outlook("KAZ", RunOptions(projection=choice)).data["placed_on_market"].sel(product="0002")
        for choice in ("table", "profile", "trend")
    ]
    np.testing.assert_array_equal(runs[0], runs[1])
    np.testing.assert_array_equal(runs[0], runs[2])


def test_that_a_country_package_may_lack_ownership_and_households(
    country_folder: object, reference: Reference
) -> None:
    import json
    from pathlib import Path

    folder = Path(str(country_folder))
    path = folder / "datapackage.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    left_out = ("ownership", "households")
    document["resources"] = [entry for entry in document["resources"] if entry["name"] not in left_out]
    path.write_text(json.dumps(document), encoding="utf-8")
    for name in left_out:
        (folder / f"{name}.csv").unlink()
    figures = read_country(str(folder), reference)
    assert figures.package.frame("ownership").empty
    data = run_outlook(str(folder), RunOptions(projection="table")).data
    size = data["population"] / data["households"]
    assert float(size.sel(year=2014)) == pytest.approx(3.496), "the United Nations have Kazakhstan"
    assert float(data["stock_pieces"].sel(product="0108", year=2050)) > 0


def test_that_surveys_move_the_curve_of_the_country(reference: Reference) -> None:
    """Hardly anybody has a dishwasher; two of three households in the reference groups have."""
    figures = read_country("KAZ", reference)
    curves = read_curves(read_groups(reference))
    groups = read_tables(reference).methods["demand_group"]
    income = compute_income(figures.income, YEARS.tolist())
    size = np.full(YEARS.shape, 3.4)
    updated = estimate_curves(curves, figures.package.frame("ownership"), groups, "KAZ", income, size)
    place, there = curves.names.index("dishwashers"), int(np.flatnonzero(YEARS == 2021)[0])

    def read(own: CurveSet) -> float:
        return float(compute_levels(own, income.values, YEARS.astype(float))[there, place])

    assert read(updated) < 0.5 * read(curves)
    untouched = curves.names.index("lamps")
    assert updated.saturation[untouched] == curves.saturation[untouched]
    assert (np.linalg.eigvalsh(updated.covariance) > 0).all()
    nothing = estimate_curves(
        curves, figures.package.frame("ownership").iloc[:0], groups, "KAZ", income, size
    )
    assert nothing is curves


def test_that_units_of_surveys_mean_the_same_pieces(reference: Reference) -> None:
    """One phone per person, said in three ways, moves the curve to the same place."""
    curves = read_curves(read_groups(reference))
    groups = read_tables(reference).methods["demand_group"]
    income, size = label(25_000.0), np.full(YEARS.shape, 4.0)

    def estimate(value: float, unit: str) -> float:
        row = {"keys": "0306", "area": "XXX", "year": 2021, "value": value, "unit": unit, "coverage": "whole"}
        table = pd.DataFrame([{**row, "grade": "A"}])
        updated = estimate_curves(curves, table, groups, "XXX", income, size)
        return float(updated.saturation[curves.names.index("mobile_phones")])

    assert estimate(1000.0, "units per 1000 persons") == pytest.approx(
        estimate(400.0, "units per 100 households")
    )
    before = float(curves.saturation[curves.names.index("mobile_phones")])
    assert estimate(3000.0, "units per 1000 persons") > before > estimate(500.0, "units per 1000 persons")


def test_that_rows_of_other_areas_groups_and_years_are_left_aside(reference: Reference) -> None:
    curves = read_curves(read_groups(reference))
    groups = read_tables(reference).methods["demand_group"]
    row = {"keys": "0108", "area": "XXX", "year": 2021, "value": 90.0, "coverage": "whole", "grade": "A"}
    row["unit"] = "% of households owning"
    others = [{"area": "rural"}, {"keys": "0108;0109"}, {"keys": ""}, {"keys": "0201"}, {"year": 1950}]
    table = pd.DataFrame([{**row, **other} for other in others])
    income, size = label(25_000.0), np.full(YEARS.shape, 3.0)
    assert estimate_curves(curves, table, groups, "XXX", income, size) is curves


def test_that_curves_of_another_country_are_less_certain_than_the_fit(reference: Reference) -> None:
    table = read_groups(reference)
    curves = read_curves(table)
    own = table[["deviation_saturation", "deviation_rate", "deviation_midpoint"]].to_numpy(float)
    spread = np.sqrt(np.diagonal(curves.covariance, axis1=1, axis2=2))
    np.testing.assert_allclose(spread, np.sqrt(own**2 + np.square(COUNTRY_DEVIATIONS)))


def test_that_a_curve_may_run_in_time(reference: Reference) -> None:
    table = read_groups(reference).iloc[:2].copy()
    table[["driver", "curve"]] = [["time", "bass"], ["time", "logistic"]]
    table["innovation"] = [0.02, np.nan]
    table["midpoint"], table["rate"] = [2010.0, 2020.0], [0.4, 0.3]
    curves = read_curves(table)
    levels = compute_levels(curves, np.full(YEARS.shape, 20_000.0), YEARS.astype(float))
    assert (levels[YEARS <= 2010, 0] == 0).all()
    assert levels[-1, 0] == pytest.approx(curves.saturation[0], rel=0.01)
    assert levels[YEARS == 2020, 1] == pytest.approx(curves.saturation[1] / 2)


NATIONAL = {2010: 100.0, 2020: 110.0}


def series(**figures: dict[int, float]) -> xr.DataArray:
    years = sorted({year for values in figures.values() for year in values})
    values = [[rows.get(year, np.nan) for year in years] for rows in figures.values()]
    return xr.DataArray(values, coords={"series": list(figures), "year": years}, dims=("series", "year"))


def test_that_the_future_follows_the_variant_that_is_chosen() -> None:
    figures = series(
        national=NATIONAL,
        wpp2024_medium={2020: 50.0, 2030: 60.0},
        wpp2024_low={2022: 40.0, 2030: 36.0},
        ssp1={2020: 200.0, 2030: 100.0},
    )
    medium, scenario = (
        compute_population(figures, [2020, 2030], name) for name in ("wpp2024_medium", "ssp1")
    )
    np.testing.assert_allclose(medium, [110.0, 132.0])
    np.testing.assert_allclose(scenario, [110.0, 55.0])
    low = compute_population(figures, [2020, 2021, 2022, 2030], "wpp2024_low")
    bridge = 110.0 * (60.0 / 50.0) ** 0.2
    np.testing.assert_allclose(low, [110.0, 110.0 * (60 / 50) ** 0.1, bridge, bridge * 36.0 / 40.0])


def test_that_every_variant_of_the_country_can_be_chosen(reference: Reference) -> None:
    figures = read_country("KAZ", reference)
    last = {}
    for name in figures.population["series"].values:
        if name not in ("national", "wpp2024_history"):
            last[str(name)] = float(compute_population(figures.population, YEARS.tolist(), str(name))[-1])
    assert last["wpp2024_95_low"] < last["wpp2024_80_low"] < last["wpp2024_medium"] < last["wpp2024_80_high"]
    assert last["ssp5"] < last["ssp2"] < last["ssp3"]
    income = {
        f"ssp{number}": float(compute_income(figures.income, YEARS.tolist(), f"ssp{number}")[-1])
        for number in range(1, 6)
    }
    assert income["ssp3"] < income["ssp2"] < income["ssp1"] < income["ssp5"]


def test_that_a_scenario_moves_the_outlook_and_not_its_history() -> None:
    """Sales stay beside: those of 2026 are read against a year that the scenario moves."""
    base, other = (
        run_outlook("KAZ", RunOptions(projection="table", sales="beside", **scenario))
        .data["placed_on_market"]
        .sum("product")
        for scenario in ({}, {"income": "ssp5", "population": "ssp5"})
    )
    np.testing.assert_allclose(
        base.sel(year=slice(None, 2024)), other.sel(year=slice(None, 2024)), rtol=1e-12
    )
    assert abs(float(other.sel(year=2050) / base.sel(year=2050)) - 1.0) > 0.01


def size_table(**rows: tuple[float, str, bool]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"year": int(year[1:]), "size": size, "basis": basis, "usable": usable}
            for year, (size, basis, usable) in rows.items()
        ]
    )


def test_that_households_shrink_as_between_the_last_two_counts() -> None:
    figures = size_table(y2000=(4.16, "census", True), y2010=(3.16, "census", True))
    size = compute_household_size(figures, [1990, 2000, 2005, 2010, 2020, 2200], 2.16)
    np.testing.assert_allclose(size[[0, 1, 3]], [4.16, 4.16, 3.16])
    assert size[2] == pytest.approx(np.sqrt(4.16 * 3.16))
    assert size[4] == pytest.approx(2.16 + 0.5), "half of the distance in ten years, as before"
    assert size[5] == pytest.approx(2.16, abs=1e-5)


def test_that_one_count_shrinks_by_the_assumed_rate_and_small_households_stay() -> None:
    one = compute_household_size(size_table(y2014=(3.0, "survey", True)), [2014, 2024])
    assert one[1] == pytest.approx(
        SMALLEST_HOUSEHOLD + (3.0 - SMALLEST_HOUSEHOLD) * np.exp(-10 * HOUSEHOLD_CONVERGENCE)
    )
    np.testing.assert_array_equal(
        compute_household_size(size_table(y2014=(2.0, "survey", True)), [2014, 2050]), 2.0
    )
    growing = size_table(y2000=(3.0, "census", True), y2010=(3.5, "census", True))
    np.testing.assert_array_equal(compute_household_size(growing, [2010, 2050]), 3.5)


def test_that_figures_of_the_country_go_before_those_of_others() -> None:
    sizes = pd.DataFrame({"area": ["AAA", "BBB", "CCC"], "size": [3.0, 5.0, 6.0]})
    own = size_table(y2000=(4.5, "survey", False), y2010=(4.0, "census", True))
    assert choose_household_figures(own, sizes, "AAA")["size"].tolist() == [4.0]
    assert choose_household_figures(own.iloc[:1], sizes, "AAA")["size"].tolist() == [3.0]
    assert choose_household_figures(own.iloc[:0], sizes, "ZZZ")["size"].tolist() == [5.0]


def test_that_households_times_size_are_the_population() -> None:
    people = xr.DataArray(
        np.array([[10.0, 12.0], [20.0, 24.0]]), coords={"draw": [0, 1], "year": [1, 2]}, dims=("draw", "year")
    )
    households = compute_households(people, np.array([2.0, 3.0]))
    np.testing.assert_allclose(households * np.array([2.0, 3.0]), people)
    assert households.attrs["units"] == "household"


class Misuse(NamedTuple):
    """What is done wrong, and what the message must then hold."""

    code: str
    act: Callable[[Reference], object]
    message: tuple[str, ...]


def plan_with(reference: Reference, table: str, edit: Callable[[pd.DataFrame], pd.DataFrame]) -> object:
    tables = {name: frame.copy() for name, frame in read_tables(reference)._asdict().items()}
    tables[table] = edit(tables[table])
    curves = read_curves(read_groups(reference))
    return plan_projection(list(reference.products.index), Tables(**tables), curves, "KAZ")


def set_cell(row: str, column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[row, column] = value
        return frame

    return edit


def read_bad_curves(reference: Reference, curve: str, innovation: float) -> object:
    table = read_groups(reference)
    table.loc[0, "curve"], table.loc[0, "innovation"] = curve, innovation
    return read_curves(table)


def project_from(reference: Reference, last_year: int) -> object:
    curves = read_curves(read_groups(reference))
    products = list(reference.products.index)
    plan = plan_projection(products, read_tables(reference), curves, "KAZ")
    market = xr.DataArray(
        np.ones((71, 54)), coords={"year": YEARS, "product": products}, dims=("year", "product")
    )
    people = label(1e6)
    kg = reference.per_inhabitant.sel(measure="kg", drop=True)
    profile = Profile(market, market, kg, reference.group_income)
    lifetime = reference.lifetime.isel(profile=0, drop=True)
    drivers = Drivers(people, people, people)
    return project_market(market, market, last_year, drivers, profile, curves, plan, lifetime, "uniform")


MISUSES = [
    Misuse(
        "PRJ-001",
        lambda _: compute_population(series(national=NATIONAL, wpp2024_low=NATIONAL), [2010], "wpp2024_lo"),
        ("'wpp2024_lo'", "one of wpp2024_low", "Did you mean 'wpp2024_low'?"),
    ),
    Misuse(
        "PRJ-001",
        lambda _: compute_income(series(ssp2=NATIONAL), [2010], "ssp9"),
        ("income", "'ssp9'", "ssp2"),
    ),
    Misuse(
        "PRJ-002",
        lambda reference: plan_with(reference, "methods", set_cell("0108", "demand_group", "iceboxes")),
        ("key 0108", "'iceboxes'", "fridges"),
    ),
    Misuse(
        "PRJ-003",
        lambda reference: plan_with(reference, "switches", lambda frame: frame.drop(index="0407")),
        ("televisions", "0407, 0408"),
    ),
    Misuse(
        "PRJ-003",
        lambda reference: plan_with(reference, "switches", set_cell("0502", "successor", "0503")),
        ("lamps", "0503"),
    ),
    Misuse(
        "PRJ-004",
        lambda reference: read_bad_curves(reference, "bass", np.nan),
        ("air_conditioners", "'bass'"),
    ),
    Misuse("PRJ-004", lambda reference: read_bad_curves(reference, "gompertz", 0.1), ("innovation 0.1",)),
    Misuse("PRJ-005", lambda reference: project_from(reference, 2050), ("2050", "1980 to 2049")),
    Misuse("PRJ-005", lambda reference: project_from(reference, 1975), ("1975",)),
    Misuse(
        "PRJ-006",
        lambda _: compute_income(series(ssp2=NATIONAL), range(2010, 2090)),
        ("income.csv", "2089", "--until"),
    ),
]


@pytest.mark.parametrize("misuse", MISUSES, ids=lambda misuse: f"{misuse.code} {misuse.message[0]}")
def test_that_misuse_is_told(misuse: Misuse, reference: Reference) -> None:
    with pytest.raises(InputError) as caught:
        misuse.act(reference)
    assert misuse.code in {problem.code for problem in caught.value.problems}
    for part in misuse.message:
        assert part in str(caught.value)


def test_that_every_error_of_projections_has_a_test_and_an_explanation() -> None:
    documented = {code for code in read_error_codes() if code.startswith("PRJ-")}
    assert {misuse.code for misuse in MISUSES} == documented


def test_that_the_smallest_household_is_that_of_the_richest_group() -> None:
    sizes = read_reference().package.frame("household_sizes").set_index("area")["size"]
    richest = ["AUT", "BEL", "DEU", "DNK", "FIN", "FRA", "GBR", "IRL", "LUX", "NLD", "SWE"]
    assert sizes[richest].min() < SMALLEST_HOUSEHOLD < sizes[richest].max()
    assert sizes[richest].mean() == pytest.approx(SMALLEST_HOUSEHOLD, abs=0.1)
