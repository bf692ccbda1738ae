"""Reads workbooks (xlsx, xlsb, xls, ods) row by row as texts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ainalym.core.extras import require_extra
from ainalym.errors import InputError, Problem
from ainalym.packages.table_reader import suggest

Cell = str | float | int | bool | datetime.date | datetime.time | datetime.timedelta | None
"""What a cell of a workbook may hold."""


class Workbook:
    """An opened workbook.

    Parameters
    ----------
    name
        File as the user sees it.
    reader
        Workbook of the reading library.
    """

    def __init__(self, name: str, reader: Any) -> None:
        self.name = name
        self._reader = reader

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheets, in order."""
        return tuple(self._reader.sheet_names)

    def read_cells(self, sheet: str) -> Iterator[list[Cell]]:
        """Read a sheet row by row.

        Parameters
        ----------
        sheet
            Name of the sheet.

        Yields
        ------
        list of Cell
            Every row from the first line of the sheet, empty ones included; an empty cell is an empty text.

        Raises
        ------
        InputError
            [TRD-012] if there is no such sheet, [TRD-009] if it cannot be read.
        """
        if sheet not in self.sheets:
            raise InputError(
                Problem(
                    "TRD-012",
                    f"file '{self.name}'",
                    f"no sheet '{sheet}', but {', '.join(repr(name) for name in self.sheets[:8])}",
                    f"a sheet '{sheet}'",
                    suggest(sheet, self.sheets),
                )
            )
        library = require_extra("python_calamine", "trade")
        try:
            table = self._reader.get_sheet_by_name(sheet)
        except library.CalamineError as error:
            raise InputError(_describe_damage(f"{self.name} [{sheet}]", str(error))) from error
        # The library keeps empty rows at the top but leaves out empty columns on the left.
        padding: list[Cell] = [""] * (table.start[1] if table.start is not None else 0)
        for row in table.iter_rows():
            yield [*padding, *row]

    def read_rows(self, sheet: str) -> Iterator[list[str]]:
        """Read a sheet row by row as texts.

        Parameters
        ----------
        sheet
            Name of the sheet.

        Yields
        ------
        list of str
            Every row from the first line of the sheet.

        Raises
        ------
        InputError
            [TRD-012] if there is no such sheet, [TRD-009] if it cannot be read.
        """
        for row in self.read_cells(sheet):
            yield [format_cell(cell) for cell in row]


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook.

    Parameters
    ----------
    path
        The file.

    Yields
    ------
    Workbook
        Closed at the end.

    Raises
    ------
    InputError
        [EXT-001] if the extra is not installed, [TRD-009] if the file is damaged.
    """
    library = require_extra("python_calamine", "trade")
    try:
        reader = library.CalamineWorkbook.from_path(str(path))
    except (library.CalamineError, OSError) as error:
        raise InputError(_describe_damage(path.name, str(error))) from error
    try:
        yield Workbook(path.name, reader)
    finally:
        reader.close()


def format_cell(cell: Cell) -> str:
    """Write a cell as a text, a whole number without a decimal point.

    Parameters
    ----------
    cell
        What stands in the cell.

    Returns
    -------
    str
        Empty for an empty cell.
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def _describe_damage(name: str, reason: str) -> Problem:
    return Problem(
        "TRD-009",
        f"file '{name}'",
        f"a workbook that cannot be read ({reason.strip()[:160]})",
        "a whole workbook",
        "Fetch the file again, or open it in a spreadsheet and save it as xlsx.",
    )
