"""Reads the foreign-trade workbooks of the Bureau of National Statistics of Kazakhstan (HS6, monthly).

One sheet per year. Row 2 names the months, each over three columns: tonnes, additional unit, thousand USD.
Row 4 is the national total. Below it stand the regions one after another, each a heading with its totals and
then its codes. There are no national rows of codes: a code is the sum over the regions, which the national
total confirms. The region is the one where the trading company is registered and is not kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from ainalym.errors import InputError, Problem
from ainalym.packages.trade.classification import find_revision
from ainalym.packages.trade.tidy import FLAG_PRELIMINARY, FLAG_SUM_DIFFERS, WORLD, Flow
from ainalym.packages.trade.workbook import Cell, Workbook, format_cell, open_workbook

NATIONAL_LABEL = "Республики Казахстан"
MONTHS = (
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
)
MONTH_HEADING = re.compile(r"^(\S+)\s+(\d{4})\s+года(\*?)$")
MONTH_LIKE = re.compile(r"\d|янв|фев|мар|апр|май|мая|июн|июл|авг|сен|окт|ноя|дек")
MONTH_ROW, UNIT_ROW, NATIONAL_ROW = 2, 3, 4
OTHER_UNITS = {
    0: (re.compile(r"кг|килогр|kg|тыс|млн"), "tonnes"),
    2: (re.compile(r"млн|млрд|тенге|евро|eur|^(?!.*тыс).*(долл|usd)"), "thousand USD"),
}
"""Words by which a column of a month, counted from its first, would hold another unit than it used to."""

STUB_BYTES = 100_000
"""The whole workbooks have tens of megabytes; at times the server gives one of 23 KB without figures."""

MISSING = ("", "-", "–", "—", "x", "х", "...", "…")

SUM_TOLERANCE = 1e-6
"""How far the codes may sum from the national total, relative: both are rounded sums of the same records."""

FLOW_WORDS: dict[str, Flow] = {
    "импорт": "import",
    "import": "import",
    "446906": "import",
    "экспорт": "export",
    "export": "export",
    "446905": "export",
}


@dataclass
class _Sheet:
    """Figures of one sheet: texts of its head, months by column, sums by code."""

    name: str
    head: list[str] = field(default_factory=list)
    months: dict[int, tuple[int, int, bool]] = field(default_factory=dict)
    sums: dict[str, np.ndarray] = field(default_factory=dict)
    national: np.ndarray | None = None

    columns: list[int] = field(default_factory=list)


def read_foreign_trade(path: Path, flow: Flow | None = None) -> pd.DataFrame:
    """Read a workbook.

    Parameters
    ----------
    path
        Workbook of imports or of exports.
    flow
        Which of the two it is; found from its text and its name if None.

    Returns
    -------
    pandas.DataFrame
        Tidy columns without ``line``, one row per code and month; kg, pieces, USD. The additional unit counts
        as pieces, which it is for electrical equipment.

    Raises
    ------
    InputError
        [TRD-002] for another workbook, [TRD-005] for a month heading that is not one or another unit,
        [TRD-006] for a code that is none, [TRD-009] if it is damaged, [TRD-010] if it has no codes,
        [TRD-011] for a workbook without figures, [TRD-013] for a cell that is no number, [TRD-022] if it
        cannot be known whether it is imports or exports.
    """
    with open_workbook(path) as workbook:
        problems: list[Problem] = []
        sheets = [_read_sheet(workbook, name, problems) for name in workbook.sheets]
        names = workbook.sheets
    figures = [sheet for sheet in sheets if sheet.national is not None]
    if not figures:
        raise InputError(_describe_no_figures(path, names))
    said = flow or _find_flow(path, sheets)
    if problems:
        raise InputError(problems, about=f"workbook '{path.name}'")
    frame = pd.DataFrame([row for sheet in figures for row in _list_rows(sheet)])
    if frame.empty:
        where = f"file '{path.name}' [{', '.join(sheet.name for sheet in figures)}]"
        raise InputError(
            Problem(
                "TRD-010",
                where,
                "no code with an amount",
                "HS codes of 6 digits below the national total",
                "Fetch the workbook again; the layout may have changed.",
            )
        )
    return frame.assign(flow=said, reporter="KAZ", partner=WORLD, source="bns-hs6", file=path.name)


def _describe_no_figures(path: Path, sheets: Sequence[str]) -> Problem:
    size = path.stat().st_size
    if {"1", "2"} <= {name.strip() for name in sheets}:
        return Problem(
            "TRD-002",
            f"file '{path.name}'",
            "the sheets of the resources-and-use table of the BNS",
            "one sheet per year with the months in row 2",
            "Run again with --source bns-resources.",
        )
    if size < STUB_BYTES:
        return Problem(
            "TRD-011",
            f"file '{path.name}'",
            f"a workbook of {math.ceil(size / 1024)} KB without a sheet of figures",
            "a workbook of 50 to 140 MB with one sheet per year",
            "The server gave a stub: fetch the file again later and compare the size.",
        )
    return Problem(
        "TRD-002",
        f"file '{path.name}', row {NATIONAL_ROW}, column A",
        f"no sheet with '{NATIONAL_LABEL}' there",
        "sheets of the foreign-trade workbook of the BNS",
        "Check that it is the right file; the layout may have changed.",
    )


def _find_flow(path: Path, sheets: Sequence[_Sheet]) -> Flow:
    texts = [path.name, *(text for sheet in sheets for text in (sheet.name, *sheet.head))]
    found = {flow for text in texts for word, flow in FLOW_WORDS.items() if word in text.casefold()}
    if len(found) == 1:
        return found.pop()
    raise InputError(
        Problem(
            "TRD-022",
            f"file '{path.name}'",
            "both imports and exports named" if found else "neither imports nor exports named",
            "a workbook that says which it is",
            "Run again with --flow import or --flow export.",
        )
    )


def _read_sheet(workbook: Workbook, name: str, problems: list[Problem]) -> _Sheet:
    """Read a sheet; where its fourth row is not the national total it is a description, or another file."""
    sheet = _Sheet(name)
    for line, row in enumerate(workbook.read_cells(name), start=1):
        label = format_cell(row[0]) if row else ""
        if line < NATIONAL_ROW:
            sheet.head += [format_cell(cell) for cell in row]
        if line == MONTH_ROW:
            months = row
        elif line == UNIT_ROW:
            units = row
        elif line == NATIONAL_ROW:
            if label != NATIONAL_LABEL:
                break
            known = len(problems)
            sheet.months = dict(_read_months(workbook.name, name, months, problems))
            if not sheet.months and len(problems) == known:
                problems.append(_describe_month(workbook.name, name, "", "no month"))
            problems += _check_units(workbook.name, sheet, units)
            sheet.columns = [start + offset for start in sheet.months for offset in range(3)]
            sheet.national = _read_amounts(workbook.name, sheet, line, row, problems)
        elif line > NATIONAL_ROW:
            _add_row(workbook.name, sheet, line, label, row, problems)
    return sheet


def _add_row(
    file: str, sheet: _Sheet, line: int, label: str, row: Sequence[Cell], problems: list[Problem]
) -> None:
    if label.isdigit() and len(label) == 6:
        amounts = _read_amounts(file, sheet, line, row, problems)
        before = sheet.sums.get(label)
        sheet.sums[label] = amounts if before is None else _add(before, amounts)
    elif re.search(r"\d{3}", label) and " " not in label:
        problems.append(_describe_code(file, sheet.name, line, label))


def _read_months(
    file: str, sheet: str, row: Sequence[Cell], problems: list[Problem]
) -> Iterator[tuple[int, tuple[int, int, bool]]]:
    for column, cell in enumerate(row):
        text = format_cell(cell)
        found = MONTH_HEADING.match(text)
        if found is not None and found.group(1).casefold() in MONTHS:
            month = MONTHS.index(found.group(1).casefold()) + 1
            yield column, (int(found.group(2)), month, found.group(3) == "*")
        elif column > 0 and MONTH_LIKE.search(text.casefold()):
            problems.append(_describe_month(file, sheet, f", column {name_column(column)}", repr(text)))


def _check_units(file: str, sheet: _Sheet, row: Sequence[Cell]) -> Iterator[Problem]:
    """Find columns that are named by another unit; a thousandfold error would not be seen in totals."""
    for start in sheet.months:
        for offset, (words, unit) in OTHER_UNITS.items():
            text = format_cell(row[start + offset]) if start + offset < len(row) else ""
            if words.search(text.casefold()):
                yield Problem(
                    "TRD-005",
                    f"file '{file}' [{sheet.name}], row {UNIT_ROW}, column {name_column(start + offset)}",
                    repr(text),
                    f"a column in {unit}",
                    "The publisher may have changed the unit: express the column in the unit that it had, or "
                    "fetch the workbook again.",
                )


def _describe_month(file: str, sheet: str, column: str, got: str) -> Problem:
    return Problem(
        "TRD-005",
        f"file '{file}' [{sheet}], row {MONTH_ROW}{column}",
        got,
        "a month such as 'январь 2025 года'",
        "The publisher may have renamed the heading: write it as before and try again.",
    )


def _read_amounts(
    file: str, sheet: _Sheet, line: int, row: Sequence[Cell], problems: list[Problem]
) -> np.ndarray:
    cells = [row[column] if column < len(row) else "" for column in sheet.columns]
    # Millions of cells go through here: numbers and empty cells take the short way.
    amounts = np.array([cell if type(cell) is float else math.nan for cell in cells])
    for position, cell in enumerate(cells):
        if type(cell) is float or cell == "":
            continue
        if isinstance(cell, int) and not isinstance(cell, bool):
            amounts[position] = cell
        elif format_cell(cell).casefold() not in MISSING:
            problems.append(_describe_amount(file, sheet, line, position, format_cell(cell)))
    problems.extend(
        _describe_amount(file, sheet, line, position, f"{amounts[position]:g}")
        for position in np.flatnonzero(amounts < 0).tolist()
    )
    return amounts


def _describe_amount(file: str, sheet: _Sheet, line: int, position: int, cell: str) -> Problem:
    return Problem(
        "TRD-013",
        f"file '{file}' [{sheet.name}], row {line}, column {name_column(sheet.columns[position])}",
        repr(cell),
        "a number, 0 or more",
        "Correct the cell, or fetch the workbook again.",
    )


def _add(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    both_missing = np.isnan(first) & np.isnan(second)
    return np.where(both_missing, np.nan, np.nan_to_num(first) + np.nan_to_num(second))


def _list_rows(sheet: _Sheet) -> Iterator[dict[str, object]]:
    total = np.nansum(list(sheet.sums.values()), axis=0) if sheet.sums else np.zeros(len(sheet.columns))
    published = np.nan_to_num(sheet.national) if sheet.national is not None else total
    for position, (year, month, is_preliminary) in enumerate(sheet.months.values()):
        # The additional unit has no national total: it adds pieces to pairs and square metres.
        checked = [3 * position, 3 * position + 2]
        differs = bool(
            np.any(np.abs(total - published)[checked] > SUM_TOLERANCE * np.abs(published)[checked])
        )
        flags = [FLAG_PRELIMINARY] * is_preliminary + [FLAG_SUM_DIFFERS] * differs
        for code, amounts in sorted(sheet.sums.items()):
            tonnes, units, thousand_usd = amounts[3 * position : 3 * position + 3]
            if np.isnan([tonnes, units, thousand_usd]).all():
                continue
            yield {
                "year": year,
                "period": f"{year}-{month:02d}",
                "hs_revision": find_revision(year),
                "code": code,
                "kg": _known(tonnes, thousand_usd) * 1000.0,
                "pieces": _known(units, thousand_usd),
                "value_usd": thousand_usd * 1000.0,
                "flags": ";".join(flags),
            }


def _known(amount: float, value: float) -> float:
    """Take a nought beside a value for an unknown quantity."""
    return math.nan if amount == 0 and value > 0 else amount


def _describe_code(file: str, sheet: str, line: int, code: str) -> Problem:
    short = len(code) == 5 and code.isdigit()
    return Problem(
        "TRD-006",
        f"file '{file}' [{sheet}], row {line}, column A",
        repr(code),
        "an HS code of 6 digits as text",
        f"The leading nought is lost: it was '0{code}'. Fetch the workbook again."
        if short
        else "Correct the code, or fetch the workbook again.",
    )


def name_column(position: int) -> str:
    """Name a column of a sheet as spreadsheets do.

    Parameters
    ----------
    position
        Column, counted from 0.

    Returns
    -------
    str
        ``A``, ``B``, ..., ``Z``, ``AA``, ...
    """
    name = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
