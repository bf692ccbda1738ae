"""Files of every publication come into the store as they are meant: amounts, units, flows, years, codes."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="the extra 'trade' is not installed")
pytest.importorskip("python_calamine", reason="the extra 'trade' is not installed")

from ainalym.packages.trade.engine import EngineLimits
from ainalym.packages.trade.recognition import LAYOUTS
from ainalym.packages.trade.store import compute_file_hash

Take = Callable[..., Any]
EUR_IN_2022 = 1.0530


def pick(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_that_the_program_knows_every_heading_of_the_published_layouts(trade_files: ModuleType) -> None:
    published = {
        "comtrade": trade_files.COMTRADE_HEADINGS,
        "comtrade-api": trade_files.API_HEADINGS,
        "baci": trade_files.BACI_HEADINGS,
        "comext-v2": trade_files.COMEXT_HEADINGS,
        "comext-v1": trade_files.COMEXT_V1_HEADINGS,
        "comext-easy": trade_files.EASY_COMEXT_HEADINGS,
    }
    assert len(trade_files.COMTRADE_HEADINGS) == 35
    assert len(trade_files.API_HEADINGS) == 47
    assert {layout.name: list(layout.headings) for layout in LAYOUTS} == published


# UN Comtrade, classic layout


def test_that_a_classic_row_keeps_country_year_code_and_amounts(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    summary = take(trade_files.write_comtrade(tmp_path / "kaz.csv"))
    assert summary.rows == 1
    assert trade_files.read_rows(store_folder) == [
        {
            "year": 2022,
            "period": "2022",
            "flow": "import",
            "reporter": "KAZ",
            "partner": "WLD",
            "hs_revision": "HS2022",
            "code": "841810",
            "kg": 60_000.0,
            "pieces": 1000.0,
            "value_usd": 350_000.0,
            "source": "comtrade",
            "file": "kaz.csv",
            "line": 2,
            "flags": "",
        }
    ]


def test_that_each_flow_of_comtrade_is_told_from_the_others(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [trade_files.comtrade_row(flow=code, kg=60_000 + code) for code in (1, 2, 3, 4)]
    take(trade_files.write_comtrade(tmp_path / "kaz.csv", rows))
    flows = {row["kg"]: row["flow"] for row in trade_files.read_rows(store_folder)}
    assert flows == {60_001: "import", 60_002: "export", 60_003: "re_export", 60_004: "re_import"}


def test_that_every_revision_is_known_by_its_letter(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [trade_files.comtrade_row(revision=f"H{number}", period=2010 + number) for number in range(7)]
    take(trade_files.write_comtrade(tmp_path / "kaz.csv", rows))
    revisions = [row["hs_revision"] for row in trade_files.read_rows(store_folder)]
    assert revisions == ["HS1992", "HS1996", "HS2002", "HS2007", "HS2012", "HS2017", "HS2022"]


def test_that_totals_and_splits_of_comtrade_are_not_counted_beside_their_parts(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    row = trade_files.comtrade_row
    rows = [
        row(code="TOTAL", level=0),
        row(code="84", level=2),
        row(code="8418", level=4),
        row(),
        row(partner2=643),
        row(customs="C01"),
        row(transport=2100),
        row(code="9999AA"),
        row(code="271019"),
    ]
    summary = take(trade_files.write_comtrade(tmp_path / "kaz.csv", rows))
    stored = trade_files.read_rows(store_folder)
    assert [pick(found, "code", "kg", "line") for found in stored] == [("841810", 60_000.0, 5)]
    assert summary.levels == {"leaf": 1, "aggregate": 3, "part": 3, "other": 1, "special": 1}


def test_that_rows_between_other_countries_are_left_behind(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    row = trade_files.comtrade_row
    rows = [row(reporter=156, partner=276), row(reporter=156, partner=398, flow=2), row(partner=156)]
    take(trade_files.write_comtrade(tmp_path / "world.csv", rows))
    stored = trade_files.read_rows(store_folder)
    assert {pick(found, "reporter", "partner", "flow") for found in stored} == {
        ("CHN", "KAZ", "export"),
        ("KAZ", "CHN", "import"),
    }


def test_that_units_that_count_things_become_pieces(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    factors = {5: 1, 6: 2, 9: 1000, 11: 12}
    rows = [
        trade_files.comtrade_row(unit=unit, pieces=100, kg=5000 * factor, period=2000 + unit)
        for unit, factor in factors.items()
    ]
    take(trade_files.write_comtrade(tmp_path / "kaz.csv", rows))
    pieces = {row["year"] - 2000: row["pieces"] for row in trade_files.read_rows(store_folder)}
    assert pieces == {unit: 100.0 * factor for unit, factor in factors.items()}


def test_that_a_quantity_in_kilograms_is_never_taken_for_pieces(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    row = trade_files.comtrade_row
    rows = [
        row(unit=8, pieces=60000),
        row(code="841821", unit=8, pieces=60000, alt_unit=5, alt_pieces=1200),
        row(code="841830", unit=-1, pieces=""),
    ]
    take(trade_files.write_comtrade(tmp_path / "kaz.csv", rows))
    pieces = {found["code"]: found["pieces"] for found in trade_files.read_rows(store_folder)}
    assert pieces == {"841810": None, "841821": 1200.0, "841830": None}


def test_that_a_nought_beside_an_amount_is_unknown_and_not_nothing(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [
        trade_files.comtrade_row(kg=0, pieces=0),
        trade_files.comtrade_row(code="841821", kg=0, pieces=0, value=0),
    ]
    take(trade_files.write_comtrade(tmp_path / "kaz.csv", rows))
    stored = trade_files.read_rows(store_folder)
    assert [pick(row, "code", "kg", "pieces") for row in stored] == [
        ("841810", None, None),
        ("841821", 0.0, 0.0),
    ]


def test_that_what_the_publisher_estimated_is_flagged(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [trade_files.comtrade_row(flag=flag, period=2010 + flag) for flag in (0, 2, 4, 6)]
    take(trade_files.write_comtrade(tmp_path / "kaz.csv", rows))
    assert {row["year"] - 2010: row["flags"] for row in trade_files.read_rows(store_folder)} == {
        0: "",
        2: "pieces_estimated",
        4: "kg_estimated",
        6: "kg_estimated;pieces_estimated",
    }


def test_that_months_stay_months(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [trade_files.comtrade_row(period=period) for period in (202201, 202212)]
    take(trade_files.write_comtrade(tmp_path / "kaz.csv", rows))
    stored = trade_files.read_rows(store_folder)
    assert [pick(row, "year", "period") for row in stored] == [(2022, "2022-01"), (2022, "2022-12")]


@pytest.mark.parametrize(
    ("name", "first_line"), [("kaz.csv", 2), ("kaz.csv.gz", 2), ("kaz.parquet", 1), ("kaz.xlsx", 2)]
)
def test_that_the_container_does_not_change_the_figures(
    name: str, first_line: int, take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [trade_files.comtrade_row(), trade_files.comtrade_row(code="851713", kg=900, pieces=4500)]
    take(trade_files.write_comtrade(tmp_path / name, rows))
    stored = trade_files.read_rows(store_folder)
    assert [pick(row, "code", "kg", "pieces", "value_usd", "line") for row in stored] == [
        ("841810", 60_000.0, 1000.0, 350_000.0, first_line),
        ("851713", 900.0, 4500.0, 350_000.0, first_line + 1),
    ]


def test_that_tabs_and_the_mark_of_a_spreadsheet_before_the_headings_do_no_harm(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    path = trade_files.write_comtrade(tmp_path / "kaz.txt", delimiter="\t", encoding="utf-8-sig")
    take(path)
    assert len(trade_files.read_rows(store_folder)) == 1


def test_that_quoted_text_may_hold_the_delimiter_and_the_order_of_columns_does_not_matter(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    row = trade_files.comtrade_row() | {"Commodity": 'Refrigerators, "combined", with freezers'}
    path = tmp_path / "kaz.csv"
    trade_files.write_table(path, list(reversed(trade_files.COMTRADE_HEADINGS)), [row])
    take(path)
    assert [pick(found, "code", "kg") for found in trade_files.read_rows(store_folder)] == [
        ("841810", 60_000.0)
    ]


def test_that_a_file_in_cp1251_is_read_when_its_encoding_is_said(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    row = trade_files.comtrade_row() | {"Commodity": "Холодильники", "Reporter": "Казахстан"}
    take(trade_files.write_comtrade(tmp_path / "kaz.csv", [row], encoding="cp1251"), encoding="cp1251")
    assert len(trade_files.read_rows(store_folder)) == 1


def test_that_the_order_of_rows_does_not_change_a_byte_of_what_is_stored(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [
        trade_files.comtrade_row(period=year, partner=partner, code=code, kg=50_000 + partner)
        for year in (2021, 2022)
        for partner in (0, 156, 643)
        for code in ("841810", "841821")
    ]
    shuffled = random.Random(20260701).sample(rows, len(rows))
    stored = []
    for number, order in enumerate((rows, shuffled)):
        take(trade_files.write_comtrade(tmp_path / f"{number}.csv", order), replace=True)
        found = trade_files.read_rows(store_folder)
        stored.append([{**row, "line": 0, "file": ""} for row in found])
    assert stored[0] == stored[1]
    assert len(stored[0]) == len(rows)


def test_that_the_same_file_gives_the_same_bytes(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    path = trade_files.write_comtrade(
        tmp_path / "kaz.csv", [trade_files.comtrade_row(partner=partner) for partner in (156, 643, 0)]
    )
    first = take(path).store.contents.imports[0]
    second = take(path, replace=True).store.contents.imports[-1]
    assert first.hash == second.hash
    assert compute_file_hash(store_folder / second.file) == second.hash


# UN Comtrade, layout of the API


@pytest.mark.parametrize("form", ["csv", "tsv", "tsv.gz", "json", "records", "parquet"])
def test_that_an_answer_of_the_api_reads_the_same_in_every_form(
    form: str, take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [
        trade_files.api_row(),
        trade_files.api_row(cmdCode="841810", qty=50, netWgt=3000.5, isNetWgtEstimated=True),
        trade_files.api_row(aggrLevel=4, cmdCode="8517"),
        trade_files.api_row(motCode=1000),
        trade_files.api_row(customsCode="C01"),
        trade_files.api_row(partner2Code=156),
        trade_files.api_row(flowCode="FM"),
    ]
    if form in ("json", "records"):
        path = tmp_path / "answer.json"
        trade_files.write_json(path, {"elapsedTime": "0.3 s", "data": rows} if form == "json" else rows)
    else:
        path = tmp_path / f"answer.{form}"
        delimiter = "\t" if form.startswith("tsv") else ","
        trade_files.write_table(path, trade_files.API_HEADINGS, rows, delimiter=delimiter)
    summary = take(path, source="comtrade-api")
    names = ("year", "flow", "partner", "hs_revision", "code", "kg", "pieces", "value_usd", "flags")
    assert [pick(row, *names) for row in trade_files.read_rows(store_folder)] == [
        (2022, "import", "WLD", "HS2022", "841810", 3000.5, 50.0, 900_000.5, "kg_estimated"),
        (2022, "import", "WLD", "HS2022", "851713", 800.0, 4000.0, 900_000.5, ""),
    ]
    assert summary.levels == {"leaf": 2, "aggregate": 1, "part": 4}


def test_that_each_flow_of_the_api_is_told_from_the_others(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [trade_files.api_row(flowCode=letter) for letter in ("M", "X", "RX", "RM")]
    take(trade_files.write_json(tmp_path / "a.json", rows), source="comtrade-api")
    flows = {row["flow"]: row["line"] for row in trade_files.read_rows(store_folder)}
    assert flows == {"import": 2, "export": 3, "re_export": 4, "re_import": 5}


def test_that_a_missing_amount_in_json_is_unknown(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    path = trade_files.write_json(
        tmp_path / "a.json", [trade_files.api_row(netWgt=None, qty=None, altQty=None)]
    )
    take(path, source="comtrade-api")
    assert [pick(row, "kg", "pieces") for row in trade_files.read_rows(store_folder)] == [(None, None)]


# BACI


def test_that_baci_counts_for_either_side_in_kg_and_dollars(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [
        trade_files.baci_row(),
        trade_files.baci_row(i=398, j=643, q="       NA"),
        trade_files.baci_row(i=156, j=643),
    ]
    path = tmp_path / "BACI_HS17_Y2020_V202301.csv"
    take(trade_files.write_table(path, trade_files.BACI_HEADINGS, rows), source="baci")
    names = (
        "year",
        "flow",
        "reporter",
        "partner",
        "hs_revision",
        "code",
        "kg",
        "pieces",
        "value_usd",
        "flags",
    )
    assert [pick(row, *names) for row in trade_files.read_rows(store_folder)] == [
        (2020, "export", "KAZ", "RUS", "HS2017", "841810", None, None, 750_250.0, "reconciled"),
        (2020, "import", "KAZ", "CHN", "HS2017", "841810", 120_500.0, None, 750_250.0, "reconciled"),
    ]


def test_that_baci_codes_get_their_leading_nought_back(
    take: Take, trade_files: ModuleType, tmp_path: Path
) -> None:
    # Live horses: a code of chapter 01 is no mistake, only of another chapter.
    rows = [trade_files.baci_row(), trade_files.baci_row(k=10121)]
    path = tmp_path / "BACI_HS17_Y2020_V202301.csv"
    summary = take(trade_files.write_table(path, trade_files.BACI_HEADINGS, rows), source="baci")
    assert summary.levels == {"leaf": 1, "other": 1}


@pytest.mark.parametrize(("name", "said"), [("BACI_HS92_Y1999_V2023.csv", None), ("mine.csv", "HS1992")])
def test_that_the_revision_of_baci_comes_from_its_name_or_from_the_user(
    name: str, said: str | None, take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    path = tmp_path / name
    trade_files.write_table(path, trade_files.BACI_HEADINGS, [trade_files.baci_row(t=1999)])
    take(path, source="baci", revision=said)
    assert [row["hs_revision"] for row in trade_files.read_rows(store_folder)] == ["HS1992"]


# Eurostat Comext


def test_that_a_month_of_comext_keeps_eight_digits_and_becomes_dollars(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    path = tmp_path / "full_v2_202203.csv"
    take(
        trade_files.write_table(path, trade_files.COMEXT_HEADINGS, [trade_files.comext_row()]),
        source="comext",
    )
    names = ("period", "flow", "reporter", "partner", "hs_revision", "code", "kg", "pieces")
    (row,) = trade_files.read_rows(store_folder)
    assert pick(row, *names) == ("2022-03", "export", "DEU", "KAZ", "HS2022", "84181020", 5200.0, 80.0)
    assert row["value_usd"] == pytest.approx(20_000 * EUR_IN_2022, rel=1e-12)


def test_that_totals_secret_codes_and_the_union_as_a_whole_are_left_out_of_comext(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    row = trade_files.comext_row
    rows = [
        row(),
        row(PRODUCT_NC="TOTAL"),
        row(PRODUCT_NC="841810"),
        row(REPORTER="EU27_2020"),
        row(PRODUCT_NC="84XXXXXX"),
        row(PRODUCT_NC="84181080", SUPPL_UNIT="KPST", QUANTITY_SUPPL_UNIT=0.08),
        row(PRODUCT_NC="84182110", SUPPL_UNIT="NO_SU", QUANTITY_SUPPL_UNIT=0),
        row(STAT_PROCEDURE=3),
    ]
    summary = take(
        trade_files.write_table(tmp_path / "c.csv", trade_files.COMEXT_HEADINGS, rows), source="comext"
    )
    stored = trade_files.read_rows(store_folder)
    assert [pick(found, "code", "pieces") for found in stored] == [
        ("84181020", 80.0),
        ("84181020", 80.0),
        ("84181080", 80.0),
        ("84182110", None),
    ]
    assert summary.levels == {"leaf": 4, "aggregate": 3, "special": 1}


def test_that_month_52_of_comext_is_the_whole_year(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [trade_files.comext_row(PERIOD=202152)]
    take(trade_files.write_table(tmp_path / "c.csv", trade_files.COMEXT_HEADINGS, rows), source="comext")
    (row,) = trade_files.read_rows(store_folder)
    assert pick(row, "year", "period", "hs_revision") == (2021, "2021", "HS2017")


def test_that_the_old_and_the_easy_layout_of_comext_are_recognised(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    old = dict.fromkeys(trade_files.COMEXT_V1_HEADINGS, "") | {
        "DECLARANT_ISO": "DE",
        "PARTNER_ISO": "KZ",
        "PRODUCT_NC": "84181020",
        "FLOW": 2,
        "STAT_REGIME": 1,
        "SUPP_UNIT": "PST",
        "PERIOD": 201503,
        "VALUE_IN_EUROS": 900,
        "QUANTITY_IN_KG": 400,
        "SUP_QUANTITY": 7,
    }
    easy = {"REPORTER": "FR", "PARTNER": "KZ", "PRODUCT": "85171300", "FLOW": 2, "STAT_PROCEDURE": 1}
    easy |= {"PERIOD": 202203, "VALUE_IN_EUR": 5000}
    take(
        trade_files.write_table(tmp_path / "old.csv", trade_files.COMEXT_V1_HEADINGS, [old]),
        trade_files.write_table(tmp_path / "easy.csv", trade_files.EASY_COMEXT_HEADINGS, [easy]),
        source="comext",
    )
    assert [
        pick(row, "year", "reporter", "code", "kg", "pieces") for row in trade_files.read_rows(store_folder)
    ] == [
        (2015, "DEU", "84181020", 400.0, 7.0),
        (2022, "FRA", "85171300", None, None),
    ]


# Kazakh workbooks


def write_bns(trade_files: ModuleType, path: Path, **changes: Any) -> Path:
    months = ["январь 2025 года", "февраль 2025 года*"]
    regions = {
        "г. Алматы": {
            "841810": [10.0, 160, 70.0, 5.0, 80, 30.0],
            "010121": [1.0, 2, 3.0, None, None, None],
        },
        "Абайская область": {
            "841810": [2.0, 40, 10.0, "-", "x", None],
            "851713": [0, 0, 20.0, None, None, None],
        },
    }
    national = changes.pop("national", [13.0, None, 103.0, 5.0, None, 30.0])
    sheets = {
        "Метаданные": [["Метаданные"], ["Импорт по кодам ТН ВЭД"]],
        "2025": trade_files.bns_sheet(months, regions, national),
    }
    return trade_files.write_workbook(path, sheets)


def test_that_a_code_of_the_foreign_trade_workbook_is_summed_over_regions(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    summary = take(write_bns(trade_files, tmp_path / "446906.xlsx"), source="bns-hs6")
    names = (
        "period",
        "flow",
        "reporter",
        "partner",
        "hs_revision",
        "code",
        "kg",
        "pieces",
        "value_usd",
        "flags",
    )
    assert [pick(row, *names) for row in trade_files.read_rows(store_folder)] == [
        ("2025-01", "import", "KAZ", "WLD", "HS2022", "841810", 12_000.0, 200.0, 80_000.0, ""),
        ("2025-01", "import", "KAZ", "WLD", "HS2022", "851713", None, None, 20_000.0, ""),
        ("2025-02", "import", "KAZ", "WLD", "HS2022", "841810", 5000.0, 80.0, 30_000.0, "preliminary"),
    ]
    # Horses keep their leading nought: the code is whole, and only of another chapter.
    assert summary.levels == {"leaf": 3, "other": 1}


def test_that_a_month_whose_codes_do_not_give_the_national_total_is_flagged(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    path = write_bns(trade_files, tmp_path / "446906.xlsx", national=[99.0, None, 103.0, 5.0, None, 30.0])
    take(path, source="bns-hs6")
    flags = {(row["period"], row["flags"]) for row in trade_files.read_rows(store_folder)}
    assert flags == {("2025-01", "sum_differs"), ("2025-02", "preliminary")}


def test_that_the_user_may_say_what_flow_a_workbook_holds(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    take(write_bns(trade_files, tmp_path / "446906.xlsx"), source="bns-hs6", flow="export")
    assert {row["flow"] for row in trade_files.read_rows(store_folder)} == {"export"}


FRIDGES = {
    "Ресурсы": [1, 60, 12, 72, 10, 66],
    "Производство": [1, 10, 2, 12, 1, "11"],
    "Импорт": [1, 50, 10, "60,5", 9, 55],
    "Использование": [1, 60, 12, 72, 10, 66],
    "Экспорт": ["-", "-", "x", "x", 1, 4],
    "Реализация на внутреннем рынке": [1, 60, 12, 72.5, 9, 62],
}


def test_that_words_for_a_missing_figure_do_not_end_a_product(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    products = {
        "Утюги, штук": {"Производство": ["x", "x", "x", "x", "x", "x", "нет данных"], "Импорт": [1] * 6}
    }
    sheet = trade_files.resources_sheet(trade_files.MONTHLY_HEADINGS, products)
    take(trade_files.write_workbook(tmp_path / "19065.xlsx", {"1": sheet}), source="bns-resources")
    assert {pick(row, "code", "flow", "pieces") for row in trade_files.read_rows(store_folder)} == {
        ("утюги", "import", 1.0)
    }


def test_that_the_resources_table_gives_the_year_to_date_in_pieces(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    products = {
        "Холодильники бытовые, тыс. штук": FRIDGES,
        "Провода изолированные, тонн": {"Импорт": [1, 2, 3, 40, 5, 30]},
        "Ткани, тыс. кв. метров": {"Импорт": [1, 2, 3, 40, 5, 30]},
    }
    sheet = trade_files.resources_sheet(trade_files.MONTHLY_HEADINGS, products)
    take(trade_files.write_workbook(tmp_path / "19065.xlsx", {"1": sheet}), source="bns-resources")
    stored = trade_files.read_rows(store_folder)
    fridges = [row for row in stored if row["code"] == "холодильники бытовые"]
    run, before = "2026-01/2026-07", "2025-01/2025-07"
    assert {pick(row, "period", "flow", "pieces") for row in fridges} == {
        (run, "production", 12_000.0),
        (run, "import", 60_500.0),
        (run, "sales", 72_500.0),
        (before, "production", 11_000.0),
        (before, "import", 55_000.0),
        (before, "export", 4000.0),
        (before, "sales", 62_000.0),
    }
    assert {pick(row, "reporter", "partner", "hs_revision", "kg") for row in fridges} == {
        ("KAZ", "WLD", "NATIONAL", None)
    }
    cables = [pick(row, "period", "kg", "pieces") for row in stored if row["code"] == "провода изолированные"]
    assert cables == [(before, 30_000.0, None), (run, 40_000.0, None)]
    assert len(stored) == 9


def test_that_a_whole_year_goes_before_its_first_months(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    name = "Пылесосы бытовые, штук"
    monthly = trade_files.resources_sheet(
        trade_files.MONTHLY_HEADINGS, {name: {"Импорт": [1, 2, 3, 700, 5, 600]}}
    )
    annual = trade_files.resources_sheet([2024, 2025], {name: {"Импорт": [1000, 1100]}})
    take(
        trade_files.write_workbook(tmp_path / "annual.xlsx", {"1": annual}),
        trade_files.write_workbook(tmp_path / "monthly.xlsx", {"1": monthly}),
        source="bns-resources",
    )
    assert [pick(row, "period", "pieces", "file") for row in trade_files.read_rows(store_folder)] == [
        ("2024", 1000.0, "annual.xlsx"),
        ("2025", 1100.0, "annual.xlsx"),
        ("2026-01/2026-07", 700.0, "monthly.xlsx"),
    ]


# Tables of any form


def write_russian(trade_files: ModuleType, path: Path, **changes: Any) -> Path:
    row = dict.fromkeys(trade_files.RUSSIAN_HEADINGS, "") | {
        "DIRECTION": "ЭК",
        "PERIOD": "03/2021",
        "COUNTRY": "KZ",
        "HS10": "8418102001",
        "UM": "ШТ",
        "VALUE": "1 250,5",
        "NETWEIGHT": "64000,25",
        "QUANTITY": "1000",
        "REGION": "Московская область",
    }
    rows = [row, row | {"HS10": "8418.21", "UM": "ТЫС ШТ", "QUANTITY": "2", "NETWEIGHT": "90000"}]
    rows += [row | {"COUNTRY": "BY"}, row | {"DIRECTION": "ИМ", "UM": "КГ"}]
    rows = [{**found, **changes} for found in rows]
    return trade_files.write_table(path, trade_files.RUSSIAN_HEADINGS, rows, delimiter=";", encoding="cp1251")


def as_csv(mapping: dict[str, Any]) -> str:
    lines = ["setting,name,value"]
    for setting, value in mapping.items():
        if isinstance(value, dict):
            lines += [f"{setting},{name},{entry}" for name, entry in value.items()]
        elif isinstance(value, list):
            lines += [f"{setting},,{entry}" for entry in value]
        else:
            lines.append(f'{setting},,"{value}"')
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_that_a_mapping_file_makes_a_table_of_another_office_readable(
    form: str, take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    from ruamel.yaml import YAML

    text = trade_files.RUSSIAN_MAPPING
    if form == "csv":
        text = as_csv(YAML(typ="safe", pure=True).load(text))
    mapping = tmp_path / f"russia.{form}"
    mapping.write_text(text, encoding="utf-8")
    take(write_russian(trade_files, tmp_path / "rus.csv"), source="tidy", mapping=mapping)
    names = ("period", "flow", "reporter", "partner", "hs_revision", "code", "kg", "pieces", "value_usd")
    assert [pick(row, *names) for row in trade_files.read_rows(store_folder)] == [
        ("2021-03", "export", "RUS", "KAZ", "HS2017", "841810", 64_000.25, 1000.0, 1_250_500.0),
        ("2021-03", "export", "RUS", "KAZ", "HS2017", "841821", 90_000.0, 2000.0, 1_250_500.0),
        ("2021-03", "import", "RUS", "KAZ", "HS2017", "841810", 64_000.25, None, 1_250_500.0),
    ]


def test_that_a_tidy_table_may_write_its_period_in_many_ways(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    mapping = tmp_path / "map.yaml"
    mapping.write_text(
        "columns: {period: when, code: hs, kg: tons}\nconstants: {flow: import}\nmass_unit: t\n"
    )
    periods = ("2011", "201203", "2013-03", "2014-03-15", "3/2015", "03.2016", "15.03.2017")
    rows = [{"when": period, "hs": "841810", "tons": 2.5} for period in periods]
    table = trade_files.write_table(tmp_path / "own.csv", ["when", "hs", "tons"], rows)
    take(table, source="tidy", mapping=mapping)
    stored = trade_files.read_rows(store_folder)
    assert [row["period"] for row in stored] == ["2011", *(f"{year}-03" for year in range(2012, 2018))]
    assert {pick(row, "reporter", "partner", "kg") for row in stored} == {("KAZ", "WLD", 2500.0)}


def test_that_a_table_may_stand_on_another_sheet_below_a_title(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    mapping = tmp_path / "map.yaml"
    mapping.write_text(
        "columns: {period: Год, code: Код, pieces: Штук, hs_revision: Редакция}\n"
        "constants: {flow: import}\nsheet: Данные\nheading_line: 3\n",
        encoding="utf-8",
    )
    rows = [["Ввоз"], [], ["Год", "Код", "Штук", "Редакция"], [2019, "841810", 12, "H4"]]
    table = trade_files.write_workbook(tmp_path / "own.xlsx", {"Обложка": [["."]], "Данные": rows})
    take(table, source="tidy", mapping=mapping)
    (row,) = trade_files.read_rows(store_folder)
    assert pick(row, "year", "code", "pieces", "hs_revision", "line") == (2019, "841810", 12.0, "HS2012", 4)
    assert row["file"] == "own.xlsx [Данные]"


# The store


def test_that_the_list_of_the_store_names_what_was_imported(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    path = trade_files.write_comtrade(
        tmp_path / "kaz.csv", [trade_files.comtrade_row(period=2020), trade_files.comtrade_row()]
    )
    take(path)
    document = json.loads((store_folder / "trade.json").read_text(encoding="utf-8"))
    (entry,) = document["imports"]
    assert document["country"] == "KAZ"
    assert (entry["first_year"], entry["last_year"], entry["rows"]) == (2020, 2022, 2)
    assert entry["inputs"] == [{"name": "kaz.csv", "bytes": path.stat().st_size}]
    assert entry["hash"] == compute_file_hash(store_folder / entry["file"])


def test_that_other_years_and_sources_are_added_and_replaced_years_leave_the_others(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    row = trade_files.comtrade_row
    take(trade_files.write_comtrade(tmp_path / "a.csv", [row(period=2020), row(period=2021)]))
    take(trade_files.write_json(tmp_path / "b.json", [trade_files.api_row()]), source="comtrade-api")
    take(trade_files.write_comtrade(tmp_path / "c.csv", [row(period=2021, kg=61_000)]), replace=True)
    assert [pick(found, "year", "source", "kg", "file") for found in trade_files.read_rows(store_folder)] == [
        (2020, "comtrade", 60_000.0, "a.csv"),
        (2021, "comtrade", 61_000.0, "c.csv"),
        (2022, "comtrade-api", 800.0, "b.json"),
    ]
    counted = json.loads((store_folder / "trade.json").read_text(encoding="utf-8"))["imports"]
    assert {path.name for path in store_folder.glob("*")} == {"trade.json", *(e["file"] for e in counted)}


def test_that_codes_without_a_product_are_listed_with_their_trade(
    take: Take, trade_files: ModuleType, tmp_path: Path
) -> None:
    rows = [
        trade_files.comtrade_row(),
        trade_files.comtrade_row(code="847990", value=5, unit=8, kg=7),
        trade_files.comtrade_row(code="841191", value=900, unit=8, kg=3),
    ]
    summary = take(trade_files.write_comtrade(tmp_path / "kaz.csv", rows))
    found = summary.unmatched[["code", "kg", "value_usd"]].to_numpy().tolist()
    assert found == [["841191", 3.0, 900.0], ["847990", 7.0, 5.0]]
    assert summary.codes == 3


def test_that_the_summary_tells_reports_of_the_country_from_those_of_partners(
    take: Take, trade_files: ModuleType, tmp_path: Path
) -> None:
    rows = [
        trade_files.comtrade_row(),
        trade_files.comtrade_row(reporter=156, partner=398, flow=2, kg=40_000),
    ]
    coverage = take(trade_files.write_comtrade(tmp_path / "kaz.csv", rows)).coverage
    found = {(row.flow, row.is_own): (row.rows, row.kg) for row in coverage.itertuples()}
    assert found == {("import", True): (1, 60_000.0), ("export", False): (1, 40_000.0)}


def test_that_little_memory_is_enough_for_a_hundred_thousand_rows(
    take: Take, trade_files: ModuleType, tmp_path: Path
) -> None:
    codes = [f"84{heading}{sub}0" for heading in ("18", "50", "71") for sub in range(1, 5)]
    partners = (156, 643, 276, 410, 792)
    template = {**trade_files.comtrade_row(unit=8), "Commodity": "x" * 60}
    rows = [
        {
            **template,
            "Period": 202000 + 100 * year + month,
            "Commodity Code": code,
            "Partner Code": partner,
            "Reporter Code": 398 if copy == 0 else 4 + copy,
            "Netweight (kg)": 1000 + month,
        }
        for copy in range(48)
        for year in range(3)
        for month in range(1, 13)
        for code in codes
        for partner in partners
    ]
    assert len(rows) > 100_000
    path = trade_files.write_comtrade(tmp_path / "world.csv.gz", rows)
    started = time.monotonic()
    summary = take(path, limits=EngineLimits(memory="64MB", threads=2))
    assert summary.rows == 3 * 12 * len(codes) * len(partners)
    expected = 3 * len(codes) * len(partners) * sum(1000 + month for month in range(1, 13))
    assert summary.coverage["kg"].sum() == expected
    assert time.monotonic() - started < 20.0
