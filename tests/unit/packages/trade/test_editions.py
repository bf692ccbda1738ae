"""Turns of the publishers that a reader must know: other editions, procedures, numbers for texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

duckdb = pytest.importorskip("duckdb", reason="the extra 'trade' is not installed")
pytest.importorskip("python_calamine", reason="the extra 'trade' is not installed")

FRIDGES = {
    "Ресурсы": [80, 500, 100, 600, 90, 700],
    "Производство": [1, 2, 3, 40, 5, 60],
    "Импорт": [79, 498, 97, 560, 85, 640],
    "Экспорт": [4, 20, "x", 30, "-", 50],
    "Реализация на внутреннем рынке": [76, 480, 100, 570, 90, 650],
}


def test_that_editions_in_two_languages_are_read_by_the_russian_words(
    trade_files: ModuleType, take: Callable[..., Any], tmp_path: Path
) -> None:
    headings = [f"2026 жылғы шілде /\n{head}" for head in trade_files.MONTHLY_HEADINGS]
    sheet = trade_files.resources_sheet(headings, {})
    sheet.append(["Тоңазытқыштар", *[None] * 6, "Холодильники и морозильники бытовые, тыс. штук"])
    sheet += [["Қазақша", *cells, article] for article, cells in FRIDGES.items()]
    summary = take(
        trade_files.write_workbook(tmp_path / "19065.xls.xlsx", {"1": sheet}), source="bns-resources"
    )
    rows = trade_files.read_rows(summary.store.folder)
    found = {row["flow"]: row["pieces"] for row in rows if row["period"] == "2026-01/2026-07"}
    assert found == {"production": 40e3, "import": 560e3, "export": 30e3, "sales": 570e3}
    assert {row["code"] for row in rows} == {"холодильники и морозильники бытовые"}


def test_that_goods_in_litres_and_in_money_are_no_equipment(
    trade_files: ModuleType, take: Callable[..., Any], tmp_path: Path
) -> None:
    products = {
        name: {"Импорт": [1] * 6} for name in ("Пиво, тыс. литров", "Мебель, тыс.тенге", "Пылесосы, штук")
    }
    sheet = trade_files.resources_sheet(trade_files.MONTHLY_HEADINGS, products)
    summary = take(trade_files.write_workbook(tmp_path / "19065.xlsx", {"1": sheet}), source="bns-resources")
    assert {row["code"] for row in trade_files.read_rows(summary.store.folder)} == {"пылесосы"}


def test_that_customs_procedures_of_the_api_are_parts_of_its_flows(
    trade_files: ModuleType, take: Callable[..., Any], tmp_path: Path
) -> None:
    rows = [
        trade_files.api_row(flowCode=flow)
        for flow in ("M", "X", "RX", "DX", "FM", "MIP", "MOP", "XIP", "XOP")
    ]
    path = trade_files.write_table(tmp_path / "api.csv", trade_files.API_HEADINGS, rows)
    summary = take(path, source="comtrade-api")
    assert summary.levels == {"leaf": 3, "part": 6}
    assert set(summary.coverage["flow"]) == {"import", "export", "re_export"}


def test_that_numbers_in_parquet_are_read_as_well_as_texts(
    trade_files: ModuleType, take: Callable[..., Any], tmp_path: Path
) -> None:
    path = trade_files.write_comtrade(tmp_path / "texts.csv")
    typed = tmp_path / "typed.parquet"
    duckdb.sql(f"COPY (FROM read_csv('{path}', types = {{'Commodity Code': 'VARCHAR'}})) TO '{typed}'")
    amounts = [
        {name: row[name] for name in ("year", "period", "code", "kg", "pieces", "value_usd")}
        for file in (path, typed)
        for row in trade_files.read_rows(take(file, replace=True).store.folder)
    ]
    assert amounts[0] == amounts[1]


def test_that_files_of_one_name_in_two_folders_are_told_apart(
    trade_files: ModuleType, take: Callable[..., Any], tmp_path: Path
) -> None:
    paths = []
    for year in (2019, 2020):
        (tmp_path / str(year)).mkdir()
        paths.append(
            trade_files.write_comtrade(
                tmp_path / str(year) / "kaz.csv", [trade_files.comtrade_row(period=year)]
            )
        )
    summary = take(*paths)
    rows = trade_files.read_rows(summary.store.folder)
    assert [(row["year"], row["file"]) for row in rows] == [(2019, "kaz.csv"), (2020, "2020/kaz.csv")]
