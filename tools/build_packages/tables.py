"""Tables of a data package: columns, sorted rows, and how both are written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]

GRADE_MEANING = "A published, B third-party copy, C derived or transferred, D assumption or recollection"


@dataclass(frozen=True)
class Column:
    """One column of a table, as Table Schema describes it."""

    name: str
    type: str
    description: str
    title: str = ""
    unit: str | None = None
    vocabulary: str | None = None
    constraints: Mapping[str, Any] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        """Return the field of Table Schema."""
        entry: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "title": self.title or self.name.replace("_", " ").capitalize(),
            "description": self.description,
        }
        if self.constraints:
            entry["constraints"] = dict(self.constraints)
        if self.unit:
            entry["unit"] = self.unit
        if self.vocabulary:
            entry["vocabulary"] = self.vocabulary
        return entry


@dataclass(frozen=True)
class Design:
    """What a table is: its columns and the columns that tell one row from another."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]

    def describe(self) -> dict[str, Any]:
        """Return the Table Schema."""
        return {
            "fields": [column.describe() for column in self.columns],
            "primaryKey": list(self.primary_key),
            "missingValues": [""],
        }


def text(name: str, description: str, *, required: bool = True, **more: Any) -> Column:
    """Make a column of texts."""
    return _column(name, "string", description, required, more)


def number(name: str, unit: str | None, description: str, *, required: bool = True, **more: Any) -> Column:
    """Make a column of numbers; without a unit here, another column names it."""
    return _column(name, "number", description, required, {"unit": unit, **more})


def integer(name: str, description: str, *, required: bool = True, **more: Any) -> Column:
    """Make a column of whole numbers."""
    return _column(name, "integer", description, required, more)


def boolean(name: str, description: str) -> Column:
    """Make a column of true and false."""
    return _column(name, "boolean", description, True, {})


def provenance(*, note: bool = True) -> tuple[Column, ...]:
    """Make the columns that every table ends with."""
    source = text("source", "Name of the source; several are separated by ';'.", vocabulary="source")
    grade = text("grade", f"Grade of trust: {GRADE_MEANING}.", vocabulary="grade", enum=["A", "B", "C", "D"])
    if not note:
        return (source, grade)
    return (source, grade, text("note", "What to know before the row is used.", required=False))


def _column(name: str, kind: str, description: str, required: bool, more: dict[str, Any]) -> Column:
    own = {key: more.pop(key) for key in ("title", "unit", "vocabulary") if key in more}
    constraints = {"required": True, **more} if required else more
    return Column(name, kind, description, constraints=constraints, **own)


def format_number(value: float, digits: int) -> str:
    """Write a number with so many significant digits, without exponent and without padding zeros."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    shown = f"{rounded:.15f}" if abs(rounded) < 1e-4 else repr(rounded)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def trim_number(cell: str) -> str:
    """Write a number of a source as it stands there, without a false '.0' at its end."""
    return cell.removesuffix(".0")


def write_table(design: Design, rows: Iterable[Row]) -> bytes:
    """Write a table as CSV, sorted by its primary key."""
    names = [column.name for column in design.columns]
    kinds = {column.name: column.type for column in design.columns}
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    for row in sorted(rows, key=lambda row: _sort_key(row, design.primary_key, kinds)):
        unknown = set(row) - set(names)
        if unknown:
            raise KeyError(f"table '{design.name}' has no column {sorted(unknown)}")
        writer.writerow([_show(row.get(name)) for name in names])
    return stream.getvalue().encode("utf-8")


def _sort_key(row: Row, primary_key: Sequence[str], kinds: Mapping[str, str]) -> tuple[Any, ...]:
    return tuple(int(str(row[name])) if kinds[name] == "integer" else str(row[name]) for name in primary_key)


def _show(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        raise TypeError(f"write {cell!r} with format_number, so that its digits are meant")
    return str(cell)
