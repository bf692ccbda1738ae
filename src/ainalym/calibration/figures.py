"""Finds the figure of a row of evidence: in the row itself, or in the table of the package that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from ainalym.errors import Problem
from ainalym.packages.package import DataPackage
from ainalym.packages.table_reader import Table, suggest

MONTHS_PER_YEAR = 12.0


@dataclass(frozen=True)
class Figure:
    """A figure, wherever it stands.

    Attributes
    ----------
    quantity, year, value, unit
        As published.
    products
        UNU-KEYs separated by ``;``, a category, or ``all``.
    share
        Share of the year that it covers.
    """

    quantity: str
    year: int
    value: float
    unit: str
    products: str
    share: float = 1.0

    def describe(self) -> dict[str, Any]:
        """Give all of it by name."""
        return asdict(self)


@dataclass(frozen=True)
class Holder:
    """A table that may hold figures of evidence.

    Attributes
    ----------
    value
        Column of the figure.
    match
        Columns that find its row, beside the year, each with the column of the evidence that it equals.
    unit
        Unit, where the table has no column of it.
    products
        Column of the products, or which they are.
    """

    value: str
    match: Mapping[str, str]
    unit: str = ""
    products: str = "all"


HOLDERS = {
    "published": Holder("value", {"quantity": "quantity", "vintage": "vintage"}),
    "ownership": Holder("value", {"item_en": "item", "area": "region"}, products="keys"),
    "sales": Holder("pieces", {"product_group_en": "item"}, "piece", "keys"),
    "photovoltaic_capacity": Holder("value", {}, "MW"),
    "households": Holder("households", {}, "household"),
}
"""Tables of a country package that hold figures."""


def find_figure(
    package: DataPackage, table: Table, row: int, cells: Mapping[str, Any]
) -> tuple[Figure | None, list[Problem]]:
    """Find the figure of a row of evidence.

    Parameters
    ----------
    package
        The country package.
    table
        Its table of evidence.
    row
        Place of the row.
    cells
        The row, None where a cell is empty.

    Returns
    -------
    tuple of Figure or None and list of Problem
        No figure where there is a problem, [CAL-006].
    """
    quantity, year = str(cells["quantity"]), int(cells["year"])
    name, own = cells["table"], cells["value"]
    if name is None:
        if own is None or cells["unit"] is None:
            got = "no figure with its unit, and no table that holds one"
            return None, [_tell(table, row, "value", got, "a value with its unit, or the name of a table")]
        return Figure(quantity, year, float(own), str(cells["unit"]), str(cells["products"] or "all")), []
    if own is not None:
        expected = "a figure in one place"
        return None, [_tell(table, row, "value", f"a value, and table '{name}' that holds it too", expected)]
    holder = HOLDERS.get(str(name))
    if holder is None:
        expected = f"one of {', '.join(HOLDERS)}, or an empty cell"
        return None, [_tell(table, row, "table", repr(name), expected, suggest(str(name), list(HOLDERS)))]
    frame = package.frame(str(name))
    found = frame[frame["year"] == year]
    for column, mine in holder.match.items():
        found = found[found[column] == cells[mine]]
    if len(found) != 1:
        wanted = ", ".join(f"{column} {cells[mine]!r}" for column, mine in holder.match.items())
        got = f"{len(found)} rows of table '{name}' with year {year}{', ' if wanted else ''}{wanted}"
        return None, [_tell(table, row, "item", got, "one row that holds the figure")]
    return _take(found.iloc[0], holder, quantity, year), []


def _take(record: pd.Series, holder: Holder, quantity: str, year: int) -> Figure:
    unit = holder.unit or str(record["unit"])
    products = str(record[holder.products]) if holder.products in record else holder.products
    # Sales of a part of a year are taken as even over its months.
    share = float(record["months"]) / MONTHS_PER_YEAR if "months" in record else 1.0
    return Figure(quantity, year, float(record[holder.value]), unit, products, share)


def _tell(
    table: Table,
    row: int,
    column: str,
    got: str,
    expected: str,
    mend: str = "Let the row name the figure once, as its table does.",
) -> Problem:
    return Problem("CAL-006", table.place(row, column), got, expected, mend)
