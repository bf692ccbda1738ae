"""The common method gives the results of Statistics Netherlands, cell by cell, from the same figures."""

from __future__ import annotations

import csv
import gzip
import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ainalym.kernels.common_method import (
    Approach,
    CommonPanel,
    CommonResult,
    CommonSettings,
    ForecastException,
    clean_series,
    compute_common_method,
    compute_reference_strata,
)
from ainalym.kernels.common_method.backcast import backcast
from ainalym.kernels.common_method.cells import Cells, FloatArray, order_series
from ainalym.kernels.common_method.interpolation import interpolate_gaps
from ainalym.kernels.common_method.method import _read_reported
from ainalym.kernels.common_method.outliers import (
    Fence,
    estimate_spread,
    find_outliers,
    remove_outliers_over_years,
    remove_outliers_within_strata,
)
from ainalym.kernels.common_method.population import complete_population
from ainalym.kernels.common_method.smoothing import find_jumps
from ainalym.kernels.common_method.special_products import SpecialProducts, replace_monitors
from ainalym.kernels.common_method.stock_balance import compute_stock
from ainalym.kernels.common_method.strata import StratumMeans, choose_anchors, fill_from_anchors

SHARED = Path(__file__).resolve().parents[3] / "shared"
INPUT = SHARED / "data" / "cbs"
EXPECTED = SHARED / "golden" / "cbs_pom_v1.2_rerun_14_countries.csv.gz"
EXAMPLES = SHARED / "golden" / "cbs_readme_examples.json"
pytestmark = pytest.mark.skipif(
    not (INPUT.exists() and EXPECTED.exists() and EXAMPLES.exists()),
    reason="the figures of Statistics Netherlands are not beside the repository",
)

YEARS = np.arange(1980, 2022)
FIRST_DATA_YEAR, LAST_DATA_YEAR = 1995, 2015
APPROACHES = {
    "": None,
    "KPI": Approach.KPI,
    "ConnectionConstant": Approach.CONNECTION_CONSTANT,
    "LastReliableConstant": Approach.LAST_RELIABLE_CONSTANT,
}
TOLERANCE = 1e-9

shown = logging.getLogger(__name__)
"""Says what was counted: pytest -o log_cli=true --log-level=INFO."""


def read_rows(name: str, delimiter: str = ",") -> Iterator[dict[str, str]]:
    with (INPUT / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def number(text: str) -> float:
    return float(text) if text not in ("", "NA") else float("nan")


def whole(text: str) -> int | None:
    return int(text) if text not in ("", "NA") else None


class Axes:
    """The labels of the panel, and arrays over them."""

    def __init__(self) -> None:
        strata = {row["Country"].upper(): int(row["Stratum"]) for row in read_rows("tbl_Countries.csv")}
        self.countries = tuple(sorted(strata))
        self.stratum = np.array([strata[country] for country in self.countries])
        self.introduction = {
            row["UNU_Key"]: int(row["IntroductionYear"]) for row in read_rows("htbl_Key_IntroductionYear.csv")
        }
        self.keys = tuple(sorted(self.introduction))
        self.country = {country: place for place, country in enumerate(self.countries)}
        self.key = {key: place for place, key in enumerate(self.keys)}

    def cube(self, name: str, column: str) -> FloatArray:
        values = np.full((len(self.countries), len(self.keys), len(YEARS)), np.nan)
        for row in read_rows(name):
            year = int(row["Year"]) - int(YEARS[0])
            if row["Country"] in self.country and 0 <= year < len(YEARS):
                values[self.country[row["Country"]], self.key[row["UNU_Key"]], year] = number(row[column])
        return values

    def by_year(self, name: str, column: str, destination: str | None = None) -> FloatArray:
        values = np.full((len(self.countries), len(YEARS)), np.nan)
        for row in read_rows(name):
            year = int(row["Year"]) - int(YEARS[0])
            wanted = destination is None or row["Destination"] == destination
            if wanted and row["Country"].upper() in self.country and 0 <= year < len(YEARS):
                values[self.country[row["Country"].upper()], year] = number(row[column])
        return values

    def unit_weights(self) -> FloatArray:
        values = np.full((len(self.countries), len(self.keys), len(YEARS)), np.nan)
        # Weights of a country go over those of all countries, whatever the order of the file.
        for row in sorted(read_rows("htbl_Key_Weight.csv"), key=lambda row: row["Country"] != ""):
            year = int(row["Year"]) - int(YEARS[0])
            country = self.country.get(row["Country"]) if row["Country"] else slice(None)
            if country is not None and 0 <= year < len(YEARS):
                values[country, self.key[row["UNU_Key"]], year] = number(row["AverageWeight"])
        return values


@cache
def read_panel() -> tuple[CommonPanel, CommonSettings]:
    axes = Axes()
    growth = np.full(len(YEARS), np.nan)
    for row in read_rows("tbl_world_population.csv", delimiter=";"):
        if int(row["Year"]) >= YEARS[0]:
            growth[int(row["Year"]) - int(YEARS[0])] = float(row["Growth Rate %"].replace(",", "."))
    exceptions = tuple(
        ForecastException(
            row["UNU_Key"],
            row["Country"] or None,
            APPROACHES[row["ExtrapolationApproach"]],
            whole(row["ConnectionYear"]),
            whole(row["YearsForTrend"]),
        )
        for row in read_rows("tbl_Extrapolation_exceptions.csv")
    )
    panel = CommonPanel(
        axes.countries,
        axes.keys,
        YEARS,
        FIRST_DATA_YEAR,
        LAST_DATA_YEAR,
        axes.cube("UNU_countries.csv", "POM_kg"),
        axes.cube("UNU_countries.csv", "POM_pieces"),
        complete_population(axes.by_year("tbl_Data.csv", "Value", "pop 17"), growth),
        axes.by_year("tbl_Data.csv", "Value", "ppp ph17"),
        axes.stratum,
    )
    settings = CommonSettings(
        np.array([axes.introduction[key] for key in axes.keys]),
        axes.unit_weights(),
        axes.cube("manual_corrections.csv", "POM_kg_new"),
        axes.cube("manual_corrections.csv", "POM_pieces_new"),
        exceptions,
        axes.by_year("solar_panel_data.csv", "kg"),
        axes.by_year("solar_panel_data.csv", "units"),
    )
    return panel, settings


@cache
def run(strict: bool) -> CommonResult:
    return compute_common_method(*read_panel(), strict=strict)


@cache
def read_expected() -> list[dict[str, str]]:
    with gzip.open(EXPECTED, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def examples() -> dict[str, Any]:
    return {case["id"]: case for case in json.loads(EXAMPLES.read_text(encoding="utf-8"))["cases"]}


def series(values: list[float | None]) -> Cells:
    kg = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    kg = kg[np.newaxis, np.newaxis]
    return Cells(kg, kg / 2, np.where(np.isnan(kg), 1, 0))


def interpolate(case: dict[str, Any], strict: bool) -> dict[str, float]:
    filled = interpolate_gaps(series(case["kg_per_inhabitant"]), order_series(["A"], ["0001"]), strict)
    return dict(zip(map(str, case["years"]), filled.kg[0, 0].tolist(), strict=True))


def test_that_every_step_removes_and_fills_as_many_cells_as_the_scripts() -> None:
    counts = asdict(run(strict=True).counts)
    published = {
        "cells": 31_752,
        "reported": 24_780,
        "unlikely": 35,
        "missing_before_outliers": 6_940,
        "high_over_years": 1_696,
        "low_over_years": 214,
        "high_in_stratum": 1_669,
        "low_in_stratum": 261,
        "missing_after_outliers": 10_780,
    }
    found = {name: counts[name] for name in published}
    shown.info(", ".join(f"{name} {count:,}" for name, count in found.items()))
    assert found == published


@pytest.mark.parametrize(
    ("column", "quantity"),
    [
        ("kpi", "kg_per_inhabitant"),
        ("ppi", "pieces_per_inhabitant"),
        ("POM_t", "kg"),
        ("POM_pieces", "pieces"),
        ("flag", "flag"),
    ],
)
def test_that_every_cell_is_that_of_the_scripts(column: str, quantity: str) -> None:
    result, axes = run(strict=True), Axes()
    values = getattr(result, quantity) / (1000 if column == "POM_t" else 1)
    rows = read_expected()
    assert len(rows) == 14 * 54 * 42
    countries, keys, years = (
        [axes.country[row["Country"]] for row in rows],
        [axes.key[row["UNU_Key"]] for row in rows],
        [int(row["Year"]) - int(YEARS[0]) for row in rows],
    )
    found, expected = values[countries, keys, years], np.array([number(row[column]) for row in rows])
    same = np.isclose(found, expected, rtol=TOLERANCE, atol=0, equal_nan=True)
    both = np.isfinite(expected) & (expected != 0)
    worst = np.max(np.abs(found[both] / expected[both] - 1))
    shown.info(f"{column}: {same.sum():,} of {same.size:,} cells, largest relative difference {worst:.2g}")
    places = [
        (row["Country"], row["UNU_Key"], row["Year"])
        for row, is_same in zip(rows, same, strict=True)
        if not is_same
    ]
    assert places == []


def test_that_the_fences_lie_where_they_were_counted() -> None:
    panel, settings = read_panel()
    cells, _, _ = _read_reported(panel, settings, strict=True)
    over_years = estimate_spread(cells.kg, 2, strict=True)
    judged = over_years.count >= 6
    assert judged.sum() == 1_437
    assert (judged & (over_years.median - 4 * over_years.deviation < 0)).sum() == 996
    assert (judged & (over_years.deviation == 0)).sum() == 6
    cells, _, _ = remove_outliers_over_years(cells, Fence(), strict=True)
    groups = [estimate_spread(cells.kg[panel.stratum == stratum], 0, strict=True) for stratum in (1, 2, 3)]
    assert sum((group.count >= 6).sum() for group in groups) == 2_533
    below = [(group.count >= 6) & (group.median - 4 * group.deviation < 0) for group in groups]
    assert sum(group.sum() for group in below) == 1_561
    assert sum(((group.count >= 6) & (group.deviation == 0)).sum() for group in groups) == 24


def test_that_the_leak_between_series_meets_thirteen_of_them() -> None:
    panel, settings = read_panel()
    cells, _, _ = _read_reported(panel, settings, strict=True)
    cells, _, _ = remove_outliers_over_years(cells, Fence(), strict=True)
    cells, _, _ = remove_outliers_within_strata(cells, panel.stratum, Fence(), strict=True)
    order = order_series(panel.countries, panel.keys)
    strict, mended = (interpolate_gaps(cells, order, setting) for setting in (True, False))
    leaked = ~np.isnan(strict.kg[:, :, -1]) & np.isnan(mended.kg[:, :, -1])
    assert leaked.sum() == 13


def test_that_the_mended_method_leaves_no_cell_of_the_panel_empty() -> None:
    result = run(strict=False)
    for amounts in (result.kg_per_inhabitant, result.pieces_per_inhabitant):
        assert np.isfinite(amounts).all()
        assert (amounts >= 0).all()


def test_that_the_mended_method_comes_nearer_to_the_published_dutch_total() -> None:
    # The Dutch WEEE Flows (2012): 26.8 kg per inhabitant on the mean of 2007 to 2009.
    published = 26.8
    dutch, years = Axes().country["NLD"], (YEARS >= 2007) & (YEARS <= 2009)
    strict, mended = (
        np.nansum(run(setting).kg_per_inhabitant[dutch, :, years], axis=1).mean() for setting in (True, False)
    )
    assert abs(mended - published) < 0.02 * published
    assert abs(mended - published) < abs(strict - published)


def clean_alone(here: int) -> CommonResult:
    """Clean one country of the panel against the strata of all, as a country without neighbours would be."""
    panel, settings = read_panel()
    own = slice(here, here + 1)
    arrays = ("unit_weight", "corrected_kg", "corrected_pieces", "photovoltaic_kg", "photovoltaic_pieces")
    return clean_series(
        panel.kg[here],
        panel.pieces[here],
        panel.population[here],
        panel.purchasing_power[here],
        keys=panel.keys,
        years=panel.years,
        first_data_year=panel.first_data_year,
        last_data_year=panel.last_data_year,
        reference=compute_reference_strata(panel, run(strict=False)),
        settings=replace(settings, **{name: getattr(settings, name)[own] for name in arrays}),
        country=panel.countries[here],
        stratum=int(panel.stratum[here]),
    )


def test_that_a_lone_country_is_cleaned_much_as_among_its_neighbours() -> None:
    panel, _ = read_panel()
    window = panel.data_years
    alone = np.array([clean_alone(here).kg[0].sum(axis=0)[window] for here in range(len(panel.countries))])
    together = run(strict=False).kg.sum(axis=1)[:, window]
    assert (np.median(np.abs(alone / together - 1), axis=1) < 0.05).all()
    np.testing.assert_allclose(alone.sum(axis=0), together.sum(axis=0), rtol=0.03)


def test_the_example_of_an_outlier_over_years(examples: dict[str, Any]) -> None:
    case = examples["cbs_mad_year_outlier"]
    cells = series(case["kg_per_inhabitant"])
    spread = estimate_spread(cells.kg, 2, strict=True)
    expected = case["expected"]
    assert spread.median.item() == pytest.approx(expected["median"])
    assert spread.deviation.item() == pytest.approx(expected["mad_unscaled"], abs=0.02)
    width = case["factor"] * spread.deviation.item()
    assert spread.median.item() - width == pytest.approx(expected["lower_threshold"], abs=0.05)
    assert spread.median.item() + width == pytest.approx(expected["upper_threshold"], abs=0.05)
    high, low = find_outliers(
        cells, spread, spread.median, Fence(case["factor"], case["min_values"]), strict=True
    )
    assert np.array(case["years"])[high[0, 0]].tolist() == expected["outlier_years"]
    assert not low.any()


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("name", ["cbs_one_missing_year", "cbs_two_missing_years", "cbs_last_year_missing"])
def test_the_examples_of_missing_years(examples: dict[str, Any], name: str, strict: bool) -> None:
    case = examples[name]
    filled = interpolate(case, strict)
    for year, value in case["expected"].items():
        assert filled[year] == pytest.approx(value)


@pytest.mark.parametrize("strict", [True, False])
def test_the_example_of_filling_by_purchasing_power(examples: dict[str, Any], strict: bool) -> None:
    case = examples["cbs_stratum_ppp"]
    points = [case["stratum"], case["lower_stratum"]]
    kg = np.array([point["kpi"] for point in points])[:, np.newaxis, np.newaxis]
    power = np.array([[float(point["ppp"])] for point in points])
    nobody = StratumMeans(np.full((1, 1, 1), np.nan), np.full((1, 1, 1), np.nan), np.full((1, 1), np.nan))
    anchors = choose_anchors(StratumMeans(kg, kg, power), nobody, nobody, strict)
    country = Cells(
        np.full((1, 1, 1), np.nan), np.full((1, 1, 1), np.nan), np.ones((1, 1, 1), dtype=np.int64)
    )
    filled, _ = fill_from_anchors(country, anchors, np.array([[case["country_ppp"]]]), np.array([1]), strict)
    assert filled.kg.item() == pytest.approx(case["expected"]["kpi"])
    assert filled.flag.item() == 21


@pytest.mark.parametrize("strict", [True, False])
def test_the_example_of_smoothing(examples: dict[str, Any], strict: bool) -> None:
    assert "> 50 %" in examples["cbs_smoothing_rules"]["expected"]
    spike = np.array([1.0, 1.0, 1.6, 1.1, 1.1, 1.1])
    assert np.flatnonzero(find_jumps(spike, strict)).tolist() == [2]
    trough = np.array([2.0, 2.0, 0.9, 1.3, 1.6, 1.6])
    assert np.flatnonzero(find_jumps(trough, strict)).tolist() == [2]
    steady = np.array([1.0, 1.2, 1.45, 1.7, 2.0, 2.3])
    assert not find_jumps(steady, strict).any()


def test_the_example_of_tube_monitors(examples: dict[str, Any]) -> None:
    assert "*1.16" in examples["cbs_crt_monitors"]["expected"]
    keys = ("0302", "0308", "0309")
    pieces = np.array([[[100.0], [7.0], [40.0]]])
    weight = np.full((1, 3, 1), 15.0)
    cells = Cells(pieces * weight, pieces, np.zeros((1, 3, 1), dtype=np.int64))
    done = replace_monitors(
        cells, SpecialProducts(), keys, np.array([2000]), np.array([1]), weight, strict=True
    )
    assert done.pieces[0, 1, 0] == pytest.approx(76)
    assert done.kg[0, 1, 0] == pytest.approx(1140)


@pytest.mark.parametrize("strict", [True, False])
def test_the_example_of_the_backcast(examples: dict[str, Any], strict: bool) -> None:
    assert "introduction year" in examples["cbs_backcast"]["expected"]
    years = np.arange(1990, 2002)
    kg = np.full((1, 1, 12), np.nan)
    kg[0, 0, 8:] = [0.9, 1.2, 1.5, 4.0]
    cells = Cells(kg, kg, np.ones((1, 1, 12), dtype=np.int64))
    done = backcast(cells, years, np.array([[1997]]), np.array([1993]), strict)
    expected = [0, 0, 0, 0.2, 0.4, 0.6, 0.8, 1.0]
    np.testing.assert_allclose(done.kg[0, 0, :8], expected, atol=1e-12)
    # The line starts from nought in the year before the introduction and ends at the mean of the first three.
    assert done.kg[0, 0, 7] + 0.2 == pytest.approx(np.mean([0.9, 1.2, 1.5]))
    assert (done.flag[0, 0, :8] == 200).all()


def test_the_example_of_the_stock(examples: dict[str, Any]) -> None:
    assert "cumsum(POM)" in examples["cbs_stock"]["expected"]
    placed, generated = np.array([5.0, 4.0, 0.0, 0.0]), np.array([0.0, 3.0, 7.0, 1.0])
    stock, waste = compute_stock(placed, generated, strict=True)
    assert stock.tolist() == [5, 6, 0, 0]
    assert waste.tolist() == [0, 3, 8, 3]
    stock, waste = compute_stock(placed, generated, strict=False)
    assert stock.tolist() == [5, 6, 0, 0]
    assert waste.tolist() == [0, 3, 6, 0]
