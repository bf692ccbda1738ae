"""The page and the tables of scenarios side by side."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ainalym.reports.comparison_page import list_comparison_tables, render_comparison
from ainalym.reports.draw_fans import draw_outcome_fans
from ainalym.reports.language import Translator
from ainalym.reports.lever_tables import compose_fee_table, compose_lever_table
from ainalym.reports.outcome_tables import say_change
from ainalym.reports.text_table import IntervalText
from ainalym.results.comparison import Comparison, write_comparison
from ainalym.results.fees import compute_fees
from ainalym.results.result import Result
from ainalym.scenarios.levers import read_levers

LANGUAGES = ["en", "ru", "kk"]


@pytest.fixture(scope="module")
def comparison(side_by_side: tuple[Result, ...]) -> Comparison:
    return Comparison((side_by_side[0], side_by_side[2]), (2030, 2050))


@pytest.fixture(scope="module")
def pages(comparison: Comparison) -> dict[str, str]:
    return {language: render_comparison(comparison, language) for language in ("en", "ru")}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_that_the_page_needs_nothing_from_outside(pages: dict[str, str], language: str) -> None:
    page = pages[language]
    assert f'<html lang="{language}">' in page
    body = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    assert not re.search(r'(?:src|href)="(?!#|data:)', body)
    assert "nan" not in re.sub(r"<[^>]+>", " ", body).lower().split()


def test_that_the_page_shows_flows_fates_and_fans_of_every_scenario(pages: dict[str, str]) -> None:
    for name in ("baseline", "circular"):
        for chart in (f"flows_{name}", f"fates_{name}", f"fan_ewaste_collected_{name}"):
            assert f'id="chart-{chart}"' in pages["en"]


def test_that_every_assumption_of_a_scenario_is_marked(pages: dict[str, str]) -> None:
    assert "Choice" in pages["en"]
    assert "judgement of practitioners" in pages["en"]
    assert "grades C and D" in pages["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_a_terminal_is_given_years_the_sum_values_and_rates(
    comparison: Comparison, language: str
) -> None:
    tables = list_comparison_tables(comparison, Translator(language))
    assert [table.caption for table in tables[:3]] == ["2030", "2050", "2025–2050"]
    assert len(tables) == 5
    assert sum(len(table.notes) for table in tables[:3]) == 0
    for row in tables[1].rows:
        assert all(isinstance(cell, IntervalText) for cell in row[1:])


def test_that_fans_side_by_side_share_their_scale(comparison: Comparison) -> None:
    specs = draw_outcome_fans(comparison.results, Translator("en"), "ewaste_collected")
    domains = {
        str(layer["encoding"]["y"]["scale"]["domain"])
        for spec in specs
        for layer in spec["layer"]
        if "scale" in layer.get("encoding", {}).get("y", {})
    }
    assert len(domains) == 1


def test_that_a_change_shows_its_sign() -> None:
    translator = Translator("en")
    assert say_change(translator, 12.34, 8.1, 16.2) == "+12.3\n[8.10–16.2]"
    assert say_change(translator, -3.0, -4.0, -2.0).startswith("\u22123")
    assert say_change(translator, 0.0, 0.0, 0.0) == "±0"


def test_that_the_folder_holds_tidy_tables(comparison: Comparison, tmp_path: Path) -> None:
    write_comparison(comparison, tmp_path)
    header = (tmp_path / "tables" / "outcomes.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.startswith("scenario,first_year,last_year,quantity,label,unit,value,low,high,change")
    assert (tmp_path / "run.json").is_file()
    assert (tmp_path / "tables" / "paths.csv").is_file()


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_levers_are_explained_in_every_language(language: str) -> None:
    table = compose_lever_table(Translator(language))
    assert [row[0] for row in table.rows] == list(read_levers())
    words = {row[-1] for row in table.rows}
    assert len(words) == len(table.rows)
    if language != "en":
        assert all(re.search("[а-яё]", text) for text in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_fees_are_said_in_every_language(kazakhstan: Result, language: str) -> None:
    fees = compute_fees(kazakhstan, 2030, 0.2, 3.0)
    table = compose_fee_table(kazakhstan, fees, 2030, Translator(language))
    assert len(table.columns) == 7
    assert len(table.rows) == 7
