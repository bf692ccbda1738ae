"""The cohort engine gives the published waste of Statistics Netherlands, from its own sales, with ``cbs``."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.cohort import compute_inflow_driven, sum_over_cohorts
from ainalym.kernels.lifetime import Weibull, leaving_by_age, survival_by_age, survival_by_cohort

SHARED = Path(__file__).resolve().parents[3] / "shared"
GOLDEN = SHARED / "golden"
pytestmark = pytest.mark.skipif(not GOLDEN.exists(), reason="the golden cases are not beside the repository")

Series = tuple[str, str]
FIRST, LAST = 1980, 2031
NUMBER_OF_SERIES = 739
SOURCE = "CBS_WOT_v1.1_recovered"


def read_series(name: str, column: str) -> dict[Series, FloatArray]:
    """Read one row per product and country, one column per year; an empty cell was not placed on market."""
    table: dict[Series, FloatArray] = defaultdict(lambda: np.zeros(LAST - FIRST + 1))
    with gzip.open(GOLDEN / name, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            table[row["UNU_Key"], row["Country"]][int(row["Year"]) - FIRST] = float(row[column] or 0)
    return dict(table)


@cache
def read_lifetimes() -> dict[Series, FloatArray]:
    """Read shape and scale by product and country, by year of placing on market; NaN where none is known."""
    table: dict[Series, FloatArray] = defaultdict(lambda: np.full((LAST - FIRST + 1, 2), np.nan))
    with (SHARED / "data" / "reference" / "lifetimes.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["source"] != SOURCE:
                continue
            years = slice(int(row["valid_from"]) - FIRST, int(row["valid_to"]) - FIRST + 1)
            for country in row["countries"].split(";"):
                table[row["key"], country][years] = float(row["weibull_shape"]), float(row["weibull_scale"])
    return dict(table)


@cache
def read_pairs() -> dict[Series, tuple[FloatArray, FloatArray]]:
    """Read sales and published waste of every series that has a recovered lifetime."""
    sales = read_series("cbs_pom_v1.1_14_countries.csv.gz", "POM_t")
    waste = read_series("cbs_weee_v1.1_14_countries.csv.gz", "WEEE_t")
    assert set(sales) == set(waste)
    return {series: (sales[series], waste[series]) for series in sales if series in read_lifetimes()}


def read_products() -> list[str]:
    return sorted({product for product, _ in read_pairs()}) if GOLDEN.exists() else []


def compute_waste(series: Series) -> FloatArray:
    """Compute the waste of a series from its sales and its recovered lifetime."""
    sales, _ = read_pairs()[series]
    known = read_lifetimes()[series]
    unknown = np.isnan(known).any(axis=1)
    assert not sales[unknown].any(), f"{series} has sales without a lifetime"
    parameters = np.where(np.isnan(known), 1.0, known)
    lifetime = Weibull(parameters[:, :1], parameters[:, 1:])
    survival = survival_by_cohort(lifetime, len(sales), "cbs")
    return compute_inflow_driven(sales[:, None], survival).outflow[:, 0]


@pytest.mark.parametrize("product", read_products())
def test_that_the_published_waste_of_a_product_is_met_in_every_country(
    product: str, is_met: Callable[..., object]
) -> None:
    """The issue asks for 1e-6 of the largest value of a series; the engine is far nearer."""
    for series, (_, waste) in read_pairs().items():
        if series[0] == product:
            tolerance = 1e-13 * waste.max()
            assert is_met(
                "CBS e-waste 1.1, recovered lifetimes",
                str(series),
                compute_waste(series),
                waste,
                atol=tolerance,
            )


def test_that_no_series_with_a_recovered_lifetime_is_missed() -> None:
    assert len(read_pairs()) == NUMBER_OF_SERIES
    assert len(read_products()) == 54
    assert all(waste.max() > 0 for _, waste in read_pairs().values())


def test_that_published_waste_of_photovoltaics_is_met(is_met: Callable[..., object]) -> None:
    golden = json.loads((GOLDEN / "cbs_pv_0002_14_countries.json").read_text(encoding="utf-8"))
    lifetime = Weibull(np.array([golden["weibull"]["shape"]]), np.array([golden["weibull"]["scale"]]))
    assert (lifetime.shape[0], lifetime.scale[0]) == (3.5, 25)
    countries = golden["countries"].values()
    assert len(countries) == 14
    sales = np.array([country["POM_t"] for country in countries])[:, :, None]
    waste = np.array([country["WEEE_t"] for country in countries])[:, :, None]
    outflow = sum_over_cohorts(sales, leaving_by_age(lifetime, sales.shape[1], "cbs"))
    for country, found, published in zip(golden["countries"], outflow, waste, strict=True):
        assert is_met("CBS photovoltaics 0002", country, found, published, rtol=1e-12)
    by_survival = compute_inflow_driven(sales, survival_by_age(lifetime, sales.shape[1], "cbs")).outflow
    np.testing.assert_allclose(
        by_survival / waste.max(axis=1, keepdims=True), waste / waste.max(axis=1, keepdims=True), atol=1e-12
    )
