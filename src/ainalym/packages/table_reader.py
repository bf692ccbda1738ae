"""Reads one CSV table against its schema, and keeps the line of the file for every row.

Cells are checked column by column: a table of ten thousand rows is read in hundredths of a second, and all
that is wrong with it is told at once.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ainalym.errors import Problem
from ainalym.schemas.data_package import Constraints, TableField, TableSchema

TRUE_WORDS = frozenset({"true", "1", "yes"})
FALSE_WORDS = frozenset({"false", "0", "no"})


@dataclass(frozen=True)
class Table:
    """A table that was read.

    Attributes
    ----------
    name
        Name of the table in the package.
    file
        File name as the user sees it.
    frame
        One row per row of the file, columns typed; missing numbers are NaN, missing texts are empty.
    lines
        Line of the file of each row, counted from 1 with the header as line 1. Shape (row,).
    """

    name: str
    file: str
    frame: pd.DataFrame
    lines: np.ndarray

    def place(self, row: int, column: str) -> str:
        """Name a cell as the user finds it.

        Parameters
        ----------
        row
            Row of the frame, from 0.
        column
            Heading.

        Returns
        -------
        str
            Such as ``table 'sales.csv', row 118, column 'pieces'``.
        """
        return f"table '{self.file}', row {self.lines[row]}, column '{column}'"


def suggest(word: str, known: Collection[str]) -> str:
    """Say which known names are near to an unknown one.

    Parameters
    ----------
    word
        What was written.
    known
        What would have been right.

    Returns
    -------
    str
        ``Did you mean 'a' or 'b'?``, or where nothing is near, the first names of the list.
    """
    near = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(repr(name) for name in near)}?"
    shown = ", ".join(sorted(known)[:8])
    return f"Use one of the known names, such as {shown}."


def read_table(
    name: str, file: str, content: bytes, schema: TableSchema, vocabularies: Mapping[str, Collection[str]]
) -> tuple[Table, list[Problem]]:
    """Read a table and check every cell.

    Parameters
    ----------
    name
        Name of the table in the package.
    file
        File name for messages.
    content
        The file.
    schema
        Columns that the table must have.
    vocabularies
        Known names by vocabulary; a vocabulary that is not in the mapping is not checked.

    Returns
    -------
    tuple of Table and list of Problem
        The table holds only rows with the right number of cells; cells with a problem are missing in it.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem(
            "PKG-018",
            f"table '{file}', byte {error.start + 1}",
            f"byte 0x{content[error.start]:02x}",
            "text in UTF-8",
            "Save the table as 'CSV UTF-8'.",
        )
        return Table(name, file, pd.DataFrame(columns=list(schema.names)), np.array([], dtype=int)), [problem]
    rows, lines, problems = _split_rows(file, text, schema)
    frame = pd.DataFrame(rows, columns=list(schema.names), dtype=object)
    raw = Table(name, file, frame, np.asarray(lines, dtype=int))
    typed: dict[str, Any] = {}
    for field in schema.fields:
        values, found = _read_column(raw, field, vocabularies)
        typed[field.name] = values
        problems += found
    table = Table(name, file, pd.DataFrame(typed, columns=list(schema.names)), raw.lines)
    problems += _check_duplicates(raw, schema.primary_key)
    return table, problems


def _split_rows(
    file: str, text: str, schema: TableSchema
) -> tuple[list[list[str]], list[int], list[Problem]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    problems = _check_header(file, header, schema.names)
    if problems:
        return [], [], problems
    order = [header.index(column) if column in header else -1 for column in schema.names]
    rows: list[list[str]] = []
    lines: list[int] = []
    line_before = reader.line_num
    for cells in reader:
        line, line_before = line_before + 1, reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            problems.append(
                Problem(
                    "PKG-006",
                    f"table '{file}', row {line}",
                    f"{len(cells)} cells",
                    f"{len(header)} cells as in the header",
                    "Put text that holds a comma into quotation marks, or add the missing cells.",
                )
            )
            continue
        rows.append([cells[position].strip() if position >= 0 else "" for position in order])
        lines.append(line)
    if not rows and not problems:
        problems.append(
            Problem(
                "PKG-005",
                f"table '{file}'",
                "no rows",
                "at least one row below the header",
                "Fill the table.",
            )
        )
    return rows, lines, problems


def _check_header(file: str, header: Sequence[str], names: Sequence[str]) -> list[Problem]:
    """Tell missing, unknown and repeated columns; a missing ``note`` is no problem, it is free text."""
    problems = [
        Problem(
            "PKG-005",
            f"table '{file}', header",
            f"no column '{name}'",
            f"columns {', '.join(names)}",
            "Add the column, or check how its heading is spelled.",
        )
        for name in names
        if name not in header and name != "note"
    ]
    for name in dict.fromkeys(header):
        if name not in names or header.count(name) > 1:
            got = (
                f"column '{name}'"
                if header.count(name) == 1
                else f"column '{name}' {header.count(name)} times"
            )
            problems.append(
                Problem(
                    "PKG-005",
                    f"table '{file}', header",
                    got,
                    f"columns {', '.join(names)}, each once",
                    suggest(name, names) if name not in names else "Remove the second one.",
                )
            )
    return problems


def _read_column(
    table: Table, field: TableField, vocabularies: Mapping[str, Collection[str]]
) -> tuple[pd.Series[Any], list[Problem]]:
    cells: list[str] = table.frame[field.name].tolist()
    problems = _check_required(table, field, cells)
    if field.type in ("integer", "number"):
        values, found = _read_numbers(table, field, cells)
    elif field.type == "boolean":
        values, found = _read_booleans(table, field, cells)
    else:
        values, found = pd.Series(cells, dtype=object), []
        found += _check_texts(table, field, cells, vocabularies)
    return values, problems + found


def _check_required(table: Table, field: TableField, cells: Sequence[str]) -> list[Problem]:
    if not field.constraints.required:
        return []
    return [
        Problem(
            "PKG-007",
            table.place(row, field.name),
            "an empty cell",
            _describe_expected(field),
            "Fill the cell, or remove the row if the figure is not known.",
        )
        for row, cell in enumerate(cells)
        if cell == ""
    ]


def _describe_expected(field: TableField) -> str:
    unit = f" in {field.unit}" if field.unit else ""
    limits = field.constraints
    kind = {
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "string": "a text",
    }[field.type]
    bounds = _describe_bounds(limits)
    return f"{kind}{unit}{bounds}"


def _describe_bounds(limits: Constraints) -> str:
    parts = []
    if limits.minimum is not None:
        parts.append(f"{limits.minimum:g} or more")
    if limits.exclusive_minimum is not None:
        parts.append(f"above {limits.exclusive_minimum:g}")
    if limits.maximum is not None:
        parts.append(f"{limits.maximum:g} or less")
    if limits.exclusive_maximum is not None:
        parts.append(f"below {limits.exclusive_maximum:g}")
    return f", {' and '.join(parts)}" if parts else ""


def _read_numbers(
    table: Table, field: TableField, cells: Sequence[str]
) -> tuple[pd.Series[Any], list[Problem]]:
    values = np.full(len(cells), np.nan)
    problems: list[Problem] = []
    for row, cell in enumerate(cells):
        if cell == "":
            continue
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or (field.type == "integer" and value != int(value)):
            mend = "Write the number with a point and without spaces or unit."
            problems.append(
                Problem("PKG-008", table.place(row, field.name), repr(cell), _describe_expected(field), mend)
            )
            continue
        values[row] = value
    problems += _check_range(table, field, values)
    whole = field.type == "integer" and not np.isnan(values).any()
    return pd.Series(values.astype(np.int64) if whole else values), problems


def _check_range(table: Table, field: TableField, values: np.ndarray) -> list[Problem]:
    limits = field.constraints
    tests: list[tuple[float | None, Callable[[np.ndarray, float], np.ndarray]]] = [
        (limits.minimum, np.less),
        (limits.exclusive_minimum, np.less_equal),
        (limits.maximum, np.greater),
        (limits.exclusive_maximum, np.greater_equal),
    ]
    bad = np.zeros(len(values), dtype=bool)
    for limit, is_outside in tests:
        if limit is not None:
            bad |= is_outside(values, limit)
    unit = f" {field.unit}" if field.unit and field.unit != "1" else ""
    problems = [
        Problem(
            "PKG-009",
            table.place(int(row), field.name),
            f"{values[row]:g}{unit}",
            _describe_expected(field),
            "Correct the cell; check the unit of the figure.",
        )
        for row in np.flatnonzero(bad)
    ]
    values[bad] = np.nan
    return problems


def _read_booleans(
    table: Table, field: TableField, cells: Sequence[str]
) -> tuple[pd.Series[Any], list[Problem]]:
    problems = [
        Problem("PKG-008", table.place(row, field.name), repr(cell), "true or false", "Write true or false.")
        for row, cell in enumerate(cells)
        if cell and cell.lower() not in TRUE_WORDS | FALSE_WORDS
    ]
    return pd.Series([cell.lower() in TRUE_WORDS for cell in cells], dtype=bool), problems


def _check_texts(
    table: Table, field: TableField, cells: Sequence[str], vocabularies: Mapping[str, Collection[str]]
) -> list[Problem]:
    pattern = re.compile(field.constraints.pattern) if field.constraints.pattern else None
    known = vocabularies.get(field.vocabulary) if field.vocabulary else None
    # Few texts of a column differ: each is looked at once, and told for every row in which it stands.
    faults = {cell: _find_faults(cell, field, pattern, known) for cell in set(cells) if cell}
    if not any(faults.values()):
        return []
    return [
        Problem(fault.code, table.place(row, field.name), fault.got, fault.expected, fault.mend)
        for row, cell in enumerate(cells)
        for fault in faults.get(cell, ())
    ]


class Fault(NamedTuple):
    """What is wrong with a text, wherever it stands."""

    code: str
    got: str
    expected: str
    mend: str


def _find_faults(
    cell: str, field: TableField, pattern: re.Pattern[str] | None, known: Collection[str] | None
) -> list[Fault]:
    allowed = field.constraints.enum
    if allowed is not None and cell not in allowed:
        words = [str(word) for word in allowed]
        code = "PKG-017" if field.name == "unit" else "PKG-010"
        return [Fault(code, repr(cell), f"one of {', '.join(words)}", suggest(cell, words))]
    if pattern is not None and not pattern.fullmatch(cell):
        expected = f"a text of the form {field.constraints.pattern}"
        return [Fault("PKG-010", repr(cell), expected, "Correct the spelling.")]
    return [] if known is None else _find_unknown_names(cell, field, known)


def _find_unknown_names(cell: str, field: TableField, known: Collection[str]) -> list[Fault]:
    vocabulary = str(field.vocabulary)
    code = {"product": "PKG-011", "source": "PKG-013"}.get(vocabulary, "PKG-012")
    expected = {
        "product": f"one of the {len(known)} UNU-KEYs",
        "source": "a source listed in datapackage.json",
    }.get(vocabulary, f"a {vocabulary} of the tables")
    return [
        Fault(code, repr(part), expected, suggest(part, known))
        for part in (part.strip() for part in cell.split(";"))
        if part not in known
    ]


def _check_duplicates(table: Table, primary_key: Sequence[str]) -> list[Problem]:
    if not primary_key or table.frame.empty:
        return []
    columns = list(primary_key)
    keys = list(zip(*(table.frame[column].tolist() for column in columns), strict=True))
    if len(set(keys)) == len(keys):
        return []
    first_line: dict[tuple[str, ...], int] = {}
    problems = []
    for cells, line in zip(keys, table.lines, strict=True):
        if cells not in first_line:
            first_line[cells] = line
            continue
        shown = ", ".join(f"{column} {cell}" for column, cell in zip(columns, cells, strict=True))
        problems.append(
            Problem(
                "PKG-014",
                f"table '{table.file}', row {line}",
                f"{shown} a second time (first in row {first_line[cells]})",
                "each once",
                "Remove one of the two rows.",
            )
        )
    return problems
