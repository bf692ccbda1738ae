from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ainalym.results.result import Result
from ainalym.results.summary import compute_comparison, compute_material_summary
from ainalym.results.trust import (
    ALL_MATERIALS,
    GRADES,
    compute_composition_grades,
    compute_gap,
    compute_origin_shares,
    compute_price_grades,
    compute_weak_share,
)
from ainalym.results.value import compute_assumed_share, compute_total_value, compute_unpriced_share


def with_table(result: Result, name: str, table: pd.DataFrame) -> Result:
    return replace(result, tables={**result.tables, name: table})


def test_that_the_gap_is_that_of_the_newest_published_total(kazakhstan: Result) -> None:
    gap = compute_gap(kazakhstan)
    assert gap is not None
    generated = kazakhstan.data["ewaste_generated"].sum("product")
    assert (gap.year, gap.vintage, gap.published) == (2022, "GEM2024", 196_000.0)
    assert gap.model == pytest.approx(float(generated.sel(year=2022)))
    assert gap.ratio == pytest.approx(gap.model / gap.published)


def test_that_the_gap_spans_all_published_totals(kazakhstan: Result) -> None:
    gap = compute_gap(kazakhstan)
    assert gap is not None
    comparison = compute_comparison(kazakhstan)
    ratios = comparison.loc[comparison["quantity"] == "ewaste_generated", "ratio"].dropna()
    assert (gap.totals, gap.lowest_ratio, gap.highest_ratio) == (len(ratios), ratios.min(), ratios.max())
    assert (gap.disputed_year, gap.lowest_published) == (2019, 136_100.0)
    assert gap.highest_published == pytest.approx(171_732.87, abs=0.01)


def test_that_there_is_no_gap_where_nothing_is_published(kazakhstan: Result) -> None:
    assert compute_gap(with_table(kazakhstan, "published", kazakhstan.tables["published"].iloc[:0])) is None


def test_that_published_totals_of_years_outside_the_outlook_make_no_gap(kazakhstan: Result) -> None:
    old = kazakhstan.tables["published"].assign(year=1970)
    assert compute_gap(with_table(kazakhstan, "published", old)) is None


def test_that_every_material_is_divided_among_the_grades_without_loss(kazakhstan: Result) -> None:
    grades = compute_composition_grades(kazakhstan, 2030)
    by_material = grades.groupby("material")
    assert set(grades["grade"]) == set(GRADES)
    assert (by_material.size() == len(GRADES)).all()
    np.testing.assert_allclose(by_material["share"].sum(), 1.0)
    summary = compute_material_summary(kazakhstan).query("first_year == 2030 and last_year == 2030")
    masses = by_material["mass"].sum()
    np.testing.assert_allclose(masses[summary["material"]], summary["mass"])


def test_that_all_materials_together_weigh_what_the_e_waste_weighs(kazakhstan: Result) -> None:
    grades = compute_composition_grades(kazakhstan, 2022)
    together = grades.loc[grades["material"] == ALL_MATERIALS, "mass"].sum()
    assert together == pytest.approx(float(kazakhstan.data["ewaste_generated"].sel(year=2022).sum()))


def test_that_the_weak_share_is_that_of_grades_c_and_d(kazakhstan: Result) -> None:
    grades = compute_composition_grades(kazakhstan, 2022).set_index(["material", "grade"])["share"]
    for material in (ALL_MATERIALS, "gold"):
        weak = compute_weak_share(kazakhstan, 2022, material)
        assert weak == pytest.approx(1 - grades[material, "A"] - grades[material, "B"])
    assert compute_weak_share(kazakhstan, 2022, "gold") > compute_weak_share(kazakhstan, 2022)


def test_that_a_price_has_the_worst_grade_of_its_years(kazakhstan: Result) -> None:
    prices = kazakhstan.tables["prices"].copy()
    prices.loc[(prices["material"] == "copper") & (prices["year"] == 2024), "grade"] = "C"
    table = compute_price_grades(with_table(kazakhstan, "prices", prices)).set_index("material")
    assert table.at["copper", "grade"] == "C"
    assert table.at["aluminium", "grade"] == "A"


def test_that_price_years_are_those_that_were_averaged(kazakhstan: Result) -> None:
    table = compute_price_grades(kazakhstan).set_index("material")
    assert (table.at["gold", "first_year"], table.at["gold", "last_year"]) == (2023, 2025)
    prices = kazakhstan.tables["prices"].query("material == 'copper' and year >= 2023")["value"]
    assert table.at["copper", "price"] == pytest.approx(prices.mean())


def test_that_a_material_without_a_price_has_no_grade(kazakhstan: Result) -> None:
    table = compute_price_grades(kazakhstan).set_index("material")
    assert pd.isna(table.at["glass", "price"])
    assert table.at["glass", "grade"] == ""
    assert table.at["glass", "source"] == ""
    assert pd.isna(table.at["glass", "first_year"])


def test_that_origins_of_the_past_market_sum_to_the_whole(kazakhstan: Result) -> None:
    table = compute_origin_shares(kazakhstan)
    assert table["share"].sum() == pytest.approx(1.0)
    history = kazakhstan.data["placed_on_market"].sel(year=slice(None, 2025)).sum()
    assert table["mass"].sum() == pytest.approx(float(history))
    assert table["mass"].is_monotonic_decreasing


def test_that_the_total_value_is_the_sum_over_materials(kazakhstan: Result) -> None:
    table = compute_total_value(kazakhstan)
    value = kazakhstan.data["material_value"].sum("material")
    for row in table.to_dict("records"):
        expected = float(value.sel(year=slice(row["first_year"], row["last_year"])).sum())
        assert row["value"] == pytest.approx(expected)
    assert len(table) == 5


def test_that_the_unpriced_share_is_that_of_materials_without_a_price(kazakhstan: Result) -> None:
    missing, share = compute_unpriced_share(kazakhstan, 2022)
    assert missing == ["glass", "lithium", "other", "other_metals"]
    mass = kazakhstan.data["material_embedded"].sel(year=2022).sum("product")
    total = float(kazakhstan.data["ewaste_generated"].sel(year=2022).sum())
    assert share == pytest.approx(float(mass.sel(material=missing).sum()) / total)


def test_that_the_assumed_share_is_that_of_prices_of_grade_d(kazakhstan: Result) -> None:
    materials, share = compute_assumed_share(kazakhstan, (2025, 2050))
    assert sorted(materials) == ["iron_steel", "palladium", "plastics"]
    value = kazakhstan.data["material_value"].sel(year=slice(2025, 2050)).sum("year")
    assert share == pytest.approx(float(value.sel(material=materials).sum() / value.sum()))
