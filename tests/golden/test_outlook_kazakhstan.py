"""The outlook of Kazakhstan against what others published, and against the tables read by hand."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest
from scipy.stats import weibull_min

from ainalym.results.result import Result
from ainalym.results.summary import compute_comparison, compute_headline, compute_sales_comparison

KAZAKHSTAN = files("ainalym").joinpath("countries/kaz")
REFERENCE = files("ainalym").joinpath("reference")


def read_rows(table: str, folder: object = REFERENCE) -> list[dict[str, str]]:
    text = folder.joinpath(f"{table}.csv").read_text(encoding="utf-8")  # type: ignore[attr-defined]
    return list(csv.DictReader(text.splitlines()))


def read_series(table: str, series: str) -> dict[str, float]:
    rows = [row for row in read_rows(table, KAZAKHSTAN) if row["series"] == series]
    return {row["year"]: float(row["value"]) for row in rows}


def test_that_ewaste_is_where_the_published_figures_are(kazakhstan: Result) -> None:
    comparison = compute_comparison(kazakhstan)
    generated = comparison[comparison["quantity"] == "ewaste_generated"]
    assert len(generated) >= 9
    # Others disagree among themselves by a quarter; the uncalibrated model must lie within a half of each.
    assert generated["ratio"].between(2 / 3, 3 / 2).all()
    of_2022 = generated[generated["year"] == 2022].iloc[0]
    assert of_2022["published"] == 196_000
    assert 0.9 < of_2022["ratio"] < 1.25


def test_that_every_published_figure_is_listed(kazakhstan: Result) -> None:
    assert len(compute_comparison(kazakhstan)) == len(read_rows("published", KAZAKHSTAN))
    assert len(compute_sales_comparison(kazakhstan)) == len(read_rows("sales", KAZAKHSTAN))


def test_that_the_usable_sales_are_of_the_size_of_the_model(kazakhstan: Result) -> None:
    sales = compute_sales_comparison(kazakhstan)
    usable = sales[sales["usable"]]
    assert len(usable) >= 5
    assert usable["ratio"].between(0.5, 2.0).all()
    assert sales[~sales["usable"]]["reason"].str.len().gt(10).all()


def test_that_the_headline_holds_three_quantities_in_three_years(kazakhstan: Result) -> None:
    headline = compute_headline(kazakhstan)
    assert headline["year"].tolist() == [2022, 2030, 2050] * 3
    assert (headline["per_inhabitant"] > 5).all()


@pytest.mark.parametrize(("key", "profile"), [("0108", "NL-FR-BE"), ("0306", "NL-FR-BE"), ("0113", "IT")])
def test_that_ewaste_of_a_product_follows_from_its_market_and_lifetime(
    kazakhstan: Result, key: str, profile: str
) -> None:
    """Discard every cohort with scipy's Weibull on a fine grid of sales dates: brute force."""
    (row,) = [row for row in read_rows("lifetimes") if row["key"] == key and row["profile"] == profile]
    market = kazakhstan.data["placed_on_market"].sel(product=key).to_series()
    moments = (np.arange(2000) + 0.5) / 2000
    expected = 0.0
    for cohort, mass in market[market.index <= 2022].items():
        ages = 2022 - int(str(cohort)) - moments
        cdf = weibull_min(float(row["shape"]), scale=float(row["scale"])).cdf
        expected += mass * float(np.mean(cdf(ages + 1.0) - cdf(np.maximum(ages, 0.0))))
    assert float(kazakhstan.data["ewaste_generated"].sel(product=key, year=2022)) == pytest.approx(
        expected, rel=1e-5
    )


def test_that_a_year_read_by_hand_agrees(kazakhstan: Result) -> None:
    """Washing machines of 2000 from the tables, with a pocket calculator's arithmetic."""
    rows = {
        row["group"]: float(row["kg"])
        for row in read_rows("placed_on_market")
        if (row["key"], row["year"]) == ("0104", "2000")
    }
    incomes = {
        row["group"]: float(row["income"]) for row in read_rows("reference_groups") if row["year"] == "2000"
    }
    country = read_series("income", "imf_weo_2019")
    estimate, counted = read_series("population", "wpp2024_history"), read_series("population", "national")
    people = estimate["2000"] / estimate["2009"] * counted["2009"]
    elasticity = {row["key"]: row for row in read_rows("income_elasticities")}
    own = elasticity["0104"] if elasticity["0104"]["usable"] == "true" else elasticity["all"]
    poorest = incomes["3"]
    assert country["2000"] < poorest, "in 2000 the country was poorer than the poorest group"
    per_inhabitant = rows["3"] * (country["2000"] / poorest) ** float(own["elasticity"])
    tonnes = per_inhabitant * people / 1000
    model = float(kazakhstan.data["placed_on_market"].sel(product="0104", year=2000))
    assert model == pytest.approx(tonnes, rel=1e-6)


def test_that_photovoltaics_have_the_installed_capacity(kazakhstan: Result) -> None:
    """The mass in stock is the capacity at the mass per megawatt of its cohorts."""
    stock = kazakhstan.data["stock"].sel(product="0002", year=2023)
    capacity = float(kazakhstan.data["photovoltaic_capacity"].sel(year=2023))
    assert capacity == pytest.approx(1222.6, abs=0.2)
    assert 60 < float(stock) / capacity < 80
