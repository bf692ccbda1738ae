"""Reads the resources-and-use table of the Bureau of National Statistics of Kazakhstan.

Below the name of a product, with its unit, stand the rows resources, production, imports, use, exports and
sales on the domestic market. A monthly edition gives January to its month, for this year and the last; an
annual edition gives two whole years. Of several editions the longest period of a year counts, and of equal
ones the figure of the later file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from ainalym.errors import InputError, Problem
from ainalym.packages.trade.bns_foreign_trade import MISSING, name_column
from ainalym.packages.trade.tidy import NATIONAL, WORLD, Flow
from ainalym.packages.trade.workbook import Cell, Workbook, format_cell, open_workbook

PRODUCTS_SHEET = "1"
HEADING = "фактически за"
ROWS_BEFORE_HEADING = 8

ARTICLES: dict[str, Flow | None] = {
    "ресурсы": None,
    "производство": "production",
    "производство (добыча)": "production",
    "импорт": "import",
    "оценка": None,
    "использование": None,
    "экспорт": "export",
    "реализация на внутреннем рынке": "sales",
}
"""Rows below a product; None for those that are sums of others or estimates."""

UNITS = {
    "штук": ("pieces", 1.0),
    "единиц": ("pieces", 1.0),
    "тысштук": ("pieces", 1e3),
    "тысединиц": ("pieces", 1e3),
    "тонн": ("kg", 1e3),
    "тыстонн": ("kg", 1e6),
    "килограммов": ("kg", 1.0),
}
"""Measure and factor of each unit, spaces and points apart. Rows in other units are no equipment."""

MONTH_STEMS = (
    "январ",
    "феврал",
    "март",
    "апрел",
    "ма",
    "июн",
    "июл",
    "август",
    "сентябр",
    "октябр",
    "ноябр",
    "декабр",
)
PERIOD = re.compile(r"([а-я]+)(?:\s*-\s*([а-я]+))?\s*(\d{4})")
YEAR = re.compile(r"^\s*(\d{4})(?:\.0)?\s*(?:г\.?|год)?\s*$")

YEAR_TO_DATE_COLUMNS = (4, 6)
ANNUAL_COLUMNS = (1, 2)


def read_resources(paths: Sequence[Path]) -> pd.DataFrame:
    """Read editions of the table.

    Parameters
    ----------
    paths
        Workbooks, older editions first.

    Returns
    -------
    pandas.DataFrame
        Tidy columns, one row per product, flow and year. ``code`` is the name of the product in lower case
        without its unit.

    Raises
    ------
    InputError
        [TRD-002] for another workbook, [TRD-005] for a period heading that is none, [TRD-009] if one is
        damaged, [TRD-010] if there are no products, [TRD-012] without the sheet of products, [TRD-013] for a
        cell that is no number.
    """
    rows: list[dict[str, object]] = []
    problems: list[Problem] = []
    for edition, path in enumerate(paths):
        with open_workbook(path) as workbook:
            found = list(_read_products(workbook, _find_sheet(workbook), problems))
        if not found and not problems:
            problems.append(
                Problem(
                    "TRD-010",
                    f"file '{path.name}' [{PRODUCTS_SHEET}]",
                    "no product in pieces or tonnes",
                    "products with the rows production, imports, exports and sales",
                    "Fetch the workbook again; the layout may have changed.",
                )
            )
        rows += [{**row, "file": path.name, "edition": edition} for row in found]
    if problems:
        raise InputError(problems)
    frame = pd.DataFrame(rows).sort_values(["code", "flow", "year", "months", "edition"])
    latest = frame.drop_duplicates(["code", "flow", "year"], keep="last")
    return latest.drop(columns=["months", "edition"]).assign(
        reporter="KAZ",
        partner=WORLD,
        hs_revision=NATIONAL,
        source="bns-resources",
        value_usd=float("nan"),
        flags="",
    )


def clean_name(label: str) -> tuple[str, str]:
    """Split the label of a product into its name and its unit.

    Parameters
    ----------
    label
        Label as published, such as ``Пылесосы бытовые, тыс. штук``.

    Returns
    -------
    tuple of (str, str)
        Name in lower case with single spaces, and the unit without spaces and points.
    """
    text = " ".join(label.replace("\xa0", " ").split()).strip(" .*")
    name, _, unit = text.rpartition(",")
    return name.strip().casefold(), re.sub(r"[\s.]", "", unit).casefold()


def _find_sheet(workbook: Workbook) -> str:
    for name in workbook.sheets:
        if name.strip() == PRODUCTS_SHEET:
            return name
    raise InputError(
        Problem(
            "TRD-012",
            f"file '{workbook.name}'",
            f"no sheet '{PRODUCTS_SHEET}', but {', '.join(repr(name) for name in workbook.sheets[:8])}",
            f"a sheet '{PRODUCTS_SHEET}' with the products",
            "Check that it is the resources-and-use table, publication 19065 or 72035.",
        )
    )


def _read_products(workbook: Workbook, sheet: str, problems: list[Problem]) -> Iterator[dict[str, object]]:
    periods: dict[int, tuple[str, int, int]] = {}
    is_heading_next = False
    product = ""
    for line, row in enumerate(workbook.read_cells(sheet), start=1):
        texts = [format_cell(cell) for cell in row]
        if not periods:
            if is_heading_next:
                periods = _read_periods(workbook.name, sheet, line, texts, problems)
            is_heading_next = any(HEADING in text.casefold() for text in texts)
            if line > ROWS_BEFORE_HEADING and not periods and not is_heading_next:
                raise InputError(_describe_unknown(workbook.name, sheet))
            continue
        label = _find_label(texts)
        article = _find_article(texts)
        if article is None:
            # In some editions the unit stands in the column beside the name.
            beside = texts[1] if len(texts) > 1 and texts[0] == label and texts[1].isalpha() else ""
            product = f"{label}, {beside}" if beside else label or product
        elif ARTICLES[article] is not None:
            yield from _read_article(workbook.name, sheet, line, product, article, row, periods, problems)
    if not periods:
        raise InputError(_describe_unknown(workbook.name, sheet))


def _find_article(texts: Sequence[str]) -> str | None:
    """Find the name of the row below a product; words in its cells, such as "нет данных", do not hide it."""
    words = (" ".join(text.casefold().split()) for text in texts)
    return next((word for word in words if word in ARTICLES), None)


def _find_label(texts: Sequence[str]) -> str:
    """Take the last text of a row: bilingual editions have Kazakh in the first column."""
    words = [text for text in texts if re.search(r"[а-яё]{2}", text.casefold())]
    return words[-1] if words else ""


def _read_periods(
    file: str, sheet: str, line: int, texts: Sequence[str], problems: list[Problem]
) -> dict[int, tuple[str, int, int]]:
    """Read period, year and number of months of the columns that are used."""
    years = [YEAR.match(text) for text in texts[1:3]]
    if len(years) == 2 and all(years):
        return {
            column: (found.group(1), int(found.group(1)), 12)
            for column, found in zip(ANNUAL_COLUMNS, years, strict=True)
            if found is not None
        }
    periods = {}
    for column in YEAR_TO_DATE_COLUMNS:
        text = texts[column] if column < len(texts) else ""
        found = _read_run_of_months(text)
        if found is None:
            problems.append(
                Problem(
                    "TRD-005",
                    f"file '{file}' [{sheet}], row {line}, column {name_column(column)}",
                    repr(text),
                    "a run of months such as 'январь-июль 2026г.'",
                    "The columns may have been moved: take the edition as published.",
                )
            )
            continue
        year, last = found
        periods[column] = (str(year) if last == 12 else f"{year}-01/{year}-{last:02d}", year, last)
    return periods


def _read_run_of_months(text: str) -> tuple[int, int] | None:
    """Read year and last month of a run that begins in January; the Russian one of a bilingual heading."""
    runs = [match for match in PERIOD.finditer(text.casefold()) if _find_month(match.group(1)) is not None]
    if not runs or _find_month(runs[-1].group(1)) != 1:
        return None
    last = _find_month(runs[-1].group(2) or runs[-1].group(1))
    return (int(runs[-1].group(3)), last) if last is not None else None


def _find_month(word: str) -> int | None:
    stems = sorted(MONTH_STEMS, key=len, reverse=True)
    found = next((stem for stem in stems if word.startswith(stem)), None)
    return MONTH_STEMS.index(found) + 1 if found is not None else None


def _read_article(
    file: str,
    sheet: str,
    line: int,
    product: str,
    article: str,
    row: Sequence[Cell],
    periods: dict[int, tuple[str, int, int]],
    problems: list[Problem],
) -> Iterator[dict[str, object]]:
    name, unit = clean_name(product)
    if unit not in UNITS:
        return
    measure, factor = UNITS[unit]
    for column, (period, year, months) in periods.items():
        cell = row[column] if column < len(row) else ""
        text = format_cell(cell).replace("\xa0", "").replace(" ", "").replace(",", ".")
        if text.casefold() in MISSING:
            continue
        amount = _read_amount(text)
        if amount is None:
            place = f"file '{file}' [{sheet}], row {line}, column {name_column(column)}"
            expected = "a number, 0 or more, or x or -"
            problems.append(Problem("TRD-013", place, repr(format_cell(cell)), expected, "Correct the cell."))
            continue
        yield {
            "year": year,
            "period": period,
            "months": months,
            "flow": ARTICLES[article],
            "code": name,
            "kg": amount * factor if measure == "kg" else float("nan"),
            "pieces": amount * factor if measure == "pieces" else float("nan"),
            "line": line,
        }


def _read_amount(text: str) -> float | None:
    try:
        amount = float(text)
    except ValueError:
        return None
    return amount if 0.0 <= amount < math.inf else None


def _describe_unknown(file: str, sheet: str) -> Problem:
    return Problem(
        "TRD-002",
        f"file '{file}' [{sheet}], rows 1 to {ROWS_BEFORE_HEADING}",
        "no heading 'Фактически за'",
        "the resources-and-use table of the BNS",
        "Check that it is the right file; the foreign-trade workbook is --source bns-hs6.",
    )
