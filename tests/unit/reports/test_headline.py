from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ainalym.core.quantities import LANGUAGES, get_quantity
from ainalym.reports.comparison_table import compose_comparison_table, name_published
from ainalym.reports.headline import (
    compose_headline_table,
    compose_material_table,
    compose_value_table,
    describe_gap,
    describe_headline,
    describe_materials,
    list_key_figures,
)
from ainalym.reports.language import NO_BREAK_SPACE, Translator
from ainalym.reports.text_table import TextTable
from ainalym.results.result import Result
from ainalym.results.summary import compute_comparison, compute_headline, compute_material_summary
from ainalym.results.trust import compute_gap

ENGLISH = Translator("en")


def read_number(text: str) -> float:
    return float(text.replace(",", ""))


def assert_well_formed(table: TextTable) -> None:
    assert table.rows
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert len({column.key for column in table.columns}) == len(table.columns)


def test_that_the_headline_table_shows_the_computed_figures(kazakhstan: Result) -> None:
    table = compose_headline_table(kazakhstan, ENGLISH)
    assert_well_formed(table)
    headline = compute_headline(kazakhstan)
    shown = np.array([[read_number(cell) for cell in row[1:]] for row in table.rows])
    wide = headline.pivot(index="quantity", columns="year", values=["value", "per_inhabitant"])
    for position, quantity in enumerate(("placed_on_market", "stock", "ewaste_generated")):
        masses = wide.loc[quantity, "value"].to_numpy() / 1000
        np.testing.assert_allclose(shown[2 * position], masses, rtol=0.005)
        shares = wide.loc[quantity, "per_inhabitant"].to_numpy()
        np.testing.assert_allclose(shown[2 * position + 1], shares, rtol=0.005)


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_quantities_are_named_as_in_the_vocabulary(kazakhstan: Result, language: str) -> None:
    translator = Translator(language)
    table = compose_headline_table(kazakhstan, translator)
    stock = get_quantity("stock").labels[translator.language]
    assert table.rows[2][0] == f"{stock}, {translator.unit('kt')}"


def test_that_gold_is_counted_in_tonnes_and_iron_in_kilotonnes(kazakhstan: Result) -> None:
    table = compose_material_table(kazakhstan, ENGLISH)
    assert_well_formed(table)
    assert [row[0] for row in table.rows] == [
        "Iron and steel, kt",
        "Aluminium, kt",
        "Plastics, kt",
        "Copper, kt",
        "Gold, t",
    ]
    summary = compute_material_summary(kazakhstan).set_index(["material", "first_year", "last_year"])["mass"]
    assert read_number(table.rows[-1][-1]) == pytest.approx(summary["gold", 2025, 2050], rel=0.005)
    assert read_number(table.rows[0][-1]) == pytest.approx(
        summary["iron_steel", 2025, 2050] / 1000, rel=0.005
    )


def test_that_all_materials_stand_from_the_heaviest_to_the_lightest(kazakhstan: Result) -> None:
    table = compose_material_table(kazakhstan, ENGLISH, None)
    assert table.rows[0][0] == "Iron and steel, kt"
    assert [row[0].split(",")[0] for row in table.rows[-3:]] == ["Silver", "Gold", "Palladium"]
    assert len(table.rows) == 16


def test_that_the_value_table_ends_in_the_total_of_all_priced_materials(kazakhstan: Result) -> None:
    table = compose_value_table(kazakhstan, ENGLISH, None, with_prices=True)
    assert_well_formed(table)
    cells = np.array([[read_number(cell) for cell in row[4:]] for row in table.rows])
    np.testing.assert_allclose(cells[:-1].sum(axis=0), cells[-1], rtol=0.01)
    assert sorted(cells[:-1, -1], reverse=True) == cells[:-1, -1].tolist()
    assert len(table.rows) == 13


def test_that_the_total_is_the_same_however_few_materials_are_listed(kazakhstan: Result) -> None:
    few = compose_value_table(kazakhstan, ENGLISH)
    every = compose_value_table(kazakhstan, ENGLISH, None, with_prices=True)
    assert few.rows[-1][1:] == every.rows[-1][4:]


def test_that_prices_carry_years_and_grade_or_a_mark(kazakhstan: Result) -> None:
    full = compose_value_table(kazakhstan, ENGLISH, None, with_prices=True)
    by_name = {row[0]: row for row in full.rows}
    assert by_name["Copper"][2:4] == ("2023–2025", "A")
    assert by_name["Iron and steel"][3] == "D"
    short = compose_value_table(kazakhstan, ENGLISH)
    assert [row[0] for row in short.rows][:2] == ["Iron and steel (price D)", "Aluminium"]


def test_that_the_value_is_called_gross_and_a_lower_bound_and_names_what_has_no_price(
    kazakhstan: Result,
) -> None:
    notes = compose_value_table(kazakhstan, ENGLISH).notes
    assert notes[0].startswith("Gross value, lower bound")
    for name in ("glass", "lithium", "other materials", "other metals"):
        assert name in notes[1]


def test_that_every_published_figure_stands_beside_the_model(kazakhstan: Result) -> None:
    table = compose_comparison_table(kazakhstan, ENGLISH, with_sources=True)
    assert_well_formed(table)
    comparison = compute_comparison(kazakhstan)
    assert len(table.rows) == comparison["model"].notna().sum()
    gap = compute_gap(kazakhstan)
    assert gap is not None
    newest = [row for row in table.rows if row[5] == gap.vintage and "kt" in row[0]]
    masses = [ENGLISH.number(mass / 1000) for mass in (gap.published, gap.model)]
    assert [row[1:5] for row in newest] == [("2022", *masses, f"{gap.ratio:.2f}")]
    compact = compose_comparison_table(kazakhstan, ENGLISH)
    assert [column.key for column in compact.columns][-1] == "grade"
    assert_well_formed(compact)


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_headline_is_said_with_its_figures(kazakhstan: Result, language: str) -> None:
    translator = Translator(language)
    said = describe_headline(kazakhstan, translator)
    assert kazakhstan.country[translator.language] in said
    for row in compute_headline(kazakhstan).query("quantity == 'ewaste_generated'").to_dict("records"):
        assert str(row["year"]) in said
        assert translator.with_unit(row["value"] / 1000, "kt") in said


def test_that_an_outlook_to_2025_says_nothing_of_the_future(to_2025: Result) -> None:
    said = describe_headline(to_2025, ENGLISH)
    assert said.startswith("In 2022 about")
    assert "2030" not in said
    assert describe_materials(to_2025, ENGLISH) == ""


def test_that_the_materials_are_said_over_the_longest_period(kazakhstan: Result, to_2030: Result) -> None:
    assert "2025–2050" in describe_materials(kazakhstan, ENGLISH)
    assert f"t{NO_BREAK_SPACE}of gold" not in describe_materials(kazakhstan, ENGLISH)
    assert "of gold" in describe_materials(kazakhstan, ENGLISH)
    assert "2025–2030" in describe_materials(to_2030, ENGLISH)


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_gap_is_told_with_its_ratios(kazakhstan: Result, language: str) -> None:
    translator = Translator(language)
    gap = compute_gap(kazakhstan)
    assert gap is not None
    said = describe_gap(kazakhstan, translator)
    for ratio in (gap.ratio, gap.lowest_ratio, gap.highest_ratio):
        assert translator.number_fixed(ratio, 2) in said
    assert gap.vintage in said


def test_that_a_single_published_total_is_told_without_a_range(
    kazakhstan: Result, change: Callable[..., Result]
) -> None:
    def keep_newest(published: pd.DataFrame) -> pd.DataFrame:
        return published[(published["quantity"] == "ewaste_generated") & (published["year"] == 2022)]

    said = describe_gap(change(kazakhstan, "published", keep_newest), ENGLISH)
    assert re.search(r"Over 1 published total the ratio is 1\.\d\d\.", said)
    assert "differ" not in said


def test_that_no_gap_is_told_where_nothing_is_published(sparse: Result) -> None:
    assert describe_gap(sparse, ENGLISH) == ""
    assert compose_comparison_table(sparse, ENGLISH).rows == ()


def test_that_key_figures_are_the_e_waste_of_the_headline_years(kazakhstan: Result, to_2030: Result) -> None:
    figures = list_key_figures(kazakhstan, ENGLISH)
    totals = kazakhstan.data["ewaste_generated"].sum("product") / 1000
    assert [(figure.year, figure.mass) for figure in figures] == [
        (str(year), ENGLISH.number(float(totals.sel(year=year)))) for year in (2022, 2030, 2050)
    ]
    assert [figure.year for figure in list_key_figures(to_2030, ENGLISH)] == ["2022", "2030"]


def test_that_a_quantity_that_nobody_named_is_shown_by_its_own_name() -> None:
    assert name_published("batteries_in_landfill", ENGLISH) == "batteries in landfill"
    assert name_published("collection_rate", Translator("kk")) == "Жинау үлесі"
