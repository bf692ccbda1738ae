"""What was learned from evidence, as the page and the terminal show it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ainalym.core.quantities import LANGUAGES
from ainalym.reports.calibration_tables import (
    compose_evidence_table,
    compose_learned_table,
    compose_learning_table,
    describe_calibration,
    list_conflict_sentences,
)
from ainalym.reports.charts import CHARTS, draw_chart
from ainalym.reports.headline import describe_gap, describe_spread
from ainalym.reports.language import Translator
from ainalym.reports.page import render_report
from ainalym.results.calibration import compute_learning, list_conflicts, list_moved
from ainalym.results.result import Result
from ainalym.results.store import write_result

LEARNED = ("ewaste_generated_learned", "placed_on_market_learned", "stock_learned", "evidence_fit")


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_page_has_a_section_with_tables_pictures_and_conflicts(
    calibrated: Result, language: str
) -> None:
    page = render_report(calibrated, language)
    assert '<section aria-labelledby="evidence">' in page
    for name in LEARNED:
        assert f'id="chart-{name}"' in page
    for sentence in list_conflict_sentences(calibrated, Translator(language)):
        assert sentence.split(":")[0] in page
    # Every source that the evidence names has its entry in the list of sources.
    for target in set(re.findall(r'href="#(source-[^"]+)"', page)):
        assert f'id="{target}"' in page


def test_that_a_result_that_has_learned_nothing_shows_nothing_of_it(untaught: Result) -> None:
    translator = Translator("en")
    assert describe_calibration(untaught, translator) == ""
    assert compose_evidence_table(untaught, translator) is None
    assert compose_learning_table(untaught, translator) is None
    assert compose_learned_table(untaught, translator) is None
    assert list_conflict_sentences(untaught, translator) == []
    assert all(draw_chart(untaught, name, translator) is None for name in LEARNED)
    assert 'aria-labelledby="evidence"' not in render_report(untaught, "en")


def test_that_the_table_before_and_after_shows_what_the_result_holds(calibrated: Result) -> None:
    table = compose_learning_table(calibrated, Translator("en"))
    assert table is not None
    learning = compute_learning(calibrated)
    assert len(table.rows) == len(learning) == 9
    row = learning[(learning["quantity"] == "ewaste_generated") & (learning["year"] == 2022)].iloc[0]
    assert row["low"] < row["median"] < row["high"]
    assert row["high"] - row["low"] < row["prior_high"] - row["prior_low"]
    shown = table.rows[learning.index[learning["quantity"] == "ewaste_generated"][0]]
    assert shown[3].startswith(f"{row['median'] / 1000:,.0f} (")


def test_that_every_figure_stands_in_the_full_table_and_those_that_enter_in_the_short_one(
    calibrated: Result,
) -> None:
    translator = Translator("en")
    full = compose_evidence_table(calibrated, translator, with_sources=True)
    short = compose_evidence_table(calibrated, translator)
    assert full is not None
    assert short is not None
    assert (len(full.rows), len(short.rows)) == (46, 25)
    assert all(len(row) == len(full.columns) for row in full.rows)
    assert all(row[-1] for row in full.rows), "a figure without the reason of its error"


def test_that_a_conflict_says_by_how_much_and_what_would_have_to_be_true(calibrated: Result) -> None:
    sentences = list_conflict_sentences(calibrated, Translator("en"))
    assert len(sentences) == len(list_conflicts(calibrated)) >= 1
    dishwasher = next(sentence for sentence in sentences if "Dishwasher" in sentence)
    assert "cannot be met" in dishwasher
    assert re.search(r"level of the market, Dishwashers \(0102\), × 0\.\d\d", dishwasher)


def test_that_moved_inputs_come_with_the_largest_shift_first(calibrated: Result) -> None:
    moved = list_moved(calibrated)
    assert (moved["shift"].abs() > 0.5).all()
    assert moved["shift"].abs().is_monotonic_decreasing
    table = compose_learned_table(calibrated, Translator("kk"))
    assert table is not None
    assert len(table.rows) == len(moved)


@pytest.mark.parametrize("name", LEARNED)
def test_that_a_chart_of_the_calibration_holds_its_figures(calibrated: Result, name: str) -> None:
    spec = CHARTS[name](calibrated, Translator("en"))
    assert spec is not None
    text = json.dumps(spec)
    assert "NaN" not in text
    if name == "ewaste_generated_learned":
        points = [layer for layer in spec["layer"] if layer["mark"]["type"] == "point"]
        assert len(points[0]["data"]["values"]) == 9
    if name == "evidence_fit":
        assert len(spec["data"]["values"]) == 25


def test_that_the_page_does_not_say_that_nothing_was_tuned(calibrated: Result, untaught: Result) -> None:
    translator = Translator("en")
    assert "Nothing was tuned" in describe_gap(untaught, translator)
    assert "Nothing was tuned" not in describe_gap(calibrated, translator)
    assert "has learned from" in describe_gap(calibrated, translator)
    assert "the mean that evidence leaves it" in describe_spread(calibrated, translator)


def test_that_the_folder_holds_the_tables_of_the_calibration(calibrated: Result, tmp_path: Path) -> None:
    write_result(calibrated, tmp_path)
    for name in ("evidence", "learned", "conflicts", "prior"):
        assert (tmp_path / "tables" / f"calibration_{name}.csv").is_file()
    record = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert record["calibration"]["rows_that_enter"] == 25
    assert record["options"]["sales"] == "evidence"
