"""Country table of evidence: errors and uses decided by hand, figures from the tables that hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from figures import read_curated
from tables import Row, format_number

NATION = "KAZ"

DIGITS = 3
"""Significant digits of a standard error."""

VALUE_COLUMNS = {"sales": "pieces", "households": "households"}
"""Columns of the figure where it is not called ``value``."""

ITEM_COLUMNS = {"ownership": "item_en", "sales": "product_group_en"}
"""Columns that name a row."""


def make_evidence(tables: Mapping[str, Iterable[Row]]) -> Iterator[Row]:
    """Make the table of evidence, with standard errors in the units of the figures."""
    held = {name: list(rows) for name, rows in tables.items()}
    for record in read_curated("evidence.csv"):
        value = _find_value(held[record["table"]], record)
        relative = record["relative_error"]
        yield {
            **{
                name: record[name] or None
                for name in ("table", "ratio", "error_group", "shared_error", "note")
            },
            **{name: record[name] for name in ("quantity", "item", "year", "vintage", "use", "reason")},
            **{name: record[name] for name in ("error_grade", "source", "grade")},
            "region": NATION,
            "standard_error": format_number(value * float(relative), DIGITS) if relative else None,
        }


def _find_value(rows: list[Row], record: Mapping[str, str]) -> float:
    table = record["table"]
    wanted = {"year": record["year"]}
    if table in ITEM_COLUMNS:
        wanted[ITEM_COLUMNS[table]] = record["item"]
    if table == "published":
        wanted |= {"quantity": record["quantity"], "vintage": record["vintage"]}
    found = [row for row in rows if all(str(row.get(name)) == cell for name, cell in wanted.items())]
    if len(found) != 1:
        raise KeyError(f"table '{table}' has {len(found)} rows with {wanted}")
    return float(str(found[0][VALUE_COLUMNS.get(table, "value")]))
