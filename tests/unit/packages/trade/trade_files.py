"""Writes small files in the form in which the publishers give them, and reads a store back.

The headings are written out here as they stand in published files, not taken from the program: a test must
fail when the program forgets one. Loaded by the fixture ``trade_files``.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]

COMTRADE_HEADINGS = [
    "Classification",
    "Year",
    "Period",
    "Period Desc.",
    "Aggregate Level",
    "Is Leaf Code",
    "Trade Flow Code",
    "Trade Flow",
    "Reporter Code",
    "Reporter",
    "Reporter ISO",
    "Partner Code",
    "Partner",
    "Partner ISO",
    "2nd Partner Code",
    "2nd Partner",
    "2nd Partner ISO",
    "Customs Proc. Code",
    "Customs",
    "Mode of Transport Code",
    "Mode of Transport",
    "Commodity Code",
    "Commodity",
    "Qty Unit Code",
    "Qty Unit",
    "Qty",
    "Alt Qty Unit Code",
    "Alt Qty Unit",
    "Alt Qty",
    "Netweight (kg)",
    "Gross weight (kg)",
    "Trade Value (US$)",
    "CIF Trade Value (US$)",
    "FOB Trade Value (US$)",
    "Flag",
]

API_HEADINGS = [
    "typeCode",
    "freqCode",
    "refPeriodId",
    "refYear",
    "refMonth",
    "period",
    "reporterCode",
    "reporterISO",
    "reporterDesc",
    "flowCode",
    "flowDesc",
    "partnerCode",
    "partnerISO",
    "partnerDesc",
    "partner2Code",
    "partner2ISO",
    "partner2Desc",
    "classificationCode",
    "classificationSearchCode",
    "isOriginalClassification",
    "cmdCode",
    "cmdDesc",
    "aggrLevel",
    "isLeaf",
    "customsCode",
    "customsDesc",
    "mosCode",
    "motCode",
    "motDesc",
    "qtyUnitCode",
    "qtyUnitAbbr",
    "qty",
    "isQtyEstimated",
    "altQtyUnitCode",
    "altQtyUnitAbbr",
    "altQty",
    "isAltQtyEstimated",
    "netWgt",
    "isNetWgtEstimated",
    "grossWgt",
    "isGrossWgtEstimated",
    "cifvalue",
    "fobvalue",
    "primaryValue",
    "legacyEstimationFlag",
    "isReported",
    "isAggregate",
]

COMEXT_HEADINGS = [
    "REPORTER",
    "PARTNER",
    "TRADE_TYPE",
    "PRODUCT_NC",
    "PRODUCT_SITC",
    "PRODUCT_CPA21",
    "PRODUCT_CPA22",
    "PRODUCT_BEC",
    "PRODUCT_BEC5",
    "PRODUCT_SECTION",
    "FLOW",
    "STAT_PROCEDURE",
    "SUPPL_UNIT",
    "PERIOD",
    "VALUE_EUR",
    "VALUE_NAC",
    "QUANTITY_KG",
    "QUANTITY_SUPPL_UNIT",
]

COMEXT_V1_HEADINGS = [
    "DECLARANT",
    "DECLARANT_ISO",
    "PARTNER",
    "PARTNER_ISO",
    "TRADE_TYPE",
    "PRODUCT_NC",
    "PRODUCT_SITC",
    "PRODUCT_CPA2002",
    "PRODUCT_CPA2008",
    "PRODUCT_CPA2_1",
    "PRODUCT_BEC",
    "PRODUCT_SECTION",
    "FLOW",
    "STAT_REGIME",
    "SUPP_UNIT",
    "PERIOD",
    "VALUE_IN_EUROS",
    "QUANTITY_IN_KG",
    "SUP_QUANTITY",
]

EASY_COMEXT_HEADINGS = ["REPORTER", "PARTNER", "PRODUCT", "FLOW", "STAT_PROCEDURE", "PERIOD", "VALUE_IN_EUR"]
BACI_HEADINGS = ["t", "i", "j", "k", "v", "q"]

RUSSIAN_HEADINGS = [
    "DIRECTION",
    "PERIOD",
    "COUNTRY",
    "HS10",
    "UM",
    "VALUE",
    "NETWEIGHT",
    "QUANTITY",
    "REGION",
    "REGION_S",
]

RUSSIAN_MAPPING = """\
columns: {period: PERIOD, flow: DIRECTION, partner: COUNTRY, code: HS10, kg: NETWEIGHT, pieces: QUANTITY,
  unit: UM, value: VALUE}
constants: {reporter: RU}
flows: {ИМ: import, ЭК: export}
countries: iso2
value_unit: 1000 USD
piece_units: [ШТ]
thousand_piece_units: [ТЫС ШТ]
decimal: ","
encoding: cp1251
delimiter: ";"
"""


def comtrade_row(**changes: Any) -> dict[str, Any]:
    """Give a row of the classic layout: refrigerators that Kazakhstan imported from the world in 2022."""
    row = dict.fromkeys(COMTRADE_HEADINGS, "")
    row |= {
        "Classification": "H6",
        "Year": 2022,
        "Period": 2022,
        "Period Desc.": 2022,
        "Aggregate Level": 6,
        "Is Leaf Code": 1,
        "Trade Flow Code": 1,
        "Trade Flow": "Import",
        "Reporter Code": 398,
        "Reporter": "Kazakhstan",
        "Reporter ISO": "KAZ",
        "Partner Code": 0,
        "Partner": "World",
        "Partner ISO": "WLD",
        "2nd Partner Code": 0,
        "Customs Proc. Code": "C00",
        "Mode of Transport Code": 0,
        "Commodity Code": "841810",
        "Commodity": "Refrigerators, combined with freezers",
        "Qty Unit Code": 5,
        "Qty Unit": "Number of items",
        "Qty": 1000,
        "Netweight (kg)": 60000,
        "Trade Value (US$)": 350000,
        "Flag": 0,
    }
    return row | _rename(changes, COMTRADE_SHORT)


COMTRADE_SHORT = {
    "revision": "Classification",
    "period": "Period",
    "level": "Aggregate Level",
    "flow": "Trade Flow Code",
    "reporter": "Reporter Code",
    "partner": "Partner Code",
    "partner2": "2nd Partner Code",
    "customs": "Customs Proc. Code",
    "transport": "Mode of Transport Code",
    "code": "Commodity Code",
    "unit": "Qty Unit Code",
    "pieces": "Qty",
    "alt_unit": "Alt Qty Unit Code",
    "alt_pieces": "Alt Qty",
    "kg": "Netweight (kg)",
    "value": "Trade Value (US$)",
    "flag": "Flag",
}


def api_row(**changes: Any) -> dict[str, Any]:
    """Give a row of the API: mobile phones that Kazakhstan imported from the world in 2022."""
    row = dict.fromkeys(API_HEADINGS, "")
    row |= {
        "typeCode": "C",
        "freqCode": "A",
        "refPeriodId": 20220101,
        "refYear": 2022,
        "refMonth": 52,
        "period": "2022",
        "reporterCode": 398,
        "flowCode": "M",
        "partnerCode": 0,
        "partner2Code": 0,
        "classificationCode": "H6",
        "classificationSearchCode": "HS",
        "isOriginalClassification": True,
        "cmdCode": "851713",
        "aggrLevel": 6,
        "isLeaf": True,
        "customsCode": "C00",
        "mosCode": "0",
        "motCode": 0,
        "qtyUnitCode": 5,
        "qtyUnitAbbr": "u",
        "qty": 4000.0,
        "isQtyEstimated": False,
        "altQtyUnitCode": 5,
        "altQty": 4000.0,
        "netWgt": 800.0,
        "isNetWgtEstimated": False,
        "primaryValue": 900000.5,
        "legacyEstimationFlag": 0,
        "isReported": True,
        "isAggregate": True,
    }
    return row | changes


def comext_row(**changes: Any) -> dict[str, Any]:
    """Give a row of Comext: refrigerators that Germany exported to Kazakhstan in March 2022."""
    row = dict.fromkeys(COMEXT_HEADINGS, "")
    row |= {
        "REPORTER": "DE",
        "PARTNER": "KZ",
        "TRADE_TYPE": "E",
        "PRODUCT_NC": "84181020",
        "FLOW": 2,
        "STAT_PROCEDURE": 1,
        "SUPPL_UNIT": "PST",
        "PERIOD": 202203,
        "VALUE_EUR": 20000,
        "QUANTITY_KG": 5200,
        "QUANTITY_SUPPL_UNIT": 80,
    }
    return row | changes


def baci_row(**changes: Any) -> dict[str, Any]:
    """Give a row of BACI: refrigerators from China to Kazakhstan in 2020, in tonnes and thousand USD."""
    return {"t": 2020, "i": 156, "j": 398, "k": 841810, "v": 750.25, "q": "     120.5"} | changes


def write_comtrade(path: Path, rows: Iterable[Row] | None = None, **form: Any) -> Path:
    """Write the classic layout; one row of refrigerators if none are said."""
    return write_table(path, COMTRADE_HEADINGS, rows if rows is not None else [comtrade_row()], **form)


def write_table(
    path: Path,
    headings: Sequence[str],
    rows: Iterable[Row],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Path:
    """Write a table; the ending of the name says whether it is packed, Parquet or a workbook."""
    cells = [[row[heading] for heading in headings] for row in rows]
    if path.suffix == ".parquet":
        return _write_parquet(path, headings, cells)
    if path.suffix == ".xlsx":
        return write_workbook(path, {"data": [list(headings), *cells]})
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(cells)
    packed = stream.getvalue().encode(encoding)
    path.write_bytes(gzip.compress(packed, mtime=0) if path.suffix == ".gz" else packed)
    return path


def write_json(path: Path, document: Any) -> Path:
    """Write an answer of the API."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """Write a workbook, sheet by sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def bns_sheet(
    months: Sequence[str], regions: Mapping[str, Mapping[str, Sequence[Any]]], national: Sequence[Any]
) -> list[list[Any]]:
    """Lay out a sheet of the foreign-trade workbook: three columns a month, regions one below another."""
    width = 3 * len(months)
    heading: list[Any] = [None]
    for month in months:
        heading += [month, None, None]
    units = [None, *["тонн", "доп. ед. изм.", "тыс. долл. США"] * len(months)]
    rows = [["Импорт Республики Казахстан", *[None] * width], heading, units]
    rows.append(["Республики Казахстан", *national])
    for region, codes in regions.items():
        rows.append([region, *[1.0] * width])
        rows += [[code, *amounts] for code, amounts in codes.items()]
    rows.append(["* предварительные данные 2025 года", *[None] * width])
    return rows


def resources_sheet(
    headings: Sequence[Any], products: Mapping[str, Mapping[str, Sequence[Any]]]
) -> list[Any]:
    """Lay out the sheet of products of the resources-and-use table."""
    rows: list[list[Any]] = [["Ресурсы и использование"], [None, "Фактически за"], [None, *headings]]
    for product, articles in products.items():
        rows.append([product])
        rows += [[article, *cells] for article, cells in articles.items()]
    return rows


MONTHLY_HEADINGS = (
    "июнь 2026г.",
    "январь-июнь 2026г.",
    "июль 2026г.",
    "январь-июль 2026г.",
    "июль 2025г.",
    "январь-июль 2025г.",
)


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """Read all rows of a store, in a fixed order."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        cursor = connection.execute(
            "SELECT year, period, flow, reporter, partner, hs_revision, code, kg, pieces, value_usd, source,"
            " file, line, flags FROM read_parquet(?) ORDER BY ALL",
            [[str(path) for path in sorted(folder.glob("*.parquet"))]],
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _rename(changes: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names[name]: value for name, value in changes.items()}


def _write_parquet(path: Path, headings: Sequence[str], cells: Sequence[Sequence[Any]]) -> Path:
    import duckdb

    columns = ", ".join(f'"{heading}" VARCHAR' for heading in headings)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE data ({columns})")
        connection.executemany(
            f"INSERT INTO data VALUES ({', '.join('?' * len(headings))})",  # noqa: S608 - only marks
            [[str(cell) for cell in row] for row in cells],
        )
        connection.table("data").write_parquet(str(path))
    return path
